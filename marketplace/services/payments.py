"""Buyers pay money in over a rail, and get back what they did not use. No rail is asked in a transaction.

What is to be done stands in the database before the rail hears of it, under an id of ours that the rail
takes once. So a process that dies between the two is followed by another that asks again.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from crypto.errors import MalformedError
from marketplace.domain.account import AccountKind
from marketplace.domain.card_payment import (
    KEEPS,
    Payment,
    PaymentState,
    Refund,
    RefundState,
    asked_back,
    came_back,
    paid_in,
    returned,
    sent_back,
)
from marketplace.domain.ledger import CURRENCY, Ledger
from marketplace.domain.member_act import Did
from marketplace.errors import (
    AmountError,
    NotAllowedError,
    PaymentConflictError,
    PaymentRefusedError,
    UnknownAccountError,
    UnknownPaymentError,
)
from marketplace.services.desk import Desk
from marketplace.services.member_acts import Who, note
from marketplace.services.payment_ports import Notice, NoticeKind, PaymentRail
from marketplace.services.ports import Books
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)
LEAST_CENTS, MOST_CENTS = 100, 10_000_000
MOST_OPEN = 20
MOST_SHOWN = 200
MAX_REASON = 300
LOOK_AFTER = timedelta(minutes=2)
"""How long a rail's word is waited for before the rail is asked."""


