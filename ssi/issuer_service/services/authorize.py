"""Let a person say yes to a wallet: pushed requests, the approval, and the code that comes of it.

RFC 9126 (pushed requests), RFC 6749 §4.1 (codes), OpenID4VCI 1.0 §5. A person proves that she is the one whom
an entry waits for by what the institution told her: the claim code of the offer, which came with the link
(`issuer_state`) or on paper, and the transaction code where the institution asked for one. An institution
that wants more (a sign-in of its own) gives those codes out only behind it.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from crypto.randomness import RandomBytes
from ssi.issuer_service.domain.authorization import AuthorizationRequest
from ssi.issuer_service.domain.entry import Offer
from ssi.issuer_service.domain.secrets import IssuerSecrets, fingerprint, plain_claim_code
from ssi.issuer_service.domain.ticket import Ticket, TicketKind, draw_ticket
from ssi.issuer_service.errors import ErrorCode, IssuerError, ProtocolRefusalError
from ssi.issuer_service.services.ports import Books, Register

REQUEST_URI_PREFIX = "urn:ietf:params:oauth:request_uri:"
REQUEST_LIFETIME = timedelta(minutes=10)
CODE_LIFETIME = timedelta(minutes=2)


class NotApprovedError(IssuerError):
    """What the person entered does not fit; she may try again. The message is for her."""


@dataclass(frozen=True)
class Pending:
    """A pushed request that waits for its person, and whether she is asked for the codes."""

    request: AuthorizationRequest
    asks_claim_code: bool
    asks_transaction_code: bool


class Authorize:
    """Keeps pushed requests and turns them into codes."""

    def __init__(self, books: Books, secrets: IssuerSecrets, *, issuer_url: str, random: RandomBytes) -> None:
        self._books = books
        self._secrets = secrets
        self._issuer_url = issuer_url
        self._random = random

    def push(self, asked: AuthorizationRequest, *, now: datetime) -> str:
        """Keep a request; its `request_uri`, which holds for ten minutes and one answer."""
        ticket = draw_ticket(self._random)
        with self._books.writing() as register:
            kept = Ticket(TicketKind.PUSHED_REQUEST, now + REQUEST_LIFETIME, asked.to_json())
            register.tickets.put(fingerprint(ticket), kept)
        return f"{REQUEST_URI_PREFIX}{ticket}"

    def pending(self, request_uri: str, client_id: str, *, now: datetime) -> Pending:
        """The request behind a `request_uri`, for the client that pushed it.

        Raises:
            ProtocolRefusalError: `invalid_request`: unknown, answered, too old, or another client's.
        """
        with self._books.reading() as register:
            asked = self._asked(register, request_uri, client_id, now)
            offer = self._offer(register, asked.claim_code or "", now)
        if offer is None:  # without a claim code nobody knows yet whether a transaction code is needed
            return Pending(asked, asks_claim_code=True, asks_transaction_code=True)
        return Pending(asked, asks_claim_code=False, asks_transaction_code=offer.needs_transaction_code)

    def approve(
        self, request_uri: str, client_id: str, *, claim_code: str, transaction_code: str, now: datetime
    ) -> str:
        """The address to which the person goes back, with a code for her wallet (RFC 6749 §4.1.2, RFC 9207).

        Raises:
            ProtocolRefusalError: as `pending`.
            NotApprovedError: the claim code or the transaction code does not fit; three wrong transaction
                codes lock the offer.
        """
        with self._books.writing() as register:
            # A wrong transaction code must be counted, so the refusal is raised after the commit.
            asked = self._asked(register, request_uri, client_id, now)
            # The claim code beside the request may have been replaced; then she is asked for the new one.
            offer = self._offer(register, asked.claim_code or "", now)
            offer = offer or self._offer(register, plain_claim_code(claim_code), now)
            refusal = self._refusal(register, offer, asked, transaction_code.strip())
            code = draw_ticket(self._random)
            if offer is not None and refusal is None:
                register.tickets.use(fingerprint(_ticket_of(request_uri)), now)
                kept = Ticket(TicketKind.CODE, now + CODE_LIFETIME, asked.to_json(), offer.credential_id)
                register.tickets.put(fingerprint(code), kept)
        if refusal is not None:
            raise NotApprovedError(refusal)
        return asked.answer(code=code, iss=self._issuer_url)

    def decline(self, request_uri: str, client_id: str, *, now: datetime) -> str:
        """The address to which the person goes back, with her no.

        Raises:
            ProtocolRefusalError: as `pending`.
        """
        with self._books.writing() as register:
            asked = self._asked(register, request_uri, client_id, now)
            register.tickets.use(fingerprint(_ticket_of(request_uri)), now)
        return asked.answer(error="access_denied", iss=self._issuer_url)

    def _asked(
        self, register: Register, request_uri: str, client_id: str, now: datetime
    ) -> AuthorizationRequest:
        ticket = register.tickets.get(fingerprint(_ticket_of(request_uri)), TicketKind.PUSHED_REQUEST)
        if ticket is None or not ticket.good_at(now):
            raise _refused("the request is unknown, was answered, or is too old: start again in the wallet")
        asked = AuthorizationRequest.from_json(ticket.document)
        if asked.client_id != client_id:
            raise _refused("the request was made by another wallet")
        return asked

    def _offer(self, register: Register, claim_code: str, now: datetime) -> Offer | None:
        offer = register.offers.by_claim_code(fingerprint(claim_code))
        return offer if offer is not None and offer.takes_code_at(now) else None

    def _refusal(
        self, register: Register, offer: Offer | None, asked: AuthorizationRequest, transaction_code: str
    ) -> str | None:
        if offer is None:
            return "This claim code is not known, was used, or has run out. Please check it."
        if register.entries.get(offer.credential_id).configuration != asked.configuration_id:
            return "This claim code is for another record than the one that the wallet asks for."
        if not offer.needs_transaction_code:
            return None
        expected = self._secrets.transaction_code(offer.credential_id, offer.number)
        if not transaction_code:
            return "Please enter the transaction code that you were told apart from the link."
        if not hmac.compare_digest(expected.encode(), transaction_code.encode()):
            register.offers.count_wrong_code(offer)
            return "The transaction code is wrong. After three wrong codes you need a new link."
        return None


def _ticket_of(request_uri: str) -> str:
    return request_uri.removeprefix(REQUEST_URI_PREFIX)


def _refused(description: str) -> ProtocolRefusalError:
    return ProtocolRefusalError(ErrorCode.INVALID_REQUEST, description)
