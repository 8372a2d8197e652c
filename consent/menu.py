"""What does each kind of statistic need, and where does it stop? One row for every kind on the menu.

The rows are data: `consent.query` holds a query against them, the builder of a screen offers by them, and so
a kind is described in one place. *Cells* are sums that the nodes add up and the buyer evaluates; *tasks* are
protocols that run inside, of which only the end is opened.
"""

from dataclasses import dataclass
from enum import Enum

from consent.vocabulary import Engine, StatisticKind
from ssi.attribute import Kind

MOST_OTHERS = 8
MOST_FRACTIONS = 9
MOST_CLUSTERS = 8
MOST_TOP = 10

Bounds = tuple[int, int]
"""The least and the most of something, both included."""

_NONE: Bounds = (0, 0)


class Privacy(Enum):
    """Whether a statistic is answered with noise, exactly, or either way."""

    EITHER = "either"
    ONLY_NOISE = "only_noise"
    ONLY_EXACT = "only_exact"


@dataclass(frozen=True)
class Form:
    """What a kind of statistic needs.

    `about` are the kinds of attribute it can be about (none for a count of people), `others` how many further
    numbers it relates it to, `fractions` and `count` how many quantiles, clusters or categories are asked
    for. `of_everyone` asks for attributes that everyone has; `private_groups` allows groups whose size nobody
    knows; `verifiable` tells whether the nodes' arithmetic can be checked while it runs.
    """

    about: frozenset[Kind]
    others: Bounds = _NONE
    fractions: Bounds = _NONE
    count: Bounds = _NONE
    privacy: Privacy = Privacy.EITHER
    of_everyone: bool = False
    private_groups: bool = True
    verifiable: bool = True
    is_task: bool = False


_NUMBERS = frozenset({Kind.NUMBER})
_CATEGORIES = frozenset({Kind.CATEGORY})
_NUMBER = Form(_NUMBERS)
_PLACE = Form(_NUMBERS, is_task=True)
_PAIR = Form(_NUMBERS, others=(1, MOST_OTHERS), private_groups=False)

MENU: dict[StatisticKind, Form] = {
    StatisticKind.COUNT: Form(frozenset()),
    StatisticKind.SUM: _NUMBER,
    StatisticKind.MEAN: _NUMBER,
    StatisticKind.VARIANCE: _NUMBER,
    StatisticKind.STANDARD_DEVIATION: _NUMBER,
    StatisticKind.HISTOGRAM: Form(_NUMBERS | _CATEGORIES, privacy=Privacy.ONLY_NOISE),
    StatisticKind.MINIMUM: _PLACE,
    StatisticKind.MAXIMUM: _PLACE,
    StatisticKind.MEDIAN: _PLACE,
    StatisticKind.QUANTILES: Form(_NUMBERS, fractions=(1, MOST_FRACTIONS), is_task=True),
    StatisticKind.TOP_CATEGORIES: Form(
        _CATEGORIES, count=(1, MOST_TOP), privacy=Privacy.ONLY_NOISE, is_task=True
    ),
    StatisticKind.COVARIANCE: _PAIR,
    StatisticKind.CORRELATION: _PAIR,
    StatisticKind.LINEAR_REGRESSION: Form(
        _NUMBERS, others=(1, MOST_OTHERS), of_everyone=True, private_groups=False
    ),
    StatisticKind.LOGISTIC_REGRESSION: Form(
        _CATEGORIES,
        others=(1, MOST_OTHERS),
        privacy=Privacy.ONLY_EXACT,
        of_everyone=True,
        private_groups=False,
        verifiable=False,
        is_task=True,
    ),
    StatisticKind.K_MEANS: Form(
        _NUMBERS,
        others=(0, MOST_OTHERS - 1),
        count=(2, MOST_CLUSTERS),
        privacy=Privacy.ONLY_EXACT,
        of_everyone=True,
        private_groups=False,
        verifiable=False,
        is_task=True,
    ),
}

_LINEAR = frozenset(
    {
        StatisticKind.COUNT,
        StatisticKind.SUM,
        StatisticKind.MEAN,
        StatisticKind.VARIANCE,
        StatisticKind.STANDARD_DEVIATION,
        StatisticKind.HISTOGRAM,
    }
)

IN_WINDOWS = _LINEAR
"""What can be computed in windows of a series: sums over its readings, and what follows from them."""

ANSWERS: dict[Engine, frozenset[StatisticKind]] = {
    Engine.AUTO: frozenset(StatisticKind),
    Engine.MPC: frozenset(StatisticKind),
    Engine.ADDITIVE: _LINEAR
    | {StatisticKind.COVARIANCE, StatisticKind.CORRELATION, StatisticKind.LINEAR_REGRESSION},
    Engine.PAILLIER: _LINEAR,
    Engine.FUNCTIONAL: frozenset({StatisticKind.COUNT, StatisticKind.SUM, StatisticKind.MEAN}),
}
"""What each engine can answer: all but `mpc` add up columns, and `additive` products of two as well."""
