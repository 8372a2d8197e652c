"""Sums on a cluster are the sums here; one that does not answer or would not keep a secret is refused."""

import socket
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from crypto.mpc.partitions import LocalSums, local_sums
from crypto.mpc.program import LinearCell, ProductCell, Program
from marketplace.mpc_node.bootstrap import stand
from marketplace.mpc_node.cli import main
from marketplace.mpc_node.columns.cluster import Cluster, spread_over
from marketplace.mpc_node.columns.partition_file import Seal, write_partition
from marketplace.mpc_node.columns.selection import SelectedRows
from marketplace.mpc_node.columns.share_rows import COMPONENTS, Form
from marketplace.mpc_node.config import load_settings
from marketplace.mpc_node.errors import SettingsError, StorageAlteredError
from marketplace.mpc_node.meter import Meter
from ssi.hosting.tls import make_certificate
from tests.crypto.mpc.trio import drawn_words
from tests.marketplace.mpc_node.buyer import open_outputs
from tests.marketplace.mpc_node.orders import manifest_for
from tests.marketplace.mpc_node.parties import ed25519
from tests.marketplace.mpc_node.people import people
from tests.marketplace.mpc_node.town import Town

COLUMNS, ROWS = 2, 50
LINES = 1 + len(Form) * COMPONENTS * COLUMNS
PROGRAM = Program((LinearCell(0), ProductCell(0, 1), LinearCell(1, np.arange(2 * ROWS) % 2 == 0)))


@contextmanager
def standing(protocol: str = "tcp://") -> Iterator[str]:
    """The address of a scheduler on this machine, with one worker."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Dask and its dependencies say of each other
        cluster = import_module("distributed").LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=False,
            protocol=protocol,
            host="127.0.0.1",
            dashboard_address=None,
        )
        yield cluster.scheduler_address
        cluster.close()


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """A scheduler for all tests that leave it standing."""
    with standing() as address:
        yield address


class Watched(Cluster):
    """A cluster that counts what it was asked and when it failed."""

    asked = 0
    fell_back = 0

    def __call__(self, run, tasks):
        self.asked += 1
        return super().__call__(run, tasks)

    def _carried(self, run, tasks):
        self.fell_back += 1
        sums = super()._carried(run, tasks)
        self.fell_back -= 1
        return sums


class Authority:
    """An authority for certificates, and one certificate of it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        # Self-signed: whoever has this certificate is its own authority, and nobody else is.
        certificate = make_certificate(folder, "cluster", now=datetime.now(UTC), hosts=("127.0.0.1",))
        self.folder, self.pem = folder, certificate.pem

    @contextmanager
    def configured(self) -> Iterator[None]:
        """Dask uses its certificate and believes its authority."""
        import_module("distributed")  # so that its own settings are not taken back with these
        tls, certificate = "distributed.comm.tls", str(self.folder / "tls.pem")
        settings = {f"{tls}.ca-file": certificate}
        for side in ("scheduler", "worker", "client"):
            settings |= {f"{tls}.{side}.cert": certificate, f"{tls}.{side}.key": str(self.folder / "tls.key")}
        with import_module("dask").config.set(settings):
            yield


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


@pytest.mark.slow
def test_a_job_of_a_node_is_computed_on_its_cluster(scheduler: str, tmp_path: Path):
    """One node of three computes its sums on a cluster, and the answer is the same."""
    crowd = people(13)
    cluster = Watched(scheduler)
    town = Town(tmp_path)
    node = town.nodes["node-a"]
    town.serve(replace(node, around=replace(node.around, spread=cluster), meter=Meter()))
    town.settle(crowd)

    ended = town.run(manifest_for(crowd))

    cluster.close()
    assert {each["state"] for each in ended.values()} == {"DONE"}, ended
    scores = [float(each.values["exam_score"]) for each in crowd]
    count, mean, _ = open_outputs(town, manifest_for(crowd), crowd).answer().rows[0].estimates
    assert count.value == 13
    assert mean.value == pytest.approx(float(np.mean(scores)), abs=1e-9)
    assert (cluster.asked, cluster.fell_back) == (1, 0)


@pytest.mark.slow
def test_what_a_cluster_fails_at_is_computed_here(scheduler: str, parts):
    here = local_sums(PROGRAM, parts, records=2 * ROWS)
    cluster = Watched(scheduler, task_seconds=0.0)

    there = local_sums(PROGRAM, parts, records=2 * ROWS, spread=cluster)

    cluster.close()
    assert values_of(there) == values_of(here)
    assert cluster.fell_back == 1


@pytest.mark.slow
def test_a_scheduler_that_went_away_costs_no_job(parts):
    with standing() as address:
        cluster = Watched(address, connect_seconds=0.5)
    here = local_sums(PROGRAM, parts, records=2 * ROWS)

    there = local_sums(PROGRAM, parts, records=2 * ROWS, spread=cluster)

    cluster.close()
    assert values_of(there) == values_of(here)
    assert cluster.fell_back == 1


@pytest.mark.slow
def test_workers_get_the_keys_of_the_files_they_read_and_nothing_about_whose_they_are(
    parts, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("crypto.mpc.partitions.TASK_WORDS", 1)
    sent: list[bytes] = []

    def noting(run, tasks):
        sent.extend(map(import_module("distributed.protocol.pickle").dumps, tasks))
        return map(run, tasks)

    local_sums(PROGRAM, parts, records=2 * ROWS, spread=noting)

    keys = [part.file.seal.encryption_key for part in parts]
    assert [[key in task for key in keys] for task in sent] == [[True, False], [False, True]]
    assert not any(part.places.tobytes() in task for part in parts for task in sent)


@pytest.mark.slow
def test_over_tls_both_sides_show_a_certificate_of_the_operators_authority(tmp_path: Path, parts):
    trusted, strange = Authority(tmp_path / "operator"), Authority(tmp_path / "stranger")
    here = local_sums(PROGRAM, parts, records=2 * ROWS)
    with trusted.configured(), standing("tls://") as address:
        cluster = Watched(address)
        there = local_sums(PROGRAM, parts, records=2 * ROWS, spread=cluster)
        cluster.close()
        with strange.configured(), pytest.raises(SettingsError, match="certificates"):
            Cluster(address, connect_seconds=2.0)

    assert values_of(there) == values_of(here)
    assert cluster.fell_back == 0


def test_tls_without_certificates_names_the_setting():
    with pytest.raises(SettingsError, match=r"distributed\.comm\.tls"):
        Cluster("tls://127.0.0.1:1", connect_seconds=0.2)


def test_a_node_whose_cluster_would_not_keep_a_secret_does_not_start(tmp_path: Path):
    folder, made = tmp_path / "node-a", CliRunner()
    arguments = ["--id", "node-a", "--operator", "An operator", "--url", "https://127.0.0.1:8443"]
    made.invoke(main, ["init", "--dir", str(folder), *arguments])
    settings = load_settings(folder, cluster="tcp://10.0.0.7:8786")

    with pytest.raises(SettingsError, match="tls://"):
        stand(settings, tmp_path / "registry.jwt", ed25519("authority").public)


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
