"""The benchmark of three processes computes what the same computation in the clear computes."""

from dataclasses import replace

import pytest

from examples.bench.three_nodes import WrongAnswerError, measure
from examples.bench.workloads import WORKLOADS

pytestmark = pytest.mark.journey

FEW = 1_500


@pytest.mark.parametrize(("name", "rounds"), [("multiply-10M", 2), ("gram-1M", 2), ("less-than-1M", 6)])
def test_a_workload_is_measured_and_its_answer_checked(name, rounds):
    measured = measure(name, records=FEW)

    assert measured.rounds == rounds
    assert measured.sent_bytes > 0
    assert measured.cpu_seconds > 0
    assert measured.wall_seconds > 0


def test_a_run_whose_every_message_is_on_record_computes_the_same():
    assert measure("median-1k", records=FEW, logged=True).rounds == measure("median-1k", records=FEW).rounds


def test_a_wrong_answer_is_not_measured(monkeypatch):
    wrong = replace(WORKLOADS["gram-1M"], truth=lambda seed, records: [0])
    monkeypatch.setitem(WORKLOADS, "gram-1M", wrong)

    with pytest.raises(WrongAnswerError):
        measure("gram-1M", records=FEW)
