"""Nodes with real certificates and real ports: what a caller with TLS meets."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from marketplace.mpc_node.listener import Gate, Listener
from marketplace.mpc_node.reception import Reception
from marketplace.mpc_node.ways import TlsWays
from ssi.hosting.tls import CertificateFiles, make_certificate
from ssi.trust import TrustRegistry
from ssi.trust_parts import Validity, assemble_registry, node_part
from tests.marketplace.mpc_node.parties import NAMES, ed25519, node_keys, parts


@dataclass
class TlsTown:
    """Three nodes' ports, their certificates, and the registry that everybody reads."""

    folder: Path
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    certificates: dict[str, CertificateFiles] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    receptions: dict[str, Reception] = field(default_factory=dict)
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    listeners: list[Listener] = field(default_factory=list)
    listed: tuple[str, ...] = NAMES
    hello_seconds: float = 60.0

    def certificate(self, name: str) -> CertificateFiles:
        """The certificate of a node or of a stranger."""
        if name not in self.certificates:
            home = self.folder / name
            home.mkdir()
            self.certificates[name] = make_certificate(home, name, now=self.now)
        return self.certificates[name]

    def registry(self) -> TrustRegistry:
        """The registry as it stands."""
        made = [part for part in parts(nodes=()) if "node" not in part]
        made += [self._part(name) for name in self.listed]
        named = [(f"part {index}", json.dumps(part).encode()) for index, part in enumerate(made)]
        validity = Validity(self.now - timedelta(hours=1), self.now + timedelta(days=1))
        return assemble_registry(named, authority=ed25519("authority").public, validity=validity)

    def ways(self, name: str) -> TlsWays:
        """How a node, or a stranger, gets through to the others."""
        gate = Gate(self.certificate(name), self.registry, lambda: self.now)
        return TlsWays(gate, self.receptions.get(name, Reception()))

    def open(self, name: str) -> None:
        """Open a node's port."""
        counts = self.counts[name] = Counter()
        reception = self.receptions[name] = Reception(
            lambda kind: counts.update([kind]), hello_seconds=self.hello_seconds
        )
        gate = Gate(self.certificate(name), self.registry, lambda: self.now)
        listener = Listener(gate, reception, lambda kind: counts.update([kind]))
        self.ports[name] = listener.start("127.0.0.1", 0)
        self.listeners.append(listener)

    def _part(self, name: str) -> dict[str, object]:
        keys = node_keys(name)
        return dict(
            node_part(
                name,
                f"Operator of {name}",
                url=f"https://{name}.example:7000",
                keys=(keys.signing.public, keys.sealing.public),
                tls_certificate=self.certificate(name).pem,
                peer_address=f"127.0.0.1:{self.ports[name]}",
            )
        )


@contextmanager
def tls_town(folder: Path, *, hello_seconds: float = 60.0) -> Iterator[TlsTown]:
    """Three nodes whose ports are open; a caller who says no hello for so long is cut off.

    Handshakes have a minute: five seconds pass in the middle of one where this machine is busy.
    """
    town = TlsTown(folder, hello_seconds=hello_seconds)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("marketplace.mpc_node.listener.HANDSHAKE_SECONDS", 60.0)
        patched.setattr("marketplace.mpc_node.ways.CONNECT_SECONDS", 60.0)
        try:
            for name in NAMES:
                town.open(name)
            yield town
        finally:
            for listener in town.listeners:
                listener.close()
