"""The commands around a broker: what is refused in one line, and a collector that is killed at work."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from ssi.http.client import Client
from ssi.http.errors import PeerError
from tests.wallet.mosquitto import PASSWORD, WITH_BROKER, Device, OwnBroker, until
from tests.wallet.world import World
from wallet import cli
from wallet.bootstrap import sql_stores
from wallet.services.source_ports import Chosen
from wallet.storage.schema import open_wallet_database

EACH = Chosen(frozenset({"each-reading"}), ZoneInfo("Europe/Vienna"))


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "collector.password"
    path.write_text(f"{PASSWORD}\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[World]:
    """Wallets in the database that the commands find by themselves."""
    (tmp_path / "wallet").mkdir()
    database = open_wallet_database(f"sqlite:///{tmp_path / 'wallet' / 'wallet.db'}")
    yield World(stores=sql_stores(database))
    database.close()


def access(tmp_path: Path, password_file: Path, *more: str):
    given = ["--dir", tmp_path / "wallet", "--password-file", password_file, "--out", tmp_path, *more]
    return CliRunner().invoke(cli.main, ["mqtt-access", *map(str, given)])


def started(tmp_path: Path, broker: OwnBroker, password_file: Path) -> tuple[subprocess.Popen[str], Client]:
    """A collector of its own process, once it listens."""
    given = {
        "--dir": tmp_path / "wallet",
        "--broker": f"mqtt://127.0.0.1:{broker.port}",
        "--password-file": password_file,
    }
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "wallet.cli",
            "listen",
            *(str(part) for pair in given.items() for part in pair),
        ],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    client = Client(process.stdout.readline().removeprefix("ready ").strip())
    until(lambda: is_well(client))
    return process, client


def is_well(client: Client) -> bool:
    with suppress(PeerError):
        return client.get_json("/health") == {
            "role": "wallet collector",
            "status": "ok",
            "checks": {"database": "ok", "broker": "ok"},
        }
    return False


def sealed(client: Client) -> float:
    lines = client.get_text("/metrics").splitlines()
    (found,) = (line for line in lines if line.startswith('wallet_live_messages_total{outcome="sealed"}'))
    return float(found.split()[1])


def reading(number: int) -> bytes:
    start = f"2026-01-31T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"
    told = {"quantity": "heart-rate", "start": start, "value": 60 + number % 9, "sequence": number}
    return json.dumps(told).encode()


@WITH_BROKER
@pytest.mark.journey
def test_a_collector_that_is_killed_at_work_loses_and_doubles_nothing(tmp_path, installed, password_file):
    anna = installed.services.create_wallet("anna", "a quiet harbour")
    watch = installed.services.letters.addresses.give(anna, "watch", "device", EACH)
    told = access(tmp_path, password_file)
    assert (told.exit_code, told.output) == (0, "1 devices may send.\n")
    broker = OwnBroker(tmp_path)
    broker.start()
    try:
        first, client = started(tmp_path, broker, password_file)
        with Device(broker, watch.address_id, watch.password) as sending:
            sending.publish(*map(reading, range(60)))
            until(lambda: sealed(client) > 0)
            os.killpg(first.pid, signal.SIGKILL)  # with the process that serves
            first.communicate(timeout=60)
            client.close()
            sending.publish(*map(reading, range(60, 120)))
            second, client = started(tmp_path, broker, password_file)
            sending.publish(reading(120))
            installed.clock.forward(days=2000)  # every letter may be opened
            unpacked = Unpacked(installed, anna)
            until(unpacked.holds(121))
        client.close()
        second.send_signal(signal.SIGTERM)
        _, logged = second.communicate(timeout=60)
    finally:
        broker.stop()

    assert second.returncode == 0, logged
    unpacked.more()
    (stream,) = installed.services.streams.read.all(anna)
    assert (unpacked.kept, unpacked.corrections, stream.count) == (121, 0, 121)
    assert stream.seen.ranges == ((0, 120),)


class Unpacked:
    """What Anna has taken out of her letterbox so far.

    How many letters lie there does not tell when all have arrived: whatever was sealed and not yet
    acknowledged when the first collector was killed lies there twice.
    """

    def __init__(self, installed: World, anna):
        self.installed, self.anna = installed, anna
        self.kept = self.corrections = 0

    def more(self) -> None:
        tally = self.installed.services.letters.unpack(self.anna).tally
        self.kept += tally.kept
        self.corrections += tally.corrections

    def holds(self, readings: int):
        def reached() -> bool:
            self.more()
            return self.kept >= readings

        return reached


def test_who_may_send_is_written_for_the_broker_and_for_nobody_else(tmp_path, installed, password_file):
    anna = installed.services.create_wallet("anna", "a quiet harbour")
    addresses = installed.services.letters.addresses
    kept, gone = (addresses.give(anna, name, "device", EACH) for name in ("watch", "old watch"))
    addresses.remove(anna, gone.address_id)

    told = access(tmp_path, password_file, "--username", "gatherer")

    assert told.exit_code == 0, told.output
    passwords = (tmp_path / "passwords").read_text()
    logins = [line.partition(":")[0] for line in passwords.splitlines()]
    assert logins == ["gatherer", kept.address_id]
    assert all(secret not in passwords for secret in (PASSWORD, kept.password, gone.address_id))
    assert (tmp_path / "rights").read_text() == (
        "user gatherer\ntopic read wallets/+/streams/#\n\npattern write wallets/%u/streams/#\n"
    )
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("passwords", "rights")]
    assert all(mode & 0o007 == 0 for mode in modes)


@pytest.mark.parametrize(
    ("broker", "said"),
    [
        ("mqtt://broker.example", "plain mqtt is for this machine only"),
        ("http://127.0.0.1:1883", "expected a broker such as"),
        ("mqtts://user@broker.example", "expected a broker such as"),
        ("mqtts://broker.example:99999", "expected a broker such as"),
        ("mqtts://", "expected a broker such as"),
    ],
)
def test_an_address_that_is_no_safe_broker_is_said_in_one_line(tmp_path, password_file, broker, said):
    given = ["--dir", tmp_path / "wallet", "--broker", broker, "--password-file", password_file]

    told = CliRunner().invoke(cli.main, ["listen", *map(str, given)])

    assert told.exit_code == 1
    assert said in told.output
    assert len(told.output.splitlines()) == 1


def test_a_password_that_others_may_read_is_not_used(tmp_path, installed, password_file):
    password_file.chmod(0o644)

    told = access(tmp_path, password_file)

    assert told.exit_code == 1
    assert "can be read by others" in told.output
    assert not (tmp_path / "passwords").exists()


def test_a_certificate_that_is_none_is_said_in_one_line(tmp_path, password_file):
    given = ["--dir", tmp_path / "w", "--broker", "mqtts://b.example", "--password-file", password_file]

    told = CliRunner().invoke(cli.main, ["listen", *map(str, given), "--ca", str(password_file)])

    assert told.exit_code == 1
    assert "certificate of the broker's authority cannot be read" in told.output
