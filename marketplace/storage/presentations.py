"""Questions to wallets and the news of their ends in SQL."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from crypto.encoding import b64url_decode, b64url_encode
from crypto.errors import MalformedError
from marketplace.domain.presentation import (
    MOST_DUE,
    OPEN_STATES,
    Notice,
    PresentationQuestion,
    PresentationSession,
)
from marketplace.storage.presentation_tables import notices, presentation_sessions

_MOST = 100
_CHANGING = ("due_at", "attempts", "delivered_at", "failure")
_ID = re.compile(r"[A-Za-z0-9_-]{1,43}")
"""Ids come from addresses. Others than these are not looked for: PostgreSQL takes no text with a NUL."""


class SqlPresentations:
    """The `PresentationBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, session: PresentationSession) -> None:
        """Keep a new session."""
        values = {
            "session_id": session.session_id,
            "account_id": session.account_id,
            "question": _question_json(session.question),
            "nonce": session.nonce,
            "state_token": session.state_token,
            "created_at": session.created_at,
            "expires_at": session.expires_at,
            "idempotency_key": session.idempotency_key,
            **_changing(session),
        }
        self._session.execute(insert(presentation_sessions).values(values))

    def get(self, session_id: str) -> PresentationSession | None:
        """A session by its id."""
        if not _ID.fullmatch(session_id):
            return None
        named = presentation_sessions.c.session_id == session_id
        row = self._session.execute(select(presentation_sessions).where(named)).first()
        return None if row is None else _read(row)

    def started(self, account_id: str, idempotency_key: str) -> PresentationSession | None:
        """The session that an account started under a key, while it is kept."""
        table = presentation_sessions.c
        own = (table.account_id == account_id) & (table.idempotency_key == idempotency_key)
        row = self._session.execute(select(presentation_sessions).where(own)).first()
        return None if row is None else _read(row)

    def save(self, session: PresentationSession) -> None:
        """Replace what may change of a session."""
        named = presentation_sessions.c.session_id == session.session_id
        self._session.execute(update(presentation_sessions).where(named).values(_changing(session)))

    def count_open(self, account_id: str, now: datetime) -> int:
        """How many sessions of an account can still be answered."""
        table = presentation_sessions.c
        own = (table.account_id == account_id) & table.state.in_(OPEN_STATES) & (table.expires_at > now)
        found = select(func.count()).select_from(presentation_sessions).where(own)
        return self._session.execute(found).scalar_one()

    def forget_before(self, moment: datetime) -> int:
        """Delete what was shown, and the keys, of sessions that expired before a moment; how many."""
        table = presentation_sessions.c
        old = (table.expires_at < moment) & (table.result.is_not(None) | table.response_key.is_not(None))
        found = self._session.execute(select(table.session_id).where(old).limit(_MOST)).scalars().all()
        named = table.session_id.in_(found)
        self._session.execute(
            update(presentation_sessions).where(named).values(result=None, response_key=None)
        )
        return len(found)

    def delete_before(self, moment: datetime) -> int:
        """Delete up to a hundred sessions that expired before a moment, with their news; how many."""
        table = presentation_sessions.c
        old = select(table.session_id).where(table.expires_at < moment).limit(_MOST)
        found = self._session.execute(old).scalars().all()
        self._session.execute(delete(notices).where(notices.c.session_id.in_(found)))
        self._session.execute(delete(presentation_sessions).where(table.session_id.in_(found)))
        return len(found)

    def add_notice(self, notice: Notice) -> None:
        """Keep news to be delivered."""
        self._session.execute(insert(notices).values(asdict(notice)))

    def notice(self, notice_id: str) -> Notice | None:
        """News by its id."""
        if not _ID.fullmatch(notice_id):
            return None
        row = self._session.execute(select(notices).where(notices.c.notice_id == notice_id)).first()
        return None if row is None else _notice(row)

    def notices(self, account_id: str) -> Sequence[Notice]:
        """The latest hundred news of an account, newest first."""
        table = notices.c
        order = (table.created_at.desc(), table.notice_id)
        found = select(notices).where(table.account_id == account_id).order_by(*order).limit(_MOST)
        return [_notice(row) for row in self._session.execute(found)]

    def notices_due(self, now: datetime) -> Sequence[Notice]:
        """Up to a hundred news that are to be tried now, `MOST_DUE` of an account; the longest due first."""
        table = notices.c
        order = (table.due_at, table.notice_id)
        place = func.row_number().over(partition_by=table.account_id, order_by=order)
        due = table.due_at.is_not(None) & (table.due_at <= now)
        placed = select(table.notice_id, place.label("place")).where(due).subquery()
        turn = select(placed.c.notice_id).where(placed.c.place <= MOST_DUE)
        found = select(notices).where(table.notice_id.in_(turn)).order_by(*order).limit(_MOST)
        return [_notice(row) for row in self._session.execute(found)]

    def save_notice(self, notice: Notice) -> None:
        """Replace what may change of news."""
        values = {name: getattr(notice, name) for name in _CHANGING}
        self._session.execute(update(notices).where(notices.c.notice_id == notice.notice_id).values(values))


def _changing(session: PresentationSession) -> dict[str, Any]:
    return {
        "state": session.state,
        "response_key": session.response_key,
        "answered_at": session.answered_at,
        "code_digest": session.code_digest,
        "result": None if session.sealed_result is None else b64url_encode(session.sealed_result),
        "reason": session.reason,
        "detail": session.detail,
    }


def _question_json(question: PresentationQuestion) -> dict[str, Any]:
    return {**asdict(question), "transactions": list(question.transactions)}


def _read(row: Row[tuple[Any, ...]]) -> PresentationSession:
    question = {**row.question, "transactions": tuple(row.question["transactions"])}
    return PresentationSession(
        session_id=row.session_id,
        account_id=row.account_id,
        question=PresentationQuestion(**question),
        nonce=row.nonce,
        state_token=row.state_token,
        created_at=row.created_at,
        expires_at=row.expires_at,
        state=row.state,
        response_key=row.response_key,
        answered_at=row.answered_at,
        code_digest=row.code_digest,
        sealed_result=None if row.result is None else _sealed(row.result),
        reason=row.reason,
        detail=row.detail,
        idempotency_key=row.idempotency_key,
    )


def _sealed(text: str) -> bytes | None:
    """What was shown, as it is sealed; what earlier versions kept in the clear is not read any more."""
    try:
        return b64url_decode(text)
    except MalformedError:
        return None


def _notice(row: Row[tuple[Any, ...]]) -> Notice:
    return Notice(**row._mapping)
