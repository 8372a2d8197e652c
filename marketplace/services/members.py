"""Members of an organisation: invite, join, change, end. A change counts at the next request."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crypto.sealing import DEFAULT_COST, Argon2Cost
from marketplace.domain.account import secret_digest
from marketplace.domain.member import (
    MOST_MEMBERS,
    Member,
    Right,
    Role,
    called,
    may_give,
    require_another_owner,
)
from marketplace.domain.member_act import Did
from marketplace.domain.member_link import LinkKind, LinkPurpose, MemberLink, NewLink
from marketplace.errors import AmountError, NotAllowedError, RefusedError, RoleMissingError, UnknownError
from marketplace.services.accounts import checked_email, stretched
from marketplace.services.desk import Desk
from marketplace.services.member_acts import is_organisation, member_of, note
from marketplace.services.member_links import new_link
from marketplace.services.ports import Books

MOST_LIMIT_CENTS = 100_000_000_000


@dataclass(frozen=True)
class Members:
    """Everything about the members of an account. `by` is the member who does something."""

    desk: Desk
    cost: Argon2Cost = DEFAULT_COST

    def of(self, account_id: str) -> Sequence[Member]:
        """The members of an account, ended ones too, in the order in which they joined."""
        with self.desk.store.reading() as books:
            return books.members.of_account(account_id)

    def invitations(self, account_id: str) -> Sequence[MemberLink]:
        """The invitations that wait to be accepted, the oldest first."""
        with self.desk.store.reading() as books:
            return _open_invitations(books, account_id, self.desk.now())

    def invite(
        self, account_id: str, email: str, role: Role, *, by: str | None, spends_most_cents: int | None = None
    ) -> NewLink:
        """A link for one person, with which she becomes a member; None is the operator.

        Raises:
            RefusedError: the e-mail address has no form of one, or the account has as many members as it may.
            NotAllowedError: the account is an operator's, who is one person.
            RoleMissingError: the member may not invite, or not give this role.
        """
        address, limit, now = checked_email(email), checked_limit(spends_most_cents), self.desk.now()
        with self.desk.store.writing() as books:
            if not is_organisation(books, account_id):
                raise NotAllowedError("an operator's account is one person; open another account for another")
            if by is not None:
                _require_giver(member_of(books, account_id, by), role)
            _require_room(books, account_id, now)
            made = new_link(
                self.desk,
                books,
                LinkPurpose(
                    LinkKind.INVITATION,
                    account_id,
                    address,
                    made_by=by,
                    role=role,
                    spends_most_cents=limit,
                ),
            )
            note(books, now, (account_id, by), Did.INVITED, about=str(role))
        return made

    def revoke(self, account_id: str, link_id: str, *, by: str) -> None:
        """Take an invitation back; again changes nothing.

        Raises:
            UnknownError: the account has no such open invitation.
            RoleMissingError: the member does not look after members.
        """
        now = self.desk.now()
        with self.desk.store.writing() as books:
            member_of(books, account_id, by).require(Right.MEMBERS)
            found = {each.link_id: each for each in _open_invitations(books, account_id, now)}
            if link_id not in found:
                raise UnknownError("there is no such invitation")
            books.members.end_link(link_id, now)
            note(books, now, (account_id, by), Did.REVOKED, about=str(found[link_id].role))

    def read(self, secret: str) -> MemberLink:
        """The open invitation behind a link.

        Raises:
            UnknownError: there is none, it was used or taken back, it ran out, or its giver may not give it.
        """
        with self.desk.store.reading() as books:
            return _invitation(books, secret, self.desk.now())

    def accept(self, secret: str, name: str, password: str) -> Member:
        """The new member; the link works no more.

        Raises:
            RefusedError: the name cannot be one.
            WeakPasswordError: the password has fewer than 10 or more than 500 characters.
            UnknownError: as for `read`.
            AccountConflictError: a member of any account has this e-mail address.
        """
        now, spelled = self.desk.now(), called(name)
        self.read(secret)  # nobody without a link has passwords stretched here
        stored = stretched(self.desk, password, self.cost)
        with self.desk.store.writing() as books:
            link = _invitation(books, secret, now)
            member = Member(
                member_id=self.desk.new_id(),
                account_id=link.account_id,
                email=link.email,
                name=spelled,
                role=link.role or Role.READER,
                joined_at=now,
                invited_by=link.made_by,
                spends_most_cents=link.spends_most_cents,
            )
            books.members.add(member, stored)
            books.members.end_link(link.link_id, now)
            note(books, now, (member.account_id, member.member_id), Did.JOINED, about=str(member.role))
        return member

    def change(
        self, account_id: str, member_id: str, role: Role, *, by: str, spends_most_cents: int | None = None
    ) -> Member:
        """The member with another role and limit.

        Raises:
            UnknownError: the account has no such member.
            RoleMissingError: the one who does this may not, or gives or takes what she does not have.
            LastOwnerError: nobody would be owner.
        """
        limit, now = checked_limit(spends_most_cents), self.desk.now()
        with self.desk.store.writing() as books:
            giver, member = member_of(books, account_id, by), member_of(books, account_id, member_id)
            _require_giver(giver, role)
            _require_giver(giver, member.role)
            if role is not Role.OWNER:
                require_another_owner(books.members.of_account(account_id), member)
            changed = replace(member, role=role, spends_most_cents=limit)
            books.members.save(changed)
            note(books, now, (account_id, by), Did.CHANGED, about=f"{member.name}, {role}")
        return changed

    def end(self, account_id: str, member_id: str, *, by: str | None) -> None:
        """End a member: signed out everywhere, without password, and the keys she made work no more.

        Everybody may end herself. Name and address stay, for saying who did what.

        Raises:
            UnknownError: the account has no such member.
            RoleMissingError: the one who does this may not.
            LastOwnerError: nobody would be owner.
        """
        now = self.desk.now()
        with self.desk.store.writing() as books:
            member = member_of(books, account_id, member_id)
            if by not in (None, member_id):
                _require_giver(member_of(books, account_id, by), member.role)
            require_another_owner(books.members.of_account(account_id), member)
            books.members.save(replace(member, ended_at=now))
            books.members.set_password(member_id, None)
            books.members.end_sessions(member_id)
            _end_keys(books, member, now)
            note(books, now, (account_id, by), Did.ENDED, about=member.name)

    def rename(self, member_id: str, name: str) -> None:
        """Give a member the name that she wants.

        Raises:
            RefusedError: it cannot be one.
            UnknownError: there is no such member.
        """
        spelled = called(name)
        with self.desk.store.writing() as books:
            member = books.members.get(member_id)
            if member is None or member.ended_at is not None:
                raise UnknownError("there is no such member")
            books.members.save(replace(member, name=spelled))


def checked_limit(cents: int | None) -> int | None:
    """What a member may spend in a month, None for no limit.

    Raises:
        AmountError: less than nothing, or more than anybody has.
    """
    if cents is not None and not 0 <= cents <= MOST_LIMIT_CENTS:
        raise AmountError(f"a limit is 0 to {MOST_LIMIT_CENTS} cents a month")
    return cents


def _require_giver(giver: Member, role: Role) -> None:
    giver.require(Right.MEMBERS)
    if not may_give(giver, role):
        raise RoleMissingError(f"you are {giver.role} and cannot give the role {role}, which may do more")


def _require_room(books: Books, account_id: str, now: datetime) -> None:
    there = sum(each.ended_at is None for each in books.members.of_account(account_id))
    if there + len(_open_invitations(books, account_id, now)) >= MOST_MEMBERS:
        raise RefusedError(f"an organisation has at most {MOST_MEMBERS} members and open invitations")


def _open_invitations(books: Books, account_id: str, now: datetime) -> list[MemberLink]:
    links = books.members.links(account_id)
    return [each for each in links if each.kind is LinkKind.INVITATION and each.is_open(now)]


def _invitation(books: Books, secret: str, now: datetime) -> MemberLink:
    link = books.members.link(secret_digest(secret))
    if link is None or link.kind is not LinkKind.INVITATION or not link.is_open(now):
        raise UnknownError("this link does not work any more; ask whoever sent it for a new one")
    giver = None if link.made_by is None else books.members.get(link.made_by)
    if link.made_by is not None and (giver is None or not may_give(giver, link.role or Role.READER)):
        raise UnknownError("whoever sent this link may not invite any more; ask an owner for a new one")
    return link


def _end_keys(books: Books, member: Member, now: datetime) -> None:
    for key in books.accounts.api_keys(member.account_id):
        if key.made_by == member.member_id:
            books.accounts.revoke_api_key(key.key_id, now)
