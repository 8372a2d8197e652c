"""One purchase whose result survives wallets that fall silent: double masking, in rounds.

Bonawitz et al., "Practical Secure Aggregation for Privacy-Preserving Machine Learning" (CCS 2017, ePrint
2017/281), for the key shares of `crypto.functional.one_label`. If a wallet's pairwise masks could simply be
taken off when it falls silent, a collector could call it silent although its share had only been late, and
would hold that share without masks. So a share carries a second mask of its own, and of each wallet the
others reveal either what takes the pairwise masks off (it was silent) or what takes its own mask off (it was
heard), and never both.

Rounds, for one function and label; a *place* is a member's in the cohort:

1. `start` draws a mask key pair of this run; its public half goes to everybody.
2. `Advertised.receive` takes all halves (the *roster*). The member's mask key and the secret of its own mask
   are cut into Shamir shares, one for each place, sealed to it under the pairwise seed of the cohort.
3. `Sharing.receive` takes the sealed shares. The masked key share goes to the collector.
4. `Masked.reveal` is told who was heard, and gives the collector its shares of one secret of each member.

`crypto.functional.one_label_collect` then opens the sum over those who were heard.

Guarantee. Shares are rebuilt by `threshold` of n members. If at most c members tell a lying collector all
they know, it gets both secrets of nobody as long as 2 · threshold > n + c, because every honest member
answers once; `Run` demands that. The roster is bound into every sealed share and every mask, and each member
finds its own key in it, so a collector cannot slip in keys. The sum is over at least `threshold` members.

State between rounds. A wallet that rests between rounds keeps nothing but a seed: with the randomness of
`crypto.randomness.stream` every step gives the same again, and whoever repeats a step after a crash sends the
same bytes. It must not take a step twice with another roster or inbox, nor answer two sets of heard members.

Limits. At most 255 members. A wallet takes part in one run for each function and label; a second one, with
others who are heard, is a second function over its data, as for `crypto.functional.one_label`. A collector
can stop a run. A member that sends wrong shares spoils the result; sealed shares that do not open name their
sender. Pairwise keys are X25519 and not post-quantum.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.curve import ORDER, SCALAR_BYTES
from crypto.encoding import sha256
from crypto.errors import MalformedError, OutOfRangeError, ProtocolError, ShareError
from crypto.functional.decentralised_keys import AgreementKey, PairwiseSeeds
from crypto.functional.multi_client_function import label_digest
from crypto.functional.one_label_messages import EncryptionKey, KeyShare, Revealed
from crypto.functional.one_label_run import WORD, Run, own_mask, own_scalar, pair_mask, pair_scalar
from crypto.functional.ring import inner_product, to_ring
from crypto.randomness import RandomBytes, random_below, random_bytes
from crypto.sharing.shamir import split

_SEAL_TAG: Final = b"argonauta one label sealed shares v1"
_PLACE_BYTES: Final = 2
SEALED_BYTES: Final = 2 * SCALAR_BYTES + 16
"""Two scalars and the tag of their seal: what one member sends another in round 2."""
_NONCE: Final = bytes(12)

Pair = tuple[int, int]


@dataclass(frozen=True, eq=False, repr=False)
class _Member:
    """A member's secrets in one run. They stay out of ``repr``."""

    run: Run
    key: EncryptionKey
    seeds: PairwiseSeeds
    noise: int
    mask_secret: int
    own_secret: int

    @cached_property
    def mask_key(self) -> AgreementKey:
        return AgreementKey.from_bytes(self.mask_secret.to_bytes(SCALAR_BYTES, "big"))


@dataclass(frozen=True, eq=False)
class Advertised:
    """After round 1; `outbox` is the public mask key of 32 bytes, for everybody."""

    outbox: bytes
    _member: _Member = field(repr=False)

    def receive(self, roster: Mapping[int, bytes], random: RandomBytes = random_bytes) -> "Sharing":
        """Take the mask keys of all members that are there, one's own among them.

        Raises:
            ShareError: there are fewer than the threshold, or a place is not of the cohort.
            ProtocolError: the key at the member's own place is not its own (nobody is named), or some are
                not keys; the culprits are their places.
        """
        member = self._member
        member.run.check_enough(roster)
        if roster.get(member.seeds.place) != self.outbox:
            raise ProtocolError("another key stands at the member's own place", ())
        agreed = self._agree(roster)
        sizes = {"threshold": member.run.threshold, "parties": member.run.function.cohort.size}
        pairs = zip(
            split(member.mask_secret, random=random, **sizes),
            split(member.own_secret, random=random, **sizes),
            strict=True,
        )
        shares = {at: (first.value, second.value) for at, (first, second) in enumerate(pairs)}
        return Sharing(member, dict(roster), agreed, {place: shares[place] for place in roster})

    def _agree(self, roster: Mapping[int, bytes]) -> Mapping[int, bytes]:
        agreed, wrong = {}, []
        for place in sorted(roster.keys() - {self._member.seeds.place}):
            try:
                agreed[place] = self._member.mask_key.seed_with(roster[place])
            except MalformedError:
                wrong.append(place)
        if wrong:
            raise ProtocolError("some mask keys are no public keys", tuple(wrong))
        return agreed


