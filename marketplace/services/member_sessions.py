"""Where is a member signed in? A session names its member, who is looked up at every request."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.domain.account import Account
from marketplace.domain.member import MAX_DEVICE, SESSION_LIFETIME, Member, MemberSession
from marketplace.errors import UnknownError
from marketplace.services.desk import Desk


@dataclass(frozen=True)
class MemberSessions:
    """Begins, finds, lists and ends the sessions of members."""

    desk: Desk

    def begin(self, member: Member, device: str) -> MemberSession:
        """A session for a member who has just shown who she is, by whatever way in."""
        now = self.desk.now()
        session = MemberSession(self.desk.new_id(), member.member_id, device[:MAX_DEVICE], now)
        with self.desk.store.writing() as books:
            books.members.forget_sessions(now - SESSION_LIFETIME)
            books.members.add_session(session)
        return session

    def find(self, session_id: str) -> tuple[Member, Account]:
        """Whose a session is, as she is now, and the account that she acts for.

        Raises:
            UnknownError: there is none, it ran out, it was ended, or she was.
        """
        with self.desk.store.reading() as books:
            session = books.members.session(session_id)
            member = None if session is None else books.members.get(session.member_id)
            account = None if member is None else books.accounts.get(member.account_id)
        if session is None or not session.lasts(self.desk.now()):
            raise UnknownError("this session is over")
        if member is None or member.ended_at is not None or account is None:
            raise UnknownError("this member was ended")
        return member, account

    def of(self, member_id: str) -> Sequence[MemberSession]:
        """Where a member is signed in, the latest first."""
        now = self.desk.now()
        with self.desk.store.reading() as books:
            return [each for each in books.members.sessions(member_id) if each.lasts(now)]

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
