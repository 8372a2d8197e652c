"""Forget what has run out: links, tokens, tickets, challenges, attempts, and values nobody collected."""

import threading
from datetime import datetime, timedelta

from ssi.issuer_service.services.ports import Books
from ssi.issuer_service.services.sign_in import WINDOW

EVERY = timedelta(minutes=1)
KEPT = timedelta(days=30)
"""How long the rows of batches and the events for webhooks are kept."""


class TidyUp:
    """Tidies at most once a minute; safe to share between threads."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._lock = threading.Lock()
        self._last: datetime | None = None

    def when_due(self, *, now: datetime) -> int:
        """Tidy up if a minute has passed; returns how many records lapsed and lost their values."""
        with self._lock:
            if self._last is not None and now < self._last + EVERY:
                return 0
            self._last = now
        return self(now=now)

    def __call__(self, *, now: datetime) -> int:
        """Tidy up now."""
        with self._books.writing() as register:
            register.access.tidy(now - WINDOW)
            register.tickets.tidy(now)
            register.batches.tidy(now - KEPT)
            register.outbox.tidy(now - KEPT)
            return register.offers.tidy(now)
