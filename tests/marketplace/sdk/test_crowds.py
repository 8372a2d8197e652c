"""A program orders sums over many wallets on loopback: honest wallets, a liar, a lying marketplace."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from consent.crowd_order import unverified_crowd_order
from consent.errors import TermsError
from consent.vocabulary import Purpose
from marketplace.api.app import create_api_app
from marketplace.domain.chart import subject_earned
from marketplace.domain.crowd import CrowdState
from marketplace.sdk.buyer import Buyer
from marketplace.sdk.crowds import (
    CrowdWish,
    OrderedCrowd,
    collect_crowd,
    crowd_key,
    crowd_progress,
    crowd_supply,
    expected_noise,
    method_of,
    open_sum,
    order_crowd,
    wait_for_crowd,
)
from marketplace.sdk.errors import (
    OrderFailedError,
    ResultRefusedError,
    SpoiltSumError,
    StillRunningError,
)
from marketplace.sdk.keys import BuyerKeys
from ssi.http.errors import RefusedByPeerError
from tests.crowd_sitters import sum_of
from tests.marketplace.crowd import PEOPLE, Crowd
from tests.marketplace.market import PASSWORD, Market
from tests.marketplace.mpc_node.orders import BUYER_KEY, RESULT_KEYS, buyer_credential
from tests.marketplace.mpc_node.parties import ed25519
from tests.serving import serving

WISH = CrowdWish(
    data_set="exam/1",
    weights={"exam_score": 2, "reading_score": 1},
    purpose=Purpose.SCIENTIFIC_RESEARCH,
    people=PEOPLE,
    floor=10,
    epsilon=Decimal(8),
    compensation_cents=50,
)


@pytest.fixture
def buyer(market: Market) -> Iterator[Buyer]:
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


def crowd_of(market: Market, ordered: OrderedCrowd) -> Crowd:
    """The people of an order, who have offered to take part."""
    with market.store.reading() as books:
        purchase = books.crowds.get(ordered.order_id)
    assert purchase is not None
    account = market.services.get_account(purchase.account_id)
    return Crowd(market, account, unverified_crowd_order(purchase.token)).offered()


def played(market: Market, buyer: Buyer) -> tuple[OrderedCrowd, Crowd]:
    """A sum that twelve wallets computed."""
    ordered = order_crowd(buyer, WISH)
    return ordered, crowd_of(market, ordered).joined().shared().masked().revealed()


def test_a_sum_is_ordered_opened_confirmed_and_paid(market, buyer):
    ordered, crowd = played(market, buyer)

    assert wait_for_crowd(buyer, ordered).is_ready
    opened = collect_crowd(buyer, ordered)

    assert ordered.most_cents == PEOPLE * 61
    assert (opened.people, opened.size) == (PEOPLE, PEOPLE)
    assert opened.noise_sd == pytest.approx(expected_noise(WISH, PEOPLE))
    assert abs(float(opened.value) - sum_of(crowd.who, WISH.weights)) < 16 * opened.noise_sd
    assert market.balance(subject_earned(crowd.who[0].consent_id)) == 50
    assert crowd.now.state is CrowdState.SETTLED
    assert open_sum(buyer, ordered) == opened


def test_how_a_sum_came_about_is_said_with_it(market, buyer):
    ordered, _ = played(market, buyer)
    opened = open_sum(buyer, ordered)

    assert "12 people" in method_of(opened)
    assert "12 Menschen" in method_of(opened, "de")


def test_a_sum_that_is_not_done_cannot_be_opened(market, buyer):
    ordered = order_crowd(buyer, WISH)

    assert crowd_progress(buyer, ordered).state == "joining"
    with pytest.raises(StillRunningError):
        open_sum(buyer, ordered)
    with pytest.raises(StillRunningError):
        wait_for_crowd(buyer, ordered, seconds=2)


def test_a_sum_that_too_few_join_says_so(market, buyer):
    ordered = order_crowd(buyer, WISH)
    market.clock.forward(days=7)
    market.duties.tend_crowds()

    for look in (wait_for_crowd, open_sum):
        with pytest.raises(OrderFailedError, match="too few people joined"):
            look(buyer, ordered)


def test_the_same_order_again_is_one_order(market, buyer):
    first = order_crowd(buyer, WISH)

    assert order_crowd(buyer, WISH, order_id=first.order_id) == first
    with pytest.raises(RefusedByPeerError):
        order_crowd(buyer, replace(WISH, floor=11), order_id=first.order_id)


def test_weights_that_are_no_function_are_refused_before_anything_is_sent(buyer):
    with pytest.raises(TermsError):
        order_crowd(buyer, replace(WISH, weights={"sex": 1}))


def test_the_supply_is_a_band_and_a_price(market, buyer):
    assert crowd_supply(buyer, "exam/1").from_cents is None
    crowd_of(market, order_crowd(buyer, WISH))

    supply = crowd_supply(buyer, "exam/1")

    assert (supply.people, supply.from_cents) == ("fewer than 50", 61)


def test_a_sum_that_a_wallet_spoiled_is_disputed_and_only_the_fee_comes_back(market, buyer):
    ordered = order_crowd(buyer, WISH)
    crowd = crowd_of(market, ordered).joined().shared()
    liar = crowd.sittings[3]
    crowd.say(liar.spoil(crowd.arrived(liar)))
    crowd.masked(silent=[3]).revealed()

    with pytest.raises(SpoiltSumError):
        open_sum(buyer, ordered)
    with pytest.raises(OrderFailedError):
        collect_crowd(buyer, ordered)

    assert crowd.now.state is CrowdState.SETTLED
    assert market.balance("platform:fee") == 0


def _altered(market: Market, ordered: OrderedCrowd, **changes) -> None:
    """The marketplace changes what it keeps about an order."""
    with market.store.writing() as books:
        purchase = books.crowds.get(ordered.order_id)
        assert purchase is not None
        books.crowds.save(replace(purchase, **changes))


def test_a_marketplace_that_hands_out_another_release_is_found_out(market, buyer):
    ordered, _ = played(market, buyer)
    other, crowd = played(market, buyer)
    _altered(market, ordered, release=crowd.now.release)

    with pytest.raises(ResultRefusedError):
        open_sum(buyer, ordered)
    assert open_sum(buyer, other)


def test_a_marketplace_that_drops_a_member_after_the_release_is_found_out(market, buyer):
    ordered, _ = played(market, buyer)
    with market.store.writing() as books:
        member = books.crowds.members(ordered.order_id)[0]
        books.crowds.save_members([replace(member, word=None)])

    with pytest.raises(ResultRefusedError, match="other material"):
        open_sum(buyer, ordered)


def test_a_marketplace_that_hands_out_another_order_is_found_out(market, buyer):
    ordered, _ = played(market, buyer)
    other = order_crowd(buyer, replace(WISH, floor=11))
    with market.store.reading() as books:
        purchase = books.crowds.get(other.order_id)
    assert purchase is not None
    books = market.store.books
    kept = books.crowds.orders[ordered.order_id]
    books.crowds.orders[ordered.order_id] = replace(kept, token=purchase.token)

    with pytest.raises(ResultRefusedError, match="another order"):
        open_sum(buyer, ordered)


def test_each_order_has_a_key_of_its_own(buyer):
    keys = {crowd_key(buyer, name).to_bytes() for name in ("one", "two")}

    assert len(keys) == 2
    assert crowd_key(buyer, "one").to_bytes() in keys
