"""Uses that one rule of a policy decides about; tests and vectors go through all of them."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from consent.policy import Policy, Refusal, Use
from consent.prohibition import Constraint, Operand, Operator, Prohibition, never
from consent.query import Condition, Statistic
from consent.vocabulary import Engine, Purpose, RecipientKind, StatisticKind
from tests.consent.examples import BUYER_ID, POLICY, QUERY, USE

NONE_OF, ALL_OF = Operator.IS_NONE_OF, Operator.IS_ALL_OF
HERE = replace(USE, buyer_country="AT", runs=0)
"""The use with everything known that can be."""


def asking(**changes: Any) -> Use:
    """The use with another query."""
    return replace(HERE, query=replace(QUERY, **changes))


def forbidding(*forbidden: Prohibition, **changes: Any) -> Policy:
    """The policy with something forbidden."""
    return replace(POLICY, prohibitions=frozenset(forbidden), **changes)


def bounded(operand: Operand, operator: Operator, number: str) -> Prohibition:
    """The prohibition of what lies beyond a number."""
    return Prohibition(frozenset({Constraint(operand, operator, Decimal(number))}))


OUTSIDE: dict[str, tuple[Use, Refusal]] = {
    "other data": (asking(data_set="health/1"), Refusal.OTHER_DATA_SET),
    "a record beside that was not to be joined": (asking(join="health/1"), Refusal.JOIN_NOT_ALLOWED),
    "an attribute that is not allowed": (
        asking(statistics=(Statistic(StatisticKind.MEAN, "reading_score"),)),
        Refusal.ATTRIBUTE_NOT_ALLOWED,
    ),
    "groups by an attribute that is not allowed": (
        asking(group_by="intake"),
        Refusal.ATTRIBUTE_NOT_ALLOWED,
    ),
    "a filter by an attribute that is not allowed": (
        asking(where=(Condition("intake", "top"),)),
        Refusal.ATTRIBUTE_NOT_ALLOWED,
    ),
    "another purpose": (asking(purpose=Purpose.PERSONNEL_HIRING), Refusal.PURPOSE_NOT_ALLOWED),
    "a broader purpose": (asking(purpose=Purpose.RESEARCH_AND_DEVELOPMENT), Refusal.PURPOSE_NOT_ALLOWED),
    "another kind of buyer": (
        replace(HERE, buyer_kind=RecipientKind.COMPANY),
        Refusal.RECIPIENT_NOT_ALLOWED,
    ),
    "a statistic that is not allowed": (
        asking(statistics=(Statistic(StatisticKind.HISTOGRAM, "exam_score"),)),
        Refusal.STATISTIC_NOT_ALLOWED,
    ),
    "an exact answer": (asking(epsilon=None), Refusal.EXACT_NOT_ALLOWED),
    "another engine": (asking(engine=Engine.PAILLIER), Refusal.ENGINE),
    "a private filter in a crowd that may be too small": (
        asking(where=(Condition("sex", "female"),), floor=49),
        Refusal.CROWD_TOO_SMALL,
    ),
    "a filter by a range of a crowd that may be too small": (
        asking(where=(Condition("exam_score", None, Decimal(0), Decimal(1)),), floor=49),
        Refusal.CROWD_TOO_SMALL,
    ),
    "a crowd one too small": (replace(HERE, cohort_size=49), Refusal.CROWD_TOO_SMALL),
    "a crowd below the query's own floor": (asking(floor=301), Refusal.CROWD_TOO_SMALL),
    "groups smaller than the crowd": (asking(group_by="sex", floor=49), Refusal.CROWD_TOO_SMALL),
    "more than one query may cost": (asking(epsilon=Decimal("1.01")), Refusal.BUDGET_PER_QUERY),
    "more than is left": (replace(HERE, epsilon_spent=Decimal("4.01")), Refusal.BUDGET_SPENT),
    "a negative balance": (replace(HERE, epsilon_spent=Decimal(-1)), Refusal.BUDGET_SPENT),
    "a cent too little": (replace(HERE, compensation_cents=49), Refusal.COMPENSATION_TOO_LOW),
    "other nodes": (replace(HERE, node_ids=("node-a", "node-b", "node-d")), Refusal.OTHER_NODES),
    "the nodes in another order": (
        replace(HERE, node_ids=("node-b", "node-a", "node-c")),
        Refusal.OTHER_NODES,
    ),
}


"""Uses that the policy of the examples does not allow, and why."""

FORBIDDEN: dict[str, tuple[Prohibition, Use]] = {
    "insurers": (
        never(Operand.RECIPIENT_KIND, "insurer"),
        replace(HERE, buyer_kind=RecipientKind.INSURER),
    ),
    "anybody but universities": (
        never(Operand.RECIPIENT_KIND, "university", operator=NONE_OF),
        replace(HERE, buyer_kind=RecipientKind.RESEARCH_INSTITUTE),
    ),
    "one organisation": (never(Operand.RECIPIENT, BUYER_ID), HERE),
    "all organisations but one": (never(Operand.RECIPIENT, "another", operator=NONE_OF), HERE),
    "a country": (never(Operand.COUNTRY, "US"), replace(HERE, buyer_country="US")),
    "recipients outside the EU": (
        never(Operand.COUNTRY, "EU", operator=NONE_OF),
        replace(HERE, buyer_country="CH"),
    ),
    "recipients inside the EU": (never(Operand.COUNTRY, "EU"), HERE),
    "a country that is not known": (never(Operand.COUNTRY, "US"), replace(HERE, buyer_country=None)),
    "a country that is not one": (never(Operand.COUNTRY, "GB"), replace(HERE, buyer_country="UK")),
    "a purpose": (never(Operand.PURPOSE, "dpv:AcademicResearch"), HERE),
    "a purpose below the one forbidden": (never(Operand.PURPOSE, "dpv:ResearchAndDevelopment"), HERE),
    "a purpose that includes the one forbidden": (
        never(Operand.PURPOSE, "dpv:CommercialResearch"),
        asking(purpose=Purpose.RESEARCH_AND_DEVELOPMENT),
    ),
    "anything but a purpose below": (
        never(Operand.PURPOSE, "dpv:AcademicResearch", operator=NONE_OF),
        asking(purpose=Purpose.RESEARCH_AND_DEVELOPMENT),
    ),
    "an attribute": (never(Operand.ATTRIBUTE, "exam_score"), HERE),
    "two attributes together": (
        never(Operand.ATTRIBUTE, "sex", "exam_score", operator=ALL_OF),
        asking(group_by="sex"),
    ),
    "groups by an attribute": (never(Operand.FILTER, "sex"), asking(group_by="sex")),
    "a choice by an attribute": (
        never(Operand.FILTER, "school_type"),
        asking(where=(Condition("school_type", "girls"),)),
    ),
    "a choice by two attributes": (
        never(Operand.FILTER, "school_type", "sex", operator=ALL_OF),
        asking(where=(Condition("school_type", "girls"),), group_by="sex"),
    ),
    "a statistic": (never(Operand.STATISTIC, "mean"), HERE),
    "two statistics together": (never(Operand.STATISTIC, "mean", "count", operator=ALL_OF), HERE),
    "an engine": (never(Operand.ENGINE, "mpc"), HERE),
    "any engine but one": (never(Operand.ENGINE, "paillier", operator=NONE_OF), HERE),
    "exact answers": (never(Operand.EXACT, "true", operator=Operator.EQUAL), asking(epsilon=None)),
    "answers with noise": (never(Operand.EXACT, "false", operator=Operator.EQUAL), HERE),
    "unchecked arithmetic": (never(Operand.VERIFIED, "false", operator=Operator.EQUAL), HERE),
    "a small crowd": (bounded(Operand.CROWD, Operator.LESS, "301"), HERE),
    "a small group": (bounded(Operand.CROWD, Operator.LESS, "51"), asking(group_by="school_type")),
    "more of the budget": (bounded(Operand.EPSILON, Operator.GREATER, "0.5"), HERE),
    "an exact answer as more than any budget": (
        bounded(Operand.EPSILON, Operator.GREATER, "10"),
        asking(epsilon=None),
    ),
    "little money": (bounded(Operand.COMPENSATION, Operator.LESS, "51"), HERE),
    "checked arithmetic": (
        never(Operand.VERIFIED, "true", operator=Operator.EQUAL),
        asking(verified=True),
    ),
}
"""What is forbidden, and a use that is that."""

LEFT_ALONE: dict[str, tuple[Prohibition, Use]] = {
    "insurers": (never(Operand.RECIPIENT_KIND, "insurer"), HERE),
    "recipients outside the EU": (never(Operand.COUNTRY, "EU", operator=NONE_OF), HERE),
    "recipients outside the EEA": (
        never(Operand.COUNTRY, "EEA", operator=NONE_OF),
        replace(HERE, buyer_country="NO"),
    ),
    "a purpose beside": (never(Operand.PURPOSE, "dpv:CommercialResearch"), HERE),
    "anything but research": (
        never(Operand.PURPOSE, "dpv:ResearchAndDevelopment", operator=NONE_OF),
        HERE,
    ),
    "two attributes of which one is asked about": (
        never(Operand.ATTRIBUTE, "sex", "exam_score", operator=ALL_OF),
        HERE,
    ),
    "groups by an attribute that is only computed on": (never(Operand.FILTER, "exam_score"), HERE),
    "exact answers": (never(Operand.EXACT, "true", operator=Operator.EQUAL), HERE),
    "another engine": (never(Operand.ENGINE, "paillier"), HERE),
    "another country": (never(Operand.COUNTRY, "US"), HERE),
    "anybody but those who ask": (never(Operand.RECIPIENT_KIND, "university", operator=NONE_OF), HERE),
    "another organisation": (never(Operand.RECIPIENT, "another"), HERE),
    "all organisations but the one that asks": (never(Operand.RECIPIENT, BUYER_ID, operator=NONE_OF), HERE),
    "another attribute": (never(Operand.ATTRIBUTE, "sex"), HERE),
    "two choices together": (
        never(Operand.FILTER, "school_type", "sex", operator=ALL_OF),
        asking(group_by="sex"),
    ),
    "another statistic": (never(Operand.STATISTIC, "histogram"), HERE),
    "two statistics of which one is asked": (
        never(Operand.STATISTIC, "mean", "histogram", operator=ALL_OF),
        HERE,
    ),
    "any engine but the one asked for": (never(Operand.ENGINE, "mpc", operator=NONE_OF), HERE),
    "checked arithmetic": (never(Operand.VERIFIED, "true", operator=Operator.EQUAL), HERE),
    "a crowd just large enough": (bounded(Operand.CROWD, Operator.LESS, "300"), HERE),
    "the budget to the last": (bounded(Operand.EPSILON, Operator.GREATER, "1"), HERE),
    "money to the cent": (bounded(Operand.COMPENSATION, Operator.LESS, "50"), HERE),
    "a combination of which one half is asked": (
        Prohibition(
            never(Operand.RECIPIENT_KIND, "university").constraints
            | never(Operand.EXACT, "true", operator=Operator.EQUAL).constraints
        ),
        HERE,
    ),
}
"""What is forbidden, and a use that is something else."""

NARROWED: dict[str, tuple[dict[str, Any], Use, Refusal | None]] = {
    "a country by its code": ({"recipient_countries": frozenset({"AT"})}, HERE, None),
    "a country by its region": ({"recipient_countries": frozenset({"EU"})}, HERE, None),
    "another country": (
        {"recipient_countries": frozenset({"EU"})},
        replace(HERE, buyer_country="CH"),
        Refusal.COUNTRY_NOT_ALLOWED,
    ),
    "a country that is not known": (
        {"recipient_countries": frozenset({"EU"})},
        replace(HERE, buyer_country=None),
        Refusal.COUNTRY_NOT_ALLOWED,
    ),
    "a choice by what is allowed for it": (
        {"filters": frozenset({"school_type"})},
        asking(where=(Condition("school_type", "girls"),)),
        None,
    ),
    "a choice by something else": (
        {"filters": frozenset({"school_type"})},
        asking(group_by="sex"),
        Refusal.FILTER_NOT_ALLOWED,
    ),
    "a choice by anything": ({"filters": frozenset()}, asking(group_by="sex"), Refusal.FILTER_NOT_ALLOWED),
    "no choice": ({"filters": frozenset()}, HERE, None),
    "the last run": ({"runs": 2}, replace(HERE, runs=1), None),
    "one run too many": ({"runs": 2}, replace(HERE, runs=2), Refusal.RUNS_SPENT),
    "runs that are not known": ({"runs": 2}, replace(HERE, runs=None), Refusal.RUNS_SPENT),
    "checked arithmetic": ({"verified_only": True}, asking(verified=True), None),
    "an answer for everybody": ({"publication": True}, asking(publication=True), None),
    "an answer for everybody that is not to be": (
        {},
        asking(publication=True),
        Refusal.PUBLICATION_NOT_ALLOWED,
    ),
    "unchecked arithmetic": ({"verified_only": True}, HERE, Refusal.NOT_VERIFIED),
    "another organisation than the one excluded": ({"excluded_recipients": frozenset({"a"})}, HERE, None),
    "an organisation that is excluded": (
        {"excluded_recipients": frozenset({BUYER_ID})},
        HERE,
        Refusal.RECIPIENT_NOT_ALLOWED,
    ),
}
"""What a policy narrows, a use of it, and why it is refused, if it is."""
