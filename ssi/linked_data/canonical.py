r"""From a JSON-LD document, or from quads, to canonical quads: what a signature over a graph signs.

>>> from ssi.linked_data.quads import read_quads
>>> canonicalize_quads(read_quads(['_:x <urn:says> "yes" .'])).quads
('_:c14n0 <urn:says> "yes" .\n',)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ssi.linked_data.allowance import Allowance
from ssi.linked_data.quads import BLANK, Quad
from ssi.linked_data.rdf import quads_of
from ssi.linked_data.rdfc import MAX_STEPS, HashName, canonical_labels, in_canonical_order


@dataclass(frozen=True)
class CanonicalDataset:
    """A dataset in canonical form.

    `quads` are the lines of its canonical N-Quads in code point order, each with its line feed. `labels` is
    the issued identifiers map: the canonical label of each blank node by its label in the input, both
    without the leading `_:`, for example `{"b0": "c14n1"}`.
    """

    quads: tuple[str, ...] = field(repr=False)
    labels: Mapping[str, str] = field(repr=False)

    @property
    def text(self) -> str:
        """The canonical N-Quads document."""
        return "".join(self.quads)


def canonicalize(
    document: object, *, hash_name: HashName = "sha256", allowance: Allowance | None = None
) -> CanonicalDataset:
    """The canonical form of the graph that a JSON-LD document says, by RDFC-1.0 with this hash.

    The blank nodes of `labels` are named `b0`, `b1`, … as the document's conversion to RDF names them.

    Raises:
        UnknownContextError: the document names a context that is not kept here.
        DataLossError: a part of the document would not be in the graph.
        GraphTooComplexError: the document or its graph takes more work than is granted.
        MalformedCredentialError: not a JSON-LD document of one node.
    """
    return canonicalize_quads(quads_of(document, allowance), hash_name=hash_name, allowance=allowance)


def canonicalize_quads(
    quads: Iterable[Quad],
    *,
    hash_name: HashName = "sha256",
    max_steps: int = MAX_STEPS,
    allowance: Allowance | None = None,
) -> CanonicalDataset:
    """The canonical form of these quads.

    Raises:
        GraphTooComplexError: telling the blank nodes apart takes more than `max_steps` steps, or than the
            allowance has left.
    """
    known = list(dict.fromkeys(quads))
    labels = canonical_labels(known, hash_name=hash_name, max_steps=max_steps, allowance=allowance)
    return CanonicalDataset(
        quads=tuple(in_canonical_order(known, labels)),
        labels={node.removeprefix(BLANK): label.removeprefix(BLANK) for node, label in labels.items()},
    )


class Canonicalizer:
    """The canonical forms that one check needs: each made once for a document and hash, in one allowance.

    A document is known by its identity, so nobody may change one while the check goes on.
    """

    def __init__(self, allowance: Allowance | None = None) -> None:
        self._allowance = Allowance() if allowance is None else allowance
        self._made: dict[tuple[int, HashName], tuple[object, CanonicalDataset]] = {}

    def canonicalize(self, document: object, *, hash_name: HashName = "sha256") -> CanonicalDataset:
        """The canonical form of a document.

        Raises:
            CredentialError: as the function `canonicalize`.
        """
        key = id(document), hash_name
        if key not in self._made:
            made = canonicalize(document, hash_name=hash_name, allowance=self._allowance)
            self._made[key] = document, made  # kept with it, so that no other document gets its identity
        return self._made[key][1]
