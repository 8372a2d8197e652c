"""An invoice for every settled purchase, a credit note for every correction, together with their money.

A market without a seller (`Desk.seller`) bills nothing and takes no tax: its fees are what they say.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from crypto.encoding import Json
from marketplace.domain.account import AccountKind
from marketplace.domain.invoice import (
    Correction,
    Invoice,
    InvoiceKind,
    Party,
    Sale,
    Seller,
    checked_reason,
    credit_for,
    credit_transfers,
    invoice_for,
    tax_transfers,
)
from marketplace.domain.ledger import Ledger
from marketplace.domain.member_act import Did
from marketplace.domain.vat import Treatment, Vat, contained
from marketplace.errors import (
    AmountError,
    BillingRefusedError,
    CreditConflictError,
    NotAllowedError,
    UnknownAccountError,
    UnknownInvoiceError,
)
from marketplace.services.desk import Desk
from marketplace.services.member_acts import note
from marketplace.services.ports import Books
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)
MOST_SHOWN = 1000
MAX_CREDIT_ID = 60


def bill(desk: Desk, books: Books, sale: Sale) -> Invoice | None:
    """Write the invoice of a purchase that is settled in this transaction, and move its tax; once for each.

    Nothing is billed where there is no seller, or where nothing was paid.
    """
    if desk.seller is None or sale.passed_through_cents + sale.fee_cents == 0:
        return None
    known = books.invoices.by_source(sale.purchase_id)
    if known is not None:
        return known
    buyer = _buyer(books, sale.account_id)
    number = books.invoices.next_number()
    invoice = invoice_for(sale, desk.seller, buyer, number=number, at=desk.now())
    Ledger(books.ledger).record(tax_transfers(invoice))
    books.invoices.add(invoice)
    log(_LOGGER, "invoice issued", number=invoice.label, purchase=sale.purchase_id)
    return invoice


@dataclass(frozen=True)
class Invoices:
    """Everything about invoices: whom to bill, what was billed, what is taken back."""

    desk: Desk

    @property
    def seller(self) -> Seller | None:
        """Who sells, if the operator has said so."""
        return self.desk.seller

    def billing(self, account_id: str) -> Party | None:
        """Whom invoices of an account are made out to, if it has said so."""
        with self.desk.store.reading() as books:
            return books.invoices.billing(account_id)

    def set_billing(self, account_id: str, party: Party, *, by: str | None = None) -> Party:
        """Say whom invoices are made out to. What was confirmed has to be confirmed again after a change.

        `by` is the member who says it.

        Raises:
            UnknownAccountError: there is no such account.
            NotAllowedError: it is not a buyer's.
        """
        with self.desk.store.writing() as books:
            account = books.accounts.get(account_id)
            if account is None:
                raise UnknownAccountError("there is no such account")
            if account.kind is not AccountKind.BUYER:
                raise NotAllowedError("only a buyer is billed")
            known = books.invoices.billing(account_id)
            kept = replace(party, vat_confirmed="")
            if known is not None and replace(known, vat_confirmed="") == kept:
                return known
            books.invoices.set_billing(account_id, kept, self.desk.now())
            note(books, self.desk.now(), (account_id, by), Did.BILLED)
            return kept

    def unconfirmed(self) -> Sequence[tuple[str, Party]]:
        """The accounts whose VAT number waits for an operator's word."""
        with self.desk.store.reading() as books:
            return books.invoices.unconfirmed()

    def confirm_vat_id(self, account_id: str, vat_id: str, *, operator: str) -> Party:
        """Note that an operator looked this very number up, and that it belongs to this name.

        Raises:
            BillingRefusedError: the account has no number, or another one by now.
        """
        with self.desk.store.writing() as books:
            party = books.invoices.billing(account_id)
            if party is None or not party.vat_id or party.vat_id != vat_id:
                raise BillingRefusedError("this account does not have that VAT number")
            confirmed = replace(party, vat_confirmed=operator)
            books.invoices.set_billing(account_id, confirmed, self.desk.now())
            return confirmed

    def treatment(self, account_id: str) -> Treatment | None:
        """Which tax an account's purchases bear today; None in a market that bills nothing."""
        if self.desk.seller is None:
            return None
        with self.desk.store.reading() as books:
            return self.desk.seller.treatment_of(_buyer(books, account_id))

    def fee_of(self, account_id: str, fee_cents: int) -> Vat | None:
        """What a fee at today's rule is made of; None in a market that bills nothing."""
        treatment = self.treatment(account_id)
        return None if treatment is None else contained(fee_cents, treatment.rate_permille)

    def of_account(self, account_id: str) -> Sequence[Invoice]:
        """An account's documents, newest first."""
        with self.desk.store.reading() as books:
            return books.invoices.of_account(account_id, limit=MOST_SHOWN)

    def of_purchase(self, account_id: str, purchase_id: str) -> Invoice | None:
        """The invoice of one of an account's purchases, if it was settled and billed."""
        with self.desk.store.reading() as books:
            invoice = books.invoices.by_source(purchase_id)
        return invoice if invoice is not None and invoice.account_id == account_id else None

    def read(self, account_id: str, number: int) -> Invoice:
        """One of an account's documents.

        Raises:
            UnknownInvoiceError: this buyer has no such document.
        """
        with self.desk.store.reading() as books:
            invoice = books.invoices.get(number)
        if invoice is None or invoice.account_id != account_id:
            raise UnknownInvoiceError(f"you have no invoice {number}")
        return invoice

    def export(self) -> list[dict[str, Json]]:
        """Every document in the order of its number, for the operator's books."""
        with self.desk.store.reading() as books:
            return [each.to_json() for each in books.invoices.all()]

    def credit(self, number: int, *, credit_id: str, fee_cents: int, reason: str) -> Invoice:
        """Give a part of an invoice's fee back to the buyer; the same request again changes nothing.

        Taxes are taken back so that several parts of a fee together take back exactly its tax.

        Raises:
            UnknownInvoiceError: there is no such invoice.
            AmountError: more than is left of the fee, or nothing.
            BillingRefusedError: the reason or the id has not the form that it must have.
            CreditConflictError: this id was used for another credit, or the market bills nothing by now.
            InsufficientFundsError: the platform does not have the money any more.
        """
        said = checked_reason(reason)
        if not 0 < len(credit_id) <= MAX_CREDIT_ID or not credit_id.isprintable():
            raise BillingRefusedError(f"a credit has an id of 1 to {MAX_CREDIT_ID} characters")
        source = f"credit/{number}/{credit_id}"
        with self.desk.store.writing() as books:
            known = books.invoices.by_source(source)
            if known is not None:
                if (known.fee_cents, known.reason) != (fee_cents, said):
                    raise CreditConflictError(f"credit {credit_id} exists with another content")
                return known
            return self._credit(books, number, source=source, fee_cents=fee_cents, reason=said)

    def _credit(self, books: Books, number: int, *, source: str, fee_cents: int, reason: str) -> Invoice:
        invoice, seller = books.invoices.get(number), self.desk.seller
        if invoice is None or invoice.kind is not InvoiceKind.INVOICE:
            raise UnknownInvoiceError(f"there is no invoice {number}")
        if seller is None:
            raise CreditConflictError("this market bills nothing: it has no seller")
        before = sum(each.fee_cents for each in books.invoices.credits_of(number))
        if not 1 <= fee_cents <= invoice.fee_cents - before:
            left = invoice.fee_cents - before
            raise AmountError(f"{left} cents of this fee can be given back, got {fee_cents}")
        rate = invoice.treatment.rate_permille
        vat = contained(before + fee_cents, rate).vat_cents - contained(before, rate).vat_cents
        correction = Correction(seller, source, reason, self.desk.now())
        number = books.invoices.next_number()
        credit = credit_for(invoice, Vat(fee_cents - vat, vat), correction, number=number)
        Ledger(books.ledger).record(credit_transfers(credit))
        books.invoices.add(credit)
        log(_LOGGER, "credit note issued", number=credit.label, corrects=invoice.label)
        return credit


def _buyer(books: Books, account_id: str) -> Party:
    """Whom to bill: as the buyer said, or its organisation, of which no address is known."""
    party = books.invoices.billing(account_id)
    if party is not None:
        return party
    account = books.accounts.get(account_id)
    if account is None or account.organisation is None:
        return Party(account_id)
    return Party(account.organisation.name)
