"""How values, answers, uses and earnings are said to a person."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.query import Statistic
from consent.vocabulary import StatisticKind
from ssi.dataset import data_set, data_sets
from tests.wallet.test_documents import USE
from wallet.domain.calendar import add_months
from wallet.domain.choices import PolicyChoices
from wallet.domain.earnings import CSV_COLUMNS, earnings_of
from wallet.domain.record import ABSENT, unit_text, value_text
from wallet.domain.sample_answer import MOST_LINES, sample_answer
from wallet.domain.use import Buyer, Outcome
from wallet.domain.use_words import computed_text

EXAM, HEALTH = data_set("exam/1"), data_set("health/1")


@pytest.mark.parametrize(
    ("attribute", "value", "text"),
    [
        (HEALTH.attribute("age"), 41, "41 years"),
        (HEALTH.attribute("body_mass_index"), 22.5, "22.5 kg/m²"),
        (HEALTH.attribute("systolic"), 122, "122 mmHg"),
        (HEALTH.attribute("diabetes"), "borderline", "borderline"),
        (HEALTH.attribute("age_band"), "senior", "65 and older"),
        (EXAM.attribute("exam_score"), 0.5, "0.500"),
        (EXAM.attribute("exam_score"), None, ABSENT),
    ],
)
def test_a_value_is_written_with_its_unit_and_decimals(attribute, value, text):
    assert value_text(attribute, value) == text


def test_an_unknown_unit_is_shown_as_it_is():
    assert unit_text("mol/L") == "mol/L"


def test_every_unit_of_the_data_sets_has_a_word_or_reads_as_it_is():
    units = {attribute.unit for found in data_sets() for attribute in found.attributes}

    assert all("[" not in unit_text(unit) and "{" not in unit_text(unit) for unit in units)


@pytest.mark.parametrize("found", data_sets(), ids=lambda found: found.ref)
def test_the_made_up_answer_is_the_same_for_everybody_and_short(found):
    lines = sample_answer(PolicyChoices(), found)

    assert 1 <= len(lines) <= MOST_LINES
    assert lines == sample_answer(PolicyChoices(), found)


def test_the_made_up_answer_follows_the_choices():
    only = PolicyChoices(attributes=("systolic",), statistics=(StatisticKind.STANDARD_DEVIATION,))

    (line,) = sample_answer(only, HEALTH)

    assert line.label == "Spread of blood pressure, upper value"
    assert line.value.endswith("mmHg")


@pytest.mark.parametrize(
    ("kind", "attribute", "label"),
    [
        (StatisticKind.MEDIAN, "systolic", "Middle value of blood pressure, upper value"),
        (StatisticKind.TOP_CATEGORIES, "sex", "Most frequent answer to sex"),
    ],
)
def test_places_and_most_frequent_answers_are_made_up_too(kind, attribute, label):
    (line,) = sample_answer(PolicyChoices(attributes=(attribute,), statistics=(kind,)), HEALTH)

    assert line.label == label


def test_a_distribution_is_made_up_for_categories():
    only = PolicyChoices(attributes=("sex",), statistics=(StatisticKind.HISTOGRAM,))

    (line,) = sample_answer(only, HEALTH)

    assert line.value.startswith("female 18 %")


@pytest.mark.parametrize(
    ("statistics", "group_by", "text"),
    [
        ((Statistic(StatisticKind.COUNT),), None, "Number of people"),
        ((Statistic(StatisticKind.MEAN, "exam_score"),), "sex", "Average exam score, by sex"),
        (
            (Statistic(StatisticKind.COUNT), Statistic(StatisticKind.STANDARD_DEVIATION, "new_thing")),
            None,
            "Number of people and spread of new_thing",
        ),
        (
            (Statistic(StatisticKind.CORRELATION, "exam_score", ("new_thing",)),),
            None,
            "How closely exam score goes together with new_thing",
        ),
        (
            (Statistic(StatisticKind.TOP_CATEGORIES, "intake", count=2),),
            None,
            "The 2 most frequent answers to level at entry",
        ),
    ],
)
def test_what_was_computed_is_said_in_words(statistics, group_by, text):
    use = replace(USE, query=None, statistics=statistics, group_by=group_by)

    assert computed_text(use, EXAM) == text


def test_a_question_about_parts_that_are_not_known_is_said_in_less_words():
    assert USE.query is not None
    strange = replace(USE.query, statistics=(Statistic(StatisticKind.MEAN, "new_thing"),))
    use = replace(USE, query=strange, statistics=strange.statistics, group_by=None)

    assert computed_text(use, EXAM) == "Average new_thing"


@given(amounts=st.lists(st.integers(0, 10**6), max_size=20))
@settings(max_examples=30)
def test_the_table_adds_up_to_the_cent(amounts):
    uses = [replace(USE, job_id=str(number), amount_cents=cents) for number, cents in enumerate(amounts)]
    unpaid = replace(USE, job_id="unpaid", outcome=Outcome.LEFT_OUT, amount_cents=99)

    earned = earnings_of([*uses, unpaid])

    rows = list(csv.DictReader(io.StringIO(earned.to_csv())))
    assert sum(Decimal(row["amount_eur"]) for row in rows) * 100 == earned.total_cents == sum(amounts)
    assert len(rows) == len(amounts)


@pytest.mark.parametrize("name", ["=1+1", "+49", "-x", "@sum", "\tx"])
def test_a_name_that_a_spreadsheet_would_run_is_defused(name):
    table = earnings_of([replace(USE, buyer=Buyer(name, USE.buyer.kind))]).to_csv()

    row = next(iter(csv.DictReader(io.StringIO(table))))
    assert row["organisation"] == f"'{name}"
    assert tuple(row) == CSV_COLUMNS


def test_newest_earnings_come_first():
    older = replace(USE, job_id="older", at=USE.at - timedelta(days=1))

    assert [line.job_id for line in earnings_of([older, USE]).lines] == ["job", "older"]


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [("2026-08-31", 6, "2027-02-28"), ("2026-01-15", 12, "2027-01-15"), ("2027-12-31", 2, "2028-02-29")],
)
def test_months_are_counted_as_people_do(start, months, end):
    assert add_months(_day(start), months) == _day(end)


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
