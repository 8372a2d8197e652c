"""Every promise of the store of streams, asked of the database and of the fake."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, select

from crypto.encoding import canonical_json
from crypto.randomness import random_bytes
from ssi.hosting.database import Database
from tests.contracts.test_wallet_stores import locked
from tests.wallet.fakes import MemoryStore, MemoryStreamStore, MovingClock, session
from tests.wallet.streaming import pulses, used
from wallet.domain.appending import Arrived, Change, append
from wallet.domain.reading import reading_of
from wallet.domain.stream import Stream
from wallet.errors import ConflictError, DamagedError, NotInWalletError
from wallet.services.keep_streams import KeepStreams
from wallet.services.stream_suite import assemble_streams
from wallet.storage.schema import open_wallet_database
from wallet.storage.streams import SqlStreamStore
from wallet.storage.tables import StreamRow, StreamSegmentRow
from wallet.storage.wallets import SqlWalletStore

pytestmark = pytest.mark.database

ANNA, BEN = session("anna"), session("ben")
ROW, OTHER = "00000000-0000-4000-8000-000000000000", "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_wallet_database(database_url)
    for name in ("anna", "ben"):
        SqlWalletStore(opened).add(locked(name))
    yield opened
    opened.close()


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        return MemoryStreamStore()
    return SqlStreamStore.over(request.getfixturevalue("database"))


def _names() -> Any:
    count = 0

    def draw() -> str:
        nonlocal count
        count += 1
        return f"{random_bytes(4).hex()}-0000-4000-8000-{count:012}"

    return draw


def _added(stream: Stream, opened: Any = None, count: int = 3) -> Change:
    arrived = [Arrived(reading_of(each)) for each in pulses(count)]
    return append(stream, opened or {}, arrived, now=0, new_name=_names())


def _everything(stream: Stream) -> Any:
    return stream.parts


def _kept(store: Any, row_id: str = ROW, count: int = 3) -> Stream:
    store.keep(ANNA, [_added(Stream(row_id, "heart-rate", "watch"), count=count)])
    found: Stream = store.get(ANNA, row_id)
    return found


def test_what_was_added_is_read_back(store: Any) -> None:
    stream = _kept(store)

    again, opened = store.opened(ANNA, ROW, _everything)

    assert (again, stream.revision) == (stream, 1)
    assert store.all(ANNA) == (stream,)
    ((name, segment),) = opened.items()
    assert name == stream.parts[0].row_id
    assert [each.value for each in segment.readings] == [each.value for each in pulses(3)]


def test_only_what_is_wanted_is_opened(store: Any) -> None:
    _kept(store)

    assert store.opened(ANNA, ROW, lambda stream: ())[1] == {}


def test_a_segment_makes_room_for_the_one_in_its_place(store: Any) -> None:
    _kept(store)
    stream, opened = store.opened(ANNA, ROW, _everything)

    store.keep(ANNA, [_added(stream, opened, count=5)])

    again, opened = store.opened(ANNA, ROW, _everything)
    assert (again.count, again.revision, len(opened)) == (5, 2, 1)


def test_an_addition_on_top_of_an_older_state_is_a_conflict(store: Any) -> None:
    _kept(store)
    stream, opened = store.opened(ANNA, ROW, _everything)
    store.keep(ANNA, [_added(stream, opened, count=5)])

    with pytest.raises(ConflictError):
        store.keep(ANNA, [_added(stream, opened, count=9)])

    assert store.opened(ANNA, ROW, _everything)[0].count == 5


def test_a_stream_is_begun_once(store: Any) -> None:
    _kept(store)

    with pytest.raises(ConflictError):
        store.keep(ANNA, [_added(Stream(ROW, "heart-rate", "watch"))])


def test_of_several_streams_all_are_kept_or_none(store: Any) -> None:
    _kept(store)
    fresh = _added(Stream(OTHER, "steps", "watch"))
    stale = _added(Stream(ROW, "heart-rate", "watch"))

    with pytest.raises(ConflictError):
        store.keep(ANNA, [fresh, stale])

    assert [each.row_id for each in store.all(ANNA)] == [ROW]


def test_a_wallet_never_sees_or_changes_the_streams_of_another(store: Any) -> None:
    stream = _kept(store)

    assert store.all(BEN) == ()
    for look in (lambda: store.get(BEN, ROW), lambda: store.opened(BEN, ROW, _everything)):
        with pytest.raises(NotInWalletError):
            look()
    with pytest.raises(ConflictError):
        store.keep(BEN, [_added(stream, store.opened(ANNA, ROW, _everything)[1], count=9)])
    store.remove(BEN, ROW)

    assert store.get(ANNA, ROW) == stream


def test_a_forgotten_stream_is_not_there_any_more(store: Any) -> None:
    stream = _kept(store)

    store.remove(ANNA, ROW)
    store.remove(ANNA, ROW)

    assert store.all(ANNA) == ()
    with pytest.raises(NotInWalletError):
        store.opened(ANNA, ROW, _everything)
    with pytest.raises(ConflictError):
        store.keep(ANNA, [Change(stream, (), (), _added(stream, _opened(stream)).tally, is_new=True)])


def _opened(stream: Stream) -> Any:
    change = _added(replace(stream, parts=()))
    return {stream.parts[0].row_id: change.added[0]}


def test_no_segment_of_a_forgotten_stream_is_left(database: Database) -> None:
    store = SqlStreamStore.over(database)
    _kept(store, count=10_000)
    store.remove(ANNA, ROW)

    with database.reading() as transaction:
        assert transaction.scalars(select(StreamSegmentRow)).all() == []


def test_nothing_of_a_stream_can_be_read_in_the_database(database: Database) -> None:
    store = SqlStreamStore.over(database)
    _kept(store)
    with database.reading() as transaction:
        rows = [
            row
            for table in ("stream", "stream_segment")
            for row in transaction.connection().exec_driver_sql(f"SELECT * FROM {table}").all()  # noqa: S608
        ]

    plain = b"".join(
        bytes(column) for row in rows for column in row if isinstance(column, (bytes, memoryview))
    )
    assert len(rows) == 2
    for word in (b"heart", b"watch", b"columns", canonical_json("parts")):
        assert word not in plain


def _sealed(database: Database, change: Any) -> None:
    with database.writing() as transaction:
        change(transaction, transaction.scalars(select(StreamSegmentRow).order_by("row_id")).all())


def _flip(_transaction: Any, rows: Any) -> None:
    rows[0].sealed_document = rows[0].sealed_document[:-1] + bytes([rows[0].sealed_document[-1] ^ 1])


def _swap(_transaction: Any, rows: Any) -> None:
    rows[0].sealed_document = rows[1].sealed_document


def _drop(transaction: Any, rows: Any) -> None:
    transaction.execute(delete(StreamSegmentRow).where(StreamSegmentRow.row_id == rows[0].row_id))


def _give_away(_transaction: Any, rows: Any) -> None:
    rows[0].wallet_id = BEN.wallet_id


@pytest.mark.parametrize("change", [_flip, _swap, _drop, _give_away])
def test_damage_of_a_segment_is_told_by_name(database: Database, change: Any) -> None:
    store = SqlStreamStore.over(database)
    _kept(store, count=5_000)
    _sealed(database, change)

    with pytest.raises(DamagedError):
        store.opened(ANNA, ROW, _everything)


def test_an_index_that_says_otherwise_than_its_segment_is_damage(database: Database) -> None:
    store = SqlStreamStore.over(database)
    stream = _kept(store)
    wrong = replace(stream.parts[0], digest=replace(stream.parts[0].digest, total=Decimal(1)))
    store.streams.save(ANNA, replace(stream, parts=(wrong,)))

    with pytest.raises(DamagedError):
        store.opened(ANNA, ROW, _everything)


def test_an_older_index_does_not_open_in_the_place_of_another_stream(database: Database) -> None:
    store = SqlStreamStore.over(database)
    _kept(store)
    _kept(store, OTHER)
    with database.writing() as transaction:
        one, other = (transaction.get_one(StreamRow, each) for each in (ROW, OTHER))
        other.sealed_document = one.sealed_document

    with pytest.raises(DamagedError):
        store.get(ANNA, OTHER)


def test_two_processes_that_add_at_once_lose_nothing(database: Database) -> None:
    measured = [used(each.start, 1, hours=0.01) for each in pulses(400)]
    together = threading.Barrier(2)

    def add(part: int) -> None:
        store = SqlStreamStore.over(database)
        watch = assemble_streams(store, MemoryStore(), MovingClock()).watch
        together.wait()
        KeepStreams(store, watch, MovingClock(), batch=40)(ANNA, "meter", measured[part::2])

    threads = [threading.Thread(target=add, args=(part,)) for part in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (stream,) = SqlStreamStore.over(database).all(ANNA)
    assert stream.count == 400


def test_a_whole_segment_and_more_come_back(database: Database) -> None:
    store = SqlStreamStore.over(database)
    streams = assemble_streams(store, MemoryStore(), MovingClock())

    streams.keep(ANNA, "watch", pulses(10_000))

    (stream,) = streams.read.all(ANNA)
    assert list(streams.read.readings(ANNA, stream.row_id)) == list(map(reading_of, pulses(10_000)))
    assert len(stream.parts) == 3
