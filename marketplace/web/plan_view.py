"""How a question will be computed, in words for the one who buys."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from consent.vocabulary import Engine
from marketplace.domain.exposure import Exposure
from marketplace.domain.plan import Alternative, Obstacle, Plan, Protocol
from marketplace.domain.plan_cost import Estimate
from marketplace.errors import TooManyPlansError
from marketplace.services.make_plan import Choice
from marketplace.services.suite import Services
from marketplace.web.visitor import visitor

_KILO = 1000
_MINUTE = 60
_DAY_MINUTES = 24 * 60
_COARSE = 20
"""Moments are known to ten minutes; what is younger than two of those is called so."""
_WAYS = {
    Engine.MPC: "Every record is cut into three parts, and each node holds two of them.",
    Engine.PAILLIER: "Every record is locked, and the locked numbers are added up.",
    Engine.ADDITIVE: "Every record is cut into three parts, and each node holds one of them.",
}
_SHORT = {
    Engine.MPC: "Three parts, two at each node",
    Engine.PAILLIER: "Adding up locked numbers",
    Engine.ADDITIVE: "Three parts, one at each node",
}
_WORK = {
    Protocol.SHARES: "Compute together on the parts",
    Protocol.VERIFIED_SHARES: "Compute together and check each other",
    Protocol.SUMMANDS: "Add up, each for itself",
    Protocol.VERIFIED_SUMMANDS: "Multiply and add up, and check each other",
    Protocol.ENCRYPTED_SUM: "Add up what is locked, then open the sum",
}


_AGAINST = {
    Obstacle.AGAINST_THE_RULES: ("The rules of this market do not allow it.", "–"),
    Obstacle.MORE_THAN_SUMS: ("It cannot compute what you ask for.", "Ask for counts, sums or averages."),
    Obstacle.CANNOT_BE_VERIFIED: ("The nodes cannot check each other in it.", "Ask without the check."),
    Obstacle.NOT_SET_UP: ("This market has not set it up.", "–"),
    Obstacle.TOO_FEW_PEOPLE: ("Too few people allow it.", "Ask for a smaller crowd."),
    Obstacle.TOO_LARGE: ("The numbers would grow too large for it.", "Ask for less at once."),
    Obstacle.NODE_SILENT: ("A node gives no sign of life.", "Ask again later."),
    Obstacle.NOT_ASKED_FOR: ("It would also work, and was not asked for.", "Choose it when you ask."),
    Obstacle.REACHES_FEWER: ("Fewer people allow it.", "–"),
    Obstacle.MORE_ERROR: ("It reaches no more people, and its random error is as large or larger.", "–"),
}
"""What stands against a way, and what would help, without the names that programs have for ways."""


_PATIENCE_SECONDS = 0.5
"""So long a page waits for the count; then it says that it is being counted."""


@dataclass(frozen=True)
class PlanView:
    """What the page says of a plan. `later` tells why rounds and data are not there yet."""

    way: str
    reason: str
    exposure: Exposure
    silent: tuple[str, ...]
    steps: tuple[dict[str, str], ...]
    time: str = ""
    later: str = ""
    others: tuple[dict[str, str], ...] = ()


def plan_view(services: Services, choice: Choice) -> PlanView:
    """How the question of a quote will be computed, by the way that it is ordered with."""
    plan = services.make_plan.uncounted(choice)
    later = ""
    try:
        account = visitor().account_id
        plan = services.make_plan.counted(account, choice, plan, patience_seconds=_PATIENCE_SECONDS)
    except TooManyPlansError as error:
        later = _later(error)
    else:
        later = _TOO_LARGE if plan.cost is None else ""
    return PlanView(
        way=_WAYS[plan.query.engine],
        reason=plan.reason,
        exposure=plan.exposure,
        silent=plan.silent,
        steps=_steps(plan),
        time="" if plan.cost is None else _time(plan.cost.estimate(plan.pace), services.clock()),
        later=later,
        others=tuple(map(_other, plan.alternatives)),
    )


_TOO_LARGE = "This question is too large for rounds and data to be counted before it is computed."


def _later(error: TooManyPlansError) -> str:
    wait = _plural(error.retry_seconds, "second")
    if error.retry_seconds >= _MINUTE:
        wait = _plural(-(-error.retry_seconds // _MINUTE), "minute")
    return f"Rounds and data are not counted yet. Load this page again in {wait}. You can buy meanwhile."


def _other(other: Alternative) -> dict[str, str]:
    why, remedy = _AGAINST[other.obstacle]
    return {"way": _SHORT[other.engine], "why": why, "remedy": remedy}


def size_text(count: int) -> str:
    """A number of bytes in the unit that a person reads."""
    if count < _KILO:
        return f"{count} bytes"
    return f"{count / _KILO:,.1f} kB" if count < _KILO**2 else f"{count / _KILO**2:,.1f} MB"


def _steps(plan: Plan) -> tuple[dict[str, str], ...]:
    cost, about = plan.cost, ""
    if cost is not None and not cost.exact:
        about = "about "
    rounds = "not counted" if cost is None else f"{about}{cost.rounds}"
    return (
        {"step": "Agree who takes part", "who": "The three nodes", "rounds": "–", "sent": "–"},
        {
            "step": _WORK[plan.protocol],
            "who": "The three nodes",
            "rounds": rounds,
            "sent": "not counted" if cost is None else about + size_text(cost.total_bytes),
        },
        {
            "step": "Lock the answer for you",
            "who": "Each node, to you alone",
            "rounds": "–",
            "sent": "not counted" if cost is None else size_text(cost.buyer_bytes),
        },
    )


def _time(estimate: Estimate, now: datetime) -> str:
    span = _span(estimate)
    if estimate.measured_at is None:
        return (
            f"An estimate: {span} for the rounds. The nodes have measured nothing lately, so it is from "
            "nodes on one machine to nodes that are far apart."
        )
    age = age_text(now - estimate.measured_at)
    return (
        f"An estimate: {span} for the rounds, at the speed that the nodes measured between each other {age}."
    )


def age_text(age: timedelta) -> str:
    """How long ago something was measured, which is known to ten minutes."""
    minutes = max(int(age.total_seconds()) // _MINUTE, 0)
    if minutes < _MINUTE:
        return "less than 20 minutes ago" if minutes < _COARSE else f"{minutes} minutes ago"
    if minutes < _DAY_MINUTES:
        return f"{_plural(minutes // _MINUTE, 'hour')} ago"
    return f"{_plural(minutes // _DAY_MINUTES, 'day')} ago"


def _span(estimate: Estimate) -> str:
    least, most = _seconds(estimate.least), _seconds(estimate.most)
    return least if least == most else f"from {least} to {most}"


def _seconds(seconds: float) -> str:
    return "less than a second" if seconds < 1 else _plural(round(seconds), "second")


def _plural(count: int, unit: str) -> str:
    return f"{count:,} {unit}" if count == 1 else f"{count:,} {unit}s"
