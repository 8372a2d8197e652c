"""Which of two shared numbers is smaller, and are they equal? Circuits over planes, nothing opened.

For a block of neighbouring bits let g say "decided here: smaller" and p say "undecided: equal so far, ask the
block below". g and p never both hold, so that two neighbouring blocks make one by

    g = g_high ^ (p_high AND g_low)        p = p_high AND p_low

which is the parallel prefix of Kogge and Stone (IEEE Trans. Computers, 1973) and Ladner and Fischer (J. ACM,
1980); `crypto.mpc.addition` asks the same of carries. Numbers are tables of planes, bit 0 first, unsigned.
Costs count ANDs of one plane.

| protocol | rounds | ANDs for b bits |
|---|---|---|
| `less_than` | 1 + ⌈log2 b⌉ | about 3b |
| `less_than_public`, `equals_public` | ⌈log2 b⌉ | about 2b, b |
| `one_hot` | ⌈log2 b⌉ | 2^b - b - 1 |

Results are shared planes. The limits are those of `crypto.mpc.bits`.
"""

import numpy as np

from crypto.errors import OutOfRangeError
from crypto.mpc.bits import and_all, and_outer, and_planes
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, Words, together
from crypto.mpc.shares import Planes


def less_than(party: Party, left: Planes, right: Planes) -> Protocol[Planes]:
    """One plane: for each record, whether its left number is smaller than its right one.

    Raises:
        OutOfRangeError: the numbers do not have equally many bits and records.
    """
    decided = yield from and_planes(party, left.invert(), right)
    smaller, _ = yield from fold(party, decided, (left ^ right).invert(), whole=False)
    return smaller


def compare(party: Party, left: Planes, right: Planes) -> Protocol[tuple[Planes, Planes]]:
    """Two planes: whether the left number is smaller, and whether both are equal.

    Raises:
        OutOfRangeError: the numbers do not have equally many bits and records.
    """
    decided = yield from and_planes(party, left.invert(), right)
    return (yield from fold(party, decided, (left ^ right).invert(), whole=True))


def less_than_public(party: Party, numbers: Planes, bound: int) -> Protocol[Planes]:
    """One plane: for each record, whether its number is smaller than a public one.

    Raises:
        OutOfRangeError: the bound is negative.
    """
    if bound < 0:
        raise OutOfRangeError(f"expected a bound that is not negative, got {bound}")
    if bound >> numbers.count:
        return Planes.public(party.role, numbers.records, np.full_like(numbers.first[:1], 2**64 - 1))
    rows = _bits_of(bound, numbers.count)
    decided = numbers.invert().mask(rows)
    smaller, _ = yield from fold(party, decided, _agrees(numbers, rows), whole=False)
    return smaller


def equals(party: Party, left: Planes, right: Planes) -> Protocol[Planes]:
    """One plane: for each record, whether its two numbers are equal.

    Raises:
        OutOfRangeError: the numbers do not have equally many bits and records.
    """
    return (yield from all_of(party, (left ^ right).invert()))


def equals_public(party: Party, numbers: Planes, code: int) -> Protocol[Planes]:
    """One plane: for each record, whether its number is a public code.

    Raises:
        OutOfRangeError: the code is negative or has more bits than the numbers.
    """
    if not 0 <= code < 1 << numbers.count:
        raise OutOfRangeError(f"expected a code of {numbers.count} bits, got {code}")
    return (yield from all_of(party, _agrees(numbers, _bits_of(code, numbers.count))))


def all_of(party: Party, planes: Planes) -> Protocol[Planes]:
    """One plane: the AND of all planes of a table. ⌈log2⌉ rounds."""
    while planes.count > 1:
        pairs = planes.count // 2
        rest = planes.take(slice(2 * pairs, None))
        both = yield from and_planes(
            party, planes.take(slice(0, 2 * pairs, 2)), planes.take(slice(1, 2 * pairs, 2))
        )
        planes = Planes.stack([both, rest])
    return planes


def one_hot(party: Party, codes: Planes) -> Protocol[Planes]:
    """2^b planes from codes of b bits: plane c says for each record whether its code is c.

    A tree: the one-hot planes of both halves of the bits, then every one of them AND every other. Where a
    half is 0 no AND is needed: of all records with this upper half, those whose lower half is not 0 are left
    out, so that 2^b - b - 1 ANDs suffice.
    """
    if codes.count == 1:
        return Planes.stack([codes.invert(), codes])
    half = codes.count // 2
    low, high = yield from together(
        [one_hot(party, codes.take(slice(half))), one_hot(party, codes.take(slice(half, None)))]
    )
    joint = yield from and_outer(party, high.take(slice(1, None)), low.take(slice(1, None)))
    tables = zip(*((each.first, each.second) for each in (high, low, joint)), strict=True)
    return Planes(party.role, codes.records, *(_completed(*table) for table in tables))


def fold(party: Party, decided: Planes, undecided: Planes, *, whole: bool) -> Protocol[tuple[Planes, Planes]]:
    """(g, p) of all positions together, position 0 lowest; unless `whole`, p is meaningless and left out."""
    while decided.count > 1:
        pairs = decided.count // 2
        low, high, rest = slice(0, 2 * pairs, 2), slice(1, 2 * pairs, 2), slice(2 * pairs, None)
        skipped = 0 if whole else 1
        above = undecided.take(high)
        asked, joint = yield from and_all(
            party,
            [
                (above, decided.take(low)),
                (above.take(slice(skipped, None)), undecided.take(low).take(slice(skipped, None))),
            ],
        )
        # The skipped place keeps some plane, so that positions stay aligned; nobody reads it.
        kept = Planes.stack([above.take(slice(skipped)), joint])
        decided = Planes.stack([decided.take(high) ^ asked, decided.take(rest)])
        undecided = Planes.stack([kept, undecided.take(rest)])
    return decided, undecided


def _completed(high: Words, low: Words, joint: Words) -> Words:
    """All planes (upper code, lower code) from those in which neither is 0."""
    table = np.empty((high.shape[0], *low.shape), dtype=np.uint64)
    table[1:, 1:] = joint.reshape(high.shape[0] - 1, low.shape[0] - 1, low.shape[1])
    table[1:, 0] = high[1:]
    table[0] = low
    for code in range(1, low.shape[0]):
        table[1:, 0] ^= table[1:, code]
    for code in range(1, high.shape[0]):
        table[0] ^= table[code]
    return table.reshape(-1, low.shape[1])


def _agrees(numbers: Planes, rows: Words) -> Planes:
    """The bits that are those of a public number."""
    return numbers ^ Planes.public(numbers.role, numbers.records, np.broadcast_to(~rows, numbers.first.shape))


def _bits_of(number: int, bits: int) -> Words:
    """Bit j of a public number as row j: a word of ones or zeros."""
    return np.array([[-(number >> bit & 1) % 2**64] for bit in range(bits)], dtype=np.uint64)
