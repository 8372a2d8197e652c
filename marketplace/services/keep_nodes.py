"""Which nodes does the market work with? The first are taken; each change takes two operators.

Operators approve the digest of what the registry says now. If it says something else by then, the approval is
refused, so nobody approves what they did not look at.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from crypto.encoding import Json
from marketplace.domain.act import APPROVED, NEEDED, Act, approvers
from marketplace.domain.node_set import NodeChange, NodeSet
from marketplace.errors import RegisterConflictError
from marketplace.services.approved_nodes import CASE, CONTENT, ENTRIES, TAKEN, waiting_change
from marketplace.services.desk import Desk
from marketplace.services.operators import enter, require_operator
from marketplace.services.ports import Books
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class SeenNodes:
    """The nodes of the registry, what of them waits for operators, and who approved exactly that."""

    nodes: NodeSet
    change: NodeChange | None
    approvers: tuple[str, ...]
    acts: tuple[Act, ...]


@dataclass(frozen=True)
class KeepNodes:
    """Everything about approving nodes."""

    desk: Desk

    def seen(self) -> SeenNodes:
        """How it stands.

        Raises:
            RegistryError: the registry cannot be read, or has run out.
        """
        with self.desk.store.reading() as books:
            return self._seen(books)

    def take_first(self) -> bool:
        """Take the first nodes that the market has; whether that was still to be done."""
        with self.desk.store.reading() as books:
            if books.acts.of_case(*CASE):
                return False
        with self.desk.store.writing() as books:
            if books.acts.of_case(*CASE):
                return False
            self._take(books, None, NodeSet.of(self.desk.registry()))
        return True

    def approve(self, by: str, content: str) -> SeenNodes:
        """Approve the nodes as they are now, as one of two operators; `content` is their digest.

        Raises:
            NotAllowedError: the account is not an operator's.
            RegisterConflictError: nothing waits, the registry says something else than what was looked at,
                or this operator approved it before.
        """
        with self.desk.store.writing() as books:
            require_operator(books, by)
            seen = self._seen(books)
            _require_approvable(seen, by, content)
            enter(books, CASE, by, APPROVED, self.desk.now(), content=content)
            if len({*seen.approvers, by}) >= NEEDED:
                self._take(books, by, seen.nodes)
            return self._seen(books)

    def _take(self, books: Books, by: str | None, found: NodeSet) -> None:
        told: dict[str, Json] = {CONTENT: found.digest, ENTRIES: found.to_json()}
        enter(books, CASE, by, TAKEN, self.desk.now(), **told)
        log(_LOGGER, "nodes were taken", nodes=len(found.entries))

    def _seen(self, books: Books) -> SeenNodes:
        acts, found = books.acts.of_case(*CASE), NodeSet.of(self.desk.registry())
        return SeenNodes(
            found,
            waiting_change(acts, found),
            approvers(_since_taken(acts), found.digest),
            tuple(acts),
        )


def _require_approvable(seen: SeenNodes, by: str, content: str) -> None:
    if seen.change is None:
        raise RegisterConflictError("these nodes count already; nothing waits for approval")
    if content != seen.nodes.digest:
        raise RegisterConflictError("the registry changed since you looked; look again before you approve")
    if by in seen.approvers:
        raise RegisterConflictError("you approved this already; another operator has to approve it as well")


def _since_taken(acts: Sequence[Act]) -> Sequence[Act]:
    places = [place for place, act in enumerate(acts) if act.kind == TAKEN]
    return acts[places[-1] + 1 :] if places else acts
