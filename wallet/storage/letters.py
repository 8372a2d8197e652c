"""Keeps letterboxes, addresses and letters in the database, which reads none of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from ssi.hosting.database import Database
from wallet.domain.letterbox import Address, Letter, Letterbox
from wallet.errors import NotInWalletError
from wallet.storage.tables import LetterAddressRow, LetterboxRow, LetterRow


@dataclass(frozen=True)
class SqlLetterStore:
    """`services.letter_ports.LetterStore` on SQLite or PostgreSQL."""

    database: Database

    def box(self, wallet_id: str) -> Letterbox | None:
        """The letterbox of a wallet, if it has one."""
        with self.database.reading() as session:
            row = session.get(LetterboxRow, wallet_id)
            return None if row is None else Letterbox(row.wallet_id, row.public_key, row.sealed_key)

    def keep_box(self, box: Letterbox) -> Letterbox:
        """Keep a letterbox; where there is one already, that one stays."""
        with self.database.writing() as session:
            row = session.get(LetterboxRow, box.wallet_id)
            if row is not None:
                return Letterbox(row.wallet_id, row.public_key, row.sealed_key)
            session.add(
                LetterboxRow(wallet_id=box.wallet_id, public_key=box.public_key, sealed_key=box.sealed_key)
            )
        return box

    def address(self, address_id: str) -> Address | None:
        """An address, or none."""
        with self.database.reading() as session:
            row = session.get(LetterAddressRow, address_id)
            return None if row is None else _address(row)

    def addresses(self, wallet_id: str) -> tuple[Address, ...]:
        """The addresses of a wallet."""
        wanted = select(LetterAddressRow).where(LetterAddressRow.wallet_id == wallet_id)
        with self.database.reading() as session:
            return tuple(map(_address, session.scalars(wanted)))

    def keep_address(self, address: Address) -> None:
        """Keep a new or changed address."""
        row = LetterAddressRow(
            address_id=address.address_id,
            wallet_id=address.wallet_id,
            password_digest=address.password_digest,
            sealed_note=address.sealed_note,
            broker_verifier=address.broker_verifier,
        )
        with self.database.writing() as session:
            session.merge(row)

    def broker_verifiers(self) -> tuple[tuple[str, str], ...]:
        """Every address that a broker can know, with what it knows it by."""
        wanted = (
            select(LetterAddressRow.address_id, LetterAddressRow.broker_verifier)
            .where(LetterAddressRow.broker_verifier.is_not(None))
            .order_by(LetterAddressRow.address_id)
        )
        with self.database.reading() as session:
            return tuple((name, verifier) for name, verifier in session.execute(wanted) if verifier)

    def remove_address(self, wallet_id: str, address_id: str) -> None:
        """Forget an address of a wallet; its letters go with it."""
        gone = delete(LetterAddressRow).where(
            LetterAddressRow.address_id == address_id, LetterAddressRow.wallet_id == wallet_id
        )
        with self.database.writing() as session:
            session.execute(gone)

    def waiting(self, wallet_id: str) -> tuple[int, int]:
        """How many letters wait, and how many bytes they have."""
        size = func.coalesce(func.sum(func.length(LetterRow.sealed_body)), 0)
        wanted = select(func.count(), size).where(LetterRow.wallet_id == wallet_id)
        with self.database.reading() as session:
            count, total = session.execute(wanted).one()
        return int(count), int(total)

    def post(self, letter: Letter) -> None:
        """Keep a letter."""
        row = LetterRow(
            letter_id=letter.letter_id,
            wallet_id=letter.wallet_id,
            address_id=letter.address_id,
            received_at=letter.received_at,
            sealed_body=letter.sealed_body,
        )
        try:
            with self.database.writing() as session:
                session.add(row)
        except IntegrityError as error:
            raise NotInWalletError("This address was taken away.") from error

    def letters(self, address_id: str, before: datetime, limit: int) -> tuple[Letter, ...]:
        """The letters at an address that came before a moment, the oldest first."""
        wanted = (
            select(LetterRow)
            .where(LetterRow.address_id == address_id, LetterRow.received_at < before)
            .order_by(LetterRow.received_at, LetterRow.letter_id)
            .limit(limit)
        )
        with self.database.reading() as session:
            return tuple(map(_letter, session.scalars(wanted)))

    def drop(self, wallet_id: str, letter_ids: Sequence[str]) -> None:
        """Forget letters."""
        gone = delete(LetterRow).where(LetterRow.wallet_id == wallet_id, LetterRow.letter_id.in_(letter_ids))
        with self.database.writing() as session:
            session.execute(gone)


def _address(row: LetterAddressRow) -> Address:
    return Address(row.address_id, row.wallet_id, row.password_digest, row.sealed_note, row.broker_verifier)


def _letter(row: LetterRow) -> Letter:
    return Letter(row.letter_id, row.wallet_id, row.address_id, row.received_at, row.sealed_body)
