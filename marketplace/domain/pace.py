"""How fast do the nodes talk to each other? What they measured while they computed, and where it is from.

A node notes how long the rounds of its computations took, from its message to those of both peers. What the
marketplace hears is a median and a rate; three nodes give a quickest and a slowest of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

MOST_ROUND_SECONDS: Final = 600.0
"""A node that states more, or nothing above zero, is not believed."""
LEAST_RATE: Final = 1.0
MOST_RATE: Final = 1e12


@dataclass(frozen=True)
class NodePace:
    """What one node measured: the median of a round's seconds, and bytes a second to one peer, if it can say.

    `measured_at` is when its newest computation ended, to ten minutes.
    """

    round_seconds: float
    bytes_per_second: float | None
    measured_at: datetime


@dataclass(frozen=True)
class Pace:
    """The quickest and the slowest that the nodes measured; `measured_at` is the oldest of their moments."""

    round_seconds: tuple[float, float]
    bytes_per_second: tuple[float, float] | None
    measured_at: datetime


def pace_of(measured: Sequence[NodePace | None]) -> Pace | None:
    """What all nodes together say; None where one of them measured nothing."""
    known = [each for each in measured if each is not None]
    if not known or len(known) < len(measured):
        return None
    rounds = [each.round_seconds for each in known]
    rates = [each.bytes_per_second for each in known if each.bytes_per_second is not None]
    return Pace(
        round_seconds=(min(rounds), max(rounds)),
        bytes_per_second=(min(rates), max(rates)) if rates else None,
        measured_at=min(each.measured_at for each in known),
    )
