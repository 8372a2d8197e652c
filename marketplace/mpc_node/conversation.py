"""How does one attempt talk with its two peers? It tells them what a step asks for and waits to hear theirs.

Every wait ends: with the messages, with the word of a peer that it gave up, when a peer contradicts itself,
when a higher attempt takes over, or when time is up. A peer that stays silent is named as unresponsive, and
one that contradicts itself as the culprit. A peer that says it failed is not blamed: its own status says why.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from consent.roll import digest_of_piece
from crypto.signing import SigningKey
from marketplace.mpc_node.errors import AttemptFailedError, Failure
from marketplace.mpc_node.mailbox import Mailbox
from marketplace.mpc_node.message import PeerMessage, Step, read_kept_message, sign_message
from marketplace.mpc_node.peers import PeerTransport
from marketplace.mpc_node.storage.messages import KeptMessage
from ssi.errors import CredentialError
from ssi.http.errors import PeerError, RefusedByPeerError

LOOK_AGAIN_SECONDS = 0.25
PATIENCE = {Step.ADMISSION: 1.0, Step.SUMMAND: 1.5}
"""How many time-outs long each step is waited for: longer for later ones. An honest peer that waits in vain
for the third at an earlier step must have the time to say so before it is taken for silent itself.
"""
CHECK_SECONDS = 0.0002
"""How much longer admission is waited for, for each person: papers that were checked before rest in a short
form that is read in a fraction of that (`kept_papers`).
"""
ANEW_SECONDS, MOST_ANEW_SECONDS = 0.01, 60.0
"""The same where papers are verified anew, and how long that is waited for at most. What was verified anew by
then is kept, so that the next attempt finds it.
"""


@dataclass(frozen=True)
class Party:
    """Who talks about what: this node's role among the three nodes of one attempt over so many people."""

    job_id: str
    attempt: int
    manifest_digest: str
    nodes: tuple[str, ...]
    role: int
    people: int

    @property
    def peers(self) -> tuple[int, ...]:
        """The roles of the other two."""
        return tuple(role for role in range(len(self.nodes)) if role != self.role)

    def names(self, roles: tuple[int, ...]) -> tuple[str, ...]:
        """The node ids of some roles."""
        return tuple(self.nodes[role] for role in roles)


