"""Whatever is proposed in the place of a refused query is quoted and ordered when asked."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.errors import TooFewDifferError
from consent.query import Condition, Query, Statistic
from consent.vocabulary import Engine, Purpose, RecipientKind, StatisticKind
from marketplace.domain.hiding import account_key, crowds_of
from marketplace.domain.offer import Offer, OfferState
from marketplace.domain.rows import Row
from marketplace.errors import QuestionRefusedError, TooFewPeopleError
from marketplace.services.question import Question, Stock
from tests.marketplace.answered_fakes import MemoryAnswered
from tests.marketplace.builders import MEAN_SCORE, an_offer, an_organisation
from tests.marketplace.market import Market
from tests.marketplace.mpc_node.orders import EXACT
from tests.marketplace.mpc_node.parties import NOW, registry
from tests.marketplace.mpc_node.people import POLICY, people
from tests.marketplace.mpc_node.people import Offer as Made

BUYER = an_organisation()
assert BUYER.kind is RecipientKind.UNIVERSITY

KINDS = st.sampled_from(
    [
        Statistic(StatisticKind.COUNT),
        Statistic(StatisticKind.MEAN, "exam_score"),
        Statistic(StatisticKind.MAXIMUM, "exam_score"),
        Statistic(StatisticKind.HISTOGRAM, "sex"),
        Statistic(StatisticKind.MEAN, "reading_score"),  # nobody allows that
        Statistic(StatisticKind.CORRELATION, "exam_score", ("reading_score",)),
    ]
)
CONDITIONS = st.sampled_from(
    [
        Condition("school_type", "girls"),
        Condition("school_type", "boys"),
        Condition("exam_score", None, Decimal(3), Decimal(4)),
        Condition("sex", "female"),
    ]
)
QUERIES = st.builds(
    Query,
    data_set=st.just("exam/1"),
    purpose=st.sampled_from([Purpose.ACADEMIC_RESEARCH, Purpose.PERSONNEL_HIRING]),
    statistics=st.lists(KINDS, min_size=1, max_size=3).map(tuple),
    floor=st.sampled_from([5, 10, 12, 20, 30]),
    epsilon=st.sampled_from([None, None, Decimal("0.5"), Decimal(2), Decimal(5)]),
    group_by=st.sampled_from([None, None, "school_type", "sex"]),
    where=st.lists(CONDITIONS, max_size=2).map(tuple),
    engine=st.sampled_from([Engine.AUTO, Engine.PAILLIER, Engine.ADDITIVE]),
    verified=st.booleans(),
)


@st.composite
def stocks(draw: st.DrawFn) -> Stock:
    """A crowd of some who asked for more than others, after some exact answers over parts of it."""
    size = draw(st.integers(8, 40))
    careful = draw(st.sets(st.integers(1, 40), max_size=10))
    floor, spent = draw(st.sampled_from([10, 15, 25])), draw(st.sampled_from(["0", "2.6", "2.95", "3"]))
    offers = [
        replace(
            an_offer(
                number,
                state=OfferState.ACTIVE,
                exact_allowed=number not in careful,
                crowd_floor=floor if number in careful else 10,
            ),
            epsilon_spent=Decimal(spent),
        )
        for number in range(1, size + 1)
    ]
    answered = MemoryAnswered()
    for _ in range(draw(st.integers(0, 2))):
        first = draw(st.integers(0, 10))
        _answer(answered, offers[first : first + draw(st.integers(10, 40))])
    accounts = [account_key(offer.person) for offer in offers]
    return Stock(offers, answered.histories({"exam/1": accounts}))


def _answer(answered: MemoryAnswered, offers: list[Offer]) -> None:
    query = replace(MEAN_SCORE, epsilon=None)
    stock = Stock(offers, answered.histories({"exam/1": [account_key(each.person) for each in offers]}))
    members = crowds_of([Row((each,)) for each in stock.offers], query)
    try:
        answered.note(members)
    except TooFewDifferError:  # such a history cannot come about
        return


def question(stock: Stock) -> Question:
    return Question(registry(), BUYER, stock, NOW)


@settings(max_examples=150)
@given(stocks(), QUERIES)
def test_whatever_is_proposed_is_quoted_when_asked(stock: Stock, query: Query):
    asked = question(stock)
    try:
        asked.quote(query)
    except (TooFewPeopleError, QuestionRefusedError) as error:
        refused = error
    else:
        return

    if refused.nearby is not None:
        quoted = asked.quote(refused.nearby)

        assert quoted.query == refused.nearby
        assert quoted.people.text == refused.nearby_people


REFUSED: dict[str, tuple[Query, dict[str, Any], Query]] = {
    "a budget of which a little is left": (
        replace(EXACT, epsilon=Decimal(1)),
        {"epsilon_per_query": Decimal("0.3"), "epsilon_total": Decimal("0.3")},
        replace(EXACT, epsilon=Decimal("0.2")),
    ),
    "an exact extreme": (
        replace(EXACT, statistics=(Statistic(StatisticKind.MAXIMUM, "exam_score"),)),
        {},
        replace(EXACT, statistics=(Statistic(StatisticKind.MEDIAN, "exam_score"),)),
    ),
    "an exact extreme where nobody allows exact answers": (
        replace(EXACT, statistics=(Statistic(StatisticKind.MAXIMUM, "exam_score"),)),
        {"exact_allowed": False},
        replace(EXACT, statistics=(Statistic(StatisticKind.MAXIMUM, "exam_score"),), epsilon=Decimal(1)),
    ),
    "a way of computing that needs a key": (replace(EXACT, engine=Engine.PAILLIER), {}, EXACT),
    "a statistic that nobody allows": (
        replace(EXACT, statistics=(*EXACT.statistics, Statistic(StatisticKind.MEAN, "reading_score"))),
        {},
        EXACT,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_question_is_ordered_as_it_is_proposed(market: Market, name: str):
    query, terms, expected = REFUSED[name]
    market.supply(people(12), Made(policy=replace(POLICY, **terms)))
    market.forward()
    account = market.buyer()

    with pytest.raises((QuestionRefusedError, TooFewPeopleError)) as raised:
        market.services.make_quote(account.account_id, query)
    refused = raised.value
    assert isinstance(refused, QuestionRefusedError | TooFewPeopleError)
    nearby = refused.nearby
    assert nearby is not None
    placed = market.services.place_order(
        account.account_id, order_id=str(uuid4()), query=nearby, accepted_price_cents=10**6
    )

    assert nearby == expected
    assert placed.query == expected


def test_who_is_not_registered_is_told_a_query_that_keeps_the_rules(market: Market):
    account = market.services.add_account("new@example.org", "correct horse battery")

    with pytest.raises(QuestionRefusedError) as raised:
        market.services.make_quote(account.account_id, replace(EXACT, floor=3))

    assert raised.value.nearby == EXACT
    assert raised.value.nearby_people is None


def test_a_search_among_many_people_is_short_and_still_proposes_what_is_close(monkeypatch):
    monkeypatch.setattr("marketplace.services.question._MOST_LOOKS", 1)
    offers = [an_offer(number, state=OfferState.ACTIVE, exact_allowed=False) for number in range(1, 13)]

    with pytest.raises(TooFewPeopleError) as raised:
        question(Stock(offers)).quote(replace(MEAN_SCORE, epsilon=None))

    assert raised.value.nearby is not None
    assert raised.value.nearby.epsilon is not None
