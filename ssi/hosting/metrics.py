"""Count and time requests for the operator's monitoring (Prometheus text format), at ``GET /metrics``.

Labels are the endpoint's name, the method and the status: never a path, an id or a person.
"""

import time

from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

_STARTED = "argonauta_started"
_NOTE = "argonauta.metrics"
_BUCKETS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0)


def install(app: Flask, registry: CollectorRegistry | None = None) -> CollectorRegistry:
    """Measure an app and publish the registry, to which the app may add its own numbers.

    Each app has a registry of its own, so that several can live in one process.
    """
    registry = registry or CollectorRegistry()
    requests = Counter(
        "http_requests", "Requests answered", ("endpoint", "method", "status"), registry=registry
    )
    seconds = Histogram(
        "http_request_seconds", "Time to an answer", ("endpoint",), registry=registry, buckets=_BUCKETS
    )

    def note(endpoint: str, method: str, status: int, took: float) -> None:
        requests.labels(endpoint, method, str(status)).inc()
        seconds.labels(endpoint).observe(took)

    @app.before_request
    def start() -> None:
        g.setdefault(_STARTED, time.perf_counter())

    @app.after_request
    def count(response: Response) -> Response:
        method = request.method if request.method in _METHODS else "other"
        took = time.perf_counter() - g.get(_STARTED, time.perf_counter())
        note(request.endpoint or "none", method, response.status_code, took)
        return response

    app.extensions[_NOTE] = note
    app.add_url_rule("/metrics", "metrics", lambda: _published(registry), methods=["GET"])
    return registry


def count_outside(app: Flask, endpoint: str, method: str, status: int, took: float) -> None:
    """Count a request that was answered in the app's place, after so many seconds."""
    note = app.extensions.get(_NOTE)
    if note is not None:
        note(endpoint, method, status, took)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})


def _published(registry: CollectorRegistry) -> Response:
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
