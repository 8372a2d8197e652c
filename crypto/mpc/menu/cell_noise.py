"""The noise of cells: drawn once for each by nobody, plus multiples of other cells' noise.

Following is linear, and so costs no message: it is applied to the shares.
"""

from collections import defaultdict

from crypto import goldilocks
from crypto.goldilocks import PRIME, FieldVector
from crypto.mpc.menu.plan import Plan
from crypto.mpc.noise_plan import gaussian_plan
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, together
from crypto.mpc.sampling import gaussian_noise
from crypto.mpc.shares import Elements


def cell_noise(party: Party, noise: Party, plan: Plan) -> Protocol[Elements]:
    """The noise of every cell of a plan, shared; zero for cells of which no draw tells.

    Raises:
        OutOfRangeError: a draw asks for noise that cannot be drawn.
    """
    drawn = yield from together(
        [
            gaussian_noise(party, noise, gaussian_plan(each.sensitivity, each.rho), len(each.cells))
            for each in plan.draws
        ]
    )
    halves = []
    for half in ("first", "second"):
        own = [0] * len(plan.program.cells)
        for each, numbers in zip(plan.draws, drawn, strict=True):
            for cell, word in zip(each.cells, getattr(numbers, half).tolist(), strict=True):
                own[cell] = word
        halves.append(_followed(plan, own))
    return Elements(party.role, *halves)


def _followed(plan: Plan, own: list[int]) -> FieldVector:
    """One summand of the noise of all cells, in their order."""
    follows: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for each in plan.followings:
        follows[each.cell].append((each.factor, each.followed))
    total = list(own)
    for cell in range(len(total)):
        total[cell] += sum(factor * total[followed] for factor, followed in follows[cell])
        total[cell] %= PRIME
    return goldilocks.stacked(total)
