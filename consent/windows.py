"""In which windows of a series is something computed? So many readings at a time, one window after the other.

Windows are counted in readings: the first begins with reading `first`, each holds `length` readings, and the
next one begins `step` readings later. Equal to `length` they follow each other; with less they overlap.

How much one person can change all windows together is accounted for window by window: in one of L readings
she changes a count by at most L and a sum by at most L times the range, whatever she has in others, and each
window is measured with a share of the privacy cost of its own (`consent.cells`, `consent.calibration`). The
shares add up, so a reading that lies in several windows is paid for in each of them.
"""

from dataclasses import dataclass

from crypto.encoding import Json
from crypto.reading import Fields
from ssi.windowed import MOST_WINDOWS, Window

MOST_COUNT = 16
"""As many as a query can have statistics."""


@dataclass(frozen=True)
class Windows:
    """`count` windows of `length` readings, the first from reading `first` on, the next `step` later."""

    first: int
    length: int
    step: int
    count: int

    @property
    def last(self) -> int:
        """The last reading that any of them holds."""
        return self.first + (self.count - 1) * self.step + self.length - 1

    def of(self, series: str) -> tuple[Window, ...]:
        """The windows of a series, in the order of time."""
        starts = range(self.first, self.first + self.count * self.step, self.step)
        return tuple(Window(series, start, start + self.length - 1) for start in starts)

    def to_json(self) -> dict[str, Json]:
        """The windows as a document."""
        return {"from": self.first, "length": self.length, "step": self.step, "count": self.count}

    @classmethod
    def from_fields(cls, fields: Fields) -> "Windows":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        windows = cls(
            fields.integer("from", least=1, most=MOST_WINDOWS),
            fields.integer("length", least=1, most=MOST_WINDOWS),
            fields.integer("step", least=1, most=MOST_WINDOWS),
            fields.integer("count", least=1, most=MOST_COUNT),
        )
        fields.done()
        return windows
