"""The use cases about streams of measured values, over one store."""

from dataclasses import dataclass

from wallet.domain.alert import Alert
from wallet.domain.clock import Clock
from wallet.services.keep_streams import KeepStreams
from wallet.services.ports import Store
from wallet.services.read_streams import ReadStreams
from wallet.services.stream_ports import StreamStore
from wallet.services.watch_streams import WatchStreams


@dataclass(frozen=True)
class Streams:
    """Readings come in, are looked at, and are watched."""

    keep: KeepStreams
    read: ReadStreams
    watch: WatchStreams


def assemble_streams(streams: StreamStore, alerts: Store[Alert], clock: Clock) -> Streams:
    """Make the use cases over ready stores."""
    watch = WatchStreams(streams, alerts, clock)
    return Streams(KeepStreams(streams, watch, clock), ReadStreams(streams, watch), watch)
