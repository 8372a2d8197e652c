"""What a person earned, per use and in all, in cents that add up."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from crypto.reading import utc_text
from wallet.domain.payout import HeldPayout, PayoutState
from wallet.domain.use import Outcome, UseEntry

CSV_COLUMNS = ("date", "organisation", "kind", "purpose", "amount_eur", "job", "agreement", "checked")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CENTS = 100


@dataclass(frozen=True)
class Earnings:
    """Every paid use, newest first."""

    lines: tuple[UseEntry, ...]

    @property
    def total_cents(self) -> int:
        """What was earned in all."""
        return sum(line.amount_cents for line in self.lines)

    def cents_of(self, consent_id: str) -> int:
        """What one agreement earned."""
        return sum(line.amount_cents for line in self.lines if line.consent_id == consent_id)

    def cents_in_month_of(self, moment: datetime) -> int:
        """What was earned in the calendar month of a moment, in its time zone."""
        return sum(
            line.amount_cents
            for line in self.lines
            if (line.at.year, line.at.month) == (moment.year, moment.month)
        )

    def to_csv(self, payouts: Iterable[HeldPayout] = ()) -> str:
        """A table for a spreadsheet (RFC 4180): each use, then, below zero, what each agreement paid out.

        Names come from others, so one that a spreadsheet would run as a formula gets an apostrophe before it.
        """
        table = io.StringIO(newline="")
        writer = csv.writer(table)
        writer.writerow(CSV_COLUMNS)
        for line in self.lines:
            row = (
                utc_text(line.at),
                line.buyer.name,
                line.buyer.kind.value,
                line.purpose.value.removeprefix("dpv:"),
                _euros(line.amount_cents),
                line.job_id,
                line.consent_id,
                line.proof.value,
            )
            writer.writerow([_as_text(cell) for cell in row])
        for payout in payouts:
            if payout.state is not PayoutState.REFUSED:
                writer.writerows(_paid_out(payout))
        return table.getvalue()


def earnings_of(uses: Iterable[UseEntry]) -> Earnings:
    """The paid ones among uses."""
    paid = [use for use in uses if use.outcome is Outcome.PAID]
    return Earnings(tuple(sorted(paid, key=lambda use: (use.at, use.job_id), reverse=True)))


def _paid_out(payout: HeldPayout) -> Iterator[tuple[str, ...]]:
    at = utc_text(payout.decided_at or payout.at)
    for line in payout.lines:
        amount = f"-{_euros(line.amount_cents)}"  # a number, and not to be taken for a formula
        yield at, "", "payout", "", amount, payout.payout_id, line.consent_id, payout.state.value


def _euros(amount_cents: int) -> str:
    euros, cents = divmod(amount_cents, _CENTS)
    return f"{euros}.{cents:02d}"


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
