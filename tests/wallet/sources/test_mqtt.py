"""Readings of devices come to the wallet through a real broker, none lost and none of somebody else."""

import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from queue import Empty, Queue

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from crypto.encoding import parse_json
from crypto.errors import MalformedError
from examples.town import free_port
from ssi.hosting.tls import make_certificate
from wallet.clients.mqtt import (
    MOST_MESSAGE_BYTES,
    Broker,
    Link,
    LiveReading,
    LiveStreams,
    Pauses,
    read_message,
)
from wallet.errors import ConflictError

MOSQUITTO, PASSWORDS = shutil.which("mosquitto"), shutil.which("mosquitto_passwd")
WITH_BROKER = pytest.mark.skipif(
    MOSQUITTO is None or PASSWORDS is None, reason="mosquitto is missing: apt-get install mosquitto"
)
VERSIONS = [MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311]
QUICK = Pauses(0.05, 0.4)
PATIENCE = 20.0
LOGINS = {"anna": "a quiet harbour", "ben": "a windy harbour"}


def document(sequence: object = 1, **changes: object) -> bytes:
    told = {"quantity": "heart-rate", "start": "2026-01-31T12:00:00Z", "value": 61, "sequence": sequence}
    return json.dumps({**told, **changes}).encode()


class OwnBroker:
    """A broker of the test's own: a folder, a port, and a process that can be stopped and started."""

    def __init__(self, folder: Path, *, with_tls: bool = False) -> None:
        self.port = free_port()
        self.certificate = make_certificate(folder, "broker", now=datetime.now(UTC)) if with_tls else None
        self._process: subprocess.Popen[bytes] | None = None
        self._configuration = folder / "mosquitto.conf"
        passwords, rights = folder / "passwords", folder / "rights"
        for index, (login, password) in enumerate(LOGINS.items()):
            first = ["-c"] if index == 0 else []
            subprocess.run([str(PASSWORDS), *first, "-b", passwords, login, password], check=True)
        rights.write_text("pattern readwrite wallets/%u/streams/#\n")
        lines = [
            "user root",
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous false",
            f"password_file {passwords}",
            f"acl_file {rights}",
            "persistence false",
        ]
        if self.certificate is not None:
            lines += [f"certfile {self.certificate.certificate}", f"keyfile {self.certificate.key}"]
        self._configuration.write_text("\n".join(lines) + "\n")

    def start(self) -> None:
        command = [str(MOSQUITTO), "-c", str(self._configuration)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._answers)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None

    def _answers(self) -> bool:
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", self.port), timeout=1)):
            return True
        return False

    def publish(self, payload: bytes, *, login: str = "ben", topic: str | None = None) -> None:
        """Publish as a device of this person, and wait until the broker has it."""
        client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311)
        client.username_pw_set(login, LOGINS[login])
        if self.certificate is not None:
            client.tls_set_context(ssl.create_default_context(cafile=str(self.certificate.certificate)))
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        client.publish(topic or f"wallets/{login}/streams/pulse", payload, qos=1).wait_for_publish(PATIENCE)
        client.disconnect()
        client.loop_stop()


