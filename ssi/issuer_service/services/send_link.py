"""Put a person's link into a letter to her; the worker sends it."""

from datetime import datetime

from crypto.randomness import RandomBytes
from ssi.issuer_service.domain.delivery import DeliveryState
from ssi.issuer_service.domain.entry import State
from ssi.issuer_service.domain.mail_address import read_mail_address
from ssi.issuer_service.errors import StatusConflictError
from ssi.issuer_service.services.office_ports import Letter
from ssi.issuer_service.services.ports import Books

_ID_BYTES = 16


class SendLink:
    """Queues letters. `can_send` tells whether this office has a way to send any."""

    def __init__(self, books: Books, random: RandomBytes, *, can_send: bool) -> None:
        self._books = books
        self._random = random
        self.can_send = can_send

    def __call__(self, credential_id: str, address: str, *, now: datetime) -> Letter:
        """Queue a letter with the link of a record that waits.

        Raises:
            MalformedError: the address is none.
            UnknownEntryError: there is no such entry.
            StatusConflictError: it has no link that works, or this office cannot send letters.
        """
        letter = Letter(
            letter_id=self._random(_ID_BYTES).hex(),
            credential_id=credential_id,
            address=read_mail_address(address),
            state=DeliveryState.WAITING,
            attempts=0,
            next_at=now,
            created_at=now,
        )
        if not self.can_send:
            raise StatusConflictError("this office has no mail server: set mail_url in its settings")
        with self._books.writing() as register:
            entry = register.entries.get(credential_id)
            offer = register.offers.of([credential_id]).get(credential_id)
            if entry.state is not State.WAITING or offer is None or not offer.takes_code_at(now):
                raise StatusConflictError(
                    f"credential {credential_id} has no link that works: make a new one"
                )
            register.letters.add([letter])
        return letter

    def sent(self, credential_id: str) -> tuple[Letter, ...]:
        """The letters about one credential, oldest first."""
        with self._books.reading() as register:
            return register.letters.of(credential_id)
