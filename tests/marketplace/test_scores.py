"""Offers of scores, requests with their money, answers, disputes: over books in memory and in a database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.errors import ConsentError
from consent.log import InclusionProof
from consent.order import verify_escrow_receipt
from consent.score_offer import ScoreOffer
from consent.score_receipt import verify_offer_receipt, verify_score_receipt
from consent.score_request import unverified_score_request
from consent.score_terms import ScoreRefusal
from consent.vocabulary import Purpose, RecipientKind
from crypto.encoding import parse_json
from crypto.errors import CryptoError, MalformedError, SignatureError
from marketplace.domain.chart import PLATFORM_FEE, buyer_available, escrow, subject_earned
from marketplace.domain.direct import direct_price
from marketplace.domain.score import ScoreState
from marketplace.errors import (
    ContributionRefusedError,
    DisputeRefusedError,
    InsufficientFundsError,
    NotRegisteredError,
    OfferConflictError,
    OrderConflictError,
    PriceChangedError,
    ResultNotReadyError,
    ScoreRefusedError,
    UnknownOfferError,
    UnknownOrderError,
)
from ssi.errors import CredentialError, RevokedError
from tests.marketplace.market import PASSWORD, Market
from tests.marketplace.mpc_node.orders import BUYER_HANDLE
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, es256
from tests.marketplace.mpc_node.people import PLAIN, _handle
from tests.marketplace.scorers import EQUAL, TERMS, Scorer, request_for, result_key, scorer

ACCEPT = 10_000
ANNA = scorer()


def offered(market: Market, whose: Scorer = ANNA) -> Scorer:
    market.services.scores.accept_offer(whose.offer().to_json())
    return whose


def asked(market: Market, account, whose: Scorer = ANNA, **changes):
    return market.services.scores.ask(
        account.account_id, request_for(whose, **changes), accepted_price_cents=ACCEPT
    )


def answered(market: Market, account, whose: Scorer = ANNA, **changes):
    order = asked(market, account, offered(market, whose), **changes)
    return market.services.scores.take_answer(whose.answer(order.token))


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


def test_a_request_holds_its_price_and_waits_for_the_wallet(any_market):
    offered(any_market)
    buyer = any_market.buyer(cents=1000)

    order = asked(any_market, buyer)

    request = unverified_score_request(order.token)
    assert (order.state, order.price.gross_cents) == (ScoreState.ASKED, 608)
    assert any_market.services.read_statement(buyer.account_id).held_cents == 608
    receipt = verify_escrow_receipt(
        order.escrow_receipt, MARKET_KEY.public, order_id=order.request_id, query_digest=request.digest
    )
    assert (receipt.amount_cents, receipt.compensation_cents) == (608, 500)
    news = any_market.services.scores.read_news(ANNA.id, ANNA.person.key.public)
    assert [each["request"] for each in news["requests"]] == [order.token]


@pytest.mark.parametrize(("cents", "fee"), [(0, 0), (1, 1), (70, 15), (500, 108), (999, 215)])
def test_person_and_platform_have_their_usual_proportion_to_the_cent(cents, fee):
    price = direct_price(cents)

    assert (price.compensation_cents, price.platform_fee_cents, price.gross_cents) == (
        cents,
        fee,
        cents + fee,
    )


def test_the_same_request_again_is_the_same_order_with_one_hold(any_market):
    offered(any_market)
    buyer = any_market.buyer()
    first = asked(any_market, buyer)

    again = asked(any_market, buyer)

    assert again == first
    assert any_market.services.read_statement(buyer.account_id).held_cents == 608


def test_another_request_under_the_same_id_is_refused(market):
    offered(market)
    buyer = market.buyer()
    asked(market, buyer)

    with pytest.raises(OrderConflictError):
        asked(market, buyer, weights={"exam_score": 2, "reading_score": 1})
    other = market.buyer("other@example.org")
    with pytest.raises(OrderConflictError):
        asked(market, other)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"key": es256("stranger")}, SignatureError),
        ({"buyer": "urn:argonauta:organisation:other"}, ConsentError),
        ({"marketplace": "another"}, ConsentError),
        ({"inputs_digest": "A" * 43}, ScoreRefusedError),
        ({"data_set": "framingham/1"}, ScoreRefusedError),
        ({"weights": {"sex": 1}}, ScoreRefusedError),
        ({"purpose": Purpose.SCIENTIFIC_RESEARCH}, ScoreRefusedError),
        ({"compensation_cents": 499}, ScoreRefusedError),
        ({"consent_id": "urn:uuid:00000000-0000-4000-8000-000000000000"}, UnknownOfferError),
        ({"compensation_cents": 9_000}, PriceChangedError),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_request_that_does_not_hold_moves_no_money(market, changes, error):
    offered(market)
    buyer = market.buyer()

    with pytest.raises(error):
        asked(market, buyer, **changes)

    assert market.services.read_statement(buyer.account_id).held_cents == 0


def test_a_request_beyond_the_purse_is_refused_and_leaves_nothing(any_market):
    offered(any_market)
    buyer = any_market.buyer(cents=607)

    with pytest.raises(InsufficientFundsError):
        asked(any_market, buyer)

    assert any_market.services.scores.read_orders(buyer.account_id) == ()


def test_neither_a_revoked_record_nor_a_revoked_buyer_gets_further(market):
    offered(market)
    buyer = market.buyer()
    for handle in (BUYER_HANDLE, _handle(ANNA.person, PLAIN)):
        market.status_lists.revoked = {handle}
        with pytest.raises(CredentialError):
            asked(market, buyer)


def test_an_answer_puts_the_money_into_escrow_and_confirming_pays_to_the_cent(any_market):
    buyer = any_market.buyer(cents=1000)
    order = answered(any_market, buyer)
    assert any_market.balance(escrow(order.request_id)) == 608

    settled = any_market.services.scores.confirm(buyer.account_id, order.request_id)

    assert settled.state is ScoreState.SETTLED
    assert any_market.balance(subject_earned(ANNA.id)) == 500
    assert any_market.balance(PLATFORM_FEE) == 108
    assert any_market.balance(buyer_available(buyer.account_id)) == 392
    assert any_market.balance(escrow(order.request_id)) == 0
    assert any_market.services.trial_balance().total_cents == 0


def test_confirming_twice_pays_once(any_market):
    buyer = any_market.buyer()
    order = answered(any_market, buyer)

    for _ in range(2):
        any_market.services.scores.confirm(buyer.account_id, order.request_id)

    assert any_market.balance(subject_earned(ANNA.id)) == 500


def test_a_person_gets_a_receipt_with_its_place_in_the_log(any_market):
    buyer = any_market.buyer()
    order = answered(any_market, buyer)
    any_market.services.scores.confirm(buyer.account_id, order.request_id)

    news = any_market.services.scores.read_news(ANNA.id, ANNA.person.key.public)

    (use,) = news["uses"]
    receipt = verify_score_receipt(use["receipt"], MARKET_KEY.public)
    assert (receipt.request_id, receipt.weights, receipt.amount_cents) == (order.request_id, EQUAL, 500)
    assert use["log"]["entry"]["body"]["amount_cents"] == 500
    InclusionProof.from_json(use["log"]["proof"]).verify(MARKET, MARKET_KEY.public)
    assert news["requests"] == []


def test_nobody_but_the_holder_hears_of_an_offer(market):
    offered(market)

    for consent_id, key in ((ANNA.id, scorer(2).person.key), ("unknown", ANNA.person.key)):
        with pytest.raises(UnknownOfferError):
            market.services.scores.read_news(consent_id, key.public)


def test_a_refusal_gives_the_money_back_and_says_why(any_market):
    offered(any_market)
    buyer = any_market.buyer(cents=1000)
    order = asked(any_market, buyer)

    ended = any_market.services.scores.take_answer(ANNA.refusal(order.token, ScoreRefusal.DOMINATED))

    assert ended.state is ScoreState.REFUSED
    assert "weigh other numbers more" in (ended.reason or "")
    statement = any_market.services.read_statement(buyer.account_id)
    assert (statement.available_cents, statement.held_cents) == (1000, 0)


def test_an_answer_that_is_not_the_persons_or_to_another_request_is_refused(market):
    offered(market)
    buyer = market.buyer()
    order = asked(market, buyer)
    other = request_for(ANNA, {"exam_score": 2, "reading_score": 1})

    with pytest.raises(ContributionRefusedError):
        market.services.scores.take_answer(scorer(2).answer(order.token))
    with pytest.raises(ContributionRefusedError):
        market.services.scores.take_answer(ANNA.answer(other))
    with pytest.raises(UnknownOfferError):
        market.services.scores.take_answer(ANNA.answer(request_for(ANNA, number=9)))


def test_the_same_answer_again_changes_nothing_and_another_is_refused(any_market):
    buyer = any_market.buyer()
    order = answered(any_market, buyer)

    assert any_market.services.scores.take_answer(order.answer or "") == order
    with pytest.raises(OrderConflictError):
        any_market.services.scores.take_answer(ANNA.answer(order.token))  # sealed anew
    with pytest.raises(OrderConflictError):
        any_market.services.scores.take_answer(ANNA.refusal(order.token))


def test_the_same_refusal_again_changes_nothing_and_another_is_refused(any_market):
    account = any_market.buyer()
    offered(any_market)
    order = asked(any_market, account)
    refused = any_market.services.scores.take_answer(ANNA.refusal(order.token))

    assert any_market.services.scores.take_answer(ANNA.refusal(order.token)) == refused
    with pytest.raises(OrderConflictError):
        any_market.services.scores.take_answer(ANNA.answer(order.token))


def test_an_answer_is_not_disputed_after_the_time_for_it(market):
    account = market.buyer()
    offered(market)
    order = answered(market, account)
    market.clock.forward(seconds=(order.settle_at - market.clock()).total_seconds())

    with pytest.raises(DisputeRefusedError, match="time for a dispute"):
        market.services.scores.dispute(
            account.account_id, order.request_id, private_key=result_key(1).to_bytes()
        )


def test_a_request_that_nobody_answers_comes_back(any_market):
    offered(any_market)
    buyer = any_market.buyer(cents=1000)
    order = asked(any_market, buyer)
    assert any_market.duties.tend_scores() == 0

    any_market.clock.forward(days=7)

    with pytest.raises(OrderConflictError):
        any_market.services.scores.take_answer(ANNA.answer(order.token))
    assert any_market.duties.tend_scores() == 1
    assert any_market.duties.tend_scores() == 0
    assert any_market.services.scores.read_orders.one(buyer.account_id, order.request_id).state is (
        ScoreState.EXPIRED
    )
    assert any_market.services.read_statement(buyer.account_id).available_cents == 1000
    news = any_market.services.scores.read_news(ANNA.id, ANNA.person.key.public)
    assert news["ended"] == [{"request_id": order.request_id, "reason": "nobody answered in time"}]


def test_money_comes_back_even_if_its_hold_ran_out_first(any_market):
    offered(any_market)
    buyer = any_market.buyer(cents=1000)
    asked(any_market, buyer)
    any_market.clock.forward(days=10)

    any_market.duties.expire_holds()
    any_market.duties.tend_scores()

    assert any_market.services.read_statement(buyer.account_id).available_cents == 1000
    assert any_market.services.trial_balance().total_cents == 0


def test_an_answer_that_nobody_disputes_is_paid_after_the_time_for_it(any_market):
    buyer = any_market.buyer()
    answered(any_market, buyer)
    any_market.clock.forward(days=2)
    assert any_market.duties.tend_scores() == 0

    any_market.clock.forward(days=1)

    assert any_market.duties.tend_scores() == 1
    assert any_market.balance(subject_earned(ANNA.id)) == 500


def test_a_wallet_that_lied_is_found_out_and_the_money_is_back(any_market):
    offered(any_market)
    buyer = any_market.buyer(cents=1000)
    order = asked(any_market, buyer)
    any_market.services.scores.take_answer(ANNA.lie(order.token))

    ended = any_market.services.scores.dispute(
        buyer.account_id, order.request_id, private_key=result_key(1).to_bytes()
    )

    assert ended.state is ScoreState.DISPUTED
    assert ended.dispute is not None
    assert ended.dispute.proven
    assert ended.answer is None
    assert any_market.services.read_statement(buyer.account_id).available_cents == 1000
    assert any_market.balance(subject_earned(ANNA.id)) == 0
    any_market.clock.forward(days=30)
    assert any_market.duties.tend_scores() == 0


def test_a_key_for_other_weights_is_a_lie_as_well(market):
    offered(market)
    buyer = market.buyer()
    order = asked(market, buyer)
    other = ANNA.key(unverified_score_request(request_for(ANNA, {"exam_score": 2, "reading_score": 1})))
    market.services.scores.take_answer(ANNA.answer(order.token, other))

    ended = market.services.scores.dispute(
        buyer.account_id, order.request_id, private_key=result_key(1).to_bytes()
    )

    assert ended.state is ScoreState.DISPUTED


def test_a_dispute_against_an_honest_wallet_proves_nothing_and_she_is_paid(any_market):
    buyer = any_market.buyer()
    order = answered(any_market, buyer)
    key = result_key(1).to_bytes()

    looked = any_market.services.scores.dispute(buyer.account_id, order.request_id, private_key=key)
    again = any_market.services.scores.dispute(buyer.account_id, order.request_id, private_key=key)

    assert looked.dispute is not None
    assert not looked.dispute.proven
    assert again == looked
    any_market.clock.forward(days=3)
    any_market.duties.tend_scores()
    assert any_market.balance(subject_earned(ANNA.id)) == 500


def test_a_dispute_needs_the_key_of_the_request_and_an_answer(market):
    offered(market)
    buyer = market.buyer()
    order = asked(market, buyer)
    key = result_key(1).to_bytes()

    with pytest.raises(ResultNotReadyError):
        market.services.scores.dispute(buyer.account_id, order.request_id, private_key=key)
    market.services.scores.take_answer(ANNA.answer(order.token))
    with pytest.raises(DisputeRefusedError):
        market.services.scores.dispute(
            buyer.account_id, order.request_id, private_key=result_key(2).to_bytes()
        )
    market.services.scores.confirm(buyer.account_id, order.request_id)
    with pytest.raises(DisputeRefusedError):
        market.services.scores.dispute(buyer.account_id, order.request_id, private_key=key)


def test_ending_an_offer_refunds_what_waits_and_deletes_the_ciphertext(any_market):
    offered(any_market)
    buyer = any_market.buyer(cents=1000)
    order = asked(any_market, buyer)

    told = any_market.services.scores.withdraw_offer(ANNA.withdrawal())
    again = any_market.services.scores.withdraw_offer(ANNA.withdrawal())

    assert told["withdrawn_at"] == again["withdrawn_at"]
    ended = any_market.services.scores.read_orders.one(buyer.account_id, order.request_id)
    assert (ended.state, ended.offer) == (ScoreState.WITHDRAWN, None)
    assert any_market.services.read_statement(buyer.account_id).available_cents == 1000
    assert any_market.services.scores.list_offers(buyer.account_id, "exam/1") == ()
    with any_market.store.reading() as books:
        kept = books.scores.offer(ANNA.id)
    assert kept is not None
    assert kept.document is None
    with pytest.raises(UnknownOfferError):
        asked(any_market, buyer, number=2)
    with pytest.raises(OrderConflictError):
        any_market.services.scores.take_answer(ANNA.answer(order.token))


def test_what_was_answered_before_the_end_can_still_be_opened_and_is_paid(any_market):
    buyer = any_market.buyer()
    order = answered(any_market, buyer)

    any_market.services.scores.withdraw_offer(ANNA.withdrawal())

    kept = any_market.services.scores.read_orders.one(buyer.account_id, order.request_id)
    assert kept.answer is not None
    assert kept.offer is not None
    any_market.services.scores.confirm(buyer.account_id, order.request_id)
    assert any_market.balance(subject_earned(ANNA.id)) == 500


def test_only_the_person_ends_her_offer(market):
    offered(market)

    with pytest.raises(ContributionRefusedError):
        market.services.scores.withdraw_offer(replace(scorer(2), consent_id=ANNA.id).withdrawal())
    with pytest.raises(UnknownOfferError):
        market.services.scores.withdraw_offer(scorer(3).withdrawal())
    with pytest.raises(CryptoError):
        market.services.scores.withdraw_offer("not a withdrawal")


def test_a_withdrawn_consent_cannot_be_offered_again(market):
    offer = ANNA.offer().to_json()
    market.services.scores.accept_offer(offer)
    market.services.scores.withdraw_offer(ANNA.withdrawal())

    with pytest.raises(OfferConflictError):
        market.services.scores.accept_offer(offer)


def test_a_buyer_sees_its_own_requests_only(any_market):
    buyer, other = any_market.buyer(), any_market.buyer("other@example.org")
    order = answered(any_market, buyer)

    assert [each.request_id for each in any_market.services.scores.read_orders(buyer.account_id)] == [
        order.request_id
    ]
    assert any_market.services.scores.read_orders(other.account_id) == ()
    for act in (
        any_market.services.scores.read_orders.one,
        any_market.services.scores.confirm,
    ):
        with pytest.raises(UnknownOrderError):
            act(other.account_id, order.request_id)
    with pytest.raises(ResultNotReadyError):
        any_market.services.scores.confirm(buyer.account_id, asked(any_market, buyer, number=2).request_id)


def test_scores_for_nothing_move_no_money(any_market):
    free = scorer(5, terms=replace(TERMS, compensation_cents=0))
    buyer = any_market.buyer(cents=0)
    order = answered(any_market, buyer, free, compensation_cents=0)

    settled = any_market.services.scores.confirm(buyer.account_id, order.request_id)

    assert settled.price.gross_cents == 0
    assert any_market.services.trial_balance().total_cents == 0


def test_neither_books_nor_log_hold_a_number_of_the_record_or_a_score(any_market):
    buyer = any_market.buyer()
    order = answered(any_market, buyer)
    any_market.services.scores.confirm(buyer.account_id, order.request_id)

    with any_market.store.reading() as books:
        kept = repr(vars(books.scores.get(order.request_id))) + repr(vars(books.scores.offer(ANNA.id)))
        entries = [books.log.entry(index) for index in range(books.log.size())]
        kept += repr([vars(entry) for entry in entries if entry is not None])
    for number in (*(str(ANNA.person.values[name]) for name in EQUAL), str(ANNA.score(EQUAL))):
        assert number not in kept


def test_monitoring_counts_requests_by_state(any_market):
    buyer = any_market.buyer()
    order = answered(any_market, buyer)
    asked(any_market, buyer, number=2)
    any_market.services.scores.confirm(buyer.account_id, order.request_id)

    counted = any_market.services.measure_load().scores

    assert {state: number for state, number in counted.items() if number} == {"asked": 1, "settled": 1}
