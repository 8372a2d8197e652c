"""The ledger in words that auditors' tools read: Beancount's plain text, and CSV.

Beancount's language version 3 (beancount.github.io/docs/beancount_language_syntax.html): an account has a
root and parts of letters, digits and hyphens, so ours are written as `Liabilities:Buyer:X<hex>:Available`
and their own name stands in the metadata of their opening. What was held and not charged moves no money and
is no entry; the last lines assert every balance, so that `bean-check` holds our sums against its own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from marketplace.domain.chart import is_external
from marketplace.domain.ledger import CURRENCY, Balance, EntryKind, Transfer

_CENTS = 100
_MOVES = frozenset({EntryKind.PAYMENT, EntryKind.CHARGE})
_PART = re.compile(r"[A-Z0-9][A-Za-z0-9-]*")
CSV_HEAD = "number,transfer_id,kind,at,debit,credit,amount_cents,currency,order_id,hold_id"


def beancount(transfers: Iterable[Transfer], balances: Mapping[str, Balance]) -> Iterator[str]:
    """The lines of a Beancount file: every movement of money, and every balance at the end."""
    moved = [each for each in transfers if each.kind in _MOVES]
    yield f'option "operating_currency" "{CURRENCY}"'
    yield 'option "title" "Ledger of the marketplace"'
    yield ""
    opened: set[str] = set()
    for transfer in moved:
        for name in (transfer.debit, transfer.credit):
            if name not in opened:
                opened.add(name)
                yield f"{transfer.at:%Y-%m-%d} open {account_of(name)} {CURRENCY}"
                yield f'  name: "{_quoted(name)}"'
        yield from _entry(transfer)
    if moved:
        last = max(each.at for each in moved) + timedelta(days=1)
        for name in sorted(opened):
            cents = balances.get(name, Balance()).posted_cents
            yield f"{last:%Y-%m-%d} balance {account_of(name)} {_amount(-cents)} ~ 0.00 {CURRENCY}"


def csv_lines(transfers: Iterable[Transfer]) -> Iterator[str]:
    """Every transfer, also holds and what became of them, as lines (RFC 4180) in the order of recording."""
    yield CSV_HEAD
    for number, each in enumerate(transfers, start=1):
        fields = (
            str(number),
            each.transfer_id,
            each.kind.value,
            f"{each.at:%Y-%m-%dT%H:%M:%SZ}",
            each.debit,
            each.credit,
            str(each.amount_cents),
            CURRENCY,
            each.order_id or "",
            each.hold_id or "",
        )
        yield ",".join(_field(field) for field in fields)


def account_of(name: str) -> str:
    """An account's name in Beancount: one for each of ours, and never the same for two."""
    root = "Assets" if is_external(name) else "Liabilities"
    return ":".join((root, *(_part(part) for part in name.split(":"))))


def _part(text: str) -> str:
    capital = text[:1].upper() + text[1:]
    # Words of the chart are small letters; whatever else stands in a name is spelled in hex behind an X.
    if text.isascii() and text.isalpha() and text.islower() and _PART.fullmatch(capital):
        return capital
    return "X" + text.encode().hex()


def _entry(transfer: Transfer) -> Iterator[str]:
    yield f'{transfer.at:%Y-%m-%d} * "{_quoted(transfer.kind.value)}" "{_quoted(transfer.transfer_id)}"'
    yield f'  at: "{transfer.at:%Y-%m-%dT%H:%M:%SZ}"'
    yield f"  {account_of(transfer.debit)}  {_amount(transfer.amount_cents)} {CURRENCY}"
    yield f"  {account_of(transfer.credit)}  {_amount(-transfer.amount_cents)} {CURRENCY}"


def _amount(cents: int) -> str:
    whole, rest = divmod(abs(cents), _CENTS)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _field(text: str) -> str:
    # A name that a table would take for a formula is told to it as text.
    safe = f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
    return '"' + safe.replace('"', '""') + '"' if any(each in safe for each in '",\r\n') else safe
