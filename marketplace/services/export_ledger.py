"""The whole ledger for an auditor, as of one moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from marketplace.domain.beancount import beancount, csv_lines
from marketplace.domain.ledger import Ledger
from marketplace.services.desk import Desk


class LedgerFormat(StrEnum):
    """What an auditor's tool reads."""

    BEANCOUNT = "beancount"
    CSV = "csv"


@dataclass(frozen=True)
class ExportLedger:
    """Writes every transfer down. It names accounts by ids, and no person."""

    desk: Desk

    def __call__(self, form: LedgerFormat) -> Iterator[str]:
        """The lines, without their ends.

        Raises:
            LedgerCorruptError: the books do not add up; an auditor is not handed such.
        """
        with self.desk.store.reading() as books:
            balances = Ledger(books.ledger).trial_balance()
            transfers = books.ledger.all_transfers()
            yield from (
                beancount(transfers, balances) if form is LedgerFormat.BEANCOUNT else csv_lines(transfers)
            )
