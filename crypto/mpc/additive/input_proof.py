"""Did every node bring in the very summands that it was given? Held against the commitments, all at once.

Tags hold a node to what it brought in, not to what it holds. A node that brings in x + δ for somebody's x
shifts every product with it by δ·y, and whoever reads the result with it reads y: so where products are
taken, a lie about an input is no mere vandalism. Each person's components were committed to
(`crypto.sharing.integer_masked`), C_i for the component of node i, and that is what a node is held to.

Node i draws a mask for every column, μ_i, wide enough to hide what follows, commits to it, and brings it in
like an input. When everything was brought in, the nodes toss ρ_j of 62 bits for each record j, and

    node i shows   L_i = μ_i + Σ_j ρ_j·s_ij   (integers, one for each column)   and its blinding,

which must open the commitment to its mask times Π_j C_ij^{ρ_j}; and what all nodes brought in, combined in
the same way, is opened from its authenticated form: it must be Σ_i L_i modulo p, column by column.

Soundness. The first equation fixes L_i modulo the group's order. If what was brought in differs from the
committed components by δ_j, not all zero, the second holds only if Σ_j ρ_j·δ_j takes one of two values, with
probability at most 2^-60 a column. Openings themselves are held by tags afterwards
(`crypto.mpc.additive.authentication`). Who shows another L_i than it committed to is named; where the second
equation fails, any node may be the one.

Privacy. L_i is within 2^-64 of uniform whatever the components are, since μ_i is 64 bits wider than what it
hides; the commitments hide perfectly. Nothing is shown of fewer than all records' random combination.

Work: one sum of as many points as there are records for each other node, 4 µs a point.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crypto.commitments import commit
from crypto.curve import ORDER, POINT_BYTES, SCALAR_BYTES, Point
from crypto.errors import MalformedError, MalformedMessageError, OutOfRangeError, ProtocolError
from crypto.goldilocks import FieldVector, from_integers
from crypto.mpc.additive.beaver import Session
from crypto.mpc.additive.sharing import Seat
from crypto.mpc.party import KeyStream
from crypto.mpc.rounds import WORD_BYTES, Protocol, Words
from crypto.multiexp import weighted_sum
from crypto.randomness import RandomBytes, random_below
from crypto.sharing.integer_masked import Component
from crypto.sharing.layout import STATISTICAL_BITS

FACTOR_BITS: Final = 62
_EXPLICIT_BITS: Final = STATISTICAL_BITS + 2
_MOST_BITS: Final = 254
_FACTORS: Final = 1
MOST_COLUMN_BITS: Final = 32
"""Columns of so many bits can be proved for up to 2^26 records."""


@dataclass(frozen=True, eq=False)
class CommittedRecords:
    """The components that one node holds of some records, and the commitments to those of all nodes.

    `columns` are the widths of a record's columns in bits, `domain` that of the commitments; `commitments`
    has for each record one compressed point for each node.
    """

    columns: tuple[int, ...]
    domain: str
    components: Sequence[Component] = field(repr=False)
    commitments: Sequence[Sequence[bytes]] = field(repr=False)


@dataclass(frozen=True, eq=False)
class InputProof:
    """One node's masks, before anybody has seen anything."""

    records: CommittedRecords
    masks: tuple[int, ...] = field(repr=False)
    blinding: int = field(repr=False)

    @classmethod
    def draw(cls, records: CommittedRecords, random: RandomBytes) -> "InputProof":
        """Draw a mask for every column.

        Raises:
            OutOfRangeError: a column is too wide to be masked, so its inputs cannot be proved.
        """
        more = _EXPLICIT_BITS + FACTOR_BITS + len(records.components).bit_length() + STATISTICAL_BITS
        if max(records.columns) + more > _MOST_BITS:
            raise OutOfRangeError(f"a column of {max(records.columns)} bits is too wide to be proved")
        masks = tuple(random_below(1 << (width + more), random) for width in records.columns)
        return cls(records, masks, random_below(ORDER, random))

    def commitment(self) -> Words:
        """The commitment to the masks, as words."""
        point = commit(self.masks, self.blinding, domain=self.records.domain)
        return _words(point.to_bytes())

    def masks_of(self, columns: Sequence[int]) -> FieldVector:
        """The masks of some columns, as this node's summands of what is brought in beside the columns."""
        return from_integers([self.masks[column] for column in columns])

    def factors(self, coin: KeyStream) -> Words:
        """ρ of every record, elements of the field too; `coin` was tossed after everything was brought in."""
        return coin.words(_FACTORS, len(self.records.components)) >> np.uint64(64 - FACTOR_BITS)

    def prove(
        self, session: Session, factors: Words, masks: Sequence[Words], columns: Sequence[int]
    ) -> Protocol[FieldVector]:
        """Show this node's combination, and check the others'; what those of some columns add up to.

        One round. `masks` are the words of all nodes' commitments to their masks, by role.

        Raises:
            ProtocolError: a node's combination does not open its commitments (it is the culprit).
            MalformedMessageError: a node's commitment is no point, or a number is not reduced (it is the
            culprit).
        """
        own = self._combined(factors)
        inbox = yield session.seat.tell_all(_words(_encode(own)))
        shown = {session.seat.role: own}
        for role, words in sorted(inbox.items()):
            shown[role] = _decode(words, len(own), role)
            self._check(role, shown[role], masks[role], factors)
        return from_integers([sum(each[column] for each in shown.values()) for column in columns])

    def _combined(self, factors: Words) -> list[int]:
        """L_i of every column, and the blinding, modulo the order; never negative but once in 2^64."""
        weights = factors.tolist()
        values = [each.values for each in self.records.components]
        columns = list(zip(*values, strict=True)) or [()] * len(self.masks)
        sums = [
            (mask + sum(map(int.__mul__, weights, column))) % ORDER
            for mask, column in zip(self.masks, columns, strict=True)
        ]
        blindings = (each.blinding for each in self.records.components)
        return [*sums, (self.blinding + sum(map(int.__mul__, weights, blindings))) % ORDER]

    def _check(self, role: int, shown: Sequence[int], mask: Words, factors: Words) -> None:
        records = self.records
        raw = mask.tobytes()
        try:
            committed = Point.from_bytes(raw[:POINT_BYTES] if not any(raw[POINT_BYTES:]) else raw)
        except MalformedError as error:
            raise MalformedMessageError(f"role {role}: its commitment is no point", (role,)) from error
        points = [Point.from_bytes(each[role]) for each in records.commitments]
        total = committed + weighted_sum(points, _coefficients(factors))
        *values, blinding = shown
        if commit(values, blinding, domain=records.domain) != total:
            raise ProtocolError(f"role {role} brought in other summands than were committed to", (role,))


