"""When does a crowd sum go on to its next round? When everybody spoke, or when the time for it is over.

`advance` changes the books of one transaction, given by its caller: after every message, and when a deadline
passes. It fixes the cohort, says who counts in the next round, and at the end puts together what the buyer
opens. Whoever is missing at the end of a round is left out; with fewer than the threshold the order fails and
the money goes back.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from consent.crowd_cohort import JoinPapers, cohort_digest, sign_cohort, unverified_join
from consent.crowd_message import Places, Round, sign_places
from consent.crowd_release import CrowdMaterial, CrowdRelease, sign_release
from consent.crowd_run import numbers_of
from crypto.encoding import Json, sha256
from marketplace.domain.crowd import CrowdMember, CrowdPurchase, CrowdState
from marketplace.services.desk import Desk
from marketplace.services.direct_money import charge_price
from marketplace.services.end_crowd import refund
from marketplace.services.log_entries import append
from marketplace.services.ports import Books

TOO_FEW_JOINED = "too few people joined"
TOO_FEW_ANSWERED = "too few wallets answered in time"


def advance(desk: Desk, books: Books, purchase: CrowdPurchase) -> CrowdPurchase:
    """The order after whatever can be done for it now."""
    step = _STEPS.get(purchase.state)
    return purchase if step is None else step(desk, books, purchase)


def _fix_cohort(desk: Desk, books: Books, purchase: CrowdPurchase) -> CrowdPurchase:
    order, now = purchase.order, desk.now()
    joined = [each for each in books.crowds.members(purchase.order_id) if each.left is None]
    if len(joined) < order.people and now < order.join_until:
        return purchase
    if len(joined) < order.floor:
        return refund(desk, books, purchase, CrowdState.FAILED, TOO_FEW_JOINED)
    # By the digests of their joins, so that a place says nothing about who came when.
    seated = sorted(joined, key=lambda each: sha256(each.join.encode()))[: order.people]
    books.crowds.save_members([replace(each, place=place) for place, each in enumerate(seated)])
    papers = [JoinPapers(each.join, each.presentation) for each in seated]
    fixed = replace(
        purchase,
        cohort=sign_cohort(order, papers, now, desk.key),
        cohort_digest=cohort_digest(order, papers),
    )
    return _begun(books, fixed, CrowdState.SHARING, now)


def _end_sharing(desk: Desk, books: Books, purchase: CrowdPurchase) -> CrowdPurchase:
    members = seated_members(books, purchase)
    shared = [each for each in members if each.left is None and each.shares_digest is not None]
    silent = [each for each in members if each.left is None and each.shares_digest is None]
    if not _is_over(desk, purchase, silent):
        return purchase
    return _next(desk, books, purchase, shared, CrowdState.MASKING)


def _end_masking(desk: Desk, books: Books, purchase: CrowdPurchase) -> CrowdPurchase:
    members = [each for each in seated_members(books, purchase) if each.shares_digest is not None]
    heard = [each for each in members if each.word is not None]
    silent = [each for each in members if each.left is None and each.word is None]
    if not _is_over(desk, purchase, silent):
        return purchase
    return _next(desk, books, purchase, heard, CrowdState.REVEALING)


def _end_revealing(desk: Desk, books: Books, purchase: CrowdPurchase) -> CrowdPurchase:
    members = seated_members(books, purchase)
    revealed = [each for each in members if each.revealed is not None]
    if len(revealed) >= numbers_of(purchase.order, len(members)).threshold:
        return _released(desk, books, purchase, members)
    if _is_over(desk, purchase, members):
        return refund(desk, books, purchase, CrowdState.FAILED, TOO_FEW_ANSWERED)
    return purchase


def _next(
    desk: Desk, books: Books, purchase: CrowdPurchase, counted: Sequence[CrowdMember], state: CrowdState
) -> CrowdPurchase:
    size = len(seated_members(books, purchase))
    if len(counted) < numbers_of(purchase.order, size).threshold:
        return refund(desk, books, purchase, CrowdState.FAILED, TOO_FEW_ANSWERED)
    places = frozenset(each.place for each in counted if each.place is not None)
    said = Places(purchase.order_id, purchase.cohort_digest or "", Round(state.value), places)
    word = sign_places(said, desk.key)
    if state is CrowdState.MASKING:
        return _begun(books, replace(purchase, partners=word), state, desk.now())
    return _begun(books, replace(purchase, heard=word), state, desk.now())


def _released(
    desk: Desk, books: Books, purchase: CrowdPurchase, members: Sequence[CrowdMember]
) -> CrowdPurchase:
    now, material = desk.now(), material_of(purchase, members)
    people = len(material.heard)
    release = CrowdRelease(
        order_id=purchase.order_id,
        order_digest=purchase.order.digest,
        material_digest=material.digest,
        size=len(members),
        people=people,
        released_at=now,
    )
    charge_price(books, purchase, at=now, people=people)
    body: dict[str, Json] = {"request_id": purchase.order_id, "material_digest": material.digest}
    append(desk, books, "release", [body], now)
    books.crowds.forget_shares(purchase.order_id)
    released = replace(
        purchase.moved(CrowdState.RELEASED, now, until=now + desk.terms.dispute_window),
        release=sign_release(release, desk.key),
    )
    books.crowds.save(released)
    return released


def material_of(purchase: CrowdPurchase, members: Sequence[CrowdMember]) -> CrowdMaterial:
    """What the buyer opens; the same each time once the order is released."""
    joins = [unverified_join(each.join) for each in members]
    return CrowdMaterial(
        cohort_digest=purchase.cohort_digest or "",
        keys=tuple((join.agreement_key, join.mask_key) for join in joins),
        partners=frozenset(at for at, each in enumerate(members) if each.shares_digest is not None),
        heard={at: each.word for at, each in enumerate(members) if each.word is not None},
        revealed=tuple(each.revealed for each in members if each.revealed is not None),
    )


def seated_members(books: Books, purchase: CrowdPurchase) -> list[CrowdMember]:
    """The members of a fixed cohort, by place."""
    return [each for each in books.crowds.members(purchase.order_id) if each.place is not None]


def _is_over(desk: Desk, purchase: CrowdPurchase, waited_for: Sequence[CrowdMember]) -> bool:
    return not waited_for or (purchase.until is not None and desk.now() >= purchase.until)


def _begun(books: Books, purchase: CrowdPurchase, state: CrowdState, now: datetime) -> CrowdPurchase:
    until = now + timedelta(seconds=purchase.order.round_seconds)
    begun = purchase.moved(state, now, until=until)
    books.crowds.save(begun)
    return begun


_STEPS = {
    CrowdState.JOINING: _fix_cohort,
    CrowdState.SHARING: _end_sharing,
    CrowdState.MASKING: _end_masking,
    CrowdState.REVEALING: _end_revealing,
}
