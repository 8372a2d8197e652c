"""What a wallet installation is told from outside.

The only secret of the installation is the lookup key: it turns login names into the digests that find a
wallet, so that names are not readable in the database. It opens no wallet. Losing it means that nobody finds
her wallet by name any more, so it belongs in the backup.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from crypto.randomness import RandomBytes, random_bytes
from crypto.sealing import Argon2Cost
from ssi.hosting.errors import ReadableByOthersError
from ssi.hosting.files import read_private
from wallet.errors import WalletError

LOOKUP_KEY_FILE = "lookup.key"
DATABASE_FILE = "wallet.db"
LOOKUP_KEY_BYTES = 32
IDLE_MINUTES = 15


@dataclass(frozen=True)
class Settings:
    """Where things are and how much a password check costs.

    `registry` is a path or an http(s) address of the signed trust registry, `authority` the file with the
    public key that must have signed it. `database_url` is SQLAlchemy's; without one the wallet keeps a
    SQLite file in `directory`. `address` is where people see the installation, such as
    ``https://wallet.example``: passkeys are made for it. `verifier_roots` are files with one certificate
    each, of authorities that confirm who asks to be shown records; the registry names others. In
    `development` anybody may ask, without a signature and from inside the network. `broker` is the address
    that people are told for devices that publish, such as ``mqtts://broker.example``.
    """

    directory: Path
    marketplace_url: str
    registry: str
    authority: Path
    database_url: str | None = field(default=None, repr=False)
    password_cost: Argon2Cost = field(default_factory=Argon2Cost)
    idle_minutes: int = IDLE_MINUTES
    address: str | None = None
    verifier_roots: tuple[Path, ...] = ()
    development: bool = False
    broker: str | None = None

    @property
    def database(self) -> str:
        """The address of the database."""
        return database_address(self.directory, self.database_url)


def database_address(directory: Path, told: str | None) -> str:
    """The address of the database that was told, or of the file in the installation's directory."""
    return told or f"sqlite:///{directory / DATABASE_FILE}"


def lookup_key(directory: Path, random: RandomBytes = random_bytes) -> bytes:
    """Read the installation's lookup key, made at the first start.

    Of several processes that start together exactly one makes the key: the file appears whole or not at
    all, by a hard link that fails when the name exists.

    Raises:
        WalletError: the file does not hold 32 bytes, or others may read it.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / LOOKUP_KEY_FILE
    if not path.exists():
        _publish(path, random(LOOKUP_KEY_BYTES))
    try:
        key = read_private(path)
    except ReadableByOthersError as error:
        raise WalletError(str(error)) from error
    if len(key) != LOOKUP_KEY_BYTES:
        raise WalletError(f"expected {LOOKUP_KEY_BYTES} bytes in {LOOKUP_KEY_FILE}, got {len(key)}")
    return key


def make_database_file(directory: Path, told: str | None) -> None:
    """Make the SQLite file of the installation, if no other database was told, for the owner's eyes only."""
    if told is None:
        (directory / DATABASE_FILE).touch(mode=0o600)


def _publish(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return  # another process was first; its key is the one that counts
    finally:
        draft.unlink()
