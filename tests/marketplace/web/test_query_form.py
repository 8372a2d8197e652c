"""Forms and queries are two spellings of one question."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from consent.query import Condition, Query
from consent.vocabulary import Purpose
from marketplace.web.query_form import FormError, QueryForm, choices
from marketplace.web.words import LEVELS, PURPOSES
from ssi.dataset import data_set
from tests.marketplace.web.queries import BY_SCHOOL, EXACT, HEALTH, NOISY, SCORES, ask

EXAM = data_set("exam/1")


def filled_in(query: Query) -> MultiDict[str, str]:
    """A query as the fields that a browser sends."""
    address = QueryForm.of(query, data_set(query.data_set)).address
    return MultiDict(
        [
            (name, each)
            for name, value in address.items()
            for each in ([value] if isinstance(value, str) else value)
        ]
    )


@pytest.mark.parametrize(
    "query",
    [
        EXACT,
        NOISY,
        BY_SCHOOL,
        HEALTH,
        ask(SCORES, where=(Condition("school_type", "girls"),), epsilon="0.37"),
    ],
)
def test_a_query_survives_its_form(query: Query):
    described = data_set(query.data_set)

    again = QueryForm.read(described, filled_in(query)).query()

    assert set(again.statistics) == set(query.statistics)
    assert replace(again, statistics=query.statistics).to_json() == query.to_json()


@given(
    ticked=st.sets(st.sampled_from(choices(EXAM)), min_size=1, max_size=16),
    level=st.sampled_from([*LEVELS, "0.37", "10"]),
    floor=st.integers(0, 9_999_999),
    purpose=st.sampled_from(list(PURPOSES)),
    group_by=st.sampled_from(["", "sex", "school_type"]),
    school=st.sampled_from(["", "girls", "mixed"]),
)
def test_every_complete_form_is_a_query_and_comes_back(ticked, level, floor, purpose, group_by, school):
    fields: list[tuple[str, str]] = [("statistic", each) for each in ticked]
    fields += [("level", level), ("floor", str(floor)), ("purpose", purpose.value), ("group_by", group_by)]

    query = QueryForm.read(EXAM, MultiDict([*fields, ("where_school_type", school)])).query()

    assert QueryForm.read(EXAM, filled_in(query)).query().to_json() == query.to_json()


FIELDS = ["statistic", "level", "floor", "purpose", "group_by", "where_school_type", "page"]


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=20)))
def test_whatever_is_sent_the_errors_name_fields_of_the_form(sent: dict[str, str]):
    with pytest.raises(FormError) as caught:
        QueryForm.read(EXAM, MultiDict({**sent, "statistic": "nonsense"})).query()

    assert "statistic" in caught.value.errors
    assert set(caught.value.errors) <= set(FIELDS)


def test_an_empty_form_asks_for_something_to_compute():
    with pytest.raises(FormError) as caught:
        QueryForm.read(EXAM, MultiDict()).query()

    assert set(caught.value.errors) == {"statistic"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("floor", ""),
        ("floor", "many"),
        ("floor", "-1"),
        ("floor", "1e3"),
        ("floor", "٣٠"),
        ("floor", "12345678"),
        ("level", ""),
        ("level", "strong"),
        ("level", "NaN"),
        ("level", "-1"),
        ("level", "1e1"),
        ("purpose", "dpv:Marketing"),
        ("purpose", ""),
        ("group_by", "exam_score"),
        ("group_by", "nothing"),
        ("where_school_type", "convent"),
    ],
)
def test_a_wrong_field_is_named(name: str, value: str):
    fields = MultiDict({"statistic": "count", name: value})

    with pytest.raises(FormError) as caught:
        QueryForm.read(EXAM, fields).query()

    assert set(caught.value.errors) == {name}


def test_statistics_that_do_not_exist_are_left_out():
    form = QueryForm.read(EXAM, MultiDict([("statistic", "count"), ("statistic", "mean:nothing")]))

    assert form.query().statistics == NOISY.statistics[:1]


def test_the_defaults_protect():
    query = QueryForm.read(EXAM, MultiDict({"statistic": "count"})).query()

    assert (query.epsilon, query.floor, query.purpose) == (Decimal(1), 50, Purpose.ACADEMIC_RESEARCH)
