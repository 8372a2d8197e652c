"""Which categories of a crowd have the most people, by counts with noise?

Every count gets its own draw; one person is in one category of one crowd, so together they are ρ-zCDP for a
variance of 1/(2ρ). What is found among the noised counts, and in which order, costs nothing more.
"""

import numpy as np

from crypto import goldilocks
from crypto.errors import OutOfRangeError
from crypto.mpc.bits import and_outer
from crypto.mpc.decomposition import field_to_planes
from crypto.mpc.menu.noised_counts import Digits, count_with
from crypto.mpc.menu.plan import Top
from crypto.mpc.noise_plan import gaussian_plan
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, together
from crypto.mpc.sampling import gaussian_digits
from crypto.mpc.shares import Elements, Planes
from crypto.mpc.tally import largest


def top(party: Party, noise: Party, task: Top, categories: Planes, crowds: Planes) -> Protocol[Elements]:
    """For each crowd the codes of its largest categories, the largest first, then their noised counts, flat.

    Args:
        party: this role in this attempt.
        noise: this role with the keys of the noise.
        task: what is asked.
        categories: one plane for each code.
        crowds: one plane for each crowd.

    Raises:
        OutOfRangeError: there are fewer categories than asked for, or no noise is to be drawn.
        ProtocolError, MalformedMessageError: what another role sent contradicts the protocol.
    """
    if not task.rho:
        raise OutOfRangeError("the largest categories are found among counts with noise only")
    plan = gaussian_plan(1, task.rho)
    inside = yield from and_outer(party, crowds, categories)
    drawn = yield from gaussian_digits(party, noise, plan, inside.count)
    digits = Digits(drawn)
    # The noise comes with its offset, which is more than it can be below zero: no sum is negative.
    sums = yield from count_with(party, inside, digits.levels(slice(None)))
    bits = (categories.records + 2 * plan.bound).bit_length()
    planes = yield from field_to_planes(party, sums, bits)
    codes = np.arange(categories.count)
    found = yield from together(
        [
            largest(party, planes.gather(codes + crowd * categories.count), task.size)
            for crowd in range(crowds.count)
        ]
    )
    taken_off = goldilocks.from_integers([-plan.offset] * task.size)
    parts = [part for each in found for part in (each.codes, each.counts.plus(taken_off))]
    return Elements.join(parts)
