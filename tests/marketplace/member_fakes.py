"""Members in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from marketplace.domain.account import StoredPassword
from marketplace.domain.member import Member, MemberSession
from marketplace.domain.member_link import MemberLink
from marketplace.errors import AccountConflictError


class MemoryMembers:
    def __init__(self) -> None:
        self.rows: dict[str, tuple[Member, StoredPassword | None]] = {}
        self.signed_in: dict[str, MemberSession] = {}
        self.kept_links: dict[str, tuple[MemberLink, str]] = {}

    def add(self, member: Member, password: StoredPassword | None = None) -> None:
        if member.ended_at is None and self.find(member.email) is not None:
            raise AccountConflictError("there is an account with this e-mail address")
        self.rows[member.member_id] = (member, password)

    def get(self, member_id: str) -> Member | None:
        return self.rows[member_id][0] if member_id in self.rows else None

    def find(self, email: str) -> tuple[Member, StoredPassword | None] | None:
        return next((r for r in self.rows.values() if r[0].email == email and r[0].ended_at is None), None)

    def of_account(self, account_id: str) -> Sequence[Member]:
        found = [member for member, _ in self.rows.values() if member.account_id == account_id]
        return sorted(found, key=lambda each: (each.joined_at, each.member_id))

    def save(self, member: Member) -> None:
        self.rows[member.member_id] = (member, self.rows[member.member_id][1])

    def set_password(self, member_id: str, password: StoredPassword | None) -> None:
        self.rows[member_id] = (self.rows[member_id][0], password)

    def add_session(self, session: MemberSession) -> None:
        self.signed_in[session.session_id] = session

    def session(self, session_id: str) -> MemberSession | None:
        return self.signed_in.get(session_id)

    def see_session(self, session_id: str, at: datetime) -> None:
        if session_id in self.signed_in:
            self.signed_in[session_id] = replace(self.signed_in[session_id], seen_at=at)

    def sessions(self, member_id: str) -> Sequence[MemberSession]:
        found = [each for each in self.signed_in.values() if each.member_id == member_id]
        by_id = sorted(found, key=lambda each: each.session_id)
        return sorted(by_id, key=lambda each: each.started_at, reverse=True)

    def end_sessions(self, member_id: str, *, but: str | None = None) -> None:
        for each in self.sessions(member_id):
            if each.session_id != but:
                del self.signed_in[each.session_id]

    def end_session(self, session_id: str) -> None:
        self.signed_in.pop(session_id, None)

    def forget_sessions(self, before: datetime) -> None:
        for each in tuple(self.signed_in.values()):
            if each.started_at < before:
                del self.signed_in[each.session_id]

    def add_link(self, link: MemberLink, digest: str) -> None:
        self.kept_links[link.link_id] = (link, digest)

    def link(self, digest: str) -> MemberLink | None:
        return next((link for link, kept in self.kept_links.values() if kept == digest), None)

    def links(self, account_id: str) -> Sequence[MemberLink]:
        found = [link for link, _ in self.kept_links.values() if link.account_id == account_id]
        return sorted(found, key=lambda each: (each.made_at, each.link_id))

    def end_link(self, link_id: str, at: datetime) -> None:
        link, digest = self.kept_links[link_id]
        if link.ended_at is None:
            self.kept_links[link_id] = (replace(link, ended_at=at), digest)
