"""Readings for tests of streams."""

from datetime import datetime, timedelta
from decimal import Decimal
from math import sin

from tests.wallet.fakes import NOW
from wallet.domain.measured import Measured

HEART = "heart-rate"
ENERGY = "energy-used"
DAY = NOW.replace(hour=0, minute=0)


def pulse(at: datetime, value: object = 60, *, instrument: str = "") -> Measured:
    """A heart rate at a moment."""
    return Measured(HEART, at, None, Decimal(str(value)), instrument)


def pulses(count: int, *, begin: datetime = DAY, every: float = 60) -> list[Measured]:
    """Heart rates that go on, `every` so many seconds."""
    return [pulse(begin + timedelta(seconds=every * index), _value(index, every)) for index in range(count)]


def _value(index: int, every: float) -> int:
    """Up and down over six hours, with a little unrest."""
    return round(75 + 25 * sin(index * every / 3_438)) + index * 7919 % 7


def used(at: datetime, kilowatt_hours: object, *, hours: float = 1) -> Measured:
    """Electricity over some hours."""
    return Measured(ENERGY, at, at + timedelta(hours=hours), Decimal(str(kilowatt_hours)))
