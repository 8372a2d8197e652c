"""An organisation asks for an account by itself; an operator opens it, or refuses with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.domain.account import Account, AccountKind
from marketplace.domain.account_request import (
    FORGOTTEN_AFTER,
    MOST_OF_CLIENT,
    MOST_OF_DOMAIN,
    MOST_WAITING,
    AccountRequest,
    Claim,
    RequestState,
)
from marketplace.domain.act import APPROVED, Act, Register, written
from marketplace.domain.member import Role
from marketplace.domain.member_link import LinkKind, LinkPurpose, NewLink
from marketplace.errors import RegisterConflictError, TooManyAttemptsError, UnknownCaseError
from marketplace.services.accounts import checked_email
from marketplace.services.desk import Desk
from marketplace.services.member_links import new_link
from marketplace.services.operators import enter, require_operator
from marketplace.services.ports import Books

REFUSED = "refused"
MAX_REASON = 500


@dataclass(frozen=True)
class AccountRequests:
    """Takes requests in, and what operators decide. Whether an address has an account is told to nobody."""

    desk: Desk

    def ask(self, claim: Claim, email: str, *, client: str = "") -> None:
        """Take a request in; a second one of an address that waits changes nothing.

        `client` is the network from which it comes, empty where it is not known.

        Raises:
            RefusedError: the e-mail address has no form of one.
            TooManyAttemptsError: too many wait, from this network, of this e-mail domain or in all.
        """
        address, now = checked_email(email), self.desk.now()
        with self.desk.store.writing() as books:
            books.access.forget(now - FORGOTTEN_AFTER)
            known = books.access.all()
            waiting = [each for each in known if each.state is RequestState.WAITING]
            asked = AccountRequest(self.desk.new_id(), claim, address, now, client=client)
            _require_room(waiting, asked)
            if address not in {each.email for each in waiting}:
                books.access.add(asked)

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
            books.accounts.add(account)
            made = new_link(
                self.desk,
                books,
                LinkPurpose(LinkKind.INVITATION, account.account_id, asked.email, role=Role.OWNER),
            )
            books.access.save(asked.decided(RequestState.APPROVED, now, account.account_id))
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
            books.access.save(asked.decided(RequestState.REFUSED, now))
            enter(books, (Register.ACCESS, request_id), by, REFUSED, now, because=said)


def _require_room(waiting: Sequence[AccountRequest], asked: AccountRequest) -> None:
    of_client = sum(each.client == asked.client != "" for each in waiting)
    of_domain = sum(each.domain == asked.domain for each in waiting)
    if of_client >= MOST_OF_CLIENT or of_domain >= MOST_OF_DOMAIN:
        raise TooManyAttemptsError(
            "requests that came from where you are, or with your e-mail domain, wait to be decided; please "
            "try again when they are, or write to the operator"
        )
    if len(waiting) >= MOST_WAITING:
        raise TooManyAttemptsError("many organisations are asking at the moment; please try later")


def _waiting(books: Books, request_id: str, by: str) -> AccountRequest:
    require_operator(books, by)
    asked = books.access.get(request_id)
    if asked is None:
        raise UnknownCaseError("there is no such request")
    if asked.state is not RequestState.WAITING:
        raise RegisterConflictError("this request was decided before")
    return asked
