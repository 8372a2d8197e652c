"""Would these weights say too much about one person, given everything that was said before?

`crypto.functional.authority` decides; here it meets a data set and a person's terms. What is kept is the list
of granted functions of one *record*, and it never becomes shorter. A new key for the ciphertext does not make
anybody forget a score, so the list goes on through every offer of the record, whoever asked, and its budget
is that of the terms now in force.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from consent.score_function import ScoreFunction, scored_attributes
from consent.score_terms import ScoreRefusal, ScoreRefused, ScoreTerms
from crypto.functional.authority import Grants, Refusal
from crypto.functional.authority import Refused as RefusedFunction
from crypto.functional.authority import decide as decide_function
from crypto.functional.authority_algebra import echelon, leverages
from crypto.functional.authority_terms import MILLIBITS, Terms, charge_millibits
from ssi.dataset import DataSet

LARGEST_SHARE: Final = Fraction(4, 5)
"""How much of the variance of one number all scores together may explain: of 2·x + y, with equal ranges, the
first number has four fifths."""

_REASONS: Final = {
    Refusal.TOO_LARGE: ScoreRefusal.TOO_LARGE,
    Refusal.SINGLE_VALUE: ScoreRefusal.SINGLE_VALUE,
    Refusal.PROTECTED: ScoreRefusal.SINGLE_VALUE,
    Refusal.TOO_MANY_FUNCTIONS: ScoreRefusal.TOO_MANY_FUNCTIONS,
    Refusal.DOMINATED: ScoreRefusal.DOMINATED,
    Refusal.PACKED: ScoreRefusal.PACKED,
    Refusal.OVER_BUDGET: ScoreRefusal.BUDGET_SPENT,
    Refusal.CROWD_TOO_SMALL: ScoreRefusal.SINGLE_VALUE,
}

Function = tuple[int, ...]
"""The weights of the columns, without common divisor."""


@dataclass(frozen=True)
class Foresight:
    """What a buyer could learn from a granted score, with everything granted before.

    `cost_bits` and `left_bits` are rounded up and down to tenths; `record_bits` is what all the numbers of
    the record together say. `shares` is for each weighed attribute how much of its variance all scores
    explain. `functions` is the list to keep before the key is handed out.
    """

    functions: tuple[Function, ...]
    cost_bits: float
    left_bits: float
    record_bits: float
    shares: Mapping[str, float]

    @property
    def is_known_already(self) -> bool:
        """Whether the score follows from those given out before, so that it tells nothing new."""
        return self.cost_bits == 0


def judge(
    functions: Sequence[Function], asked: ScoreFunction, terms: ScoreTerms, *, told_millibits: int = 0
) -> Foresight | ScoreRefused:
    """Decide on the weights of a score, given all functions of this record that were granted before.

    `told_millibits` is what sums over many wallets may have told of it (`consent.crowd_authority`): it is
    taken off the budget.
    """
    grants = Grants(_terms(asked.data_set, terms, told_millibits), tuple(functions))
    decision = decide_function(grants, asked.key_weights)
    if isinstance(decision, RefusedFunction):
        return ScoreRefused(_REASONS[decision.reason])
    return _foresight(decision.grants, asked, decision.charged_millibits)


def spent_bits(functions: Sequence[Function], data_set: DataSet, *, told_millibits: int = 0) -> float:
    """What all granted functions, and sums over many, may have told, in bits, rounded up to a tenth."""
    spans = _spans(data_set)
    terms = Terms(spans, 0)
    return _tenths_up(told_millibits + sum(charge_millibits(function, terms) for function in functions))


def record_bits(data_set: DataSet) -> float:
    """What all scored numbers of a record say together, in bits, rounded up to a tenth."""
    terms = Terms(_spans(data_set), 0)
    units = [tuple(int(at == place) for at in range(len(terms.spans))) for place in range(len(terms.spans))]
    return _tenths_up(sum(charge_millibits(unit, terms) for unit in units))


def _foresight(grants: Grants, asked: ScoreFunction, charged: int) -> Foresight:
    attributes = scored_attributes(asked.data_set)
    explained = leverages(echelon(grants.functions), grants.terms.spans)
    shares = {each.name: float(share) for each, share in zip(attributes, explained, strict=True)}
    left = grants.terms.budget_millibits - grants.spent_millibits
    return Foresight(
        functions=grants.functions,
        cost_bits=_tenths_up(charged),
        left_bits=left // (MILLIBITS // 10) / 10,
        record_bits=record_bits(asked.data_set),
        shares={name: share for name, share in shares.items() if name in asked.weights},
    )


def _terms(data_set: DataSet, terms: ScoreTerms, told_millibits: int) -> Terms:
    budget = max(0, terms.budget_bits * MILLIBITS - told_millibits)
    return Terms(_spans(data_set), budget, largest_share=LARGEST_SHARE)


def _spans(data_set: DataSet) -> tuple[int, ...]:
    return tuple(each.steps for each in scored_attributes(data_set))


def _tenths_up(millibits: int) -> float:
    return -(-millibits // (MILLIBITS // 10)) / 10
