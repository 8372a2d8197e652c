"""Writes down what a member did, in the transaction in which she did it, and tells her organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crypto.encoding import Json
from marketplace.domain.account import AccountKind
from marketplace.domain.act import Act, Register
from marketplace.domain.member import Member, Right, month_of
from marketplace.domain.member_act import Did, spent
from marketplace.errors import SpendingLimitError, UnknownError
from marketplace.services.desk import Desk
from marketplace.services.ports import Books

MOST_SHOWN = 200
Who = tuple[str, str | None]
"""An account, and the member who acts for it; None for a command on the machine."""


def note(books: Books, at: datetime, who: Who, did: Did, **told: Json) -> None:
    """Write what a member did for her account; what a command on the machine did is written nowhere."""
    account_id, by = who
    if by is not None:
        books.acts.add(Act(Register.MEMBER, account_id, at, by, did.value, told))


def member_of(books: Books, account_id: str, member_id: str) -> Member:
    """A member of an account who was not ended.

    Raises:
        UnknownError: the account has no such member.
    """
    member = books.members.get(member_id)
    if member is None or member.account_id != account_id or member.ended_at is not None:
        raise UnknownError("there is no such member")
    return member


def spend(books: Books, at: datetime, who: Who, purchase_id: str, cents: int) -> None:
    """Write that a member orders something, if she may and it is within what she may spend in a month.

    Raises:
        UnknownError: the account has no such member.
        RoleMissingError: her role does not order.
        SpendingLimitError: with this she would spend more than her limit.
    """
    account_id, by = who
    if by is None:
        return
    member = member_of(books, account_id, by)
    member.require(Right.ORDER)
    if member.spends_most_cents is not None:
        before = spent(books.acts.of_case(Register.MEMBER, account_id), by, month_of(at))
        if before + cents > member.spends_most_cents:
            raise SpendingLimitError(cents, max(0, member.spends_most_cents - before))
    note(books, at, who, Did.ORDERED, about=purchase_id, cents=cents)


@dataclass(frozen=True)
class ReadMemberActs:
    """Tells an organisation which of its members did what."""

    desk: Desk

    def __call__(self, account_id: str) -> Sequence[Act]:
        """What was done, the latest first and no more than 200."""
        with self.desk.store.reading() as books:
            return books.acts.of_case(Register.MEMBER, account_id)[::-1][:MOST_SHOWN]

    def who(self, account_id: str) -> dict[str, str]:
        """The members of an account, ended ones too, by id: their names."""
        with self.desk.store.reading() as books:
            return {each.member_id: each.name for each in books.members.of_account(account_id)}

    def buyer_of(self, account_id: str, order_id: str) -> str | None:
        """The name of the member who placed an order of this account; None if that is not known."""
        with self.desk.store.reading() as books:
            order = books.orders.get(order_id)
            if order is None or order.account_id != account_id or order.ordered_by is None:
                return None
            member = books.members.get(order.ordered_by)
        return None if member is None else member.name


def is_organisation(books: Books, account_id: str) -> bool:
    """Whether an account can have several members; an operator's account is one person."""
    account = books.accounts.get(account_id)
    return account is not None and account.kind is AccountKind.BUYER
