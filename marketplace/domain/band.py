"""How many people are there, said so coarsely that one person's coming or going cannot be seen?

Counts are shown as bands only. NOTE: a band's edge can still be probed by somebody who controls offers of
their own; the crowd floor of each query is what protects a person, the band only keeps counts from being
read off a screen.
"""

from bisect import bisect_right
from dataclasses import dataclass

EDGES = (0, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 1_000_000)


@dataclass(frozen=True)
class Band:
    """At least `least` and fewer than `below` people; `below` is None for the last band."""

    least: int
    below: int | None

    @property
    def text(self) -> str:
        """The band in English words."""
        if self.least == 0:
            return f"fewer than {self.below:,}"
        if self.below is None:
            return f"{self.least:,} or more"
        return f"{self.least:,} to {self.below:,}"

    def to_json(self) -> dict[str, int | str | None]:
        """The band for an API."""
        return {"least": self.least, "below": self.below, "text": self.text}


def band_of(count: int) -> Band:
    """The band that a count of people falls into."""
    index = bisect_right(EDGES, count) - 1
    return Band(EDGES[index], EDGES[index + 1] if index + 1 < len(EDGES) else None)
