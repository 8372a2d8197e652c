"""Whom to bill and what was billed, in memory; and a seller who bills."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from marketplace.domain.invoice import Invoice, Party, Seller
from marketplace.domain.vat import VatRules

SELLER = Seller(
    Party.typed("Market Ltd.", "Market Street 1\n10115 Berlin", "DE", "DE123456789"), VatRules("DE")
)
FRENCH = Party.typed("Institut d’études", "12 rue de l’Exemple\n75001 Paris", "FR", "FRAB123456789")


class MemoryInvoices:
    """The `InvoiceBook` in memory."""

    def __init__(self) -> None:
        self.parties: dict[str, Party] = {}
        self.rows: dict[int, Invoice] = {}

    def billing(self, account_id: str) -> Party | None:
        return self.parties.get(account_id)

    def set_billing(self, account_id: str, party: Party, at: datetime) -> None:
        self.parties[account_id] = party

    def unconfirmed(self) -> Sequence[tuple[str, Party]]:
        waiting = [each for each in self.parties.items() if each[1].vat_id and not each[1].vat_confirmed]
        return sorted(waiting, key=lambda each: each[0])

    def next_number(self) -> int:
        return max(self.rows, default=0) + 1

    def add(self, invoice: Invoice) -> None:
        assert invoice.number not in self.rows
        assert self.by_source(invoice.source) is None
        self.rows[invoice.number] = invoice

    def get(self, number: int) -> Invoice | None:
        return self.rows.get(number)

    def by_source(self, source: str) -> Invoice | None:
        return next((each for each in self.rows.values() if each.source == source), None)

    def credits_of(self, number: int) -> Sequence[Invoice]:
        return [each for each in self.all() if each.corrects == number]

    def of_account(self, account_id: str, *, limit: int) -> Sequence[Invoice]:
        found = [each for each in self.all() if each.account_id == account_id]
        return found[::-1][:limit]

    def all(self) -> Iterable[Invoice]:
        return [self.rows[number] for number in sorted(self.rows)]