@dataclass(frozen=True)
class Conversation:
    """The exchange of one attempt. `require_running` raises when the attempt is to end before its time."""

    party: Party
    key: SigningKey = field(repr=False)
    transport: PeerTransport
    mailbox: Mailbox
    require_running: Callable[[], None]
    timeout_seconds: float
    monotonic: Callable[[], float] = time.monotonic

    def tell(self, step: Step, bodies: Mapping[int, bytes], *, pieces: Sequence[bytes] = ()) -> None:
        """Bring each role its message of a step, after the pieces that it names, one after the other.

        Unreachable peers are tried until time is up.

        Raises:
            AttemptFailedError: a peer could not be reached in time, refuses the message, gave up, or
                contradicted itself; or a higher attempt took over.
        """
        deadline = self._deadline(step)
        waiting: dict[int, list[str | bytes]] = {
            role: [*pieces, self._signed(step, body)] for role, body in bodies.items()
        }
        while True:
            seen = self.mailbox.changes
            for role, parcels in waiting.items():
                while parcels and self._delivered(role, parcels[0]):
                    del parcels[0]
            waiting = {role: parcels for role, parcels in waiting.items() if parcels}
            if not waiting:
                return
            self.require_unbroken()
            self._wait(seen, deadline, silent=tuple(waiting))

    def hear(self, step: Step, roles: tuple[int, ...]) -> dict[int, bytes]:
        """Wait for the messages of some roles at a step, and return their bodies.

        Raises:
            AttemptFailedError: as `tell`, and when a peer works by another manifest or claims another role.
        """
        deadline = self._deadline(step)
        while True:
            seen = self.mailbox.changes
            heard = self._heard_so_far()
            bodies = {role: heard[role, step].body for role in roles if (role, step) in heard}
            if len(bodies) == len(roles):
                # Even if a peer has given up since: from the same messages this node can tell why.
                return bodies
            _require_nobody_left(heard)
            self._wait(seen, deadline, silent=tuple(role for role in roles if role not in bodies))

    def require_unbroken(self) -> None:
        """Return only if nothing speaks against going on: no peer gave up or contradicted itself so far.

        Raises:
            AttemptFailedError: as `tell`.
        """
        _require_nobody_left(self._heard_so_far())

    def leave(self) -> None:
        """Tell the peers, once each and without waiting for them, that this attempt is over here."""
        for role in self.party.peers:
            try:
                self.transport.deliver(self.party.nodes[role], self._signed(Step.FAILED, b""))
            except (PeerError, CredentialError):
                continue  # it will notice by its own time-out

    def _deadline(self, step: Step) -> float:
        checking = checking_seconds(self.party.people) if step is Step.ADMISSION else 0.0
        return self.monotonic() + self.timeout_seconds * PATIENCE.get(step, 1.0) + checking

    def _signed(self, step: Step, body: bytes) -> str:
        party = self.party
        message = PeerMessage(party.job_id, party.attempt, party.manifest_digest, step, party.role, body)
        return sign_message(message, self.key)

    def _delivered(self, role: int, parcel: str | bytes) -> bool:
        node_id = self.party.nodes[role]
        try:
            if isinstance(parcel, bytes):
                self.transport.hand_over(node_id, digest_of_piece(parcel), parcel)
            else:
                self.transport.deliver(node_id, parcel)
        except RefusedByPeerError as error:
            if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise AttemptFailedError(
                    Failure.PEER_REFUSED, f"{node_id} does not take our message: {error}"
                ) from error
            return False
        except PeerError:
            return False
        return True

    def _heard_so_far(self) -> dict[tuple[int, Step], PeerMessage]:
        self.require_running()
        heard = {}
        for kept in self.mailbox.messages(self.party.job_id, self.party.attempt, self.party.nodes):
            message = self._checked(kept)
            heard[message.sender, message.step] = message
        return heard

    def _checked(self, kept: KeptMessage) -> PeerMessage:
        sender = kept.slot.sender
        if kept.conflict:
            raise AttemptFailedError(
                Failure.PEER_CONFLICT,
                f"{sender} said two things at step {kept.slot.step}",
                culprits=(sender,),
            )
        message = read_kept_message(kept.token)
        if message.manifest_digest != self.party.manifest_digest:
            raise AttemptFailedError(Failure.MANIFESTS_DIFFER, f"{sender} was given another manifest")
        if self.party.nodes[message.sender] != sender or message.sender == self.party.role:
            raise AttemptFailedError(
                Failure.PEER_VIOLATION, f"{sender} spoke for role {message.sender}", culprits=(sender,)
            )
        return message

    def _wait(self, seen: int, deadline: float, *, silent: tuple[int, ...]) -> None:
        left = deadline - self.monotonic()
        if left <= 0:
            names = self.party.names(silent)
            raise AttemptFailedError(
                Failure.PEER_TIMEOUT, f"no answer from {', '.join(names)}", culprits=names
            )
        self.mailbox.wait(seen, min(left, LOOK_AGAIN_SECONDS))


def checking_seconds(people: int) -> float:
    """How much longer admission is waited for, in seconds, where so many people's papers are looked at."""
    return max(people * CHECK_SECONDS, min(people * ANEW_SECONDS, MOST_ANEW_SECONDS))


def _require_nobody_left(heard: Mapping[tuple[int, Step], PeerMessage]) -> None:
    left = [role for role, step in heard if step is Step.FAILED]
    if left:
        raise AttemptFailedError(Failure.PEER_FAILED, f"role {left[0]} gave up")
