"""What can an operator count? Outcomes by kind: never an id, a person or a path."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from marketplace.mpc_node.channel import Traffic
from marketplace.mpc_node.pace import Paces

ACCEPTED = "accepted"
_BUCKETS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


class Meter:
    """The node's own counters, published with those of the requests at ``GET /metrics``."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self.paces = Paces()
        self._contributions = self._counter("mpc_contributions", "Contributions checked", "outcome")
        self._manifests = self._counter("mpc_manifests_refused", "Jobs refused outright", "reason")
        self._attempts = self._counter("mpc_attempts", "Attempts ended", "outcome")
        self._refusals = self._counter("mpc_admission_refusals", "People left out of a job", "reason")
        self._calls = self._counter("mpc_peer_calls", "Connections that peers opened", "outcome")
        self._bytes = self._counter("mpc_peer_bytes", "Bytes to and from peers while computing", "direction")
        self._frames = Counter("mpc_frames_refused", "Frames of peers not taken", registry=self.registry)
        self._rounds = Counter("mpc_rounds", "Rounds of computing", registry=self.registry)
        self._seconds = Histogram(
            "mpc_compute_seconds", "Time an attempt computed", registry=self.registry, buckets=_BUCKETS
        )
        self._awaited = Gauge("mpc_withdrawals_awaited", "To be shown in the log", registry=self.registry)
        self._overdue = Gauge("mpc_withdrawals_overdue", "Not shown in time", registry=self.registry)

    def contribution(self, outcome: str) -> None:
        """Count a contribution that came in or was refused."""
        self._contributions.labels(outcome).inc()

    def manifest_refused(self, reason: str) -> None:
        """Count a job that this node did not take part in."""
        self._manifests.labels(reason).inc()

    def attempt(self, outcome: str) -> None:
        """Count an attempt that was done, or failed for a reason."""
        self._attempts.labels(outcome).inc()

    def refusals(self, reason: str, people: int) -> None:
        """Count people whom this node left out of a job for one reason."""
        self._refusals.labels(reason).inc(people)

    def peer_call(self, outcome: str) -> None:
        """Count a connection that a peer opened, or tried to."""
        self._calls.labels(outcome).inc()

    def frame_refused(self) -> None:
        """Count a frame that was not the one due, or none."""
        self._frames.inc()

    def watch_withdrawals(self, counts: Callable[[], tuple[int, int]]) -> None:
        """Show how many withdrawals are to be shown in the log, and how many of them are overdue."""
        self._awaited.set_function(lambda: counts()[0])
        self._overdue.set_function(lambda: counts()[1])

    def traffic(self, traffic: Traffic, seconds: float) -> None:
        """Count what one attempt's computation took: rounds, bytes in both directions, and time."""
        self._rounds.inc(traffic.rounds)
        self._bytes.labels("sent").inc(traffic.sent_bytes)
        self._bytes.labels("received").inc(traffic.received_bytes)
        self._seconds.observe(seconds)

    def _counter(self, name: str, told: str, label: str) -> Counter:
        return Counter(name, told, (label,), registry=self.registry)
