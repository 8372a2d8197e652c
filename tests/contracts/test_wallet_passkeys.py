"""What the store of passkeys promises, asked of the database and of the fake."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from ssi.hosting import database as hosting
from ssi.hosting.database import Database
from ssi.passkey import NewPasskey
from tests.wallet.fakes import CHEAP, MemoryPasskeyStore, MemoryWalletStore, MovingClock, deterministic
from wallet.domain.custody import Attempts, LockedWallet, make_lock, open_lock
from wallet.domain.passkey import PasskeyLock, make_passkey_lock, new_note
from wallet.errors import ConflictError, LoginTakenError
from wallet.storage.passkeys import SqlPasskeyStore
from wallet.storage.schema import MIGRATIONS, VERSION_TABLE, open_wallet_database
from wallet.storage.wallets import SqlWalletStore

pytestmark = pytest.mark.database

ANNA, BEN = "5d1e62f5-6e2b-4b5c-9f0e-0a6f2cf3ac01", "5d1e62f5-6e2b-4b5c-9f0e-0a6f2cf3ac02"
KEY, SECRET, PASSWORD = b"k" * 32, b"s" * 32, "a long password"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_wallet_database(database_url)
    yield opened
    opened.close()


@pytest.fixture(params=["memory", "sql"])
def stores(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    if request.param == "memory":
        wallets = MemoryWalletStore()
        return wallets, MemoryPasskeyStore(wallets)
    database = request.getfixturevalue("database")
    return SqlWalletStore(database), SqlPasskeyStore(database)


def a_wallet(wallet_id: str, *, password: bool = True) -> LockedWallet:
    lock = make_lock(KEY, PASSWORD, wallet_id=wallet_id, cost=CHEAP, random=deterministic("lock"))
    return LockedWallet(wallet_id, f"digest {wallet_id}", b"g" * 16, lock if password else None, Attempts())


def a_passkey(wallet_id: str, name: bytes = b"one") -> PasskeyLock:
    note = new_note("anna", "my phone", MovingClock())
    return make_passkey_lock(KEY, SECRET, NewPasskey(name, b"a key", 2**32 - 1), note, wallet_id=wallet_id)


def test_a_wallet_and_its_first_passkey_are_kept_together(stores: Any) -> None:
    wallets, passkeys = stores
    wallet, passkey = a_wallet(ANNA, password=False), a_passkey(ANNA)

    wallets.add(wallet, passkey)

    assert wallets.by_login(wallet.login_digest) == wallet
    assert passkeys.find(b"one") == passkey
    assert passkeys.of_wallet(ANNA) == (passkey,)


def test_neither_is_kept_without_the_other(stores: Any) -> None:
    wallets, passkeys = stores
    wallets.add(a_wallet(ANNA, password=False), a_passkey(ANNA))

    with pytest.raises(ConflictError):
        wallets.add(a_wallet(BEN, password=False), a_passkey(BEN))
    with pytest.raises(LoginTakenError):
        wallets.add(replace(a_wallet(BEN), login_digest=f"digest {ANNA}"), a_passkey(BEN, b"two"))

    assert wallets.generation(BEN) is None
    assert passkeys.find(b"two") is None
    assert passkeys.of_wallet(BEN) == ()


def test_a_passkey_opens_one_wallet_only(stores: Any) -> None:
    wallets, passkeys = stores
    wallets.add(a_wallet(ANNA))
    wallets.add(a_wallet(BEN))
    passkeys.add(a_passkey(ANNA))

    with pytest.raises(ConflictError):
        passkeys.add(a_passkey(BEN))

    assert passkeys.find(b"one").wallet_id == ANNA


def test_a_use_is_remembered_and_changes_nothing_else(stores: Any) -> None:
    wallets, passkeys = stores
    wallets.add(a_wallet(ANNA))
    kept = a_passkey(ANNA)
    passkeys.add(kept)

    passkeys.note_use(replace(kept, sign_count=7, sealed_note=b"another note"))
    passkeys.note_use(replace(kept, credential_id=b"two"))

    assert passkeys.find(b"one") == replace(kept, sign_count=7, sealed_note=b"another note")
    assert passkeys.find(b"two") is None


def test_taking_one_away_begins_a_new_generation(stores: Any) -> None:
    wallets, passkeys = stores
    wallet = a_wallet(ANNA)
    wallets.add(wallet)
    passkeys.add(a_passkey(ANNA))
    passkeys.add(a_passkey(ANNA, b"two"))

    passkeys.remove(a_passkey(ANNA), wallet, b"h" * 16)

    assert [each.credential_id for each in passkeys.of_wallet(ANNA)] == [b"two"]
    assert wallets.generation(ANNA) == b"h" * 16
    with pytest.raises(ConflictError):
        passkeys.remove(a_passkey(ANNA, b"two"), wallet, b"i" * 16)
    assert [each.credential_id for each in passkeys.of_wallet(ANNA)] == [b"two"]


def test_a_first_password_is_set_for_a_wallet_without_one(stores: Any) -> None:
    wallets, _ = stores
    before = a_wallet(ANNA, password=False)
    wallets.add(before, a_passkey(ANNA))
    after = replace(a_wallet(ANNA), generation=b"h" * 16)

    wallets.lock_anew(before, after)

    assert wallets.by_login(before.login_digest) == after


def _alembic(database: Database, step: str, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(hosting.__file__).parent / "migrations_environment"))
    config.set_main_option("version_locations", str(MIGRATIONS / "versions"))
    config.set_main_option("path_separator", "newline")
    # As `migrate` does: tables are made anew, and what refers to them must stay meanwhile.
    reshaping = database.engine.execution_options(**{hosting._MODE: "reshaping"})
    with reshaping.begin() as connection:
        config.attributes |= {"connection": connection, "version_table": VERSION_TABLE}
        getattr(command, step)(config, version)


def test_locks_of_before_still_open_and_sessions_go_on(database: Database) -> None:
    wallets = SqlWalletStore(database)
    wallets.add(a_wallet(ANNA))
    _alembic(database, "downgrade", BEFORE)

    _alembic(database, "upgrade", "head")

    found = wallets.by_login(f"digest {ANNA}")
    assert found is not None
    assert found.lock is not None
    assert found.generation == found.lock.salt
    assert open_lock(found.lock, PASSWORD, wallet_id=ANNA) == KEY


def test_a_wallet_without_a_password_is_not_lost_by_going_back(database: Database) -> None:
    SqlWalletStore(database).add(a_wallet(ANNA, password=False), a_passkey(ANNA))

    with pytest.raises(RuntimeError, match="would be lost"):
        _alembic(database, "downgrade", BEFORE)

    assert SqlPasskeyStore(database).find(b"one") is not None


def test_the_database_reads_no_name_of_a_passkey(database: Database) -> None:
    SqlWalletStore(database).add(a_wallet(ANNA), a_passkey(ANNA))

    with database.engine.begin() as connection:
        rows = connection.execute(text("SELECT * FROM passkey")).all()

    assert "anna" not in repr(rows)
    assert "my phone" not in repr(rows)


BEFORE = "0007"
