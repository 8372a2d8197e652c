"""What became of each of very many people? A byte for each, in an order that everybody knows.

Where a manifest has its people on a roll, everything that is said about each of them is said in the order of
the roll: 0 for who takes part, and for others the place of the reason in a list, counted from 1. Compressed,
which for the usual few reasons leaves some kilobytes of a million people.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from crypto.encoding import Json, b64url_encode
from crypto.errors import MalformedError
from crypto.reading import Fields

MOST_REASONS: Final = 255
MAX_REASON: Final = 100


@dataclass(frozen=True)
class Outcomes:
    """A code for each row of an order; `reasons` are what codes from 1 on mean."""

    reasons: tuple[str, ...]
    codes: bytes = field(repr=False)

    @classmethod
    def of(cls, order: Iterable[str], refusals: Mapping[str, str]) -> "Outcomes":
        """The outcomes of rows in their order, by the reason for each that is left out.

        Raises:
            MalformedError: there are more than 255 different reasons.
        """
        reasons = tuple(sorted(set(refusals.values())))
        if len(reasons) > MOST_REASONS:
            raise MalformedError(f"expected at most {MOST_REASONS} different reasons")
        code = {reason: place for place, reason in enumerate(reasons, start=1)}
        return cls(reasons, bytes(code[refusals[row]] if row in refusals else 0 for row in order))

    def refusals(self, order: Iterable[str]) -> dict[str, str]:
        """Why rows are left out, by row.

        Raises:
            MalformedError: the order has another length.
        """
        return {row: self.reasons[code - 1] for row, code in self._paired(order) if code}

    def admitted(self, order: Iterable[str]) -> tuple[str, ...]:
        """The rows that take part, in their order.

        Raises:
            MalformedError: the order has another length.
        """
        return tuple(row for row, code in self._paired(order) if not code)

    def to_json(self) -> dict[str, Json]:
        """The document that `from_json` reads."""
        return {"reasons": list(self.reasons), "codes": b64url_encode(zlib.compress(self.codes))}

    @classmethod
    def from_json(cls, document: object, *, rows: int, where: str = "outcomes") -> "Outcomes":
        """Read the outcomes of so many rows; no more is inflated than that.

        Raises:
            MalformedError: it is none, or about another number of rows.
        """
        fields = Fields.of(document, where)
        reasons = fields.texts("reasons", most=MOST_REASONS, max_length=MAX_REASON)
        codes = _inflate(fields.binary("codes"), rows, where)
        fields.done()
        if max(codes, default=0) > len(reasons):
            raise MalformedError(f"{where}.codes: a code without a reason")
        return cls(reasons, codes)

    def _paired(self, order: Iterable[str]) -> Iterable[tuple[str, int]]:
        rows: Sequence[str] = tuple(order)
        if len(rows) != len(self.codes):
            raise MalformedError(f"expected outcomes of {len(rows)} rows, got {len(self.codes)}")
        return zip(rows, self.codes, strict=True)


def _inflate(compressed: bytes, rows: int, where: str) -> bytes:
    decompressor = zlib.decompressobj()
    try:
        codes = decompressor.decompress(compressed, rows + 1)
    except zlib.error as error:
        raise MalformedError(f"{where}.codes: they do not decompress") from error
    if len(codes) != rows or not decompressor.eof or decompressor.unused_data:
        raise MalformedError(f"{where}.codes: expected one code for each of {rows} rows")
    return codes