@dataclass(frozen=True, eq=False)
class Sharing:
    """After round 2; `outbox` is one sealed message for each other place of the roster."""

    _member: _Member = field(repr=False)
    _roster: Mapping[int, bytes] = field(repr=False)
    _agreed: Mapping[int, bytes] = field(repr=False)
    _shares: Mapping[int, Pair] = field(repr=False)

    @cached_property
    def outbox(self) -> Mapping[int, bytes]:
        """Two scalars sealed to each place: 80 bytes each."""
        me = self._member.seeds.place
        return {
            place: self._sealer(me, place).encrypt(_NONCE, _scalars(pair), None)
            for place, pair in self._shares.items()
            if place != me
        }

    def receive(self, inbox: Mapping[int, bytes]) -> "Masked":
        """Take the sealed shares of the members that sent some; the others are as if they had never been.

        Raises:
            ShareError: with the member itself they are fewer than the threshold, or not of the roster.
            ProtocolError: some do not open; the culprits are their senders.
        """
        me = self._member.seeds.place
        held, wrong = {me: self._shares[me]}, []
        for sender in sorted(inbox.keys() - {me}):
            if sender not in self._roster:
                raise ShareError("a sender is not on the roster")
            try:
                held[sender] = _read_scalars(self._sealer(sender, me).decrypt(_NONCE, inbox[sender], None))
            except (InvalidTag, MalformedError, ValueError):
                wrong.append(sender)
        if wrong:
            raise ProtocolError("some sealed shares do not open", tuple(wrong))
        self._member.run.check_enough(held)
        return Masked(self._member, self._digest, self._agreed, held)

    @cached_property
    def _digest(self) -> bytes:
        return self._member.run.roster_digest(self._roster)

    def _sealer(self, sender: int, receiver: int) -> AESGCM:
        # The roster holds fresh keys, so that each key seals one message, and the nonce may stand still.
        other = receiver if sender == self._member.seeds.place else sender
        way = sender.to_bytes(_PLACE_BYTES, "big") + receiver.to_bytes(_PLACE_BYTES, "big")
        return AESGCM(sha256(_SEAL_TAG, self._digest, way, self._member.seeds.seeds[other]))


@dataclass(frozen=True, eq=False)
class Masked:
    """After round 3; `outbox` is the masked key share, for the collector."""

    _member: _Member = field(repr=False)
    _digest: bytes = field(repr=False)
    _agreed: Mapping[int, bytes] = field(repr=False)
    _held: Mapping[int, Pair] = field(repr=False)

    @property
    def partners(self) -> frozenset[int]:
        """Who sent shares in round 2: the pairwise masks are with these."""
        return frozenset(self._held)

    @cached_property
    def outbox(self) -> KeyShare:
        """<y, PRF(k, label)> - noise + own mask + pairwise masks, in Z_2^64, bound to the roster."""
        member, me = self._member, self._member.seeds.place
        weights = to_ring(member.run.function.weights[me])
        opened = int(inner_product(weights, member.key.mask(label_digest(member.run.label), len(weights)))[0])
        pairs = (
            pair_mask(self._agreed[other], me, other, self._digest) for other in self._held if other != me
        )
        masks = own_mask(member.own_secret, self._digest) + sum(pairs)
        return KeyShare(self._digest, me, (opened - member.noise + masks) % WORD)

    @cached_property
    def blinding(self) -> int:
        """The member's scalar masks, modulo the order: what a commitment beside its share is blinded with.

        Those of all who are heard add up to what `crypto.functional.one_label_collect.collect_blinding`
        finds.
        """
        member, me = self._member, self._member.seeds.place
        pairs = (
            pair_scalar(self._agreed[other], me, other, self._digest) for other in self._held if other != me
        )
        return (own_scalar(member.own_secret, self._digest) + sum(pairs)) % ORDER

    def reveal(self, heard: frozenset[int]) -> Revealed:
        """Answer the collector, who says whose masked shares it has: of each partner one secret, never both.

        A member calls this once in a run and keeps that it did: the state that answered is thrown away.

        Raises:
            ShareError: fewer than the threshold were heard, or somebody who sent no shares.
        """
        self._member.run.check_enough(heard)
        if not heard <= self.partners:
            raise ShareError("a member was heard that sent no shares")
        values = {place: pair[place in heard] for place, pair in self._held.items()}
        return Revealed(self._digest, self._member.seeds.place, heard, values)


def start(
    run: Run, key: EncryptionKey, seeds: PairwiseSeeds, random: RandomBytes = random_bytes, *, noise: int = 0
) -> Advertised:
    """Begin a run as the member whose seeds these are.

    Raises:
        ShareError: the seeds are those of another cohort.
        OutOfRangeError: the noise is beyond the bound of the function.
    """
    if seeds.cohort != run.function.cohort:
        raise ShareError("the pairwise seeds are those of another cohort")
    if abs(noise) > run.function.noise_bound:
        raise OutOfRangeError("the noise is beyond the bound of the function")
    member = _Member(run, key, seeds, noise, random_below(ORDER, random), random_below(ORDER, random))
    return Advertised(member.mask_key.public, member)


def advertised_key(random: RandomBytes) -> bytes:
    """The public mask key that `start` advertises with this randomness, before the cohort is known."""
    return AgreementKey.from_bytes(random_below(ORDER, random).to_bytes(SCALAR_BYTES, "big")).public


def _scalars(pair: Pair) -> bytes:
    return b"".join(scalar.to_bytes(SCALAR_BYTES, "big") for scalar in pair)


def _read_scalars(raw: bytes) -> Pair:
    pair = int.from_bytes(raw[:SCALAR_BYTES], "big"), int.from_bytes(raw[SCALAR_BYTES:], "big")
    if len(raw) != 2 * SCALAR_BYTES or max(pair) >= ORDER:
        raise MalformedError("expected two reduced scalars")
    return pair
