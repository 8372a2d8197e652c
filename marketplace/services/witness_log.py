"""The worker shows the log to its witnesses, the nodes, and publishes what enough of them cosigned.

One state at a time: a next one is signed when the last is published. A node that does not answer holds
nothing up as long as the others are enough; where they are not, the log goes on growing and its published
state waits. Without growth it is cosigned again once a minute, so that everybody can see that it is fresh.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from consent.cosignature import LogPolicy, verify_cosignature
from consent.note import SignatureLine, read_note
from consent.witnessing import AddCheckpoint, read_size
from crypto.errors import CryptoError, MalformedError
from marketplace.domain.log import Log
from marketplace.domain.signed_state import Cosigned, SignedState
from marketplace.errors import LogContradictedError
from marketplace.services.approved_nodes import are_approved
from marketplace.services.desk import Desk
from marketplace.services.log_entries import signed_checkpoint
from marketplace.services.ports import Books, Nodes
from ssi.http.errors import GarbledAnswerError, RefusedByPeerError

AGAIN_AFTER: Final = timedelta(minutes=1)
_CONFLICT: Final = 409
_CONTRADICTIONS: Final = (_CONFLICT, 422)


@dataclass(frozen=True)
class WitnessLog:
    """Asks one node to cosign the state that is to be published."""

    desk: Desk
    nodes: Nodes

    def __call__(self, node_id: str) -> int:
        """Show a node what it has not cosigned, or not lately; how many states it cosigned now.

        Raises:
            PeerError: the node cannot be reached, or its cosignature does not hold.
            LogContradictedError: the node knows another log, or a longer one, than this is.
        """
        state = self._due(node_id)
        if state is None:
            return 0
        try:
            line = self._asked(node_id, state)
        except RefusedByPeerError as error:
            if error.status not in _CONTRADICTIONS:
                raise
            raise LogContradictedError(
                f"{node_id} cosigned another log than these books hold, or more of it; look into its log"
            ) from error
        self._keep(node_id, state, line)
        return 1

    def _due(self, node_id: str) -> SignedState | None:
        with self.desk.store.reading() as books:
            if not are_approved(books, self.desk.registry()):
                return None
            state, grown = _last(books), Log(books.log).size
        if state is None or (state.published and grown > state.size):
            state = self._signed() if grown else None
        mine = None if state is None else state.cosigned.get(node_id)
        return None if mine is not None and self.desk.now() < mine.at + AGAIN_AFTER else state

    def _signed(self) -> SignedState | None:
        """The next state, signed by whichever thread comes first."""
        with self.desk.store.writing() as books:
            state, log = _last(books), Log(books.log)
            if state is None or (state.published and log.size > state.size):
                state = SignedState(log.size, signed_checkpoint(self.desk, log))
                books.states.add(state)
            return state

    def _known(self, node_id: str) -> int:
        with self.desk.store.reading() as books:
            return next((each.size for each in books.states.all() if node_id in each.cosigned), 0)

    def _asked(self, node_id: str, state: SignedState) -> str:
        """The answer of a node, asked again from the size that it names where it knows another."""
        known = self._known(node_id)
        try:
            return self._ask(node_id, state, known)
        except RefusedByPeerError as error:
            named = _named(node_id, error) if error.status == _CONFLICT else known
            if named == known or named > state.size:
                raise
            return self._ask(node_id, state, named)

    def _ask(self, node_id: str, state: SignedState, known: int) -> str:
        with self.desk.store.reading() as books:
            hashes = Log(books.log).consistency(known, state.size)
        return self.nodes.cosign(node_id, AddCheckpoint(known, tuple(hashes), state.note).to_bytes())

    def _keep(self, node_id: str, state: SignedState, line: str) -> None:
        policy = LogPolicy.of(self.desk.registry(), now=self.desk.now())
        text, _ = read_note(state.note)
        try:
            read = SignatureLine.read(line.removesuffix("\n"))
            at = verify_cosignature(read, text, node_id, policy.witnesses[node_id])
        except (CryptoError, KeyError) as error:
            raise GarbledAnswerError(f"{node_id}: its cosignature does not hold") from error
        with self.desk.store.writing() as books:
            books.states.cosign(state.size, node_id, Cosigned(read.to_text(), at))
            now = next((each for each in books.states.all() if each.size == state.size), state)
            if not now.published and len(now.cosigned.keys() & policy.witnesses.keys()) >= policy.quorum:
                books.states.publish(state.size)


def _named(node_id: str, error: RefusedByPeerError) -> int:
    try:
        return read_size(error.body)
    except MalformedError as garbled:
        raise GarbledAnswerError(f"{node_id}: {garbled}") from garbled


def _last(books: Books) -> SignedState | None:
    """The state that is published, or is to be."""
    return next(iter(books.states.all()), None)
