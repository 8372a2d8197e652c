"""How do many selections of rows share one pass over the data?

Selections that do not overlap, such as the groups of a public attribute, become one *layer*: a label for
each record says which of them it is in. A table of groups is then summed in one pass instead of one for each
group. Overlapping selections fall into as many layers as they need. All of this is public.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crypto.errors import OutOfRangeError
from crypto.mpc.local import Labels

RowMask = NDArray[np.bool_]
"""Which records take part, one truth value for each."""

_MOST_GROUPS: Final = 2**15 - 1


@dataclass(eq=False)
class Layer:
    """Selections that share no record; `members` are their positions, `labels` is None for all records."""

    labels: Labels | None = field(repr=False)
    members: list[int]


def layers(masks: Sequence[RowMask | None], records: int) -> list[Layer]:
    """Put selections into as few layers as come first; None selects all records.

    Raises:
        OutOfRangeError: there are more selections than 2^15 - 1.
    """
    if len(masks) > _MOST_GROUPS:
        raise OutOfRangeError(f"expected at most {_MOST_GROUPS} selections of rows, got {len(masks)}")
    whole = [index for index, mask in enumerate(masks) if mask is None]
    found = [Layer(None, whole)] if whole else []
    for index, mask in enumerate(masks):
        if mask is not None:
            _place(found, index, mask, records)
    return found


def distinct(masks: Sequence[RowMask | None]) -> tuple[list[RowMask | None], list[int]]:
    """The different selections among those of many cells, and which of them each cell has.

    Two arrays are one selection if they are the same object, as where cells of one group share it.
    """
    known: dict[int, int] = {}
    unique: list[RowMask | None] = []
    places = []
    for mask in masks:
        if id(mask) not in known:
            known[id(mask)] = len(unique)
            unique.append(mask)
        places.append(known[id(mask)])
    return unique, places


def _place(found: list[Layer], index: int, mask: RowMask, records: int) -> None:
    for layer in found:
        if layer.labels is not None and not (layer.labels[mask] >= 0).any():
            layer.labels[mask] = len(layer.members)
            layer.members.append(index)
            return
    labels = np.full(records, -1, dtype=np.int16)
    labels[mask] = 0
    found.append(Layer(labels, [index]))
