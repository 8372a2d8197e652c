"""A buyer asks for a score: the price is held and the request waits for the wallet, both or neither."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from consent.errors import ConsentError
from consent.policy import Permitted
from consent.score_function import ScoreFunction
from consent.score_offer import ScoreOffer
from consent.score_request import ScoreRequest, unverified_score_request, verify_score_request
from consent.score_terms import ScoreUse, decide
from consent.score_wording import explain_score_refusal
from crypto.encoding import parse_json
from crypto.errors import CryptoError
from marketplace.domain.account import Organisation
from marketplace.domain.direct import DirectPrice, direct_price
from marketplace.domain.score import ScoreOffering, ScoreOrder, ScoreState
from marketplace.errors import (
    PriceChangedError,
    ScoreRefusedError,
)
from marketplace.services.assessed import require_assessed
from marketplace.services.desk import Desk
from marketplace.services.direct_purchases import escrow_receipt, same_purchase
from marketplace.services.end_score import asked_score, hold
from marketplace.services.log_entries import append
from marketplace.services.make_quote import registered
from marketplace.services.member_acts import spend
from marketplace.services.ports import Books, StatusLists
from marketplace.services.show_score_offers import open_offer
from ssi.credential import verify_organisation, verify_record
from ssi.dataset import data_set
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)
_LANGUAGE = "en"


@dataclass(frozen=True)
class AskScore:
    """Takes a request in, in one database transaction: hold, request, log entry, escrow receipt.

    The same request again gets the same order; another one under the same id is refused. Whether the weights
    say too much is not asked here: only the wallet knows what was told before.
    """

    desk: Desk
    status_lists: StatusLists

    def __call__(
        self, account_id: str, token: str, *, accepted_price_cents: int, by: str | None = None
    ) -> ScoreOrder:
        """The order, after these checks; the code carries the numbers.

        1. It has the form of a request, and none with this id and another content exists. 2. The buyer is
        registered, and the request is signed with its credential's key, for this marketplace. 3. It is about
        an open offer, and the ciphertext that stands there. 4. The weights are a score, and the terms allow
        purpose, buyer and compensation. 5. The price is at most the accepted one. 6. Neither the buyer's nor
        the person's credential was taken back.

        Raises:
            MalformedError, OrderConflictError: step 1 fails.
            NotRegisteredError, SignatureError, ConsentError: step 2 fails.
            UnknownOfferError, ScoreRefusedError: step 3 or 4 fails.
            PriceChangedError, CredentialError: step 5 or 6 fails.
            NotAssessedError: it is about health, and no assessment is approved.
            InsufficientFundsError: the buyer does not have the price.
            RoleMissingError, SpendingLimitError: the member `by` may not order, or not for so much.
            PeerError: a status list cannot be had now.
        """
        claimed, now = unverified_score_request(token), self.desk.now()
        with self.desk.store.reading() as books:
            known = _known(books, account_id, claimed.request_id, token)  # 1
            buyer = registered(books.accounts.get(account_id), now)
        if known is not None:
            return known
        request = self._verified(token, buyer, now)  # 2
        with self.desk.store.reading() as books:
            offer = open_offer(books, request.consent_id, now)  # 3
        price = _checked(request, offer, buyer, accepted_price_cents, now)  # 3, 4, 5
        self._check_standing(buyer, offer, now)  # 6
        with self.desk.store.writing() as books:
            known = _known(books, account_id, request.request_id, token)
            return known or self._place(books, (account_id, token, by), request, price)

    def _verified(self, token: str, buyer: Organisation, now: datetime) -> ScoreRequest:
        credential = verify_organisation(buyer.credential, self.desk.registry(), now=now)
        return verify_score_request(
            token,
            credential.holder_key,
            buyer=buyer.subject,
            marketplace=self.desk.marketplace_id,
            now=now,
        )

    def _check_standing(self, buyer: Organisation, offer: ScoreOffering, now: datetime) -> None:
        registry = self.desk.registry()
        self.status_lists.check(verify_organisation(buyer.credential, registry, now=now), now=now)
        presentation = _document(offer).presentation
        self.status_lists.check(verify_record(presentation, registry, now=now), now=now)

    def _place(
        self, books: Books, whose: tuple[str, str, str | None], request: ScoreRequest, price: DirectPrice
    ) -> ScoreOrder:
        (account_id, token, by), now = whose, self.desk.now()
        buyer = registered(books.accounts.get(account_id), now)
        offer = open_offer(books, request.consent_id, now)
        require_assessed(books, [offer.terms.data_set], self.desk.terms)
        order = ScoreOrder(
            request_id=request.request_id,
            account_id=account_id,
            consent_id=request.consent_id,
            buyer=buyer.buyer,
            token=token,
            credential=buyer.credential,
            escrow_receipt=escrow_receipt(self.desk, (request.request_id, request.digest), price, at=now),
            offer=offer.document,
            price=price,
            state=ScoreState.ASKED,
            placed_at=now,
            valid_until=request.valid_until,
            updated_at=now,
            log_index=0,
        )
        spend(books, now, (account_id, by), request.request_id, price.gross_cents)
        hold(self.desk, books, order)
        (index,) = append(self.desk, books, "order", [asked_score(order)], now)
        placed = replace(order, log_index=index)
        books.scores.add(placed)
        log(_LOGGER, "score asked", request=order.request_id, cents=price.gross_cents)
        return placed


def _known(books: Books, account_id: str, request_id: str, token: str) -> ScoreOrder | None:
    return same_purchase(books.scores.get(request_id), account_id, token, name=f"request {request_id}")


def _checked(
    request: ScoreRequest, offer: ScoreOffering, buyer: Organisation, accepted_price_cents: int, now: datetime
) -> DirectPrice:
    if request.inputs_digest != _document(offer).record.digest:
        raise ScoreRefusedError("the request is about another ciphertext than the offer's")
    if request.data_set != offer.terms.data_set:
        raise ScoreRefusedError("the request is about another data set than the offer's")
    try:
        function = ScoreFunction(data_set(request.data_set), request.weights)
    except (ConsentError, CryptoError) as error:
        raise ScoreRefusedError(str(error)) from error
    use = ScoreUse(function, request.purpose, buyer.subject, buyer.kind, request.compensation_cents)
    decision = decide(offer.terms, use, now=now)
    if not isinstance(decision, Permitted):
        raise ScoreRefusedError(explain_score_refusal(decision.reason, _LANGUAGE))
    price = direct_price(request.compensation_cents)
    if price.gross_cents > accepted_price_cents:
        raise PriceChangedError(price.gross_cents)
    return price


def _document(offer: ScoreOffering) -> ScoreOffer:
    return ScoreOffer.from_json(parse_json(offer.document or "null"), "stored score offer")
