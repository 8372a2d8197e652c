"""What has each person's privacy been charged so far, by which job with which set of people?

A person is charged under her *account*: her pairwise handle at one issuer. Another issuer that learns the
handle and writes it into a credential of its own reaches another account, never hers. Charges that an earlier
version noted under the bare handle count for every account with that handle.

Enforced is the sum of her epsilons, as her policy says. Each charge also says what it costs as ρ, and all of
them what they come to together (`consent.spending`): that is shown, and nothing is decided by it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from consent.spending import Spending, rho_of
from crypto.encoding import b64url_encode, sha256
from marketplace.mpc_node.storage.batch import batches
from marketplace.mpc_node.storage.tables import ChargeRow
from ssi.hosting.database import Database

_INSERT = insert(ChargeRow.__table__)  # type: ignore[arg-type]
"""Of bare rows: a job may have a million people."""

_BETWEEN: Final = "|"
"""Between the digest of the issuer, which has none, and the handle."""


NO_CAPS: Final[Mapping[str, int]] = {}


@dataclass(frozen=True)
class Charge:
    """One spending: `epsilon` of the person behind `account`, for a job and the root of its set of people."""

    account: str
    job_id: str
    admitted_root: str
    epsilon: Decimal


@dataclass(frozen=True)
class Purchase:
    """What one attempt is about to spend, of everybody in it; an exact answer spends no epsilon."""

    job_id: str
    admitted_root: str
    epsilon: Decimal


class PrivacyLedger:
    """Charges are only ever added, and nothing is given back: a node never knows what its peers let out.

    Epsilons add up (basic composition), which is on the safe side.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def charges(self, accounts: Iterable[str]) -> tuple[Charge, ...]:
        """All charges of some people."""
        with self._database.reading() as session:
            return _charges(session, accounts)

    def spend(
        self,
        purchase: Purchase,
        caps: Mapping[str, Decimal],
        *,
        now: datetime,
        run_caps: Mapping[str, int] = NO_CAPS,
    ) -> frozenset[str]:
        """Charge everybody in `caps` (account to her total cap) or nobody; answer who cannot afford it.

        `run_caps` has the most jobs of those who bound them. The same purchase again is free. Reading and
        writing are one transaction, so two jobs cannot spend the same rest of a budget.
        """
        with self._database.writing() as session:
            known = _charges(session, caps)
            paid = {charge.account for charge in known if _is_for(charge, purchase)}
            spent = totals(known)
            runs = runs_of(known, but=purchase.job_id)
            due = [account for account in caps if account not in paid]
            over = frozenset(
                each
                for each in due
                if spent.get(each, Decimal(0)) + purchase.epsilon > caps[each]
                or (each in run_caps and runs.get(each, 0) >= run_caps[each])
            )
            if not over:
                for batch in batches(due):
                    session.execute(_INSERT, [_row(account, purchase, now) for account in batch])
            return over

    def spendings(self) -> Iterator[tuple[str, Spending]]:
        """What each account was charged, in both accounts of it, by the names that charges have here."""
        columns = select(ChargeRow.handle, ChargeRow.epsilon, ChargeRow.rho).order_by(ChargeRow.handle)
        with self._database.reading() as session:
            rows = session.execute(columns.execution_options(yield_per=10_000))
            for account, mine in groupby(rows, key=lambda row: row.handle):
                charged = [(Decimal(row.epsilon), row.rho) for row in mine]
                yield (
                    account,
                    Spending(
                        sum((epsilon for epsilon, _ in charged), Decimal(0)),
                        sum((_rho(epsilon, text) for epsilon, text in charged), Fraction(0)),
                    ),
                )


def _rho(epsilon: Decimal, text: str | None) -> Fraction:
    return rho_of(epsilon) if text is None else Fraction(text)


def totals(charges: Iterable[Charge]) -> dict[str, Decimal]:
    """The sum of each person's charges."""
    spent: dict[str, Decimal] = {}
    for charge in charges:
        spent[charge.account] = spent.get(charge.account, Decimal(0)) + charge.epsilon
    return spent


def runs_of(charges: Iterable[Charge], *, but: str) -> dict[str, int]:
    """By how many jobs each person was charged, besides the one named; its attempts are one job.

    An exact answer is charged only to those who bound the number of jobs, so it counts from then on.
    """
    jobs: dict[str, set[str]] = {}
    for charge in charges:
        if charge.job_id != but:
            jobs.setdefault(charge.account, set()).add(charge.job_id)
    return {account: len(named) for account, named in jobs.items()}


def account_of(issuer: str, handle: str) -> str:
    """The account of the person whom an issuer knows by a handle; the handle is its end."""
    return f"{_name_of(issuer)}{_BETWEEN}{handle}"


@lru_cache(maxsize=1024)
def _name_of(issuer: str) -> str:
    return b64url_encode(sha256(issuer.encode()))


def _charges(session: Session, accounts: Iterable[str]) -> tuple[Charge, ...]:
    if session.execute(select(ChargeRow.handle).limit(1)).first() is None:
        return ()
    named: dict[str, list[str]] = {}
    for account in set(accounts):
        named.setdefault(account, []).append(account)
        _, between, handle = account.partition(_BETWEEN)
        if between:
            named.setdefault(handle, []).append(account)
    columns = select(ChargeRow.handle, ChargeRow.job_id, ChargeRow.admitted_root, ChargeRow.epsilon)
    return tuple(
        Charge(account, job_id, root, Decimal(epsilon))
        for batch in batches(named)
        for name, job_id, root, epsilon in session.execute(columns.where(ChargeRow.handle.in_(batch)))
        for account in named[name]
    )


def _is_for(charge: Charge, purchase: Purchase) -> bool:
    return (charge.job_id, charge.admitted_root) == (purchase.job_id, purchase.admitted_root)


def _row(account: str, purchase: Purchase, now: datetime) -> dict[str, object]:
    return {
        "handle": account,
        "job_id": purchase.job_id,
        "admitted_root": purchase.admitted_root,
        "epsilon": str(purchase.epsilon),
        "rho": str(rho_of(purchase.epsilon)),
        "charged_at": now,
    }
