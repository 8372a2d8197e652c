"""What devices publish comes to their wallets through a real broker: none lost, none of somebody else's."""

import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from zoneinfo import ZoneInfo

import pytest
from paho.mqtt.enums import MQTTProtocolVersion
from prometheus_client import CollectorRegistry

from tests.wallet.mosquitto import COLLECTOR, PASSWORD, PATIENCE, WITH_BROKER, Device, OwnBroker, until
from tests.wallet.test_live_reading import document, unpacked
from wallet.clients.mqtt import Broker, Collector, Link, Pauses
from wallet.listening import Counted, create_listening_app
from wallet.services.broker_access import BrokerAccess
from wallet.services.source_ports import Chosen
from wallet.services.take_readings import Outcome, TakeReadings

VERSIONS = [MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311]
EACH = Chosen(frozenset({"each-reading"}), ZoneInfo("Europe/Vienna"))
QUICK = Pauses(0.05, 0.4)
pytestmark = WITH_BROKER


class Listening:
    """A collector, and what became of each message; it can be told to fail."""

    def __init__(self, broker: OwnBroker, world, **changes) -> None:
        self.outcomes: Queue[Outcome] = Queue()
        self.attempts = 0
        self.fails = 0
        self._began = False
        self.registry = CollectorRegistry()
        self._counted = Counted(TakeReadings(world.services.letters.take), self.registry)
        told = {"username": COLLECTOR, "password": PASSWORD, **changes}
        self.collector = Collector(Broker("127.0.0.1", broker.port, **told), self._take, pauses=QUICK)

    def _take(self, address_id: str, stream: str, raw: bytes) -> None:
        self.attempts += 1
        if self.attempts <= self.fails:
            raise ConnectionError("the database is away")
        self.outcomes.put(self._counted(address_id, stream, raw))

    def __enter__(self) -> "Listening":
        self._begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.collector.stop()

    def _begin(self) -> None:
        if not self._began:
            self._began = True
            self.collector.start()

    def next(self) -> Outcome:
        return self.outcomes.get(timeout=PATIENCE)

    def ready(self) -> "Listening":
        """Begin, where that was not done, and wait until it listens."""
        self._begin()
        until(lambda: self.collector.link is Link.LISTENING)
        return self

    def never_listens(self) -> bool:
        """Whether several attempts lead to nothing."""
        pause = threading.Event()
        return not any(self.collector.link is Link.LISTENING or pause.wait(0.05) for _ in range(20))


@pytest.fixture
def watch(world, anna):
    return world.services.letters.addresses.give(anna, "watch", "device", EACH)


@pytest.fixture
def scale(world, ben):
    return world.services.letters.addresses.give(ben, "scale", "device", EACH)


@pytest.fixture
def access(world) -> BrokerAccess:
    return BrokerAccess(world.stores.letters)


@pytest.fixture
def broker(tmp_path: Path, watch, scale, access) -> Iterator[OwnBroker]:
    started = OwnBroker(tmp_path)
    started.told(access(COLLECTOR, PASSWORD))
    started.start()
    yield started
    started.stop()


def device(broker: OwnBroker, given) -> Device:
    return Device(broker, given.address_id, given.password)


@pytest.mark.parametrize("version", VERSIONS, ids=["5", "3.1.1"])
def test_a_reading_is_sealed_to_the_wallet_of_its_address(broker, world, anna, ben, watch, version):
    with Listening(broker, world, version=version).ready() as listening, device(broker, watch) as sending:
        sending.publish(document(7, instrument="Left"))
        assert listening.next() is Outcome.SEALED

    assert b"heart-rate" not in b"".join(each.sealed_body for each in world.stores.letters.kept.values())
    assert unpacked(world, anna)[1] == [("pulse, Left", 61.0)]
    assert unpacked(world, ben)[1] == []
    assert listening.collector.link is Link.STOPPED


@pytest.mark.parametrize("version", VERSIONS, ids=["5", "3.1.1"])
def test_what_could_not_be_stored_comes_again(broker, world, anna, watch, version):
    listening = Listening(broker, world, version=version)
    listening.fails = 2
    with listening.ready(), device(broker, watch) as sending:
        sending.publish(document(7))
        assert listening.next() is Outcome.SEALED

    assert listening.attempts == 3
    assert unpacked(world, anna)[1] == [("pulse", 61.0)]


@pytest.mark.parametrize("version", VERSIONS, ids=["5", "3.1.1"])
def test_what_is_published_while_the_collector_is_away_waits_for_it(broker, world, anna, watch, version):
    with Listening(broker, world, version=version).ready():
        pass
    with device(broker, watch) as sending:
        sending.publish(document(8, value=60))
        with Listening(broker, world, version=version) as second:
            assert second.next() is Outcome.SEALED
            second.ready()
            sending.publish(document(9))
            assert second.next() is Outcome.SEALED

    assert second.outcomes.empty()
    tally, found = unpacked(world, anna)
    assert (tally.kept, tally.corrections, found) == (1, 1, [("pulse", 61.0)])


def test_a_stored_reading_does_not_come_again(broker, world, watch):
    with device(broker, watch) as sending:
        with Listening(broker, world).ready() as first:
            sending.publish(document(1))
            first.next()
        with Listening(broker, world).ready() as second:
            sending.publish(document(2))
            assert second.next() is Outcome.SEALED

    assert second.outcomes.empty()


def test_a_message_that_the_broker_keeps_for_everybody_counts_once(broker, world, anna, watch):
    with device(broker, watch) as sending:
        sending.publish(document(1), retain=True)
        for _ in range(2):
            with Listening(broker, world, version=MQTTProtocolVersion.MQTTv311).ready() as listening:
                listening.next()

    assert unpacked(world, anna)[1] == [("pulse", 61.0)]


