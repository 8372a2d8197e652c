"""How is a lie in an AND noticed? Every AND is compared with random ones, some of which are opened.

`Party.audit` has noted every AND of planes as (x, y, z). Before anything is released, `verify_ands` makes
random triples (a, b, c = a AND b) by the same protocol, shuffles them by a coin that is tossed afterwards,
opens a few of them, and puts k of the others beside each noted AND. With a triple of its own an AND is
checked without being shown: ρ = x ^ a and σ = y ^ b are opened, which a and b mask, and

    e = z ^ c ^ (ρ AND b) ^ (σ AND a) ^ (ρ AND σ)

is zero if both are right, or wrong in the same bits. (Furukawa, Lindell, Nof, Weinstein, Eurocrypt 2017; the
triples are consumed at the end of the batch as in Araki, Barak, Furukawa, Lichter, Lindell, Nof, Ohara,
Watzman, Weinstein, S&P 2017. The unit here is a word of 64 ANDs at once: wrong in one bit is wrong.)

Soundness. Let n words be noted, k triples stand beside each, and k more be opened: T = (n + 1)k in all. Who
falsified m noted words passes only if exactly mk triples are wrong too and the shuffle puts just these, and
none of the opened ones, beside the m. Of the C(T, mk) places that they may come to, equally likely and fixed
after everything was sent, one is right. C(T, mk) is smallest for m = 1 and m = n, where it is C(T, k) because
k are opened. `copies` takes the smallest k with C(T, k) >= 2^40: two from 741,455 words on, 22 for one word.
Several batches do not add up: the liar must pass the one in which it lied.

Privacy. ρ and σ are uniform; e depends on lies only, so a stopped run tells nothing about data, and neither
where it was stopped. Traffic: 1 bit an AND and role for the computation and 3k bits for its verification.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from math import comb
from typing import Any, Final

import numba
import numpy as np
from numpy.typing import NDArray

from crypto.errors import CryptoError, ProtocolError
from crypto.mpc.bits import and_planes
from crypto.mpc.packing import WORD_BITS
from crypto.mpc.party import KeyStream, Party, coin
from crypto.mpc.rounds import Exchange, Protocol, Words
from crypto.mpc.shares import Planes
from crypto.sharing.replicated import following

SOUNDNESS_BITS: Final = 40
"""A lie in any AND passes with probability at most 2^-40."""

BATCH_WORDS: Final = 1 << 20
"""How many words of 64 ANDs are verified at once: bounds memory to some 400 MB."""

_WORD: Final = numba.types.uint64
_OUT: Final = _WORD[:, ::1]
_READ: Final = numba.types.Array(_WORD, 2, "C", readonly=True)
_FIELDS: Final = 6

Order = NDArray[np.int64]
"""Places of random triples, in the order in which they are used."""


@dataclass(frozen=True, eq=False)
class Triples:
    """Shared words x, y and what should be x AND y, a row for each: x_i, y_i, z_i, x_{i+1}, y_{i+1}, z_{i+1}.

    All of a triple stands together, since the shuffle fetches them one by one from far apart.
    """

    role: int
    rows: Words = field(repr=False)

    @property
    def size(self) -> int:
        """How many triples there are."""
        return int(self.rows.shape[0])

    def take(self, places: slice) -> "Triples":
        """The triples at some places, without copying them."""
        return Triples(self.role, self.rows[places])

    def shuffle(self, order: Order) -> "Triples":
        """The triples in another order."""
        return Triples(self.role, np.take(self.rows, order, axis=0))


@numba.njit(numba.types.void(_OUT, _OUT, _READ, _READ), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _mask_factors(own: Any, held: Any, noted: Any, random: Any) -> None:
    beside = random.shape[0] // noted.shape[0]
    for place in range(noted.shape[0]):
        for index in range(place * beside, (place + 1) * beside):
            for side in range(2):
                own[side, index] = noted[place, side] ^ random[index, side]
                held[side, index] = noted[place, 3 + side] ^ random[index, 3 + side]


@numba.njit(numba.types.void(_OUT, _READ, _READ, _READ), cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add_errors(out: Any, noted: Any, random: Any, differences: Any) -> None:
    beside = random.shape[0] // noted.shape[0]
    for place in range(noted.shape[0]):
        for index in range(place * beside, (place + 1) * beside):
            rho, sigma = differences[0, index], differences[1, index]
            for half in range(2):
                a, b, c = random[index, 3 * half], random[index, 3 * half + 1], random[index, 3 * half + 2]
                out[half, index] ^= noted[place, 3 * half + 2] ^ c ^ (rho & b) ^ (sigma & a)


def copies(words: int) -> int:
    """How many random triples each of so many words needs, and how many are opened."""
    count = 1
    while comb((words + 1) * count, count) < 1 << SOUNDNESS_BITS:
        count += 1
    return count


def verify_ands(party: Party) -> Protocol[None]:
    """Return only if every AND that was noted so far is right, and forget them. Six rounds a batch.

    Raises:
        CryptoError: nothing was noted, because `party.audit` is None.
        ProtocolError: an AND is wrong, and either of the other two roles may have caused it; or a role
            contradicts itself.
    """
    noted = party.audit
    if noted is None:
        raise CryptoError("this role notes no ANDs: set Party.audit to an empty list before computing")
    party.audit = None  # the triples of the check are not to be noted themselves
    for batch in _batches(party.role, noted):
        yield from _verify_batch(party, batch)
    noted.clear()
    party.audit = noted


def _verify_batch(party: Party, noted: Triples) -> Protocol[None]:
    beside = copies(noted.size)
    triples = yield from _random_triples(party, (noted.size + 1) * beside)
    tossed = yield from coin(party, "and triples")
    shuffled = triples.shuffle(_permutation(KeyStream(tossed, party.binding), triples.size))
    tried, kept = shuffled.take(slice(beside)), shuffled.take(slice(beside, None))
    shown = yield from _opened(party, tried, _masked(noted, kept))
    tested, differences = shown[: 3 * beside].reshape(-1, 3).T, shown[3 * beside :].reshape(2, -1)
    agreed = yield from _same_view(party, shown)
    # Only now: with a ρ that another role made up, the digest of the errors would tell about b.
    if agreed and np.array_equal(tested[0] & tested[1], tested[2]):
        agreed = yield from _add_up_to_zero(party, _errors(noted, kept, differences))
    else:
        agreed = False
    if not agreed:
        raise ProtocolError(
            "an AND is not what it should be: another role did not compute what it was given",
            tuple(sorted((party.before, party.after))),
        )


def _random_triples(party: Party, count: int) -> Protocol[Triples]:
    left, right = (
        Planes(party.role, count * WORD_BITS, *map(_row, party.random_words(count))) for _ in range(2)
    )
    product = yield from and_planes(party, left, right)
    return _joined(party.role, [(left, right, product)])


def _masked(noted: Triples, random: Triples) -> tuple[Words, Words]:
    """Both summands of x ^ a and y ^ b, for every noted triple and the random ones beside it."""
    own, held = np.empty((2, 2, random.size), dtype=np.uint64)
    _mask_factors(own, held, noted.rows, random.rows)
    return own, held


def _opened(party: Party, tried: Triples, masked: tuple[Words, Words]) -> Protocol[Words]:
    """Triples and masked factors, in the clear: each role gets the summand that it lacks from the one before.

    Whether it is the right one is known when all roles compare what they saw.
    """
    halves = (tried.rows[:, :3], tried.rows[:, 3:])
    own, held = (
        np.concatenate([half.reshape(-1), words.reshape(-1)])
        for half, words in zip(halves, masked, strict=True)
    )
    inbox = yield Exchange({party.after: own}, {party.before: own.size})
    held ^= own
    held ^= inbox[party.before]
    return held


def _errors(noted: Triples, random: Triples, differences: Words) -> Words:
    """Both summands of e, which should be zero, for every noted triple and the random ones beside it."""
    errors = np.zeros((2, random.size), dtype=np.uint64)
    for half, summand in enumerate((noted.role, following(noted.role))):
        if summand == 0:  # what is public is part of summand 0
            np.bitwise_and(differences[0], differences[1], out=errors[half])
    _add_errors(errors, noted.rows, random.rows, differences)
    return errors


def _same_view(party: Party, shown: Words) -> Protocol[bool]:
    """Whether all roles were shown the same."""
    view = _digest(shown)
    inbox = yield party.to_both(view)
    return all(np.array_equal(words, view) for words in inbox.values())


def _add_up_to_zero(party: Party, errors: Words) -> Protocol[bool]:
    """Whether the summands of the role before and this role's second add up to zero, word by word."""
    both = _digest(errors[0] ^ errors[1])
    inbox = yield Exchange({party.after: both}, {party.before: both.size})
    # The two that the role before holds leave the third, which is this role's second.
    return np.array_equal(inbox[party.before], _digest(errors[1]))


