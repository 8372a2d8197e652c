"""A buyer's connector negotiates about an order (DSP 2025-1): it asks, accepts, verifies or ends it.

What the market answers is found out and sent by the worker (`drive_negotiations`), because the market's own
messages count only once the connector acknowledged them.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from consent.joining import asked_about
from consent.moves import Side
from consent.negotiation import NegotiationMove, NegotiationState
from consent.order_terms import AskedOffer, OrderTerms, read_asked_offer
from consent.query_check import check
from crypto.encoding import digest_of
from crypto.errors import MalformedError
from marketplace.domain.account import Account
from marketplace.domain.dsp import ContractRequest
from marketplace.domain.negotiation import AGREED_FOR, MOST_OPEN, Negotiation, urn
from marketplace.errors import (
    NegotiationConflictError,
    RefusedError,
    TooManyNegotiationsError,
    UnknownNegotiationError,
)
from marketplace.services.desk import Desk
from marketplace.services.make_quote import registered
from marketplace.services.negotiation_ports import Callbacks
from marketplace.services.ports import Books
from marketplace.services.supply_terms import catalogue_offer_id

_OUR_TURN = frozenset({NegotiationState.REQUESTED, NegotiationState.ACCEPTED, NegotiationState.VERIFIED})


@dataclass(frozen=True)
class RegisterConnector:
    """Sets where an account's connector takes messages; nothing is ever sent anywhere else."""

    desk: Desk
    callbacks: Callbacks

    def __call__(self, account_id: str, address: str | None) -> None:
        """Replace the address; None forgets it.

        Raises:
            RefusedError: no https address that paths can be added to.
        """
        if address is not None:
            self.callbacks.allow(address)
        with self.desk.store.writing() as books:
            books.negotiations.register_callback(account_id, address, self.desk.now())


@dataclass(frozen=True)
class ReadConnector:
    """Tells where an account's connector takes messages."""

    desk: Desk

    def __call__(self, account_id: str) -> str | None:
        """The address, None if there is none."""
        with self.desk.store.reading() as books:
            return books.negotiations.callback_of(account_id)


@dataclass(frozen=True)
class BeginNegotiation:
    """Takes the first contract request. The same message again gets the same negotiation."""

    desk: Desk

    def __call__(self, account: Account, message: ContractRequest) -> Negotiation:
        """The negotiation.

        Raises:
            NotRegisteredError: the buyer has no valid credential or mandate on file.
            RefusedError: the callback address is not the account's, or the offer leaves open what is asked.
            UnknownNegotiationError: the market has no such offer.
            NegotiationConflictError: the consumer's id was used for another request.
            TooManyNegotiationsError: too many are under way.
            MalformedError, UnknownDataSetError, QueryRefusedError: the offer is no query that could be run.
        """
        now = self.desk.now()
        buyer = registered(account, now).subject
        asked = read_asked_offer(message.offer, buyer=buyer)
        with self.desk.store.writing() as books:
            callback = registered_callback(books, account.account_id, message.callback)
            digest = digest_of({"offer": message.offer, "callback": callback})
            known = books.negotiations.find(account.account_id, message.consumer_pid)
            if known is not None:
                if known.request_digest != digest:
                    raise NegotiationConflictError(
                        f"consumerPid {message.consumer_pid} is another negotiation; make a new id"
                    )
                return known
            if books.negotiations.count_open(account.account_id) >= MOST_OPEN:
                raise TooManyNegotiationsError(f"{MOST_OPEN} negotiations are under way")
            begun = Negotiation(
                provider_pid=urn(self.desk.new_id()),
                account_id=account.account_id,
                consumer_pid=message.consumer_pid,
                callback=callback,
                buyer=buyer,
                state=NegotiationState.REQUESTED,
                offer_id=asked.offer_id,
                terms=_asked_terms(asked, None),
                request_digest=digest,
                created_at=now,
                until=_until(asked, now),
                due_at=now,
            )
            books.negotiations.add(begun)
        return begun