def require_combined(seat: Seat, opened: FieldVector, shown: FieldVector) -> None:
    """Return only if what was brought in combines to what the nodes showed of their components.

    Raises:
        ProtocolError: it does not; any node may be the culprit.
    """
    if not np.array_equal(opened, shown):
        raise ProtocolError("what was brought in is not what was committed to", tuple(range(seat.nodes)))


def commitment_words() -> int:
    """How many words the commitment to a node's masks takes."""
    return -(-POINT_BYTES // WORD_BYTES)


def _coefficients(factors: Words) -> NDArray[np.uint8]:
    return np.ascontiguousarray(factors, dtype="<u8").view(np.uint8).reshape(-1, WORD_BYTES)


def _encode(numbers: Sequence[int]) -> bytes:
    return b"".join(number.to_bytes(SCALAR_BYTES, "little") for number in numbers)


def _decode(words: Words, count: int, role: int) -> list[int]:
    raw = words.tobytes()
    starts = range(0, count * SCALAR_BYTES, SCALAR_BYTES)
    numbers = [int.from_bytes(raw[start : start + SCALAR_BYTES], "little") for start in starts]
    if max(numbers) >= ORDER:  # two forms of one number modulo the order would be two modulo the prime
        raise MalformedMessageError(f"role {role}: a number is not reduced", (role,))
    return numbers


def _words(raw: bytes) -> Words:
    return np.frombuffer(raw + bytes(-len(raw) % WORD_BYTES), dtype=np.uint64)
