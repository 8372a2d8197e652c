"""What does a verifier read out of a selection? The statements that were signed, mandatory and others.

The parts of `createVerifyData` that both suites share: Data Integrity ECDSA Cryptosuites v1.0 §3.5.8 and Data
Integrity BBS Cryptosuites v1.0 §3.4.7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ssi.errors import AlteredCredentialError
from ssi.linked_data.canonical import Canonicalizer
from ssi.linked_data.quads import BLANK, read_quads


@dataclass(frozen=True)
class RevealedStatements:
    """The statements of a selection with the labels that were signed, each kind in code point order."""

    mandatory: tuple[str, ...] = field(repr=False)
    optional: tuple[str, ...] = field(repr=False)


def revealed_statements(
    document: Mapping[str, Any],
    labels: Mapping[str, str],
    mandatory_indexes: Sequence[int],
    canonical: Canonicalizer | None = None,
) -> RevealedStatements:
    """Put the statements of a selection together.

    Two blank nodes with one label would show as two things what was signed about one, so labels are distinct.

    Raises:
        CredentialError: the document is no JSON-LD without data loss, or takes too much work.
        AlteredCredentialError: the labels are not one for each blank node of the document, or an index is
            none of its statements.
    """
    dataset = (Canonicalizer() if canonical is None else canonical).canonicalize(document)
    if labels.keys() != frozenset(dataset.labels.values()):
        raise AlteredCredentialError("expected one label for each blank node of what is shown")
    if len(frozenset(labels.values())) != len(labels):
        raise AlteredCredentialError("expected a label of its own for each blank node of what is shown")
    tokens = {f"{BLANK}{old}": f"{BLANK}{new}" for old, new in labels.items()}
    lines = sorted(quad.relabelled(tokens).line() for quad in read_quads(dataset.quads))
    required = frozenset(mandatory_indexes)
    if not required <= frozenset(range(len(lines))):
        raise AlteredCredentialError("a mandatory index is none of the statements shown")
    return RevealedStatements(
        mandatory=tuple(line for place, line in enumerate(lines) if place in required),
        optional=tuple(line for place, line in enumerate(lines) if place not in required),
    )