@dataclass(frozen=True)
class Payments:
    """Everything about payments over one rail. With `needs_approval` an operator has a say in refunds."""

    desk: Desk
    rail: PaymentRail
    needs_approval: bool = True

    def begin(
        self, account_id: str, *, payment_id: str, amount_cents: int, back_to: str, by: str | None = None
    ) -> Payment:
        """A payment with the address where it is paid; the same request again is the same payment.

        `by` is the member who pays.

        Raises:
            MalformedError: the id is not a UUID in small letters.
            AmountError: not 1 euro to 100,000 euros.
            UnknownAccountError, NotAllowedError: there is no such account, or it is not a buyer's.
            PaymentRefusedError: too many payments of this account have no end, or the rail refuses.
            PaymentConflictError: this id was used for another payment.
            PeerError: the rail does not answer; asking again is safe.
        """
        _check_id(payment_id)
        if isinstance(amount_cents, bool) or not LEAST_CENTS <= amount_cents <= MOST_CENTS:
            raise AmountError(f"expected {LEAST_CENTS} to {MOST_CENTS} cents, got {amount_cents}")
        with self.desk.store.writing() as books:
            payment = self._started(books, (account_id, by), payment_id, amount_cents)
        if payment.state is not PaymentState.STARTED or payment.reference is not None:
            return payment
        checkout = self.rail.begin(payment, back_to=back_to)
        with self.desk.store.writing() as books:
            now_known = _known(books, payment_id)
            opened = replace(now_known, reference=checkout.reference, checkout_url=checkout.url)
            books.payments.save(opened)
            return opened

    def read(self, account_id: str, payment_id: str) -> tuple[Payment, Sequence[Refund]]:
        """One of an account's payments, with what went back of it.

        Raises:
            UnknownPaymentError: this buyer has no such payment.
        """
        with self.desk.store.reading() as books:
            payment = books.payments.get(payment_id)
            if payment is None or payment.account_id != account_id:
                raise UnknownPaymentError("you have no such payment")
            return payment, books.payments.refunds_of(payment_id)

    def of_account(self, account_id: str) -> Sequence[Payment]:
        """An account's payments, newest first."""
        with self.desk.store.reading() as books:
            return books.payments.of_account(account_id, limit=MOST_SHOWN)

    def take_notice(self, body: bytes, signature: str) -> None:
        """Hear a word of the rail. It may come twice, late, or in any order, and counts once.

        Raises:
            NoticeRefusedError, MalformedError: as `PaymentRail.read_notice`.
            UnknownPaymentError: it is about nothing of ours; the rail shall say it again later.
        """
        self._hear(self.rail.read_notice(body, signature, now=self.desk.now()))

    def look(self, account_id: str, payment_id: str) -> Payment:
        """Ask the rail how a payment stands, for a word that did not come yet.

        Raises:
            UnknownPaymentError: this buyer has no such payment.
            PeerError: the rail does not answer.
        """
        payment, _ = self.read(account_id, payment_id)
        if payment.state is PaymentState.STARTED and payment.reference is not None:
            self._hear(self.rail.look(payment))
        return self.read(account_id, payment_id)[0]

    def ask_back(
        self, account_id: str, *, payment_id: str, refund_id: str, amount_cents: int, by: str | None = None
    ) -> Refund:
        """Ask unused money back to where it was paid from; the same request again is the same refund.

        `by` is the member who asks.

        Raises:
            MalformedError: the id is not a UUID in small letters.
            UnknownPaymentError: this buyer has no such payment.
            AmountError: more than is left of the payment, or nothing.
            PaymentRefusedError: nothing came in by this payment.
            PaymentConflictError: this id was used for another refund.
            InsufficientFundsError: the money was used, or is held for an order.
        """
        _check_id(refund_id)
        with self.desk.store.writing() as books:
            refund = books.payments.refund(refund_id)
            if refund is not None:
                if (refund.account_id, refund.payment_id, refund.amount_cents) != (
                    account_id,
                    payment_id,
                    amount_cents,
                ):
                    raise PaymentConflictError(f"refund {refund_id} exists with another content")
                return refund
            asked = self._asked_back(books, account_id, payment_id, refund_id, amount_cents)
            note(books, asked.requested_at, (account_id, by), Did.ASKED_BACK, about=payment_id)
            return asked

    def waiting_refunds(self) -> Sequence[Refund]:
        """The refunds that wait for an operator's word, the oldest first."""
        with self.desk.store.reading() as books:
            return books.payments.refunds_in(RefundState.REQUESTED, limit=MOST_SHOWN)

    def approve(self, refund_id: str) -> Refund:
        """Let a refund go; the worker sends it. Again changes nothing.

        Raises:
            UnknownPaymentError: there is no such refund.
            PaymentConflictError: it was refused.
        """
        with self.desk.store.writing() as books:
            refund = _refund(books, refund_id)
            if refund.state is RefundState.REQUESTED:
                refund = replace(refund, state=RefundState.APPROVED)
                books.payments.save_refund(refund)
            if refund.state is RefundState.REFUSED:
                raise PaymentConflictError(f"refund {refund_id} was refused")
            return refund

    def refuse(self, refund_id: str, reason: str) -> Refund:
        """Put the money back into the purse and say why; again changes nothing, the first reason stays.

        Raises:
            UnknownPaymentError: there is no such refund.
            PaymentConflictError: it was approved.
            PaymentRefusedError: the reason is empty, too long or unprintable.
        """
        said = " ".join(reason.split())
        if not 0 < len(said) <= MAX_REASON or not said.isprintable():
            raise PaymentRefusedError(f"say why, in 1 to {MAX_REASON} characters: the buyer is told")
        with self.desk.store.writing() as books:
            refund = _refund(books, refund_id)
            if refund.state is RefundState.REQUESTED:
                return self._put_back(books, refund, said)
            if refund.state is not RefundState.REFUSED:
                raise PaymentConflictError(f"refund {refund_id} is {refund.state}")
            return refund

    def _started(self, books: Books, who: Who, payment_id: str, amount_cents: int) -> Payment:
        account_id, now = who[0], self.desk.now()
        known = books.payments.get(payment_id)
        if known is not None:
            if (known.account_id, known.amount_cents, known.rail) != (
                account_id,
                amount_cents,
                self.rail.name,
            ):
                raise PaymentConflictError(f"payment {payment_id} exists with another content")
            return known
        account = books.accounts.get(account_id)
        if account is None:
            raise UnknownAccountError("there is no such account")
        if account.kind is not AccountKind.BUYER:
            raise NotAllowedError("only a buyer's account holds money")
        if books.payments.count_started(account_id) >= MOST_OPEN:
            raise PaymentRefusedError(f"{MOST_OPEN} payments were begun and not paid; end one of them first")
        payment = Payment(payment_id, account_id, self.rail.name, amount_cents, PaymentState.STARTED, now)
        books.payments.add(payment)
        note(books, now, who, Did.PAID_IN, about=payment_id)
        return payment

    def _asked_back(
        self, books: Books, account_id: str, payment_id: str, refund_id: str, amount_cents: int
    ) -> Refund:
        payment = books.payments.get(payment_id)
        if payment is None or payment.account_id != account_id:
            raise UnknownPaymentError("you have no such payment")
        if payment.state is not PaymentState.PAID:
            raise PaymentRefusedError("nothing came in by this payment")
        before = [each for each in books.payments.refunds_of(payment_id) if each.state in KEEPS]
        left = payment.amount_cents - sum(each.amount_cents for each in before)
        if isinstance(amount_cents, bool) or not 1 <= amount_cents <= left:
            raise AmountError(f"{left} cents of this payment can go back, got {amount_cents}")
        state = RefundState.REQUESTED if self.needs_approval else RefundState.APPROVED
        refund = Refund(refund_id, payment_id, account_id, payment.rail, amount_cents, state, self.desk.now())
        Ledger(books.ledger).record([asked_back(refund)])
        books.payments.add_refund(refund)
        return refund

    def _hear(self, notice: Notice) -> None:
        if notice.kind is NoticeKind.OTHER:
            return
        with self.desk.store.writing() as books:
            if not books.payments.hear(self.rail.name, notice.event_id, self.desk.now()):
                return
            if notice.kind is NoticeKind.REFUND_FAILED:
                self._take_back(books, notice)
            else:
                self._decide(books, notice)

    def _decide(self, books: Books, notice: Notice) -> None:
        payment = _known(books, notice.subject)
        if payment.rail != self.rail.name or payment.reference not in (None, notice.reference):
            raise UnknownPaymentError("the rail speaks of another checkout than was opened")
        now = self.desk.now()
        if notice.kind is NoticeKind.ENDED:
            if payment.state is PaymentState.STARTED:
                books.payments.save(replace(payment, state=PaymentState.ENDED, decided_at=now))
            return
        if payment.state is PaymentState.PAID:
            return
        if (notice.amount_cents, notice.currency.upper()) != (payment.amount_cents, CURRENCY):
            raise UnknownPaymentError("the rail took another amount than was asked for")
        Ledger(books.ledger).record([paid_in(payment, now)])
        paid = replace(
            payment,
            state=PaymentState.PAID,
            reference=notice.reference,
            charge=notice.charge,
            decided_at=now,
        )
        books.payments.save(paid)
        log(_LOGGER, "a payment came in", payment=payment.payment_id, cents=payment.amount_cents)

    def _take_back(self, books: Books, notice: Notice) -> None:
        refund = _refund(books, notice.subject)
        if refund.state is RefundState.SENT:
            now = self.desk.now()
            Ledger(books.ledger).record([came_back(refund, now)])
            reason = "the card's bank did not take it"
            failed = replace(refund, state=RefundState.FAILED, decided_at=now, reason=reason)
            books.payments.save_refund(failed)
        elif refund.state is RefundState.APPROVED:  # the answer to sending it has not been written yet
            self._put_back(books, refund, "the card's bank did not take it")

    def _put_back(self, books: Books, refund: Refund, reason: str) -> Refund:
        now = self.desk.now()
        Ledger(books.ledger).record([returned(refund, now)])
        refused = replace(refund, state=RefundState.REFUSED, decided_at=now, reason=reason)
        books.payments.save_refund(refused)
        return refused


