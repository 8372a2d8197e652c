"""How is a list recognised when its document is taken apart? By what it is of and by all that is in it.

JSON-LD writes a list as a chain of blank nodes, its cells, which are no members of the document. A cell is
named here by the subject and property of its list, the list's elements and its own place. So the same list
has the same names in every part of a document, and a part of a list has names that the whole does not know.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from crypto.encoding import canonical_json, sha256
from ssi.errors import DataLossError
from ssi.linked_data.quads import BLANK, Quad

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_FIRST, _REST, _NIL = f"<{_RDF}first>", f"<{_RDF}rest>", f"<{_RDF}nil>"


def name_cells(quads: Iterable[Quad], cells: Iterable[str]) -> dict[str, str]:
    """A new token for each of `cells`, the blank nodes that must be cells of lists.

    Raises:
        DataLossError: one is no cell of a list, such as a graph without an identifier, or two lists of one
            subject and property are alike.
    """
    return _Lists(quads, frozenset(cells)).names()


class _Lists:
    """The lists of a dataset."""

    def __init__(self, quads: Iterable[Quad], cells: frozenset[str]) -> None:
        self._cells = cells
        self._firsts: dict[str, str] = {}
        self._rests: dict[str, str] = {}
        self._heads: list[Quad] = []
        for quad in quads:
            if quad.graph in cells or (quad.object in cells and quad.predicate != _REST):
                self._heads.append(quad)
            if quad.subject in cells and quad.predicate in {_FIRST, _REST}:
                (self._firsts if quad.predicate == _FIRST else self._rests)[quad.subject] = quad.object
        if not self._firsts.keys() == self._rests.keys() == cells:
            raise DataLossError("a graph without an identifier cannot be shown in parts: give it one")

    def names(self) -> dict[str, str]:
        """The new tokens; a list within a list is named after the cell that holds it."""
        names: dict[str, str] = {}
        waiting = self._heads
        while waiting:
            known = [quad for quad in waiting if quad.subject not in self._cells or quad.subject in names]
            for quad in known:
                names.update(self._named(quad, names))
            waiting = [quad for quad in waiting if quad not in known]
        if len(frozenset(names.values())) != len(self._cells):
            raise DataLossError("two lists that are alike cannot be told apart: write one of them")
        return names

    def _named(self, head: Quad, names: Mapping[str, str]) -> dict[str, str]:
        of = names.get(head.subject, head.subject)
        digest = sha256(canonical_json([of, head.predicate, self._elements(head.object)])).hex()
        return {cell: f"{BLANK}l{digest}-{place}" for place, cell in enumerate(self._chain(head.object))}

    def _chain(self, cell: str) -> list[str]:
        chain = []
        while cell != _NIL:
            chain.append(cell)
            cell = self._rests[cell]
        return chain

    def _elements(self, cell: str) -> list[object]:
        elements = [self._firsts[cell] for cell in self._chain(cell)]
        return [self._elements(each) if each in self._cells else each for each in elements]
