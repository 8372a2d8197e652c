"""Readings come in any order, in any batches, more than once: what is there afterwards is the same."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wallet.fakes import NOW, MemoryStore, MemoryStreamStore, MovingClock, session
from tests.wallet.streaming import DAY, HEART, pulse, pulses, used
from wallet.domain import appending, segment
from wallet.domain.appending import Tally
from wallet.domain.measured import Measured
from wallet.domain.period import Span, period_of
from wallet.domain.reading import Reading, milliseconds, reading_of
from wallet.errors import ConflictError, NotInWalletError, TooLargeError, UnfitReadingError
from wallet.services import read_streams
from wallet.services.keep_streams import KeepStreams
from wallet.services.stream_suite import Streams, assemble_streams

ANNA, BEN = session("anna"), session("ben")
SECOND = timedelta(seconds=1)


def fresh(store: MemoryStreamStore | None = None, *, clock: MovingClock | None = None) -> Streams:
    return assemble_streams(store or MemoryStreamStore(), MemoryStore(), clock or MovingClock())


@pytest.fixture
def streams() -> Streams:
    return fresh()


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(appending, "FULL", 4)
    return 4


def all_readings(streams: Streams) -> list[Reading]:
    return [each for stream in streams.read.all(ANNA) for each in streams.read.readings(ANNA, stream.row_id)]


def in_batches(measured: Sequence[Measured], size: int, store: MemoryStreamStore) -> Streams:
    streams = fresh(store)
    KeepStreams(store, streams.watch, MovingClock(), batch=size)(ANNA, "watch", measured)
    return streams


moments = st.integers(0, 400).map(lambda index: DAY + index * SECOND)
pulses_at = st.builds(pulse, moments, st.integers(40, 45))


@settings(max_examples=60)
@given(st.lists(pulses_at, min_size=1, max_size=60), st.integers(1, 20), st.data())
def test_any_order_and_any_batches_give_the_same_view(measured, size, data):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(appending, "FULL", 4)
        distinct = list({each.start: each for each in measured}.values())
        shuffled = data.draw(st.permutations(distinct))
        at_once = in_batches(distinct, 1_000, MemoryStreamStore())
        piece_by_piece = in_batches(shuffled, size, MemoryStreamStore())

    assert all_readings(piece_by_piece) == all_readings(at_once) == sorted(map(reading_of, distinct))


@settings(max_examples=60)
@given(st.lists(pulses_at, min_size=1, max_size=60), st.integers(1, 20))
def test_the_newest_value_of_each_place_in_time_counts(measured, size):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(appending, "FULL", 4)
        store = MemoryStreamStore()
        streams = in_batches(measured, size, store)

    newest = {each.start: each.value for each in measured}
    (stream,) = streams.read.all(ANNA)
    assert {each.begin: each.value for each in all_readings(streams)} == newest
    assert stream.count == len(newest)
    assert stream.latest is not None
    assert stream.latest.value == newest[max(newest)]
    assert set(store.segments) == {part.row_id for part in stream.parts}
    firsts = [part.first for part in stream.parts]
    assert firsts == sorted(set(firsts))


@settings(max_examples=60)
@given(
    st.lists(pulses_at, min_size=1, max_size=60),
    st.sampled_from([Span.HOUR, Span.DAY]),
    st.sampled_from([1, 60_000]),
)
def test_a_window_is_what_a_filter_over_everything_would_find(measured, span, most):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(appending, "FULL", 4)
        patched.setattr(read_streams, "MOST_POINTS", most)
        streams = in_batches(measured, 7, MemoryStreamStore())
        (stream,) = streams.read.all(ANNA)
        period = period_of(Span.DAY, DAY)
        window = streams.read.window(ANNA, stream.row_id, period)

    found = [each for each in all_readings(streams) if period.bounds[0] <= each.start < period.bounds[1]]
    assert window.readings == (tuple(found) if len(found) <= most else None)
    for bucket in window.buckets:
        begin, end = bucket.period.bounds
        values = [each.value for each in found if begin <= each.start < end]
        assert bucket.count == len(values)
        if values:
            assert bucket.digest is not None
            assert (bucket.digest.least, bucket.digest.most) == (min(values), max(values))
            assert bucket.digest.total == sum(values)


def test_readings_find_the_stream_of_their_quantity_source_and_instrument(streams):
    mixed = [pulse(NOW), pulse(NOW, instrument="strap"), used(NOW, 2)]

    report = streams.keep(ANNA, "watch", mixed)
    streams.keep(ANNA, "phone", [pulse(NOW)])

    assert report.tally == Tally(kept=3)
    assert len(report.streams) == 3
    assert [each.key for each in streams.read.all(ANNA)] == [
        ("watch", "energy-used", ""),
        ("phone", HEART, ""),
        ("watch", HEART, ""),
        ("watch", HEART, "strap"),
    ]
    assert streams.read.all(BEN) == ()


def test_the_same_file_again_is_counted_and_changes_nothing(streams):
    streams.keep(ANNA, "watch", pulses(100))
    before = streams.read.all(ANNA)

    report = streams.keep(ANNA, "watch", pulses(120))

    assert report.tally == Tally(kept=20, duplicates=100)
    assert streams.keep(ANNA, "watch", pulses(120)).tally == Tally(duplicates=120)
    assert before[0].revision + 1 == streams.read.all(ANNA)[0].revision


def test_the_same_number_written_otherwise_is_no_correction(streams):
    streams.keep(ANNA, "watch", [pulse(NOW, "60.0")])

    assert streams.keep(ANNA, "watch", [pulse(NOW, "60.00")]).tally == Tally(duplicates=1)


def test_a_corrected_value_counts_and_the_one_before_can_be_looked_at():
    clock = MovingClock()
    streams = fresh(clock=clock)
    streams.keep(ANNA, "watch", [pulse(NOW, 60), pulse(NOW + SECOND, 70)])
    clock.forward(days=1)

    report = streams.keep(ANNA, "watch", [pulse(NOW, 61), pulse(NOW, 62)])

    (stream,) = streams.read.all(ANNA)
    window = streams.read.window(ANNA, stream.row_id, period_of(Span.DAY, NOW))
    ((reading, versions),) = window.corrected
    assert report.tally == Tally(corrections=2)
    assert stream.corrected == 2
    assert reading.value == 62
    assert [each.reading.value for each in versions] == [60, 61]
    assert {each.replaced_at for each in versions} == {milliseconds(clock())}
    assert stream.count == 2


def test_of_a_value_that_changes_all_the_time_the_last_versions_are_kept(streams):
    streams.keep(ANNA, "watch", [pulse(NOW, index) for index in range(segment.VERSIONS_KEPT + 20)])

    (stream,) = streams.read.all(ANNA)
    ((_, versions),) = streams.read.window(ANNA, stream.row_id, period_of(Span.DAY, NOW)).corrected
    assert [int(each.reading.value) for each in versions] == list(range(19, segment.VERSIONS_KEPT + 19))


def test_a_message_that_comes_twice_counts_once_even_after_a_correction(streams):
    streams.keep.numbered(ANNA, "meter", [(1, pulse(NOW, 60)), (2, pulse(NOW, 61))])

    report = streams.keep.numbered(ANNA, "meter", [(1, pulse(NOW, 60)), (3, pulse(NOW + SECOND, 70))])

    assert report.tally == Tally(kept=1, duplicates=1)
    assert [each.value for each in all_readings(streams)] == [61, 70]


def test_numbers_are_remembered_even_if_what_they_brought_was_known(streams):
    streams.keep.numbered(ANNA, "meter", [(1, pulse(NOW, 60)), (2, pulse(NOW, 60))])
    streams.keep.numbered(ANNA, "meter", [(3, pulse(NOW, 60))])
    streams.keep(ANNA, "meter", [pulse(NOW, 61)])

    assert streams.keep.numbered(ANNA, "meter", [(3, pulse(NOW, 60))]).tally == Tally(duplicates=1)


def test_a_batch_with_one_value_that_cannot_be_kept_is_not_kept_at_all(streams):
    with pytest.raises(UnfitReadingError):
        streams.keep(ANNA, "watch", [*pulses(10), pulse(NOW, "NaN")])

    assert streams.read.all(ANNA) == ()


def test_what_came_before_a_source_broke_off_stays():
    def breaking_off():
        yield from pulses(10)
        raise EOFError

    store = MemoryStreamStore()
    streams = fresh(store)
    with pytest.raises(EOFError):
        KeepStreams(store, streams.watch, MovingClock(), batch=4)(ANNA, "watch", breaking_off())

    assert streams.read.all(ANNA)[0].count == 8
    assert streams.keep(ANNA, "watch", pulses(10)).tally == Tally(kept=2, duplicates=8)


@pytest.mark.parametrize("source", ["", "x" * 101])
def test_a_source_has_a_name(streams, source):
    with pytest.raises(UnfitReadingError):
        streams.keep(ANNA, source, pulses(1))


def test_two_processes_that_begin_a_stream_at_once_make_one():
    store = MemoryStreamStore()

    class Elsewhere(MemoryStreamStore):
        """Shows nothing at first, as if another process had been quicker."""

        looks = 0

        def all(self, session):
            self.looks += 1
            return () if self.looks == 1 else store.all(session)

    slow = Elsewhere(store.streams, store.segments)
    fresh(store).keep(ANNA, "watch", pulses(5))
    report = fresh(slow).keep(ANNA, "watch", pulses(8))

    assert report.tally == Tally(kept=3, duplicates=5)
    assert [each.count for each in store.all(ANNA)] == [8]


def test_whoever_never_gets_a_turn_is_told():
    class Busy(MemoryStreamStore):
        def keep(self, session, changes):
            raise ConflictError("This changed at the same time elsewhere.")

    with pytest.raises(ConflictError, match="all the time"):
        fresh(Busy()).keep(ANNA, "watch", pulses(1))


def test_segments_fill_up_at_the_end_and_stay_even_in_between(streams, small_segments):
    streams.keep(ANNA, "watch", pulses(10))
    (stream,) = streams.read.all(ANNA)
    assert [part.digest.count for part in stream.parts] == [4, 4, 2]

    streams.keep(ANNA, "watch", [pulse(DAY + timedelta(seconds=30), 1)])

    (stream,) = streams.read.all(ANNA)
    assert [part.digest.count for part in stream.parts] == [3, 2, 4, 2]


def test_readings_of_one_moment_stay_together(streams, small_segments):
    many = [used(NOW, 1, hours=hours) for hours in range(1, 9)]
    streams.keep(ANNA, "meter", [*many, used(NOW + SECOND, 2)])

    (stream,) = streams.read.all(ANNA)
    assert [part.digest.count for part in stream.parts] == [8, 1]
    assert stream.count == 9


def test_too_many_readings_of_one_moment_are_refused(streams, monkeypatch):
    monkeypatch.setattr(appending, "MOST_AT_ONCE", 5)

    with pytest.raises(TooLargeError):
        streams.keep(ANNA, "meter", [used(NOW, 1, hours=hours) for hours in range(1, 9)])


def test_a_stream_that_is_full_is_told(streams, small_segments, monkeypatch):
    monkeypatch.setattr(appending, "MOST_PARTS", 2)

    with pytest.raises(TooLargeError):
        streams.keep(ANNA, "watch", pulses(9))


def test_a_forgotten_stream_is_gone_with_its_limits(streams):
    streams.keep(ANNA, "watch", pulses(5))
    (stream,) = streams.read.all(ANNA)

    streams.read.remove(BEN, stream.row_id)
    assert streams.read.one(ANNA, stream.row_id).count == 5
    streams.read.remove(ANNA, stream.row_id)

    with pytest.raises(NotInWalletError):
        streams.read.one(ANNA, stream.row_id)
    assert streams.keep(ANNA, "watch", pulses(5)).tally == Tally(kept=5)


def test_a_year_is_read_from_the_index_wherever_that_says_enough(streams, small_segments, monkeypatch):
    monkeypatch.setattr(read_streams, "MOST_POINTS", 10)
    streams.keep(ANNA, "watch", pulses(2_000, every=60))
    (stream,) = streams.read.all(ANNA)
    opened: list[int] = []
    real = MemoryStreamStore.opened

    def counting(*asked):
        stream, segments = real(*asked)
        opened.append(len(segments))
        return stream, segments

    monkeypatch.setattr(MemoryStreamStore, "opened", counting)

    window = streams.read.window(ANNA, stream.row_id, period_of(Span.YEAR, DAY))

    assert window.readings is None
    assert window.digest is not None
    assert window.digest.count == 2_000
    assert opened[0] <= 365


@pytest.mark.parametrize(
    ("span", "begin", "end"),
    [
        (Span.HOUR, "2026-03-01T09:00", "2026-03-01T10:00"),
        (Span.DAY, "2026-03-01T00:00", "2026-03-02T00:00"),
        (Span.WEEK, "2026-02-23T00:00", "2026-03-02T00:00"),
        (Span.MONTH, "2026-03-01T00:00", "2026-04-01T00:00"),
        (Span.YEAR, "2026-01-01T00:00", "2027-01-01T00:00"),
    ],
)
def test_periods_are_what_people_call_them(span, begin, end):
    period = period_of(span, NOW)

    assert f"{period.begin:%Y-%m-%dT%H:%M}" == begin
    assert f"{period.end:%Y-%m-%dT%H:%M}" == end
    assert period.moved(1).moved(-1) == period


def test_a_month_is_split_into_its_days_and_a_year_into_months():
    assert len(list(period_of(Span.MONTH, NOW.replace(month=2)).split(Span.DAY))) == 28
    assert len(list(period_of(Span.YEAR, NOW).split(Span.MONTH))) == 12
    assert len(list(period_of(Span.WEEK, NOW).split(Span.HOUR))) == 168
