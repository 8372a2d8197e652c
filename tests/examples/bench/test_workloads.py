import pytest

from examples.bench import effort, over_tls
from examples.bench.against_mpyc import PAIRS
from examples.bench.mpc_field import run
from examples.bench.workload import SEED
from examples.bench.workloads import WORKLOADS

FEW = 300


@pytest.mark.parametrize("name", list(WORKLOADS))
def test_three_roles_compute_what_the_clear_computation_computes(name):
    workload = WORKLOADS[name]

    results = run(lambda party: workload.protocol(party, workload.inputs(party.role, SEED, FEW)))

    assert workload.answer([workload.part(result) for result in results]) == workload.truth(SEED, FEW)


def test_every_measured_workload_exists():
    measured = {work.workload for work in over_tls.WORKS} | {pair.workload for pair in PAIRS}

    assert measured | {over_tls.PLAIN, over_tls.VERIFIED} <= set(WORKLOADS)


def test_a_quick_run_has_fewer_records_but_never_more():
    with effort.quickly():
        assert effort.records(1_000_000) == 20_000
        assert effort.records(10_000) == 1_000
        assert effort.records(64) == 64
    assert effort.records(1_000_000) == 1_000_000
