"""What can an operator count? Outcomes by kind: never an id, a person or a path."""

from prometheus_client import CollectorRegistry, Counter

ACCEPTED = "accepted"


class Meter:
    """The node's own counters, published with those of the requests at ``GET /metrics``."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._contributions = self._counter("mpc_contributions", "Contributions checked", "outcome")
        self._manifests = self._counter("mpc_manifests_refused", "Jobs refused outright", "reason")
        self._attempts = self._counter("mpc_attempts", "Attempts ended", "outcome")
        self._refusals = self._counter("mpc_admission_refusals", "People left out of a job", "reason")

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

    def _counter(self, name: str, told: str, label: str) -> Counter:
        return Counter(name, told, (label,), registry=self.registry)
