"""A buyer has her events sent to an address, sees what arrived, sends some again, and ends it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from crypto.sealing import Vault
from marketplace.domain.event import Event, EventKind
from marketplace.domain.member_act import Did
from marketplace.domain.saved import require_uuid
from marketplace.domain.webhook import (
    MOST_ENDED,
    MOST_WEBHOOKS,
    SECRET_BYTES,
    TEST_PAUSE,
    Webhook,
    WebhookView,
    secret_text,
)
from marketplace.errors import RefusedError, TooManyAttemptsError, UnknownWebhookError, WebhookConflictError
from marketplace.services.desk import Desk
from marketplace.services.event_ports import WebhookCalls
from marketplace.services.member_acts import Who, note
from marketplace.services.ports import Books
from marketplace.services.tell_events import tell


@dataclass(frozen=True)
class WebhookSide:
    """How buyers' servers are called, and what seals the secrets that sign."""

    calls: WebhookCalls
    vault: Vault = field(repr=False)


@dataclass(frozen=True)
class KeepWebhooks:
    """Keeps an account's webhooks; a request again changes nothing. Without a `side` there are none."""

    desk: Desk
    side: WebhookSide | None = None

    def make(self, who: Who, webhook_id: str, url: str) -> tuple[Webhook, str | None]:
        """Have what happens from now on sent to an address; the secret is told this one time.

        Raises:
            MalformedError: the id is not a UUID.
            RefusedError: the address is not one that may be called, there are too many, or this market calls
                nobody.
            WebhookConflictError: this id was used for another address.
        """
        account_id, by = who
        require_uuid(webhook_id, "webhook_id")
        side = self._side()
        side.calls.allow(url)
        now = self.desk.now()
        secret = self.desk.random(SECRET_BYTES)
        with self.desk.store.writing() as books:
            known = books.events.webhook(webhook_id)
            if known is not None:
                if (known.account_id, known.url) != (account_id, url):
                    raise WebhookConflictError("another address was registered under this id; make a new one")
                return known, None
            _make_room(books, account_id)
            sealed = self._sealed(webhook_id, secret)
            made = Webhook(webhook_id, account_id, by, url, now, now, sealed)
            made = replace(made, sent_until=books.events.last_number(account_id))
            books.events.add_webhook(made)
            note(books, now, who, Did.MADE_WEBHOOK, about=webhook_id)
        return made, secret_text(secret)

    def all(self, account_id: str) -> Sequence[WebhookView]:
        """An account's webhooks, made last first, without their deliveries."""
        with self.desk.store.reading() as books:
            last = books.events.last_number(account_id)
            return [
                WebhookView(each, waiting=_waiting(each, last))
                for each in books.events.webhooks_of(account_id)
            ]

    def get(self, account_id: str, webhook_id: str) -> WebhookView:
        """One webhook with its latest deliveries.

        Raises:
            UnknownWebhookError: this account has no such webhook.
        """
        with self.desk.store.reading() as books:
            found = _webhook(books, account_id, webhook_id)
            waiting = _waiting(found, books.events.last_number(account_id))
            return WebhookView(found, books.events.deliveries_of(webhook_id), waiting)

    def test(self, who: Who, webhook_id: str) -> Event:
        """Write an event that says nothing, to see whether it arrives; all that follow the account get it.

        Raises:
            UnknownWebhookError: as above.
            WebhookConflictError: it sends nothing now.
            TooManyAttemptsError: the last test was a moment ago.
        """
        account_id, _ = who
        with self.desk.store.writing() as books:
            found, now = _webhook(books, account_id, webhook_id), self.desk.now()
            if not found.is_active:
                raise WebhookConflictError("it sends nothing now: let it go on first")
            if found.tested_at is not None and now < found.tested_at + TEST_PAUSE:
                raise TooManyAttemptsError("wait half a minute between two tests")
            books.events.save_webhook(replace(found, tested_at=now))
            return tell(books, account_id, now, EventKind.WEBHOOK_TEST, webhook_id=webhook_id)

    def rotate(self, who: Who, webhook_id: str) -> tuple[Webhook, str]:
        """Make a new secret, told this one time; the one before still signs along for `OVERLAP`.

        Raises:
            UnknownWebhookError: as above.
            WebhookConflictError: it is ended.
            RefusedError: this market calls nobody.
        """
        secret, now = self.desk.random(SECRET_BYTES), self.desk.now()
        sealed = self._sealed(webhook_id, secret)
        with self.desk.store.writing() as books:
            renewed = _open(books, who[0], webhook_id).renewed(sealed, now)
            _keep(books, renewed, who, now)
        return renewed, secret_text(secret)

    def go_on(self, who: Who, webhook_id: str, *, after: int | None = None) -> Webhook:
        """Send from now on, also where it stopped; with `after` once more from the event behind that number.

        Raises:
            UnknownWebhookError: as above.
            WebhookConflictError: it is ended.
            RefusedError: the account has no event with this number yet.
        """
        account_id, _ = who
        with self.desk.store.writing() as books:
            found, now = _open(books, account_id, webhook_id), self.desk.now()
            last = books.events.last_number(account_id)
            if after is not None and not 0 <= after <= last:
                raise RefusedError(f"there is no event {after} yet; the last one has the number {last}")
            changed = found.going_on(now, sent_until=after)
            _keep(books, changed, who, now)
        return changed

    def end(self, who: Who, webhook_id: str) -> Webhook:
        """Send nothing there any more; ending it again changes nothing.

        Raises:
            UnknownWebhookError: as above.
        """
        with self.desk.store.writing() as books:
            found, now = _webhook(books, who[0], webhook_id), self.desk.now()
            if not found.is_open:
                return found
            books.events.save_webhook(found.ended())
            note(books, now, who, Did.ENDED_WEBHOOK, about=webhook_id)
        return found.ended()

    def _side(self) -> WebhookSide:
        if self.side is None:
            raise RefusedError("this market calls nobody; read the events instead")
        return self.side

    def _sealed(self, webhook_id: str, secret: bytes) -> bytes:
        return self._side().vault.seal(secret, place_of(webhook_id), self.desk.random)


def place_of(webhook_id: str) -> str:
    """To which place a webhook's secrets are sealed."""
    return f"webhooks|{webhook_id}|secret"


def _webhook(books: Books, account_id: str, webhook_id: str) -> Webhook:
    found = books.events.webhook(webhook_id)
    if found is None or found.account_id != account_id:
        raise UnknownWebhookError("there is no such webhook")
    return found


def _open(books: Books, account_id: str, webhook_id: str) -> Webhook:
    found = _webhook(books, account_id, webhook_id)
    if not found.is_open:
        raise WebhookConflictError("it is ended; register the address anew")
    return found


def _keep(books: Books, changed: Webhook, who: Who, now: datetime) -> None:
    books.events.save_webhook(changed)
    note(books, now, who, Did.CHANGED_WEBHOOK, about=changed.webhook_id)


def _make_room(books: Books, account_id: str) -> None:
    known = books.events.webhooks_of(account_id)
    if sum(each.is_open for each in known) >= MOST_WEBHOOKS:
        raise RefusedError(f"{MOST_WEBHOOKS} webhooks are registered; end one first")
    ended = [each for each in known if not each.is_open]
    for each in ended[MOST_ENDED - 1 :]:
        books.events.forget_webhook(each.webhook_id)


def _waiting(webhook: Webhook, last: int) -> int:
    return last - webhook.sent_until if webhook.is_open else 0
