"""What does a holder show and tell, so that a verifier can put together what was signed?

The parts of `createDisclosureData` that both suites share: Data Integrity ECDSA Cryptosuites v1.0 §3.5.4 and
Data Integrity BBS Cryptosuites v1.0 §3.4.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ssi.data_integrity.selective.grouping import Selection, Statements
from ssi.data_integrity.selective.pointers import select
from ssi.errors import MalformedCredentialError
from ssi.linked_data.canonical import canonicalize_quads


@dataclass(frozen=True)
class Disclosure:
    """A selection of a document, and how its statements relate to those that were signed.

    `document` is the selection; `labels` are the signed labels by the canonical labels of the selection.
    `mandatory_indexes` are places among the statements shown, `selective_indexes` places among those signed
    that are not mandatory; both ascend.
    """

    document: dict[str, Any] = field(repr=False)
    labels: Mapping[str, str] = field(repr=False)
    mandatory_indexes: tuple[int, ...]
    selective_indexes: tuple[int, ...]


def disclose(
    document: Mapping[str, Any],
    statements: Statements,
    *,
    mandatory: Selection,
    pointers: Sequence[str],
) -> Disclosure:
    """Show what pointers select, the mandatory and the selective ones.

    `document` is without its proof, `statements` are those of this document, and `mandatory` is what the
    mandatory ones among the pointers select of them.

    Raises:
        MalformedCredentialError: a pointer that is none or points at nothing, or there is no pointer at all.
        DataLossError: a list would be shown in part.
    """
    revealed = select(document, pointers)
    if revealed is None:
        raise MalformedCredentialError("nothing is shown: expected a pointer, or a mandatory one")
    shown = statements.select(pointers)
    # The canonical labels of the selection alone: those that its verifier will find.
    canonical = canonicalize_quads(shown.quads)
    required = frozenset(mandatory.indexes)
    optional = [place for place in range(len(statements.lines)) if place not in required]
    chosen = frozenset(shown.indexes)
    return Disclosure(
        document=revealed,
        labels={label: statements.labels[node] for node, label in canonical.labels.items()},
        mandatory_indexes=tuple(at for at, place in enumerate(shown.indexes) if place in required),
        selective_indexes=tuple(at for at, place in enumerate(optional) if place in chosen),
    )
