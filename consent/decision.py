"""Does a policy permit a use?

`decide` is fail-closed. What is forbidden is looked at first and wins; then every rule of what is allowed
must hold, and a fact that is not known satisfies none. The rules are independent of each other and are
evaluated all of them in the order of `Refusal`, so that the reasons of a refusal are complete and come in the
same order everywhere. `consent.trace` shows the same rules with what was asked and seen; a decision does not
pay for it.

A policy that is tightened in any member, or forbids one thing more, never permits more than before.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from consent.country import countries_in, known_country
from consent.policy import Permitted, Policy, Refusal, Refused, Use
from consent.prohibition import Facts, Operand, Operator, Seen
from consent.vocabulary import Purpose


class Rule(NamedTuple):
    """One constraint of what is allowed: why it refuses, and whether it is satisfied."""

    refusal: Refusal
    is_satisfied: Callable[[Policy, Use], bool]


def decide(
    policy: Policy,
    use: Use,
    *,
    now: datetime,
    withdrawn_at: datetime | None = None,
    paused: bool = False,
) -> Permitted | Refused:
    """Decide whether a policy permits a use at a moment.

    A withdrawal counts whatever moment it names: once it is known, nothing is permitted any more. `paused` is
    what the latest statement of the person says (`consent.pause`).
    """
    times = broken_times(policy, now=now, withdrawn_at=withdrawn_at, paused=paused)
    broken = (*times, *broken_rules(policy, use))
    return Refused(broken[0], broken[1:]) if broken else Permitted()


def broken_times(
    policy: Policy, *, now: datetime, withdrawn_at: datetime | None, paused: bool = False
) -> tuple[Refusal, ...]:
    """Why a policy is not in force at a moment, in order."""
    if withdrawn_at is None and not paused and policy.given_at <= now < policy.valid_until:
        return ()
    broken = [Refusal.NOT_YET_VALID] if now < policy.given_at else []
    broken += [Refusal.EXPIRED] if now >= policy.valid_until else []
    broken += [Refusal.WITHDRAWN] if withdrawn_at is not None else []
    broken += [Refusal.PAUSED] if paused else []
    return tuple(broken)


def broken_rules(policy: Policy, use: Use) -> tuple[Refusal, ...]:
    """The rules of a policy that do not hold for a use, in order; its being in force is not among them.

    So the answer is the same for all whose policies differ in nothing but their times.
    """
    broken = [refusal for refusal, is_satisfied in _IN_ORDER if not is_satisfied(policy, use)]
    if policy.prohibitions and is_prohibited(policy, use):
        broken.insert(0, Refusal.PROHIBITED)
    return tuple(dict.fromkeys(broken)) if broken else ()


def is_prohibited(policy: Policy, use: Use) -> bool:
    """Whether anything that a policy forbids is, or may be, this use.

    `Prohibition.applies` on the facts of the use, in loops: this is asked of every person of a crowd.
    """
    for prohibition in policy.prohibitions:
        for each in prohibition.constraints:
            if not each.is_met_by(_FACTS[each.operand](policy, use, each.operator)):
                break
        else:
            return True
    return False


def facts_of(policy: Policy, use: Use) -> Facts:
    """What a use shows of each operand of a prohibition."""
    return lambda operand, operator: _FACTS[operand](policy, use, operator)


def _is_joined_as_allowed(policy: Policy, use: Use) -> bool:
    if use.query.join is None:
        return True
    others = set(use.query.data_sets) - {policy.data_set}
    return others <= {each.data_set for each in policy.joins}


def _is_chosen_as_allowed(policy: Policy, use: Use) -> bool:
    return policy.filters is None or use.query.narrowing_of(policy.data_set) <= policy.filters


def _is_from_where_allowed(policy: Policy, use: Use) -> bool:
    if not policy.recipient_countries:
        return True
    country = known_country(use.buyer_country)
    return country is not None and country in countries_in(policy.recipient_countries)


def _is_hidden(policy: Policy, use: Use) -> bool:
    # Where the smallest group that there could be is large enough, it need not be known if there are groups.
    least = min(use.cohort_size, use.query.floor)
    return least >= policy.crowd_floor or use.hidden_among >= policy.crowd_floor


def _is_within_total(policy: Policy, use: Use) -> bool:
    # A negative balance would be budget out of nowhere: it is read as an error, and refused.
    cost = Decimal(0) if use.query.epsilon is None else use.query.epsilon
    return use.epsilon_spent >= 0 and use.epsilon_spent + cost <= policy.epsilon_total


def _is_within_runs(policy: Policy, use: Use) -> bool:
    return policy.runs is None or (use.runs is not None and 0 <= use.runs < policy.runs)


RULES: Final[Mapping[str, Rule]] = {
    "target": Rule(
        Refusal.OTHER_DATA_SET, lambda policy, use: policy.data_set in (use.query.data_set, use.query.join)
    ),
    "mk:join": Rule(Refusal.JOIN_NOT_ALLOWED, _is_joined_as_allowed),
    "mk:attribute": Rule(
        Refusal.ATTRIBUTE_NOT_ALLOWED,
        lambda policy, use: use.query.attributes_of(policy.data_set) <= policy.attributes,
    ),
    "mk:filter": Rule(Refusal.FILTER_NOT_ALLOWED, _is_chosen_as_allowed),
    "purpose": Rule(
        Refusal.PURPOSE_NOT_ALLOWED,
        lambda policy, use: not policy.purposes.isdisjoint(use.query.purpose.lineage),
    ),
    "mk:recipientKind": Rule(
        Refusal.RECIPIENT_NOT_ALLOWED, lambda policy, use: use.buyer_kind in policy.recipient_kinds
    ),
    "mk:recipient": Rule(
        Refusal.RECIPIENT_NOT_ALLOWED, lambda policy, use: use.buyer_id not in policy.excluded_recipients
    ),
    "mk:recipientCountry": Rule(Refusal.COUNTRY_NOT_ALLOWED, _is_from_where_allowed),
    "mk:statistic": Rule(
        Refusal.STATISTIC_NOT_ALLOWED, lambda policy, use: use.query.kinds <= policy.statistics
    ),
    "mk:exact": Rule(
        Refusal.EXACT_NOT_ALLOWED, lambda policy, use: use.query.epsilon is not None or policy.exact_allowed
    ),
    "mk:publication": Rule(
        Refusal.PUBLICATION_NOT_ALLOWED, lambda policy, use: policy.publication or not use.query.publication
    ),
    "mk:engine": Rule(Refusal.ENGINE, lambda policy, use: use.query.chosen_engine in policy.engines),
    "mk:verifiedOnly": Rule(
        Refusal.NOT_VERIFIED, lambda policy, use: use.query.verified or not policy.verified_only
    ),
    "mk:crowd": Rule(Refusal.CROWD_TOO_SMALL, _is_hidden),
    "mk:queryFloor": Rule(Refusal.CROWD_TOO_SMALL, lambda policy, use: use.cohort_size >= use.query.floor),
    "mk:epsilonPerQuery": Rule(
        Refusal.BUDGET_PER_QUERY,
        lambda policy, use: use.query.epsilon is None or use.query.epsilon <= policy.epsilon_per_query,
    ),
    "mk:epsilonTotal": Rule(Refusal.BUDGET_SPENT, _is_within_total),
    "mk:runs": Rule(Refusal.RUNS_SPENT, _is_within_runs),
    "mk:compensationCents": Rule(
        Refusal.COMPENSATION_TOO_LOW,
        lambda policy, use: use.compensation_cents >= policy.compensation_cents,
    ),
    "mk:nodes": Rule(Refusal.OTHER_NODES, lambda policy, use: use.node_ids == policy.node_ids),
}
"""The constraints of what is allowed by their operands, in the order of `Refusal`."""

_IN_ORDER: Final = tuple((rule.refusal, rule.is_satisfied) for rule in RULES.values())


def _purposes(_policy: Policy, use: Use, operator: Operator) -> Seen:
    # A broad purpose may be any of those below it, so forbidding one of them forbids it as well.
    return (_RELATED if operator is Operator.IS_ANY_OF else _LINEAGES)[use.query.purpose]


_RELATED: Final = {each: frozenset(one.value for one in each.related) for each in Purpose}
_LINEAGES: Final = {each: frozenset(one.value for one in each.lineage) for each in Purpose}


def _country(_policy: Policy, use: Use, _operator: Operator) -> Seen:
    country = known_country(use.buyer_country)
    return None if country is None else frozenset({country})


def _truth(holds: bool) -> Seen:
    return frozenset({"true" if holds else "false"})


_FACTS: Final[Mapping[Operand, Callable[[Policy, Use, Operator], Seen]]] = {
    Operand.PURPOSE: _purposes,
    Operand.RECIPIENT_KIND: lambda _policy, use, _: frozenset({use.buyer_kind.value}),
    Operand.RECIPIENT: lambda _policy, use, _: frozenset({use.buyer_id}),
    Operand.COUNTRY: _country,
    Operand.ATTRIBUTE: lambda policy, use, _: use.query.attributes_of(policy.data_set),
    Operand.FILTER: lambda policy, use, _: use.query.narrowing_of(policy.data_set),
    Operand.STATISTIC: lambda _policy, use, _: frozenset(kind.value for kind in use.query.kinds),
    Operand.ENGINE: lambda _policy, use, _: frozenset({use.query.chosen_engine.value}),
    Operand.EXACT: lambda _policy, use, _: _truth(use.query.epsilon is None),
    Operand.VERIFIED: lambda _policy, use, _: _truth(use.query.verified),
    Operand.CROWD: lambda _policy, use, _: Decimal(use.hidden_among),
    # An exact answer has no epsilon; it tells more than any, so it counts as what is forbidden.
    Operand.EPSILON: lambda _policy, use, _: use.query.epsilon,
    Operand.COMPENSATION: lambda _policy, use, _: Decimal(use.compensation_cents),
}
