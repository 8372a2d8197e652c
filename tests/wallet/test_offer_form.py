"""The forms of the wizard, as hostile as a browser can send them."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from consent.vocabulary import Purpose, RecipientKind
from wallet.domain.choices import PolicyChoices
from wallet.domain.offer_draft import STEPS
from wallet.errors import ChoiceError
from wallet.web.offer_form import LEVELS, level_of, read_leniently, read_step

PROTECTION = {"crowd_floor": "100", "level": "strong", "statistics": "mean"}


def _read(step, **fields):
    return read_step(step, MultiDict(fields), PolicyChoices())


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("0.50", 50), ("0,5", 50), ("€ 2", 200), (" 1.25 ", 125), ("0", 0), ("1000", 100_000)],
)
def test_an_amount_is_read_as_people_type_it(typed, cents):
    assert _read("compensation", amount=typed, months="3").compensation_cents == cents


@pytest.mark.parametrize("typed", ["", "x", "-1", "0.005", "1000.01", "1e9", "NaN", "Infinity", "1" * 50])
def test_anything_else_is_no_amount(typed):
    with pytest.raises(ChoiceError) as refusal:
        _read("compensation", amount=typed, months="3")

    assert refusal.value.field == "amount"


@pytest.mark.parametrize(
    "typed", ["", "0", "13", "-1", "1.5", "²", "9" * 30, "000000001" + "9" * 30, "9" * 5000]
)
def test_months_are_one_to_twelve(typed):
    with pytest.raises(ChoiceError) as refusal:
        _read("compensation", amount="1", months=typed)

    assert refusal.value.field == "months"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"level": "none"}, "level"),
        ({"level": ""}, "level"),
        ({"statistics": "mode"}, "statistics"),
        ({"crowd_floor": "0"}, "crowd_floor"),
        ({"crowd_floor": "100001"}, "crowd_floor"),
        ({"node_ids": "node-a"}, "node_ids"),
    ],
)
def test_a_protection_that_cannot_be_read_is_named(change, field):
    with pytest.raises(ChoiceError) as refusal:
        _read("protection", **{**PROTECTION, **change})

    assert refusal.value.field == field


def test_a_level_stands_for_its_two_limits():
    choices = _read("protection", **PROTECTION)

    assert (choices.epsilon_per_query, choices.epsilon_total) == (Decimal(1), Decimal(5))
    assert level_of(choices) == "strong"


@pytest.mark.parametrize("name", LEVELS)
def test_each_level_is_shown_as_it_was_chosen(name):
    assert level_of(_read("protection", **{**PROTECTION, "level": name})) == name


def test_limits_between_the_levels_are_shown_as_the_strongest():
    assert level_of(replace(PolicyChoices(), epsilon_total=Decimal(3))) == "very_strong"


def test_exact_answers_are_allowed_only_by_a_tick():
    assert not _read("protection", **PROTECTION).exact_allowed
    assert not _read("protection", **PROTECTION, exact_allowed="on").exact_allowed
    assert _read("protection", **PROTECTION, exact_allowed="yes").exact_allowed


def test_adding_up_under_encryption_is_allowed_only_by_a_tick():
    assert _read("protection", **PROTECTION).engine_names == ("mpc",)
    assert _read("protection", **PROTECTION, encrypted_sums="on").engine_names == ("mpc",)
    assert _read("protection", **PROTECTION, encrypted_sums="yes").engine_names == ("mpc", "paillier")


def test_terms_are_read_once_each_and_unknown_ones_are_left_out():
    form = MultiDict(
        [("recipient_kinds", kind) for kind in ("hospital", "hospital", "thieves")]
        + [("purposes", "dpv:PublicBenefit")]
    )

    choices = read_step("who", form, PolicyChoices())

    assert choices.recipient_kinds == (RecipientKind.HOSPITAL,)
    assert choices.purposes == (Purpose.PUBLIC_BENEFIT,)


EVERY_FIELD = {
    "attributes",
    "recipient_kinds",
    "purposes",
    "level",
    "statistics",
    "crowd_floor",
    "node_ids",
    "amount",
    "months",
    "together",
    "encrypted_sums",
    "never_kinds",
    "never_purposes",
    "where",
    "countries",
    "runs",
    "public_filters_only",
}


@given(
    step=st.sampled_from(STEPS[:-1]),
    fields=st.dictionaries(
        st.sampled_from(sorted(EVERY_FIELD)),
        st.text(max_size=20),
    ),
)
@settings(max_examples=100)
def test_whatever_is_typed_gives_choices_or_a_named_refusal(step, fields):
    form, refused = MultiDict(fields), None
    try:
        read_step(step, form, PolicyChoices())
    except ChoiceError as error:
        refused = error.field

    assert refused is None or refused in EVERY_FIELD
    assert isinstance(read_leniently(step, form, PolicyChoices()), PolicyChoices)


def test_altruism_is_never_the_start_and_is_chosen_by_a_tick_of_its_own():
    assert not PolicyChoices().altruism
    assert not _read("compensation", amount="0", months="3").altruism
    chosen = _read("compensation", amount="", altruism="yes", months="3")

    assert (chosen.altruism, chosen.months) == (True, 3)


def test_altruism_and_a_commercial_purpose_do_not_go_together():
    commercial = replace(PolicyChoices(), purposes=(Purpose.COMMERCIAL_RESEARCH,))
    form = MultiDict({"amount": "1", "altruism": "yes", "months": "3"})

    with pytest.raises(ChoiceError) as refusal:
        read_step("compensation", form, commercial)

    assert refusal.value.field == "altruism"
    assert read_leniently("compensation", form, commercial).altruism
