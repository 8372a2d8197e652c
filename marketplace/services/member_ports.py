"""What the use cases about members need of the books."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.account import StoredPassword
from marketplace.domain.member import Member, MemberSession
from marketplace.domain.member_link import MemberLink


class MemberBook(Protocol):
    """Keeps members, their passwords and where they are signed in, within one database transaction."""

    def add(self, member: Member, password: StoredPassword | None = None) -> None:
        """Keep a new member; without a password another way in has to exist.

        Raises:
            AccountConflictError: a member who was not ended has this e-mail address.
        """
        ...

    def get(self, member_id: str) -> Member | None:
        """A member by id, ended or not."""
        ...

    def find(self, email: str) -> tuple[Member, StoredPassword | None] | None:
        """The member with this address in its normal spelling, and her password; nobody who was ended."""
        ...

    def of_account(self, account_id: str) -> Sequence[Member]:
        """All members of an account, ended ones too, in the order in which they joined."""
        ...

    def save(self, member: Member) -> None:
        """Keep what became of a member: her name, role, limit and end."""
        ...

    def set_password(self, member_id: str, password: StoredPassword | None) -> None:
        """Replace a member's password; None takes it away."""
        ...

    def add_session(self, session: MemberSession) -> None:
        """Keep where a member has signed in."""
        ...

    def session(self, session_id: str) -> MemberSession | None:
        """One sign-in that was not ended."""
        ...

    def see_session(self, session_id: str, at: datetime) -> None:
        """Note that a session was used; where it was ended meanwhile, nothing happens."""
        ...

    def sessions(self, member_id: str) -> Sequence[MemberSession]:
        """Where a member is signed in, the latest first."""
        ...

    def end_sessions(self, member_id: str, *, but: str | None = None) -> None:
        """Sign a member out everywhere, except in one session."""
        ...

    def end_session(self, session_id: str) -> None:
        """Sign a member out at one place."""
        ...

    def forget_sessions(self, before: datetime) -> None:
        """Forget sessions that started before a moment."""
        ...

    def add_link(self, link: MemberLink, digest: str) -> None:
        """Keep a new one-time link by the digest of its secret."""
        ...

    def link(self, digest: str) -> MemberLink | None:
        """The link with this secret, open or not."""
        ...

    def links(self, account_id: str) -> Sequence[MemberLink]:
        """The links of an account, the oldest first."""
        ...

    def end_link(self, link_id: str, at: datetime) -> None:
        """End a link, because it was used or taken back; the first moment stays."""
        ...
