"""Where is a member signed in? A session names its member, who is looked up at every request."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from marketplace.domain.account import Account
from marketplace.domain.member import MAX_DEVICE, Member, MemberSession
from marketplace.errors import UnknownError
from marketplace.services.desk import Desk

SEEN_TO: Final = timedelta(minutes=1)
"""How exactly it is kept when a session was last used: looking up is no writing, but once a minute."""
_ENDED: Final = "you were signed out here from elsewhere, or your access was ended"


@dataclass(frozen=True)
class MemberSessions:
    """Begins, finds, renews, lists and ends the sessions of members."""

    desk: Desk

    def begin(self, member: Member, device: str, *, proven_at: datetime | None = None) -> MemberSession:
        """A session for a member; `proven_at` is when she showed who she is, None where nobody knows."""
        now = self.desk.now()
        session = MemberSession(
            session_id=self.desk.new_id(),
            member_id=member.member_id,
            device=device[:MAX_DEVICE],
            started_at=now,
            proven_at=None if proven_at is None else min(proven_at, now),
        )
        with self.desk.store.writing() as books:
            books.members.forget_sessions(now - self.desk.terms.sessions.lifetime)
            books.members.add_session(session)
        return session

    def renew(self, session_id: str, *, proven_at: datetime) -> MemberSession:
        """The session under another id, for a member who has shown again who she is.

        Whoever copied the cookie from before does not become her by it: the old id is over. It began when it
        began, so showing who one is again does not make it longer.

        Raises:
            UnknownError: it was ended meanwhile.
        """
        now = self.desk.now()
        with self.desk.store.writing() as books:
            session = books.members.session(session_id)
            if session is None:
                raise UnknownError(_ENDED)
            renewed = replace(
                session, session_id=self.desk.new_id(), seen_at=now, proven_at=min(proven_at, now)
            )
            books.members.end_session(session_id)
            books.members.add_session(renewed)
        return renewed

    def find(self, session_id: str, *, in_use: bool = True) -> tuple[Member, Account, MemberSession]:
        """Whose a session is, as she is now, the account that she acts for, and the session.

        With `in_use` this counts as using it, which is written down at most once a minute.

        Raises:
            UnknownError: there is none, it ran out, it was ended, or she was; it says in words which.
        """
        now = self.desk.now()
        with self.desk.store.reading() as books:
            session = books.members.session(session_id)
            member = None if session is None else books.members.get(session.member_id)
            account = None if member is None else books.accounts.get(member.account_id)
        if session is None or member is None or member.ended_at is not None or account is None:
            raise UnknownError(_ENDED)
        over = self.desk.terms.sessions.why_over(session, account.kind, now)
        if over is not None:
            raise UnknownError(over)
        if in_use and now - session.used_at >= SEEN_TO:
            with self.desk.store.writing() as books:
                books.members.see_session(session_id, now)
        return member, account, session

    def of(self, member_id: str) -> Sequence[MemberSession]:
        """Where a member is signed in, the latest first."""
        now, terms = self.desk.now(), self.desk.terms.sessions
        with self.desk.store.reading() as books:
            member = books.members.get(member_id)
            account = None if member is None else books.accounts.get(member.account_id)
            sessions = books.members.sessions(member_id)
        if account is None:
            return []
        return [each for each in sessions if terms.why_over(each, account.kind, now) is None]

    def end(self, member_id: str, session_id: str) -> None:
        """Sign a member out at one place; again changes nothing.

        Raises:
            UnknownError: it is the session of somebody else.
        """
        with self.desk.store.writing() as books:
            session = books.members.session(session_id)
            if session is not None and session.member_id != member_id:
                raise UnknownError("you have no such session")
            books.members.end_session(session_id)

    def end_others(self, member_id: str, *, but: str | None) -> None:
        """Sign a member out everywhere else."""
        with self.desk.store.writing() as books:
            books.members.end_sessions(member_id, but=but)
