"""A real broker of a test's own, with the access files that an installation writes for it."""

import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from examples.town import free_port
from ssi.hosting.tls import make_certificate
from wallet.services.broker_access import AccessFiles

MOSQUITTO = shutil.which("mosquitto")
WITH_BROKER = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is missing: apt-get install mosquitto")
PATIENCE = 20.0
COLLECTOR, PASSWORD = "collector", "a quiet harbour"


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that another process or thread does."""
    end = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        pause.wait(0.02)


class OwnBroker:
    """A folder, a port, and a process that can be stopped, started and told to read its files again."""

    def __init__(self, folder: Path, *, with_tls: bool = False) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.port = folder, free_port()
        self.certificate = make_certificate(folder, "broker", now=datetime.now(UTC)) if with_tls else None
        self.process: subprocess.Popen[bytes] | None = None
        lines = [
            "user root",
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous false",
            f"password_file {folder / 'passwords'}",
            f"acl_file {folder / 'rights'}",
            "persistence false",
        ]
        if self.certificate is not None:
            lines += [f"certfile {self.certificate.certificate}", f"keyfile {self.certificate.key}"]
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    def told(self, files: AccessFiles) -> None:
        """Write who may do what, and have a running broker read it."""
        (self.folder / "passwords").write_text(files.passwords)
        (self.folder / "rights").write_text(files.rights)
        if self.process is not None:
            self.process.send_signal(signal.SIGHUP)

    def start(self) -> None:
        command = [str(MOSQUITTO), "-c", str(self.folder / "mosquitto.conf")]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._answers)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)
            self.process = None

    def _answers(self) -> bool:
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", self.port), timeout=1)):
            return True
        return False


class Device:
    """A device that is connected to the broker under a login, and publishes."""

    def __init__(self, broker: OwnBroker, login: str, password: str) -> None:
        self.login = login
        self.turned_away = threading.Event()
        self.gone = threading.Event()
        self._connected = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311)
        self._client.username_pw_set(login, password)
        if broker.certificate is not None:
            trusted = ssl.create_default_context(cafile=str(broker.certificate.certificate))
            self._client.tls_set_context(trusted)
        self._client.on_connect = self._answered
        self._client.on_disconnect = lambda *_: self.gone.set()
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()

    def _answered(self, _client, _data, _flags, reason, _properties) -> None:
        (self.turned_away if reason.is_failure else self._connected).set()

    def __enter__(self) -> "Device":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, *payloads: bytes, topic: str | None = None, retain: bool = False) -> None:
        """Publish, and wait until the broker has it; what it does with it, it does not say."""
        assert self._connected.wait(PATIENCE)
        sent = [
            self._client.publish(topic or f"wallets/{self.login}/streams/pulse", each, qos=1, retain=retain)
            for each in payloads
        ]
        for each in sent:
            each.wait_for_publish(PATIENCE)