def test_a_lost_connection_is_made_again(broker, world, watch):
    with Listening(broker, world).ready() as listening:
        broker.stop()
        until(lambda: listening.collector.link is Link.WAITING)
        broker.start()
        listening.ready()
        with device(broker, watch) as sending:
            sending.publish(document(3))
        assert listening.next() is Outcome.SEALED


def test_a_device_cannot_write_under_the_address_of_another(broker, world, anna, ben, watch, scale):
    with Listening(broker, world).ready() as listening, device(broker, scale) as sending:
        forged = f"wallets/{watch.address_id}/streams/pulse"
        sending.publish(document(666), topic=forged)
        sending.publish(document(666), topic=f"{forged}/../../{scale.address_id}")
        sending.publish(document(666), topic="wallets/x/streams/pulse")
        sending.publish(document(1))
        assert listening.next() is Outcome.SEALED

    assert listening.outcomes.empty()
    assert unpacked(world, anna)[1] == []
    assert unpacked(world, ben)[1] == [("pulse", 61.0)]


def test_a_device_reads_nothing_and_neither_does_a_device_that_calls_itself_collector(broker, world, watch):
    with Device(broker, COLLECTOR, watch.password) as pretender:
        assert pretender.turned_away.wait(PATIENCE)
    with (
        Listening(broker, world, username=watch.address_id, password=watch.password) as spy,
        device(broker, watch) as sending,
    ):
        until(lambda: spy.collector.link is not Link.WAITING)
        sending.publish(document(1))
        with Listening(broker, world).ready() as listening:
            sending.publish(document(2))
            assert listening.next() is Outcome.SEALED

    assert spy.outcomes.empty()


def test_an_address_that_was_taken_away_loses_access_at_the_next_word(broker, world, anna, watch, access):
    with Listening(broker, world).ready() as listening, device(broker, watch) as sending:
        sending.publish(document(1))
        assert listening.next() is Outcome.SEALED

        world.services.letters.addresses.remove(anna, watch.address_id)
        sending.publish(document(2))
        assert listening.next() is Outcome.UNKNOWN_ADDRESS
        broker.told(access(COLLECTOR, PASSWORD))

        assert sending.gone.wait(PATIENCE)
        until(sending.turned_away.is_set)
        listening.ready()


def test_garbage_is_counted_by_its_reason_and_stops_nothing(broker, world, watch, caplog):
    with (
        caplog.at_level("INFO", "wallet.listening"),
        Listening(broker, world).ready() as listening,
        device(broker, watch) as sending,
    ):
        sending.publish(b'{"quantity": "heart-rate", "value": 61.4142}', b"\x00\xff" * 50, b"")
        sending.publish(b"x" * 8193, b"y" * 100_000)
        sending.publish(document(1), topic=f"wallets/{watch.address_id}/streams/a b")
        sending.publish(document(2))
        found = [listening.next() for _ in range(7)]

    assert found == [Outcome.NO_READING] * 3 + [Outcome.TOO_LARGE] * 2 + [Outcome.NO_READING, Outcome.SEALED]
    count = listening.registry.get_sample_value
    assert count("wallet_live_messages_total", {"outcome": "no reading"}) == 4
    assert count("wallet_live_messages_total", {"outcome": "too large"}) == 2
    assert [each.message for each in caplog.records] == ["a message was refused"] * 2
    assert "61" not in caplog.text.replace(watch.address_id, "")


def test_a_full_letterbox_keeps_nobody_else_waiting(broker, world, watch, scale, monkeypatch):
    monkeypatch.setattr("wallet.services.take_letters.MOST_LETTERS", 1)
    with (
        Listening(broker, world).ready() as listening,
        device(broker, watch) as sending,
        device(broker, scale) as other,
    ):
        sending.publish(document(1), document(2))
        assert [listening.next(), listening.next()] == [Outcome.SEALED, Outcome.FULL]
        other.publish(document(1))
        assert listening.next() is Outcome.SEALED


@pytest.mark.parametrize("version", VERSIONS, ids=["5", "3.1.1"])
def test_a_wrong_password_is_turned_away_and_told_to_the_operator(broker, world, version):
    with Listening(broker, world, password="a guess", version=version) as listening:
        until(lambda: listening.collector.link is Link.TURNED_AWAY)
        app = create_listening_app(
            lambda: None, lambda: listening.collector.link is Link.LISTENING, listening.registry
        )
        health = app.test_client().get("/health")
        metrics = app.test_client().get("/metrics").text

    assert health.status_code == 503
    assert health.json is not None
    assert health.json["checks"] == {"database": "ok", "broker": "failing"}
    assert "wallet_live_listening 0.0" in metrics


# paho leaves the socket of a failed handshake to be collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_readings_come_over_tls_and_only_from_the_broker_of_the_certificate(tmp_path, world, watch, access):
    broker = OwnBroker(tmp_path, with_tls=True)
    assert broker.certificate is not None
    broker.told(access(COLLECTOR, PASSWORD))
    broker.start()
    try:
        trusted = ssl.create_default_context(cafile=str(broker.certificate.certificate))
        with Listening(broker, world, tls=trusted).ready() as listening, device(broker, watch) as sending:
            sending.publish(document(4))
            assert listening.next() is Outcome.SEALED
            with Listening(broker, world, tls=ssl.create_default_context()) as stranger:
                assert stranger.never_listens()
        assert stranger.outcomes.empty()
    finally:
        broker.stop()


def test_a_password_is_in_no_log():
    assert "harbour" not in repr(Broker("127.0.0.1", 1, COLLECTOR, PASSWORD))
