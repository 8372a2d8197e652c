"""How much work is a measurement worth? A full run decides about gates; a quick one shows that all runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SHARE = 50
"""A quick run takes one record of so many."""

LEAST_RECORDS = 1000
_QUICK: ContextVar[bool] = ContextVar("quick", default=False)


@contextmanager
def quickly() -> Iterator[None]:
    """Measure once and with few records, as long as this lasts."""
    token = _QUICK.set(True)
    try:
        yield
    finally:
        _QUICK.reset(token)


def is_quick() -> bool:
    """Whether numbers of now are no measurements."""
    return _QUICK.get()


def rounds(full: int) -> int:
    """How often a piece of work is measured."""
    return 1 if is_quick() else full


def records(full: int) -> int:
    """How many records a piece of work has; never more than `full`."""
    return min(full, max(LEAST_RECORDS, full // SHARE)) if is_quick() else full
