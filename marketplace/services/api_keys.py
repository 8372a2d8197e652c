"""API keys: how a buyer's program shows whose it is, and which member it acts for."""

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
from marketplace.domain.member import Member, Right, scopes_of
from marketplace.domain.member_act import Did
from marketplace.domain.scope import ALL_SCOPES, Scope
from marketplace.errors import (
    RoleMissingError,
    ScopeMissingError,
    UnknownAccountError,
    UnknownError,
    WrongCredentialsError,
)
from marketplace.services.desk import Desk
from marketplace.services.member_acts import member_of, note

MAX_LABEL = 60


@dataclass(frozen=True)
class MakeApiKey:
    """Makes an API key. It may do what its maker may, at any time: with a lesser role it does less."""

    desk: Desk

    def __call__(
        self,
        account_id: str,
        label: str,
        scopes: frozenset[Scope] = ALL_SCOPES,
        *,
        by: str | None = None,
    ) -> NewApiKey:
        """The key with its secret, which is shown this once and kept nowhere; None is the command line.

        Raises:
            UnknownAccountError: there is no such account.
            RoleMissingError: the member may make no keys, or none with these scopes.
        """
        secret = API_KEY_PREFIX + b64url_encode(self.desk.random(API_KEY_BYTES))
        called = label.strip()[:MAX_LABEL] or "API key"
        key = ApiKey(self.desk.new_id(), account_id, called, self.desk.now(), scopes=scopes, made_by=by)
        with self.desk.store.writing() as books:
            if books.accounts.get(account_id) is None:
                raise UnknownAccountError("there is no such account")
            if by is not None:
                _require_scopes(member_of(books, account_id, by), scopes)
                note(books, self.desk.now(), (account_id, by), Did.MADE_KEY, about=key.label)
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

    def __call__(self, account_id: str, key_id: str, *, by: str | None = None) -> None:
        """End the key; `by` is the member who does.

        Raises:
            UnknownError: the account has no such key.
        """
        with self.desk.store.writing() as books:
            found = {key.key_id: key for key in books.accounts.api_keys(account_id)}
            if key_id not in found:
                raise UnknownError("there is no such API key")
            if by is not None and found[key_id].revoked_at is None:
                note(books, self.desk.now(), (account_id, by), Did.ENDED_KEY, about=found[key_id].label)
            books.accounts.revoke_api_key(key_id, self.desk.now())


@dataclass(frozen=True)
class RecogniseApiKey:
    """Finds out whose an API key is, and whether it is good for what is asked."""

    desk: Desk

    def __call__(self, secret: str, *scopes: Scope) -> Account:
        """The account, if the key has one of these scopes, or where none is named.

        The day of the use is remembered, so the books are written once a day for each key.

        Raises:
            WrongCredentialsError: the key is not known or was revoked, or its maker ended; never told.
            ScopeMissingError: it is good for other things, or its maker may not do this any more.
        """
        return self.caller(secret, *scopes)[0]

    def caller(self, secret: str, *scopes: Scope) -> tuple[Account, str | None]:
        """The same, and the member who made the key; None for one that a command on the machine made.

        Raises:
            WrongCredentialsError, ScopeMissingError: as above.
        """
        with self.desk.store.reading() as books:
            key = books.accounts.find_api_key(secret_digest(secret))
            account = None if key is None or key.revoked_at else books.accounts.get(key.account_id)
            maker = None if key is None or key.made_by is None else books.members.get(key.made_by)
        if key is None or account is None or not _is_held(key, maker):
            raise WrongCredentialsError("the API key is not valid")
        good_for = key.scopes if maker is None else scopes_of(maker, key.scopes)
        if scopes and not good_for.intersection(scopes):
            wanted = " or ".join(scopes)
            raise ScopeMissingError(f"this API key is not good for {wanted}: use one that has this scope")
        self._note_use(key)
        return account, key.made_by

    def _note_use(self, key: ApiKey) -> None:
        today = self.desk.now().date()
        if key.last_used_on is None or key.last_used_on < today:
            with self.desk.store.writing() as books:
                books.accounts.note_use_of_api_key(key.key_id, today)


def _is_held(key: ApiKey, maker: Member | None) -> bool:
    """Whether whoever made a key is still there; ending a member ends her keys, and this holds without it."""
    return key.made_by is None or (maker is not None and maker.ended_at is None)


def _require_scopes(maker: Member, scopes: frozenset[Scope]) -> None:
    maker.require(Right.KEYS)
    beyond = sorted(scopes - scopes_of(maker, scopes))
    if beyond:
        named = ", ".join(beyond)
        raise RoleMissingError(f"a key is good for no more than its maker, and you have no {named}")
