"""How are long lists of ids asked for? In pieces that every database takes as parameters of one statement."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

BATCH = 500
T = TypeVar("T")


def batches(ids: Iterable[T]) -> Iterator[list[T]]:
    """The ids in lists of at most 500."""
    listed = list(ids)
    for start in range(0, len(listed), BATCH):
        yield listed[start : start + BATCH]
