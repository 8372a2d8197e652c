"""Who counts? One shared bit for each record, from conditions on private columns and from memberships."""

from collections.abc import Mapping, Sequence

import numpy as np

from crypto.mpc.bits import and_outer
from crypto.mpc.comparison import all_of, less_than_public
from crypto.mpc.menu.plan import Crowd, Filter
from crypto.mpc.packing import everybody, pack_mask
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, both, together
from crypto.mpc.shares import Planes


def filtered(
    party: Party, filters: Sequence[Filter], planes: Mapping[int, Planes]
) -> Protocol[Planes | None]:
    """One plane of the records that meet all filters; None if there is no filter.

    Raises:
        OutOfRangeError: a bound is negative.
    """
    if not filters:
        return None
    parts = yield from together([_within(party, each, planes) for each in filters])
    return (yield from all_of(party, Planes.stack(parts)))


def crowd_planes(
    party: Party,
    crowds: Sequence[Crowd],
    common: Sequence[Planes],
    planes: Mapping[int, Planes],
    records: int,
) -> Protocol[Planes]:
    """One plane for each crowd of the records that belong to it and have every common bit, padding zero.

    Raises:
        OutOfRangeError: planes are of other records.
    """
    shared = None
    if common:
        shared = yield from all_of(party, Planes.stack(common))
    private = [crowd for crowd in crowds if isinstance(crowd, int)]
    if private:
        members = Planes.stack([planes[column] for column in private])
        if shared is None:
            return members.trimmed()
        return (yield from and_outer(party, shared, members)).trimmed()
    masks = np.stack([_mask(crowd, records) for crowd in crowds])
    if shared is None:
        return Planes.public(party.role, records, masks)
    return shared.take(np.zeros(len(crowds), dtype=np.int64)).mask(masks)


def _within(party: Party, condition: Filter, planes: Mapping[int, Planes]) -> Protocol[Planes]:
    """The planes of one condition, all of which must be 1."""
    numbers = planes[condition.column]
    if condition.bits == 1:
        found = numbers if condition.least else numbers.invert()
    else:
        below, up_to = yield from both(
            less_than_public(party, numbers, condition.least),
            less_than_public(party, numbers, condition.most + 1),
        )
        found = Planes.stack([below.invert(), up_to])
    return found if condition.presence is None else Planes.stack([found, planes[condition.presence]])


def _mask(crowd: Crowd, records: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    if crowd is None or isinstance(crowd, int):
        return everybody(records)
    return pack_mask(crowd)
