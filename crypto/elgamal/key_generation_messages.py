"""The bytes that parties exchange while they make a key, read strictly.

Every message starts with version, round, sender and the 32 bytes that name the run; then

    dealing, opening       the commitments, in the form of `crypto.sharing.feldman`
    share (in private)     value and blinding, 32 bytes each
    complaints             the accused, a byte each, ascending
    answers and the like   for each party, ascending: its number, value and blinding

A message that was made for another run, round or sender, or that has another form, is refused by the name of
its sender.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Final

from crypto.curve import ORDER, SCALAR_BYTES
from crypto.errors import MalformedError, MalformedMessageError, OutOfRangeError
from crypto.sharing.feldman import Commitments
from crypto.sharing.shamir import MAX_PARTIES, Share

BINDING_BYTES: Final = 32
_VERSION: Final = 1
_HEAD_BYTES: Final = 3 + BINDING_BYTES
_PAIR_BYTES: Final = 2 * SCALAR_BYTES
_ENTRY_BYTES: Final = 1 + _PAIR_BYTES


class Round(IntEnum):
    """What a message says; shares go along with the dealings."""

    DEALING = 1
    COMPLAINTS = 2
    ANSWERS = 3
    OPENING = 4
    OBJECTIONS = 5
    REBUILDING = 6
    SHARE = 7


@dataclass(frozen=True)
class Terms:
    """What the parties agreed on before: their number, how many open a ciphertext, and the name of this run.

    Raises:
        OutOfRangeError: there are fewer than 2·threshold - 1 parties, so that threshold - 1 dishonest ones
        could
            stop or bend the run, or more than 255; or the name does not have 32 bytes.
    """

    parties: int
    threshold: int
    binding: bytes

    def __post_init__(self) -> None:
        if not 1 <= 2 * self.threshold - 1 <= self.parties <= MAX_PARTIES:
            raise OutOfRangeError(f"expected 1 <= 2 * threshold - 1 <= parties <= {MAX_PARTIES}")
        if len(self.binding) != BINDING_BYTES:
            raise OutOfRangeError(f"the name of a run has {BINDING_BYTES} bytes, got {len(self.binding)}")

    @property
    def everyone(self) -> range:
        """All parties."""
        return range(1, self.parties + 1)


@dataclass(frozen=True)
class Pair:
    """The values of a dealer's two polynomials at one party."""

    share: Share
    blinding: Share

    @property
    def party(self) -> int:
        """Whose values they are."""
        return self.share.party


def seal(terms: Terms, kind: Round, sender: int, body: bytes) -> bytes:
    """Put the head before the body of a message."""
    return bytes((_VERSION, kind, sender)) + terms.binding + body


def unseal(terms: Terms, kind: Round, sender: int, raw: bytes) -> bytes:
    """The body of a message.

    Raises:
        MalformedMessageError: it is of another version, round, sender or run.
    """
    if raw[:_HEAD_BYTES] != seal(terms, kind, sender, b""):
        raise MalformedMessageError(f"party {sender}: expected a message of {kind.name.lower()}", (sender,))
    return raw[_HEAD_BYTES:]


def encode_pair(pair: Pair) -> bytes:
    """Write a pair without its party: 64 bytes."""
    return b"".join(one.value.to_bytes(SCALAR_BYTES, "big") for one in (pair.share, pair.blinding))


def decode_pair(body: bytes, party: int) -> Pair:
    """Read the pair of a party.

    Raises:
        MalformedError: another length, or a value that is not reduced.
    """
    values = [int.from_bytes(body[at : at + SCALAR_BYTES], "big") for at in (0, SCALAR_BYTES)]
    if len(body) != _PAIR_BYTES or max(values) >= ORDER:
        raise MalformedError("expected two reduced values")
    share, blinding = (Share(party, value) for value in values)
    return Pair(share, blinding)


def encode_parties(parties: Iterable[int]) -> bytes:
    """Write some of the parties."""
    return bytes(sorted(parties))


def decode_parties(body: bytes, terms: Terms) -> tuple[int, ...]:
    """Read some of the parties.

    Raises:
        MalformedError: they are not ascending, or not of this run.
    """
    if not all(one < other for one, other in pairwise(body)) or not all(
        party in terms.everyone for party in body
    ):
        raise MalformedError("expected parties in ascending order")
    return tuple(body)


def encode_pairs(pairs: Mapping[int, Pair]) -> bytes:
    """Write a pair for each of some parties."""
    return b"".join(bytes((party,)) + encode_pair(pair) for party, pair in sorted(pairs.items()))


def decode_pairs(body: bytes, terms: Terms, *, party: int | None = None) -> Mapping[int, Pair]:
    """Read a pair for each of some parties; the values are those at `party`, or at the party itself.

    Raises:
        MalformedError: another length or order, a party of another run, or a value that is not reduced.
    """
    if len(body) % _ENTRY_BYTES:
        raise MalformedError("expected whole entries")
    entries = [body[at : at + _ENTRY_BYTES] for at in range(0, len(body), _ENTRY_BYTES)]
    parties = decode_parties(bytes(entry[0] for entry in entries), terms)
    rest = (entry[1:] for entry in entries)
    return {
        one: decode_pair(pair, one if party is None else party)
        for one, pair in zip(parties, rest, strict=True)
    }


def decode_commitments(body: bytes, terms: Terms) -> Commitments:
    """Read a dealer's commitments.

    Raises:
        MalformedError: another form, or as many coefficients as not agreed on.
    """
    return Commitments.decode(body, threshold=terms.threshold)
