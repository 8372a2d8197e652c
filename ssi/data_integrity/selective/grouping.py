"""Which statements has a document, in which order are they signed, and which of them does a selection say?

Data Integrity ECDSA Cryptosuites v1.0 §3.4.16 and §3.4.17 (`selectCanonicalNQuads`,
`canonicalizeAndGroup`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ssi.data_integrity.selective.labels import LabelFunction
from ssi.data_integrity.selective.pointers import select
from ssi.data_integrity.selective.skolemization import Skolemized, skolemize, skolemized_quads
from ssi.errors import DataLossError
from ssi.linked_data.canonical import canonicalize_quads
from ssi.linked_data.quads import BLANK, Quad


@dataclass(frozen=True)
class Selection:
    """What pointers select: the places of its statements in those of the document, and its quads.

    `quads` have the labels of the skolemised document.
    """

    indexes: tuple[int, ...]
    quads: tuple[Quad, ...] = field(repr=False)


@dataclass(frozen=True)
class Statements:
    """A document's statements as they are signed: lines of N-Quads in code point order.

    `labels` are the labels in the statements by those of the skolemised document, without the leading `_:`.
    """

    lines: tuple[str, ...] = field(repr=False)
    labels: Mapping[str, str] = field(repr=False)
    _skolemized: Skolemized = field(repr=False)

    def select(self, pointers: Iterable[str]) -> Selection:
        """The statements that a selection of the document says.

        Raises:
            MalformedCredentialError: a pointer that is none, or points at nothing.
            DataLossError: the selection says something else than the document, as a part of a list does.
        """
        selection = select(self._skolemized.document, pointers)
        if selection is None:
            return Selection((), ())
        quads = skolemized_quads(selection)
        places = {line: place for place, line in enumerate(self.lines)}
        said = {quad.relabelled(_tokens(self.labels)).line() for quad in quads}
        if not said <= places.keys():
            raise DataLossError("a selection says what the document does not: lists are shown as a whole")
        return Selection(tuple(sorted(places[line] for line in said)), quads)

    def split(self, mandatory: Selection) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The mandatory statements and all others, each in their order."""
        required = frozenset(mandatory.indexes)
        return (
            tuple(line for place, line in enumerate(self.lines) if place in required),
            tuple(line for place, line in enumerate(self.lines) if place not in required),
        )


def statements_of(document: Mapping[str, Any], label: LabelFunction) -> Statements:
    """The statements of a document, with the labels that a function makes.

    Raises:
        CredentialError: as `ssi.data_integrity.selective.skolemization.skolemize`, and `GraphTooComplexError`
            for blank nodes that cannot be told apart in the steps granted.
    """
    skolemized = skolemize(document)
    labels = label(canonicalize_quads(skolemized.quads).labels)
    tokens = _tokens(labels)
    lines = sorted({quad.relabelled(tokens).line() for quad in skolemized.quads})
    return Statements(tuple(lines), labels, skolemized)


def _tokens(labels: Mapping[str, str]) -> dict[str, str]:
    return {f"{BLANK}{old}": f"{BLANK}{new}" for old, new in labels.items()}
