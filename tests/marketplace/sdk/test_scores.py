"""A company's program asks for scores on loopback: honest wallets, lying wallets, a lying marketplace."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from consent.errors import TermsError
from consent.score_offer import VerifiedScoreOffer
from consent.score_terms import ScoreRefusal
from consent.vocabulary import Purpose
from crypto.encoding import canonical_json
from marketplace.api.app import create_api_app
from marketplace.domain.chart import subject_earned
from marketplace.domain.score import ScoreState
from marketplace.sdk.buyer import Buyer
from marketplace.sdk.errors import (
    LyingWalletError,
    OfferRefusedError,
    OrderFailedError,
    ResultRefusedError,
    StillRunningError,
)
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.score_offers import check_score_offer, list_score_offers
from marketplace.sdk.scores import (
    AskedScore,
    ScoreWish,
    ask_score,
    collect_score,
    open_score,
    result_key,
    wait_for_score,
)
from ssi.errors import RevokedError
from ssi.http.errors import RefusedByPeerError
from tests.marketplace.market import PASSWORD, Market
from tests.marketplace.mpc_node.orders import BUYER_KEY, RESULT_KEYS, buyer_credential
from tests.marketplace.mpc_node.parties import ed25519
from tests.marketplace.scorers import EQUAL, scorer
from tests.serving import serving

ANNA, BEN = scorer(), scorer(2)
DOUBLE = {"exam_score": 2, "reading_score": 1}
WISH = ScoreWish(EQUAL, Purpose.PERSONNEL_HIRING)


@pytest.fixture
def buyer(market: Market) -> Iterator[Buyer]:
    market.services.scores.accept_offer(ANNA.offer().to_json())
    account = market.services.add_account("buyer@example.org", PASSWORD)
    market.services.top_up(account.account_id, transfer_id="t", amount_cents=10_000)
    secret = market.services.make_api_key(account.account_id, "tests").secret
    with serving(create_api_app(market.services)) as url:
        keys = BuyerKeys(BUYER_KEY, RESULT_KEYS)
        connected = Buyer.connect(url, secret, keys, ed25519("authority").public)
        waiting = replace(connected, clock=market.clock, pause=lambda seconds: None)
        waiting.register(buyer_credential())
        yield waiting
        connected.client.close()


def in_force(offer, registry, now) -> None:
    """The issuer says that the credential holds."""


def taken_back(offer, registry, now) -> None:
    raise RevokedError("the credential was revoked by its issuer")


def checked(buyer: Buyer) -> VerifiedScoreOffer:
    return check_score_offer(buyer, ANNA.id, standing=in_force)


def asked_for(buyer: Buyer, wish: ScoreWish = WISH) -> AskedScore:
    return ask_score(buyer, checked(buyer), wish)


def token_of(market: Market, asked: AskedScore) -> str:
    with market.store.reading() as books:
        order = books.scores.get(asked.request_id)
    assert order is not None
    return order.token


def answered(market: Market, asked: AskedScore) -> None:
    market.services.scores.take_answer(ANNA.answer(token_of(market, asked)))


def tamper(market: Market, asked: AskedScore, **changes: object) -> None:
    """The marketplace hands out something else than it was given."""
    with market.store.writing() as books:
        order = books.scores.get(asked.request_id)
        assert order is not None
        books.scores.save(replace(order, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("weights", [EQUAL, DOUBLE, {"reading_score": 3, "school_average": -2}], ids=str)
def test_a_program_gets_exactly_the_score(buyer, market, weights):
    (listed,) = list_score_offers(buyer, "exam/1")
    asked = asked_for(buyer, replace(WISH, weights=weights))
    answered(market, asked)

    wait_for_score(buyer, asked)
    opened = collect_score(buyer, asked)

    assert (listed.consent_id, listed.price_cents, asked.price_cents) == (ANNA.id, 608, 608)
    assert float(opened.score) == pytest.approx(ANNA.score(weights), abs=1e-9)
    assert opened.score == opened.score.quantize(Decimal("0.001"))
    assert market.balance(subject_earned(ANNA.id)) == 500
    assert str(opened.score) not in repr(opened)


def test_a_record_that_was_taken_back_is_not_asked_about(buyer):
    with pytest.raises(OfferRefusedError, match="revoked"):
        check_score_offer(buyer, ANNA.id, standing=taken_back)


def test_an_offer_whose_ciphertext_was_swapped_is_refused_before_anything_is_paid(buyer, market):
    for record in (BEN.encrypted(), replace(ANNA.encrypted(), proof=BEN.encrypted().proof)):
        swapped = ANNA.offer(record=record)
        with market.store.writing() as books:
            kept = books.scores.offers[ANNA.id]
            document = canonical_json(swapped.to_json()).decode()
            books.scores.offers[ANNA.id] = replace(kept, document=document)

        with pytest.raises(OfferRefusedError):
            checked(buyer)


def test_another_offer_than_was_asked_for_is_refused(buyer, market):
    document = canonical_json(BEN.offer().to_json()).decode()
    with market.store.writing() as books:
        books.scores.offers[ANNA.id] = replace(books.scores.offers[ANNA.id], document=document)

    with pytest.raises(OfferRefusedError, match="another offer"):
        checked(buyer)


def test_weights_that_are_no_score_are_refused_before_they_are_sent(buyer):
    with pytest.raises(TermsError):
        ask_score(buyer, checked(buyer), replace(WISH, weights={"sex": 1}))


def test_a_price_beyond_the_accepted_one_is_refused(buyer):
    with pytest.raises(RefusedByPeerError) as refusal:
        ask_score(buyer, checked(buyer), WISH, accept_cents=607)

    assert refusal.value.status == 409


def test_an_answer_that_is_not_there_yet_is_waited_for(buyer):
    asked = asked_for(buyer)

    with pytest.raises(StillRunningError):
        open_score(buyer, asked)
    with pytest.raises(StillRunningError):
        wait_for_score(buyer, asked, seconds=2)


def test_a_refusal_says_why(buyer, market):
    asked = asked_for(buyer)
    refusal = ANNA.refusal(token_of(market, asked), ScoreRefusal.DOMINATED)
    market.services.scores.take_answer(refusal)

    for look in (wait_for_score, open_score, collect_score):
        with pytest.raises(OrderFailedError, match="weigh other numbers more"):
            look(buyer, asked)


def test_a_wallet_that_lies_about_the_score_is_disputed_and_the_money_is_back(buyer, market):
    asked = asked_for(buyer)
    market.services.scores.take_answer(ANNA.lie(token_of(market, asked)))

    with pytest.raises(LyingWalletError):
        open_score(buyer, asked)
    with pytest.raises(OrderFailedError):
        collect_score(buyer, asked)

    with market.store.reading() as books:
        order = books.scores.get(asked.request_id)
    assert order is not None
    assert order.state is ScoreState.DISPUTED
    assert market.balance(subject_earned(ANNA.id)) == 0


def test_a_key_for_other_weights_is_not_used(buyer, market):
    asked, other = asked_for(buyer), asked_for(buyer, replace(WISH, weights=DOUBLE))
    key = ANNA.key(_request(market, other))
    market.services.scores.take_answer(ANNA.answer(token_of(market, asked), key))

    with pytest.raises(LyingWalletError, match="other weights"):
        open_score(buyer, asked)


def test_a_replayed_answer_does_not_stand_for_another_request(buyer, market):
    first, second = asked_for(buyer), asked_for(buyer)
    answered(market, first)
    answered(market, second)
    replayed = ANNA.answer(token_of(market, first))
    tamper(market, second, answer=replayed)

    with pytest.raises(ResultRefusedError, match="another request"):
        open_score(buyer, second)


def test_an_offer_that_is_not_the_one_that_was_asked_under_is_refused(buyer, market):
    asked = asked_for(buyer)
    answered(market, asked)
    tamper(market, asked, offer=canonical_json(BEN.offer().to_json()).decode())

    with pytest.raises(ResultRefusedError):
        open_score(buyer, asked)


def test_a_request_that_we_did_not_sign_is_refused(buyer, market):
    first, second = asked_for(buyer), asked_for(buyer)
    answered(market, first)
    answered(market, second)
    tamper(market, second, token=token_of(market, first))

    with pytest.raises(ResultRefusedError, match="another request"):
        open_score(buyer, second)


def test_each_request_has_a_key_of_its_own_that_comes_back_from_the_key_file(buyer):
    one, two = result_key(buyer, "one"), result_key(buyer, "two")

    assert one.to_bytes() != two.to_bytes()
    assert result_key(replace(buyer), "one").to_bytes() == one.to_bytes()


def test_an_offer_that_ended_cannot_be_asked_under_and_what_was_bought_still_opens(buyer, market):
    offer, asked = checked(buyer), asked_for(buyer)
    answered(market, asked)
    market.services.scores.withdraw_offer(ANNA.withdrawal())

    with pytest.raises(RefusedByPeerError) as refusal:
        ask_score(buyer, offer, WISH)
    assert refusal.value.status == 404
    assert float(open_score(buyer, asked).score) == pytest.approx(ANNA.score(EQUAL), abs=1e-9)


def _request(market: Market, asked: AskedScore):
    with market.store.reading() as books:
        order = books.scores.get(asked.request_id)
    assert order is not None
    return order.request
