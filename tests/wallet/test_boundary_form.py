"""What a person forbids and bounds, as forms send it: kept, refused by name, never read as allowing more."""

from dataclasses import replace
from decimal import Decimal

import pytest
from werkzeug.datastructures import MultiDict

from consent.country import COUNTRIES
from consent.policy import MOST_RUNS
from consent.vocabulary import Engine, Purpose, RecipientKind
from tests.wallet.test_offer_form import PROTECTION
from wallet.domain.boundary_choices import BoundaryChoices
from wallet.domain.choices import PolicyChoices
from wallet.errors import ChoiceError
from wallet.web.boundary_form import Typed, country_labels, typed_boundaries
from wallet.web.offer_form import read_leniently, read_step

WHO = {"recipient_kinds": ["university"], "purposes": ["dpv:AcademicResearch"]}
BOUNDED = PolicyChoices(boundaries=BoundaryChoices(countries=("CH",), runs=3))


def read(step, choices=None, **fields):
    return read_step(step, MultiDict(fields), choices or PolicyChoices()).boundaries


def refused(step, **fields):
    with pytest.raises(ChoiceError) as refusal:
        read(step, **fields)
    return refusal.value.field


def test_what_is_ticked_as_never_is_forbidden():
    made = read("who", **WHO, never_kinds=["insurer", "insurer"], never_purposes=["dpv:PersonnelHiring"])

    assert made.never_kinds == (RecipientKind.INSURER,)
    assert made.never_purposes == (Purpose.PERSONNEL_HIRING,)


@pytest.mark.parametrize("field", ["never_kinds", "never_purposes"])
def test_forbidding_what_is_not_known_is_refused_and_not_left_out(field):
    known = {"never_kinds": "insurer", "never_purposes": "dpv:PersonnelHiring"}[field]

    assert refused("who", **WHO, **{field: [known, "thieves"]}) == field


def test_allowing_and_forbidding_at_once_is_refused_and_both_ticks_are_kept():
    fields = {**WHO, "never_kinds": ["university", "insurer"]}

    assert refused("who", **fields) == "never_kinds"
    kept = read_leniently("who", MultiDict(fields), PolicyChoices())
    assert kept.recipient_kinds == (RecipientKind.UNIVERSITY,)
    assert kept.boundaries.never_kinds == (RecipientKind.UNIVERSITY, RecipientKind.INSURER)


@pytest.mark.parametrize(
    ("fields", "countries"),
    [
        ({"where": "anywhere"}, ()),
        ({"where": "eea"}, ("EEA",)),
        ({"where": "chosen", "countries": ["DE", "CH", "DE"]}, ("DE", "CH")),
    ],
)
def test_the_countries_are_those_that_were_chosen_and_are_shown_so(fields, countries):
    made = read("who", BOUNDED, **WHO, **fields)

    assert made.countries == countries
    shown = typed_boundaries(made)
    assert (shown.where, set(shown.countries)) == (fields["where"], set(fields.get("countries", ())))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"where": "chosen"}, "countries"),
        ({"where": "chosen", "countries": ["UK"]}, "countries"),
        ({"where": "chosen", "countries": ["DE", ""]}, "countries"),
        ({"where": "anywhere", "countries": ["DE"]}, "where"),
        ({"where": "eea", "countries": ["CH"]}, "where"),
        ({"where": "nowhere"}, "where"),
        ({"where": ""}, "where"),
        ({"countries": ["DE"]}, "where"),
    ],
)
def test_countries_that_cannot_be_read_are_never_read_as_anywhere(fields, field):
    assert refused("who", **WHO, **fields) == field


def test_a_form_that_does_not_ask_leaves_the_boundaries_as_they_were():
    assert read("who", BOUNDED, **WHO).countries == ("CH",)
    assert read("protection", BOUNDED, **PROTECTION).runs == 3
    assert read("compensation", BOUNDED, amount="1", months="2") == BOUNDED.boundaries


@pytest.mark.parametrize(
    ("typed", "runs"), [("", None), ("  ", None), ("1", 1), (" 12 ", 12), (str(MOST_RUNS), MOST_RUNS)]
)
def test_a_number_of_computations_bounds_and_none_does_not(typed, runs):
    assert read("protection", BOUNDED, **PROTECTION, runs=typed).runs == runs


@pytest.mark.parametrize(
    "typed", ["0", "-1", "1.5", "x", "²", str(MOST_RUNS + 1), "9" * 40, "000000001" + "9" * 20]
)
def test_anything_else_is_no_number_of_computations(typed):
    assert refused("protection", **PROTECTION, runs=typed) == "runs"


def test_choosing_people_by_hidden_parts_is_forbidden_only_by_a_tick():
    assert not read("protection", **PROTECTION).public_filters_only
    assert not read("protection", **PROTECTION, public_filters_only="on").public_filters_only
    assert read("protection", **PROTECTION, public_filters_only="yes").public_filters_only


def test_what_cannot_be_read_is_shown_as_it_was_typed():
    form = MultiDict({"where": "chosen", "runs": "often"})

    assert typed_boundaries(BoundaryChoices(), form) == Typed("chosen", (), "often")
    assert typed_boundaries(BOUNDED.boundaries, MultiDict()) == Typed("chosen", ("CH",), "3")


def test_a_mistake_in_one_field_keeps_the_others_of_its_step():
    form = MultiDict(
        {
            **PROTECTION,
            "runs": "often",
            "public_filters_only": "yes",
            "exact_allowed": "yes",
            "together": "three",
            "encrypted_sums": "yes",
        }
    )

    kept = read_leniently("protection", form, PolicyChoices())

    assert (kept.crowd_floor, kept.epsilon_total, kept.exact_allowed) == (100, Decimal(5), True)
    assert kept.engines == (Engine.ADDITIVE, Engine.PAILLIER)
    assert kept.boundaries == replace(BoundaryChoices(), public_filters_only=True)


@pytest.mark.parametrize("language", ["en", "de"])
def test_countries_are_offered_by_name_and_regions_are_not(language):
    labels = country_labels(language)

    assert set(labels) <= COUNTRIES
    assert {"DE", "NO", "US"} <= set(labels)
    assert "EU" not in labels
    assert list(country_labels("en"))[-2:] == ["GB", "US"]
