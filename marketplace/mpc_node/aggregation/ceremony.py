"""How do three nodes make a joint key? By that of `crypto.elgamal`, in signed messages over HTTPS.

Each operator starts it once, under a name that the three agree on; a second try needs another name, because
a node never says two things at one step. What `crypto.elgamal.key_generation` asks of its surroundings:

* *Private channels.* The share for a peer is sealed to the sealing key that the registry lists for it, so it
  is not in the clear in the mailbox either.
* *A broadcast.* Each node sends the same bytes to both peers. Whether it did is seen at the end: the last
  step says transcript and public key, and nobody uses a key of which the three say different things.
* *A deadline.* A peer that stays silent ends the ceremony and is named; all three are needed here, though two
  could make a key. Somebody who ends ceremonies after seeing the key could choose among keys, and is seen.

The share is on disk before the last word is said, and the word for the authority exists only after all three
have said the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from crypto.elgamal.key_generation import start
from crypto.elgamal.key_generation_messages import Terms
from crypto.elgamal.key_generation_opening import GeneratedKey
from crypto.encoding import b64url_encode, canonical_json, sha256
from crypto.errors import CryptoError, MalformedError, ProtocolError
from crypto.randomness import RandomBytes
from crypto.reading import Fields
from crypto.sealing import open_sealed, seal
from marketplace.mpc_node.aggregation.share_store import ShareStore
from marketplace.mpc_node.conversation import Conversation, Party
from marketplace.mpc_node.errors import AttemptFailedError, Failure, SettingsError
from marketplace.mpc_node.keys import NodeKeys
from marketplace.mpc_node.message import KEY_MAKING, Step
from ssi.aggregation_key import PARTIES, THRESHOLD, AggregationKeyEntry
from ssi.trust_entries import NodeEntry

USE: Final = KEY_MAKING
_ATTEMPT: Final = 1

Talk = Callable[[Party], Conversation]
"""Begins a conversation with the two peers."""


@dataclass(frozen=True)
class Ceremony:
    """One making of a key, as one node goes through it. `nodes` are the three in the order of the parties."""

    name: str
    nodes: Sequence[NodeEntry]
    me: str
    keys: NodeKeys = field(repr=False)
    shares: ShareStore
    talk: Talk
    random: RandomBytes = field(repr=False)

    def __post_init__(self) -> None:
        ids = [node.id for node in self.nodes]
        if len(set(ids)) != PARTIES or len(ids) != PARTIES or self.me not in ids:
            raise SettingsError(f"a joint key is made by {PARTIES} nodes, this one among them")

    def run(self) -> AggregationKeyEntry:
        """Make the key, keep this node's share, and return what is public once all three have the same.

        Raises:
            AttemptFailedError: a peer was silent or gave up, sent what is no message, or did wrong in the
                making; it is named where that can be told. Or the nodes made different keys.
        """
        talk = self.talk(self._party)
        try:
            return self._made(talk)
        except AttemptFailedError:
            talk.leave()
            raise
        except ProtocolError as error:
            talk.leave()
            names = tuple(self.nodes[party - 1].id for party in error.culprits)
            raise AttemptFailedError(Failure.PROTOCOL_VIOLATION, str(error), culprits=names) from error

    @property
    def _party(self) -> Party:
        return Party(
            job_id=f"{USE}: {self.name}",
            attempt=_ATTEMPT,
            manifest_digest=b64url_encode(self._binding),
            nodes=tuple(node.id for node in self.nodes),
            role=self._role,
            people=0,
        )

    @property
    def _role(self) -> int:
        return [node.id for node in self.nodes].index(self.me)

    @property
    def _binding(self) -> bytes:
        about = [{"id": node.id, "key": node.verifying_key.thumbprint()} for node in self.nodes]
        return sha256(canonical_json({"use": USE, "name": self.name, "nodes": about}))

    def _made(self, talk: Conversation) -> AggregationKeyEntry:
        generated = self._generated(talk)
        if generated.blamed:
            names = tuple(self.nodes[party - 1].id for party in sorted(generated.blamed))
            why = "; ".join(generated.blamed.values())
            raise AttemptFailedError(Failure.PEER_VIOLATION, f"in making the key: {why}", culprits=names)
        nodes = tuple(node.id for node in self.nodes)
        entry = AggregationKeyEntry(generated.key.public, nodes, generated.transcript)
        self.shares.save(generated.key)
        own = canonical_json(entry.to_json())
        heard = self._exchanged(talk, Step.KEY_MADE, own)
        if any(said != own for said in heard.values()):
            raise AttemptFailedError(Failure.DISAGREEMENT, "the nodes heard different things and made no key")
        return entry

    def _generated(self, talk: Conversation) -> GeneratedKey:
        terms = Terms(PARTIES, THRESHOLD, self._binding)
        dealing = start(terms, self._role + 1, self.random)
        broadcasts, shares = self._dealt(talk, dealing.broadcast, dealing.outbox)
        complaining = dealing.receive(broadcasts, shares)
        answering = complaining.receive(self._heard(talk, Step.KEY_COMPLAINTS, complaining.broadcast))
        opening = answering.receive(self._heard(talk, Step.KEY_ANSWERS, answering.broadcast))
        objecting = opening.receive(self._heard(talk, Step.KEY_OPENING, opening.broadcast))
        rebuilding = objecting.receive(self._heard(talk, Step.KEY_OBJECTIONS, objecting.broadcast))
        return rebuilding.receive(self._heard(talk, Step.KEY_REBUILDING, rebuilding.broadcast))

    def _dealt(
        self, talk: Conversation, broadcast: bytes, outbox: Mapping[int, bytes]
    ) -> tuple[dict[int, bytes], dict[int, bytes]]:
        """Exchange the first round: the same broadcast to both, and to each its own sealed share."""
        bodies = {
            party - 1: canonical_json(
                {
                    "broadcast": b64url_encode(broadcast),
                    "share": b64url_encode(
                        seal(share, self.nodes[party - 1].sealing_key, context=self._context(party))
                    ),
                }
            )
            for party, share in outbox.items()
        }
        talk.tell(Step.KEY_DEALING, bodies)
        heard = talk.hear(Step.KEY_DEALING, self._party.peers)
        broadcasts: dict[int, bytes] = {}
        shares: dict[int, bytes] = {}
        for role, body in heard.items():
            broadcasts[role + 1], shares[role + 1] = self._read_dealing(role, body)
        return broadcasts, shares

    def _read_dealing(self, role: int, body: bytes) -> tuple[bytes, bytes]:
        try:
            fields = Fields.parse(body, "dealing")
            broadcast, sealed = fields.binary("broadcast"), fields.binary("share")
            fields.done()
        except MalformedError as error:
            name = self.nodes[role].id
            raise AttemptFailedError(
                Failure.PEER_VIOLATION, f"{name} sent what is no dealing", culprits=(name,)
            ) from error
        try:
            return broadcast, open_sealed(sealed, self.keys.sealing, context=self._context(self._role + 1))
        except CryptoError:
            return broadcast, b""  # a share that does not open is one that never came: complained about

    def _context(self, party: int) -> bytes:
        return USE.encode() + self._binding + bytes((party,))

    def _heard(self, talk: Conversation, step: Step, broadcast: bytes) -> dict[int, bytes]:
        return {role + 1: body for role, body in self._exchanged(talk, step, broadcast).items()}

    def _exchanged(self, talk: Conversation, step: Step, body: bytes) -> dict[int, bytes]:
        peers = self._party.peers
        talk.tell(step, dict.fromkeys(peers, body))
        return talk.hear(step, peers)
