"""Which name does each blank node of a graph get? RDF Dataset Canonicalization, RDFC-1.0.

The names `c14n0`, `c14n1`, … depend on the graph alone: two datasets get the same canonical quads if and only
if they differ in nothing but the names of their blank nodes. Most blank nodes are told apart by their own
quads (§4.6). Those that are not are told apart by the paths that lead from them (§4.8), and there a hostile
graph can ask for a factorial number of steps (§7.1). So every step is counted, and a graph that asks for more
than it is granted is refused: an honest document of a few hundred quads takes a few dozen.

Names, steps and positions are those of the Recommendation of 21 May 2024.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from ssi.errors import GraphTooComplexError
from ssi.linked_data.allowance import Allowance
from ssi.linked_data.quads import BLANK, Quad

HashName = Literal["sha256", "sha384"]

MAX_STEPS: Final = 30_000
"""Steps granted for one graph: less than half a second. A presentation of 40 like credentials takes 1,500."""
MAX_DEPTH: Final = 128
"""How far a path is followed from one node that looks like others to the next."""


class IdentifierIssuer:
    """Gives each blank node a name of its own, in the order in which they come (§4.5)."""

    def __init__(self, prefix: str, issued: dict[str, str] | None = None) -> None:
        self._prefix = prefix
        self.issued = {} if issued is None else issued

    def issue(self, node: str) -> str:
        """The name of a node, the same at every call."""
        return self.issued.setdefault(node, f"{self._prefix}{len(self.issued)}")

    def copy(self) -> "IdentifierIssuer":
        """An issuer that goes on from here on its own."""
        return IdentifierIssuer(self._prefix, dict(self.issued))


def canonical_labels(
    quads: Iterable[Quad],
    *,
    hash_name: HashName,
    max_steps: int = MAX_STEPS,
    allowance: Allowance | None = None,
) -> dict[str, str]:
    """The canonical token of each blank node token of a dataset (§4.4).

    Raises:
        GraphTooComplexError: telling the blank nodes apart takes more than `max_steps` steps, or than the
            allowance has left.
    """
    granted = Allowance() if allowance is None else allowance
    return _Canonicalization(quads, hash_name, max_steps, granted).labels()


class _Canonicalization:
    """The canonicalization state (§4.2) and what is done with it."""

    def __init__(
        self, quads: Iterable[Quad], hash_name: HashName, max_steps: int, allowance: Allowance
    ) -> None:
        self._hash_name = hash_name
        self._left = max_steps
        self._allowance = allowance
        self._depth = 0
        self._quads: dict[str, list[Quad]] = defaultdict(list)
        for quad in quads:
            for node in dict.fromkeys(quad.blank_nodes()):
                self._quads[node].append(quad)
        self._first_degree = {node: self._hash_first_degree_quads(node) for node in self._quads}
        self._canonical = IdentifierIssuer(f"{BLANK}c14n")

    def labels(self) -> dict[str, str]:
        """Steps 3 to 5 of §4.4.3."""
        alike: dict[str, list[str]] = defaultdict(list)
        for node, digest in self._first_degree.items():
            alike[digest].append(node)
        hashes = sorted(alike)
        for digest in hashes:
            if len(alike[digest]) == 1:
                self._canonical.issue(alike[digest][0])
        for digest in hashes:
            if len(alike[digest]) > 1:
                self._name_by_paths(alike[digest])
        return self._canonical.issued

    def _name_by_paths(self, nodes: Sequence[str]) -> None:
        paths = []
        for node in nodes:
            if node not in self._canonical.issued:
                issuer = IdentifierIssuer(f"{BLANK}b")
                issuer.issue(node)
                paths.append(self._hash_n_degree_quads(node, issuer))
        for _, issuer in sorted(paths, key=lambda path: path[0]):
            for node in issuer.issued:
                self._canonical.issue(node)

    def _hash_first_degree_quads(self, node: str) -> str:
        """§4.6: the hash of the node's quads, with itself as `_:a` and every other one as `_:z`."""
        lines = []
        for quad in self._quads[node]:
            others = {other: f"{BLANK}{'a' if other == node else 'z'}" for other in quad.blank_nodes()}
            lines.append(quad.relabelled(others).line())
        return self._hash("".join(sorted(lines)))

    def _hash_related_blank_node(
        self, related: str, quad: Quad, issuer: IdentifierIssuer, position: str
    ) -> str:
        """§4.7: the hash of how a quad mentions a related node."""
        name = (
            self._canonical.issued.get(related) or issuer.issued.get(related) or self._first_degree[related]
        )
        predicate = "" if position == "g" else quad.predicate
        return self._hash(f"{position}{predicate}{name}")

    def _hash_n_degree_quads(self, node: str, issuer: IdentifierIssuer) -> tuple[str, IdentifierIssuer]:
        """§4.8: the hash of the shortest way to walk from a node through all that hang together with it."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._too_complex()
        data = []
        for digest, related in sorted(self._related(node, issuer).items()):
            chosen_path, chosen_issuer = "", issuer
            for order in distinct_orders(related):
                walked = self._walk(order, issuer.copy(), chosen_path)
                if walked is not None:
                    chosen_path, chosen_issuer = walked
            data += [digest, chosen_path]
            issuer = chosen_issuer
        self._depth -= 1
        return self._hash("".join(data)), issuer

    def _related(self, node: str, issuer: IdentifierIssuer) -> dict[str, list[str]]:
        """Steps 1 to 3 of §4.8.3: the related nodes by the hash of how they are mentioned."""
        related: dict[str, list[str]] = defaultdict(list)
        for quad in self._quads[node]:
            self._count()
            for position, token in (("s", quad.subject), ("o", quad.object), ("g", quad.graph)):
                if token.startswith(BLANK) and token != node:
                    digest = self._hash_related_blank_node(token, quad, issuer, position)
                    related[digest].append(token)
        return related

    def _walk(
        self, order: Sequence[str], issuer: IdentifierIssuer, chosen: str
    ) -> tuple[str, IdentifierIssuer] | None:
        """Step 5.4 of §4.8.3 for one order; None as soon as the path cannot become the shortest."""
        path = ""
        recursion: list[str] = []
        for node in order:
            path += self._step(node, issuer, recursion)
            if _is_worse(path, chosen):
                return None
        for node in recursion:
            digest, walked = self._hash_n_degree_quads(node, issuer)
            path += f"{issuer.issue(node)}<{digest}>"
            issuer = walked
            if _is_worse(path, chosen):
                return None
        return (path, issuer) if not chosen or path < chosen else None

    def _step(self, node: str, issuer: IdentifierIssuer, recursion: list[str]) -> str:
        self._count()
        canonical = self._canonical.issued.get(node)
        if canonical is not None:
            return canonical
        if node not in issuer.issued:
            recursion.append(node)
        return issuer.issue(node)

    def _count(self) -> None:
        self._allowance.spend_step()
        self._left -= 1
        if self._left < 0:
            raise self._too_complex()

    def _too_complex(self) -> GraphTooComplexError:
        return GraphTooComplexError("too many blank nodes of the graph look alike: give them identifiers")

    def _hash(self, text: str) -> str:
        return hashlib.new(self._hash_name, text.encode("utf-8")).hexdigest()


def _is_worse(path: str, chosen: str) -> bool:
    return bool(chosen) and len(path) >= len(chosen) and path > chosen


def distinct_orders(nodes: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every order of nodes of which some may stand several times, each order once, from the least on.

    A node is mentioned once more by each of its quads in a graph that a blank node names. To exchange such
    mentions changes no path, and to try it would take a factorial number of steps for honest documents.
    """
    order = sorted(nodes)
    while True:
        yield tuple(order)
        at = next((index for index in range(len(order) - 2, -1, -1) if order[index] < order[index + 1]), None)
        if at is None:
            return
        other = next(index for index in range(len(order) - 1, at, -1) if order[at] < order[index])
        order[at], order[other] = order[other], order[at]
        order[at + 1 :] = reversed(order[at + 1 :])


def in_canonical_order(quads: Iterable[Quad], labels: dict[str, str]) -> Iterator[str]:
    """The lines of a dataset under these labels, in code point order, each once (§4.4.3 step 6, 7)."""
    return iter(sorted({quad.relabelled(labels).line() for quad in quads}))
