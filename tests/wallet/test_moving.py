"""A wallet goes into a file and comes out of it as the same wallet, or nothing happens."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path

import pytest

from crypto.encoding import Json, canonical_json
from crypto.password_jwe import encrypt_with_password
from tests.wallet.streaming import pulses
from tests.wallet.world import World
from wallet.bootstrap import sql_stores
from wallet.domain.alert import Side
from wallet.domain.appending import Tally
from wallet.domain.choices import PolicyChoices
from wallet.domain.period import Span
from wallet.domain.proof import Password
from wallet.domain.reading import reading_of
from wallet.domain.session import Session
from wallet.errors import (
    ConflictError,
    ExportError,
    TooManyAttemptsError,
    WeakPasswordError,
    WrongPasswordError,
)
from wallet.services.move_wallet import FILE_TYPE, MoveWallet
from wallet.services.outside import Stores
from wallet.storage.schema import open_wallet_database

pytestmark = pytest.mark.database

PASSWORD, FILE_PASSWORD = "a quiet harbour", "a sentence for the file"
NAME = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[World]:
    """Another installation."""
    database = open_wallet_database(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    yield World(stores=sql_stores(database))
    database.close()


@pytest.fixture
def holder(stored_world: World) -> Session:
    """Somebody with a record that she offered and that was used, and with a stream that she watches."""
    services = stored_world.services
    session = services.create_wallet("anna", PASSWORD)
    services.receive_credential(session, stored_world.issuers.offer())
    (held,) = stored_world.stores.credentials.all(session)  # type: ignore[union-attr]
    consent = services.publish_offer(session, held.row_id, PolicyChoices())
    stored_world.market.use(consent.consent_id, cents=75)
    services.refresh(session)
    (stream_id,) = services.streams.keep(session, "Watch", pulses(5_000)).streams
    services.streams.watch.set(session, stream_id, Side.ABOVE, Decimal(70), Span.DAY)
    return session


def everything(world: World, session: Session) -> dict[str, Sequence[tuple[str, Json]]]:
    assert world.stores is not None
    return dict(world.stores.archive.read(session))


def moved(world: World, session: Session) -> str:
    return world.services.move.export(session, Password(PASSWORD), FILE_PASSWORD)


def file_of(document: object) -> str:
    return encrypt_with_password(canonical_json(document), FILE_PASSWORD, typ=FILE_TYPE)


def test_the_same_wallet_comes_out_of_the_file(stored_world, holder, elsewhere):
    file = moved(stored_world, holder)
    there = elsewhere.services.create_wallet("anna", "another password")

    count = elsewhere.services.move.restore(there, file, FILE_PASSWORD)

    assert everything(elsewhere, there) == everything(stored_world, holder)
    assert count == sum(len(rows) for rows in everything(stored_world, holder).values())
    for read in ("records", "history", "earnings"):
        assert getattr(elsewhere.services, read)(there) == getattr(stored_world.services, read)(holder), read
    assert elsewhere.services.earnings(there).total_cents == 75
    (stream,) = elsewhere.services.streams.read.all(there)
    assert list(elsewhere.services.streams.read.readings(there, stream.row_id)) == [
        reading_of(each) for each in pulses(5_000)
    ]


def test_what_comes_after_the_move_finds_the_same_stream(stored_world, holder, elsewhere):
    there = elsewhere.services.create_wallet("anna", "another password")
    elsewhere.services.move.restore(there, moved(stored_world, holder), FILE_PASSWORD)

    report = elsewhere.services.streams.keep(there, "Watch", pulses(5_001))

    assert report.tally == Tally(kept=1, duplicates=5_000)
    assert len(elsewhere.services.streams.read.all(there)) == 1


def test_every_store_of_a_wallet_is_in_the_file(stored_world, holder):
    """Whoever adds a store and forgets it here would lose people's things."""
    kept = {each.name for each in fields(Stores)} - {
        "wallets",
        "passkeys",
        "erasures",
        "letters",
        "pods",
        "archive",
    }
    segments = 1  # of streams, which have a table of their own

    assert len(everything(stored_world, holder)) == len(kept) + segments


def test_the_file_says_nothing_without_its_password(stored_world, holder):
    file = moved(stored_world, holder)

    for word in ("exam", "anna", "university", "consent"):
        assert word not in file


def test_an_open_wallet_alone_makes_no_file(stored_world, holder):
    for _ in range(5):
        with pytest.raises(WrongPasswordError):
            stored_world.services.move.export(holder, Password("not the password"), FILE_PASSWORD)
    with pytest.raises(TooManyAttemptsError):
        moved(stored_world, holder)


def test_a_file_needs_a_password_that_is_not_short(stored_world, holder):
    with pytest.raises(WeakPasswordError) as refused:
        stored_world.services.move.export(holder, Password(PASSWORD), "short")

    assert refused.value.field == "file_password"


