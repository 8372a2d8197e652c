"""Whom to bill, and what was billed, in SQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, delete, func, insert, select
from sqlalchemy.orm import Session

from crypto.encoding import canonical_json, parse_json
from marketplace.domain.invoice import Invoice, Party
from marketplace.storage.invoice_tables import billing, invoices

_PARTY = ("name", "address", "country", "vat_id", "vat_confirmed")


class SqlInvoices:
    """The `InvoiceBook` of one transaction. The store admits one writer, so numbers have no gap."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def billing(self, account_id: str) -> Party | None:
        """The billing data of an account, if it gave any."""
        row = self._session.execute(select(billing).where(billing.c.account_id == account_id)).one_or_none()
        return None if row is None else _party(row)

    def set_billing(self, account_id: str, party: Party, at: datetime) -> None:
        """Replace the billing data of an account."""
        self._session.execute(delete(billing).where(billing.c.account_id == account_id))
        members = {name: getattr(party, name) for name in _PARTY}
        self._session.execute(insert(billing).values(account_id=account_id, changed_at=at, **members))

    def unconfirmed(self) -> Sequence[tuple[str, Party]]:
        """The accounts whose VAT number nobody confirmed yet, by account id."""
        wanted = select(billing).where(billing.c.vat_id != "", billing.c.vat_confirmed == "")
        rows = self._session.execute(wanted.order_by(billing.c.account_id))
        return [(row.account_id, _party(row)) for row in rows]

    def next_number(self) -> int:
        """The number after the last one; the first is 1."""
        return (self._session.execute(select(func.max(invoices.c.number))).scalar_one() or 0) + 1

    def add(self, invoice: Invoice) -> None:
        """Append a document; a trigger refuses to change it."""
        self._session.execute(
            insert(invoices).values(
                number=invoice.number,
                source=invoice.source,
                kind=invoice.kind,
                account_id=invoice.account_id,
                corrects=invoice.corrects,
                document=canonical_json(invoice.to_json()).decode(),
            )
        )

    def get(self, number: int) -> Invoice | None:
        """A document by its number."""
        return next(iter(self._where(invoices.c.number == number)), None)

    def by_source(self, source: str) -> Invoice | None:
        """The document that was made for a purchase or a correction."""
        return next(iter(self._where(invoices.c.source == source)), None)

    def credits_of(self, number: int) -> Sequence[Invoice]:
        """The credit notes about an invoice, in order."""
        return self._where(invoices.c.corrects == number)

    def of_account(self, account_id: str, *, limit: int) -> Sequence[Invoice]:
        """The documents of an account, newest first."""
        wanted = select(invoices.c.document).where(invoices.c.account_id == account_id)
        rows = self._session.execute(wanted.order_by(invoices.c.number.desc()).limit(limit))
        return [_invoice(row.document) for row in rows]

    def all(self) -> Iterable[Invoice]:
        """Every document in the order of its number."""
        return self._where(invoices.c.number > 0)

    def _where(self, condition: ColumnElement[bool]) -> list[Invoice]:
        wanted = select(invoices.c.document).where(condition).order_by(invoices.c.number)
        return [_invoice(row.document) for row in self._session.execute(wanted)]


def _party(row: Row[tuple[object, ...]]) -> Party:
    return Party(**{name: getattr(row, name) for name in _PARTY})


def _invoice(document: str) -> Invoice:
    return Invoice.from_json(parse_json(document))
