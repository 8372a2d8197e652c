"""What may be asked of a data set, and what is agreed to be asked? Offers and agreements of DSP 2025-1.

The market offers *answers* over a data set: its offer says which purposes, recipients and statistics there
are people for, the smallest crowd, the largest privacy cost of one query, and from which compensation on.
A buyer's offer names one query (`mk:query`, the query of `consent.query` as canonical JSON in a text, because
a processor of JSON-LD would lose members it has no terms for) and the most that it pays (`mk:priceCents`).
Whatever else it states must be what that query says: a condition that nobody keeps is not agreed to.

This profile is not that of a person's policy (`consent.odrl`): there one person permits uses of her record,
here a market and a buyer agree on one order. No agreement here permits anything a person's policy does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent.odrl import MAX_ID
from consent.odrl_prohibition import ACTION
from consent.query import LEAST_FLOOR, MAX_NAME, MOST_EPSILON, Query, decimal_text
from consent.vocabulary import MARKET_NAMESPACE, Purpose, RecipientKind, StatisticKind
from crypto.encoding import Json, canonical_json, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text

ORDER_PROFILE: Final = f"{MARKET_NAMESPACE}odrl-order:1"
DATA_SET_IRI: Final = "urn:argonauta:dataset:"
MOST_CENTS: Final = 10**12
MAX_QUERY: Final = 20_000
_MOST_CONSTRAINTS: Final = 20
_QUERY, _PRICE, _UNTIL = "mk:query", "mk:priceCents", "dateTime"

Constraints = dict[str, tuple[str, Json]]
"""Operator and right operand by left operand."""


def iri_of(data_set: str) -> str:
    """How a data set is called in offers and agreements."""
    return DATA_SET_IRI + data_set


@dataclass(frozen=True)
class OrderTerms:
    """One query, and the most its answer may cost in cents."""

    query: Query
    most_cents: int

    def constraints(self, *, recipient: str, until: datetime | None) -> Constraints:
        """Everything that is agreed to, by operand; `until` is when an order must have been placed."""
        query = self.query
        found: Constraints = {
            "purpose": ("eq", query.purpose.iri),
            "mk:recipient": ("eq", recipient),
            "mk:statistic": ("isAnyOf", sorted(kind.value for kind in query.kinds)),
            "mk:crowd": ("gteq", str(query.floor)),
            "mk:exact": ("eq", "true" if query.epsilon is None else "false"),
            _QUERY: ("eq", canonical_json(query.to_json()).decode()),
            _PRICE: ("lteq", str(self.most_cents)),
        }
        if query.epsilon is not None:
            found["mk:epsilonPerQuery"] = ("lteq", decimal_text(query.epsilon))
        if until is not None:
            found[_UNTIL] = ("lt", utc_text(until))
        return found


@dataclass(frozen=True)
class Parties:
    """Who agrees: the market, and the organisation that buys."""

    market: str
    buyer: str


@dataclass(frozen=True)
class AskedOffer:
    """What came in a contract request: the id of an offer, and the terms if it does not only name one.

    `until` is the moment before which the buyer would order, None if it does not say.
    """

    offer_id: str
    terms: OrderTerms | None
    until: datetime | None = None


def offer_document(offer_id: str, terms: OrderTerms, *, buyer: str, until: datetime) -> dict[str, Json]:
    """The market's offer to one buyer, for a contract offer message (with a target)."""
    return {
        "@id": offer_id,
        "@type": "Offer",
        "profile": ORDER_PROFILE,
        "target": iri_of(terms.query.data_set),
        "permission": [_permission(terms.constraints(recipient=buyer, until=until))],
    }


def agreement_document(
    agreement_id: str, terms: OrderTerms, parties: Parties, *, agreed_at: datetime, until: datetime
) -> dict[str, Json]:
    """The agreement that one query may be ordered until a moment, at no more than its price."""
    return {
        **offer_document(agreement_id, terms, buyer=parties.buyer, until=until),
        "@type": "Agreement",
        "assigner": parties.market,
        "assignee": parties.buyer,
        "timestamp": utc_text(agreed_at),
    }