def test_nothing_is_put_into_a_wallet_that_has_something(stored_world, holder, elsewhere):
    file = moved(stored_world, holder)
    there = elsewhere.services.create_wallet("ben", PASSWORD)
    elsewhere.services.receive_credential(there, elsewhere.issuers.offer())
    before = everything(elsewhere, there)

    with pytest.raises(ConflictError, match="not empty"):
        elsewhere.services.move.restore(there, file, FILE_PASSWORD)

    assert everything(elsewhere, there) == before


def test_what_is_kept_here_already_is_not_kept_twice(stored_world, holder):
    file = moved(stored_world, holder)
    second = stored_world.services.create_wallet("anna again", PASSWORD)

    with pytest.raises(ConflictError, match="already"):
        stored_world.services.move.restore(second, file, FILE_PASSWORD)

    assert not any(everything(stored_world, second).values())


@pytest.mark.parametrize("file", ["", "nothing", "a.b.c.d.e", "\ufffd" * 100, "eyJhbGciOiJkaXIifQ...."])
def test_what_is_no_wallets_file_is_refused_by_name(elsewhere, file):
    there = elsewhere.services.create_wallet("anna", PASSWORD)

    with pytest.raises(ExportError):
        elsewhere.services.move.restore(there, file, FILE_PASSWORD)


def test_another_password_opens_no_file(stored_world, holder, elsewhere):
    there = elsewhere.services.create_wallet("anna", PASSWORD)

    with pytest.raises(ExportError, match="does not open"):
        elsewhere.services.move.restore(there, moved(stored_world, holder), "another sentence")


ROW = {"name": NAME, "document": {}}


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"version": 1},
        {"version": 2, "tables": {}},
        {"version": 1, "tables": []},
        {"version": 1, "tables": {"wallet": [ROW]}},
        {"version": 1, "tables": {"credential": ROW}},
        {"version": 1, "tables": {"credential": [{}]}},
        {"version": 1, "tables": {"credential": [ROW]}},
        {"version": 1, "tables": {"credential": [{**ROW, "name": "x"}]}},
        {"version": 1, "tables": {"credential": [{**ROW, "name": NAME.replace("0", "A")}]}},
    ],
    ids=str,
)
def test_a_file_with_something_else_in_it_adds_nothing(elsewhere, document):
    there = elsewhere.services.create_wallet("anna", PASSWORD)

    with pytest.raises(ExportError):
        elsewhere.services.move.restore(there, file_of(document), FILE_PASSWORD)

    assert not any(everything(elsewhere, there).values())


def test_one_bad_row_keeps_all_others_out(stored_world, holder, elsewhere):
    tables = {
        table: [{"name": name, "document": document} for name, document in rows]
        for table, rows in everything(stored_world, holder).items()
    }
    there = elsewhere.services.create_wallet("anna", PASSWORD)

    broken = {**tables, "showing": [ROW]}

    with pytest.raises(ExportError):
        elsewhere.services.move.restore(there, file_of({"version": 1, "tables": broken}), FILE_PASSWORD)
    assert not any(everything(elsewhere, there).values())

    elsewhere.services.move.restore(there, file_of({"version": 1, "tables": tables}), FILE_PASSWORD)
    assert everything(elsewhere, there) == everything(stored_world, holder)


@dataclass
class Shelf:
    """A wallet that keeps whatever it is given."""

    tables: dict[str, Sequence[tuple[str, Json]]]

    def read(self, session: Session) -> Mapping[str, Sequence[tuple[str, Json]]]:
        return self.tables

    def is_empty(self, session: Session) -> bool:
        return not self.tables

    def restore(self, session: Session, tables: Mapping[str, Sequence[tuple[str, Json]]]) -> None:
        self.tables = dict(tables)


def through_a_file(world: World, documents: Sequence[Json]) -> object:
    """What comes out of a file into which documents of any size and depth went."""
    session = world.services.create_wallet("anna", PASSWORD)
    full, empty = Shelf({"things": [(NAME, each) for each in documents]}), Shelf({})
    out, back = (MoveWallet(shelf, world.services.open_wallet, world.clock) for shelf in (full, empty))
    back.restore(session, out.export(session, Password(PASSWORD), FILE_PASSWORD), FILE_PASSWORD)
    return empty.tables == full.tables


def test_a_wallet_of_many_megabytes_comes_back(world):
    assert through_a_file(world, ["x" * 1024 * 1024] * 20)


def test_what_could_not_be_read_again_is_not_written():
    deep: Json = []
    for _ in range(62):
        deep = [deep]

    for documents in ([deep], ["x" * 1024 * 1024] * 49):
        with pytest.raises(ExportError):
            through_a_file(World(), documents)
