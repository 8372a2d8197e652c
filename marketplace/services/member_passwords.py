"""A member's password: changed by herself, or replaced by a link that an operator makes."""

from dataclasses import dataclass

from crypto.sealing import DEFAULT_COST, Argon2Cost
from marketplace.domain.account import normal_email, secret_digest
from marketplace.domain.member import Member
from marketplace.domain.member_link import LinkKind, LinkPurpose, NewLink
from marketplace.errors import UnknownError
from marketplace.services.accounts import SignIn, stretched
from marketplace.services.desk import Desk
from marketplace.services.member_links import new_link
from marketplace.services.ports import Books


@dataclass(frozen=True)
class MemberPasswords:
    """Changes and replaces passwords; whoever was signed in with the old one is signed out."""

    desk: Desk
    sign_in: SignIn
    cost: Argon2Cost = DEFAULT_COST

    def change(self, member: Member, old: str, new: str, *, session_id: str | None) -> None:
        """Replace a member's password; she stays signed in here and nowhere else.

        Raises:
            WrongCredentialsError, TooManyAttemptsError: as for signing in with the old one.
            WeakPasswordError: the new one has fewer than 10 or more than 500 characters.
        """
        self.sign_in(member.email, old)
        stored = stretched(self.desk, new, self.cost)
        with self.desk.store.writing() as books:
            books.members.set_password(member.member_id, stored)
            books.members.end_sessions(member.member_id, but=session_id)

    def make_reset(self, email: str) -> NewLink:
        """A link with which a member sets a new password within a day; made by operators for her.

        Raises:
            UnknownError: no member has this address.
        """
        with self.desk.store.writing() as books:
            found = books.members.find(normal_email(email))
            if found is None:
                raise UnknownError("no member has this e-mail address")
            member = found[0]
            return new_link(
                self.desk,
                books,
                LinkPurpose(
                    LinkKind.RESET,
                    member.account_id,
                    member.email,
                    member_id=member.member_id,
                ),
            )

    def read(self, secret: str) -> Member:
        """Whose password a link replaces.

        Raises:
            UnknownError: there is no such link, it was used or ran out, or she was ended.
        """
        with self.desk.store.reading() as books:
            return self._whose(books, secret)

    def reset(self, secret: str, password: str) -> Member:
        """The member with her new password, signed out everywhere; all links of this kind for her are over.

        Raises:
            UnknownError: as for `read`.
            WeakPasswordError: the password has fewer than 10 or more than 500 characters.
        """
        now = self.desk.now()
        self.read(secret)
        stored = stretched(self.desk, password, self.cost)
        with self.desk.store.writing() as books:
            member = self._whose(books, secret)
            books.members.set_password(member.member_id, stored)
            books.members.end_sessions(member.member_id)
            books.accounts.forget_failures(member.email)
            for each in books.members.links(member.account_id):
                if each.member_id == member.member_id:
                    books.members.end_link(each.link_id, now)
        return member

    def _whose(self, books: Books, secret: str) -> Member:
        link = books.members.link(secret_digest(secret))
        if link is None or link.kind is not LinkKind.RESET or not link.is_open(self.desk.now()):
            raise UnknownError("this link does not work any more; ask the operator for a new one")
        member = books.members.get(link.member_id or "")
        if member is None or member.ended_at is not None:
            raise UnknownError("this link does not work any more; ask the operator for a new one")
        return member
