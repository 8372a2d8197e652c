"""A wallet joins an order of a crowd sum, on its own signed word."""

from dataclasses import dataclass
from datetime import datetime

from consent.crowd_cohort import (
    Join,
    JoinPapers,
    Member,
    require_different,
    unverified_join,
    verify_member,
)
from consent.crowd_run import function_of
from consent.crowd_terms import CrowdUse, decide
from consent.crowd_wording import explain_crowd_refusal
from consent.errors import ConsentError
from consent.policy import Permitted
from crypto.errors import CryptoError
from marketplace.domain.crowd import CrowdMember, CrowdOffering, CrowdPurchase, CrowdState
from marketplace.errors import ContributionRefusedError, OrderConflictError, UnknownOfferError
from marketplace.services.advance_crowd import advance
from marketplace.services.desk import Desk
from marketplace.services.ports import Books, StatusLists

_LANGUAGE = "en"


@dataclass(frozen=True)
class JoinCrowd:
    """Takes a join in. The same one again changes nothing; another one of the same person is refused."""

    desk: Desk
    status_lists: StatusLists

    def __call__(self, token: str) -> CrowdPurchase:
        """The order after it, after these checks; the code carries the numbers.

        1. It has the form of a join, to an order and under an offer that there are. 2. The person signed it,
        with the credential of her offer, for this very order. 3. Her terms allow it. 4. The order can still
        be joined. 5. The credential was not taken back. 6. Neither the person nor a key is there already.

        Raises:
            MalformedError, UnknownOfferError: step 1 fails.
            ContributionRefusedError: step 2, 3 or 6 fails.
            OrderConflictError: step 4 fails, or the person joined with other keys.
            CredentialError, PeerError: step 5 fails, or cannot be done now.
        """
        join, now = unverified_join(token), self.desk.now()
        with self.desk.store.reading() as books:
            purchase, offer = _found(books, join, now)  # 1
            if _is_known(books, join, token):
                return purchase
        member = self._verified(token, purchase, offer, now)  # 2
        self._require_allowed(purchase, offer, now)  # 3
        _require_joinable(purchase, now)  # 4
        self.status_lists.check(member.credential, now=now)  # 5
        with self.desk.store.writing() as books:
            purchase, offer = _found(books, join, now)
            if _is_known(books, join, token):
                return purchase
            _require_joinable(purchase, now)
            _require_new(books, purchase, member)  # 6
            added = CrowdMember(
                order_id=purchase.order_id,
                consent_id=offer.consent_id,
                person=offer.person,
                join=token,
                presentation=offer.presentation,
            )
            books.crowds.add_member(added)
            return advance(self.desk, books, purchase)

    def _verified(self, token: str, purchase: CrowdPurchase, offer: CrowdOffering, now: datetime) -> Member:
        papers = JoinPapers(token, offer.presentation)
        try:
            return verify_member(papers, purchase.order, self.desk.registry(), now=now)
        except (ConsentError, CryptoError) as error:
            raise ContributionRefusedError(f"the join is not the person's to this order: {error}") from error

    def _require_allowed(self, purchase: CrowdPurchase, offer: CrowdOffering, now: datetime) -> None:
        decision = decide(offer.terms, use_of(purchase), now=now)
        if not isinstance(decision, Permitted):
            raise ContributionRefusedError(explain_crowd_refusal(decision.reason, _LANGUAGE))


def use_of(purchase: CrowdPurchase) -> CrowdUse:
    """An order as it meets a person's terms."""
    order = purchase.order
    return CrowdUse(
        function=function_of(order),
        purpose=order.purpose,
        buyer_id=purchase.buyer.subject,
        buyer_kind=purchase.buyer.kind,
        floor=order.floor,
        epsilon=order.epsilon,
        compensation_cents=order.compensation_cents,
    )


def _found(books: Books, join: Join, now: datetime) -> tuple[CrowdPurchase, CrowdOffering]:
    purchase, offer = books.crowds.get(join.order_id), books.crowds.offer(join.consent_id)
    if purchase is None or offer is None or not offer.is_open(now):
        raise UnknownOfferError("there is no such order, or no such offer of yours that stands")
    return purchase, offer


def _is_known(books: Books, join: Join, token: str) -> bool:
    known = books.crowds.member(join.order_id, join.consent_id)
    if known is None:
        return False
    if known.join != token:
        raise OrderConflictError(f"you joined order {join.order_id} before, with other keys")
    return True


def _require_joinable(purchase: CrowdPurchase, now: datetime) -> None:
    if purchase.state is not CrowdState.JOINING or now >= purchase.order.join_until:
        raise OrderConflictError(f"order {purchase.order_id} cannot be joined any more")


def _require_new(books: Books, purchase: CrowdPurchase, member: Member) -> None:
    there = books.crowds.members(purchase.order_id)
    joins = [*(unverified_join(each.join) for each in there), member.join]
    try:
        require_different(joins, [*(each.person for each in there), member.handle])
    except ConsentError as error:
        raise ContributionRefusedError(str(error)) from error
