"""The choices that an agreement was made of, so that it can be offered again without choosing anew."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from consent.policy import Policy
from consent.prohibition import Operand, Operator
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from ssi.dataset import DataSet
from wallet.domain.boundary_choices import BoundaryChoices
from wallet.domain.calendar import add_months
from wallet.domain.choices import MOST_MONTHS, PolicyChoices
from wallet.errors import ChoiceError

_DEFAULT_MONTHS: Final = PolicyChoices().months


def choices_of(policy: Policy, data_set: DataSet) -> PolicyChoices:
    """The choices that come closest to a policy; `makes_the_same` says whether they say all of it."""
    return PolicyChoices(
        attributes=tuple(each.name for each in data_set.attributes if each.name in policy.attributes),
        purposes=tuple(each for each in Purpose if each in policy.purposes),
        recipient_kinds=tuple(each for each in RecipientKind if each in policy.recipient_kinds),
        statistics=tuple(each for each in StatisticKind if each in policy.statistics),
        crowd_floor=policy.crowd_floor,
        exact_allowed=policy.exact_allowed,
        epsilon_per_query=policy.epsilon_per_query,
        epsilon_total=policy.epsilon_total,
        compensation_cents=policy.compensation_cents,
        months=_months(policy.given_at, policy.valid_until),
        node_ids=policy.node_ids,
        engines=tuple(sorted(policy.engines, key=lambda each: each.value)),
        joins=tuple(sorted(each.data_set for each in policy.joins)),
        boundaries=BoundaryChoices(
            never_kinds=tuple(RecipientKind(each) for each in _never(policy, Operand.RECIPIENT_KIND)),
            never_purposes=tuple(Purpose(each) for each in _never(policy, Operand.PURPOSE)),
            countries=tuple(sorted(policy.recipient_countries)),
            runs=policy.runs,
            public_filters_only=policy.filters is not None,
        ),
        altruism=policy.altruism,
        publication=policy.publication,
    )


def makes_the_same(choices: PolicyChoices, policy: Policy, data_set: DataSet) -> bool:
    """Whether these choices would make the same agreement, but for its time.

    It is asked with the nodes of the policy, whether or not the registry still names them.
    """
    ticked = replace(choices, explicit_consent=True)
    try:
        again = ticked.policy(data_set, known_nodes=policy.node_ids, now=policy.given_at, joins=policy.joins)
    except ChoiceError:
        return False
    return replace(again, valid_until=policy.valid_until) == policy


def _months(start: datetime, end: datetime) -> int:
    exact = (months for months in range(1, MOST_MONTHS + 1) if add_months(start, months) == end)
    return next(exact, _DEFAULT_MONTHS)


def _never(policy: Policy, operand: Operand) -> list[str]:
    """The terms that are forbidden whatever else holds, in the order of their names."""
    found: set[str] = set()
    for prohibition in policy.prohibitions:
        for each in prohibition.constraints:
            alone = len(prohibition.constraints) == 1 and each.operator is Operator.IS_ANY_OF
            if alone and each.operand is operand and isinstance(each.right, frozenset):
                found |= each.right
    return sorted(found)
