"""A person's wallet looks which crowd sums it may join, where it is in others, and what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.crowd_receipt import CrowdReceipt, sign_crowd_receipt
from consent.crowd_terms import decide
from consent.policy import Permitted
from crypto.encoding import Json, b64url_encode
from crypto.signing import VerifyingKey
from marketplace.domain.crowd import CrowdMember, CrowdOffering, CrowdPurchase, CrowdState
from marketplace.errors import OrderConflictError, UnknownOfferError
from marketplace.services.advance_crowd import seated_members
from marketplace.services.desk import Desk
from marketplace.services.direct_purchases import own_offer
from marketplace.services.join_crowd import use_of
from marketplace.services.log_entries import shown_uses
from marketplace.services.ports import Books
from marketplace.services.tell_recipients import told_of_sums

LEFT_BEHIND = "the sum went on without your wallet, which did not answer in time"
_MOST_ORDERS = 100


@dataclass(frozen=True)
class ReadCrowdNews:
    """Tells the holder of a credential which sums run and what came of them; never a sum."""

    desk: Desk

    def __call__(self, consent_id: str, holder_key: VerifyingKey) -> dict[str, Json]:
        """The orders that may be joined or that run, the uses that were paid, what came to nothing.

        Once she ended her agreement, `recipients` are those who hold a sum with her and are told of the end.

        Raises:
            UnknownOfferError: there is no such offer of the holder of this key; somebody else's offer is not
                told apart from none.
        """
        now = self.desk.now()
        with self.desk.store.reading() as books:
            offer = own_offer(books.crowds, consent_id, holder_key)
            parts = _parts(books, consent_id)
            orders = [
                *(each for member, each in parts if _is_running(member, each)),
                *_joinable(books, offer, {each.order_id for _, each in parts}, now),
            ]
            return {
                "orders": [_delivered(each) for each in orders[:_MOST_ORDERS]],
                "uses": self._uses(books, parts),
                "ended": [
                    {"request_id": each.order_id, "reason": reason}
                    for member, each in parts
                    if (reason := _ended(member, each)) is not None
                ],
                "recipients": told_of_sums(books, consent_id),
            }

    def _uses(self, books: Books, parts: Sequence[tuple[CrowdMember, CrowdPurchase]]) -> list[Json]:
        paid = (
            (self._receipt(member, purchase, member.use_log_index), member.use_log_index)
            for member, purchase in parts
            if member.use_log_index is not None
        )
        return shown_uses(self.desk, books, paid)

    def _receipt(self, member: CrowdMember, purchase: CrowdPurchase, log_index: int) -> str:
        order = purchase.order
        receipt = CrowdReceipt(
            consent_id=member.consent_id,
            order_id=purchase.order_id,
            buyer_id=purchase.buyer.subject,
            buyer_name=purchase.buyer.name,
            buyer_kind=purchase.buyer.kind,
            purpose=order.purpose,
            weights=order.weights,
            amount_cents=purchase.price.compensation_cents,
            used_at=purchase.updated_at,
            log_index=log_index,
        )
        return sign_crowd_receipt(receipt, self.desk.key)


@dataclass(frozen=True)
class ReadCrowdPapers:
    """Hands a member what it needs for the present round: the cohort, who counts, what was sealed to it."""

    desk: Desk

    def __call__(self, consent_id: str, order_id: str, holder_key: VerifyingKey) -> dict[str, Json]:
        """The papers of the round that an order is in.

        Raises:
            UnknownOfferError: there is no such offer of the holder of this key, or she is not in the order.
            OrderConflictError: the order has no cohort yet, or is over.
        """
        with self.desk.store.reading() as books:
            own_offer(books.crowds, consent_id, holder_key)
            purchase, member = books.crowds.get(order_id), books.crowds.member(order_id, consent_id)
            if purchase is None or member is None:
                raise UnknownOfferError("there is no such order of yours")
            if not purchase.state.is_running or purchase.cohort is None or member.place is None:
                raise OrderConflictError(f"order {order_id} has no papers for you in its present state")
            places = {CrowdState.MASKING: purchase.partners, CrowdState.REVEALING: purchase.heard}
            members = seated_members(books, purchase)
            partners = {each.place for each in members if each.shares_digest is not None}
            sealed = books.crowds.inbox(order_id, member.place) if purchase.state in places else {}
            return {
                "stage": purchase.state.value,
                "cohort": purchase.cohort,
                "members": [{"join": each.join, "presentation": each.presentation} for each in members],
                "places": places.get(purchase.state),
                "inbox": [
                    {"place": sender, "sealed": b64url_encode(part)}
                    for sender, part in sorted(sealed.items())
                    if sender in partners
                ],
            }


def _parts(books: Books, consent_id: str) -> list[tuple[CrowdMember, CrowdPurchase]]:
    found = [(each, books.crowds.get(each.order_id)) for each in books.crowds.of_consent(consent_id)]
    return [(member, purchase) for member, purchase in found if purchase is not None]


def _joinable(books: Books, offer: CrowdOffering, known: set[str], now: datetime) -> list[CrowdPurchase]:
    if not offer.is_open(now):
        return []
    return [
        each
        for each in books.crowds.joinable(offer.terms.data_set, now=now)
        if each.order_id not in known and isinstance(decide(offer.terms, use_of(each), now=now), Permitted)
    ]


def _is_running(member: CrowdMember, purchase: CrowdPurchase) -> bool:
    return purchase.state.is_running and member.left is None and _ended(member, purchase) is None


def _ended(member: CrowdMember, purchase: CrowdPurchase) -> str | None:
    """Why nothing comes of a part; None while something may, or did."""
    if purchase.state in {CrowdState.FAILED, CrowdState.DISPUTED}:
        return purchase.reason or purchase.state.value
    if member.left is not None and member.word is None:
        return member.left or LEFT_BEHIND
    missing = {
        CrowdState.JOINING: False,
        CrowdState.SHARING: member.place is None,
        CrowdState.MASKING: member.shares_digest is None,
    }
    return LEFT_BEHIND if missing.get(purchase.state, member.word is None) else None


def _delivered(purchase: CrowdPurchase) -> dict[str, Json]:
    return {
        "order": purchase.token,
        "credential": purchase.credential,
        "escrow_receipt": purchase.escrow_receipt,
        "stage": purchase.state.value,
    }
