"""Whole numbers that were seen, as the ranges they form: a source that counts its messages fills one."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MOST_RANGES: Final = 256


@dataclass(frozen=True)
class NumberRanges:
    """Ranges from first to last, both included, in order and apart.

    At most 256 are kept; with more, the lowest are forgotten, so a number is never taken for seen that was
    not.
    """

    ranges: tuple[tuple[int, int], ...] = ()

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        place = bisect_right(self.ranges, number, key=lambda each: each[0]) - 1
        return place >= 0 and number <= self.ranges[place][1]

    def adding(self, numbers: Iterable[int]) -> "NumberRanges":
        """These and further numbers."""
        joined: list[tuple[int, int]] = []
        for first, last in sorted((*self.ranges, *((number, number) for number in numbers))):
            if joined and first <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
            else:
                joined.append((first, last))
        return NumberRanges(tuple(joined[-MOST_RANGES:]))
