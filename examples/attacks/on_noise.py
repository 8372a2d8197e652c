"""Attacks on answers with noise: does the budget of one person hold, whoever asks and however often?

The attacker knows everything about everybody but one bit of one person, and guesses it by the likelihood of
what it was told, which no other guess is better than. Epsilon is about whether she is counted or not; who is
known to be counted and could have the one value or the other end of the range is hidden by half as much, so a
guess between two values is bounded by twice the distance, four times the rho.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np

from consent.computation import Computation, compile_groups
from consent.query import Condition, Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from crypto.accounting import composed
from crypto.encoding import sha256
from crypto.mpc.noise_plan import gaussian_plan
from crypto.randomness import RandomBytes, stream
from examples.attacks.game import Score, promised, score
from examples.attacks.house import Draws, House, draw
from ssi.dataset import data_set

PLAYS: Final = 20_000
PEOPLE: Final = 100
EPSILON: Final = Decimal("0.5")
BUDGET: Final = Decimal(2)
SYBILS: Final = 25
_EXAM: Final = data_set("exam/1")
_COUNT: Final = Statistic(StatisticKind.COUNT)
_SCORE: Final = "exam_score"


@dataclass(frozen=True)
class Noised:
    """A measure as the attacker sees it: her part of it if her bit is 1, and the noise that is added."""

    shift: int
    sensitivity: int
    rho: Fraction

    def told(self, bits: Draws, answers: int, random: RandomBytes) -> Draws:
        """What is told of it in so many answers, less what others add to it."""
        noise = draw(gaussian_plan(self.sensitivity, self.rho), (answers, bits.size), random)
        return bits * self.shift + noise


def query(*statistics: Statistic, **changes: object) -> Query:
    """A question with noise."""
    asked: dict[str, object] = {
        "data_set": "exam/1",
        "purpose": Purpose.ACADEMIC_RESEARCH,
        "statistics": statistics,
        "floor": 10,
        "epsilon": EPSILON,
    }
    return Query(**{**asked, **changes})  # type: ignore[arg-type]


def group_of_one(_: House) -> Score:
    """A private condition that she alone may meet."""
    where = (Condition(_SCORE, None, Decimal("3.9"), Decimal(4)),)
    return guess("noise: a group of one by a private condition", query(_COUNT, where=where))


def joins(_: House) -> Score:
    """The same sum with her and without, of a value at the end of the range."""
    asked = query(Statistic(StatisticKind.SUM, _SCORE))
    return guess("noise: before and after she joins", asked)


def another_value(_: House) -> Score:
    """Which end of the range her value stands at."""
    asked = query(Statistic(StatisticKind.SUM, _SCORE))
    return guess("noise: one value or the opposite one", asked, swaps=True)


def repeated(house: House) -> Score:
    """One buyer asks until her budget is spent, and averages."""
    name, answers = "noise: the same question until the budget ends", _allowed(house, 1)
    return guess(name, query(_COUNT), answers=answers)


def sybils(house: House) -> Score:
    """Many buyers ask until her budget is spent, and put their answers together."""
    name, answers = f"noise: {SYBILS} buyers who are one", _allowed(house, SYBILS)
    return guess(name, query(_COUNT), answers=answers)


def attempts(_: House) -> Score:
    """One job, tried again and again on the same people: the same noise each time."""
    compiled = _compiled(query(_COUNT))
    (measure,) = compiled.measures
    random, bits = _play("attempts")
    noise = draw(gaussian_plan(measure.sensitivity, measure.rho), (1, PLAYS), random)
    told = np.repeat(bits + noise, 3, axis=0)  # by `noise_pins`, and by the seed of a job's people
    right = (2 * told.mean(axis=0) > 1) == bits.astype(bool)
    return score("noise: three attempts of one job", right, bound=promised(EPSILON), answers=3)


def known_extreme(_: House) -> Score:
    """The largest value, where everybody knows whose it would be."""
    (task,) = _compiled(query(Statistic(StatisticKind.MAXIMUM, _SCORE))).tasks
    random, bits = _play("extreme")
    noise = draw(gaussian_plan(1, task.rho), (PLAYS, task.bits), random)
    low, high = (1 << task.bits - 1) - 1, (1 << task.bits) - 1
    others = sorted(low - each for each in range(PEOPLE - 1))
    found = [
        _walked(sorted([*others, high if bit else low]), own, task.margin)
        for bit, own in zip(bits.tolist(), noise.tolist(), strict=True)
    ]
    right = [(value > low) == bool(bit) for value, bit in zip(found, bits.tolist(), strict=True)]
    return score("noise: the largest value, known whose", right, bound=promised(EPSILON), answers=1)


ATTACKS: Final[tuple[Callable[[House], Score], ...]] = (
    group_of_one,
    joins,
    another_value,
    repeated,
    sybils,
    attempts,
    known_extreme,
)


def guess(name: str, asked: Query, *, answers: int = 1, swaps: bool = False) -> Score:
    """Guess by the likelihood of so many answers, whether she is in them or which of two values she has."""
    random, bits = _play(name)
    evidence = np.zeros(PLAYS)
    for each in _measures(_compiled(asked), swaps=swaps):
        told, variance = each.told(bits, answers, random), float(each.sensitivity**2 / (2 * each.rho))
        evidence += each.shift * (told - each.shift / 2).sum(axis=0) / variance
    right = (evidence > 0) == bits.astype(bool)
    each_epsilon = asked.epsilon or EPSILON
    bound = composed([each_epsilon] * (answers * 4 if swaps else answers))
    return score(name, right, bound=promised(bound), answers=answers)


def _measures(compiled: Computation, *, swaps: bool) -> list[Noised]:
    """About the middle of the range, where noise is independent: her part is the sensitivity.

    Where she swaps one end of the range for the other it is twice as much, and that she is counted is known.
    """
    return [
        Noised(_swap(each.sensitivity) if swaps else each.sensitivity, each.sensitivity, each.rho)
        for each in compiled.measures
    ]


def _swap(sensitivity: int) -> int:
    return 0 if sensitivity == 1 else 2 * sensitivity


def _compiled(asked: Query) -> Computation:
    return compile_groups(asked, _EXAM, groups=(None,), people=PEOPLE)


def _play(name: str) -> tuple[RandomBytes, Draws]:
    random = stream(sha256(name.encode()), "attacks")
    return random, (np.frombuffer(random(PLAYS), dtype=np.uint8) & 1).astype(np.int64)


def _allowed(house: House, buyers: int) -> int:
    return house.answers_with_noise(EPSILON, BUDGET, [f"buyer {each}" for each in range(buyers)])


def _walked(ordered: list[int], noise: list[int], margin: int) -> int:
    """The walk of `crypto.mpc.menu.quantiles` to the largest value, in the clear."""
    found = 0
    for bit, own in zip(reversed(range(len(noise))), noise, strict=True):
        below = bisect_left(ordered, found + (1 << bit))
        if len(ordered) - 1 - margin >= below + own:
            found += 1 << bit
    return found
