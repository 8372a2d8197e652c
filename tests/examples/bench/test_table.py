import pytest
from click.testing import CliRunner
from rich.console import Console

from examples.bench.row import Row, keep, machine, show
from examples.bench.table import lines, main

AGAINST = Row("encrypt | once", "µs", 10.0, "peer", 2000.0, 100)
FREE = Row("make a table", "µs", 3.5)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def measured():
    show("paillier", [AGAINST, FREE], Console(quiet=True))


def test_rows_with_a_peer_or_a_gate_become_markdown(measured):
    text = list(lines())

    assert text[0].startswith("**Encrypted sums (Paillier)** (")
    assert machine() in text[0]
    assert "| encrypt \\| once | 10 µs | peer | 2,000 µs | 200.0 × | ≥ 100 × ✓ |" in text
    assert not any("make a table" in line for line in text)
    assert "1 of 1 gates met, 0 missed, 0 not measured." in text


def test_all_rows_are_given_on_request(measured):
    result = CliRunner().invoke(main, ["--all"])

    assert result.exit_code == 0
    assert "| make a table | 3.500 µs |" in result.output


def test_every_line_of_a_table_has_as_many_cells_as_its_head(measured):
    rows = [line.replace("\\|", "") for line in lines(whole=True) if line.startswith("|")]

    assert {line.count("|") for line in rows} == {7}


def test_the_story_has_tables_of_its_own():
    keep(
        "story",
        {
            "people_measured": 200,
            "seconds_per_1000_people": {"job": 14.46},
            "bytes_per_person": {"credential": 2011},
        },
    )

    text = list(lines())

    assert text[0].startswith("**The story**, 200 people (")
    assert "| job | 14.5 |" in text
    assert "| credential | 2,011 |" in text


def test_nothing_measured_is_nothing_said():
    assert list(lines()) == []
