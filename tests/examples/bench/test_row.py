import io
import json

import pytest
from rich.console import Console

from examples.bench.effort import quickly
from examples.bench.row import Row, interleaved, kept, median_seconds, quantity, show

AGAINST = Row("encrypt", "µs", 10.0, "peer", 2000.0, 100)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def console():
    return Console(highlight=False, width=140, record=True, file=io.StringIO())


@pytest.mark.parametrize(
    ("row", "met", "verdict"),
    [
        (AGAINST, True, "✓"),
        (AGAINST._replace(gate=200), True, "✓"),
        (AGAINST._replace(gate=201), False, "missed"),
        (AGAINST._replace(theirs=None), None, "not measured"),
        (AGAINST._replace(gate=None), None, ""),
        (Row("median", "s", 2.0, gate=2.0), True, "✓"),
        (Row("median", "s", 2.1, gate=2.0), False, "missed"),
        (Row("median", "s", 2.1), None, ""),
    ],
)
def test_a_gate_is_a_least_ratio_to_a_peer_or_a_most_without_one(row, met, verdict):
    assert row.met is met
    assert row.verdict == verdict


def test_a_row_says_in_words_what_was_measured_and_wanted():
    assert AGAINST.cells() == ("encrypt", "10 µs", "peer", "2,000 µs", "200.0 ×", "≥ 100 × ✓")
    assert Row("median", "s", 0.25, gate=0.3).cells() == ("median", "0.250 s", "", "", "", "≤ 0.300 s ✓")
    assert Row("add", "µs", 12.34).cells() == ("add", "12.3 µs", "", "", "", "")


@pytest.mark.parametrize(
    ("value", "written"),
    [(1234.5, "1,234 s"), (512.0, "512 s"), (99.94, "99.9 s"), (0.5, "0.500 s"), (0.000421, "0.00042 s")],
)
def test_a_number_has_as_many_digits_as_say_something(value, written):
    assert quantity(value, "s") == written


def test_works_are_measured_in_turns_after_a_round_that_warms_up():
    order = []

    medians = interleaved([lambda: order.append("a"), lambda: order.append("b")], rounds=2)

    assert order == ["a", "b", "a", "b", "a", "b"]
    assert len(medians) == 2
    assert all(median > 0 for median in medians)


def test_the_median_is_of_the_stated_rounds_after_one_that_warms_up():
    calls = []

    median_seconds(lambda: calls.append(1), rounds=5)

    assert len(calls) == 6


def test_a_quick_run_measures_once():
    calls = []

    with quickly():
        median_seconds(lambda: calls.append(1), rounds=5)
        interleaved([lambda: calls.append(2)], rounds=5)

    assert calls == [1, 1, 2, 2]


def test_rows_are_printed_and_kept_with_machine_and_moment(console, folder):
    show("sums", [AGAINST], console, title="Encrypted sums")

    printed = console.export_text()
    document = json.loads((folder / ".bench" / "sums.json").read_text(encoding="utf-8"))
    assert "Encrypted sums" in printed
    assert "≥ 100 × ✓" in printed
    assert document["machine"]
    assert document["at"]
    assert document["rows"] == [{**AGAINST._asdict(), "ratio": 200.0, "met": True}]


def test_what_was_kept_is_read_back(console):
    show("sums", [AGAINST, Row("median", "s", 2.1)], console)

    found = kept("sums")
    assert found is not None
    assert found[1] == [AGAINST, Row("median", "s", 2.1)]
    assert kept("never measured") is None


def test_a_quick_run_leaves_the_results_of_full_ones_alone(console):
    show("sums", [AGAINST], console)
    with quickly():
        show("sums", [AGAINST._replace(ours=1.0)], console)

    found = kept("sums")
    assert found is not None
    assert found[1] == [AGAINST]
