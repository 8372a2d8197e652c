"""A second evaluator, as plain as can be: it reads the ODRL document, one constraint after another.

It shares no code with `consent.decision` besides the vocabulary, is slow, and knows only data sets that are
not joined. Whatever it does not understand is an error of the test.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from consent.policy import Use
from consent.vocabulary import Purpose
from crypto.reading import utc_text
from tests.consent.examples import EXAM

EU_CODES = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = set(EU_CODES.split())
REGIONS = {"EU": EU, "EEA": EU | {"IS", "LI", "NO"}}
KNOWN_COUNTRIES = EU | {"IS", "LI", "NO", "CH", "US"}
ABOVE = {
    Purpose.ACADEMIC_RESEARCH: Purpose.RESEARCH_AND_DEVELOPMENT,
    Purpose.SCIENTIFIC_RESEARCH: Purpose.RESEARCH_AND_DEVELOPMENT,
    Purpose.NON_COMMERCIAL_RESEARCH: Purpose.RESEARCH_AND_DEVELOPMENT,
    Purpose.COMMERCIAL_RESEARCH: Purpose.RESEARCH_AND_DEVELOPMENT,
}

GENERAL_INTEREST = {
    Purpose.ACADEMIC_RESEARCH,
    Purpose.SCIENTIFIC_RESEARCH,
    Purpose.NON_COMMERCIAL_RESEARCH,
    Purpose.PUBLIC_BENEFIT,
}


def permits(offer: dict[str, Any], use: Use, now: datetime) -> bool:
    """Whether an offer permits a use at a moment."""
    (permission,) = offer["permission"]
    operands = {each["leftOperand"] for each in permission["constraint"]}
    allowed = all(
        ALLOWS[each["leftOperand"]](use, each["rightOperand"], now) for each in permission["constraint"]
    )
    forbidden = any(
        all(_may_be_met(each, use) for each in prohibition["constraint"])
        for prohibition in offer.get("prohibition", [])
    )
    plain = use.query.data_set == "exam/1" and use.query.join is None
    by_mpc = "mk:engine" in operands or _engine(use) == "mpc"
    unpublished = not use.query.publication or "mk:publication" in operands
    plain = plain and unpublished
    return plain and by_mpc and allowed and not forbidden and use.cohort_size >= use.query.floor


def _is_purpose_within(use: Use, iris: list[str]) -> bool:
    above = ABOVE.get(use.query.purpose)
    return use.query.purpose.iri in iris or (above is not None and above.iri in iris)


def _node(role: int) -> Callable[[Use, Any, datetime], bool]:
    return lambda use, right, now: use.node_ids[role] == right


ALLOWS: dict[str, Callable[[Use, Any, datetime], bool]] = {
    "purpose": lambda use, right, now: _is_purpose_within(use, right),
    "mk:attribute": lambda use, right, now: _attributes(use) <= set(right),
    "mk:filter": lambda use, right, now: _filters(use) <= set(right),
    "mk:recipientKind": lambda use, right, now: use.buyer_kind.value in right,
    "mk:recipient": lambda use, right, now: use.buyer_id not in right,
    "mk:recipientCountry": lambda use, right, now: (
        use.buyer_country in KNOWN_COUNTRIES and use.buyer_country in _inside(right)
    ),
    "mk:statistic": lambda use, right, now: _statistics(use) <= set(right),
    "mk:crowd": lambda use, right, now: _crowd(use) >= int(right),
    "mk:exact": lambda use, right, now: right == "true" or use.query.epsilon is not None,
    "mk:epsilonPerQuery": lambda use, right, now: (use.query.epsilon or 0) <= Decimal(right),
    "mk:epsilonTotal": lambda use, right, now: (
        0 <= use.epsilon_spent <= Decimal(right) - (use.query.epsilon or 0)
    ),
    "mk:runs": lambda use, right, now: use.runs is not None and use.runs + 1 <= int(right),
    "mk:compensationCents": lambda use, right, now: use.compensation_cents >= int(right),
    "mk:node0": _node(0),
    "mk:node1": _node(1),
    "mk:node2": _node(2),
    "mk:engine": lambda use, right, now: _engine(use) in right,
    "mk:verifiedOnly": lambda use, right, now: use.query.verified,
    "mk:publication": lambda use, right, now: right == "true",
    "mk:altruism": lambda use, right, now: right == "true" and use.query.purpose in GENERAL_INTEREST,
    "mk:givenAt": lambda use, right, now: bool(right <= utc_text(now)),
    "dateTime": lambda use, right, now: bool(utc_text(now) < right),
}


def _may_be_met(constraint: dict[str, Any], use: Use) -> bool:
    name, operator, right = (constraint[each] for each in ("leftOperand", "operator", "rightOperand"))
    if name == "purpose":
        return _compare(operator, _purposes(use, operator), right)
    if name == "mk:recipientCountry":
        known = use.buyer_country in KNOWN_COUNTRIES
        return not known or _compare(operator, {str(use.buyer_country)}, _inside(right))
    return FORBIDS[name](use, operator, right)


FORBIDS: dict[str, Callable[[Use, str, Any], bool]] = {
    "mk:recipientKind": lambda use, operator, right: _compare(operator, {use.buyer_kind.value}, right),
    "mk:recipient": lambda use, operator, right: _compare(operator, {use.buyer_id}, right),
    "mk:attribute": lambda use, operator, right: _compare(operator, _attributes(use), right),
    "mk:filter": lambda use, operator, right: _compare(operator, _filters(use), right),
    "mk:statistic": lambda use, operator, right: _compare(operator, _statistics(use), right),
    "mk:engine": lambda use, operator, right: _compare(operator, {_engine(use)}, right),
    "mk:exact": lambda use, _, right: (use.query.epsilon is None) is (right == "true"),
    "mk:verified": lambda use, _, right: use.query.verified is (right == "true"),
    "mk:crowd": lambda use, _, right: _crowd(use) < int(right),
    "mk:epsilon": lambda use, _, right: use.query.epsilon is None or use.query.epsilon > Decimal(right),
    "mk:compensationCents": lambda use, _, right: use.compensation_cents < int(right),
}


def _compare(operator: str, left: set[str], right: Any) -> bool:
    return {
        "isAnyOf": bool(left & set(right)),
        "isNoneOf": not left & set(right),
        "isAllOf": set(right) <= left,
    }[operator]


def _purposes(use: Use, operator: str) -> set[str]:
    purpose = use.query.purpose
    found = {purpose, ABOVE.get(purpose, purpose)}
    if operator == "isAnyOf":
        found |= {below for below, above in ABOVE.items() if above is purpose}
    return {each.iri for each in found}


def _statistics(use: Use) -> set[str]:
    return {each.kind.value for each in use.query.statistics}


def _inside(places: list[str]) -> set[str]:
    return {country for each in places for country in REGIONS.get(each, {each})}


def _filters(use: Use) -> set[str]:
    names = {condition.attribute for condition in use.query.where}
    names |= {use.query.group_by} if use.query.group_by else set()
    return {f"exam/1#{name}" for name in names}


def _attributes(use: Use) -> set[str]:
    named = {name for each in use.query.statistics for name in (each.attribute, *each.others) if name}
    return {f"exam/1#{name}" for name in named} | _filters(use)


def _engine(use: Use) -> str:
    return "mpc" if use.query.engine.value == "auto" else use.query.engine.value


def _crowd(use: Use) -> int:
    public = {each.name for each in EXAM.attributes if each.is_public}
    private = any(condition.attribute not in public for condition in use.query.where)
    narrow = use.query.group_by is not None or private
    return min(use.cohort_size, use.query.floor) if narrow else use.cohort_size
