"""Sums on a cluster are the sums here; one that does not answer or would not keep a secret is refused."""

import socket
import sys
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from crypto.mpc.partitions import LocalSums, local_sums
from crypto.mpc.program import LinearCell, ProductCell, Program
from marketplace.mpc_node.columns.cluster import Cluster, spread_over
from marketplace.mpc_node.columns.partition_file import Seal, write_partition
from marketplace.mpc_node.columns.selection import SelectedRows
from marketplace.mpc_node.columns.share_rows import COMPONENTS, Form
from marketplace.mpc_node.errors import SettingsError, StorageAlteredError
from tests.crypto.mpc.trio import drawn_words

COLUMNS, ROWS = 2, 50
LINES = 1 + len(Form) * COMPONENTS * COLUMNS
PROGRAM = Program((LinearCell(0), ProductCell(0, 1), LinearCell(1, np.arange(2 * ROWS) % 2 == 0)))


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a scheduler on this machine, with one worker."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Dask and its dependencies say of each other
        cluster = import_module("distributed").LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=False,
            protocol="tcp://",
            host="127.0.0.1",
            dashboard_address=None,
        )
        yield cluster.scheduler_address
        cluster.close()


@pytest.fixture
def parts(tmp_path: Path) -> list[SelectedRows]:
    """Two share files with all of their rows."""
    made = []
    for index in range(2):
        table = drawn_words(LINES * ROWS, f"file {index}").reshape(-1, ROWS) >> np.uint64(1)
        file = write_partition(tmp_path / f"{index}.npy", table, Seal.draw_keys())
        made.append(SelectedRows(file, np.arange(ROWS), np.arange(ROWS) + index * ROWS))
    return made


def values_of(sums: LocalSums) -> list[list[int]]:
    """Everything that a role sums up."""
    return [part.tolist() for part in (sums.first, sums.second, sums.products)]


@pytest.mark.slow
def test_a_cluster_computes_what_is_computed_here(scheduler: str, parts, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("crypto.mpc.partitions.TASK_WORDS", 1)
    here = local_sums(PROGRAM, parts, records=2 * ROWS)
    cluster = Cluster(scheduler)

    there = local_sums(PROGRAM, parts, records=2 * ROWS, spread=cluster)

    cluster.close()
    assert values_of(there) == values_of(here)
    assert any(values_of(here)[2])


@pytest.mark.slow
def test_what_a_worker_notices_is_raised_here(scheduler: str, parts):
    parts[1].file.path.unlink()
    cluster = Cluster(scheduler)

    with pytest.raises(StorageAlteredError):
        local_sums(PROGRAM, parts, records=2 * ROWS, spread=cluster)

    cluster.close()


def test_without_an_address_everything_is_computed_here(parts):
    sums = local_sums(PROGRAM, parts, records=2 * ROWS, spread=spread_over(None))

    assert values_of(sums) == values_of(local_sums(PROGRAM, parts, records=2 * ROWS))


@pytest.mark.parametrize(
    "address", ["tcp://10.0.0.7:8786", "10.0.0.7:8786", "ws://127.0.0.1:8786", "tcp://cluster:8786", ""]
)
def test_keys_do_not_travel_in_the_clear(address):
    with pytest.raises(SettingsError, match="tls://"):
        Cluster(address)


def test_without_dask_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(SettingsError, match=r"argonauta\[cluster\]"):
        Cluster("tcp://127.0.0.1:1")


def test_a_cluster_that_does_not_answer_is_named():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{unused.getsockname()[1]}"

        with pytest.raises(SettingsError, match="no scheduler"):
            Cluster(address, connect_seconds=0.2)