def _permutation(stream: KeyStream, size: int) -> Order:
    """A uniform permutation from a public stream: the order of random words that are all different."""
    draw = 0
    while True:
        keys = stream.words(draw, size)
        order = np.argsort(keys)
        if (np.diff(keys[order]) != 0).all():
            return order
        draw += 1


def _batches(role: int, noted: list[tuple[Planes, Planes, Planes]]) -> Iterator[Triples]:
    if not noted:
        return
    everything = _joined(role, noted)
    for start in range(0, everything.size, BATCH_WORDS):
        yield everything.take(slice(start, start + BATCH_WORDS))


def _joined(role: int, noted: list[tuple[Planes, Planes, Planes]]) -> Triples:
    rows = np.empty((sum(each[0].first.size for each in noted), _FIELDS), dtype=np.uint64)
    place = 0
    for each in noted:
        end = place + each[0].first.size
        for side, planes in enumerate(each):
            rows[place:end, side], rows[place:end, 3 + side] = planes.first.flat, planes.second.flat
        place = end
    return Triples(role, rows)


def _row(words: Words) -> Words:
    return words.reshape(1, -1)


def _digest(words: Words) -> Words:
    return np.frombuffer(sha256(np.ascontiguousarray(words).view(np.uint8).data).digest(), dtype=np.uint64)
