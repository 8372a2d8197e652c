"""What does whoever asked learn of a session? Its state and outcome, and as signed news for their server."""

from datetime import datetime

from crypto.encoding import Json, canonical_json
from crypto.reading import utc_text
from marketplace.domain.presentation import Notice, PresentationSession
from marketplace.services.desk import Desk
from ssi.openid4vp.errors import SENTENCES, Reason


def view_of(
    session: PresentationSession, *, now: datetime, result: dict[str, Json] | None = None
) -> dict[str, Json]:
    """A session as JSON; `result` is what was shown, if it was believed and may be read."""
    expired = session.is_over(now)
    reason = Reason.SESSION_EXPIRED.value if expired else session.reason
    return {
        "session_id": session.session_id,
        "state": "expired" if expired else session.state.value,
        "created_at": utc_text(session.created_at),
        "expires_at": utc_text(session.expires_at),
        "answered_at": None if session.answered_at is None else utc_text(session.answered_at),
        "reason": reason,
        "sentence": None if reason is None else SENTENCES[Reason(reason)],
        "detail": session.detail,
        "result": result,
    }


def notice_of(desk: Desk, session: PresentationSession) -> Notice:
    """News of a session's end; what was shown is not in it, but is read with the API key."""
    now = desk.now()
    notice_id = desk.new_id()
    document = {"notice_id": notice_id, **view_of(session, now=now)}
    return Notice(
        notice_id=notice_id,
        session_id=session.session_id,
        account_id=session.account_id,
        url=session.question.webhook_url or "",
        body=canonical_json(document).decode(),
        created_at=now,
        due_at=now,
    )
