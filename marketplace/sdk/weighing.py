"""What would a weighted sum say about a person, and is it too much? Asked before anything is paid.

For a score the authority of `consent.score_authority` is asked, which is the one that the wallet asks. What
it knows here is what this buyer was told before; only the person's wallet knows what others were told, so a
score that passes here can still be refused there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from consent.crowd_authority import millibits_of
from consent.crowd_run import numbers_for
from consent.over_weighing import describe_over_weighed, over_weighed
from consent.score_authority import Function, judge, record_bits, spent_bits
from consent.score_function import ScoreFunction
from consent.score_terms import ScoreRefused, ScoreTerms
from consent.score_wording import describe_foresight, describe_score, describe_weights, explain_score_refusal
from consent.vocabulary import Purpose
from crypto.noise import rho_from_epsilon

_LANGUAGE = "en"
_NORMAL_95 = 1.96


@dataclass(frozen=True)
class Weighed:
    """A weighted sum in words: what it is, what it tells, why it would be refused, what it asks too much."""

    sentence: str
    told: tuple[str, ...]
    refused: str | None = None
    surplus: tuple[str, ...] = ()


def weigh_score(
    function: ScoreFunction,
    purpose: Purpose | None = None,
    terms: ScoreTerms | None = None,
    before: Iterable[ScoreFunction] = (),
) -> Weighed:
    """What a score tells about a person; with her terms, whether her wallet would find it too much.

    `before` are the scores of the same record that this buyer was given, the first one first.
    """
    sentence = describe_score(function, _LANGUAGE)
    surplus = _surplus(function, purpose)
    if terms is None:
        return Weighed(sentence, (_all_of(function),), surplus=surplus)
    given: tuple[Function, ...] = ()
    for each in before:
        granted = judge(given, each, terms)
        given = given if isinstance(granted, ScoreRefused) else granted.functions
    seen = judge(given, function, terms)
    if isinstance(seen, ScoreRefused):
        return Weighed(sentence, (), explain_score_refusal(seen.reason, _LANGUAGE), surplus)
    if seen.is_known_already:
        return Weighed(sentence, ("This score follows from those that you have already.",), surplus=surplus)
    cost = (
        f"This score tells at most as much as {_answers(seen.cost_bits)} about the person; all "
        f"of these numbers together are about {ceil(seen.record_bits)}. The person allows "
        f"{terms.budget_bits} for all scores together, those of others included."
    )
    shares = describe_foresight(seen, function.data_set, _LANGUAGE)[1:]
    return Weighed(sentence, (cost, *shares), surplus=surplus)


def weigh_sum(
    function: ScoreFunction, purpose: Purpose | None, *, people: int, floor: int, epsilon: Decimal
) -> Weighed:
    """What a sum over so many people tells about one of them, and how far it is off because of noise.

    Raises:
        TermsError: it cannot be computed with one of the numbers of people that it allows.
    """
    described, rho = function.data_set, rho_from_epsilon(epsilon)
    cost = _answers(spent_bits((), described, told_millibits=millibits_of(rho)))
    told = (
        f"Of one person it tells at most as much as {cost}, to somebody who knows the "
        f"numbers of all others; all of these numbers together are about {ceil(record_bits(described))}.",
        *(
            f"Over {count} people it is off by ± {off:.3g} in 95 of 100 cases, because of the noise."
            for count in sorted({floor, people})
            for off in [_NORMAL_95 * noise_of(function, count, floor, epsilon)]
        ),
    )
    sentence = f"Sum of {describe_weights(function, _LANGUAGE)}, over {floor} to {people} people"
    return Weighed(sentence, told, surplus=_surplus(function, purpose))


def noise_of(function: ScoreFunction, people: int, floor: int, epsilon: Decimal) -> float:
    """The standard deviation of the noise in a sum over so many people, in the units of the attributes.

    Raises:
        TermsError: this cannot be computed.
    """
    numbers = numbers_for(function, people, floor=floor, epsilon=epsilon)
    return numbers.noise_sd(people) * float(function.in_units(1) - function.in_units(0))


def _all_of(function: ScoreFunction) -> str:
    bits = _answers(spent_bits([function.key_weights], function.data_set))
    return (
        f"It tells at most as much as {bits} about the person; all of these numbers "
        f"together are about {ceil(record_bits(function.data_set))}. Each person sets a limit of her own."
    )


def _answers(bits: float) -> str:
    count = ceil(bits)
    return "one yes-or-no answer" if count == 1 else f"{count} yes-or-no answers"


def _surplus(function: ScoreFunction, purpose: Purpose | None) -> tuple[str, ...]:
    if purpose is None:
        return ()
    flags = over_weighed(purpose, function.weights, function.data_set)
    return tuple(describe_over_weighed(each, purpose, function.data_set, _LANGUAGE) for each in flags)
