"""Members, their passwords and sessions in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crypto.sealing import Argon2Cost
from marketplace.domain.account import StoredPassword
from marketplace.domain.member import Member, MemberSession
from marketplace.domain.member_link import MemberLink
from marketplace.errors import AccountConflictError
from marketplace.storage.member_tables import member_links, member_sessions, members

_FIELDS = (
    "member_id",
    "account_id",
    "email",
    "name",
    "role",
    "joined_at",
    "invited_by",
    "ended_at",
    "spends_most_cents",
)

_LINK = [column for column in member_links.c if column.name != "digest"]


class SqlMembers:
    """The `MemberBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, member: Member, password: StoredPassword | None = None) -> None:
        """Keep a new member.

        Raises:
            AccountConflictError: a member who was not ended has this e-mail address.
        """
        row = {name: getattr(member, name) for name in _FIELDS} | _password_row(password)
        try:
            with self._session.begin_nested():
                self._session.execute(insert(members).values(row))
        except IntegrityError as error:
            raise AccountConflictError("there is an account with this e-mail address") from error

    def get(self, member_id: str) -> Member | None:
        """A member by id, ended or not."""
        row = self._session.execute(select(members).where(members.c.member_id == member_id)).first()
        return None if row is None else _member(row)

    def find(self, email: str) -> tuple[Member, StoredPassword | None] | None:
        """The member with this address, and her password; nobody who was ended."""
        found = select(members).where(members.c.email == email, members.c.ended_at.is_(None))
        row = self._session.execute(found).first()
        return None if row is None else (_member(row), _password(row))

    def of_account(self, account_id: str) -> Sequence[Member]:
        """All members of an account in the order in which they joined."""
        found = select(members).where(members.c.account_id == account_id)
        return [
            _member(row)
            for row in self._session.execute(found.order_by(members.c.joined_at, members.c.member_id))
        ]

    def save(self, member: Member) -> None:
        """Keep what became of a member."""
        row = {name: getattr(member, name) for name in _FIELDS}
        self._session.execute(update(members).where(members.c.member_id == member.member_id).values(row))

    def set_password(self, member_id: str, password: StoredPassword | None) -> None:
        """Replace a member's password; None takes it away."""
        changed = update(members).where(members.c.member_id == member_id)
        self._session.execute(changed.values(_password_row(password)))

    def add_session(self, session: MemberSession) -> None:
        """Keep where a member has signed in."""
        self._session.execute(insert(member_sessions).values(asdict(session)))

    def session(self, session_id: str) -> MemberSession | None:
        """One sign-in that was not ended."""
        found = select(member_sessions).where(member_sessions.c.session_id == session_id)
        row = self._session.execute(found).first()
        return None if row is None else MemberSession(**row._mapping)

    def see_session(self, session_id: str, at: datetime) -> None:
        """Note that a session was used."""
        used = update(member_sessions).where(member_sessions.c.session_id == session_id)
        self._session.execute(used.values(seen_at=at))

    def sessions(self, member_id: str) -> Sequence[MemberSession]:
        """Where a member is signed in, the latest first."""
        found = select(member_sessions).where(member_sessions.c.member_id == member_id)
        latest = found.order_by(member_sessions.c.started_at.desc(), member_sessions.c.session_id)
        return [MemberSession(**row._mapping) for row in self._session.execute(latest)]

    def end_sessions(self, member_id: str, *, but: str | None = None) -> None:
        """Sign a member out everywhere, except in one session."""
        ended = delete(member_sessions).where(member_sessions.c.member_id == member_id)
        if but is not None:
            ended = ended.where(member_sessions.c.session_id != but)
        self._session.execute(ended)

    def end_session(self, session_id: str) -> None:
        """Sign a member out at one place."""
        self._session.execute(delete(member_sessions).where(member_sessions.c.session_id == session_id))

    def forget_sessions(self, before: datetime) -> None:
        """Forget sessions that started before a moment."""
        self._session.execute(delete(member_sessions).where(member_sessions.c.started_at < before))

    def add_link(self, link: MemberLink, digest: str) -> None:
        """Keep a new one-time link by the digest of its secret."""
        self._session.execute(insert(member_links).values(asdict(link) | {"digest": digest}))

    def link(self, digest: str) -> MemberLink | None:
        """The link with this secret, open or not."""
        found = select(*_LINK).where(member_links.c.digest == digest)
        row = self._session.execute(found).first()
        return None if row is None else MemberLink(**row._mapping)

    def links(self, account_id: str) -> Sequence[MemberLink]:
        """The links of an account, the oldest first."""
        found = select(*_LINK).where(member_links.c.account_id == account_id)
        oldest = found.order_by(member_links.c.made_at, member_links.c.link_id)
        return [MemberLink(**row._mapping) for row in self._session.execute(oldest)]

    def end_link(self, link_id: str, at: datetime) -> None:
        """End a link; the first moment stays."""
        still_open = (member_links.c.link_id == link_id) & member_links.c.ended_at.is_(None)
        self._session.execute(update(member_links).where(still_open).values(ended_at=at))


def _member(row: Row[tuple[object, ...]]) -> Member:
    return Member(**{name: row._mapping[name] for name in _FIELDS})


def _password(row: Row[tuple[object, ...]]) -> StoredPassword | None:
    if row.password_salt is None:
        return None
    cost = Argon2Cost(row.password_memory_kib, row.password_iterations, row.password_lanes)
    return StoredPassword(row.password_salt, cost, row.password_stretched)


def _password_row(password: StoredPassword | None) -> dict[str, object]:
    return {
        "password_salt": None if password is None else password.salt,
        "password_memory_kib": None if password is None else password.cost.memory_kib,
        "password_iterations": None if password is None else password.cost.iterations,
        "password_lanes": None if password is None else password.cost.lanes,
        "password_stretched": None if password is None else password.stretched,
    }
