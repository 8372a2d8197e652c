"""What was supplied to whom, for how much, and with which tax: invoices and credit notes.

An invoice states one settled purchase: what passed through to people (no part of the supply), the fee, and
the tax that the fee contains. It is never changed; a credit note takes back all or a part of its fee.
Numbers are given in the transaction that writes the document, one after the other without a gap
(Directive 2006/112/EC, Art. 226 and 219).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from marketplace.domain.chart import PLATFORM_FEE, buyer_available, vat
from marketplace.domain.ledger import CURRENCY, EntryKind, Transfer
from marketplace.domain.split import MAX_CENTS
from marketplace.domain.vat import (
    Treatment,
    Vat,
    VatRules,
    VatStanding,
    checked_country,
    checked_vat_id,
    contained,
    treat,
)
from marketplace.errors import BillingRefusedError

MAX_NAME: Final = 200
MAX_ADDRESS: Final = 400
MAX_REASON: Final = 300


class InvoiceKind(StrEnum):
    """Whether a document asks for money or gives some back."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


@dataclass(frozen=True)
class Party:
    """A seller or a buyer as a document names it. `vat_confirmed` is who confirmed its number, if anybody."""

    name: str
    address: str = ""
    country: str = ""
    vat_id: str = ""
    vat_confirmed: str = ""

    @classmethod
    def typed(cls, name: str, address: str, country: str, vat_id: str = "") -> "Party":
        """A party as somebody typed it.

        Raises:
            BillingRefusedError: a member is missing, too long, unprintable or has another form.
        """
        land = checked_country(country)
        return cls(
            _line(name, "a name", MAX_NAME),
            _lines(address),
            land,
            checked_vat_id(vat_id, land) if vat_id.strip() else "",
        )

    def to_json(self) -> dict[str, Json]:
        """The party as a document."""
        return {
            "name": self.name,
            "address": self.address or None,
            "country": self.country or None,
            "vat_id": self.vat_id or None,
            "vat_confirmed": self.vat_confirmed or None,
        }

    @classmethod
    def from_json(cls, document: object) -> "Party":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: it is no party.
        """
        fields = Fields.of(document, "party")
        names = ("name", "address", "country", "vat_id", "vat_confirmed")
        return cls(*(_optional(fields, name) for name in names))


@dataclass(frozen=True)
class Seller:
    """Who sells: the party on every invoice, the rules of its tax, and what stands before each number."""

    party: Party
    rules: VatRules
    prefix: str = "A-"

    def treatment_of(self, buyer: Party | None) -> Treatment:
        """The rule for a buyer; one without billing data is treated as one at home."""
        if buyer is None:
            return treat(self.rules, None, is_confirmed_business=False)
        return treat(self.rules, buyer.country or None, is_confirmed_business=bool(buyer.vat_confirmed))


@dataclass(frozen=True)
class Sale:
    """A purchase that is being settled: `passed_through_cents` for the people, `fee_cents` with its tax."""

    account_id: str
    purchase_id: str
    what: str
    people: int
    passed_through_cents: int
    fee_cents: int


@dataclass(frozen=True)
class Invoice:
    """One document. Amounts in cents, all positive; a credit note gives back what it says.

    `source` is what it was made for, once: the purchase, or the correction. `corrects` is the number of the
    invoice that a credit note corrects.
    """

    number: int
    label: str
    kind: InvoiceKind
    source: str
    account_id: str
    issued_at: datetime
    supplied_at: datetime
    seller: Party
    buyer: Party
    what: str
    people: int
    passed_through_cents: int
    fee_net_cents: int
    vat_cents: int
    treatment: Treatment
    corrects: int | None = None
    reason: str = ""

    @property
    def fee_cents(self) -> int:
        """The fee with its tax."""
        return self.fee_net_cents + self.vat_cents

    @property
    def net_cents(self) -> int:
        """Everything without the tax."""
        return self.passed_through_cents + self.fee_net_cents

    @property
    def total_cents(self) -> int:
        """Everything."""
        return self.net_cents + self.vat_cents

    def to_json(self) -> dict[str, Json]:
        """The document for storage, API and export."""
        return {
            "number": self.number,
            "label": self.label,
            "kind": self.kind.value,
            "source": self.source,
            "account_id": self.account_id,
            "issued_at": utc_text(self.issued_at),
            "supplied_at": utc_text(self.supplied_at),
            "seller": self.seller.to_json(),
            "buyer": self.buyer.to_json(),
            "what": self.what,
            "people": self.people,
            "passed_through_cents": self.passed_through_cents,
            "fee_net_cents": self.fee_net_cents,
            "vat_cents": self.vat_cents,
            "total_cents": self.total_cents,
            "vat_standing": self.treatment.standing.value,
            "vat_country": self.treatment.country,
            "vat_rate_permille": self.treatment.rate_permille,
            "vat_note": self.treatment.note,
            "currency": CURRENCY,
            "corrects": self.corrects,
            "reason": self.reason or None,
        }

    @classmethod
    def from_json(cls, document: object) -> "Invoice":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: it is no invoice.
        """
        fields = Fields.of(document, "invoice")

        def cents(name: str) -> int:
            return fields.integer(name, least=0, most=MAX_CENTS)

        standing = fields.choice("vat_standing", VatStanding)
        corrects = cents("corrects") if fields.has("corrects") else None
        return cls(
            number=cents("number"),
            label=fields.text("label"),
            kind=fields.choice("kind", InvoiceKind),
            source=fields.text("source"),
            account_id=fields.text("account_id"),
            issued_at=fields.moment("issued_at"),
            supplied_at=fields.moment("supplied_at"),
            seller=Party.from_json(fields.any("seller")),
            buyer=Party.from_json(fields.any("buyer")),
            what=fields.text("what"),
            people=cents("people"),
            passed_through_cents=cents("passed_through_cents"),
            fee_net_cents=cents("fee_net_cents"),
            vat_cents=cents("vat_cents"),
            treatment=Treatment(standing, fields.text("vat_country"), cents("vat_rate_permille")),
            corrects=corrects,
            reason=_optional(fields, "reason"),
        )


