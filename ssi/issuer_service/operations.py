"""What an operator is told while the office runs: events in the log and numbers in the metrics.

Ids of credentials, counts, words of the protocol and reasons of refusals are told; external ids, values,
links, codes and reasons that people typed are not.
"""

import logging
from collections import Counter as Tally
from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter

from ssi.hosting.logs import log
from ssi.issuer_service.domain.entry import Entry
from ssi.issuer_service.errors import IssuerError, ProtocolRefusalError
from ssi.issuer_service.services.register_records import Registered

_LOGGER = logging.getLogger(__name__)


class Operations:
    """Counts and logs; safe to share between threads."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._records = Counter("issuer_records", "Records handed in", ("change",), registry=registry)
        self._issued = Counter(
            "issuer_credentials", "Credentials collected by wallets", ("configuration",), registry=registry
        )
        self._refused = Counter(
            "issuer_refusals", "Requests of wallets that were refused", ("error",), registry=registry
        )
        self._noticed = Counter(
            "issuer_notifications", "What wallets told of deliveries", ("event",), registry=registry
        )
        self._changes = Counter("issuer_status_changes", "Standings changed", ("status",), registry=registry)
        self._sign_ins = Counter("issuer_sign_in_refusals", "Sign-ins refused", ("kind",), registry=registry)

    def registered(self, answers: Sequence[Registered | Exception], *, by: str) -> None:
        """Records were handed in."""
        tally = Tally(
            answer.change.value if isinstance(answer, Registered) else "refused" for answer in answers
        )
        for change, count in tally.items():
            self._records.labels(change).inc(count)
        log(_LOGGER, "records handed in", by=by, **tally)

    def issued(self, configuration: str) -> None:
        """A wallet collected a credential; which one is not told, so that nobody can follow a person."""
        self._issued.labels(configuration).inc()
        log(_LOGGER, "credential collected", configuration=configuration)

    def noticed(self, event: str) -> None:
        """A wallet told what became of a delivery; whose it was is not told."""
        self._noticed.labels(event).inc()
        log(_LOGGER, "wallet told", event_told=event)

    def refused(self, refusal: ProtocolRefusalError, *, endpoint: str) -> None:
        """A wallet was refused; what is told is what the wallet was told."""
        self._refused.labels(refusal.code.value).inc()
        log(
            _LOGGER,
            "wallet refused",
            endpoint=endpoint,
            code=refusal.code.value,
            why=refusal.description,
        )

    def status_changed(self, entry: Entry, *, by: str) -> None:
        """A standing was asked for and holds now."""
        self._changes.labels(entry.standing.value).inc()
        log(_LOGGER, "status set", credential_id=entry.credential_id, status=entry.standing.value, by=by)

    def sign_in_refused(self, error: IssuerError) -> None:
        """Somebody could not sign in."""
        kind = type(error).__name__
        self._sign_ins.labels(kind).inc()
        log(_LOGGER, "sign-in refused", level=logging.WARNING, kind=kind)
