"""The calendar of a saved question that is repeated, and which terms make no sense."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.domain.saved import Every, Terms, first_time
from marketplace.errors import RefusedError
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.repeating import DAILY, FIRST, allowing, repeated

DAY = timedelta(days=1)


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_a_month_without_the_day_has_its_last_day_instead():
    terms = Terms(Every.MONTH, moment(2027, 1, 31, 6), moment(2027, 12, 31, 6), 0, 0)
    planned = [terms.planned_at(number) for number in (1, 2, 3, 12)]
    assert planned == [moment(2027, month, day, 6) for month, day in ((1, 31), (2, 28), (3, 31), (12, 31))]
    assert terms.count_until(moment(2028, 6, 1)) == 12


def test_a_week_has_seven_days():
    weekly = replace(DAILY, every=Every.WEEK)
    assert weekly.planned_at(2) - weekly.planned_at(1) == timedelta(days=7)


@pytest.mark.parametrize(
    "changes",
    [
        {"per_run_cents": -1},
        {"per_run_cents": 10_001},
        {"total_cents": 10**12},
        {"until": FIRST - DAY},
        {"until": FIRST + 367 * DAY},
    ],
)
def test_terms_without_sense_are_refused(changes):
    with pytest.raises(RefusedError):
        allowing(**changes)


def test_the_first_time_is_still_to_come(market):
    with pytest.raises(RefusedError):
        first_time(NOW.date() - DAY, 6, NOW)
    with pytest.raises(RefusedError):
        first_time(NOW.date() + DAY, 24, NOW)
    assert first_time(FIRST.date(), 6, NOW) == FIRST
    with pytest.raises(RefusedError):
        repeated(market, market.buyer(), replace(DAILY, first_at=NOW))
