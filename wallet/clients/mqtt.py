"""The collector: devices of many people publish to a broker, and each message goes to the wallet it is for.

One process of an installation listens to `wallets/+/streams/#` at QoS 1, in MQTT 5 or 3.1.1, in a session
that lasts. The second part of a topic is the address of a device, and what follows `streams` is the stream.

1. A message is acknowledged only after `take` has returned, so none is lost between broker and database. It
   can come twice; the wallet knows a reading by its stream and number.
2. `take` refuses by returning: what it refuses is acknowledged, since it would never become a reading, and
   stands in nobody's way.
3. Where `take` fails, the connection is given up and made again after a while: a broker sends what was not
   acknowledged again only then.
4. A lost connection is made again by itself, with growing pauses.

Not protected: the broker's operator sees the readings, and so does whoever runs this process, as they come
in. Only TLS hides them on the way, and only the broker's access list (`wallet.domain.broker_access`) keeps
one device from writing as another.

Limit: one collector for an installation; a second one takes the connection of the first over, and back.
"""

import logging
import re
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from paho.mqtt.client import MQTT_ERR_SUCCESS, Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ssi.hosting.logs import log
from wallet.domain.broker_access import EVERY_STREAM

CLIENT_ID: Final = "argonauta-collector"
MOST_PACKET_BYTES: Final = 256 * 1024
"""What is larger the broker throws away itself; what is smaller is counted here, even where it is refused."""
KEPT_SECONDS: Final = 7 * 24 * 3600
"""How long a broker of MQTT 5 keeps messages while the collector is away."""
IN_FLIGHT: Final = 100
_TOPIC: Final = re.compile(r"wallets/([^/]{1,60})/streams/(.{1,200})", re.DOTALL)
_QOS: Final = 1
_TICK: Final = 0.2
_LOGGER = logging.getLogger(__name__)


class Link(StrEnum):
    """How the connection stands."""

    WAITING = "waiting"
    LISTENING = "listening"
    TURNED_AWAY = "turned away"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Broker:
    """Where the collector listens, and as whom.

    Without `tls` whoever is between it and the broker reads everything.
    """

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    tls: ssl.SSLContext | None = None
    version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5


@dataclass(frozen=True)
class Pauses:
    """How long to wait before trying again: at first, and at most; each pause is twice the one before."""

    least_seconds: float = 1
    most_seconds: float = 120


Take = Callable[[str, str, bytes], object]
"""Takes the message of an address on a stream; returns when it survives a restart or never will be kept."""


class Collector:
    """A connection to the broker, in a thread of its own; there `take` gets one message after the other."""

    def __init__(self, broker: Broker, take: Take, *, pauses: Pauses | None = None) -> None:
        self.link = Link.WAITING
        self._broker = broker
        self._take = take
        self._pauses = pauses or Pauses()
        self._over = threading.Event()
        self._failed = False
        self._client = self._make_client()
        self._thread = threading.Thread(target=self._run, name="collector", daemon=True)

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
            client_id=CLIENT_ID,
            clean_session=False if is_old else None,
            protocol=broker.version,
            manual_ack=True,
        )
        client.username_pw_set(broker.username, broker.password)
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
        except Exception as error:  # noqa: BLE001 — no network or broker, another certificate, or no MQTT
            log(_LOGGER, "the broker cannot be reached", error=type(error).__name__)
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
        properties.MaximumPacketSize = MOST_PACKET_BYTES
        self._client.connect(self._broker.host, self._broker.port, clean_start=False, properties=properties)

    def _connected(
        self, client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, _properties: Any
    ) -> None:
        if reason.is_failure:
            self.link = Link.TURNED_AWAY
            log(_LOGGER, "the broker turned the collector away", reason=str(reason))
        else:
            client.subscribe(EVERY_STREAM, qos=_QOS)

    def _subscribed(
        self, _client: Client, _data: Any, _mid: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        self.link = Link.TURNED_AWAY if any(reason.is_failure for reason in reasons) else Link.LISTENING

    def _arrived(self, client: Client, _data: Any, message: MQTTMessage) -> None:
        if self._failed:
            return  # this connection is over; what came after the one that failed comes again as well
        try:
            address_id, stream = _parts(message)
            self._take(address_id, stream, bytes(message.payload))
        except Exception as error:  # noqa: BLE001 — whatever keeps it from being stored, it must come again
            log(_LOGGER, "a message was not stored", error=type(error).__name__)
            self._failed = True
            return
        client.ack(message.mid, message.qos)


def _parts(message: MQTTMessage) -> tuple[str, str]:
    """Address and stream as the topic names them; empty ones, which nobody has, where it names none."""
    try:
        found = _TOPIC.fullmatch(message.topic)
    except UnicodeDecodeError:
        found = None
    return (found[1], found[2]) if found else ("", "")
