"""API keys: how a buyer's program shows whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.encoding import b64url_encode
from marketplace.domain.account import (
    API_KEY_BYTES,
    API_KEY_PREFIX,
    Account,
    ApiKey,
    NewApiKey,
    secret_digest,
)
from marketplace.domain.scope import ALL_SCOPES, Scope
from marketplace.errors import ScopeMissingError, UnknownAccountError, UnknownError, WrongCredentialsError
from marketplace.services.desk import Desk

MAX_LABEL = 60


@dataclass(frozen=True)
class MakeApiKey:
    """Makes an API key."""

    desk: Desk

    def __call__(self, account_id: str, label: str, scopes: frozenset[Scope] = ALL_SCOPES) -> NewApiKey:
        """The key with its secret, which is shown this once and kept nowhere.

        Raises:
            UnknownAccountError: there is no such account.
        """
        secret = API_KEY_PREFIX + b64url_encode(self.desk.random(API_KEY_BYTES))
        called = label.strip()[:MAX_LABEL] or "API key"
        key = ApiKey(self.desk.new_id(), account_id, called, self.desk.now(), scopes=scopes)
        with self.desk.store.writing() as books:
            if books.accounts.get(account_id) is None:
                raise UnknownAccountError("there is no such account")
            books.accounts.add_api_key(key, secret_digest(secret))
        return NewApiKey(key.key_id, key.label, secret)


@dataclass(frozen=True)
class ListApiKeys:
    """Lists the API keys of an account, oldest first."""

    desk: Desk

    def __call__(self, account_id: str) -> Sequence[ApiKey]:
        """The keys, without their secrets."""
        with self.desk.store.reading() as books:
            return books.accounts.api_keys(account_id)


@dataclass(frozen=True)
class RevokeApiKey:
    """Ends an API key at once; ending it again changes nothing."""

    desk: Desk

    def __call__(self, account_id: str, key_id: str) -> None:
        """End the key.

        Raises:
            UnknownError: the account has no such key.
        """
        with self.desk.store.writing() as books:
            if key_id not in {key.key_id for key in books.accounts.api_keys(account_id)}:
                raise UnknownError("there is no such API key")
            books.accounts.revoke_api_key(key_id, self.desk.now())


@dataclass(frozen=True)
class RecogniseApiKey:
    """Finds out whose an API key is, and whether it is good for what is asked."""

    desk: Desk

    def __call__(self, secret: str, *scopes: Scope) -> Account:
        """The account, if the key has one of these scopes, or where none is named.

        The day of the use is remembered, so the books are written once a day for each key.

        Raises:
            WrongCredentialsError: the key is not known or was revoked; never told which.
            ScopeMissingError: it is good for other things.
        """
        with self.desk.store.reading() as books:
            key = books.accounts.find_api_key(secret_digest(secret))
            account = None if key is None or key.revoked_at else books.accounts.get(key.account_id)
        if key is None or account is None:
            raise WrongCredentialsError("the API key is not valid")
        if scopes and not key.scopes.intersection(scopes):
            wanted = " or ".join(scopes)
            raise ScopeMissingError(f"this API key is not good for {wanted}: use one that has this scope")
        self._note_use(key)
        return account

    def _note_use(self, key: ApiKey) -> None:
        today = self.desk.now().date()
        if key.last_used_on is None or key.last_used_on < today:
            with self.desk.store.writing() as books:
                books.accounts.note_use_of_api_key(key.key_id, today)
