"""Nobody asks about health before two operators linked an assessment; its skeleton is drawn up by itself."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from pyld import jsonld

from consent.query import Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from crypto.encoding import canonical_json
from marketplace.domain.account import AccountKind
from marketplace.domain.processing import MEASURES, OF_THE_ASSESSMENT, OF_THE_RECORD, RISKS
from marketplace.errors import (
    NotAllowedError,
    NotAssessedError,
    RefusedError,
    RegisterConflictError,
    TooFewPeopleError,
)
from marketplace.services.desk import Terms
from ssi.errors import UnknownDataSetError
from tests.marketplace.market import PASSWORD
from tests.marketplace.mpc_node.orders import EXACT

DPV = "https://w3id.org/dpv#"
MK = "urn:argonauta:vocabulary:"
FILE = "DSFA 2026/3, version 2"


@pytest.fixture
def desk(any_market):
    any_market.one, any_market.two = (
        any_market.services.add_account(
            f"{name}@market.example", PASSWORD, kind=AccountKind.OPERATOR
        ).account_id
        for name in ("one", "two")
    )
    return any_market


def _kept(market):
    return market.services.oversight.assessments


def _approved(market, ref="health/1", name=FILE):
    _kept(market).approve(ref, market.one, name)
    return _kept(market).approve(ref, market.two, name)


def test_two_operators_link_an_assessment_and_one_ends_it(desk):
    first = _kept(desk).approve("health/1", desk.one, FILE)
    assert (first.reference, first.waiting, first.approvers) == (None, FILE, (desk.one,))

    second = _kept(desk).approve("health/1", desk.two, FILE)
    assert (second.reference, second.waiting, second.approvers) == (FILE, None, (desk.one, desk.two))

    ended = _kept(desk).end("health/1", desk.one, "The engine changed.")
    assert (ended.reference, ended.waiting) == (None, None)
    with pytest.raises(RegisterConflictError):
        _kept(desk).end("health/1", desk.one, "again")
    assert _approved(desk).reference == FILE


def test_another_reference_counts_only_when_both_approved_it(desk):
    _approved(desk)

    seen = _kept(desk).approve("health/1", desk.one, "version 3")

    assert (seen.reference, seen.waiting) == (FILE, "version 3")
    assert _kept(desk).approve("health/1", desk.two, "version 3").reference == "version 3"


def test_one_operator_is_not_two_and_others_are_none(desk):
    _kept(desk).approve("health/1", desk.one, FILE)
    with pytest.raises(RegisterConflictError, match="another operator"):
        _kept(desk).approve("health/1", desk.one, FILE)
    with pytest.raises(NotAllowedError):
        _kept(desk).approve("health/1", "nobody", FILE)
    with pytest.raises(UnknownDataSetError):
        _kept(desk).approve("nothing/1", desk.two, FILE)
    with pytest.raises(RefusedError):
        _kept(desk).approve("health/1", desk.two, " ")

    assert _kept(desk).get("health/1").reference is None


HEALTH = Query(
    data_set="health/1",
    purpose=Purpose.SCIENTIFIC_RESEARCH,
    statistics=(Statistic(StatisticKind.COUNT),),
    floor=10,
    epsilon=Decimal(1),
)


def _demanding(market):
    services = market.services
    strict = replace(market.desk, terms=Terms(require_dpia=True))
    return replace(services.make_quote, desk=strict), replace(services.place_order, desk=strict)


def test_nobody_can_ask_about_health_before(desk):
    buyer = desk.buyer().account_id
    quote, _ = _demanding(desk)

    with pytest.raises(NotAssessedError, match="health/1"):
        quote(buyer, HEALTH)
    with pytest.raises(TooFewPeopleError):  # without the setting, and with nobody in it
        desk.services.make_quote(buyer, HEALTH)

    _approved(desk)
    with pytest.raises(TooFewPeopleError):
        quote(buyer, HEALTH)
    _kept(desk).end("health/1", desk.two, "The engine changed.")
    with pytest.raises(NotAssessedError):
        quote(buyer, HEALTH)


def test_what_is_not_about_health_needs_none(desk):
    desk.stock(12)
    buyer = desk.buyer().account_id
    quote, place = _demanding(desk)

    price = quote(buyer, EXACT).price.gross_cents

    placed = place(
        buyer,
        order_id="6f1dbf52-7d5b-4b6e-9d9a-0a4f9c1d2e3f",
        query=EXACT,
        accepted_price_cents=price,
    )
    assert placed.order_id == "6f1dbf52-7d5b-4b6e-9d9a-0a4f9c1d2e3f"


def test_the_record_of_processing_says_what_agreements_allow_and_names_nobody(desk):
    crowd = desk.stock(12)

    record = desk.services.oversight.describe_processing()

    (processing,) = record.processings
    policy = _policy(desk, crowd[0])
    assert processing.data_set.ref == "exam/1"
    assert processing.people.text == "fewer than 50"
    assert set(processing.purposes) == set(policy.purposes)
    assert set(processing.recipients) == set(policy.recipient_kinds)
    assert set(processing.columns) == set(policy.attributes)
    assert [each.party_id for each in record.processors] == [each.id for each in desk.desk.registry().nodes]
    text = canonical_json(record.to_json()).decode()
    assert all(each.consent_id not in text for each in crowd)


def _policy(market, who):
    with market.store.reading() as books:
        return books.offers.get(who.consent_id).policy


def _expanded(document):
    (found,) = jsonld.expand(json.loads(canonical_json(document)))
    return found


def _values(node, term):
    return {each.get("@id", each.get("@value")) for each in node[term]}


def test_the_documents_are_json_ld_in_the_words_of_dpv(desk):
    desk.stock(12)

    found = _expanded(desk.services.oversight.describe_processing().to_json())

    assert found["@type"] == [f"{DPV}RecordsOfActivities"]
    assert _values(found, f"{MK}toBeFilledIn") == set(OF_THE_RECORD)
    assert _values(found, f"{DPV}hasTechnicalMeasure") == {
        each.term.replace("dpv:", DPV) for each in MEASURES
    }
    (process,) = found[f"{DPV}hasProcess"]
    assert f"{DPV}AcademicResearch" in _values(process, f"{DPV}hasPurpose")


def test_the_skeleton_of_an_assessment_leaves_open_what_people_decide(desk):
    record = desk.services.oversight.describe_processing("health/1")

    found = _expanded(record.assessment_json("health/1"))

    assert found["@type"] == [f"{DPV}DPIA"]
    assert _values(found, f"{MK}toBeFilledIn") == {*OF_THE_ASSESSMENT, *OF_THE_RECORD}
    assert len(found[f"{DPV}hasRisk"]) == len(RISKS)
    assert len(found[f"{DPV}hasProcess"]) == 1
    with pytest.raises(UnknownDataSetError):
        desk.services.oversight.describe_processing("nothing/1")
