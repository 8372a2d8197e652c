"""The process that listens to a broker for an installation: what it counts, and what its operator sees.

A refusal is counted by its reason, and logged once for each address and reason, so that a device that goes
wrong can be found and does not fill the log.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from flask import Flask
from prometheus_client import CollectorRegistry, Counter, Gauge

from ssi.hosting import metrics
from ssi.hosting.health import health
from ssi.hosting.logs import log
from wallet.services.take_readings import Outcome, TakeReadings

_LOGGER = logging.getLogger(__name__)
_MOST_TOLD: Final = 1_000


class NotListeningError(Exception):
    """The broker cannot be reached, or does not let the collector listen."""


@dataclass
class Counted:
    """Takes readings, and counts what became of them."""

    take: TakeReadings
    registry: CollectorRegistry
    _told: set[tuple[str, Outcome]] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        self._messages = Counter(
            "wallet_live_messages",
            "Messages of devices by what became of them",
            ("outcome",),
            registry=self.registry,
        )
        for outcome in Outcome:
            self._messages.labels(outcome.value)

    def __call__(self, address_id: str, stream: str, raw: bytes) -> Outcome:
        """Take one message; as `TakeReadings`."""
        outcome = self.take(address_id, stream, raw)
        self._messages.labels(outcome.value).inc()
        told = (address_id, outcome)
        if outcome is not Outcome.SEALED and told not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(told)
            log(_LOGGER, "a message was refused", address=address_id, reason=outcome.value)
        return outcome


def create_listening_app(
    check_database: Callable[[], object], is_listening: Callable[[], bool], registry: CollectorRegistry
) -> Flask:
    """`/health` and `/metrics` of a collector."""
    app = Flask(__name__)

    def check_broker() -> None:
        if not is_listening():
            raise NotListeningError("the collector does not listen")

    listening = Gauge("wallet_live_listening", "Whether the collector listens", registry=registry)
    listening.set_function(lambda: float(is_listening()))
    app.register_blueprint(health("wallet collector", {"database": check_database, "broker": check_broker}))
    metrics.install(app, registry)
    return app
