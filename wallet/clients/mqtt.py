"""Live streams: devices of a person publish readings to a broker, and her wallet keeps them.

A wallet listens to `wallets/<id>/streams/#` at QoS 1, in MQTT 5 or 3.1.1. One message is one strict JSON
document: `quantity`, `start`, `value` and `sequence`, with `end` and `instrument` where there are any. The
stream is what follows in its topic.

1. A message is acknowledged only after `keep` has returned, so none is lost between broker and wallet. It can
   come twice; `keep` knows a reading by its stream and sequence.
2. A message that is no reading is acknowledged and told to `refuse`, since it would never become one.
3. Where `keep` fails, the connection is given up and made again after a while: a broker sends what was not
   acknowledged again only then.
4. A lost connection is made again by itself, with growing pauses.

Not protected: the broker's operator sees the readings. Only TLS hides them on the way, and only the broker's
access list (`pattern readwrite wallets/%u/streams/#`) keeps other people from writing them.

Limit: one process listens for a wallet; a second one takes the connection of the first over, and back.
"""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Protocol

from paho.mqtt.client import MQTT_ERR_SUCCESS, Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from crypto.encoding import MAX_EXACT_INTEGER
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.timestamps import read_timestamp
from wallet.domain.measured import Measured
from wallet.domain.quantity import QUANTITIES
from wallet.errors import WalletError

MOST_MESSAGE_BYTES: Final = 8 * 1024
KEPT_SECONDS: Final = 7 * 24 * 3600
"""How long a broker of MQTT 5 keeps messages for a wallet that is away."""
IN_FLIGHT: Final = 100
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_MOST_VALUE: Final = 1e18
_QOS: Final = 1
_TICK: Final = 0.2


@dataclass(frozen=True)
class LiveReading:
    """One reading of one stream; stream and sequence together name it for good."""

    stream: str
    sequence: int
    measured: Measured


class KeepReading(Protocol):
    """Keeps a reading; one that was kept before is no error."""

    def __call__(self, reading: LiveReading) -> None:
        """Return when the reading will survive a restart.

        Raises:
            WalletError: it cannot be kept now; it will come again.
        """
        ...


class Link(StrEnum):
    """How the connection stands."""

    WAITING = "waiting"
    LISTENING = "listening"
    TURNED_AWAY = "turned away"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Broker:
    """Where a wallet listens, and as whom: its login is the id in its topics.

    Without `tls` whoever is between wallet and broker reads everything.
    """

    host: str
    port: int
    wallet_id: str
    password: str = field(repr=False)
    tls: ssl.SSLContext | None = None
    version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5


@dataclass(frozen=True)
class Pauses:
    """How long to wait before trying again: at first, and at most; each pause is twice the one before."""

    least_seconds: float = 1
    most_seconds: float = 120


class LiveStreams:
    """A connection of one wallet to its broker, in a thread of its own.

    `keep` and `refuse` are called in that thread, one message after the other. `refuse` gets the topic and
    what is wrong, without the message.
    """

    def __init__(
        self,
        broker: Broker,
        keep: KeepReading,
        refuse: Callable[[str, str], None],
        *,
        pauses: Pauses | None = None,
    ) -> None:
        self.link = Link.WAITING
        self._broker = broker
        self._keep = keep
        self._refuse = refuse
        self._pauses = pauses or Pauses()
        self._prefix = f"wallets/{broker.wallet_id}/streams/"
        self._over = threading.Event()
        self._failed = False
        self._client = self._make_client()
        self._thread = threading.Thread(target=self._run, name="live streams", daemon=True)

    def start(self) -> None:
        """Listen until `stop`, whether or not the broker can be reached now."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, within a second; what was not acknowledged stays with the broker."""
        self._over.set()
        self._thread.join()
        self.link = Link.STOPPED

    def _make_client(self) -> Client:
        broker = self._broker
        is_old = broker.version != MQTTProtocolVersion.MQTTv5
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"wallet-{broker.wallet_id}",
            clean_session=False if is_old else None,
            protocol=broker.version,
            manual_ack=True,
        )
        client.username_pw_set(broker.wallet_id, broker.password)
        if broker.tls is not None:
            client.tls_set_context(broker.tls)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = self._arrived
        return client

    def _run(self) -> None:
        pause = self._pauses.least_seconds
        while not self._over.is_set():
            listened = self._listen()
            pause = self._pauses.least_seconds if listened else min(2 * pause, self._pauses.most_seconds)
            self._over.wait(pause)

    def _listen(self) -> bool:
        """Listen over one connection; whether it came about and ended without a fault of ours."""
        self._failed = False
        listened = False
        try:
            self._connect()
            while not (self._failed or self._over.is_set()) and self._client.loop(_TICK) == MQTT_ERR_SUCCESS:
                listened = listened or self.link is Link.LISTENING
        except OSError:  # no network, no broker, or one with another certificate
            return False
        finally:
            self._client.disconnect()
            self.link = Link.WAITING if self.link is Link.LISTENING else self.link
        return listened and not self._failed

    def _connect(self) -> None:
        if self._broker.version != MQTTProtocolVersion.MQTTv5:
            self._client.connect(self._broker.host, self._broker.port)
            return
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = KEPT_SECONDS
        properties.ReceiveMaximum = IN_FLIGHT
        properties.MaximumPacketSize = 2 * MOST_MESSAGE_BYTES
        self._client.connect(self._broker.host, self._broker.port, clean_start=False, properties=properties)

    def _connected(
        self, client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, _properties: Any
    ) -> None:
        if reason.is_failure:
            self.link = Link.TURNED_AWAY
        else:
            client.subscribe(f"{self._prefix}#", qos=_QOS)

    def _subscribed(
        self, _client: Client, _data: Any, _mid: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        self.link = Link.TURNED_AWAY if any(reason.is_failure for reason in reasons) else Link.LISTENING

    def _arrived(self, client: Client, _data: Any, message: MQTTMessage) -> None:
        try:
            self._keep(read_message(message.topic.removeprefix(self._prefix), bytes(message.payload)))
        except MalformedError as error:
            self._refuse(message.topic, str(error))
        except WalletError:
            self._failed = True
            return
        client.ack(message.mid, message.qos)


def read_message(stream: str, raw: bytes) -> LiveReading:
    """The reading in a message.

    Raises:
        MalformedError: no such document, an unknown quantity or member, or a time or value that cannot be.
    """
    if len(raw) > MOST_MESSAGE_BYTES:
        raise MalformedError(f"expected a message of at most {MOST_MESSAGE_BYTES} bytes")
    fields = Fields.parse(raw, "reading")
    quantity = fields.text("quantity", max_length=80)
    if quantity not in QUANTITIES:
        raise MalformedError("reading.quantity: unknown")
    start = _moment(fields, "start")
    end = _moment(fields, "end") if fields.has("end") else None
    if end is not None and end <= start:
        raise MalformedError("reading.end: expected a time after the start")
    value = Decimal(repr(fields.number("value", most=_MOST_VALUE)))
    instrument = fields.text("instrument", max_length=80) if fields.has("instrument") else ""
    sequence = fields.integer("sequence", least=0, most=MAX_EXACT_INTEGER)
    fields.done()
    return LiveReading(stream, sequence, Measured(quantity, start, end, value, instrument))


def _moment(fields: Fields, name: str) -> datetime:
    moment = read_timestamp(fields.any(name), f"reading.{name}")
    if not _EARLIEST <= moment < _LATEST:
        raise MalformedError(f"reading.{name}: expected a time between 1990 and 2100")
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