@dataclass(frozen=True)
class TendPayments:
    """The worker's duty: sends approved refunds, and asks the rail about payments it said nothing of."""

    payments: Payments

    def __call__(self) -> bool:
        """Whether there was something to do; a rail that does not answer raises `PeerError`."""
        desk, rail = self.payments.desk, self.payments.rail
        with desk.store.reading() as books:
            approved = books.payments.refunds_in(RefundState.APPROVED, limit=1)
            silent = books.payments.started(before=desk.now() - LOOK_AFTER, limit=MOST_SHOWN)
        for refund in approved:
            self._send(refund)
        for payment in silent:
            if payment.reference is None:
                self._forget(payment)
            else:
                self.payments._hear(rail.look(payment))
        return bool(approved)

    def _send(self, refund: Refund) -> None:
        desk = self.payments.desk
        with desk.store.reading() as books:
            charge = _known(books, refund.payment_id).charge or ""
        refused: str | None = None
        try:
            self.payments.rail.refund(refund, charge)
        except PaymentRefusedError as error:
            refused = str(error)[:MAX_REASON]
        with desk.store.writing() as books:
            if _refund(books, refund.refund_id).state is not RefundState.APPROVED:
                return
            if refused is not None:
                self.payments._put_back(books, refund, refused)
                return
            now = desk.now()
            Ledger(books.ledger).record([sent_back(refund, now)])
            books.payments.save_refund(replace(refund, state=RefundState.SENT, decided_at=now))
            log(_LOGGER, "a refund was sent", refund=refund.refund_id, cents=refund.amount_cents)

    def _forget(self, payment: Payment) -> None:
        """End a payment whose checkout the buyer never saw."""
        with self.payments.desk.store.writing() as books:
            known = _known(books, payment.payment_id)
            if known.reference is None and known.state is PaymentState.STARTED:
                ended = replace(known, state=PaymentState.ENDED, decided_at=self.payments.desk.now())
                books.payments.save(ended)


def _known(books: Books, payment_id: str) -> Payment:
    payment = books.payments.get(payment_id)
    if payment is None:
        raise UnknownPaymentError("there is no such payment")
    return payment


def _refund(books: Books, refund_id: str) -> Refund:
    refund = books.payments.refund(refund_id)
    if refund is None:
        raise UnknownPaymentError("there is no such refund")
    return refund


def _check_id(text: str) -> None:
    try:
        well_formed = str(UUID(text)) == text
    except ValueError:
        well_formed = False
    if not well_formed:
        raise MalformedError("an id is a UUID in small letters")
