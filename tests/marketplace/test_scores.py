"""Offers of scores: what is taken in, and who sees it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.log import InclusionProof
from consent.score_offer import ScoreOffer
from consent.score_receipt import verify_offer_receipt
from consent.vocabulary import RecipientKind
from crypto.encoding import parse_json
from crypto.errors import MalformedError
from marketplace.errors import (
    ContributionRefusedError,
    NotRegisteredError,
    OfferConflictError,
    UnknownOfferError,
)
from ssi.errors import RevokedError
from tests.marketplace.market import PASSWORD
from tests.marketplace.mpc_node.orders import BUYER_HANDLE
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY
from tests.marketplace.mpc_node.people import PLAIN, _handle
from tests.marketplace.scorers import TERMS, Scorer, scorer
from tests.marketplace.scoring import ANNA, offered


def test_an_offer_is_taken_in_with_a_receipt_and_a_place_in_the_log(any_market):
    answer = any_market.services.scores.accept_offer(ANNA.offer().to_json())

    receipt = verify_offer_receipt(answer["receipt"], MARKET_KEY.public)
    proof = InclusionProof.from_json(answer["log"]["proof"])
    assert receipt.consent_id == ANNA.id
    assert answer["log"]["entry"]["body"]["consent_digest"] == receipt.consent_digest
    proof.verify(MARKET, MARKET_KEY.public)


def test_the_same_offer_again_gets_the_same_answer_and_another_is_refused(any_market):
    offer = ANNA.offer()
    first = any_market.services.scores.accept_offer(offer.to_json())

    assert any_market.services.scores.accept_offer(offer.to_json()) == first
    other = replace(ANNA, terms=replace(TERMS, budget_bits=19))
    with pytest.raises(OfferConflictError):
        any_market.services.scores.accept_offer(other.offer().to_json())


def test_a_ciphertext_that_does_not_hold_what_the_issuer_signed_never_gets_in(market):
    ben = scorer(2)
    swapped = ANNA.offer(record=ben.encrypted())

    with pytest.raises(ContributionRefusedError):
        market.services.scores.accept_offer(swapped.to_json())


def test_offers_whose_parts_do_not_belong_together_are_refused(market):
    cases = [
        ANNA.offer(controller="another market"),
        ANNA.offer(subject="urn:argonauta:person:other"),
        replace(ANNA, shown=frozenset({"school_type", "exam_score"})).offer(),
        replace(ANNA, terms=replace(TERMS, valid_until=TERMS.given_at + timedelta(hours=1))).offer(),
    ]
    for offer in cases:
        with pytest.raises(ContributionRefusedError):
            market.services.scores.accept_offer(offer.to_json())
    with pytest.raises(MalformedError):
        market.services.scores.accept_offer({"consent": "x"})


def test_a_record_that_its_issuer_took_back_is_not_taken_in(market):
    market.status_lists.revoked.add(_handle(ANNA.person, PLAIN))

    with pytest.raises(RevokedError):
        market.services.scores.accept_offer(ANNA.offer().to_json())


def test_buyers_see_public_attributes_and_terms_of_those_they_may_ask(any_market):
    offered(any_market)
    offered(any_market, scorer(2, terms=replace(TERMS, recipient_kinds=frozenset({RecipientKind.INSURER}))))
    excluded = frozenset({BUYER_HANDLE})
    offered(any_market, scorer(3, terms=replace(TERMS, excluded_recipients=excluded)))
    offered(any_market, scorer(4, terms=replace(TERMS, valid_until=any_market.clock() + timedelta(hours=1))))
    buyer = any_market.buyer()

    any_market.clock.forward(hours=2)
    (listed,) = any_market.services.scores.list_offers(buyer.account_id, "exam/1")

    assert listed.consent_id == ANNA.id
    assert listed.public == {"school_type": "girls"}
    assert any_market.services.scores.list_offers(buyer.account_id, "framingham/1") == ()
    document = any_market.services.scores.fetch_offer(buyer.account_id, ANNA.id)
    assert ScoreOffer.from_json(parse_json(document)).record == ANNA.encrypted()


def test_of_a_person_with_two_offers_the_latest_is_listed(market):
    offered(market)
    latest = Scorer(ANNA.person, consent_id="urn:uuid:00000000-0000-4000-8000-0000000000aa")
    offered(market, latest)

    (listed,) = market.services.scores.list_offers(market.buyer().account_id, "exam/1")

    assert listed.consent_id == latest.id


def test_only_registered_buyers_see_offers(market):
    offered(market)
    account = market.services.add_account("nobody@example.org", PASSWORD)

    with pytest.raises(NotRegisteredError):
        market.services.scores.list_offers(account.account_id, "exam/1")
    with pytest.raises(NotRegisteredError):
        market.services.scores.fetch_offer(account.account_id, ANNA.id)


def test_a_whole_offer_is_shown_to_those_who_may_ask_only(market):
    closed = offered(
        market, scorer(2, terms=replace(TERMS, recipient_kinds=frozenset({RecipientKind.INSURER})))
    )
    buyer = market.buyer()

    for consent_id in (closed.id, "urn:uuid:unknown"):
        with pytest.raises(UnknownOfferError):
            market.services.scores.fetch_offer(buyer.account_id, consent_id)
