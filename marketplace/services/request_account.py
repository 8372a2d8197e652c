"""An organisation asks for an account by itself; an operator opens it, or refuses with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from marketplace.domain.account import Account, AccountKind, secret_digest
from marketplace.domain.account_request import (
    FORGOTTEN_AFTER,
    MOST_AN_HOUR,
    MOST_WAITING,
    AccountRequest,
    Claim,
    RequestState,
)
from marketplace.domain.act import APPROVED, Act, Register, written
from marketplace.domain.member import Role
from marketplace.domain.member_link import INVITATION_LASTS, LinkKind, MemberLink, NewLink
from marketplace.errors import RegisterConflictError, TooManyAttemptsError, UnknownCaseError
from marketplace.services.accounts import checked_email
from marketplace.services.desk import Desk
from marketplace.services.members import new_link
from marketplace.services.operators import enter, require_operator
from marketplace.services.ports import Books

REFUSED = "refused"
MAX_REASON = 500


@dataclass(frozen=True)
class AccountRequests:
    """Takes requests in, and what operators decide. Whether an address has an account is told to nobody."""

    desk: Desk

    def ask(self, claim: Claim, email: str) -> None:
        """Take a request in; a second one of an address that waits changes nothing.

        Raises:
            RefusedError: the e-mail address has no form of one.
            TooManyAttemptsError: too many wait, or came within an hour, whoever sent them.
        """
        address, now = checked_email(email), self.desk.now()
        with self.desk.store.writing() as books:
            books.access.forget(now - FORGOTTEN_AFTER)
            known = books.access.all()
            waiting = [each for each in known if each.state is RequestState.WAITING]
            lately = [each for each in known if each.requested_at > now - timedelta(hours=1)]
            if len(waiting) >= MOST_WAITING or len(lately) >= MOST_AN_HOUR:
                raise TooManyAttemptsError("many organisations are asking at the moment; please try later")
            if address not in {each.email for each in waiting}:
                books.access.add(AccountRequest(self.desk.new_id(), claim, address, now))

    def all(self) -> Sequence[AccountRequest]:
        """All requests, the oldest first."""
        with self.desk.store.reading() as books:
            return books.access.all()

    def acts(self) -> Sequence[Act]:
        """What operators decided, the latest first."""
        with self.desk.store.reading() as books:
            return books.acts.of_register(Register.ACCESS)[::-1]

    def approve(self, request_id: str, *, by: str) -> NewLink:
        """Open an account; the link with which the contact becomes its first owner, to be passed on.

        Raises:
            UnknownCaseError: there is no such request.
            RegisterConflictError: it was decided before.
            NotAllowedError: the account is not an operator's.
        """
        now = self.desk.now()
        with self.desk.store.writing() as books:
            asked = _waiting(books, request_id, by)
            account = Account(self.desk.new_id(), AccountKind.BUYER, now)
            link = MemberLink(
                link_id=self.desk.new_id(),
                kind=LinkKind.INVITATION,
                account_id=account.account_id,
                email=asked.email,
                made_at=now,
                valid_until=now + INVITATION_LASTS,
                role=Role.OWNER,
            )
            made = new_link(self.desk, link)
            books.accounts.add(account)
            books.members.add_link(link, secret_digest(made.secret))
            opened = replace(
                asked, state=RequestState.APPROVED, decided_at=now, account_id=account.account_id
            )
            books.access.save(opened)
            enter(books, (Register.ACCESS, request_id), by, APPROVED, now, name=asked.claim.name)
        return made

    def refuse(self, request_id: str, reason: str, *, by: str) -> None:
        """Refuse a request with a reason, to be told to the contact; it is forgotten after 30 days.

        Raises:
            RefusedError: there is no reason.
            UnknownCaseError, RegisterConflictError, NotAllowedError: as for `approve`.
        """
        said, now = written(reason, "the reason", most=MAX_REASON), self.desk.now()
        with self.desk.store.writing() as books:
            asked = _waiting(books, request_id, by)
            books.access.save(replace(asked, state=RequestState.REFUSED, decided_at=now))
            enter(books, (Register.ACCESS, request_id), by, REFUSED, now, because=said)


def _waiting(books: Books, request_id: str, by: str) -> AccountRequest:
    require_operator(books, by)
    asked = books.access.get(request_id)
    if asked is None:
        raise UnknownCaseError("there is no such request")
    if asked.state is not RequestState.WAITING:
        raise RegisterConflictError("this request was decided before")
    return asked