@dataclass(frozen=True)
class MarketTerms:
    """What may be asked of a data set; `from_cents` is None where too few people offer to tell."""

    data_set: str
    purposes: frozenset[Purpose]
    recipient_kinds: frozenset[RecipientKind]
    statistics: frozenset[StatisticKind]
    from_cents: int | None = None

    @property
    def offer_id(self) -> str:
        """How the market's offer of this data set is called; the same as long as there is the data set."""
        return f"urn:argonauta:offer:{self.data_set}"

    def constraints(self) -> Constraints:
        """What an order has to keep, by operand."""
        found: Constraints = {
            "purpose": ("isAnyOf", sorted(each.iri for each in self.purposes)),
            "mk:recipientKind": ("isAnyOf", sorted(each.value for each in self.recipient_kinds)),
            "mk:statistic": ("isAnyOf", sorted(each.value for each in self.statistics)),
            "mk:crowd": ("gteq", str(LEAST_FLOOR)),
            "mk:epsilonPerQuery": ("lteq", decimal_text(MOST_EPSILON)),
        }
        if self.from_cents is not None:
            found["mk:compensationCents"] = ("gteq", str(self.from_cents))
        return found

    def to_offer(self) -> dict[str, Json]:
        """The offer of the catalogue; inside a data set it has no target (DSP 2025-1 §5.3)."""
        return {
            "@id": self.offer_id,
            "@type": "Offer",
            "profile": ORDER_PROFILE,
            "permission": [_permission(self.constraints())],
        }


def read_asked_offer(document: object, *, buyer: str, where: str = "offer") -> AskedOffer:
    """Read the offer in a contract request message.

    Raises:
        MalformedError: it is not of the profile, names no query or price, or states what its query does not.
    """
    fields = Fields.of(document, where)
    offer_id = fields.text("@id", max_length=MAX_ID)
    if not fields.has("permission"):
        if fields.has("prohibition"):
            raise MalformedError(f"{where}: prohibitions without a permission ask for nothing")
        return AskedOffer(offer_id, None)
    if fields.text("@type", max_length=MAX_NAME) != "Offer":
        raise MalformedError(f"{where}.@type: expected Offer")
    if fields.text("profile", max_length=MAX_ID) != ORDER_PROFILE:
        raise MalformedError(f"{where}.profile: expected {ORDER_PROFILE}")
    target = fields.text("target", max_length=MAX_ID)
    (permission,) = fields.objects("permission", least=1, most=1)
    fields.done()
    stated = _read_constraints(permission)
    terms = OrderTerms(_read_query(stated, where), _read_price(stated, where))
    if target != iri_of(terms.query.data_set):
        raise MalformedError(f"{where}.target: another data set than in the query")
    until = _read_until(stated, where)
    said = terms.constraints(recipient=buyer, until=until)
    for operand, constraint in stated.items():
        if said.get(operand) != constraint:
            raise MalformedError(f"{where}: {operand[:80]!r} is not what the query says, or is not known")
    return AskedOffer(offer_id, terms, until)


def _permission(constraints: Constraints) -> dict[str, Json]:
    stated: list[Json] = [
        {"leftOperand": operand, "operator": operator, "rightOperand": value}
        for operand, (operator, value) in constraints.items()
    ]
    return {"action": ACTION, "constraint": stated}


def _read_constraints(permission: Fields) -> Constraints:
    if permission.text("action", max_length=MAX_NAME) != ACTION:
        raise MalformedError(f"{permission.where}.action: expected {ACTION!r}")
    found: Constraints = {}
    for each in permission.objects("constraint", least=2, most=_MOST_CONSTRAINTS):
        operand = each.text("leftOperand", max_length=MAX_NAME)
        if operand in found:
            raise MalformedError(f"{each.where}: {operand!r} stands twice")
        found[operand] = (each.text("operator", max_length=MAX_NAME), each.any("rightOperand"))
        each.done()
    permission.done()
    return found


def _read_query(stated: Mapping[str, tuple[str, Json]], where: str) -> Query:
    text = _right(stated, _QUERY, where)
    if len(text) > MAX_QUERY:
        raise MalformedError(f"{where}.{_QUERY}: expected at most {MAX_QUERY} characters")
    query = Query.from_json(parse_json(text), f"{where}.{_QUERY}")
    if canonical_json(query.to_json()).decode() != text:
        raise MalformedError(f"{where}.{_QUERY}: expected the query's canonical form (RFC 8785)")
    return query


def _read_price(stated: Mapping[str, tuple[str, Json]], where: str) -> int:
    text = _right(stated, _PRICE, where)
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MOST_CENTS)) or str(int(text)) != text:
        raise MalformedError(f"{where}.{_PRICE}: expected a whole number of cents")
    return int(text)


def _read_until(stated: Mapping[str, tuple[str, Json]], where: str) -> datetime | None:
    if _UNTIL not in stated:
        return None
    return Fields({_UNTIL: stated[_UNTIL][1]}, where).moment(_UNTIL)


def _right(stated: Mapping[str, tuple[str, Json]], operand: str, where: str) -> str:
    _, value = stated.get(operand, ("", None))
    if not isinstance(value, str):
        raise MalformedError(f"{where}: expected a constraint on {operand} with a text")
    return value
