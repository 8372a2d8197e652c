"""A person sets limits for her streams, and is told what lies beyond them."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from crypto.randomness import RandomBytes, random_bytes
from wallet.domain.alert import OVER, Alert, Side, periods_between
from wallet.domain.bucket import bucketed, to_open
from wallet.domain.clock import Clock
from wallet.domain.period import Period, Span
from wallet.domain.quantity import Kind
from wallet.domain.session import Session
from wallet.domain.stream import Stream
from wallet.errors import ChoiceError, ConflictError, NotInWalletError
from wallet.services.ports import Store
from wallet.services.stream_ports import StreamStore

MOST_ALERTS: Final = 10
_ROW_BYTES: Final = 16


@dataclass(frozen=True)
class WatchStreams:
    """Judges what comes in, and what is over, by the limits that were set."""

    streams: StreamStore
    alerts: Store[Alert]
    clock: Clock
    random: RandomBytes = random_bytes

    def __call__(self, session: Session) -> None:
        """Judge what was over since the last look, in every stream that has a limit."""
        streams = {stream.row_id: stream for stream in self.streams.all(session)}
        now = self.clock()
        for alert in self.alerts.all(session):
            stream = streams.get(alert.stream_id)
            if stream is not None and stream.last is not None:
                periods = periods_between(alert.over, alert.looked_at, min(stream.last, now))
                self._judge(session, alert, stream, periods, at=now)

    def after(self, session: Session, stream: Stream, first: datetime, last: datetime) -> None:
        """Judge again what readings between two moments may have changed."""
        for alert in self.of(session, stream.row_id):
            self._judge(session, alert, stream, periods_between(alert.over, first, last))

    def of(self, session: Session, stream_id: str) -> tuple[Alert, ...]:
        """The alerts of a stream, always in the same order."""
        found = [alert for alert in self.alerts.all(session) if alert.stream_id == stream_id]
        return tuple(sorted(found, key=lambda alert: (alert.over, alert.side, alert.limit, alert.row_id)))

    def unseen(self, session: Session) -> tuple[Alert, ...]:
        """The alerts with something that the person was not told yet."""
        return tuple(alert for alert in self.alerts.all(session) if alert.unseen)

    def set(self, session: Session, stream_id: str, side: Side, limit: Decimal, over: Span) -> Alert:
        """Set a limit. What lay beyond it before is found as well, and is no news.

        Raises:
            NotInWalletError: this wallet has no such stream.
            ChoiceError: a limit of this kind cannot be set, or there are 10 already.
        """
        stream = self.streams.get(session, stream_id)
        if over not in OVER or stream.quantity.kind is Kind.CATEGORY:
            raise ChoiceError("Choose a limit for a day or for a month.", "over")
        if len(self.of(session, stream_id)) >= MOST_ALERTS:
            raise ChoiceError(f"A stream has at most {MOST_ALERTS} limits. Remove one first.", "limit")
        name = str(uuid.UUID(bytes=self.random(_ROW_BYTES), version=4))
        alert = Alert(name, stream_id, stream.quantity_name, side, limit, over, self.clock())
        if stream.last is None or stream.first is None:
            return self.alerts.save(session, alert)
        periods = periods_between(over, stream.first, min(stream.last, self.clock()))
        return self.alerts.save(session, self._judged(session, alert, stream, periods, news=False))

    def acknowledge(self, session: Session, stream_id: str) -> None:
        """Everything about a stream was seen."""
        for alert in self.of(session, stream_id):
            if alert.unseen:
                self._save(session, alert, Alert.acknowledged)

    def remove(self, session: Session, alert_id: str) -> None:
        """Forget a limit."""
        self.alerts.remove(session, alert_id)

    def _judge(
        self,
        session: Session,
        alert: Alert,
        stream: Stream,
        periods: list[Period],
        at: datetime | None = None,
    ) -> None:
        def change(found: Alert) -> Alert:
            judged = self._judged(session, found, stream, periods, news=True)
            return judged if at is None else replace(judged, looked_at=at)

        self._save(session, alert, change)

    def _judged(
        self, session: Session, alert: Alert, stream: Stream, periods: list[Period], *, news: bool
    ) -> Alert:
        found, opened = self.streams.opened(session, stream.row_id, lambda found: to_open(found, periods))
        buckets = bucketed(found, opened, periods)
        return alert.judged(buckets, stream.quantity.kind, now=self.clock(), news=news)

    def _save(self, session: Session, alert: Alert, change: Callable[[Alert], Alert]) -> None:
        """Save a change, on top of what another window made of the alert in the meantime."""
        changed = change(alert)
        while changed != alert:
            try:
                self.alerts.save(session, changed)
            except ConflictError:
                try:
                    alert = self.alerts.get(session, alert.row_id)
                except NotInWalletError:
                    return
                changed = change(alert)
            else:
                return
