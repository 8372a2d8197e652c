"""Thousands of bundles of one role, read and checked at once.

`crypto.sharing.replicated.decode_bundle` reads one bundle into Python integers, as wallets and tests do. A
node gets many, all of one role and of the same columns, so all of one length: here they are the rows of a
matrix. A row that `decode_bundle` would refuse is refused here, with the same error, and the others are not
affected.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crypto.commitments import verify_opening
from crypto.curve import ORDER, SCALAR_BYTES, Point
from crypto.errors import CryptoError
from crypto.multiexp import Coefficients
from crypto.opening_batch import Rows, WeightedSums
from crypto.sharing.component_table import ByteRows, ComponentTable
from crypto.sharing.integer_masked import expanded
from crypto.sharing.layout import STATISTICAL_BITS, Layout, explicit_layout, seeded_layout
from crypto.sharing.replicated import bundle_form, decode_bundle

_ORDER_BYTES: Final = ORDER.to_bytes(SCALAR_BYTES, "big")


@dataclass(frozen=True)
class BundleTable:
    """The bundles of one role: two components of every record that was accepted. Out of ``repr``.

    `accepted` are the places of the rows in the batch, in order; `refused` has every other place's error.
    """

    accepted: tuple[int, ...]
    refused: Mapping[int, CryptoError]
    components: tuple[ComponentTable, ComponentTable] = field(repr=False)

    def openings(self, points: Sequence[tuple[Point, Point]]) -> "BundleOpenings":
        """The openings of the accepted records' commitments: for each row those of its two components."""
        return BundleOpenings(self, points)


class BundleOpenings:
    """Both openings of every record: first those of the first component, then those of the second."""

    def __init__(self, table: BundleTable, points: Sequence[tuple[Point, Point]]) -> None:
        self._table = table
        self._points = [first for first, _ in points] + [second for _, second in points]

    def __len__(self) -> int:
        return len(self._points)

    def record_of(self, opening: int) -> int:
        """The row of the table that an opening belongs to."""
        return opening % len(self._table.accepted)

    def points(self, rows: Rows) -> list[Point]:
        """See `crypto.opening_batch.OpeningBatch`."""
        return [self._points[row] for row in rows.tolist()]

    def weighted_sums(self, rows: Rows, coefficients: Coefficients) -> WeightedSums:
        """See `crypto.opening_batch.OpeningBatch`."""
        records = len(self._table.accepted)
        of_first = rows < records
        first, second = self._table.components
        one = first.weighted_sums(rows[of_first], coefficients[of_first])
        other = second.weighted_sums(rows[~of_first] - records, coefficients[~of_first])
        values = [x + y for x, y in zip(one.values, other.values, strict=True)]
        return WeightedSums(values, one.blinding + other.blinding)

    def verify_one(self, row: int, *, domain: str) -> None:
        """See `crypto.opening_batch.OpeningBatch`."""
        part, record = divmod(row, len(self._table.accepted))
        component = self._table.components[part].component(record)
        bits = component.commitment_bits
        verify_opening(self._points[row], component.values, component.blinding, domain=domain, bits=bits)


def decode_bundles(raws: Sequence[bytes], role: int, bits: Sequence[int]) -> BundleTable:
    """Read the bundles that one role got, for columns of these widths.

    Raises:
        OutOfRangeError: not a role.
        ShareError: a column has no width from 1 to 188 bits; it is named.
    """
    form = bundle_form(role, bits)
    fitting = [place for place, raw in enumerate(raws) if len(raw) == form.length]
    matrix = np.frombuffer(b"".join(raws[place] for place in fitting), dtype=np.uint8)
    matrix = matrix.reshape(len(fitting), form.length)
    good = np.ones(len(fitting), dtype=np.bool_)
    for start, head in form.heads:
        good &= (matrix[:, start : start + len(head)] == np.frombuffer(head, np.uint8)).all(axis=1)
    for body, explicit in zip(form.bodies, form.explicit, strict=True):
        if explicit:
            good &= _in_range(matrix[:, body], explicit_layout(bits))
    accepted = tuple(np.array(fitting, dtype=np.intp)[good].tolist())
    first, second = (
        _component_table(matrix[good, body], bits, explicit=explicit)
        for body, explicit in zip(form.bodies, form.explicit, strict=True)
    )
    others = set(range(len(raws))).difference(accepted)
    refused = {place: _error_of(raws[place], role, bits) for place in sorted(others)}
    return BundleTable(accepted, refused, (first, second))


def _component_table(bodies: ByteRows, bits: Sequence[int], *, explicit: bool) -> ComponentTable:
    if explicit:
        return ComponentTable(explicit_layout(bits), bodies)
    layout = seeded_layout(bits)
    raw = b"".join(expanded(seed.tobytes(), layout) for seed in bodies)
    return ComponentTable(layout, np.frombuffer(raw, dtype=np.uint8).reshape(len(bodies), layout.total))


def _in_range(bodies: ByteRows, layout: Layout) -> NDArray[np.bool_]:
    """Which explicit components have a reduced blinding and every value in (-2^(b+65), 2^b)."""
    starts = [start for start, _ in layout.spans]
    columns = bodies[:, : layout.columns_end]

    def any_bit(values: ByteRows, masks: Iterable[int]) -> NDArray[np.bool_]:
        """For each row and column, whether a bit of the mask is set."""
        pairs = zip(masks, layout.lengths, strict=True)
        mask = np.frombuffer(b"".join(each.to_bytes(length, "big") for each, length in pairs), np.uint8)
        joined: NDArray[np.bool_] = np.bitwise_or.reduceat(values & mask, starts, axis=1) != 0
        return joined

    wide = [width + STATISTICAL_BITS + 1 for width in layout.widths]
    every = layout.mask_bits
    small = ~any_bit(
        columns, [mask >> width << width for mask, width in zip(every, layout.widths, strict=True)]
    )
    # Two's complement: at least -2^wide if all higher bits are set, that bound itself if no other is.
    deep = any_bit(~columns, [mask >> width << width for mask, width in zip(every, wide, strict=True)])
    bound = ~any_bit(columns, [(1 << width) - 1 for width in wide])
    blindings = bodies[:, layout.columns_end :]
    reduced = np.array([blinding.tobytes() < _ORDER_BYTES for blinding in blindings], dtype=np.bool_)
    in_range: NDArray[np.bool_] = (small | (~deep & ~bound)).all(axis=1) & reduced
    return in_range


def _error_of(raw: bytes, role: int, bits: Sequence[int]) -> CryptoError:
    """Why `decode_bundle` refuses a bundle that is not of the right form or out of range."""
    try:
        decode_bundle(raw, role, bits)
    except CryptoError as error:
        return error
    raise AssertionError("a bundle is refused by the table and not by itself")
