"""How is a game scored, and what does a promise of differential privacy bound?"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import exp, log, sqrt
from typing import Final

from crypto.noise import DELTA

CHANCE: Final = 1e-9
"""How likely an attacker without any advantage may seem to have more than the margin."""


@dataclass(frozen=True)
class Score:
    """A game after many plays: how often the attacker was right, and the most that it may gain.

    `answers` is how many answers it got in a play, of those it asked for.
    """

    name: str
    plays: int
    won: int
    bound: float
    answers: float = 0.0

    @property
    def advantage(self) -> float:
        """How much more often than every second time the attacker was right."""
        return self.won / self.plays - 1 / 2

    @property
    def limit(self) -> float:
        """What is exceeded once in 10^9 runs if the bound holds (Hoeffding 1963)."""
        return self.bound + sqrt(log(1 / CHANCE) / (2 * self.plays))

    @property
    def holds(self) -> bool:
        """Whether the attacker gained no more than it may."""
        return self.advantage <= self.limit


def score(name: str, guesses: Iterable[bool], *, bound: float, answers: float = 0.0) -> Score:
    """Score a game by whether each guess was right."""
    right = [bool(each) for each in guesses]
    return Score(name, len(right), sum(right), bound, answers)


def promised(epsilon: Decimal, delta: Decimal = DELTA) -> float:
    """The largest advantage that (epsilon, delta)-differential privacy leaves a guess of one bit.

    Whatever the test, power less false alarms is at most (e^ε - 1 + 2δ)/(e^ε + 1) (Kairouz, Oh, Viswanath,
    ICML 2015, theorem 2.1), and of a fair coin half of that is gained.
    """
    power = exp(float(epsilon))
    return (power - 1 + 2 * float(delta)) / (power + 1) / 2
