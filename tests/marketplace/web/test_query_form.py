"""Forms and queries are two spellings of one question."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from consent.menu import MENU
from consent.nearby import nearby
from consent.query import Condition, Query, Statistic
from consent.query_check import check
from consent.vocabulary import Engine, Purpose, StatisticKind
from marketplace.web.query_form import FormError, QueryForm
from marketplace.web.relation_form import RELATIONS as RELATIONS_OF_FORM
from marketplace.web.statistic_text import choices, read_statistic, statistic_text
from marketplace.web.words import LEVELS, PURPOSES
from ssi.dataset import data_set
from tests.marketplace.web.queries import (
    BY_SCHOOL,
    EXACT,
    FITS,
    HEALTH,
    JOINED_RECORDS,
    NOISY,
    PLACES,
    RELATIONS,
    SCORES,
    ask,
)

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
        ask(*RELATIONS),
        ask(*PLACES, where=(Condition("sex", "female"),)),
        ask(*FITS, epsilon=None),
        ask(SCORES, where=(Condition("exam_score", None, Decimal("-0.5"), Decimal(4)),)),
        replace(NOISY, verified=True, engine=Engine.MPC),
        JOINED_RECORDS,
        replace(
            JOINED_RECORDS,
            group_by="health/1#age_band",
            where=(
                Condition("health/1#age", None, Decimal(20), Decimal(40)),
                Condition("health/1#sex", "female"),
                Condition("sex", "male"),
            ),
        ),
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
        ("where_sex", "both"),
        ("from_exam_score", "many"),
        ("to_exam_score", "1e3"),
        ("relation", "friendship"),
        ("engine", "abacus"),
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


def test_every_kind_on_the_menu_can_be_chosen_on_the_form():
    ticked = {read.kind for text in choices(EXAM) if (read := read_statistic(text)) is not None}

    assert ticked | set(RELATIONS_OF_FORM) == set(StatisticKind)


@pytest.mark.parametrize("text", choices(EXAM))
def test_everything_that_can_be_ticked_can_be_asked(text: str):
    statistic = read_statistic(text)

    assert statistic is not None
    assert statistic_text(statistic) == text
    check(ask(statistic), EXAM)


def test_quantiles_are_quartiles_unless_the_question_says_otherwise():
    assert read_statistic("quantiles:exam_score") == Statistic(
        StatisticKind.QUANTILES,
        "exam_score",
        fractions=(Decimal("0.25"), Decimal("0.5"), Decimal("0.75")),
    )
    assert read_statistic("quantiles:exam_score:0.1,0.9") == Statistic(
        StatisticKind.QUANTILES, "exam_score", fractions=(Decimal("0.1"), Decimal("0.9"))
    )


@pytest.mark.parametrize(
    "text", ["", ":", "mode:exam_score", "quantiles:exam_score:half", "k_means:exam_score::x", "a:b:c:d:e"]
)
def test_a_text_that_stands_for_no_statistic_is_read_as_none(text: str):
    assert read_statistic(text) is None


@given(st.text(alphabet="abcdefgh_:,.0123456789kmeansquantiles", max_size=60))
def test_whatever_stands_in_an_address_is_a_statistic_or_none(text: str):
    statistic = read_statistic(text)

    assert statistic is None or read_statistic(statistic_text(statistic)) == statistic


def relation(**fields: str | list[str]) -> MultiDict[str, str]:
    """A form on which only a relation is filled in."""
    named = [
        (f"relation{key}" if key.startswith("_") else key, each)
        for key, value in fields.items()
        for each in ([value] if isinstance(value, str) else value)
    ]
    return MultiDict(named)


def test_a_relation_is_put_together_from_its_fields():
    fields = relation(
        relation="linear_regression", _of="exam_score", _with=["reading_score", "school_average"]
    )

    (statistic,) = QueryForm.read(EXAM, fields).query().statistics

    assert statistic == Statistic(
        StatisticKind.LINEAR_REGRESSION, "exam_score", ("reading_score", "school_average")
    )


def test_what_a_relation_is_about_is_not_among_what_goes_with_it():
    fields = relation(relation="correlation", _of="exam_score", _with=["exam_score", "reading_score"])

    assert QueryForm.read(EXAM, fields).query().statistics[0].others == ("reading_score",)


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"relation": "correlation"}, {"relation_of", "relation_with"}),
        ({"relation": "correlation", "_of": "exam_score"}, {"relation_with"}),
        ({"relation": "correlation", "_of": "exam_score", "_with": "exam_score"}, {"relation_with"}),
        ({"relation": "correlation", "_of": "sex", "_with": "exam_score"}, {"relation_of"}),
        ({"relation": "correlation", "_of": "exam_score", "_with": "sex"}, {"relation_with"}),
        ({"relation": "k_means", "_of": "exam_score", "_count": "9"}, {"relation_count"}),
        ({"relation": "k_means", "_of": "exam_score", "_count": "٣"}, {"relation_count"}),
    ],
)
def test_a_relation_that_is_not_complete_names_its_fields(fields, names):
    with pytest.raises(FormError) as caught:
        QueryForm.read(EXAM, relation(**fields)).query()

    assert set(caught.value.errors) == names


def test_one_end_of_a_range_is_enough():
    fields = MultiDict({"statistic": "count", "from_exam_score": "−0.5"})

    assert QueryForm.read(EXAM, fields).query().where == (
        Condition("exam_score", None, Decimal("-0.5"), Decimal(4)),
    )


def test_what_cannot_be_ticked_is_listed_besides():
    form = QueryForm.of(ask(PLACES[1], PLACES[0]), EXAM)

    assert form.unlisted == ["quantiles:exam_score:0.025,0.25,0.5,0.75"]
    assert all(MENU[kind] for kind in RELATIONS_OF_FORM)


@pytest.mark.parametrize("join", ["exam/1", "dreams/1", "health/1 "])
def test_only_another_record_on_the_list_can_be_joined(join):
    form = QueryForm.read(EXAM, MultiDict({"statistic": "count", "join": join}))

    with pytest.raises(FormError) as refused:
        form.query()

    assert set(refused.value.errors) == {"join"}
    assert form.about == EXAM


def test_a_form_that_joins_is_about_the_parts_of_both_records():
    form = QueryForm.read(EXAM, MultiDict({"join": "health/1"}))

    assert form.about.ref == "exam/1+health/1"
    assert "mean:health/1#age" in choices(form.about)


REFUSED = st.builds(
    ask,
    st.sampled_from(
        [
            Statistic(StatisticKind.MAXIMUM, "exam_score"),
            Statistic(StatisticKind.MEAN, "exam_score"),
            Statistic(StatisticKind.QUANTILES, "exam_score", (), (Decimal("0.01"), Decimal("0.5"))),
            Statistic(StatisticKind.CORRELATION, "exam_score", ("reading_score",)),
        ]
    ),
    st.just(Statistic(StatisticKind.COUNT)),
    epsilon=st.sampled_from([None, "0.5", "11"]),
    floor=st.sampled_from([5, 10, 50]),
    group_by=st.sampled_from([None, "school_type", "sex"]),
    where=st.sampled_from(
        [
            (),
            (Condition("school_type", "girls"),),
            (Condition("exam_score", None, Decimal("3.5"), Decimal("3.9")),),
            (Condition("reading_score", None, Decimal(2), Decimal(-2)),),
        ]
    ),
)


@given(REFUSED, st.integers(0, 5))
def test_a_question_that_is_proposed_is_taken_over_by_the_form_as_it_is(query: Query, patience: int):
    answers = iter([*[False] * patience, True])
    proposed = nearby(query, lambda _: next(answers))
    if proposed is None:
        return

    read = QueryForm.read(EXAM, filled_in(proposed)).query()

    assert set(read.statistics) == set(proposed.statistics)
    assert replace(read, statistics=proposed.statistics) == proposed
