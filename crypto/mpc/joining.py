"""Which records of two tables belong to one person, and which readings of a stream fall into a window?

Both are questions about public things, so they cost no message: a person's records carry a pseudonymous
handle that all nodes see, and a reading the moment at which it was taken. What comes out are choices of rows,
by which shared tables are brought into one order (`Elements.take`) or summed (`crypto.mpc.program`). That two
records have one handle is thereby known to the nodes; what stands in them is not.

A join takes each handle once: whoever holds two records of one person decides before which of them counts,
since counting a person twice would break every promise about crowds. Windows are half open, [start, start +
length), and may overlap; a reading that came late or was corrected is the row of its moment, whenever it
came.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crypto.errors import OutOfRangeError
from crypto.mpc.selections import RowMask

Rows = NDArray[np.int64]
"""Positions of records in a table."""


class Join(NamedTuple):
    """The rows of both tables that belong to the same people, in the order of their handles."""

    left: Rows
    right: Rows


def join(left: Sequence[bytes], right: Sequence[bytes]) -> Join:
    """The records of people who are in both tables; every node finds the same order.

    Raises:
        OutOfRangeError: a handle stands twice in one table.
    """
    places = [{handle: place for place, handle in enumerate(handles)} for handles in (left, right)]
    for handles, known in zip((left, right), places, strict=True):
        if len(known) != len(handles):
            raise OutOfRangeError("a person stands twice in one table; decide first which record counts")
    shared = sorted(places[0].keys() & places[1].keys())
    return Join(*(np.array([known[handle] for handle in shared], dtype=np.int64) for known in places))


def windows(moments: NDArray[np.int64], *, start: int, length: int, step: int, count: int) -> list[RowMask]:
    """For each of `count` windows the readings in it: [start + k·step, start + k·step + length).

    Args:
        moments: when each reading was taken, in whole seconds.
        start: where the first window begins.
        length: how long a window is, in seconds.
        step: from one window's start to the next: equal to `length` for windows that follow each other,
            less for sliding ones.
        count: how many windows.

    Raises:
        OutOfRangeError: length, step or count are not positive.
    """
    if min(length, step, count) < 1:
        raise OutOfRangeError("expected a positive length, step and number of windows")
    begins = [start + index * step for index in range(count)]
    return [(moments >= begin) & (moments < begin + length) for begin in begins]


def newest(keys: Sequence[bytes], versions: Sequence[int]) -> Rows:
    """Of each key the row with the highest version, in the order of keys: late and corrected readings.

    Raises:
        OutOfRangeError: there is not one version for each key, or a key has one version twice.
    """
    if len(keys) != len(versions) or len(set(zip(keys, versions, strict=True))) != len(keys):
        raise OutOfRangeError("expected one version for each reading, each version once")
    best: dict[bytes, int] = {}
    for row, key in enumerate(keys):
        if key not in best or versions[row] > versions[best[key]]:
            best[key] = row
    return np.array([best[key] for key in sorted(best)], dtype=np.int64)
