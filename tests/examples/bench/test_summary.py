from rich.console import Console

from examples.bench.effort import quickly
from examples.bench.row import Row
from examples.bench.summary import summarise, verdict

MET = Row("encrypt", "µs", 10.0, "peer", 2000.0, 100)
MISSED = Row("median", "s", 2.5, gate=2.0)
UNKNOWN = MET._replace(name="decrypt", theirs=None)
FREE = Row("add", "µs", 3.0)


def printed(measured):
    console = Console(highlight=False, width=140)
    with console.capture() as capture:
        summarise(measured, console)
    return capture.get()


def test_every_gate_is_listed_with_its_verdict():
    lines = printed({"paillier": [MET, FREE], "mpc": [MISSED, UNKNOWN]}).splitlines()

    assert any("paillier" in line and "encrypt" in line and "200.0 × peer" in line for line in lines)
    assert any("median" in line and "2.500 s" in line and "missed" in line for line in lines)
    assert any("decrypt" in line and "not measured" in line for line in lines)
    assert not any("add" in line for line in lines)
    assert lines[-1] == "1 of 3 gates met, 1 missed, 1 not measured."


def test_rows_without_gates_leave_nothing_to_say():
    assert printed({"mpc": [FREE]}) == ""


def test_a_quick_run_decides_nothing():
    with quickly():
        said = printed({"paillier": [MET]})

    assert "decide nothing" in said
    assert "gates met" not in said


def test_gates_are_counted_by_their_verdict():
    assert verdict([MET, MET, MISSED, FREE]) == "2 of 3 gates met, 1 missed, 0 not measured."