class Listening:
    """A wallet that listens, what it kept and what it refused; it can be told to fail."""

    def __init__(self, broker: OwnBroker, **changes) -> None:
        self.kept: Queue[LiveReading] = Queue()
        self.refused: Queue[tuple[str, str]] = Queue()
        self.attempts = 0
        self.fails = 0
        told = {"password": LOGINS["ben"], **changes}
        self.streams = LiveStreams(
            Broker("127.0.0.1", broker.port, "ben", **told),
            self._keep,
            lambda topic, reason: self.refused.put((topic, reason)),
            pauses=QUICK,
        )

    def _keep(self, reading: LiveReading) -> None:
        self.attempts += 1
        if self.attempts <= self.fails:
            raise ConflictError("somebody else writes")
        self.kept.put(reading)

    def __enter__(self) -> "Listening":
        self.streams.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.streams.stop()

    def never_listens(self) -> bool:
        """Whether several attempts lead to nothing."""
        pause = threading.Event()
        return not any(self.streams.link is Link.LISTENING or pause.wait(0.05) for _ in range(20))

    def ready(self) -> "Listening":
        until(lambda: self.streams.link is Link.LISTENING)
        return self


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that another process or thread does."""
    end = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        pause.wait(0.02)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[OwnBroker]:
    started = OwnBroker(tmp_path)
    started.start()
    yield started
    started.stop()


@WITH_BROKER
@pytest.mark.parametrize("version", VERSIONS, ids=["5", "3.1.1"])
def test_a_reading_is_kept_with_its_stream_and_sequence(broker, version):
    with Listening(broker, version=version) as wallet:
        wallet.ready()
        broker.publish(document(7, instrument="Watch"), topic="wallets/ben/streams/pulse/left")
        reading = wallet.kept.get(timeout=PATIENCE)

    assert (reading.stream, reading.sequence) == ("pulse/left", 7)
    assert (reading.measured.value, reading.measured.instrument) == (Decimal(61), "Watch")
    assert wallet.streams.link is Link.STOPPED


@WITH_BROKER
@pytest.mark.parametrize("version", VERSIONS, ids=["5", "3.1.1"])
def test_a_reading_that_could_not_be_kept_comes_again(broker, version):
    wallet = Listening(broker, version=version)
    wallet.fails = 2
    with wallet:
        wallet.ready()
        broker.publish(document(7))
        reading = wallet.kept.get(timeout=PATIENCE)

    assert reading.sequence == 7
    assert wallet.attempts == 3


@WITH_BROKER
@pytest.mark.parametrize("version", VERSIONS, ids=["5", "3.1.1"])
def test_what_is_published_while_the_wallet_is_away_waits_for_it(broker, version):
    with Listening(broker, version=version) as first:
        first.ready()
    broker.publish(document(8))
    with Listening(broker, version=version) as second:
        assert second.kept.get(timeout=PATIENCE).sequence == 8
        second.ready()
        broker.publish(document(9))
        assert second.kept.get(timeout=PATIENCE).sequence == 9

    assert second.kept.empty()


@WITH_BROKER
def test_a_kept_reading_does_not_come_again(broker):
    with Listening(broker) as first:
        first.ready()
        broker.publish(document(1))
        first.kept.get(timeout=PATIENCE)
    with Listening(broker) as second:
        second.ready()
        broker.publish(document(2))
        assert second.kept.get(timeout=PATIENCE).sequence == 2


@WITH_BROKER
def test_a_lost_connection_is_made_again(broker):
    with Listening(broker) as wallet:
        wallet.ready()
        broker.stop()
        until(lambda: wallet.streams.link is Link.WAITING)
        broker.start()
        wallet.ready()
        broker.publish(document(3))
        assert wallet.kept.get(timeout=PATIENCE).sequence == 3


@WITH_BROKER
def test_a_broker_that_starts_later_is_found(tmp_path):
    broker = OwnBroker(tmp_path)
    try:
        with Listening(broker) as wallet:
            broker.start()
            wallet.ready()
    finally:
        broker.stop()


@WITH_BROKER
def test_nobody_else_can_write_into_the_streams_of_a_person(broker):
    with Listening(broker) as wallet:
        wallet.ready()
        broker.publish(document(666), login="anna", topic="wallets/ben/streams/pulse")
        broker.publish(document(1))
        assert wallet.kept.get(timeout=PATIENCE).sequence == 1

    assert wallet.kept.empty()


@WITH_BROKER
def test_what_is_no_reading_is_told_once_and_stops_nothing(broker):
    with Listening(broker) as wallet:
        wallet.ready()
        broker.publish(b'{"quantity": "heart-rate", "value": 61.4142}')
        broker.publish(b"x" * (MOST_MESSAGE_BYTES + 1))
        broker.publish(document(2))
        assert wallet.kept.get(timeout=PATIENCE).sequence == 2
        told = [wallet.refused.get(timeout=PATIENCE) for _ in range(2)]

    assert [topic for topic, _ in told] == ["wallets/ben/streams/pulse"] * 2
    assert all("61" not in reason for _, reason in told)
    with pytest.raises(Empty):
        wallet.refused.get_nowait()


@WITH_BROKER
@pytest.mark.parametrize("version", VERSIONS, ids=["5", "3.1.1"])
def test_a_wrong_password_is_turned_away(broker, version):
    with Listening(broker, password="a guess", version=version) as wallet:
        until(lambda: wallet.streams.link is Link.TURNED_AWAY)

    assert wallet.streams.link is Link.STOPPED


# paho leaves the socket of a failed handshake to be collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@WITH_BROKER
def test_readings_come_over_tls_and_only_from_the_broker_of_the_certificate(tmp_path):
    broker = OwnBroker(tmp_path, with_tls=True)
    assert broker.certificate is not None
    broker.start()
    try:
        trusted = ssl.create_default_context(cafile=str(broker.certificate.certificate))
        with Listening(broker, tls=trusted) as wallet:
            wallet.ready()
            broker.publish(document(4))
            assert wallet.kept.get(timeout=PATIENCE).sequence == 4
        with Listening(broker, tls=ssl.create_default_context()) as stranger:
            broker.publish(document(5))
            assert stranger.never_listens()
        assert stranger.kept.empty()
    finally:
        broker.stop()


def test_a_password_is_in_no_log():
    assert "harbour" not in repr(Broker("127.0.0.1", 1, "ben", LOGINS["ben"]))


def test_an_interval_is_read():
    reading = read_message("s", document(end="2026-01-31T12:05:00.1239+00:00", quantity="steps", value=12.5))

    assert reading.measured.value == Decimal("12.5")
    assert reading.measured.end == datetime(2026, 1, 31, 12, 5, 0, 123_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"\xff",
        b"{" * 100,
        document(quantity="mood"),
        document(quantity=3),
        document(start="2026-01-31T12:00:00"),
        document(start="1970-01-01T00:00:00Z"),
        document(start=None),
        document(end="2026-01-31T12:00:00Z"),
        document(end="2026-01-31T11:00:00Z"),
        document(value="61"),
        document(value=True),
        document(value=1e19),
        document(value=10**400),
        document(-1),
        document(1.5),
        document(True),
        document(2**53),
        document(instrument=""),
        document(instrument="x" * 81),
        document(note="unknown member"),
        document()[:-1] + b', "value": 62}',
        b" " * MOST_MESSAGE_BYTES + document(),
    ],
)
def test_what_is_no_reading_is_refused(raw):
    with pytest.raises(MalformedError):
        read_message("s", raw)


@given(
    st.binary(max_size=60)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=3).map(
        lambda told: document(value=told)
    )
)
def test_any_bytes_are_a_reading_or_malformed(raw):
    try:
        read_message("s", raw)
    except MalformedError:
        return
    assert parse_json(raw)
