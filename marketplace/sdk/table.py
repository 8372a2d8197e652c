"""An opened answer as a table: one row for each number, with its error or the reason why it is not shown.

The columns are those of the table that the browser saves. Numbers are in full precision: whoever computes on
should round last.
"""

import csv
import io
from collections.abc import Mapping
from math import hypot, sqrt

from consent.answer import AnswerRow
from consent.estimate import Estimate
from consent.joining import asked_about
from consent.query import Query
from consent.vocabulary import StatisticKind
from consent.wording import explain_withheld, statistic_text
from crypto.encoding import Json
from marketplace.sdk.result import OpenedResult
from ssi.dataset import DataSet

LANGUAGE = "en"
NORMAL_95 = 1.96
COLUMNS = (
    "statistic",
    "attribute",
    "group",
    "class_or_term",
    "value",
    "noise_95_low",
    "noise_95_high",
    "noise_sd",
    "noise_rank_sd",
    "sampling_se",
    "both_95_low",
    "both_95_high",
    "unit",
    "withheld",
)
_HAVE_UNITS = frozenset(
    {
        StatisticKind.SUM,
        StatisticKind.MEAN,
        StatisticKind.STANDARD_DEVIATION,
        StatisticKind.MINIMUM,
        StatisticKind.MAXIMUM,
        StatisticKind.MEDIAN,
        StatisticKind.QUANTILES,
    }
)
Row = Mapping[str, str | float | None]


def rows_of(opened: OpenedResult) -> list[Row]:
    """Every number of an answer, group by group, with `COLUMNS` as keys.

    `noise_95_…` is the interval of the added noise alone, `sampling_se` the standard error of having asked
    these people rather than others like them, where the answer itself tells it: of an average if its spread
    was asked for too, of a regression's coefficients. `both_95_…` is the interval of the two together. Where
    a group was not computed at all, one row says so.
    """
    about = asked_about(opened.query)
    rows: list[Row] = []
    for row in opened.answer.rows:
        rows += [_row(about, opened, row, each) for each in row.estimates]
    for code in opened.answer.withheld_groups:
        reason = f"fewer than {opened.computation.floor} people are in the group, or none"
        empty: dict[str, str | float | None] = dict.fromkeys(COLUMNS)
        rows.append({**empty, "group": group_text(about, opened.query, code), "withheld": reason})
    return rows


def to_csv(opened: OpenedResult) -> str:
    """The table as CSV (RFC 4180); an empty field is a number that is not there."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for row in rows_of(opened):
        writer.writerow({name: _plain(row[name]) for name in COLUMNS})
    return text.getvalue()


def to_json(opened: OpenedResult) -> dict[str, Json]:
    """The table with what was asked, for programs."""
    return {
        "order_id": opened.order_id,
        "query": opened.query.to_json(),
        "people": opened.people,
        "nodes": list(opened.nodes),
        "columns": list(COLUMNS),
        "rows": [dict(row) for row in rows_of(opened)],
    }


def _row(about: DataSet, opened: OpenedResult, row: AnswerRow, estimate: Estimate) -> Row:
    sampling = sampling_error(row, estimate)
    low, high = estimate.interval95 or (None, None)
    both = _both(estimate, sampling)
    return {
        "statistic": statistic_text(estimate.kind, LANGUAGE),
        "attribute": _label(about, estimate.attribute),
        "group": group_text(about, opened.query, row.group),
        "class_or_term": estimate.label,
        "value": estimate.value,
        "noise_95_low": low,
        "noise_95_high": high,
        "noise_sd": estimate.noise_sd,
        "noise_rank_sd": estimate.noise_rank_sd,
        "sampling_se": sampling,
        "both_95_low": None if both is None else both[0],
        "both_95_high": None if both is None else both[1],
        "unit": _unit(about, estimate),
        "withheld": None if estimate.withheld is None else explain_withheld(estimate.withheld, LANGUAGE),
    }


def sampling_error(row: AnswerRow, estimate: Estimate) -> float | None:
    """The standard error of having asked these people, where the answer tells it; None where it does not.

    Of an average it is s / √n, with the spread and the number of people of the same group, which carry noise
    themselves: an estimate of the error, not a bound.
    """
    if estimate.standard_error is not None or estimate.kind is not StatisticKind.MEAN:
        return estimate.standard_error
    people = _value(row, StatisticKind.COUNT, None)
    spread = _value(row, StatisticKind.STANDARD_DEVIATION, estimate.attribute)
    if spread is None:
        variance = _value(row, StatisticKind.VARIANCE, estimate.attribute)
        spread = None if variance is None else sqrt(max(variance, 0.0))
    if people is None or people < 1 or spread is None:
        return None
    return spread / sqrt(people)


def _both(estimate: Estimate, sampling: float | None) -> tuple[float, float] | None:
    if estimate.value is None or estimate.noise_sd is None or sampling is None:
        return None
    margin = NORMAL_95 * hypot(estimate.noise_sd, sampling)
    return estimate.value - margin, estimate.value + margin


def _value(row: AnswerRow, kind: StatisticKind, attribute: str | None) -> float | None:
    found = (each.value for each in row.estimates if (each.kind, each.attribute) == (kind, attribute))
    return next(found, None)


def _label(about: DataSet, attribute: str | None) -> str | None:
    return None if attribute is None else about.attribute(attribute).label[LANGUAGE]


def group_text(about: DataSet, query: Query, code: str | None) -> str | None:
    """A group in words; None is everybody."""
    group_by = query.group_by
    if code is None or group_by is None:
        return code
    categories = about.attribute(group_by).categories
    return next((each.label[LANGUAGE] for each in categories if each.code == code), code)


def _unit(about: DataSet, estimate: Estimate) -> str | None:
    if estimate.attribute is None or estimate.kind not in _HAVE_UNITS:
        return None
    unit = about.attribute(estimate.attribute).unit
    return None if unit == "1" else unit


def _plain(value: str | float | None) -> str | float:
    """What stands in a field; a text that a spreadsheet would take for a formula is kept a text."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return "" if value is None else value
