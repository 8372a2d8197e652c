"""What the catalogue says of people holds for fifty of them, and changes when a band does or at times."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from crypto.errors import MalformedError
from marketplace.domain.band import band_of
from marketplace.domain.catalogue import CatalogueEntry
from marketplace.domain.facets import Facets, read_facets
from marketplace.domain.preview import MOST_COLUMNS, ROWS, made_up
from marketplace.domain.supply import (
    PRICE_CLASSES,
    TOLD_FROM,
    SupplyTerms,
    market_terms,
    price_class,
    sum_up,
)
from marketplace.services.supply_terms import AT_LEAST_EVERY, SumUpSupply
from ssi.attribute import Kind
from ssi.dataset import data_set, data_sets
from tests.marketplace.builders import an_offer
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.mpc_node.people import people


def offers(count: int, *, cents: int = 100, first: int = 1, **policy: object):
    made = [an_offer(number) for number in range(first, first + count)]
    return [
        replace(each, policy=replace(each.policy, compensation_cents=cents, **policy))  # type: ignore[arg-type]
        for each in made
    ]


def summed(found) -> SupplyTerms:
    terms = sum_up("exam/1", found, least_people=50)
    assert terms is not None
    return terms


def test_of_fewer_than_fifty_people_nothing_is_said():
    assert sum_up("exam/1", offers(TOLD_FROM - 1), least_people=0) is None
    assert sum_up("exam/1", offers(TOLD_FROM), least_people=50) is not None


def test_one_person_with_many_offers_is_one_person():
    many = [replace(each, person="anna") for each in offers(200)]

    assert sum_up("exam/1", many, least_people=50) is None


def test_what_only_a_few_allow_is_not_named():
    most = offers(60, purposes=frozenset({Purpose.ACADEMIC_RESEARCH}))
    few = offers(
        TOLD_FROM - 1,
        first=100,
        purposes=frozenset({Purpose.PERSONNEL_HIRING}),
        recipient_kinds=frozenset({RecipientKind.INSURER}),
        statistics=frozenset({StatisticKind.K_MEANS}),
    )

    terms = summed(most + few)

    assert terms.purposes == {Purpose.ACADEMIC_RESEARCH}
    assert RecipientKind.INSURER not in terms.recipient_kinds


def test_a_broad_purpose_allows_those_below_it():
    terms = summed(offers(60, purposes=frozenset({Purpose.RESEARCH_AND_DEVELOPMENT})))

    assert Purpose.ACADEMIC_RESEARCH in terms.purposes
    assert Purpose.PUBLIC_BENEFIT not in terms.purposes


def test_a_price_that_few_ask_for_is_not_told():
    cheap, dear = offers(10, cents=1), offers(10, cents=9_000, first=500)
    terms = summed(cheap + offers(100, cents=120, first=50) + dear)

    assert (terms.from_cents, terms.to_cents) == (200, 200)


def test_the_day_is_one_on_which_or_after_which_fifty_people_came():
    early = [replace(each, received_at=NOW - timedelta(days=40)) for each in offers(60)]
    late = [replace(each, received_at=NOW) for each in offers(TOLD_FROM - 1, first=100)]

    assert summed(early + late).fresh_on == (NOW - timedelta(days=40)).date()


@given(cents=st.integers(0, PRICE_CLASSES[-1]))
def test_a_price_class_is_the_least_that_is_not_below(cents):
    told = price_class(cents)

    assert told >= cents
    assert all(each < cents or each >= told for each in PRICE_CLASSES)


def test_where_nothing_is_known_every_word_may_be_asked():
    terms = market_terms("exam/1", None)

    assert (terms.purposes, terms.from_cents) == (frozenset(Purpose), None)


@pytest.mark.parametrize(
    "change", [{"purposes": ["dpv:Gossip"]}, {"fresh_on": "soon"}, {"from_cents": -1}, {"least_people": "x"}]
)
def test_a_summary_that_was_spoilt_is_refused_by_name(change):
    document = summed(offers(60)).to_json()
    assert SupplyTerms.from_json(document) == summed(offers(60))

    with pytest.raises(MalformedError):
        SupplyTerms.from_json(document | change)


def test_the_catalogue_hears_of_a_band_at_once_and_of_single_people_later(any_market):
    sum_up_supply = SumUpSupply(any_market.desk)

    def told() -> SupplyTerms | None:
        entries = {each.data_set.ref: each for each in any_market.services.show_catalogue()}
        found: CatalogueEntry = entries["exam/1"]
        return found.supply

    any_market.supply(people(49))
    any_market.forward()
    sum_up_supply()
    assert told() is None

    any_market.supply(people(50)[49:])
    any_market.forward()
    sum_up_supply()
    assert told() is not None
    first = told()

    any_market.clock.forward(days=1)
    any_market.supply(people(60)[50:])
    any_market.forward()
    sum_up_supply()  # a day has passed, which is long enough
    with any_market.store.reading() as books:
        summed_up_at = books.supply.summed_up_at()
    any_market.supply(people(61)[60:])
    any_market.forward()
    sum_up_supply()
    with any_market.store.reading() as books:
        assert books.supply.summed_up_at() == summed_up_at
    any_market.clock.forward(seconds=AT_LEAST_EVERY.total_seconds())
    sum_up_supply()
    with any_market.store.reading() as books:
        assert books.supply.summed_up_at() == summed_up_at + AT_LEAST_EVERY
    assert first is not None


DOMAINS = ["education", "health"]


def entries() -> list[CatalogueEntry]:
    known = summed(offers(60, purposes=frozenset({Purpose.ACADEMIC_RESEARCH})))
    told = {"exam/1": known, "health/1": replace(known, from_cents=500, fresh_on=date(2025, 1, 1))}
    return [
        CatalogueEntry(each, band_of(60 if each.ref in told else 3), told.get(each.ref))
        for each in data_sets()
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "reading TEST eleven"}, {"exam/1"}),
        ({"q": "Prüfungsergebnisse"}, {"exam/1"}),
        ({"q": "gossip"}, set()),
        ({"people": "50"}, {"exam/1", "health/1"}),
        ({"people": "100"}, set()),
        ({"purpose": "dpv:AcademicResearch"}, {"exam/1", "health/1"}),
        ({"purpose": "dpv:PersonnelHiring"}, set()),
        ({"price": "100"}, {"exam/1"}),
        ({"price": "500", "about": "health"}, {"health/1"}),
        ({"fresh": "30"}, {"exam/1"}),
        ({"fresh": "30", "about": "health"}, set()),
    ],
)
def test_only_what_is_known_to_be_as_wished_is_found(asked, found):
    facets = read_facets(asked, domains=DOMAINS)

    assert {each.data_set.ref for each in facets.found(entries(), today=NOW.date())} == found


@pytest.mark.parametrize(
    "asked", [{}, {"about": "gossip"}, {"price": "101"}, {"people": "-1"}, {"fresh": "x"}]
)
def test_what_nobody_could_have_chosen_is_no_wish(asked):
    facets = read_facets(asked, domains=DOMAINS)

    assert facets.is_empty
    assert facets == Facets()
    assert len(facets.found(entries(), today=NOW.date())) == len(data_sets())


@pytest.mark.parametrize("described", data_sets(), ids=lambda each: each.ref)
def test_a_made_up_record_holds_only_what_the_description_allows(described):
    preview = made_up(described)

    assert len(preview.rows) == ROWS
    assert 0 < len(preview.attributes) <= MOST_COLUMNS
    for row in preview.rows:
        for attribute, text in zip(preview.attributes, row, strict=True):
            if attribute.kind is Kind.CATEGORY:
                assert text in {each.label["en"] for each in attribute.categories}
            else:
                assert (
                    attribute.minimum <= type(attribute.minimum)(text.replace("−", "-")) <= attribute.maximum
                )


def test_a_made_up_record_is_the_same_for_everybody():
    assert made_up(data_set("exam/1")) == made_up(data_set("exam/1"))
    assert made_up(data_set("exam/1")).rows != made_up(data_set("health/1")).rows
