"""A member of a crowd sum speaks in a round; what it says is checked, kept, and carried on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from consent.crowd_cohort import JoinPapers, unverified_join, verify_member
from consent.crowd_message import (
    REVEALED,
    CrowdMessage,
    Round,
    unverified_sender,
    verify_message,
    verify_places,
)
from consent.crowd_release import HeardPart
from consent.crowd_run import numbers_of, run_of
from consent.crowd_word import Seat, verify_word
from consent.crowd_wording import explain_crowd_refusal
from consent.errors import ConsentError
from crypto.encoding import b64url_encode, sha256
from crypto.errors import CryptoError
from crypto.functional.one_label_dropout import SEALED_BYTES
from crypto.functional.one_label_messages import Revealed
from marketplace.domain.crowd import CrowdMember, CrowdOffering, CrowdPurchase, CrowdState
from marketplace.errors import ContributionRefusedError, OrderConflictError, UnknownOfferError
from marketplace.services.advance_crowd import advance, seated_members
from marketplace.services.desk import Desk
from marketplace.services.ports import Books

_LANGUAGE = "en"


@dataclass(frozen=True)
class TakeCrowdMessage:
    """Takes a signed message of a member in. The same one again changes nothing; another one is refused.

    A word is taken only with the proof that behind it stands the record that an issuer signed: a wallet that
    lies about its number is refused here, by name.
    """

    desk: Desk

    def __call__(self, token: str) -> CrowdPurchase:
        """The order after the message.

        Raises:
            MalformedError: it is not a message.
            UnknownOfferError: there is no such member of such an order.
            ContributionRefusedError: the person did not sign it, or it does not hold.
            OrderConflictError: the order is in another round, or she said something else before.
        """
        digest = b64url_encode(sha256(token.encode()))
        with self.desk.store.reading() as books:
            seat, message = _seated(books, token)
            if _changes_nothing(seat, message, digest):
                return seat.purchase
            _require_turn(self.desk, seat.purchase, seat.member, message)
        # The proof takes a while, so nobody waits for it in a writing transaction.
        checked = _checked(self.desk, seat, message)
        with self.desk.store.writing() as books:
            seat, message = _seated(books, token)
            if _changes_nothing(seat, message, digest):
                return seat.purchase
            _require_turn(self.desk, seat.purchase, seat.member, message)
            _keep(books, seat, message, _After(checked, digest))
            return advance(self.desk, books, seat.purchase)


class Seated(NamedTuple):
    """A member at its place, and everybody of the cohort."""

    purchase: CrowdPurchase
    member: CrowdMember
    place: int
    everybody: Sequence[CrowdMember]


class _After(NamedTuple):
    """What a message holds, as it was checked, and its digest."""

    checked: HeardPart | bytes | None
    digest: str


def _seated(books: Books, token: str) -> tuple[Seated, CrowdMessage]:
    order_id, consent_id = unverified_sender(token)
    purchase, offer = books.crowds.get(order_id), books.crowds.offer(consent_id)
    member = books.crowds.member(order_id, consent_id)
    if purchase is None or offer is None or member is None or member.place is None:
        raise UnknownOfferError("there is no such member of such an order")
    message = _verified(token, purchase, offer)
    return Seated(purchase, member, member.place, seated_members(books, purchase)), message


def _changes_nothing(seat: Seated, message: CrowdMessage, digest: str) -> bool:
    member = seat.member
    known = {member.shares_digest, member.word_digest, member.reveal_digest}
    return digest in known or _is_not_needed(seat.purchase, message)


def _is_not_needed(purchase: CrowdPurchase, message: CrowdMessage) -> bool:
    """Whether the sum opens without this answer, because enough others had answered."""
    done = purchase.state in {CrowdState.RELEASED, CrowdState.SETTLED}
    return done and message.round is Round.REVEALING


def _require_turn(desk: Desk, purchase: CrowdPurchase, member: CrowdMember, message: CrowdMessage) -> None:
    over = purchase.until is not None and desk.now() >= purchase.until
    right_round = message.round is Round.LEAVING or message.round.value == purchase.state.value
    if not purchase.state.is_running or not right_round or over or member.left is not None:
        raise OrderConflictError(f"order {purchase.order_id} does not wait for this message")
    if message.round in {Round.MASKING, Round.REVEALING} and member.shares_digest is None:
        raise OrderConflictError(f"you did not share in order {purchase.order_id}")
    said_already = {
        Round.SHARING: member.shares_digest,
        Round.MASKING: member.word_digest,
        Round.REVEALING: member.reveal_digest,
    }
    if said_already.get(message.round) is not None:
        raise OrderConflictError(f"you said something else in this round of {purchase.order_id}")


def _checked(desk: Desk, seat: Seated, message: CrowdMessage) -> HeardPart | bytes | None:
    """What is to be kept of a message, after it was looked at; nothing of the first round and of a leave."""
    try:
        if message.round is Round.SHARING:
            _require_shares(seat, message)
        elif message.round is Round.MASKING:
            return _word(desk, seat, message)
        elif message.round is Round.REVEALING:
            return _revealed(desk, seat, message)
    except (ConsentError, CryptoError) as error:
        raise ContributionRefusedError(str(error)) from error
    return None


def _keep(books: Books, seat: Seated, message: CrowdMessage, after: _After) -> None:
    books.crowds.save_members([_member_after(seat, message, after)])
    if message.round is Round.SHARING:
        books.crowds.add_shares(seat.purchase.order_id, seat.place, message.sealed_to)
    elif message.round is Round.LEAVING and seat.purchase.state is CrowdState.SHARING:
        books.crowds.forget_shares(seat.purchase.order_id, sender=seat.place)


def _member_after(seat: Seated, message: CrowdMessage, after: _After) -> CrowdMember:
    member, (checked, digest) = seat.member, after
    if message.round is Round.LEAVING:
        reason = "" if message.refusal is None else explain_crowd_refusal(message.refusal, _LANGUAGE)
        return member.leaving(seat.purchase.state, reason)
    if isinstance(checked, HeardPart):
        return replace(member, word=checked, word_digest=digest)
    if checked is not None:
        return replace(member, revealed=checked, reveal_digest=digest)
    return replace(member, shares_digest=digest)


def _require_shares(seat: Seated, message: CrowdMessage) -> None:
    sealed = message.sealed_to
    if sealed.keys() != set(range(len(seat.everybody))) - {seat.place}:
        raise ContributionRefusedError("expected one sealed share for every other member")
    if any(len(each) != SEALED_BYTES for each in sealed.values()):
        raise ContributionRefusedError(f"expected sealed shares of {SEALED_BYTES} bytes")


def _word(desk: Desk, seat: Seated, message: CrowdMessage) -> HeardPart:
    order = seat.purchase.order
    papers = JoinPapers(seat.member.join, seat.member.presentation)
    sits = Seat(
        order=order,
        cohort_digest=message.cohort_digest,
        member=verify_member(papers, order, desk.registry(), now=desk.now()),
        place=seat.place,
        numbers=numbers_of(order, len(seat.everybody)),
    )
    return verify_word(sits, message)


def _revealed(desk: Desk, seat: Seated, message: CrowdMessage) -> bytes:
    joins = [unverified_join(each.join) for each in seat.everybody]
    run = run_of(seat.purchase.order, [join.agreement_key for join in joins])
    roster = {place: join.mask_key for place, join in enumerate(joins)}
    revealed = Revealed.decode(message.parts[REVEALED])
    expected = run.roster_digest(roster), seat.place, _heard(desk, seat.purchase)
    partners = {each.place for each in seat.everybody if each.shares_digest is not None}
    if (revealed.binding, revealed.place, revealed.heard) != expected or set(revealed.values) != partners:
        raise ContributionRefusedError("what was revealed is about another run or other members")
    return revealed.encode()


def _heard(desk: Desk, purchase: CrowdPurchase) -> frozenset[int]:
    """Who was heard in an order, as this marketplace signed it."""
    places = verify_places(
        purchase.heard or "",
        desk.key.public,
        order_id=purchase.order_id,
        cohort_digest=purchase.cohort_digest or "",
        round=Round.REVEALING,
    )
    return places.places


def _verified(token: str, purchase: CrowdPurchase, offer: CrowdOffering) -> CrowdMessage:
    try:
        return verify_message(
            token,
            offer.holder_key,
            order_id=purchase.order_id,
            cohort_digest=purchase.cohort_digest or "",
            consent_id=offer.consent_id,
        )
    except (ConsentError, CryptoError) as error:
        raise ContributionRefusedError(f"the message is not the person's in this run: {error}") from error
