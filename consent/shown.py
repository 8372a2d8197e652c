"""How do the two sides of a constraint look where somebody reads them: what is asked for, and what was seen?

The right side is written as in the ODRL policy (`consent.odrl`), the left side in the same words. A
constraint that a policy does not state has no right side.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from consent.country import known_country
from consent.odrl_prohibition import written
from consent.policy import Policy, Use
from consent.prohibition import Constraint, Operand, Seen
from consent.query import decimal_text
from crypto.encoding import Json

Shown = str | tuple[str, ...] | None
"""A text, several of them in order, or None where nothing is asked for or known."""


class Sides(NamedTuple):
    """The operator of a constraint, and how its two sides are shown."""

    operator: str
    right: Callable[[Policy, Use], Shown]
    seen: Callable[[Policy, Use], Shown]


def shown_json(shown: Shown) -> Json:
    """What is shown, as it stands in documents."""
    return list(shown) if isinstance(shown, tuple) else shown


def shown_right(constraint: Constraint, data_set: str) -> Shown:
    """What a constraint of a prohibition compares with."""
    right = constraint.to_json(lambda operand, text: written(operand, text, data_set))["rightOperand"]
    return tuple(map(str, right)) if isinstance(right, list) else str(right)


def shown_seen(operand: Operand, seen: Seen, data_set: str) -> Shown:
    """What a use shows of an operand of a prohibition."""
    if seen is None:
        return None
    if isinstance(seen, frozenset):
        return tuple(sorted(written(operand, text, data_set) for text in seen))
    return decimal_text(seen)


def _truth(holds: bool) -> str:
    return "true" if holds else "false"


def _terms(texts: Iterable[str]) -> Shown:
    return tuple(sorted(texts))


def _names(policy: Policy, names: Iterable[str]) -> Shown:
    return _terms(written(Operand.ATTRIBUTE, name, policy.data_set) for name in names)


def _epsilon(_policy: Policy, use: Use) -> Shown:
    return None if use.query.epsilon is None else decimal_text(use.query.epsilon)


def _spent(_policy: Policy, use: Use) -> Shown:
    cost = 0 if use.query.epsilon is None else use.query.epsilon
    return decimal_text(use.epsilon_spent + cost)


SHOWN: Final[Mapping[str, Sides]] = {
    "target": Sides("eq", lambda policy, _: policy.data_set, lambda _, use: tuple(use.query.data_sets)),
    "mk:join": Sides(
        "isAnyOf",
        lambda policy, _: _terms(each.data_set for each in policy.joins),
        lambda policy, use: _terms(set(use.query.data_sets) - {policy.data_set}),
    ),
    "mk:attribute": Sides(
        "isAnyOf",
        lambda policy, _: _names(policy, policy.attributes),
        lambda policy, use: _names(policy, use.query.attributes_of(policy.data_set)),
    ),
    "mk:filter": Sides(
        "isAnyOf",
        lambda policy, _: None if policy.filters is None else _names(policy, policy.filters),
        lambda policy, use: _names(policy, use.query.narrowing_of(policy.data_set)),
    ),
    "purpose": Sides(
        "isAnyOf",
        lambda policy, _: _terms(each.iri for each in policy.purposes),
        lambda _, use: use.query.purpose.iri,
    ),
    "mk:recipientKind": Sides(
        "isAnyOf",
        lambda policy, _: _terms(each.value for each in policy.recipient_kinds),
        lambda _, use: use.buyer_kind.value,
    ),
    "mk:recipient": Sides(
        "isNoneOf",
        lambda policy, _: _terms(policy.excluded_recipients) or None,
        lambda _, use: use.buyer_id,
    ),
    "mk:recipientCountry": Sides(
        "isAnyOf",
        lambda policy, _: _terms(policy.recipient_countries) or None,
        lambda _, use: known_country(use.buyer_country),
    ),
    "mk:statistic": Sides(
        "isAnyOf",
        lambda policy, _: _terms(each.value for each in policy.statistics),
        lambda _, use: _terms(each.value for each in use.query.kinds),
    ),
    "mk:exact": Sides(
        "eq",
        lambda policy, _: None if policy.exact_allowed else _truth(False),
        lambda _, use: _truth(use.query.epsilon is None),
    ),
    "mk:publication": Sides(
        "eq",
        lambda policy, use: _truth(policy.publication) if use.query.publication else None,
        lambda _, use: _truth(use.query.publication),
    ),
    "mk:engine": Sides(
        "isAnyOf",
        lambda policy, _: _terms(each.value for each in policy.engines),
        lambda _, use: use.query.chosen_engine.value,
    ),
    "mk:verifiedOnly": Sides(
        "eq",
        lambda policy, _: _truth(True) if policy.verified_only else None,
        lambda _, use: _truth(use.query.verified),
    ),
    "mk:crowd": Sides(
        "gteq", lambda policy, _: str(policy.crowd_floor), lambda _, use: str(use.hidden_among)
    ),
    "mk:queryFloor": Sides("gteq", lambda _, use: str(use.query.floor), lambda _, use: str(use.cohort_size)),
    "mk:epsilonPerQuery": Sides("lteq", lambda policy, _: decimal_text(policy.epsilon_per_query), _epsilon),
    "mk:epsilonTotal": Sides("lteq", lambda policy, _: decimal_text(policy.epsilon_total), _spent),
    "mk:runs": Sides(
        "lteq",
        lambda policy, _: None if policy.runs is None else str(policy.runs),
        lambda _, use: None if use.runs is None else str(use.runs + 1),
    ),
    "mk:compensationCents": Sides(
        "gteq",
        lambda policy, _: str(policy.compensation_cents),
        lambda _, use: str(use.compensation_cents),
    ),
    "mk:nodes": Sides("eq", lambda policy, _: policy.node_ids, lambda _, use: use.node_ids),
}
"""Both sides of each rule of `consent.decision.RULES`, by operand."""
