"""What a published answer says, and rows that are made up from it: from its counts, and nothing else."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.answer import Answer, AnswerRow
from consent.estimate import Estimate, Withheld
from consent.vocabulary import StatisticKind
from crypto.encoding import canonical_json, parse_json
from crypto.errors import MalformedError
from marketplace.domain.described import Cell, Description, Marginal, Source, describe
from marketplace.domain.preview import DRAWN_ROWS, chosen, drawn_from, made_up, preview
from ssi.dataset import data_set
from tests.marketplace.describing import DESCRIBING, description
from tests.marketplace.mpc_node.parties import NOW

EXAM = data_set("exam/1")
HIDDEN = Cell("bottom", None, 18, Withheld.NOISE_TOO_LARGE)
BANDS = Marginal("verbal_reasoning", (Cell("bottom", 30, 18), Cell("middle", 60, 18), Cell("top", 30, 18)))
SOURCE = Source("order-1", "Institute of Education", NOW, ("node-a", "node-b", "node-c"))

cells = st.lists(
    st.builds(Cell, st.just("x"), st.integers(-50, 300), st.integers(0, 50)) | st.just(HIDDEN),
    min_size=1,
    max_size=8,
)


def answered(*values: float, noise_sd: float = 9.06) -> Answer:
    bars = (
        Estimate(StatisticKind.HISTOGRAM, "sex", index, label, value=value, noise_sd=noise_sd)
        for index, (label, value) in enumerate(zip(("female", "male"), values, strict=True))
    )
    count = Estimate(StatisticKind.COUNT, None, value=120.0, noise_sd=noise_sd)
    return Answer((AnswerRow(None, (count, *bars)),), ())


@given(cells)
def test_every_cell_is_drawn_exactly_as_often_as_it_was_counted(found):
    tickets = sum(max(0, each.value or 0) for each in found)

    drawn = Counter(chosen(found, ticket) for ticket in range(tickets))

    assert drawn == Counter({place: max(0, cell.value or 0) for place, cell in enumerate(found)})


@given(cells, st.integers())
def test_there_are_no_other_tickets(found, ticket):
    tickets = sum(each.weight for each in found)

    if not 0 <= ticket < tickets:
        with pytest.raises(ValueError, match="no such ticket"):
            chosen(found, ticket)


def test_negative_and_withheld_counts_are_never_drawn():
    found = [Cell("bottom", -5, 3), HIDDEN, Cell("top", 2, 1)]

    assert [chosen(found, ticket) for ticket in range(2)] == [2, 2]


def test_a_column_of_which_nothing_is_told_is_left_out():
    silent = Marginal("sex", (replace(HIDDEN, label="female"), Cell("male", 0, 9)))

    drawn = drawn_from(EXAM, description(marginals=[silent, BANDS]))

    assert [each.name for each in drawn.attributes] == ["verbal_reasoning"]


def test_where_nothing_is_told_at_all_rows_are_drawn_evenly_as_before():
    silent = description(marginals=[Marginal("sex", (HIDDEN,))])

    assert preview(EXAM, silent) == preview(EXAM, None) == made_up(EXAM)


def test_everybody_sees_the_same_rows_and_another_answer_has_others():
    one = description(marginals=[BANDS])
    other = replace(one, order_id="order-2")

    assert drawn_from(EXAM, one) == drawn_from(EXAM, one)
    assert drawn_from(EXAM, one).rows != drawn_from(EXAM, other).rows
    assert len(drawn_from(EXAM, one).rows) == DRAWN_ROWS


@pytest.mark.parametrize("place", range(16))
def test_a_number_is_drawn_from_its_class_and_no_other(place):
    attribute = EXAM.attribute("exam_score")
    edges = attribute.bins
    found = tuple(Cell(f"{n}", 100 if n == place else 0, 9) for n in range(len(edges) - 1))

    drawn = drawn_from(EXAM, description(marginals=[Marginal("exam_score", found)]))

    for (text,) in drawn.rows:
        encoded = attribute.encode(float(text.replace("−", "-")))
        assert encoded[3 + place] == 1


def test_the_columns_keep_to_the_order_of_the_data_set():
    drawn = drawn_from(EXAM, description(marginals=[Marginal("sex", (Cell("male", 9, 1),)), BANDS]))

    assert [each.name for each in drawn.attributes] == ["verbal_reasoning", "sex"]
    assert {row[1] for row in drawn.rows} == {"male"} or all(row[1].lower() == "male" for row in drawn.rows)


def test_an_answer_becomes_whole_people_with_the_margin_of_its_noise():
    said = describe(DESCRIBING, answered(70.4, 49.6), SOURCE)

    (sex,) = said.marginals
    assert sex.cells == (Cell("female", 70, 18), Cell("male", 50, 18))
    assert (sex.cells[0].low, sex.cells[0].high) == (52, 88)
    assert said.people == Cell("people", 120, 18)
    assert said.band.text == "100 to 250"


@pytest.mark.parametrize("value", [0.0, 3.0, 18.0])
def test_what_noise_could_have_made_out_of_nobody_is_withheld_with_the_reason(value):
    said = describe(DESCRIBING, answered(value, 100.0), SOURCE)

    assert said.marginals[0].cells[0] == Cell("female", None, 18, Withheld.NOISE_TOO_LARGE)


def test_without_a_count_the_crowd_is_said_as_the_floor_of_the_question():
    said = replace(description(), people=None)

    assert said.band.text == "50 or more"


def test_a_band_is_never_below_the_floor_of_the_question():
    said = replace(description(floor=100), people=Cell("people", 92, 18))

    assert said.band.text == "100 to 250"


def test_what_was_published_is_written_and_read():
    said = description(marginals=[BANDS, Marginal("sex", (replace(HIDDEN, label="male"),))])

    assert Description.from_json(parse_json(canonical_json(said.to_json()))) == said


@pytest.mark.parametrize(
    "changes",
    [
        {"value": -1},
        {"value": None},
        {"value": 1.5},
        {"withheld": "noise_too_large"},
        {"margin95": -1},
        {"label": ""},
        {"also": 1},
    ],
    ids=str,
)
def test_a_cell_of_another_form_is_not_read(changes):
    document = parse_json(canonical_json(description(marginals=[BANDS]).to_json()))
    document["marginals"][0]["cells"][0].update(changes)  # type: ignore[index,call-overload,union-attr]

    with pytest.raises(MalformedError):
        Description.from_json(document)


@pytest.mark.parametrize(
    "changes", [{"order_id": "order-2"}, {"answered_at": NOW + timedelta(days=1)}, {"floor": 60}], ids=str
)
def test_the_digest_stands_for_all_that_is_said(changes):
    said = description(marginals=[BANDS])

    assert replace(said, **changes).digest != said.digest
