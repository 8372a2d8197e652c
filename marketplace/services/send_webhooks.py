"""The worker's duty for webhooks: it sends each event until it arrived, in the order of their numbers.

A delivery is leased before it is tried, and its outcome counts only while the lease is the same: so two
workers, or one that comes back after it died, never skip an event, and what its buyer changed stays.
An event may arrive twice, under the same id, where a worker died between sending and writing that down.
Events that are forgotten before they could be sent are passed over; their numbers show it.
"""

import logging
from dataclasses import dataclass
from typing import Final

from crypto.errors import CryptoError
from marketplace.domain.event import Event, EventKind
from marketplace.domain.webhook import Delivery, Webhook, message_id, signature
from marketplace.errors import MarketplaceError
from marketplace.services.desk import Desk
from marketplace.services.keep_webhooks import WebhookSide, place_of
from marketplace.services.tell_events import tell
from ssi.clock import seconds_of
from ssi.hosting.logs import log
from ssi.http.errors import PeerError

_LOGGER = logging.getLogger(__name__)
_BROKEN: Final = "the event could not be sent to this address"
_MOST_FAILURE: Final = 200


@dataclass(frozen=True)
class SendWebhooks:
    """Sends the event that is due for longest; calling it again sends the next one."""

    desk: Desk
    side: WebhookSide

    def __call__(self) -> bool:
        """Whether one was due."""
        with self.desk.store.reading() as books:
            if books.events.next_webhook(self.desk.now()) is None:
                return False
        begun = self._begin()
        if begun is not None:
            webhook, event = begun
            self._end(webhook, event, self._failure(webhook, event))
        return True

    def _begin(self) -> tuple[Webhook, Event] | None:
        """Lease the delivery that is due; None where none is, or its events are forgotten."""
        now = self.desk.now()
        with self.desk.store.writing() as books:
            found = books.events.next_webhook(now)
            if found is None:
                return None
            events = books.events.after(found.account_id, found.sent_until, limit=1)
            if not events:
                books.events.save_webhook(found.arrived(books.events.last_number(found.account_id), now))
                return None
            leased = found.leased(self.desk.new_id(), now)
            books.events.save_webhook(leased)
            return leased, events[0]

    def _failure(self, webhook: Webhook, event: Event) -> str | None:
        """Send it; why it did not arrive, in words that name neither the address nor what was answered."""
        now, body = self.desk.now(), event.to_bytes()
        named, seconds = message_id(webhook.webhook_id, event.number), seconds_of(now)
        try:
            sealed, place = webhook.sealed_secrets(now), place_of(webhook.webhook_id)
            secrets = [self.side.vault.open(each, place) for each in sealed]
            headers = {
                "Content-Type": "application/json",
                "webhook-id": named,
                "webhook-timestamp": str(seconds),
                "webhook-signature": signature(secrets, named, seconds, body),
            }
            self.side.calls.deliver(webhook.url, body, headers)
        except (PeerError, MarketplaceError, CryptoError) as error:
            return str(error)[:_MOST_FAILURE]
        except Exception as error:  # noqa: BLE001 — what breaks one delivery must not stop the others
            # The kind only: what it says may hold the address, and with it a secret of the buyer's.
            log(_LOGGER, "an event cannot be sent", webhook=webhook.webhook_id, error=type(error).__name__)
            return _BROKEN
        return None

    def _end(self, leased: Webhook, event: Event, failure: str | None) -> None:
        now = self.desk.now()
        with self.desk.store.writing() as books:
            current = books.events.webhook(leased.webhook_id)
            if current is None or current.lease != leased.lease:
                return  # its buyer changed it meanwhile, or another worker has it
            attempt = current.attempts + 1
            after = current.arrived(event.number, now) if failure is None else current.failed(failure, now)
            books.events.save_webhook(after)
            books.events.add_delivery(Delivery(current.webhook_id, event.number, now, attempt, failure))
            if not after.is_active:
                about = {"webhook_id": current.webhook_id}
                tell(books, current.account_id, now, EventKind.WEBHOOK_STOPPED, **about)
