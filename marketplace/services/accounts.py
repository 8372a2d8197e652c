"""Accounts and who acts for them: open one with its first member, sign in, look one up."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from crypto.sealing import DEFAULT_COST, Argon2Cost, derive_key_from_password
from marketplace.domain.account import (
    MAX_EMAIL,
    MAX_PASSWORD,
    MIN_PASSWORD,
    Account,
    AccountKind,
    StoredPassword,
    normal_email,
)
from marketplace.domain.member import Member, Role
from marketplace.errors import (
    RefusedError,
    TooManyAttemptsError,
    UnknownAccountError,
    WeakPasswordError,
    WrongCredentialsError,
)
from marketplace.services.desk import Desk

SALT_BYTES = 16
MOST_FAILURES = 10
FAILURE_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True)
class AddAccount:
    """Opens an account for an organisation or an operator, with its first member, an owner."""

    desk: Desk
    cost: Argon2Cost = DEFAULT_COST

    def __call__(self, email: str, password: str, *, kind: AccountKind = AccountKind.BUYER) -> Account:
        """The new account.

        Raises:
            RefusedError: the e-mail address has no form of one.
            WeakPasswordError: the password has fewer than 10 or more than 500 characters.
            AccountConflictError: a member has this address.
        """
        address, now = checked_email(email), self.desk.now()
        stored = stretched(self.desk, password, self.cost)
        account = Account(self.desk.new_id(), kind, now)
        owner = Member(self.desk.new_id(), account.account_id, address, address, Role.OWNER, now)
        with self.desk.store.writing() as books:
            books.accounts.add(account)
            books.members.add(owner, stored)
        return account


@dataclass(frozen=True)
class SignIn:
    """Tells whether e-mail and password belong to a member.

    An unknown address costs as much time as a known one. Ten wrong passwords within 15 minutes close an
    address, known or not, until the window has passed.
    """

    desk: Desk
    cost: Argon2Cost = DEFAULT_COST
    _no_password: StoredPassword = field(init=False, repr=False)

    def __post_init__(self) -> None:
        nothing = StoredPassword(self.desk.random(SALT_BYTES), self.cost, self.desk.random(32))
        object.__setattr__(self, "_no_password", nothing)

    def __call__(self, email: str, password: str) -> Member:
        """The member. One without a password, or who was ended, does not come in by this door.

        Raises:
            WrongCredentialsError: they do not belong together.
            TooManyAttemptsError: too many wrong passwords; try again later.
        """
        address, now = normal_email(email), self.desk.now()
        with self.desk.store.reading() as books:
            found = books.members.find(address)
            failures = books.accounts.failures_since(address, now - FAILURE_WINDOW)
        if failures >= MOST_FAILURES:
            raise TooManyAttemptsError("too many wrong passwords; try again in 15 minutes")
        member, stored = found or (None, None)
        if not matches(password, stored or self._no_password) or member is None or stored is None:
            with self.desk.store.writing() as books:
                books.accounts.add_failure(address, now)
            raise WrongCredentialsError("e-mail address and password do not belong together")
        if failures:
            with self.desk.store.writing() as books:
                books.accounts.forget_failures(address)
        return member


@dataclass(frozen=True)
class GetAccount:
    """Looks an account up."""

    desk: Desk

    def __call__(self, account_id: str) -> Account:
        """The account.

        Raises:
            UnknownAccountError: there is none.
        """
        with self.desk.store.reading() as books:
            account = books.accounts.get(account_id)
        if account is None:
            raise UnknownAccountError("there is no such account")
        return account


def checked_email(email: str) -> str:
    """An e-mail address in its normal spelling.

    Raises:
        RefusedError: it has no form of one.
    """
    address = normal_email(email)
    has_form = "@" in address.strip("@") and address.isprintable() and not any(map(str.isspace, address))
    if len(address) > MAX_EMAIL or not has_form:
        raise RefusedError("expected an e-mail address such as name@example.org")
    return address


def stretched(desk: Desk, password: str, cost: Argon2Cost) -> StoredPassword:
    """What is kept of a new password.

    Raises:
        WeakPasswordError: it has fewer than 10 or more than 500 characters.
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise WeakPasswordError(f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters")
    salt = desk.random(SALT_BYTES)
    return StoredPassword(salt, cost, derive_key_from_password(password, salt=salt, cost=cost))


def matches(password: str, stored: StoredPassword) -> bool:
    """Whether a password is the one that was kept."""
    if len(password) > MAX_PASSWORD:
        return False
    outcome = derive_key_from_password(password, salt=stored.salt, cost=stored.cost)
    return secrets.compare_digest(outcome, stored.stretched)
