"""A score or sum that weighs more than its purpose needs is flagged, with what would be enough."""

import pytest

from consent.errors import TermsError
from consent.over_asking import NEEDS, SurplusKind
from consent.over_weighing import OverWeighed, describe_over_weighed, over_weighed
from consent.vocabulary import Purpose
from ssi.attribute import Kind
from ssi.errors import DataSetError
from tests.consent.examples import EXAM, HEALTH
from tests.consent.test_wording import EVERY_LANGUAGE, SELLING, TECHNOLOGY

NUMBERS = [each.name for each in HEALTH.attributes if each.kind is Kind.NUMBER]
VITALS = dict.fromkeys(NUMBERS, 1)


def test_a_sum_that_its_purpose_needs_has_no_flag():
    assert over_weighed(Purpose.PERSONNEL_HIRING, {"exam_score": 2, "reading_score": 1}, EXAM) == ()
    assert over_weighed(Purpose.ACADEMIC_RESEARCH, VITALS, HEALTH) == ()


def test_numbers_about_health_are_too_much_for_hiring():
    flags = over_weighed(Purpose.PERSONNEL_HIRING, {"systolic": 3, "diastolic": -5}, HEALTH)

    assert flags == (OverWeighed(SurplusKind.HEALTH, ("diastolic", "systolic"), ()),)


@pytest.mark.parametrize("purpose", Purpose)
def test_what_would_be_enough_has_no_flag_any_more(purpose):
    weights = {name: place for place, name in enumerate(VITALS, start=1)}
    for flag in over_weighed(purpose, weights, HEALTH):
        kept = {name: weights[name] for name in flag.enough}
        again = {each.kind for each in over_weighed(purpose, kept, HEALTH)} if kept else set()
        assert flag.kind not in again
        assert set(flag.enough).isdisjoint(flag.what)


def test_the_largest_weights_are_kept():
    most = NEEDS[Purpose.PERSONNEL_HIRING].attributes
    weights = {name: (-1) ** place * (place + 1) for place, name in enumerate(NUMBERS)}
    assert len(NUMBERS) > most

    *_, flag = over_weighed(Purpose.PERSONNEL_HIRING, weights, HEALTH)

    assert flag.kind is SurplusKind.ATTRIBUTES
    assert flag.enough == tuple(reversed(NUMBERS))[:most]


@EVERY_LANGUAGE
def test_a_flag_is_said_in_plain_words(language):
    flags = over_weighed(Purpose.PERSONNEL_HIRING, VITALS, HEALTH)
    assert flags
    for flag in flags:
        said = describe_over_weighed(flag, Purpose.PERSONNEL_HIRING, HEALTH, language)
        assert said.count(".") == 2
        assert not TECHNOLOGY.search(said)
        assert not SELLING.search(said)


def test_both_sentences_are_said():
    health = OverWeighed(SurplusKind.HEALTH, ("systolic",), ())
    wide = OverWeighed(SurplusKind.ATTRIBUTES, ("exam_score",), ("reading_score",))

    assert describe_over_weighed(health, Purpose.PERSONNEL_HIRING, HEALTH, "en").endswith(
        "Nothing of this record is needed for it."
    )
    assert describe_over_weighed(wide, Purpose.PERSONNEL_HIRING, EXAM, "en") == (
        "This asks about more than is needed for hiring staff: exam score."
        " It would be enough to weigh reading score."
    )


def test_what_is_not_known_is_refused():
    with pytest.raises(DataSetError):
        over_weighed(Purpose.PERSONNEL_HIRING, {"shoe_size": 1}, HEALTH)
    with pytest.raises(TermsError):
        describe_over_weighed(
            OverWeighed(SurplusKind.HEALTH, ("systolic",), ()), Purpose.PERSONNEL_HIRING, HEALTH, "fr"
        )
