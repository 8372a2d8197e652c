"""What does a computation cost in rounds, bytes and seconds? The counts as a value, and the estimate of time.

Seconds are an estimate between two cases, and it says which: what the nodes measured lately, from the
quickest of them to the slowest; or, where they have measured nothing, two stated ones, nodes on one machine
(`crypto.mpc.cost` says on what that was measured) and nodes far apart on slow lines.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from crypto.encoding import Json
from crypto.mpc.cost import LOOPBACK_SECONDS, SECONDS_PER_BYTE
from crypto.mpc.traffic import Pair
from crypto.reading import utc_text
from marketplace.domain.pace import Pace

ROUND_WORK_SECONDS: Final = 0.3e-3
"""One role's work in a round: a third of what three roles in one process took, on two busy cores."""
SLOW_ROUND_SECONDS: Final = 0.030
"""A round trip between data centres of one continent, where none was measured."""
SLOW_BYTE_SECONDS: Final = 8 / 100e6
"""A line of 100 Mbit a second."""

ASSUMES: Final = (
    "An estimate; the nodes have measured nothing lately. Least: nodes on one machine, as measured on two "
    f"cores of an ordinary server. Most: {SLOW_ROUND_SECONDS * 1000:.0f} ms for a round and 100 Mbit a "
    "second between nodes."
)
MEASURED: Final = "An estimate from what the nodes measured between each other in their last computations."


@dataclass(frozen=True)
class Estimate:
    """Seconds at least and at most, what they rest on, and when that was measured, if it was."""

    least: float
    most: float
    assumes: str
    measured_at: datetime | None

    def to_json(self) -> dict[str, Json]:
        """The estimate for an API."""
        return {
            "least": round(self.least, 3),
            "most": round(self.most, 3),
            "assumes": self.assumes,
            "measured_at": None if self.measured_at is None else utc_text(self.measured_at),
        }


@dataclass(frozen=True)
class PlanCost:
    """What the nodes say to each other, and what they give to the buyer, sealing not counted.

    `sent_bytes` are those of messages by sending and receiving role, `dealt_bytes` what the dealer of random
    numbers gives to all nodes. `exact` tells whether it was counted at this very number of people. `products`
    are multiplications of two columns' values, `local_seconds` a node's work beside its messages.
    """

    people: int
    rounds: int
    sent_bytes: tuple[tuple[Pair, int], ...]
    buyer_bytes: int
    products: int
    exact: bool
    dealt_bytes: int = 0
    local_seconds: float = 0.0

    @property
    def total_bytes(self) -> int:
        """The bytes of all messages between nodes, and from the dealer to them."""
        return sum(count for _, count in self.sent_bytes) + self.dealt_bytes

    def estimate(self, pace: Pace | None) -> Estimate:
        """How long it takes, by what the nodes measured, or between two stated cases."""
        busiest = max((count for _, count in self.sent_bytes), default=0) + self.dealt_bytes
        work = self.rounds * ROUND_WORK_SECONDS + busiest * SECONDS_PER_BYTE + self.local_seconds
        if pace is None:
            slow = self.rounds * SLOW_ROUND_SECONDS + busiest * SLOW_BYTE_SECONDS
            return Estimate(work + self.rounds * LOOPBACK_SECONDS, work + slow, ASSUMES, None)
        quick, late = (self.rounds * seconds for seconds in pace.round_seconds)
        # Where no message was long enough to say how fast a line is, the slow one is assumed.
        rates = pace.bytes_per_second or (1 / SLOW_BYTE_SECONDS, 1 / SLOW_BYTE_SECONDS)
        return Estimate(
            work + quick + busiest / rates[1], work + late + busiest / rates[0], MEASURED, pace.measured_at
        )

    def to_json(self) -> dict[str, Json]:
        """The counts for an API."""
        return {
            "people": self.people,
            "rounds": self.rounds,
            "node_bytes": [
                {"from": sender, "to": receiver, "bytes": count}
                for (sender, receiver), count in self.sent_bytes
            ],
            "dealer_bytes": self.dealt_bytes,
            "buyer_bytes": self.buyer_bytes,
            "products": self.products,
            "exact": self.exact,
        }
