"""The page of a data set tells what was published about it: charts, made-up rows, and what is missing."""

import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from consent.estimate import Withheld
from marketplace.domain.described import Cell, Marginal
from marketplace.web.coverage import WIDTH, coverage_of
from ssi.dataset import data_set
from tests.marketplace.describing import description
from tests.marketplace.web.house import INSTITUTE, JARGON, House, open_house, text_of
from tests.marketplace.web.published import DESCRIBED, publish

EXAM = data_set("exam/1")
HIDDEN = Cell("girls", None, 18, Withheld.NOISE_TOO_LARGE)
SCHOOLS = Marginal("school_type", (Cell("mixed", 60, 18), Cell("boys", 20, 18), HIDDEN))


@pytest.fixture(scope="module")
def described(tmp_path_factory, settings, database) -> Iterator[House]:
    opened = open_house(tmp_path_factory.mktemp("described"), settings=settings, database=database)
    publish(opened, opened.buyer("buyer@institute.example", INSTITUTE, euros=10_000))
    yield opened
    opened.store.database.close()


@pytest.fixture(scope="module")
def page(described) -> str:
    return str(described.visitor().get("/data/exam/1").text)


def test_every_chart_is_a_table_that_is_named(page):
    for name in DESCRIBED:
        assert EXAM.attribute(name).label["en"] in page
    assert page.count('<table class="bars" aria-labelledby="chart-') == len(DESCRIBED)


def test_every_number_has_its_error_in_words(described):
    published, _ = described.services.read_publications.of("exam/1")
    text = text_of(described.visitor().get("/data/exam/1"))

    for marginal in published.description.marginals:
        for cell in marginal.cells:
            if cell.value is not None:
                assert f"{cell.value} ± {cell.margin}" in text


def test_it_is_said_when_by_whom_and_about_how_many_people_roughly(described):
    text = text_of(described.visitor().get("/data/exam/1"))

    assert "Counted on 1 Mar 2026 about 100 to 250 people who allowed that everybody sees it" in text
    assert "for Institute of Education" in text
    assert "Last described 1 Mar 2026" in text


def test_made_up_rows_say_where_they_come_from(described):
    text = text_of(described.visitor().get("/data/exam/1"))

    assert "Made up from published, noised counts. Columns are drawn independently" in text
    assert "no row is a person" in text
    assert "Example 8" in text


def test_where_nothing_is_published_it_is_said_what_is_missing(described):
    text = text_of(described.visitor().get("/data/health/1"))

    assert "Nothing is published yet" in text
    assert "Made up from the description alone" in text


def test_there_is_no_jargon_and_no_script_or_style_of_its_own_in_the_charts(described, page):
    charts = page[page.index('id="who-is-in-it"') :]

    assert not JARGON.search(text_of(described.visitor().get("/data/exam/1")))
    assert "style=" not in charts[: charts.index("How a record could look")]
    for drawing in re.findall(r"<svg class=\"bar\".*?</svg>", charts, re.DOTALL):
        ElementTree.fromstring(drawing)  # noqa: S314 — of our own page


def test_a_published_answer_that_is_taken_back_is_not_shown(tmp_path, settings, database):
    house = open_house(tmp_path, settings=settings, database=database)
    order_id = publish(house, house.buyer("buyer@institute.example", INSTITUTE, euros=10_000))

    house.services.withdraw_publication(None, order_id)

    assert "Nothing is published yet" in text_of(house.visitor().get("/data/exam/1"))
    house.store.database.close()


def test_bars_and_lines_stay_within_the_drawing_and_keep_their_proportions():
    (chart,) = coverage_of(EXAM, description(marginals=[SCHOOLS])).charts

    lengths, lines = zip(*((each.length, each.line) for each in chart.bars), strict=True)
    assert lengths == tuple(round(WIDTH * people / 78, 2) for people in (60, 20, 18))
    assert lines == (
        (round(WIDTH * 42 / 78, 2), WIDTH),
        (round(WIDTH * 2 / 78, 2), round(WIDTH * 38 / 78, 2)),
        None,
    )


def test_a_count_that_is_not_shown_is_named_in_words_and_has_no_number():
    (chart,) = coverage_of(EXAM, description(marginals=[SCHOOLS])).charts

    assert chart.withheld == 1
    assert chart.bars[2].text == "not shown"
    assert chart.why_withheld == ("Not shown: the random error is as large as the number itself.",)


def test_a_chart_of_nothing_but_zeros_has_no_bar_that_breaks():
    zeros = Marginal(
        "school_type", tuple(replace(each, value=0, margin=0, withheld=None) for each in SCHOOLS.cells)
    )

    (chart,) = coverage_of(EXAM, description(marginals=[zeros])).charts

    assert [each.length for each in chart.bars] == [0, 0, 0]
