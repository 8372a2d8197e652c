"""Attacks on exact answers: can sums over many crowds be combined to the value of one person?

The attacker chooses every crowd, is told who of it is in each answer, and solves for the one person: it knows
her value if some combination of the answers is about her alone, and guesses otherwise.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from crypto.encoding import sha256
from crypto.randomness import RandomBytes, random_below, stream
from examples.attacks.game import Score, score
from examples.attacks.house import House, Told

PEOPLE: Final = 60
PLAYS: Final = 100
LEAST_PLAYS: Final = 45
"""Of fewer plays not even an attacker that always knows is told from one that guesses."""

TARGET: Final = 0
_WINDOW: Final = 17
"""Has no divisor in common with how many people there are."""

_EVERYBODY: Final = tuple(range(PEOPLE))
_OTHERS: Final = _EVERYBODY[1:]

Crowds = Callable[[RandomBytes], Iterator[Sequence[int]]]
"""The crowds that an attacker asks about, one after the other."""


def joins(_: RandomBytes) -> Iterator[Sequence[int]]:
    """Before she joins and after."""
    yield from (_OTHERS, _EVERYBODY)


def leaves(_: RandomBytes) -> Iterator[Sequence[int]]:
    """Before she leaves and after."""
    yield from (_EVERYBODY, _OTHERS)


def group_of_one(_: RandomBytes) -> Iterator[Sequence[int]]:
    """By conditions that she alone meets, and by those that she alone does not."""
    yield from ((TARGET,), _EVERYBODY, _OTHERS, (TARGET,))


def tracker(random: RandomBytes) -> Iterator[Sequence[int]]:
    """The general tracker: she with half of the others, she with the other half, and everybody."""
    half = [each for each in _OTHERS if random_below(2, random)]
    yield (TARGET, *half)
    yield (TARGET, *(each for each in _OTHERS if each not in half))
    yield _EVERYBODY


def overlapping_cohorts(random: RandomBytes) -> Iterator[Sequence[int]]:
    """More random halves than there are people, so that all values could be solved for."""
    for _ in range(PEOPLE + 10):
        yield [each for each in _EVERYBODY if random_below(2, random)]


def sliding_windows(_: RandomBytes) -> Iterator[Sequence[int]]:
    """Crowds that move on by one person at a time, around all of them; they can be solved for everybody."""
    around = (*_EVERYBODY, *_EVERYBODY)
    for start in range(PEOPLE):
        yield around[start : start + _WINDOW]


def tables_with_margins(random: RandomBytes) -> Iterator[Sequence[int]]:
    """The cells of two tables of the same people, each with all but her cell, and then the totals."""
    cells = [[each for each in _OTHERS if each % 4 == cell] for cell in range(4)]
    yield from cells
    yield from ([each for each in _OTHERS if each % 3 == cell] for cell in range(3))
    yield _EVERYBODY
    yield [TARGET, *cells[random_below(4, random)]]


ATTACKS: Final[dict[str, Crowds]] = {
    "exact: before and after she joins": joins,
    "exact: before and after she leaves": leaves,
    "exact: a group of one by conditions": group_of_one,
    "exact: a general tracker": tracker,
    "exact: overlapping cohorts": overlapping_cohorts,
    "exact: crowds that slide by one person": sliding_windows,
    "exact: tables with totals": tables_with_margins,
}


def play(name: str, house: House | None, *, plays: int = PLAYS) -> Score:
    """Play an attack against a node, or where there is none against one that answers everything."""
    won, answers = [], 0
    for number in range(plays):
        random = stream(sha256(f"{name} {number}".encode()), "attacks")
        values = [random_below(2, random) for _ in range(PEOPLE)]
        told = list(_answers(house, f"{name} {number}", ATTACKS[name](random), values))
        answers += len(told)
        known = solved(told)
        won.append((random_below(2, random) if known is None else known) == values[TARGET])
    return score(name, won, bound=0.0, answers=answers / plays)


def solved(told: Sequence[Told]) -> int | None:
    """The value of the one person, if a combination of answers is about her alone."""
    if not told:
        return None
    matrix = np.array([[float(each in answer.people) for each in range(PEOPLE)] for answer in told])
    wanted = np.zeros(PEOPLE)
    wanted[TARGET] = 1.0
    weights, *_ = np.linalg.lstsq(matrix.T, wanted, rcond=None)
    if not np.allclose(matrix.T @ weights, wanted, atol=1e-6):
        return None
    return round(float(weights @ np.array([float(answer.total) for answer in told])))


def _answers(
    house: House | None, data_set: str, crowds: Iterator[Sequence[int]], values: Sequence[int]
) -> Iterator[Told]:
    for crowd in crowds:
        if house is None:
            yield Told(frozenset(crowd), sum(values[each] for each in crowd))
        elif (told := house.exact(data_set, crowd, values)) is not None:
            yield told
