"""How many values fit into one statement? Lists of any length in portions that every database takes."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

_MOST = 500


def batched_values(values: Iterable[T]) -> Iterator[list[T]]:
    """The distinct values in their order, in portions of at most 500."""
    remaining = iter(dict.fromkeys(values))
    while batch := list(islice(remaining, _MOST)):
        yield batch
