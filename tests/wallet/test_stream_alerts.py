"""Limits that a person sets for her streams: what is told, when, and what is not."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from crypto.encoding import canonical_json, parse_json
from crypto.errors import MalformedError
from tests.wallet.fakes import NOW, MemoryStore, MemoryStreamStore, MovingClock, session
from tests.wallet.streaming import DAY, pulse, pulses, used
from wallet.domain.alert import Alert, Crossing, Side
from wallet.domain.measured import Measured
from wallet.domain.period import Span
from wallet.domain.reading import milliseconds
from wallet.errors import ChoiceError, ConflictError, NotInWalletError
from wallet.services.stream_suite import assemble_streams
from wallet.services.watch_streams import MOST_ALERTS

ANNA = session("anna")
ROW = "00000000-0000-4000-8000-000000000000"


class Setting:
    """One wallet with one stream."""

    def __init__(self, first: Measured) -> None:
        self.clock = MovingClock()
        self.alerts = MemoryStore()
        self.store = MemoryStreamStore()
        self.streams = assemble_streams(self.store, self.alerts, self.clock)
        self.keep(first)
        (self.stream,) = self.streams.read.all(ANNA)

    def keep(self, *measured: Measured) -> None:
        self.streams.keep(ANNA, "meter", measured)

    def limit(self, side: Side, limit: object, over: Span = Span.DAY) -> Alert:
        return self.streams.watch.set(ANNA, self.stream.row_id, side, Decimal(str(limit)), over)

    def told(self) -> list[tuple[str, Decimal]]:
        return [
            (f"{each.at:%Y-%m-%d}", each.value)
            for alert in self.streams.watch.unseen(ANNA)
            for each in alert.unseen
        ]


@pytest.fixture
def meter() -> Setting:
    return Setting(used(DAY, 1))


@pytest.fixture
def watch() -> Setting:
    return Setting(pulse(DAY, 60))


def test_a_days_sum_above_its_limit_is_told_at_once(meter):
    meter.limit(Side.ABOVE, 5)
    meter.keep(used(DAY + timedelta(hours=1), 4))
    assert meter.told() == []

    meter.keep(used(DAY + timedelta(hours=2), "0.5"))

    assert meter.told() == [("2026-03-01", Decimal("5.5"))]


def test_a_month_has_a_budget_too(meter):
    meter.limit(Side.ABOVE, 10, Span.MONTH)

    meter.keep(*(used(DAY + timedelta(days=day), 3) for day in range(1, 4)))

    assert meter.told() == []
    meter.keep(used(DAY + timedelta(days=5), 1))
    assert meter.told() == [("2026-03-01", Decimal(11))]


def test_a_day_below_its_limit_is_told_when_it_is_over(meter):
    meter.limit(Side.BELOW, 5)
    meter.keep(used(DAY + timedelta(hours=1), 1))
    meter.streams.watch(ANNA)
    assert meter.told() == []

    meter.clock.forward(days=1)
    meter.streams.watch(ANNA)

    assert meter.told() == [("2026-03-01", Decimal(2))]


def test_a_mean_is_told_when_the_day_is_over(watch):
    watch.limit(Side.ABOVE, 80)
    watch.keep(pulse(DAY + timedelta(hours=1), 120))
    assert watch.told() == []

    watch.clock.forward(days=1)
    watch.streams.watch(ANNA)

    assert watch.told() == [("2026-03-01", Decimal(90))]


def test_the_limit_itself_is_not_beyond_it(meter):
    meter.limit(Side.ABOVE, 2)
    meter.keep(used(DAY + timedelta(hours=1), 1))

    assert meter.told() == []


def test_a_day_without_readings_says_nothing(meter):
    meter.limit(Side.BELOW, 5)
    meter.clock.forward(days=10)
    meter.keep(used(DAY + timedelta(days=9), 1))

    meter.streams.watch(ANNA)

    assert [day for day, _ in meter.told()] == ["2026-03-01", "2026-03-10"]


def test_a_correction_takes_back_what_was_told(meter):
    meter.limit(Side.ABOVE, 5)
    meter.keep(used(DAY + timedelta(hours=1), 9))
    assert meter.told()

    meter.keep(used(DAY + timedelta(hours=1), 1))

    assert meter.told() == []


def test_what_was_seen_is_not_told_again(meter):
    meter.limit(Side.ABOVE, 5)
    meter.keep(used(DAY + timedelta(hours=1), 9))

    meter.streams.watch.acknowledge(ANNA, meter.stream.row_id)
    meter.keep(used(DAY + timedelta(hours=2), 9))

    assert meter.told() == []
    (alert,) = meter.streams.watch.of(ANNA, meter.stream.row_id)
    assert [each.value for each in alert.crossings] == [19]


def test_what_was_before_the_limit_was_set_is_found_and_no_news(meter):
    meter.keep(used(DAY + timedelta(hours=1), 9))

    alert = meter.limit(Side.ABOVE, 5)

    assert [each.value for each in alert.crossings] == [10]
    assert meter.told() == []


def test_an_alert_looks_back_on_a_month_of_days(meter):
    meter.clock.forward(days=100)
    meter.keep(*(used(DAY + timedelta(days=day), 9) for day in range(1, 90)))

    alert = meter.limit(Side.ABOVE, 5)

    assert len(alert.crossings) == 31
    assert f"{alert.crossings[-1].at:%Y-%m-%d}" == "2026-05-29"


def test_a_removed_limit_tells_nothing(meter):
    alert = meter.limit(Side.ABOVE, 0)
    meter.streams.watch.remove(ANNA, alert.row_id)

    meter.keep(used(DAY + timedelta(hours=1), 9))

    assert meter.told() == []
    assert meter.streams.watch.of(ANNA, meter.stream.row_id) == ()


def test_a_stream_that_is_forgotten_takes_its_limits_along(meter):
    meter.limit(Side.ABOVE, 5)

    meter.streams.read.remove(ANNA, meter.stream.row_id)

    assert meter.alerts.all(ANNA) == ()


def test_a_limit_whose_stream_vanished_is_passed_over(meter):
    meter.limit(Side.ABOVE, 5)
    meter.store.remove(ANNA, meter.stream.row_id)

    meter.streams.watch(ANNA)

    assert meter.told() == []


def test_a_limit_is_for_a_day_or_a_month_and_for_what_can_be_added_up(meter):
    with pytest.raises(ChoiceError) as refused:
        meter.limit(Side.ABOVE, 5, Span.HOUR)
    assert refused.value.field == "over"

    places = Setting(Measured("visited-cell", NOW, None, Decimal(7)))
    with pytest.raises(ChoiceError):
        places.limit(Side.ABOVE, 5)


def test_a_stream_has_so_many_limits_and_no_more(meter):
    for limit in range(MOST_ALERTS):
        meter.limit(Side.ABOVE, limit)

    with pytest.raises(ChoiceError) as refused:
        meter.limit(Side.ABOVE, 99)
    assert refused.value.field == "limit"


def test_a_limit_belongs_to_a_stream(meter):
    with pytest.raises(NotInWalletError):
        meter.streams.watch.set(ANNA, ROW, Side.ABOVE, Decimal(1), Span.DAY)


def test_another_window_that_changes_an_alert_is_not_overwritten(meter, monkeypatch):
    alert = meter.limit(Side.ABOVE, 5)
    real, tries = meter.alerts.save, []

    def save(session, item):
        tries.append(item)
        if len(tries) == 1:
            raise ConflictError("This changed at the same time elsewhere.")
        return real(session, item)

    monkeypatch.setattr(meter.alerts, "save", save)
    meter.keep(used(DAY + timedelta(hours=1), 9))

    assert meter.told()
    assert len(tries) == 2
    monkeypatch.setattr(meter.alerts, "get", _gone)
    tries.clear()
    meter.keep(used(DAY + timedelta(days=1), 9))
    assert alert.row_id in {each.row_id for each in tries}


def _gone(session, row_id):
    raise NotInWalletError("It was removed.")


def _alert() -> Alert:
    crossing = Crossing(milliseconds(DAY), Decimal("5.50"), seen=True)
    return Alert(ROW, ROW, "energy-used", Side.ABOVE, Decimal("5.0"), Span.DAY, NOW, (crossing,))


def test_an_alert_is_read_back():
    again = Alert.from_document(parse_json(canonical_json(_alert().to_document())), ROW, 0)

    assert again == replace(_alert(), looked_at=again.looked_at)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("side", "beside"),
        ("over", "hour"),
        ("limit", "much"),
        ("limit", "NaN"),
        ("crossings", [[1, "2"]]),
        ("crossings", [[2**60, "2", True]]),
        ("crossings", [[1, "2", 1]]),
        ("surplus", 1),
    ],
)
def test_a_document_that_is_no_alert_is_refused(member, value):
    with pytest.raises(MalformedError):
        Alert.from_document({**_alert().to_document(), member: value}, ROW, 0)


def test_refreshing_a_wallet_looks_at_its_limits(world, anna):
    world.services.streams.keep(anna, "watch", pulses(10, begin=world.clock().replace(hour=0)))
    (stream,) = world.services.streams.read.all(anna)
    world.services.streams.watch.set(anna, stream.row_id, Side.ABOVE, Decimal(1), Span.DAY)
    world.clock.forward(days=1)

    world.services.refresh(anna)

    assert len(world.services.streams.watch.unseen(anna)) == 1
