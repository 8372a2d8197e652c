"""An opened answer as a table, a frame and a file: the same numbers in all of them, with their errors."""

import csv
import io
from dataclasses import replace
from math import sqrt
from typing import Any

import polars as pl
import pytest

from consent.query import Statistic
from consent.vocabulary import StatisticKind
from crypto.encoding import canonical_json, parse_json
from marketplace.sdk.pandas_frame import to_pandas
from marketplace.sdk.polars_frame import to_parquet, to_polars
from marketplace.sdk.result import OpenedResult
from marketplace.sdk.table import COLUMNS, rows_of, to_csv, to_json
from tests.marketplace.mpc_node.orders import EXACT, NOISY
from tests.marketplace.sdk.test_result import opened, released


@pytest.fixture
def exact(market) -> OpenedResult:
    document, placed = released(market)
    return opened(document, placed)


@pytest.fixture
def grouped(market) -> OpenedResult:
    query = replace(NOISY, group_by="school_type", statistics=(Statistic(StatisticKind.COUNT),))
    document, placed = released(market, query, count=24)
    return opened(document, placed)


def rows(opened: OpenedResult) -> list[dict[str, Any]]:
    return [dict(row) for row in rows_of(opened)]


def test_every_number_has_a_row(exact):
    by_name = {row["statistic"]: row for row in rows_of(exact)}
    values = [each.value for each in exact.answer.rows[0].estimates]

    assert [row["value"] for row in rows_of(exact)] == values
    assert [row["noise_sd"] for row in by_name.values()] == [0.0, 0.0, 0.0]


def test_the_error_of_having_asked_these_people_stands_where_the_answer_tells_it(exact):
    count, mean, spread = rows(exact)

    assert mean["sampling_se"] == pytest.approx(spread["value"] / sqrt(count["value"]))
    assert mean["both_95_high"] - mean["value"] == pytest.approx(1.96 * mean["sampling_se"])
    assert (count["sampling_se"], spread["sampling_se"]) == (None, None)


def test_without_a_spread_nobody_guesses_that_error(market):
    query = replace(EXACT, statistics=(Statistic(StatisticKind.MEAN, "exam_score"),))
    document, placed = released(market, query)
    (mean,) = rows_of(opened(document, placed))

    assert (mean["sampling_se"], mean["both_95_low"]) == (None, None)


def test_groups_are_named_and_those_that_are_withheld_say_why(grouped):
    found = rows(grouped)

    assert found[-1]["value"] is None
    assert "fewer than" in str(found[-1]["withheld"])
    assert [row["group"] for row in found] == ["girls and boys", "girls only", "boys only"]
    assert found[0]["noise_95_low"] < found[0]["value"] < found[0]["noise_95_high"]


def test_a_table_and_frames_have_the_same_columns_and_numbers(exact):
    table = list(csv.DictReader(io.StringIO(to_csv(exact))))
    pandas, polars = to_pandas(exact), to_polars(exact)

    assert list(table[0]) == list(pandas.columns) == polars.columns == list(COLUMNS)
    values = [row["value"] for row in rows_of(exact)]
    assert [float(row["value"]) for row in table] == values
    assert pandas["value"].tolist() == polars["value"].to_list() == values


def test_a_parquet_file_is_read_back_as_it_was(grouped):
    assert pl.read_parquet(to_parquet(grouped)).equals(to_polars(grouped))


def test_the_document_is_json_and_holds_what_was_asked(grouped):
    document: Any = parse_json(canonical_json(to_json(grouped)))

    assert document["query"] == grouped.query.to_json()
    assert len(document["rows"]) == 3


@pytest.mark.parametrize("start", ["=1+1", "@x", "+1", "-1"])
def test_no_text_becomes_a_formula_in_a_spreadsheet(exact, start):
    first = exact.answer.rows[0].estimates[0]
    row = replace(exact.answer.rows[0], estimates=(replace(first, label=start),))
    changed = replace(exact, answer=replace(exact.answer, rows=(row,)))

    (read,) = csv.DictReader(io.StringIO(to_csv(changed)))
    assert read["class_or_term"] == f"'{start}"
