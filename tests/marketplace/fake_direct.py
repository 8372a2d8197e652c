"""What is sold from person to buyer, in memory: scores, and sums over a crowd."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Generic

from marketplace.domain.crowd import CrowdMember, CrowdOffering, CrowdPurchase, CrowdState
from marketplace.domain.direct import StateT
from marketplace.domain.score import ScoreOffering, ScoreOrder, ScoreState
from marketplace.services.direct_ports import OfferT, PurchaseT


class MemoryDirectBook(Generic[OfferT, PurchaseT, StateT]):
    def __init__(self) -> None:
        self.offers: dict[str, OfferT] = {}
        self.orders: dict[str, PurchaseT] = {}

    def add_offer(self, offer: OfferT) -> None:
        self.offers[offer.consent_id] = offer

    def offer(self, consent_id: str) -> OfferT | None:
        return self.offers.get(consent_id)

    def open_offers(self, data_set: str, *, now: datetime, limit: int | None = None) -> Sequence[OfferT]:
        found = (each for each in self.offers.values() if each.terms.data_set == data_set)
        return [each for each in found if each.is_open(now)][::-1][:limit]

    def withdraw(self, consent_id: str, *, at: datetime, log_index: int) -> None:
        offer = self.offers[consent_id]
        self.offers[consent_id] = replace(
            offer, withdrawn_at=at, withdrawal_log_index=log_index, document=None
        )

    def add(self, purchase: PurchaseT) -> None:
        self.orders[purchase.purchase_id] = purchase

    def get(self, purchase_id: str) -> PurchaseT | None:
        return self.orders.get(purchase_id)

    def save(self, purchase: PurchaseT) -> None:
        self.orders[purchase.purchase_id] = purchase

    def of_account(self, account_id: str) -> Sequence[PurchaseT]:
        return [each for each in self.orders.values() if each.account_id == account_id][::-1]

    def state_counts(self) -> Mapping[StateT, int]:
        return Counter(each.state for each in self.orders.values())


class MemoryScores(MemoryDirectBook[ScoreOffering, ScoreOrder, ScoreState]):
    def of_consent(self, consent_id: str) -> Sequence[ScoreOrder]:
        return [each for each in self.orders.values() if each.consent_id == consent_id][::-1]

    def due(self, now: datetime) -> Sequence[ScoreOrder]:
        ends = {
            each.request_id: each.valid_until if each.state is ScoreState.ASKED else each.settle_at
            for each in self.orders.values()
            if not each.state.is_over
        }
        over = sorted((end, name) for name, end in ends.items() if end is not None and end <= now)
        return [self.orders[name] for _, name in over]


class MemoryCrowds(MemoryDirectBook[CrowdOffering, CrowdPurchase, CrowdState]):
    def __init__(self) -> None:
        super().__init__()
        self.people: dict[tuple[str, str], CrowdMember] = {}
        self.shares: dict[tuple[str, int, int], bytes] = {}

    def joinable(self, data_set: str, *, now: datetime) -> Sequence[CrowdPurchase]:
        found = (each for each in self.orders.values() if each.order.data_set == data_set)
        able = [each for each in found if each.state is CrowdState.JOINING and now < each.order.join_until]
        return able[::-1]

    def due(self, now: datetime) -> Sequence[CrowdPurchase]:
        found = [(each.until, name) for name, each in self.orders.items() if each.until is not None]
        return [self.orders[name] for until, name in sorted(found) if until <= now]

    def add_member(self, member: CrowdMember) -> None:
        self.people[member.order_id, member.consent_id] = member

    def member(self, order_id: str, consent_id: str) -> CrowdMember | None:
        return self.people.get((order_id, consent_id))

    def members(self, order_id: str) -> Sequence[CrowdMember]:
        found = [each for (name, _), each in self.people.items() if name == order_id]
        return sorted(found, key=lambda each: -1 if each.place is None else each.place)

    def save_members(self, members: Sequence[CrowdMember]) -> None:
        self.people |= {(each.order_id, each.consent_id): each for each in members}

    def of_consent(self, consent_id: str) -> Sequence[CrowdMember]:
        return [each for (_, name), each in self.people.items() if name == consent_id][::-1]

    def ended(self, order_id: str) -> Sequence[datetime]:
        heard = [
            each for (name, _), each in self.people.items() if name == order_id and each.word is not None
        ]
        ends = [self.offers[each.consent_id].withdrawn_at for each in heard]
        return sorted(each for each in ends if each is not None)

    def add_shares(self, order_id: str, sender: int, sealed: Mapping[int, bytes]) -> None:
        self.shares |= {(order_id, receiver, sender): part for receiver, part in sealed.items()}

    def inbox(self, order_id: str, receiver: int) -> Mapping[int, bytes]:
        return {
            sender: part
            for (name, to, sender), part in self.shares.items()
            if (name, to) == (order_id, receiver)
        }

    def forget_shares(self, order_id: str, *, sender: int | None = None) -> None:
        for key in [key for key in self.shares if key[0] == order_id and sender in {None, key[2]}]:
            del self.shares[key]
