"""How a question will be computed, in words for the one who buys."""

from dataclasses import dataclass

from consent.errors import QueryRefusedError
from consent.joining import asked_about
from consent.vocabulary import Engine
from marketplace.domain.catalogue import Quote
from marketplace.domain.plan import Alternative, Obstacle, Plan, Protocol
from marketplace.domain.plan_cost import PlanCost
from marketplace.errors import TooFewPeopleError
from marketplace.services.suite import Services
from marketplace.web.visitor import visitor
from marketplace.web.words import plainly, sentence
from ssi.dataset import DataSet

_KILO = 1000
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


_USUAL = "This is the usual way: it can answer every kind of question."
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


@dataclass(frozen=True)
class PlanView:
    """What the fold shows; `refusal` instead of the rest where nothing can be computed now."""

    way: str = ""
    reason: str = ""
    collusion: str = ""
    steps: tuple[dict[str, str], ...] = ()
    time: str = ""
    others: tuple[dict[str, str], ...] = ()
    refusal: str = ""
    remedy: str = ""


def plan_view(services: Services, quote: Quote) -> PlanView:
    """How the question of a quote will be computed, by the way that it would be ordered with."""
    query, about = quote.query, asked_about(quote.query)
    try:
        plan = services.make_plan.for_quote(visitor().account_id, query)
    except (QueryRefusedError, TooFewPeopleError) as error:
        remedy = error.remedy if isinstance(error, QueryRefusedError) else ""
        return PlanView(refusal=_said(error.reason, about), remedy=_said(remedy, about))
    return PlanView(
        way=_WAYS[plan.query.engine],
        reason=_USUAL if query.engine is Engine.AUTO else plan.reason,
        collusion=plan.collusion,
        steps=_steps(plan),
        time="" if plan.cost is None else _time(plan.cost),
        others=tuple(map(_other, plan.alternatives)),
    )


def _other(other: Alternative) -> dict[str, str]:
    why, remedy = _AGAINST[other.obstacle]
    return {"way": _SHORT[other.engine], "why": why, "remedy": remedy}


def _said(text: str, about: DataSet) -> str:
    return sentence(plainly(text, about)) if text else ""


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


def _time(cost: PlanCost) -> str:
    least, most = cost.seconds
    return f"An estimate: from {_seconds(least)} to {_seconds(most)} for the rounds."


def _seconds(seconds: float) -> str:
    return "less than a second" if seconds < 1 else f"{seconds:,.0f} seconds"
