"""A buyer orders a crowd sum: the price is held and the order waits for wallets, both or neither."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from consent.crowd_order import CrowdOrder, unverified_crowd_order, verify_crowd_order
from consent.crowd_run import run_of
from consent.errors import ConsentError, ExpiredDocumentError
from crypto.encoding import Json
from crypto.errors import CryptoError
from crypto.sealing import KEY_BYTES
from marketplace.domain.account import Organisation
from marketplace.domain.band import band_of
from marketplace.domain.crowd import CrowdPurchase, CrowdState
from marketplace.domain.direct import DirectPrice, direct_price
from marketplace.errors import CrowdRefusedError, PriceChangedError
from marketplace.services.assessed import require_assessed
from marketplace.services.desk import Desk
from marketplace.services.direct_purchases import escrow_receipt, same_purchase
from marketplace.services.end_crowd import asked_crowd, hold
from marketplace.services.log_entries import append
from marketplace.services.make_quote import registered
from marketplace.services.member_acts import spend
from marketplace.services.ports import Books, StatusLists
from ssi.credential import verify_organisation
from ssi.dataset import data_set
from ssi.errors import UnknownDataSetError
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)
MOST_JOINING = 20


@dataclass(frozen=True)
class ShowCrowds:
    """Shows a buyer about how many people of a data set it could ask, and the least that one wants."""

    desk: Desk

    def __call__(self, account_id: str, data_set_ref: str) -> dict[str, Json]:
        """A band of people, never their number, and the least price of one of them.

        Raises:
            UnknownAccountError: there is no such account.
            NotRegisteredError: the buyer has no valid credential or mandate on file.
            UnknownDataSetError: there is no such data set.
        """
        now, known = self.desk.now(), data_set(data_set_ref)
        with self.desk.store.reading() as books:
            buyer = registered(books.accounts.get(account_id), now)
            offers = books.crowds.open_offers(known.ref, now=now)
        latest = {each.person: each for each in reversed(offers)}  # newest first; a person counts once
        asked = [
            each.terms.compensation_cents
            for each in latest.values()
            if buyer.kind in each.terms.recipient_kinds
            and buyer.subject not in each.terms.excluded_recipients
        ]
        price = direct_price(min(asked)).to_json() if asked else None
        return {"people": dict(band_of(len(asked)).to_json()), "from": price}


@dataclass(frozen=True)
class PlaceCrowdOrder:
    """Takes an order in, in one database transaction: hold, order, log entry, escrow receipt.

    The same order again gets the same answer; another one under the same id is refused. Which people take
    part is decided by their wallets.
    """

    desk: Desk
    status_lists: StatusLists

    def __call__(
        self, account_id: str, token: str, *, accepted_price_cents: int, by: str | None = None
    ) -> CrowdPurchase:
        """The order, after these checks; the code carries the numbers.

        1. It has the form of an order, and none with this id and another content exists. 2. The buyer is
        registered, and the order is signed with its credential's key, for this marketplace, and can be joined
        now. 3. It can be computed with every number of people that it allows. 4. The price for as many
        as may take part is at most the accepted one. 5. The buyer's credential was not taken back.

        Raises:
            MalformedError, OrderConflictError: step 1 fails.
            NotRegisteredError, SignatureError, ConsentError: step 2 fails.
            CrowdRefusedError, PriceChangedError, CredentialError: step 3, 4 or 5 fails.
            NotAssessedError: it is about health, and no assessment is approved.
            CrowdRefusedError: the buyer has `MOST_JOINING` orders that gather people now.
            InsufficientFundsError: the buyer does not have the price.
            RoleMissingError, SpendingLimitError: the member `by` may not order, or not for so much.
            PeerError: a status list cannot be had now.
        """
        claimed, now = unverified_crowd_order(token), self.desk.now()
        with self.desk.store.reading() as books:
            known = _known(books, account_id, claimed.order_id, token)  # 1
            buyer = registered(books.accounts.get(account_id), now)
        if known is not None:
            return known
        order = self._verified(token, buyer, now)  # 2
        _require_computable(order)  # 3
        price = direct_price(order.compensation_cents)
        most_cents = order.people * price.gross_cents
        if most_cents > accepted_price_cents:  # 4
            raise PriceChangedError(most_cents)
        credential = verify_organisation(buyer.credential, self.desk.registry(), now=now)
        self.status_lists.check(credential, now=now)  # 5
        with self.desk.store.writing() as books:
            known = _known(books, account_id, order.order_id, token)
            return known or self._place(books, (account_id, token, by), order, price)

    def _verified(self, token: str, buyer: Organisation, now: datetime) -> CrowdOrder:
        credential = verify_organisation(buyer.credential, self.desk.registry(), now=now)
        order = verify_crowd_order(
            token,
            credential.holder_key,
            buyer=buyer.subject,
            marketplace=self.desk.marketplace_id,
            now=now,
        )
        if now >= order.join_until:
            raise ExpiredDocumentError("crowd order: it cannot be joined any more")
        return order

    def _place(
        self, books: Books, whose: tuple[str, str, str | None], order: CrowdOrder, price: DirectPrice
    ) -> CrowdPurchase:
        (account_id, token, by), now = whose, self.desk.now()
        buyer = registered(books.accounts.get(account_id), now)
        require_assessed(books, [order.data_set], self.desk.terms)
        _require_room(books, account_id)
        purchase = CrowdPurchase(
            order_id=order.order_id,
            account_id=account_id,
            buyer=buyer.buyer,
            token=token,
            credential=buyer.credential,
            escrow_receipt=escrow_receipt(
                self.desk, (order.order_id, order.digest), price, at=now, people=order.people
            ),
            price=price,
            state=CrowdState.JOINING,
            placed_at=now,
            updated_at=now,
            log_index=0,
            until=order.join_until,
        )
        spend(books, now, (account_id, by), order.order_id, order.people * price.gross_cents)
        hold(self.desk, books, purchase)
        (index,) = append(self.desk, books, "order", [asked_crowd(purchase)], now)
        placed = replace(purchase, log_index=index)
        books.crowds.add(placed)
        log(_LOGGER, "crowd sum ordered", order=order.order_id, most_cents=placed.most_cents)
        return placed


def _known(books: Books, account_id: str, order_id: str, token: str) -> CrowdPurchase | None:
    return same_purchase(books.crowds.get(order_id), account_id, token, name=f"order {order_id}")


def _require_room(books: Books, account_id: str) -> None:
    """One buyer's orders, which may cost nothing, must not hide those of others from the wallets."""
    gathering = [each for each in books.crowds.of_account(account_id) if each.state is CrowdState.JOINING]
    if len(gathering) >= MOST_JOINING:
        raise CrowdRefusedError(
            f"{MOST_JOINING} of your orders gather people already; wait until one of them has gone on"
        )


def _require_computable(order: CrowdOrder) -> None:
    """Whatever number of people comes together; noise and threshold do not grow evenly with it."""
    keys = [place.to_bytes(KEY_BYTES, "big") for place in range(order.people)]
    try:
        for people in range(order.floor, order.people + 1):
            run_of(order, keys[:people])
    except (ConsentError, CryptoError, UnknownDataSetError) as error:
        raise CrowdRefusedError(str(error)) from error
