"""What invoices need of the books."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.invoice import Invoice, Party


class InvoiceBook(Protocol):
    """Keeps whom to bill, and what was billed, within one database transaction."""

    def billing(self, account_id: str) -> Party | None:
        """The billing data of an account, if it gave any."""
        ...

    def set_billing(self, account_id: str, party: Party, at: datetime) -> None:
        """Replace the billing data of an account."""
        ...

    def unconfirmed(self) -> Sequence[tuple[str, Party]]:
        """The accounts whose VAT number nobody confirmed yet, by account id."""
        ...

    def next_number(self) -> int:
        """The number after the last one; the first is 1. It is taken by `add` in the same transaction."""
        ...

    def add(self, invoice: Invoice) -> None:
        """Append a document; what is there is never changed."""
        ...

    def get(self, number: int) -> Invoice | None:
        """A document by its number."""
        ...

    def by_source(self, source: str) -> Invoice | None:
        """The document that was made for a purchase or a correction."""
        ...

    def credits_of(self, number: int) -> Sequence[Invoice]:
        """The credit notes about an invoice, in order."""
        ...

    def of_account(self, account_id: str, *, limit: int) -> Sequence[Invoice]:
        """The documents of an account, newest first."""
        ...

    def all(self) -> Iterable[Invoice]:
        """Every document in the order of its number."""
        ...
