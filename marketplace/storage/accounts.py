"""Accounts, wrong passwords and API keys in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from consent.vocabulary import RecipientKind
from crypto.encoding import b64url_encode, sha256
from marketplace.domain.account import Account, ApiKey, Organisation
from marketplace.domain.scope import Scope
from marketplace.storage.tables import accounts, api_keys, organisations, sign_in_failures

_ACCOUNTS = select(
    accounts,
    organisations.c.kind.label("organisation_kind"),
    *(each for each in organisations.c if each.name not in accounts.c),
).outerjoin_from(accounts, organisations)
"""Accounts with their organisations: every page asks for one, so it is one question."""


class SqlAccounts:
    """The `AccountBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, account: Account) -> None:
        """Keep a new account."""
        row = {"account_id": account.account_id, "kind": account.kind, "created_at": account.created_at}
        self._session.execute(insert(accounts).values(row))

    def get(self, account_id: str) -> Account | None:
        """An account by id."""
        row = self._session.execute(_ACCOUNTS.where(accounts.c.account_id == account_id)).first()
        return None if row is None else _account(row)

    def set_organisation(self, account_id: str, organisation: Organisation) -> None:
        """Replace the organisation of an account."""
        self._session.execute(delete(organisations).where(organisations.c.account_id == account_id))
        row = {**asdict(organisation), "account_id": account_id, "kind": organisation.kind.value}
        self._session.execute(insert(organisations).values(row))

    def add_failure(self, email: str, at: datetime) -> None:
        """Remember a wrong password for an address, known or not."""
        self._session.execute(insert(sign_in_failures).values(email_digest=_digest(email), at=at))

    def failures_since(self, email: str, since: datetime) -> int:
        """How many wrong passwords there were for an address."""
        counted = select(func.count()).where(
            sign_in_failures.c.email_digest == _digest(email), sign_in_failures.c.at > since
        )
        return self._session.execute(counted).scalar_one()

    def forget_failures(self, email: str) -> None:
        """Forget the wrong passwords of an address."""
        self._session.execute(
            delete(sign_in_failures).where(sign_in_failures.c.email_digest == _digest(email))
        )

    def add_api_key(self, key: ApiKey, secret_digest: str) -> None:
        """Keep a new API key by the digest of its secret."""
        row = {**asdict(key), "scopes": _scopes_text(key), "secret_digest": secret_digest}
        self._session.execute(insert(api_keys).values(row))

    def api_keys(self, account_id: str) -> Sequence[ApiKey]:
        """The API keys of an account, oldest first."""
        found = select(api_keys).where(api_keys.c.account_id == account_id)
        rows = self._session.execute(found.order_by(api_keys.c.created_at, api_keys.c.key_id))
        return [_api_key(row) for row in rows]

    def find_api_key(self, secret_digest: str) -> ApiKey | None:
        """The API key with this secret."""
        row = self._session.execute(select(api_keys).where(api_keys.c.secret_digest == secret_digest)).first()
        return None if row is None else _api_key(row)

    def revoke_api_key(self, key_id: str, at: datetime) -> None:
        """End an API key; the first moment stays."""
        still_valid = (api_keys.c.key_id == key_id) & api_keys.c.revoked_at.is_(None)
        self._session.execute(update(api_keys).where(still_valid).values(revoked_at=at))

    def note_use_of_api_key(self, key_id: str, on: date) -> None:
        """Remember the last day, in UTC, on which an API key was used."""
        used = update(api_keys).where(api_keys.c.key_id == key_id)
        self._session.execute(used.values(last_used_on=on))


def _account(row: Row[tuple[object, ...]]) -> Account:
    return Account(
        account_id=row.account_id,
        kind=row.kind,
        created_at=row.created_at,
        organisation=None if row.subject is None else _organisation(row),
    )


def _organisation(row: Row[tuple[object, ...]]) -> Organisation:
    return Organisation(
        subject=row.subject,
        name=row.name,
        kind=RecipientKind(row.organisation_kind),
        country=row.country,
        credential=row.credential,
        mandate=row.mandate,
        valid_until=row.valid_until,
        mandate_valid_until=row.mandate_valid_until,
        registered_at=row.registered_at,
    )


def _api_key(row: Row[tuple[object, ...]]) -> ApiKey:
    return ApiKey(
        key_id=row.key_id,
        account_id=row.account_id,
        label=row.label,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        scopes=frozenset(map(Scope, row.scopes.split())),
        last_used_on=row.last_used_on,
        made_by=row.made_by,
    )


def _scopes_text(key: ApiKey) -> str:
    return " ".join(sorted(key.scopes))


def _digest(email: str) -> str:
    return b64url_encode(sha256(email.encode("utf-8", "replace")))
