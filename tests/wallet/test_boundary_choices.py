"""What a person forbids and bounds: what her policy then refuses, and what cannot be said at once."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from string import Formatter

import pytest

from consent.country import Region
from consent.decision import decide
from consent.policy import MOST_RUNS, Permitted, Refusal, Use
from consent.query import Condition, Query, Statistic
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.dataset import data_set
from wallet.domain.boundary_choice_words import ENGLISH, GERMAN
from wallet.domain.boundary_choices import BoundaryChoices
from wallet.domain.choices import PolicyChoices, most_private
from wallet.domain.choices_document import choices_document, read_choices
from wallet.errors import ChoiceError

EXAM, HEALTH = data_set("exam/1"), data_set("health/1")
NOW = datetime(2026, 11, 1, tzinfo=UTC)
NODES = ("node-a", "node-b", "node-c")
EVERYTHING = BoundaryChoices(
    never_kinds=(RecipientKind.INSURER,),
    never_purposes=(Purpose.COMMERCIAL_RESEARCH, Purpose.PERSONNEL_HIRING),
    countries=("DE", "CH"),
    runs=5,
    public_filters_only=True,
)


def policy(boundaries, **choices):
    return PolicyChoices(boundaries=boundaries, **choices).policy(EXAM, known_nodes=NODES, now=NOW)


def use(**changes):
    query = Query(
        data_set=EXAM.ref,
        statistics=(Statistic(StatisticKind.MEAN, "exam_score"),),
        purpose=Purpose.ACADEMIC_RESEARCH,
        epsilon=Decimal("0.5"),
        floor=50,
    )
    asked = {name: changes.pop(name) for name in ("purpose", "where", "group_by") if name in changes}
    met = Use(
        query=replace(query, **asked),
        buyer_id="buyer",
        buyer_kind=RecipientKind.UNIVERSITY,
        cohort_size=100,
        epsilon_spent=Decimal(0),
        compensation_cents=50,
        node_ids=NODES,
        buyer_country="DE",
        runs=0,
    )
    return replace(met, **changes)


def decided(boundaries, *, choices=None, **changes):
    answer = decide(policy(boundaries, **(choices or {})), use(**changes), now=NOW)
    return None if isinstance(answer, Permitted) else answer.reason


@pytest.mark.parametrize("described", [EXAM, HEALTH], ids=["exam", "health"])
def test_nothing_is_forbidden_or_bounded_before_she_says_so(described):
    assert most_private(described).boundaries == BoundaryChoices()


def test_who_says_nothing_has_the_policy_that_she_always_had():
    made = policy(BoundaryChoices())

    assert (made.recipient_countries, made.filters, made.runs, made.prohibitions) == (
        frozenset(),
        None,
        None,
        frozenset(),
    )
    assert decided(BoundaryChoices()) is None


def test_a_kind_that_is_forbidden_is_refused_as_forbidden():
    never = BoundaryChoices(never_kinds=(RecipientKind.INSURER,))

    assert decided(never) is None
    assert decided(never, buyer_kind=RecipientKind.INSURER) is Refusal.PROHIBITED
    assert decided(never, buyer_kind=RecipientKind.COMPANY) is Refusal.RECIPIENT_NOT_ALLOWED


def test_commercial_research_can_be_taken_out_of_research_of_any_kind():
    never = BoundaryChoices(never_purposes=(Purpose.COMMERCIAL_RESEARCH,))
    any_kind = {"purposes": (Purpose.RESEARCH_AND_DEVELOPMENT,)}

    assert decided(never, choices=any_kind) is None
    assert decided(never, choices=any_kind, purpose=Purpose.COMMERCIAL_RESEARCH) is Refusal.PROHIBITED


def test_only_who_is_in_a_chosen_country_may_ask():
    swiss = BoundaryChoices(countries=("CH",))

    assert decided(swiss, buyer_country="CH") is None
    assert decided(swiss, buyer_country="DE") is Refusal.COUNTRY_NOT_ALLOWED
    assert decided(swiss, buyer_country=None) is Refusal.COUNTRY_NOT_ALLOWED


def test_the_european_economic_area_has_norway_and_not_switzerland():
    eea = BoundaryChoices(countries=(Region.EEA.value,))

    assert [decided(eea, buyer_country=each) for each in ("DE", "NO")] == [None, None]
    assert decided(eea, buyer_country="CH") is Refusal.COUNTRY_NOT_ALLOWED


def test_the_last_computation_is_the_last():
    twice = BoundaryChoices(runs=2)

    assert decided(twice, runs=1) is None
    assert decided(twice, runs=2) is Refusal.RUNS_SPENT


def test_people_are_not_chosen_or_grouped_by_what_is_hidden():
    public = BoundaryChoices(public_filters_only=True)
    first, second = (
        next(each for each in EXAM.attributes if each.is_public is is_public and each.categories)
        for is_public in (False, True)
    )
    hidden, shown, category = first.name, second.name, first.categories[0].code

    assert decided(public, group_by=hidden) is Refusal.FILTER_NOT_ALLOWED
    assert decided(public, where=(Condition(hidden, category),)) is Refusal.FILTER_NOT_ALLOWED
    assert decided(public, group_by=shown) is None
    assert decided(BoundaryChoices(), group_by=hidden) is None


def test_people_are_chosen_by_no_part_that_is_not_shared_at_all():
    made = policy(BoundaryChoices(public_filters_only=True), attributes=("exam_score",))

    assert made.filters == frozenset()


@pytest.mark.parametrize(
    ("boundaries", "purposes", "named"),
    [
        (BoundaryChoices(never_kinds=(RecipientKind.HOSPITAL,)), (), "hospitals"),
        (
            BoundaryChoices(never_purposes=(Purpose.ACADEMIC_RESEARCH,)),
            (Purpose.ACADEMIC_RESEARCH, Purpose.PUBLIC_BENEFIT),
            "academic research",
        ),
        # Research of any kind includes what is allowed, so nothing of it is left.
        (
            BoundaryChoices(never_purposes=(Purpose.RESEARCH_AND_DEVELOPMENT,)),
            (Purpose.COMMERCIAL_RESEARCH,),
            "commercial research",
        ),
        (
            BoundaryChoices(
                never_purposes=tuple(each for each in Purpose if each.broader is not None),
            ),
            (Purpose.RESEARCH_AND_DEVELOPMENT,),
            "research and development of any kind",
        ),
    ],
)
def test_what_is_allowed_cannot_be_forbidden_at_once(boundaries, purposes, named):
    with pytest.raises(ChoiceError, match=f"at once: {named}\\.") as refusal:
        policy(
            boundaries,
            recipient_kinds=(RecipientKind.HOSPITAL, RecipientKind.UNIVERSITY),
            purposes=purposes or (Purpose.PUBLIC_BENEFIT,),
        )

    assert refusal.value.field == ("never_purposes" if purposes else "never_kinds")


@pytest.mark.parametrize(
    ("boundaries", "field"),
    [
        (BoundaryChoices(countries=("DE", "UK")), "countries"),
        (BoundaryChoices(countries=("de",)), "countries"),
        (BoundaryChoices(runs=0), "runs"),
        (BoundaryChoices(runs=-1), "runs"),
        (BoundaryChoices(runs=MOST_RUNS + 1), "runs"),
    ],
)
def test_a_boundary_that_there_is_not_is_named(boundaries, field):
    with pytest.raises(ChoiceError) as refusal:
        policy(boundaries)

    assert refusal.value.field == field


@pytest.mark.parametrize("boundaries", [BoundaryChoices(), EVERYTHING, BoundaryChoices(runs=MOST_RUNS)])
def test_a_draft_remembers_every_boundary(boundaries):
    choices = PolicyChoices(boundaries=boundaries)

    assert read_choices(Fields.of(choices_document(choices), "choices")) == choices


def test_a_draft_from_before_there_were_boundaries_has_none():
    document = choices_document(PolicyChoices())
    del document["boundaries"]

    assert read_choices(Fields.of(document, "choices")) == PolicyChoices()


@pytest.mark.parametrize(
    "change",
    [
        {"never_kinds": ["thieves"]},
        {"never_purposes": "dpv:PublicBenefit"},
        {"countries": [1]},
        {"runs": 0},
        {"runs": MOST_RUNS + 1},
        {"public_filters_only": None},
        {"more": 1},
    ],
)
def test_a_draft_with_other_boundaries_is_refused(change):
    document = choices_document(PolicyChoices(boundaries=EVERYTHING))
    boundaries = document["boundaries"]
    assert isinstance(boundaries, dict)

    with pytest.raises(MalformedError):
        read_choices(Fields.of({**document, "boundaries": {**boundaries, **change}}, "choices"))


def test_both_languages_ask_the_same_things():
    def gaps(text):
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

    assert ENGLISH.table.keys() == GERMAN.table.keys()
    assert [key for key in ENGLISH.table if gaps(ENGLISH[key]) != gaps(GERMAN[key])] == []
    assert [key for key in ENGLISH.table if ENGLISH[key] == GERMAN[key]] == []
