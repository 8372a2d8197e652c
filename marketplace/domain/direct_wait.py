"""What does a score or a sum wait for, until when, and what can the buyer do? The cause and the next step.

What is known stands in the books: who has to speak next, and when the present state ends by itself. One that
is past that moment by more than `PATIENCE` is stalled: the worker that ends it is not at work.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from marketplace.domain.crowd import CrowdPurchase, CrowdState
from marketplace.domain.score import ScoreOrder, ScoreState
from marketplace.domain.stall import PATIENCE

_NO_WORKER: Final = "The part of this market that ends what has run out has not been at it for a while."
_HELD: Final = (
    "You need not do anything: it goes on as soon as that works again. If nobody takes it up, money that is "
    "only held is free again by itself."
)
_ON_OPENING: Final = (
    "Open it on your own computer and say that it is right, or report it. Without your word it counts as "
    "right."
)


@dataclass(frozen=True)
class Wait:
    """Why a purchase does not move, what its buyer can do, and when it ends by itself.

    `is_stalled` says that something is wrong, and not just that somebody has time left.
    """

    told: str
    for_buyer: str
    ends_at: datetime | None
    is_stalled: bool = False


def score_wait(order: ScoreOrder, now: datetime, *, asks_first: bool) -> Wait | None:
    """What a request waits for; None once it is over. `asks_first`: the person decides on each herself."""
    if order.state is ScoreState.ASKED:
        if _is_overdue(order.valid_until, now):
            return Wait(_NO_WORKER, _HELD, None, is_stalled=True)
        who = "The person decides herself" if asks_first else "The person’s wallet answers by itself"
        told = f"{who} when she next looks into her wallet, and has not answered yet."
        then = "You need not do anything: without an answer all money comes back by itself."
        return Wait(told, then, order.valid_until)
    if order.state is ScoreState.ANSWERED:
        if order.settle_at is not None and _is_overdue(order.settle_at, now):
            return Wait(_NO_WORKER, _HELD, None, is_stalled=True)
        return Wait("The answer is here, and waits for you.", _ON_OPENING, order.settle_at)
    return None


def crowd_wait(purchase: CrowdPurchase, now: datetime, *, missing: int) -> Wait | None:
    """What an order waits for; None once it is over. `missing` wallets have not spoken in this round."""
    if purchase.until is not None and purchase.state in _OPEN and _is_overdue(purchase.until, now):
        return Wait(_NO_WORKER, _HELD, None, is_stalled=True)
    if purchase.state is CrowdState.JOINING:
        return Wait(
            "People’s wallets join when they next look for news.",
            f"You need not do anything: with fewer than {purchase.order.floor} people all money comes back.",
            purchase.until,
        )
    if purchase.state.is_running:
        whose = "one wallet" if missing == 1 else f"{missing} wallets"
        return Wait(
            f"This round waits for {whose} that did not speak yet.",
            "You need not do anything: whoever stays away is left out and is not paid for. If too few are "
            "left, all money comes back.",
            purchase.until,
        )
    if purchase.state is CrowdState.RELEASED:
        return Wait("The sum is here, and waits for you.", _ON_OPENING, purchase.until)
    return None


_OPEN: Final = frozenset({each for each in CrowdState if each.is_running} | {CrowdState.RELEASED})


def _is_overdue(at: datetime, now: datetime) -> bool:
    return now - at >= PATIENCE
