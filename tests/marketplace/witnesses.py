"""The nodes as witnesses of the log, in memory: the real use case over a store that forgets when told to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from marketplace.mpc_node.errors import (
    GrowthRefusedError,
    OtherSizeError,
    UnknownLogError,
    UnsignedCheckpointError,
)
from marketplace.mpc_node.storage.witnessed import WitnessedLog
from marketplace.mpc_node.witness import WitnessCheckpoint
from ssi.http.errors import RefusedByPeerError
from tests.marketplace.mpc_node.parties import node_keys, registry

STATUSES = {UnknownLogError: 404, UnsignedCheckpointError: 403, GrowthRefusedError: 422}


@dataclass
class MemoryWitnessStore:
    known: dict[str, WitnessedLog] = field(default_factory=dict)

    def last(self, origin: str) -> WitnessedLog | None:
        return self.known.get(origin)

    def advance(self, origin: str, following: Callable[[WitnessedLog | None], WitnessedLog]) -> None:
        self.known[origin] = following(self.known.get(origin))


@dataclass
class Witness:
    """One node that answers as it would over HTTP."""

    name: str
    clock: Callable[[], datetime]
    store: MemoryWitnessStore = field(default_factory=MemoryWitnessStore)

    def __call__(self, request: bytes) -> str:
        cosign = WitnessCheckpoint(
            self.store,  # type: ignore[arg-type]  # the same two methods
            registry,
            node_id=self.name,
            key=node_keys(self.name).signing,
            clock=self.clock,
        )
        try:
            return cosign(request)
        except OtherSizeError as error:
            raise RefusedByPeerError(self.name, 409, None, body=f"{error.size}\n".encode()) from error
        except tuple(STATUSES) as error:
            raise RefusedByPeerError(self.name, STATUSES[type(error)], None) from error
