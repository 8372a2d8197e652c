"""People ask for what they earned; the operator tells the bank, and says what came of it.

What is above the limit of the terms goes into no file for the bank before two operators approved it: exactly
this request, by its digest. NOTE: the limit is for one payout; many small ones are not added up. An act
without an account is a command on the marketplace's own machine, whose administrator could alter the books
anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from consent.errors import ConsentError
from consent.payout import Payee, PayoutRequest, verify_payout
from crypto.encoding import Json, canonical_json
from crypto.errors import CryptoError
from crypto.reading import Fields, utc_text
from crypto.sealing import Vault
from crypto.signing import VerifyingKey
from marketplace.domain.act import NEEDED, Register, approvers, written
from marketplace.domain.ledger import Ledger
from marketplace.domain.payout import PaidLine, Payout, PayoutState, given_back, paid, requested
from marketplace.domain.sepa import Credit, credit_transfer
from marketplace.domain.split import PEOPLE_PERCENT, PLATFORM_WEIGHT
from marketplace.errors import (
    PayoutConflictError,
    PayoutRefusedError,
    UnknownOfferError,
    UnknownPayoutError,
)
from marketplace.services.agreement_keys import agreement_key
from marketplace.services.desk import Desk
from marketplace.services.operators import approve, enter
from marketplace.services.ports import Books

MOST_SHOWN: Final = 1000
MAX_REASON: Final = 300


@dataclass(frozen=True)
class PayoutTerms:
    """From how many cents on a payout can be asked for, and within how many days it is paid.

    What has more than `approve_above_cents` needs two operators; this is not told to wallets.
    """

    least_cents: int = 500
    days: int = 14
    approve_above_cents: int = 100_000

    def to_json(self) -> dict[str, Json]:
        """The terms, with how a price is split, for the page that shows both."""
        return {
            "least_cents": self.least_cents,
            "days": self.days,
            "people_percent": PEOPLE_PERCENT,
            "platform_percent": PLATFORM_WEIGHT,
            "currency": "EUR",
        }


@dataclass(frozen=True)
class WaitingPayout:
    """A payout as operators see it: without its payee, and with who approved it."""

    payout: Payout
    approvers: tuple[str, ...]
    needs_two: bool

    @property
    def may_be_paid(self) -> bool:
        """Whether it may go into a file for the bank."""
        return not self.needs_two or len(self.approvers) >= NEEDED


@dataclass(frozen=True)
class Payouts:
    """Everything about payouts. `vault` seals the payees, which are forgotten when a payout is over."""

    desk: Desk
    vault: Vault = field(repr=False)
    terms: PayoutTerms = field(default_factory=PayoutTerms)

    def request(self, tokens: Sequence[str]) -> dict[str, Json]:
        """Take a request in; the same one again gets how it stands now, and moves nothing.

        Raises:
            MalformedError: a signed line is none.
            UnknownOfferError: there is no such agreement.
            PayoutRefusedError: the lines are not signed by the keys of their agreements, do not belong
                together or make less than the least amount.
            PayoutConflictError: another request came under this id.
            InsufficientFundsError: an agreement has less to give.
        """
        with self.desk.store.writing() as books:
            request = self._verified(books, tokens)
            known = books.payouts.get(request.payout_id)
            if known is not None and known.request_digest != request.digest:
                raise PayoutConflictError(f"payout {request.payout_id} exists with another content")
            if known is None:
                known = self._take_in(books, request)
            return shown(known)

    def read(self, payout_id: str, holder_key: VerifyingKey) -> dict[str, Json]:
        """How a payout stands, told to the holder of the key of one of its agreements.

        Raises:
            UnknownPayoutError: there is no such payout of hers.
        """
        with self.desk.store.reading() as books:
            payout = books.payouts.get(payout_id)
            lines = () if payout is None else payout.lines
            if payout is None or all(agreement_key(books, line.consent_id) != holder_key for line in lines):
                raise UnknownPayoutError("there is no such payout of yours")
            return shown(payout)

    def waiting(self) -> Sequence[Payout]:
        """What is to be paid, the oldest first."""
        with self.desk.store.reading() as books:
            return books.payouts.all(PayoutState.REQUESTED, limit=MOST_SHOWN)

    def lines(self) -> tuple[WaitingPayout, ...]:
        """What is to be paid, with who approved it and whether it waits for that."""
        with self.desk.store.reading() as books:
            waiting = books.payouts.all(PayoutState.REQUESTED, limit=MOST_SHOWN)
            return tuple(self._seen(books, each) for each in waiting)

    def approve(self, payout_id: str, by: str) -> WaitingPayout:
        """Approve a payout above the limit, as one of two operators.

        Raises:
            UnknownPayoutError: there is no such payout.
            PayoutConflictError: it is over, or needs no approval.
            NotAllowedError: the account is not an operator's.
            RegisterConflictError: this operator approved it before.
        """
        with self.desk.store.writing() as books:
            payout = _known(books, payout_id)
            if payout.state is not PayoutState.REQUESTED or not self._needs_two(payout):
                raise PayoutConflictError(f"payout {payout_id} waits for no approval")
            approve(books, (Register.PAYOUT, payout_id), by, payout.request_digest, self.desk.now())
            return self._seen(books, payout)

    def look(self, payout_id: str, by: str, because: str) -> Payee:
        """Break the glass: who is paid and to which account, told once to an operator who says why.

        Raises:
            UnknownPayoutError: there is no such payout.
            PayoutConflictError: it is over, and its payee is forgotten.
            NotAllowedError: the account is not an operator's.
            RefusedError: no reason is given.
        """
        why = written(because, "why you have to see this", most=MAX_REASON)
        with self.desk.store.writing() as books:
            payout = _known(books, payout_id)
            if payout.payee is None:
                raise PayoutConflictError(f"payout {payout_id} is over, and who was paid is forgotten")
            case = (Register.GLASS, f"payout {payout_id}")
            enter(books, case, by, "looked", self.desk.now(), because=why)
            return self._payee(payout)

    def export(self, debtor: Payee, *, on: date | None = None, by: str | None = None) -> bytes:
        """A file for the bank with everything that may be paid; nothing counts as paid by it.

        What waits for the approval of two operators is left out.

        Raises:
            PayoutRefusedError: there is nothing that may be paid.
            NotAllowedError: the account is not an operator's.
        """
        now = self.desk.now()
        with self.desk.store.writing() as books:
            waiting = books.payouts.all(PayoutState.REQUESTED, limit=MOST_SHOWN)
            payouts = [each for each in waiting if self._seen(books, each).may_be_paid]
            if waiting and not payouts:
                raise PayoutRefusedError(
                    "everything that is to be paid waits for two operators to approve it"
                )
            if not payouts:
                raise PayoutRefusedError("there is nothing to be paid")
            credits_due = [
                Credit(each.payout_id.replace("-", ""), each.total_cents, self._payee(each))
                for each in payouts
            ]
            for each in payouts:
                books.payouts.exported(each.payout_id, now)
                enter(books, (Register.PAYOUT, each.payout_id), by, "exported", now)
        return credit_transfer(
            credits_due,
            debtor,
            message_id=self.desk.new_id().replace("-", ""),
            made_at=now,
            on=on or (now + timedelta(days=1)).date(),
        )

    def pay(self, payout_id: str, *, by: str | None = None) -> Payout:
        """Note that a payout was paid; again changes nothing.

        Raises:
            UnknownPayoutError: there is no such payout.
            PayoutConflictError: it was refused, or never written into a file.
            NotAllowedError: the account is not an operator's.
        """
        with self.desk.store.writing() as books:
            payout = _known(books, payout_id)
            if payout.state is PayoutState.REQUESTED:
                if payout.exported_at is None:
                    raise PayoutConflictError(f"payout {payout_id} was in no file for the bank yet")
                at = self.desk.now()
                enter(books, (Register.PAYOUT, payout_id), by, "paid", at)
                Ledger(books.ledger).record(paid(payout, at))
                books.payouts.decide(payout_id, PayoutState.PAID, at=at)
            return _ended(books, payout_id, PayoutState.PAID)

    def refuse(self, payout_id: str, reason: str, *, by: str | None = None) -> Payout:
        """Give the money back and tell the person why; again changes nothing, the first reason stays.

        Raises:
            UnknownPayoutError: there is no such payout.
            PayoutConflictError: it was paid.
            PayoutRefusedError: the reason is empty or too long.
            NotAllowedError: the account is not an operator's.
        """
        if not 0 < len(reason.strip()) <= MAX_REASON:
            raise PayoutRefusedError(f"say why, in 1 to {MAX_REASON} characters: the person is told")
        with self.desk.store.writing() as books:
            payout = _known(books, payout_id)
            if payout.state is PayoutState.REQUESTED:
                at = self.desk.now()
                enter(books, (Register.PAYOUT, payout_id), by, "refused", at)
                Ledger(books.ledger).record(given_back(payout, at))
                books.payouts.decide(payout_id, PayoutState.REFUSED, at=at, reason=reason.strip())
            return _ended(books, payout_id, PayoutState.REFUSED)

    def _verified(self, books: Books, tokens: Sequence[str]) -> PayoutRequest:
        def key_of(consent_id: str) -> VerifyingKey:
            key = agreement_key(books, consent_id)
            if key is None:
                raise UnknownOfferError(f"there is no agreement {consent_id}")
            return key

        try:
            request = verify_payout(tokens, key_of, marketplace=self.desk.marketplace_id)
        except (ConsentError, CryptoError) as error:
            raise PayoutRefusedError(str(error)) from error
        if request.total_cents < self.terms.least_cents:
            raise PayoutRefusedError(f"a payout has at least {self.terms.least_cents} cents")
        return request

    def _take_in(self, books: Books, request: PayoutRequest) -> Payout:
        payee: dict[str, Json] = {"name": request.payee.name, "iban": request.payee.iban}
        payout = Payout(
            payout_id=request.payout_id,
            state=PayoutState.REQUESTED,
            lines=tuple(PaidLine(line.consent_id, line.amount_cents) for line in request.lines),
            request_digest=request.digest,
            requested_at=self.desk.now(),
            payee=self.vault.seal(canonical_json(payee), _place(request.payout_id), self.desk.random),
        )
        Ledger(books.ledger).record(requested(payout))
        books.payouts.add(payout)
        return payout

    def _needs_two(self, payout: Payout) -> bool:
        return payout.total_cents > self.terms.approve_above_cents

    def _seen(self, books: Books, payout: Payout) -> WaitingPayout:
        acts = books.acts.of_case(Register.PAYOUT, payout.payout_id)
        return WaitingPayout(payout, approvers(acts, payout.request_digest), self._needs_two(payout))

    def _payee(self, payout: Payout) -> Payee:
        opened = self.vault.open(payout.payee or b"", _place(payout.payout_id))
        fields = Fields.parse(opened, "payee")
        return Payee(fields.text("name"), fields.text("iban"))


def shown(payout: Payout) -> dict[str, Json]:
    """A payout for its person, without the account."""
    return {
        "payout_id": payout.payout_id,
        "state": payout.state.value,
        "total_cents": payout.total_cents,
        "requested_at": utc_text(payout.requested_at),
        "decided_at": None if payout.decided_at is None else utc_text(payout.decided_at),
        "reason": payout.reason,
    }


def _known(books: Books, payout_id: str) -> Payout:
    payout = books.payouts.get(payout_id)
    if payout is None:
        raise UnknownPayoutError(f"there is no payout {payout_id}")
    return payout


def _ended(books: Books, payout_id: str, state: PayoutState) -> Payout:
    payout = _known(books, payout_id)
    if payout.state is not state:
        raise PayoutConflictError(f"payout {payout_id} is {payout.state} already")
    return replace(payout, payee=None)


def _place(payout_id: str) -> str:
    return f"payouts|{payout_id}|payee"
