"""Everything of one plan in one protocol: who counts, sums, noise and tasks, side by side; then the check."""

from collections.abc import Mapping
from dataclasses import dataclass

from crypto.errors import OutOfRangeError
from crypto.mpc.conversion import bits_to_field
from crypto.mpc.menu.cell_noise import cell_noise
from crypto.mpc.menu.cells import cells
from crypto.mpc.menu.filters import crowd_planes, filtered
from crypto.mpc.menu.fits import clusters, logistic
from crypto.mpc.menu.holdings import Holdings, planes_of
from crypto.mpc.menu.plan import Clusters, Logistic, Plan, Quantiles, Task, Top
from crypto.mpc.menu.quantiles import quantiles
from crypto.mpc.menu.top import top
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, together
from crypto.mpc.shares import Elements, Planes
from crypto.mpc.verified_bits import verify_ands


def run_menu(party: Party, noise: Party, plan: Plan, holdings: Holdings) -> Protocol[Elements]:
    """The results of a plan with their noise, shared: all cells, then those of each task.

    Args:
        party: this role with the keys of this attempt, which must be fresh.
        noise: this role with the keys of the noise, the same whenever the same is asked of the same people.
        plan: what to compute, equal at all three roles.
        holdings: this role's shares of the records.

    Raises:
        OutOfRangeError: the plan does not fit the holdings, asks for what cannot be drawn, or is verified and
            has a task that cannot be; before anything that depends on it is sent.
        ProtocolError: what the messages say contradicts the protocol, or a plan that is verified or has noise
            was not computed as it should; its culprits are roles.
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    _check(plan, holdings)
    if plan.verified or plan.noised:
        party.audit = []
    planes = yield from planes_of(party, plan, holdings)
    who = yield from filtered(party, plan.filters, planes)
    mark = None
    if who is not None and plan.program.cells:
        mark = (yield from bits_to_field(party, who)).reshape(-1)
    scene = _Scene(party, noise, holdings, planes, who)
    summed, drawn, *found = yield from together(
        [
            cells(party, plan, holdings, mark),
            cell_noise(party, noise, plan),
            *(_task(scene, task) for task in plan.tasks),
        ]
    )
    if party.audit is not None:
        yield from verify_ands(party)
        party.audit = None
    return Elements.join([summed + drawn, *found])


@dataclass(frozen=True, eq=False)
class _Scene:
    """What the tasks of one run have in common."""

    party: Party
    noise: Party
    holdings: Holdings
    planes: Mapping[int, Planes]
    who: Planes | None

    def crowds(self, task: Quantiles | Top, *common: Planes) -> Protocol[Planes]:
        records = self.holdings.elements.shares.first.shape[1]
        marks = [*common, *([] if self.who is None else [self.who])]
        return crowd_planes(self.party, task.crowds, marks, self.planes, records)


def _task(scene: _Scene, task: Task) -> Protocol[Elements]:
    if isinstance(task, Logistic):
        return (yield from logistic(scene.party, scene.holdings, task))
    if isinstance(task, Clusters):
        return (yield from clusters(scene.party, scene.holdings, task))
    if isinstance(task, Top):
        crowds = yield from scene.crowds(task)
        categories = Planes.stack([scene.planes[column] for column in task.columns])
        return (yield from top(scene.party, scene.noise, task, categories, crowds))
    present = [] if task.presence is None else [scene.planes[task.presence]]
    crowds = yield from scene.crowds(task, *present)
    return (yield from quantiles(scene.party, scene.noise, task, scene.planes[task.column], crowds))


def _check(plan: Plan, holdings: Holdings) -> None:
    tables = [holdings.elements, *([] if holdings.integers is None else [holdings.integers])]
    if any(table.shares.first.shape[1] != plan.records for table in tables):
        raise OutOfRangeError(f"expected {plan.records} records")
    bits_in = holdings.elements if holdings.integers is None else holdings.integers
    needed = plan.elements if holdings.sums is None else plan.gathered
    if not set(needed) <= set(holdings.elements.columns) or not set(plan.planes) <= set(bits_in.columns):
        raise OutOfRangeError("a column of the plan is not among those held")
    is_fit = any(isinstance(task, Logistic | Clusters) for task in plan.tasks)
    if is_fit and (plan.verified or plan.filters or plan.noised):
        raise OutOfRangeError("a fit is neither verified nor filtered, and nothing beside it has noise")
    if any(isinstance(task, Quantiles) and task.bits < 1 for task in plan.tasks):
        raise OutOfRangeError("a quantile is of numbers of at least one bit")
