"""Operators and buyers are told what a request asks beyond its purpose."""

from dataclasses import replace
from decimal import Decimal

from consent.over_asking import SurplusKind
from consent.query import Query
from consent.vocabulary import Purpose
from marketplace.domain.over_asked_view import OverAsked, over_asked_view
from tests.consent.examples import COUNT, QUERY

PEOPLE = 3000
SHARP = replace(QUERY, purpose=Purpose.PERSONNEL_HIRING, epsilon=Decimal(10))


def test_a_request_that_its_purpose_needs_has_no_flag():
    assert over_asked_view(QUERY, PEOPLE) == OverAsked()


def test_a_flag_has_a_sentence_and_the_request_that_would_do():
    found = over_asked_view(SHARP, PEOPLE)

    assert found.kinds == (SurplusKind.PRECISION,)
    (sentence,) = found.sentences
    assert "more precise than needed for hiring staff" in sentence
    assert found.smaller is not None
    assert over_asked_view(found.smaller, PEOPLE) == OverAsked()


def test_several_flags_come_down_to_one_request_without_any_of_them():
    found = over_asked_view(replace(SHARP, data_set="health/1", statistics=(COUNT,), group_by="sex"), PEOPLE)

    assert found.smaller is None or over_asked_view(found.smaller, PEOPLE) == OverAsked()
    assert len(found.kinds) == len(found.sentences)


def test_a_request_that_may_not_be_asked_has_none():
    assert over_asked_view(replace(QUERY, data_set="nothing/1"), PEOPLE) == OverAsked()
    assert over_asked_view(QUERY, 1) == OverAsked()


def test_the_flags_are_told_to_programs():
    found = over_asked_view(SHARP, PEOPLE)
    told = found.to_json()

    assert told["flags"] == [{"kind": "precision", "sentence": found.sentences[0]}]
    assert Query.from_json(told["smaller"]) == found.smaller != SHARP
    assert over_asked_view(QUERY, PEOPLE).to_json() == {"flags": [], "smaller": None}
