"""Accounts: open one, sign in, look one up."""

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
    """Opens an account for an organisation or an operator; done by operators."""

    desk: Desk
    cost: Argon2Cost = DEFAULT_COST

    def __call__(self, email: str, password: str, *, kind: AccountKind = AccountKind.BUYER) -> Account:
        """The new account.

        Raises:
            RefusedError: the e-mail address has no form of one.
            WeakPasswordError: the password has fewer than 10 or more than 500 characters.
            AccountConflictError: there is an account with this address.
        """
        address = normal_email(email)
        if len(address) > MAX_EMAIL or "@" not in address.strip("@") or any(map(str.isspace, address)):
            raise RefusedError("expected an e-mail address such as name@example.org")
        if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            raise WeakPasswordError(f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters")
        account = Account(self.desk.new_id(), address, kind, self.desk.now())
        stored = self._stored(password)
        with self.desk.store.writing() as books:
            books.accounts.add(account, stored)
        return account

    def _stored(self, password: str) -> StoredPassword:
        salt = self.desk.random(SALT_BYTES)
        return StoredPassword(salt, self.cost, derive_key_from_password(password, salt=salt, cost=self.cost))


@dataclass(frozen=True)
class SignIn:
    """Tells whether e-mail and password belong to an account.

    An unknown address costs as much time as a known one. Ten wrong passwords within 15 minutes close an
    address, known or not, until the window has passed.
    """

    desk: Desk
    cost: Argon2Cost = DEFAULT_COST
    _no_password: StoredPassword = field(init=False, repr=False)

    def __post_init__(self) -> None:
        nothing = StoredPassword(self.desk.random(SALT_BYTES), self.cost, self.desk.random(32))
        object.__setattr__(self, "_no_password", nothing)

    def __call__(self, email: str, password: str) -> Account:
        """The account.

        Raises:
            WrongCredentialsError: they do not belong together.
            TooManyAttemptsError: too many wrong passwords; try again later.
        """
        address, now = normal_email(email), self.desk.now()
        with self.desk.store.reading() as books:
            found = books.accounts.find(address)
            failures = books.accounts.failures_since(address, now - FAILURE_WINDOW)
        if failures >= MOST_FAILURES:
            raise TooManyAttemptsError("too many wrong passwords; try again in 15 minutes")
        account, stored = found or (None, self._no_password)
        if not _matches(password, stored) or account is None:
            with self.desk.store.writing() as books:
                books.accounts.add_failure(address, now)
            raise WrongCredentialsError("e-mail address and password do not belong together")
        if failures:
            with self.desk.store.writing() as books:
                books.accounts.forget_failures(address)
        return account


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


def _matches(password: str, stored: StoredPassword) -> bool:
    if len(password) > MAX_PASSWORD:
        return False
    stretched = derive_key_from_password(password, salt=stored.salt, cost=stored.cost)
    return secrets.compare_digest(stretched, stored.stretched)
