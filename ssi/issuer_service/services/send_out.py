"""Send what is due: events to webhooks, letters to people. Nothing is sent while the database is held.

Before anything is sent it is claimed for a while, so that no other worker sends it as well. It may still
arrive twice, if this process is killed between sending and writing it down and the claim runs out. Receivers
of events tell by the id, and a person who gets a letter twice gets the same link.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from ssi.issuer_service.domain.delivery import DeliveryState, next_attempt
from ssi.issuer_service.domain.entry import Offer
from ssi.issuer_service.domain.event import Delivery, signed_headers
from ssi.issuer_service.domain.letter import Message, write_letter
from ssi.issuer_service.errors import NotDeliveredError
from ssi.issuer_service.services.hand_over import HandOver
from ssi.issuer_service.services.office_ports import Letter
from ssi.issuer_service.services.ports import Books

AT_ONCE = 10
CLAIM = timedelta(minutes=10)
"""Longer than ten events take at worst; ten letters could take longer only where the mail server answers
every command at the last moment."""


class Poster(Protocol):
    """Posts a signed event."""

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of a 2xx answer. Raises NotDeliveredError: anything else, or the target is refused."""
        ...


class Mailer(Protocol):
    """Sends a letter."""

    def __call__(self, message: Message) -> None:
        """Return once somebody took it on. Raises NotDeliveredError: nobody did."""
        ...


class SendEvents:
    """Sends events, each attempt signed afresh."""

    def __init__(self, books: Books, post: Poster) -> None:
        self._books = books
        self._post = post

    def __call__(self, *, now: datetime) -> int:
        """Try what is due, one attempt each; returns how many were tried."""
        with self._books.reading() as register:
            if not register.outbox.due(now, 1):  # the writer's place is not taken for nothing
                return 0
        with self._books.writing() as register:
            claimed = register.outbox.claim(now, AT_ONCE, until=now + CLAIM)
            receivers = {each.webhook.webhook_id for each in claimed}
            secrets = {webhook_id: register.outbox.secret(webhook_id) for webhook_id in receivers}
        tried = [(each, self._try(each, secrets[each.webhook.webhook_id], now)) for each in claimed]
        with self._books.writing() as register:
            for before, after in tried:
                register.outbox.settle(before, after)
        return len(tried)

    def _try(self, delivery: Delivery, secret: bytes, now: datetime) -> Delivery:
        attempts = delivery.attempts + 1
        headers = {"content-type": "application/json", **signed_headers(delivery.event, secret, at=now)}
        try:
            status = self._post(delivery.webhook.url, delivery.event.body, headers)
        except NotDeliveredError as error:
            later = next_attempt(attempts, now)
            state = DeliveryState.FAILED if later is None else DeliveryState.WAITING
            return replace(
                delivery, state=state, attempts=attempts, next_at=later or now, answer=str(error)[:200]
            )
        return replace(
            delivery,
            state=DeliveryState.DELIVERED,
            attempts=attempts,
            next_at=now,
            answer=f"answered {status}",
        )


class SendLetters:
    """Sends links by e-mail; codes never travel with them."""

    def __init__(self, books: Books, hand_over: HandOver, mail: Mailer, *, issuer_name: str) -> None:
        self._books = books
        self._hand_over = hand_over
        self._mail = mail
        self._issuer_name = issuer_name

    def __call__(self, *, now: datetime) -> int:
        """Try what is due, one attempt each; returns how many were tried."""
        with self._books.reading() as register:
            if not register.letters.due(now, 1):  # the writer's place is not taken for nothing
                return 0
        with self._books.writing() as register:
            claimed = register.letters.claim(now, AT_ONCE, until=now + CLAIM)
            offers = register.offers.of([letter.credential_id for letter in claimed])
        tried = [(letter, self._sent(letter, offers.get(letter.credential_id), now)) for letter in claimed]
        with self._books.writing() as register:
            for before, after in tried:
                register.letters.settle(before, after)
        return len(tried)

    def _sent(self, letter: Letter, offer: Offer | None, now: datetime) -> Letter:
        if offer is None or not offer.takes_code_at(now) or letter.address is None:
            answer = "nothing waits to be collected any more"
            return replace(letter, state=DeliveryState.FAILED, address=None, answer=answer)
        message = write_letter(
            letter.address, self._hand_over(offer), issuer_name=self._issuer_name, letter_id=letter.letter_id
        )
        return self._try(letter, message, now)

    def _try(self, letter: Letter, message: Message, now: datetime) -> Letter:
        attempts = letter.attempts + 1
        try:
            self._mail(message)
        except NotDeliveredError as error:
            later = next_attempt(attempts, now)
            state = DeliveryState.FAILED if later is None else DeliveryState.WAITING
            return replace(
                letter, state=state, attempts=attempts, next_at=later or now, answer=str(error)[:200]
            )
        return replace(letter, state=DeliveryState.DELIVERED, attempts=attempts, next_at=now, address=None)
