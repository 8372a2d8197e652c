"""What can the dealer's operator count? Deals by outcome and triples: never a job, a node or a packet."""

from collections.abc import Sized

from prometheus_client import CollectorRegistry, Counter, Gauge

DEALT = "dealt"


class Meter:
    """The dealer's own numbers, published with those of the requests at ``GET /metrics``."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._asked = Counter(
            "mpc_deals_asked", "Packets that nodes asked for", ("outcome",), registry=self.registry
        )
        self._triples = Counter("mpc_triples_dealt", "Triples in packets given out", registry=self.registry)
        self._open = Gauge("mpc_deals_open", "Deals that are remembered", registry=self.registry)

    def watch(self, book: Sized) -> None:
        """Publish how many deals a book remembers, whenever somebody looks."""
        self._open.set_function(lambda: len(book))

    def dealt(self, count: int) -> None:
        """Count a packet that was given out, of so many triples."""
        self._asked.labels(DEALT).inc()
        self._triples.inc(count)

    def refused(self, outcome: str) -> None:
        """Count a packet that was not given out, by the kind of error."""
        self._asked.labels(outcome).inc()
