import pytest

from consent.menu import ANSWERS, MENU
from consent.vocabulary import Engine, Purpose, RecipientKind, StatisticGroup, StatisticKind
from crypto.engine import EngineKind


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_purpose_falls_under_itself(purpose):
    assert purpose.falls_under(purpose)


def test_academic_research_falls_under_research_and_development():
    assert Purpose.ACADEMIC_RESEARCH.falls_under(Purpose.RESEARCH_AND_DEVELOPMENT)


def test_research_and_development_does_not_fall_under_academic_research():
    assert not Purpose.RESEARCH_AND_DEVELOPMENT.falls_under(Purpose.ACADEMIC_RESEARCH)


def test_hiring_falls_under_no_research():
    assert not Purpose.PERSONNEL_HIRING.falls_under(Purpose.RESEARCH_AND_DEVELOPMENT)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_purpose_is_found_again_by_its_full_iri(purpose):
    assert Purpose.from_iri(purpose.iri) is purpose


@pytest.mark.parametrize("iri", ["dpv:AcademicResearch", "https://w3id.org/dpv#Marketing", ""])
def test_an_iri_that_is_none_of_our_purposes_is_refused(iri):
    with pytest.raises(ValueError, match="dpv|Marketing" if iri else "^$"):
        Purpose.from_iri(iri)


@pytest.mark.parametrize("kind", list(RecipientKind))
def test_every_kind_of_recipient_has_a_kind_of_dpv_above_it(kind):
    assert kind.broader_iri.startswith("https://w3id.org/dpv#")


def test_every_statistic_is_in_one_group_and_on_the_menu():
    grouped = [kind for group in StatisticGroup for kind in group.kinds]

    assert sorted(grouped, key=list(StatisticKind).index) == list(StatisticKind)
    assert set(MENU) == set(StatisticKind)
    assert set(ANSWERS) == set(Engine)


def test_every_engine_but_the_open_choice_has_its_profile():
    found = {engine.value: engine.profile.kind for engine in Engine if engine.profile is not None}

    assert Engine.AUTO.profile is None
    assert found == {kind.value: kind for kind in EngineKind}
