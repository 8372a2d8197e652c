"""What a party of a key generation knows so far, and how it listens to the others.

Bytes that cannot be read count as silence; both are kept as the sender's fault, and neither stops the run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from crypto.elgamal.key_generation_messages import Pair, Terms
from crypto.encoding import sha256
from crypto.errors import CommitmentError, MalformedError
from crypto.sharing.feldman import Commitments, verify_hidden_share, verify_share
from crypto.sharing.shamir import Polynomial, Share

_LENGTH_BYTES: Final = 4
T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """What a party knows so far. What it dealt and was dealt stays out of ``repr``."""

    terms: Terms
    me: int
    polynomial: Polynomial
    blinding: Polynomial
    transcript: bytes
    blamed: Mapping[int, str] = field(default_factory=dict)
    commitments: Mapping[int, Commitments] = field(default_factory=dict)
    pairs: Mapping[int, Pair] = field(default_factory=dict, repr=False)

    def pair_for(self, party: int) -> Pair:
        """What this party deals to another."""
        return Pair(Share(party, self.polynomial.at(party)), Share(party, self.blinding.at(party)))

    def blame(self, parties: Mapping[int, str]) -> "Run":
        """Keep the first reason that is known of each."""
        return replace(self, blamed={**parties, **self.blamed})

    def hear(
        self, own: bytes, broadcasts: Mapping[int, bytes], read: Callable[[int, bytes], T]
    ) -> tuple["Run", dict[int, T]]:
        """Read everyone's broadcast into the transcript; blame and leave out what cannot be read."""
        said = {**broadcasts, self.me: own}
        transcript, heard, silent = self.transcript, dict[int, T](), dict[int, str]()
        for party in self.terms.everyone:
            raw = said.get(party, b"")
            transcript = sha256(transcript, len(raw).to_bytes(_LENGTH_BYTES, "big"), raw)
            try:
                heard[party] = read(party, raw)
            except MalformedError:
                silent[party] = "sent nothing that could be read" if raw else "sent nothing"
        return replace(self.blame(silent), transcript=transcript), heard


def fits_dealing(pair: Pair, commitments: Commitments) -> bool:
    """Whether a pair is what its dealer committed to in round 1."""
    try:
        verify_hidden_share(pair.share, pair.blinding, commitments)
    except CommitmentError:
        return False
    return True


def fits_opening(pair: Pair, opening: Commitments) -> bool:
    """Whether a pair is what its dealer opened in round 4."""
    try:
        verify_share(pair.share, opening)
    except CommitmentError:
        return False
    return True
