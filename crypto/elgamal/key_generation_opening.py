"""The second half of making a key: what was dealt is opened, and what is not opened is rebuilt.

Rounds 4 to 6 of `crypto.elgamal.key_generation`, where they are explained.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add

from crypto.curve import ORDER
from crypto.elgamal.key_generation_messages import (
    Pair,
    Round,
    decode_commitments,
    decode_pairs,
    encode_pairs,
    seal,
    unseal,
)
from crypto.elgamal.key_generation_run import Run, fits_dealing, fits_opening
from crypto.elgamal.keys import KeyShare, PublicKey
from crypto.errors import ProtocolError
from crypto.sharing.feldman import Commitments, commit
from crypto.sharing.shamir import Polynomial, Share


@dataclass(frozen=True)
class GeneratedKey:
    """A party's part of the key, who did wrong how, and what to compare before the key is used."""

    key: KeyShare
    dealers: tuple[int, ...]
    """Whose numbers the key is the sum of."""
    blamed: Mapping[int, str]
    transcript: bytes


@dataclass(frozen=True)
class Rebuilding:
    """Round 6: what is known of the dealings of those who did not open them is published."""

    run: Run = field(repr=False)
    openings: Mapping[int, Commitments]
    unopened: tuple[int, ...]
    broadcast: bytes = field(repr=False)

    def receive(self, broadcasts: Mapping[int, bytes]) -> GeneratedKey:
        """Rebuild what is missing, and add everything up.

        Raises:
            ProtocolError: fewer than `threshold` parties published what was dealt to them; those who did not
            are named.
        """

        def read(party: int, raw: bytes) -> Mapping[int, Pair]:
            body = unseal(self.run.terms, Round.REBUILDING, party, raw)
            return decode_pairs(body, self.run.terms, party=party)

        run, published = self.run.hear(self.broadcast, broadcasts, read)
        rebuilt = {dealer: self._rebuild(run, dealer, published) for dealer in self.unopened}
        openings = {**self.openings, **rebuilt}
        public = PublicKey(reduce(add, openings.values()), run.terms.parties)
        value = sum(run.pairs[dealer].share.value for dealer in openings) % ORDER
        key = KeyShare(public, Share(run.me, value))
        return GeneratedKey(key.verify(), tuple(sorted(openings)), run.blamed, run.transcript)

    @staticmethod
    def _rebuild(run: Run, dealer: int, published: Mapping[int, Mapping[int, Pair]]) -> Commitments:
        right = [
            pairs[dealer].share
            for pairs in published.values()
            if dealer in pairs and fits_dealing(pairs[dealer], run.commitments[dealer])
        ]
        if len(right) < run.terms.threshold:
            missing = set(run.terms.everyone) - {share.party for share in right}
            raise ProtocolError(
                f"too few parties published what party {dealer} dealt", tuple(sorted(missing))
            )
        return commit(Polynomial.through(right[: run.terms.threshold]))


@dataclass(frozen=True)
class Objecting:
    """Round 5: shares that do not fit what their dealer opened are published."""

    run: Run = field(repr=False)
    openings: Mapping[int, Commitments]
    unopened: tuple[int, ...]
    broadcast: bytes = field(repr=False)

    def receive(self, broadcasts: Mapping[int, bytes]) -> Rebuilding:
        """Find out whose opening is a lie: an objection counts if it fits the dealing and not the opening."""

        def read(party: int, raw: bytes) -> Mapping[int, Pair]:
            body = unseal(self.run.terms, Round.OBJECTIONS, party, raw)
            return decode_pairs(body, self.run.terms, party=party)

        run, objections = self.run.hear(self.broadcast, broadcasts, read)
        liars: dict[int, str] = {}
        for party, pairs in objections.items():
            for dealer, pair in pairs.items():
                if self._holds(run, dealer, pair):
                    liars[dealer] = "opened something else than it dealt"
                else:
                    run = run.blame({party: "objected without a reason"})
        openings = {dealer: opening for dealer, opening in self.openings.items() if dealer not in liars}
        unopened = tuple(sorted({*self.unopened, *liars}))
        known = encode_pairs({dealer: run.pairs[dealer] for dealer in unopened})
        message = seal(run.terms, Round.REBUILDING, run.me, known)
        return Rebuilding(run.blame(liars), openings, unopened, message)

    def _holds(self, run: Run, dealer: int, pair: Pair) -> bool:
        opening = self.openings.get(dealer)
        return (
            opening is not None
            and fits_dealing(pair, run.commitments[dealer])
            and not fits_opening(pair, opening)
        )


@dataclass(frozen=True)
class Opening:
    """Round 4: the dealers that count publish Feldman's commitments to what they dealt."""

    run: Run = field(repr=False)
    dealers: tuple[int, ...]
    broadcast: bytes = field(repr=False)

    def receive(self, broadcasts: Mapping[int, bytes]) -> Objecting:
        """Check the openings against the shares that were dealt to this party."""

        def read(party: int, raw: bytes) -> Commitments:
            return decode_commitments(unseal(self.run.terms, Round.OPENING, party, raw), self.run.terms)

        run, heard = self.run.hear(self.broadcast, broadcasts, read)
        openings = {dealer: heard[dealer] for dealer in self.dealers if dealer in heard}
        unopened = tuple(dealer for dealer in self.dealers if dealer not in heard)
        wrong = {
            dealer: run.pairs[dealer]
            for dealer, opening in openings.items()
            if not fits_opening(run.pairs[dealer], opening)
        }
        message = seal(run.terms, Round.OBJECTIONS, run.me, encode_pairs(wrong))
        return Objecting(run, openings, unopened, message)
