"""How parties make a key of which each holds a share and nobody the whole: a value that moves in rounds.

The protocol of Gennaro, Jarecki, Krawczyk and Rabin (Eurocrypt 1999; J. Cryptology 20, 2007) over secp256k1.
Each round is a state with a `broadcast` for all; `receive` takes those of the others and gives the next:

1. `Dealing`: every party deals a random number by Pedersen's sharing; a share goes to each in private.
2. `Complaining`: who got no share that fits says so.
3. `Answering`: the accused publish the shares complained about. Whoever does not, or was accused by
   `threshold` parties, is out. Now the dealers that count are fixed, and nothing is known about any number.
4. `Opening`: those dealers publish Feldman's commitments to the same polynomial.
5. `Objecting`: whose share does not fit these publishes it, which proves the lie.
6. `Rebuilding`: what liars and silent dealers dealt is rebuilt from the shares and published for them.

The key is the sum of all numbers that count. It is uniform although some parties speak last: they fix their
numbers, and whether these count, before they learn anything about those of others, and from round 4 on they
cannot take them back.

Assumes fewer than `threshold` dishonest parties and parties >= 2·threshold - 1; private, authenticated
channels between parties for round 1; a broadcast on which all see the same bytes, with a deadline after
which a message counts as missing. Parties whose `transcript` differs saw different broadcasts: they compare
it before the key is used. `binding` names the run and keeps the messages of another out.

Bytes that cannot be read count as silence. Parties are numbered from 1, and `blamed` tells of each who did
wrong what it did.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from crypto.curve import ORDER
from crypto.elgamal.key_generation_messages import (
    Pair,
    Round,
    Terms,
    decode_commitments,
    decode_pair,
    decode_pairs,
    decode_parties,
    encode_pair,
    encode_pairs,
    encode_parties,
    seal,
    unseal,
)
from crypto.elgamal.key_generation_opening import Opening
from crypto.elgamal.key_generation_run import Run, fits_dealing
from crypto.encoding import sha256
from crypto.errors import MalformedError, OutOfRangeError, ProtocolError
from crypto.randomness import RandomBytes, random_below, random_bytes
from crypto.sharing.feldman import Commitments, commit, commit_hiding
from crypto.sharing.shamir import Polynomial

_TRANSCRIPT_TAG: Final = b"argonauta key generation v1"


@dataclass(frozen=True)
class Answering:
    """Round 3: the accused publish the shares that were complained about."""

    run: Run = field(repr=False)
    complaints: Mapping[int, tuple[int, ...]]
    """Who was accused, and by whom."""
    broadcast: bytes = field(repr=False)

    def receive(self, broadcasts: Mapping[int, bytes]) -> Opening:
        """Fix the dealers that count; nothing is known about their numbers yet.

        Raises:
            ProtocolError: none is left; all are named.
        """

        def read(party: int, raw: bytes) -> Mapping[int, Pair]:
            return decode_pairs(unseal(self.run.terms, Round.ANSWERS, party, raw), self.run.terms)

        run, answers = self.run.hear(self.broadcast, broadcasts, read)
        out: dict[int, str] = {}
        for dealer, accusers in self.complaints.items():
            pairs, dealt = answers.get(dealer, {}), run.commitments[dealer]
            answered = [one for one in accusers if one in pairs and fits_dealing(pairs[one], dealt)]
            if len(accusers) >= run.terms.threshold:
                out[dealer] = "was accused by too many parties to be honest"
            elif len(answered) < len(accusers):
                out[dealer] = "did not answer a complaint with a share that fits"
            elif run.me in accusers:
                run = replace(run, pairs={**run.pairs, dealer: pairs[run.me]})
        run = run.blame(out)
        dealers = tuple(dealer for dealer in run.commitments if dealer not in out)
        if not dealers:
            raise ProtocolError("no dealer is left", tuple(run.terms.everyone))
        body = commit(run.polynomial).encode() if run.me in dealers else b""
        return Opening(run, dealers, seal(run.terms, Round.OPENING, run.me, body))


@dataclass(frozen=True)
class Complaining:
    """Round 2: who got no share that fits its dealer's commitments says so."""

    run: Run = field(repr=False)
    broadcast: bytes = field(repr=False)

    def receive(self, broadcasts: Mapping[int, bytes]) -> Answering:
        """Collect the complaints and answer those about this party."""

        def read(party: int, raw: bytes) -> tuple[int, ...]:
            return decode_parties(unseal(self.run.terms, Round.COMPLAINTS, party, raw), self.run.terms)

        run, heard = self.run.hear(self.broadcast, broadcasts, read)
        complaints = {
            dealer: accusers
            for dealer in run.commitments
            if (accusers := tuple(party for party, accused in heard.items() if dealer in accused))
        }
        pairs = {party: run.pair_for(party) for party in complaints.get(run.me, ())}
        message = seal(run.terms, Round.ANSWERS, run.me, encode_pairs(pairs))
        return Answering(run, complaints, message)


@dataclass(frozen=True)
class Dealing:
    """Round 1: every party deals a random number; `outbox` holds the share of each other one, in private."""

    run: Run = field(repr=False)
    broadcast: bytes = field(repr=False)
    outbox: Mapping[int, bytes] = field(repr=False)

    def receive(self, broadcasts: Mapping[int, bytes], shares: Mapping[int, bytes]) -> Complaining:
        """Check the shares that came against the commitments that everyone got."""

        def read(party: int, raw: bytes) -> Commitments:
            return decode_commitments(unseal(self.run.terms, Round.DEALING, party, raw), self.run.terms)

        run, commitments = self.run.hear(self.broadcast, broadcasts, read)
        pairs = {run.me: run.pair_for(run.me)}
        for dealer in commitments:
            pair = _dealt(run, dealer, shares.get(dealer, b""))
            if dealer != run.me and pair is not None and fits_dealing(pair, commitments[dealer]):
                pairs[dealer] = pair
        message = seal(run.terms, Round.COMPLAINTS, run.me, encode_parties(set(commitments) - set(pairs)))
        return Complaining(replace(run, commitments=commitments, pairs=pairs), message)


def start(terms: Terms, me: int, random: RandomBytes = random_bytes) -> Dealing:
    """Begin as one party of a run.

    Raises:
        OutOfRangeError: the party is not of this run.
    """
    if me not in terms.everyone:
        raise OutOfRangeError(f"expected a party from 1 to {terms.parties}, got {me}")
    polynomial, blinding = (
        Polynomial.draw(random_below(ORDER, random), terms.threshold, random) for _ in range(2)
    )
    run = Run(terms, me, polynomial, blinding, sha256(_TRANSCRIPT_TAG, terms.binding))
    commitments = commit_hiding(polynomial, blinding).encode()
    outbox = {
        party: seal(terms, Round.SHARE, me, encode_pair(run.pair_for(party)))
        for party in terms.everyone
        if party != me
    }
    return Dealing(run, seal(terms, Round.DEALING, me, commitments), outbox)


def _dealt(run: Run, dealer: int, raw: bytes) -> Pair | None:
    try:
        return decode_pair(unseal(run.terms, Round.SHARE, dealer, raw), run.me)
    except MalformedError:
        return None
