"""Every promise of the wallet's stores, asked of the database and of the fakes."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.hosting.database import Database, differences
from tests.wallet.fakes import CHEAP, NOW, MemoryStore, MemoryWalletStore, deterministic, session
from wallet.domain.contacts_lock import ContactsLock
from wallet.domain.custody import Attempts, LockedWallet, make_lock
from wallet.domain.recovery import RecoveryLock
from wallet.errors import ConflictError, DamagedError, LoginTakenError, NotInWalletError, TooLargeError
from wallet.storage.schema import VERSION_TABLE, open_wallet_database
from wallet.storage.sealed import Form, SealedStore
from wallet.storage.tables import ArrivalRow, Base, CredentialRow, SealedRow
from wallet.storage.wallets import SqlWalletStore


@dataclass(frozen=True)
class Note:
    row_id: str
    text: str
    revision: int = 0


def _write(note: Note) -> Json:
    return {"text": note.text}


def _read(document: Json, row_id: str, revision: int) -> Note:
    assert isinstance(document, dict)
    return Note(row_id, str(document["text"]), revision)


NOTES = Form(_write, _read)


pytestmark = pytest.mark.database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_wallet_database(database_url)
    yield opened
    opened.close()


def locked(name: str, digest: str | None = None) -> LockedWallet:
    wallet_id = session(name).wallet_id
    lock = make_lock(
        b"k" * 32, "a long password", wallet_id=wallet_id, cost=CHEAP, random=deterministic(name)
    )
    return LockedWallet(wallet_id, digest or f"digest of {name}", b"g" * 16, lock, Attempts())


def _rows(database: Database, row: type[SealedRow]) -> SealedStore[Note]:
    return SealedStore(database, row, NOTES)


@pytest.fixture(params=["memory", "sql"])
def wallets(request: pytest.FixtureRequest) -> Any:
    return (
        MemoryWalletStore()
        if request.param == "memory"
        else SqlWalletStore(request.getfixturevalue("database"))
    )


@pytest.fixture(params=["memory", "sql"])
def notes(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        return MemoryStore()
    database = request.getfixturevalue("database")
    for name in ("anna", "ben"):
        SqlWalletStore(database).add(locked(name))
    return _rows(database, CredentialRow)


def _id() -> str:
    return str(uuid.uuid4())


def test_a_wallet_is_found_by_its_login_digest(wallets: Any) -> None:
    added = locked("anna")
    wallets.add(added)

    assert wallets.by_login("digest of anna") == added
    assert wallets.by_login("digest of ben") is None


def test_two_wallets_never_share_a_login(wallets: Any) -> None:
    wallets.add(locked("anna", "one digest"))

    with pytest.raises(LoginTakenError):
        wallets.add(locked("ben", "one digest"))


def test_wrong_passwords_are_remembered(wallets: Any) -> None:
    wallets.add(locked("anna"))

    wallets.note_attempts(locked("anna").wallet_id, Attempts(5, NOW))

    assert wallets.by_login("digest of anna").attempts == Attempts(5, NOW)


def test_a_lock_takes_the_place_of_the_one_that_was_read(wallets: Any) -> None:
    before = locked("anna")
    wallets.add(before)
    wallets.note_attempts(before.wallet_id, Attempts(5, NOW))
    assert before.lock is not None
    after = replace(
        before, generation=b"h" * 16, lock=replace(before.lock, salt=b"s" * 16, wrapped_key=b"another")
    )

    wallets.lock_anew(before, after)

    assert wallets.by_login("digest of anna") == after
    assert wallets.generation(before.wallet_id) == b"h" * 16
    with pytest.raises(ConflictError):
        wallets.lock_anew(before, before)
    assert wallets.by_login("digest of anna") == after
    assert wallets.generation(_id()) is None


def test_the_last_recovery_lock_is_kept(wallets: Any) -> None:
    wallets.add(locked("anna"))
    wallet_id = locked("anna").wallet_id
    assert wallets.recovery(wallet_id) is None

    wallets.keep_recovery(wallet_id, RecoveryLock(b"first"))
    wallets.keep_recovery(wallet_id, RecoveryLock(b"second"))

    assert wallets.recovery(wallet_id) == RecoveryLock(b"second")
    assert wallets.recovery(_id()) is None


def test_what_is_saved_is_read_back_with_its_next_revision(notes: Any) -> None:
    saved = notes.save(session("anna"), Note(_id(), "hello"))

    assert saved.revision == 1
    assert notes.get(session("anna"), saved.row_id) == saved
    assert notes.all(session("anna")) == (saved,)


def test_a_wallet_never_sees_what_another_one_keeps(notes: Any) -> None:
    saved = notes.save(session("anna"), Note(_id(), "hello"))

    assert notes.all(session("ben")) == ()
    with pytest.raises(NotInWalletError):
        notes.get(session("ben"), saved.row_id)
    with pytest.raises(NotInWalletError):
        notes.get(session("anna"), _id())


def test_a_wallet_cannot_change_or_remove_what_another_one_keeps(notes: Any) -> None:
    saved = notes.save(session("anna"), Note(_id(), "hello"))

    with pytest.raises(ConflictError):
        notes.save(session("ben"), replace(saved, text="stolen"))
    notes.remove(session("ben"), saved.row_id)

    assert notes.get(session("anna"), saved.row_id) == saved


def test_a_change_on_top_of_an_older_state_is_a_conflict(notes: Any) -> None:
    first = notes.save(session("anna"), Note(_id(), "one"))
    second = notes.save(session("anna"), replace(first, text="two"))

    with pytest.raises(ConflictError):
        notes.save(session("anna"), replace(first, text="also two"))

    assert notes.get(session("anna"), first.row_id) == second


def test_adding_the_same_thing_twice_is_a_conflict(notes: Any) -> None:
    note = Note(_id(), "one")
    notes.save(session("anna"), note)

    with pytest.raises(ConflictError):
        notes.save(session("anna"), note)


def test_changing_what_was_removed_is_a_conflict(notes: Any) -> None:
    saved = notes.save(session("anna"), Note(_id(), "one"))
    notes.remove(session("anna"), saved.row_id)
    notes.remove(session("anna"), saved.row_id)

    with pytest.raises(ConflictError):
        notes.save(session("anna"), saved)


def test_the_migrations_make_exactly_the_declared_tables(database: Database) -> None:
    assert differences(database.engine, Base.metadata, version_table=VERSION_TABLE) == []


def _annas_note(database: Database) -> tuple[SealedStore[Note], Note]:
    for name in ("anna", "ben"):
        SqlWalletStore(database).add(locked(name))
    store = _rows(database, CredentialRow)
    return store, store.save(session("anna"), Note(_id(), "the secret of anna"))


def test_a_sealed_value_does_not_open_in_another_row(database: Database) -> None:
    store, note = _annas_note(database)
    other = store.save(session("anna"), Note(_id(), "another"))
    with database.writing() as transaction:
        source, target = (transaction.get_one(CredentialRow, each.row_id) for each in (note, other))
        target.sealed_document = source.sealed_document

    with pytest.raises(DamagedError):
        store.get(session("anna"), other.row_id)


def test_a_sealed_value_does_not_open_in_another_table(database: Database) -> None:
    store, note = _annas_note(database)
    with database.writing() as transaction:
        source = transaction.get_one(CredentialRow, note.row_id)
        transaction.add(
            ArrivalRow(
                row_id=note.row_id,
                wallet_id=source.wallet_id,
                revision=1,
                sealed_document=source.sealed_document,
            )
        )

    with pytest.raises(DamagedError):
        _rows(database, ArrivalRow).get(session("anna"), note.row_id)
    assert store.get(session("anna"), note.row_id) == note


def test_a_sealed_value_does_not_open_in_another_wallet(database: Database) -> None:
    store, note = _annas_note(database)
    with database.writing() as transaction:
        transaction.get_one(CredentialRow, note.row_id).wallet_id = session("ben").wallet_id

    with pytest.raises(DamagedError):
        store.get(session("ben"), note.row_id)


def test_any_changed_byte_of_a_sealed_value_is_damage(database: Database) -> None:
    store, note = _annas_note(database)
    with database.writing() as transaction:
        row = transaction.get_one(CredentialRow, note.row_id)
        row.sealed_document = row.sealed_document[:-1] + bytes([row.sealed_document[-1] ^ 1])

    with pytest.raises(DamagedError):
        store.all(session("anna"))


def test_nothing_that_is_kept_can_be_read_in_the_database(database: Database) -> None:
    _annas_note(database)
    with database.reading() as transaction:
        rows = transaction.connection().exec_driver_sql("SELECT * FROM credential").all()

    assert b"secret of anna" not in b"".join(
        bytes(column) for row in rows for column in row if isinstance(column, bytes)
    )


@pytest.mark.parametrize("text", ["x" * 50, 2**60, 1e20, [[]] * 3], ids=["long", "integer", "float", "form"])
def test_what_could_not_be_read_back_is_not_kept_and_blocks_nothing(database: Database, text: Any) -> None:
    store, note = _annas_note(database)
    strict = replace(store, form=Form(lambda item: {"text": item.text}, _read_strictly))

    for changed in (Note(_id(), text), replace(note, text=text)):
        with pytest.raises(TooLargeError):
            strict.save(session("anna"), changed)

    assert store.all(session("anna")) == (note,)


def _read_strictly(document: Json, row_id: str, revision: int) -> Note:
    text = Fields.of(document, "note").any("text")
    if isinstance(text, list) or len(str(text)) > 30:
        raise MalformedError("note.text: expected a short text")
    return Note(row_id, str(text), revision)


def test_the_last_lock_of_contacts_is_kept_until_it_is_forgotten(wallets: Any) -> None:
    wallets.add(locked("anna"))
    wallet_id = locked("anna").wallet_id
    assert wallets.contacts(wallet_id) is None

    for lock in (ContactsLock(2, 3, b"one"), ContactsLock(3, 5, b"two")):
        wallets.keep_contacts(wallet_id, lock)
        assert wallets.contacts(wallet_id) == lock

    wallets.keep_contacts(wallet_id, None)
    assert wallets.contacts(wallet_id) is None
