"""Passkeys, organisations' own sign-ins and what is under way, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.sql import Executable

from marketplace.domain.sign_in import Bond, Institution, MemberPasskey, OpenTry
from marketplace.errors import ConflictError
from marketplace.storage.sign_in_tables import (
    institution_bonds,
    institutions,
    member_passkeys,
    sign_in_tries,
)


class SqlSignIns:
    """The `SignInBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_passkey(self, passkey: MemberPasskey) -> None:
        """Keep a new passkey.

        Raises:
            ConflictError: it is somebody's already.
        """
        self._insert(
            insert(member_passkeys).values(asdict(passkey)), "This passkey signs somebody in already."
        )

    def passkey(self, credential_id: bytes) -> MemberPasskey | None:
        """A passkey by its id."""
        found = select(member_passkeys).where(member_passkeys.c.credential_id == credential_id)
        row = self._session.execute(found).first()
        return None if row is None else _passkey(row)

    def passkeys(self, member_id: str) -> Sequence[MemberPasskey]:
        """The passkeys of a member."""
        found = select(member_passkeys).where(member_passkeys.c.member_id == member_id)
        return [_passkey(row) for row in self._session.execute(found)]

    def save_passkey(self, passkey: MemberPasskey, *, counted: int) -> bool:
        """Keep count, name and last use, unless it was counted on meanwhile."""
        change = (
            update(member_passkeys)
            .where(
                member_passkeys.c.credential_id == passkey.credential_id,
                member_passkeys.c.sign_count == counted,
            )
            .values(sign_count=passkey.sign_count, label=passkey.label, used_at=passkey.used_at)
        )
        return self._session.connection().execute(change).rowcount == 1

    def remove_passkey(self, credential_id: bytes) -> None:
        """Forget a passkey."""
        self._session.execute(delete(member_passkeys).where(member_passkeys.c.credential_id == credential_id))

    def institution(self, account_id: str) -> Institution | None:
        """The own sign-in of an account."""
        found = select(institutions).where(institutions.c.account_id == account_id)
        row = self._session.execute(found).first()
        return None if row is None else _institution(row)

    def institution_named(self, name: str) -> Institution | None:
        """The own sign-in with this name."""
        row = self._session.execute(select(institutions).where(institutions.c.name == name)).first()
        return None if row is None else _institution(row)

    def set_institution(self, institution: Institution) -> None:
        """Keep an account's own sign-in in the place of an earlier one.

        Raises:
            ConflictError: another account's has this name.
        """
        self.remove_institution(institution.account_id)
        row = asdict(institution) | {"domains": " ".join(institution.domains)}
        self._insert(insert(institutions).values(row), "Another organisation has this name already.")

    def remove_institution(self, account_id: str) -> None:
        """Forget an account's own sign-in."""
        self._session.execute(delete(institutions).where(institutions.c.account_id == account_id))

    def bond(self, account_id: str, issuer: str, subject: str) -> Bond | None:
        """Whom an issuer means by a subject."""
        found = select(institution_bonds).where(*_is(account_id, issuer, subject))
        row = self._session.execute(found).first()
        return None if row is None else Bond(**row._mapping)

    def bonds(self, member_id: str) -> Sequence[Bond]:
        """As whom issuers know a member."""
        found = select(institution_bonds).where(institution_bonds.c.member_id == member_id)
        return [
            Bond(**row._mapping) for row in self._session.execute(found.order_by(institution_bonds.c.since))
        ]

    def add_bond(self, bond: Bond) -> None:
        """Remember whom an issuer means.

        Raises:
            ConflictError: the subject is bound already.
        """
        self._insert(insert(institution_bonds).values(asdict(bond)), "this subject is bound already")

    def remove_bond(self, bond: Bond) -> None:
        """Forget whom an issuer means."""
        doomed = _is(bond.account_id, bond.issuer, bond.subject)
        self._session.execute(delete(institution_bonds).where(*doomed))

    def begin(self, new: OpenTry) -> None:
        """Keep what was drawn for one try."""
        self._session.execute(insert(sign_in_tries).values(asdict(new)))

    def take(self, digest: str, now: datetime) -> bytes | None:
        """Take out what was kept for one try: of two who come at once, one gets it."""
        row = self._session.execute(select(sign_in_tries).where(sign_in_tries.c.digest == digest)).first()
        taken = delete(sign_in_tries).where(sign_in_tries.c.digest == digest)
        if self._session.connection().execute(taken).rowcount != 1 or row is None or row.ends_at <= now:
            return None
        content: bytes = row.content
        return content

    def forget_tries(self, now: datetime) -> None:
        """Forget the tries that ran out."""
        self._session.execute(delete(sign_in_tries).where(sign_in_tries.c.ends_at <= now))

    def keep_newest(self, most: int, *, client: str | None = None, provider: str | None = None) -> None:
        """Let the oldest tries go, so that no more are left."""
        table = sign_in_tries.c
        asked = {table.client: client, table.provider: provider}
        older = select(table.digest).where(*(c == named for c, named in asked.items() if named is not None))
        gone = older.order_by(table.begun_at.desc(), table.digest).offset(most)
        self._session.execute(delete(sign_in_tries).where(table.digest.in_(gone.scalar_subquery())))

    def _insert(self, statement: Executable, refusal: str) -> None:
        try:
            with self._session.begin_nested():
                self._session.execute(statement)
        except IntegrityError as error:
            raise ConflictError(refusal) from error


def _is(account_id: str, issuer: str, subject: str) -> tuple[Any, ...]:
    columns = institution_bonds.c
    return columns.account_id == account_id, columns.issuer == issuer, columns.subject == subject


def _passkey(row: Row[Any]) -> MemberPasskey:
    return MemberPasskey(**row._mapping)


def _institution(row: Row[Any]) -> Institution:
    return Institution(**{**row._mapping, "domains": tuple(row.domains.split())})
