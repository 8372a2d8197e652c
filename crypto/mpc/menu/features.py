"""How do columns of different ranges come to one scale? A public factor, and a truncation in one round."""

from collections.abc import Sequence

import numpy as np

from crypto import goldilocks
from crypto.mpc.fixed_point import truncate
from crypto.mpc.menu.holdings import Holdings
from crypto.mpc.menu.plan import Feature
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, together
from crypto.mpc.shares import Elements


def scaled(party: Party, holdings: Holdings, features: Sequence[Feature]) -> Protocol[Elements]:
    """Features by records. Rounded up or down at random, so that sums are right on average.

    A value is far off with probability below 2^(bits + shift + 2 - 64), see `crypto.mpc.fixed_point`.

    Raises:
        OutOfRangeError: a column is not held, or a feature is too wide.
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    rows = yield from together([_scaled(party, holdings, feature) for feature in features])
    first, second = (np.stack([getattr(row, half) for row in rows]) for half in ("first", "second"))
    return Elements(party.role, first, second)


def _scaled(party: Party, holdings: Holdings, feature: Feature) -> Protocol[Elements]:
    column = holdings.table(party.role, [feature.column]).reshape(-1)
    shift = goldilocks.from_integers([-feature.offset] * column.first.size)
    wide = column.plus(shift).scale(feature.multiplier)
    return (yield from truncate(party, wide, shift=feature.shift, bits=feature.bits + feature.shift))
