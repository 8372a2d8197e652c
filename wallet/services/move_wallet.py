"""A person takes everything in her wallet along as one file, and puts it into an empty wallet elsewhere."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crypto.encoding import Json, canonical_json, parse_json
from crypto.errors import CryptoError, MalformedError, SealError
from crypto.password_jwe import decrypt_with_password, encrypt_with_password
from crypto.randomness import RandomBytes, random_bytes
from crypto.reading import Fields, utc_text
from wallet.domain.clock import Clock
from wallet.domain.custody import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from wallet.domain.proof import Proof
from wallet.domain.session import Session
from wallet.errors import ConflictError, ExportError, WeakPasswordError
from wallet.services.open_wallet import OpenWallet
from wallet.services.ports import Archive

FILE_TYPE = "argonauta-wallet+jwe"
VERSION = 1
MAX_CONTENT_BYTES = 48 * 1024 * 1024
MAX_FILE_BYTES = MAX_CONTENT_BYTES * 4 // 3 + 10_000
_MAX_ROWS = 1_000_000


@dataclass(frozen=True)
class MoveWallet:
    """Writes and reads the file.

    It holds every record with its keys, the agreements, receipts, uses and what the wallet must not forget
    about what it told (the memories of scores and sums). Security: whoever has file and password has the
    wallet. Limit: two wallets then act for one person, and neither knows what the other did since.
    """

    archive: Archive
    open_wallet: OpenWallet
    clock: Clock
    random: RandomBytes = random_bytes

    def export(self, session: Session, proof: Proof, file_password: str) -> str:
        """The file, locked with a password of its own.

        Raises:
            WrongPasswordError, TooManyAttemptsError, WrongPasskeyError: as when opening the wallet.
            WeakPasswordError: the file's password is too short or too long.
            ExportError: the wallet is too large for one file.
        """
        self.open_wallet.confirm(session, proof)
        if not MIN_PASSWORD_LENGTH <= len(file_password) <= MAX_PASSWORD_LENGTH:
            told = f"Choose a password of at least {MIN_PASSWORD_LENGTH} characters for the file."
            raise WeakPasswordError(told, "file_password")
        plain = self._written(self.archive.read(session))
        return encrypt_with_password(plain, file_password, typ=FILE_TYPE, random=self.random)

    def _written(self, tables: Mapping[str, Sequence[tuple[str, Json]]]) -> bytes:
        """The content of the file, which is read once as it will be: what cannot be read again is no copy."""
        whole: dict[str, Json] = {
            "version": VERSION,
            "exported_at": utc_text(self.clock().replace(microsecond=0)),
            "tables": {
                table: [{"name": name, "document": document} for name, document in documents]
                for table, documents in tables.items()
            },
        }
        try:
            plain = canonical_json(whole)
        except CryptoError as error:
            raise ExportError("A part of this wallet cannot be written to a file.") from error
        if len(plain) > MAX_CONTENT_BYTES:
            raise ExportError("This wallet is too large for one file.")
        _read(plain)
        return plain

    def restore(self, session: Session, file: str, file_password: str) -> int:
        """Put everything of a file into an empty wallet; how many things it was.

        Raises:
            ConflictError: the wallet is not empty, or what the file holds is kept here already.
            ExportError: not a wallet's file, the wrong password, or of a newer version; nothing was added.
        """
        if not self.archive.is_empty(session):
            raise ConflictError("This wallet is not empty. Make a new one, and put the file into that.")
        if len(file) > MAX_FILE_BYTES:
            raise ExportError("The file is larger than any wallet.")
        tables = _read(_opened(file.strip(), file_password))
        self.archive.restore(session, tables)
        return sum(map(len, tables.values()))


def _opened(file: str, file_password: str) -> bytes:
    try:
        return decrypt_with_password(file, file_password, typ=FILE_TYPE)
    except SealError as error:
        raise ExportError("The file does not open with this password, or was changed.") from error
    except CryptoError as error:
        raise ExportError("This is not the file of a wallet.") from error


def _read(plain: bytes) -> Mapping[str, Sequence[tuple[str, Json]]]:
    try:
        whole = Fields.of(parse_json(plain, max_bytes=MAX_CONTENT_BYTES), "file")
        if whole.integer("version", least=1, most=1_000) != VERSION:
            raise ExportError("The file was made by a newer wallet. Bring this one up to date first.")
        tables: dict[str, list[tuple[str, Json]]] = {}
        listed = whole.any("tables")
        if not isinstance(listed, dict):
            raise MalformedError("file: expected tables")
        for table, rows in listed.items():
            if not isinstance(rows, list) or len(rows) > _MAX_ROWS:
                raise MalformedError(f"file: expected the rows of {table[:40]!r}")
            tables[table] = [_row(row) for row in rows]
    except CryptoError as error:
        raise ExportError("The file opened, and does not hold what a wallet exports.") from error
    return tables


def _row(row: object) -> tuple[str, Json]:
    fields = Fields.of(row, "row")
    name = fields.text("name", max_length=36)
    try:
        if str(uuid.UUID(name)) != name:
            raise MalformedError("row: expected a plain name")
    except ValueError as error:
        raise MalformedError("row: expected a name") from error
    return name, fields.any("document")