@dataclass(frozen=True)
class AnswerNegotiation:
    """Takes the further messages of a buyer's connector."""

    desk: Desk

    def request(self, account: Account, provider_pid: str, message: ContractRequest) -> Negotiation:
        """The negotiation after another request of the buyer's.

        Raises:
            UnknownNegotiationError: the account has no such negotiation, or there is no such offer.
            IllegalMoveError: a request may not be sent now.
            RefusedError, MalformedError, UnknownDataSetError, QueryRefusedError: as for the first one.
        """
        now = self.desk.now()
        with self.desk.store.writing() as books:
            found = own_negotiation(books, account.account_id, provider_pid, message.consumer_pid)
            if message.callback is not None:
                registered_callback(books, account.account_id, message.callback)
            moved = found.moved(NegotiationMove.REQUEST, Side.CONSUMER)
            asked = read_asked_offer(message.offer, buyer=found.buyer)
            terms = _asked_terms(asked, found)
            changed = replace(moved, offer_id=asked.offer_id, terms=terms, until=_until(asked, now))
            return _saved(books, changed, now)

    def move(
        self, account_id: str, provider_pid: str, consumer_pid: str, move: NegotiationMove
    ) -> Negotiation:
        """The negotiation after the buyer accepted, verified or ended it.

        Raises:
            UnknownNegotiationError: the account has no such negotiation.
            IllegalMoveError: the message may not be sent now.
        """
        with self.desk.store.writing() as books:
            found = own_negotiation(books, account_id, provider_pid, consumer_pid)
            return _saved(books, found.moved(move, Side.CONSUMER), self.desk.now())


@dataclass(frozen=True)
class ReadNegotiation:
    """Tells where a negotiation stands."""

    desk: Desk

    def __call__(self, account_id: str, provider_pid: str) -> Negotiation:
        """The negotiation.

        Raises:
            UnknownNegotiationError: the account has no such negotiation.
        """
        with self.desk.store.reading() as books:
            return own_negotiation(books, account_id, provider_pid)


def own_negotiation(
    books: Books, account_id: str, provider_pid: str, consumer_pid: str | None = None
) -> Negotiation:
    """An account's negotiation; with another consumer's id it is none.

    Raises:
        UnknownNegotiationError: there is none; somebody else's is not told apart from none.
    """
    found = books.negotiations.get(provider_pid)
    if found is None or found.account_id != account_id or consumer_pid not in {None, found.consumer_pid}:
        raise UnknownNegotiationError("there is no such negotiation")
    return found


def registered_callback(books: Books, account_id: str, named: str | None) -> str:
    """The address of the account's connector, which a message must name, with a slash at the end or without.

    Raises:
        RefusedError: the account has none, or the message names another one.
    """
    address = books.negotiations.callback_of(account_id)
    if address is None or named is None or named.rstrip("/") != address.rstrip("/"):
        raise RefusedError("callbackAddress: not the one that is registered for this account")
    return address


def _asked_terms(asked: AskedOffer, found: Negotiation | None) -> OrderTerms:
    """What is asked: the terms that are stated, or those on the table where only their offer is named."""
    on_table = None if found is None else found.offer_id
    if asked.terms is None:
        if found is not None and asked.offer_id == on_table:
            return found.terms
        raise RefusedError(
            "offer: an offer of the catalogue leaves open what is asked; state mk:query and mk:priceCents"
        )
    query = asked.terms.query
    described = asked_about(query)
    if asked.offer_id not in {on_table, catalogue_offer_id(query.data_set)}:
        raise UnknownNegotiationError("there is no such offer; name the one of the catalogue")
    check(query, described)
    return asked.terms


def _until(asked: AskedOffer, now: datetime) -> datetime:
    until = now + AGREED_FOR
    until = until if asked.until is None else min(until, asked.until)
    if until <= now:
        raise MalformedError("offer.dateTime: it lies in the past")
    return until


def _saved(books: Books, changed: Negotiation, now: datetime) -> Negotiation:
    due_at = now if changed.state in _OUR_TURN else None
    saved = replace(changed, due_at=due_at, version=changed.version + 1)
    books.negotiations.save(saved)
    return saved