def invoice_for(sale: Sale, seller: Seller, buyer: Party, *, number: int, at: datetime) -> Invoice:
    """The invoice of a purchase that is settled now."""
    treatment = seller.treatment_of(buyer)
    fee = contained(sale.fee_cents, treatment.rate_permille)
    return Invoice(
        number=number,
        label=f"{seller.prefix}{number:06}",
        kind=InvoiceKind.INVOICE,
        source=sale.purchase_id,
        account_id=sale.account_id,
        issued_at=at,
        supplied_at=at,
        seller=seller.party,
        buyer=buyer,
        what=sale.what,
        people=sale.people,
        passed_through_cents=sale.passed_through_cents,
        fee_net_cents=fee.net_cents,
        vat_cents=fee.vat_cents,
        treatment=treatment,
    )


@dataclass(frozen=True)
class Correction:
    """Why a part of an invoice's fee is given back, when, by whom, and under which id (`source`)."""

    seller: Seller
    source: str
    reason: str
    at: datetime


def credit_for(invoice: Invoice, fee: Vat, correction: Correction, *, number: int) -> Invoice:
    """The credit note that gives a part of an invoice's fee back, under the invoice's own tax."""
    return replace(
        invoice,
        number=number,
        label=f"{correction.seller.prefix}{number:06}",
        kind=InvoiceKind.CREDIT_NOTE,
        source=correction.source,
        issued_at=correction.at,
        seller=correction.seller.party,
        people=0,
        passed_through_cents=0,
        fee_net_cents=fee.net_cents,
        vat_cents=fee.vat_cents,
        corrects=invoice.number,
        reason=correction.reason,
    )


def tax_transfers(invoice: Invoice) -> list[Transfer]:
    """The tax leaves the platform's fee: it is the tax office's money from the moment it is earned."""
    if invoice.vat_cents == 0:
        return []
    office = vat(invoice.treatment.country)
    return [_transfer(f"{invoice.source}/vat", PLATFORM_FEE, office, invoice.vat_cents, invoice)]


def credit_transfers(credit: Invoice) -> list[Transfer]:
    """The tax comes back to the platform, which gives the whole amount to the buyer."""
    office, purse = vat(credit.treatment.country), buyer_available(credit.account_id)
    tax = _transfer(f"{credit.source}/vat", office, PLATFORM_FEE, credit.vat_cents, credit)
    fee = _transfer(f"{credit.source}/fee", PLATFORM_FEE, purse, credit.fee_cents, credit)
    return [each for each in (tax, fee) if each.amount_cents > 0]


def checked_reason(text: str) -> str:
    """Why something is given back, as it stands on the credit note.

    Raises:
        BillingRefusedError: it is empty, too long or unprintable.
    """
    return _line(text, "a reason", MAX_REASON)


def _transfer(name: str, debit: str, credit: str, amount_cents: int, invoice: Invoice) -> Transfer:
    return Transfer(name, EntryKind.PAYMENT, debit, credit, amount_cents, invoice.issued_at)


def _optional(fields: Fields, name: str) -> str:
    return fields.text(name) if fields.has(name) else ""


def _line(text: str, what: str, most: int) -> str:
    line = " ".join(text.split())
    if not 0 < len(line) <= most or not line.isprintable():
        raise BillingRefusedError(f"{what} has 1 to {most} printable characters")
    return line


def _lines(text: str) -> str:
    lines = [" ".join(each.split()) for each in text.splitlines()]
    address = "\n".join(each for each in lines if each)
    if not 0 < len(address) <= MAX_ADDRESS or not address.replace("\n", "").isprintable():
        raise BillingRefusedError(f"an address has 1 to {MAX_ADDRESS} printable characters")
    return address
