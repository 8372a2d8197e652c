"""Offers and agreements about orders: what is written is read back, and what is not kept is refused."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.order_terms import (
    ORDER_PROFILE,
    MarketTerms,
    OrderTerms,
    Parties,
    agreement_document,
    offer_document,
    read_asked_offer,
)
from consent.query import Query, Statistic
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from crypto.errors import MalformedError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 8, 12, tzinfo=UTC)
BUYER = "buyer-handle"
QUERY = Query(
    data_set="exam/1",
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(Statistic(StatisticKind.COUNT), Statistic(StatisticKind.MEAN, "exam_score")),
    floor=30,
    epsilon=Decimal("0.5"),
)
TERMS = OrderTerms(QUERY, 4_200)


def offer(terms: OrderTerms = TERMS) -> Any:
    return offer_document("urn:argonauta:offer:exam/1", terms, buyer=BUYER, until=LATER)


def constraints(document: Any) -> Any:
    return document["permission"][0]["constraint"]


def changed(document: Any, operand: str, **members: object) -> Any:
    lines = [each | members if each["leftOperand"] == operand else each for each in constraints(document)]
    return document | {"permission": [{"action": "aggregate", "constraint": lines}]}


@given(
    epsilon=st.one_of(st.none(), st.sampled_from([Decimal("0.2"), Decimal(1), Decimal(10)])),
    floor=st.integers(10, 1000),
    cents=st.integers(0, 10**12),
    purpose=st.sampled_from(Purpose),
)
def test_an_offer_is_read_back_as_it_was_written(epsilon, floor, cents, purpose):
    terms = OrderTerms(replace(QUERY, epsilon=epsilon, floor=floor, purpose=purpose), cents)

    read = read_asked_offer(offer(terms), buyer=BUYER)

    assert (read.terms, read.until, read.offer_id) == (terms, LATER, "urn:argonauta:offer:exam/1")


def test_query_and_price_alone_are_enough():
    bare = [each for each in constraints(offer()) if each["leftOperand"] in {"mk:query", "mk:priceCents"}]
    document = offer() | {"permission": [{"action": "aggregate", "constraint": bare}]}

    read = read_asked_offer(document, buyer=BUYER)

    assert (read.terms, read.until) == (TERMS, None)


def test_an_offer_may_only_be_named():
    read = read_asked_offer({"@id": "urn:uuid:x"}, buyer=BUYER)

    assert (read.offer_id, read.terms) == ("urn:uuid:x", None)


def test_an_agreement_names_both_parties_its_target_and_its_moment():
    agreement = agreement_document("urn:uuid:a", TERMS, Parties("market", BUYER), agreed_at=NOW, until=LATER)

    named = ("@id", "@type", "assigner", "assignee", "target", "timestamp", "profile")
    assert [agreement[name] for name in named] == [
        "urn:uuid:a",
        "Agreement",
        "market",
        BUYER,
        "urn:argonauta:dataset:exam/1",
        "2026-03-01T12:00:00Z",
        ORDER_PROFILE,
    ]
    said = {each["leftOperand"]: (each["operator"], each["rightOperand"]) for each in constraints(agreement)}
    assert said["purpose"] == ("eq", "https://w3id.org/dpv#AcademicResearch")
    assert said["mk:crowd"] == ("gteq", "30")
    assert said["mk:epsilonPerQuery"] == ("lteq", "0.5")
    assert said["mk:priceCents"] == ("lteq", "4200")
    assert said["dateTime"] == ("lt", "2026-03-08T12:00:00Z")


def test_the_catalogues_offer_says_what_there_are_people_for_and_has_no_target():
    terms = MarketTerms(
        "exam/1",
        frozenset({Purpose.ACADEMIC_RESEARCH}),
        frozenset({RecipientKind.UNIVERSITY}),
        frozenset({StatisticKind.MEAN}),
        from_cents=100,
    )

    document = terms.to_offer()

    assert "target" not in document
    said = {each["leftOperand"]: each["rightOperand"] for each in constraints(document)}
    assert said["mk:statistic"] == ["mean"]
    assert said["mk:compensationCents"] == "100"
    assert "mk:compensationCents" not in {
        each["leftOperand"] for each in constraints(replace(terms, from_cents=None).to_offer())
    }


BAD = {
    "no object": [],
    "no id": {key: value for key, value in offer().items() if key != "@id"},
    "another type": offer() | {"@type": "Agreement"},
    "another profile": offer() | {"profile": "urn:other"},
    "another data set": offer() | {"target": "urn:argonauta:dataset:health/1"},
    "an unknown member": offer() | {"obligation": [{"action": "pay"}]},
    "a prohibition alone": {"@id": "x", "@type": "Offer", "prohibition": [{"action": "distribute"}]},
    "another action": offer() | {"permission": [offer()["permission"][0] | {"action": "use"}]},
    "two permissions": offer() | {"permission": offer()["permission"] * 2},
    "a constraint twice": offer()
    | {
        "permission": [
            {"action": "aggregate", "constraint": [*constraints(offer()), constraints(offer())[0]]}
        ]
    },
    "an unknown constraint": offer()
    | {
        "permission": [
            {
                "action": "aggregate",
                "constraint": [
                    *constraints(offer()),
                    {"leftOperand": "spatial", "operator": "eq", "rightOperand": "AT"},
                ],
            }
        ]
    },
    "another purpose than the query's": changed(
        offer(), "purpose", rightOperand="https://w3id.org/dpv#PublicBenefit"
    ),
    "a smaller crowd than the query's": changed(offer(), "mk:crowd", rightOperand="10"),
    "another operator": changed(offer(), "mk:priceCents", operator="gteq"),
    "somebody else's recipient": changed(offer(), "mk:recipient", rightOperand="other"),
    "a price that is no number": changed(offer(), "mk:priceCents", rightOperand="-1"),
    "a price with a leading zero": changed(offer(), "mk:priceCents", rightOperand="04200"),
    "a price of many digits": changed(offer(), "mk:priceCents", rightOperand="9" * 5000),
    "a number for a price": changed(offer(), "mk:priceCents", rightOperand=4200),
    "an object for a query": changed(offer(), "mk:query", rightOperand=QUERY.to_json()),
    "a query that is no JSON": changed(offer(), "mk:query", rightOperand="{"),
    "a query in another spelling": changed(offer(), "mk:query", rightOperand='{"data_set": "exam/1"}'),
    "a query of many characters": changed(offer(), "mk:query", rightOperand="[" * 30_000),
    "no moment": changed(offer(), "dateTime", rightOperand="tomorrow"),
    "a list for a moment": changed(offer(), "dateTime", rightOperand=["2026-03-08T12:00:00Z"]),
}


@pytest.mark.parametrize("name", BAD)
def test_an_offer_that_states_what_its_query_does_not_is_refused(name):
    with pytest.raises(MalformedError):
        read_asked_offer(BAD[name], buyer=BUYER)
