"""What does a page stand on, and who asks for it? One statement for both, in SQL.

Whoever changes what these pages show adds it here: a test refuses a page that reads a table of which its
glance knows nothing (`TOLD_OF`, `tests/marketplace/web/test_kept_pages.py`).
"""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Select,
    String,
    bindparam,
    case,
    exists,
    func,
    select,
    type_coerce,
)

from marketplace.domain.account import AccountKind
from marketplace.domain.member import SessionTerms
from marketplace.domain.stall import PATIENCE
from marketplace.services.detect_stalls import LEASE
from marketplace.services.glance_ports import Glance
from marketplace.services.member_sessions import SEEN_TO
from marketplace.storage import edition
from marketplace.storage.edition import catalogue_editions
from marketplace.storage.invoice_tables import invoices
from marketplace.storage.member_tables import member_sessions, members
from marketplace.storage.tables import accounts, api_keys, job_events, jobs, orders, organisations
from ssi.hosting.columns import UtcMoment
from ssi.hosting.database import Database
from ssi.hosting.prepared import Prepared, Value

_WHO = frozenset({member_sessions, members, accounts, organisations, api_keys})
TOLD_OF = {
    "catalogue": _WHO | edition.TOLD_OF | {catalogue_editions, orders},
    "order": _WHO | {orders, jobs, job_events, invoices},
}
"""The tables that a page may read: whatever changes in them and is shown makes another glance."""

_last, _by = job_events.alias("last_event"), members.alias("ordered_by")
_edition = select(catalogue_editions.c.number).scalar_subquery()


class SqlGlances:
    """The `Glances` of one database; safe to share between threads.

    A session that was not used for a minute is for the app: there it is written down that it was, or ends.
    """

    def __init__(self, database: Database, sessions: SessionTerms) -> None:
        self._database, self._lifetime = database, sessions.lifetime
        self._in_use = min(SEEN_TO, sessions.buyer_idle, sessions.operator_idle)
        in_session = member_sessions.join(members, members.c.member_id == member_sessions.c.member_id).join(
            accounts, accounts.c.account_id == members.c.account_id
        )
        with_key = api_keys.join(accounts, accounts.c.account_id == api_keys.c.account_id).outerjoin(
            members, members.c.member_id == api_keys.c.made_by
        )
        signed_in = (
            member_sessions.c.session_id == bindparam("session_id", type_=String),
            member_sessions.c.started_at > bindparam("since", type_=UtcMoment),
            func.coalesce(member_sessions.c.seen_at, member_sessions.c.started_at)
            > bindparam("used_since", type_=UtcMoment),
        )
        used_today = (
            api_keys.c.secret_digest == bindparam("digest", type_=String),
            api_keys.c.last_used_on == bindparam("today", type_=Date),
        )
        # A buyer who never ordered is shown what to do first, which depends on more.
        knows_the_way = (accounts.c.kind != AccountKind.BUYER) | exists().where(
            orders.c.account_id == accounts.c.account_id
        )
        named = members.c.member_id
        self._catalogue = Prepared(database, select(catalogue_editions.c.number))
        self._catalogue_in = Prepared(
            database, _asked(named, in_session, _edition).where(*signed_in, knows_the_way)
        )
        self._order_in = Prepared(database, _asked(named, _with_order(in_session), *_ORDER).where(*signed_in))
        key = (api_keys.c.scopes, type_coerce(api_keys.c.revoked_at, String))
        self._order_by_key = Prepared(
            database, _asked(api_keys.c.key_id, _with_order(with_key), *key, *_ORDER).where(*used_today)
        )

    def moment(self) -> AbstractContextManager[None]:
        """What is read in this block, glances too, is of one moment."""
        return self._database.one_moment()

    def catalogue(self) -> Glance | None:
        """The catalogue, for who is not signed in."""
        return Glance(None, self._catalogue.first() or ())

    def catalogue_in(self, session_id: str, now: datetime) -> Glance | None:
        """The catalogue for who is signed in."""
        return _glance(self._catalogue_in.first(**self._session(session_id, now)))

    def order_in(self, session_id: str, order_id: str, now: datetime) -> Glance | None:
        """An order for who is signed in."""
        asked = {**self._session(session_id, now), "order_id": order_id, **_overdue(now)}
        return _glance(self._order_in.first(**asked))

    def order_by_key(self, secret_digest: str, order_id: str, now: datetime) -> Glance | None:
        """An order for a program; the first use of a day is not for it, because it is written down."""
        asked = {"digest": secret_digest, "today": now.date(), "order_id": order_id, **_overdue(now)}
        return _glance(self._order_by_key.first(**asked))

    def _session(self, session_id: str, now: datetime) -> dict[str, Value]:
        return {"session_id": session_id, "since": now - self._lifetime, "used_since": now - self._in_use}


def _glance(row: tuple[object, ...] | None) -> Glance | None:
    return None if row is None else Glance(str(row[0]), row)


def _asked(named: ColumnElement[Any], who: FromClause, *shown: ColumnElement[Any]) -> Select[Any]:
    """Who asks, the first column naming her, and what is shown besides."""
    everybody = who.outerjoin(organisations, organisations.c.account_id == accounts.c.account_id)
    member = (members.c.email, members.c.name, members.c.role, members.c.ended_at)
    buyer = (accounts.c.account_id, accounts.c.kind, organisations.c.name, organisations.c.registered_at)
    return select(named, *member, *buyer, *shown).select_from(everybody)


def _with_order(who: FromClause) -> FromClause:
    newest = select(func.max(job_events.c.ordinal)).where(job_events.c.job_id == jobs.c.job_id)
    last = (_last.c.job_id == jobs.c.job_id) & (_last.c.ordinal == newest.scalar_subquery())
    return (
        who.outerjoin(orders, orders.c.order_id == bindparam("order_id", type_=String))
        .outerjoin(jobs, jobs.c.job_id == orders.c.job_id)
        .outerjoin(_last, last)
        .outerjoin(invoices, invoices.c.source == orders.c.order_id)
        .outerjoin(_by, _by.c.member_id == orders.c.ordered_by)
    )


def _overdue(now: datetime) -> dict[str, Value]:
    """From when on a job is left alone too long, see `stall_of`: without a lease, and with one."""
    return {"before": now - PATIENCE, "leased_before": now - PATIENCE + LEASE}


def _alone_since() -> ColumnElement[Any]:
    """Since when no worker was at the job; nothing as long as that is no reason to say so."""
    due = func.coalesce(jobs.c.due_at, jobs.c.updated_at)
    free, leased = jobs.c.leased_until.is_(None), jobs.c.leased_until
    return case(
        (free & (due <= bindparam("before", type_=UtcMoment)), due),
        (leased <= bindparam("leased_before", type_=UtcMoment), leased),
        else_=None,
    )


_ORDER = (
    orders.c.account_id.label("whose"),
    type_coerce(orders.c.dispute, String),
    *(each for each in jobs.c if each.name not in ("manifest", "due_at", "leased_by", "leased_until")),
    _alone_since(),
    _last.c.ordinal,
    _last.c.at,
    _last.c.note,
    invoices.c.number,
    _by.c.name,
)
"""All of an order that changes; what it asked and what was agreed does not, and events are only added."""
