"""A buyer watches a sum: which round it is in, and how many wallets spoke and are missing in each.

How many have joined is said as coarsely as the catalogue says it, until the people are fixed: an order with a
high floor would count otherwise, for nothing, who could be asked. From then on the number is the buyer's to
know, because it stands beside the sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from consent.crowd_run import numbers_of
from crypto.encoding import Json
from marketplace.domain.band import Band, band_of
from marketplace.domain.crowd import CrowdMember, CrowdPurchase, CrowdState
from marketplace.domain.direct_wait import Wait, crowd_wait
from marketplace.services.advance_crowd import seated_members
from marketplace.services.desk import Desk
from marketplace.services.read_crowd_orders import crowd_order_of
from marketplace.services.tell_recipients import ended_in_sum

_ROUNDS = (CrowdState.SHARING, CrowdState.MASKING, CrowdState.REVEALING)


@dataclass(frozen=True)
class RoundStanding:
    """One round that has begun: how many wallets were to speak, did, and are missing."""

    state: CrowdState
    asked: int
    spoke: int
    is_now: bool

    @property
    def missing(self) -> int:
        """How many did not speak, yet or in time."""
        return self.asked - self.spoke


@dataclass(frozen=True)
class CrowdStanding:
    """An order and how it stands. `joined` is there while people join, `needed` once they are fixed."""

    purchase: CrowdPurchase
    joined: Band | None
    needed: int | None
    rounds: tuple[RoundStanding, ...]
    paid_people: int | None
    ended_agreements: int
    wait: Wait | None


@dataclass(frozen=True)
class WatchCrowd:
    """Shows one order with its rounds."""

    desk: Desk

    def __call__(self, account_id: str, order_id: str) -> CrowdStanding:
        """How an order stands.

        Raises:
            UnknownOrderError: this buyer has no such order.
        """
        now = self.desk.now()
        with self.desk.store.reading() as books:
            purchase = crowd_order_of(books, account_id, order_id)
            everybody = books.crowds.members(order_id) if purchase.state is CrowdState.JOINING else ()
            seated = seated_members(books, purchase)
            ended: list[Json] = ended_in_sum(books, purchase)
        rounds = _rounds(purchase, seated)
        missing = next((each.missing for each in rounds if each.is_now), 0)
        is_joining = purchase.state is CrowdState.JOINING
        return CrowdStanding(
            purchase=purchase,
            joined=band_of(sum(each.left is None for each in everybody)) if is_joining else None,
            needed=numbers_of(purchase.order, len(seated)).threshold if seated else None,
            rounds=rounds,
            paid_people=_paid(purchase, seated),
            ended_agreements=len(ended),
            wait=crowd_wait(purchase, now, missing=missing),
        )


def _rounds(purchase: CrowdPurchase, seated: Sequence[CrowdMember]) -> tuple[RoundStanding, ...]:
    """The rounds of an order that has not come to nothing: then what wallets said is deleted."""
    if not seated or purchase.state in {CrowdState.FAILED, CrowdState.DISPUTED}:
        return ()
    shared = [each for each in seated if each.shares_digest is not None]
    heard = [each for each in shared if each.word is not None]
    revealed = [each for each in heard if each.revealed is not None]
    spoke = (len(seated), len(shared), len(heard), len(revealed))
    is_over = purchase.state not in _ROUNDS
    last = len(_ROUNDS) - 1 if is_over else _ROUNDS.index(purchase.state)
    return tuple(
        RoundStanding(state, spoke[at], spoke[at + 1], not is_over and at == last)
        for at, state in enumerate(_ROUNDS[: last + 1])
    )


def _paid(purchase: CrowdPurchase, seated: Sequence[CrowdMember]) -> int | None:
    if purchase.state not in {CrowdState.RELEASED, CrowdState.SETTLED}:
        return None
    return sum(each.word is not None for each in seated)
