"""Sums over many wallets at the marketplace, in memory and in a database, with liars and the silent."""

import pytest

from consent.crowd_receipt import verify_crowd_receipt
from consent.crowd_release import open_crowd, verify_release
from consent.errors import TermsError
from consent.log import InclusionProof
from crypto.base_point import multiply_base
from crypto.curve import Point, combine
from crypto.errors import CryptoError, SealError
from crypto.linked.interval import BLINDING_BASE
from crypto.linked.one_label_link import open_terms
from marketplace.domain.chart import PLATFORM_FEE, buyer_available, escrow, subject_earned
from marketplace.domain.crowd import CrowdState
from marketplace.errors import (
    ContributionRefusedError,
    DisputeRefusedError,
    ResultNotReadyError,
    TransferConflictError,
    UnknownOrderError,
)
from marketplace.services import tend_crowds
from marketplace.services.advance_crowd import advance
from marketplace.services.judge_crowd import SPOILT
from tests.crowd_sitters import sum_of
from tests.marketplace.crowd import (
    PEOPLE,
    Crowd,
    blinding_of,
    ordered,
    own_scalars,
    result_key,
    sitters,
)
from tests.marketplace.market import PASSWORD
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY

EACH = 50 + 11
"""Each person's 50 cents, and the platform's 15 of 70 parts, rounded up."""

ROUND = 600


# A whole sum.


def test_twelve_wallets_add_up_and_only_the_buyer_opens_it(any_crowd):
    any_crowd.played()

    opened = any_crowd.opened()
    true = sum_of(any_crowd.who, any_crowd.made.weights)
    assert any_crowd.now.state is CrowdState.RELEASED
    assert (opened.people, opened.size) == (PEOPLE, PEOPLE)
    assert abs(float(opened.value) - true) < 16 * opened.noise_sd
    assert opened.interval95[0] < float(opened.value) < opened.interval95[1]
    assert opened.noise_sd > 1


def test_everybody_is_paid_to_the_cent_in_one_go(any_crowd):
    any_crowd.played()
    market, account = any_crowd.market, any_crowd.account

    settled = any_crowd.services.confirm(account.account_id, any_crowd.made.order_id)

    assert settled.state is CrowdState.SETTLED
    assert {market.balance(subject_earned(each.consent_id)) for each in any_crowd.who} == {50}
    assert market.balance(PLATFORM_FEE) == PEOPLE * 11
    assert market.balance(escrow(any_crowd.made.order_id)) == 0
    assert market.balance(buyer_available(account.account_id)) == 1_000_000 - PEOPLE * EACH
    assert any_crowd.services.confirm(account.account_id, any_crowd.made.order_id) == settled


def test_a_wallet_that_falls_silent_is_left_out_and_not_paid_for(any_crowd):
    any_crowd.offered().placed().joined().shared().masked(silent={3})
    any_crowd.later(ROUND)
    any_crowd.revealed(silent={3, 4})

    opened = any_crowd.opened()
    any_crowd.services.confirm(any_crowd.account.account_id, any_crowd.made.order_id)
    heard = [each for at, each in enumerate(any_crowd.who) if at != 3]
    assert opened.people == PEOPLE - 1
    assert abs(float(opened.value) - sum_of(heard, any_crowd.made.weights)) < 16 * opened.noise_sd
    market = any_crowd.market
    assert market.balance(subject_earned(any_crowd.who[3].consent_id)) == 0
    assert market.balance(subject_earned(any_crowd.who[4].consent_id)) == 50
    spent = 1_000_000 - market.balance(buyer_available(any_crowd.account.account_id))
    assert spent == (PEOPLE - 1) * EACH


def test_a_wallet_that_never_shared_is_left_out(crowd):
    crowd.offered().placed().joined().shared(silent={0})
    assert crowd.now.state is CrowdState.SHARING
    crowd.later(ROUND)
    crowd.masked(silent={0}).revealed(silent={0})

    assert crowd.opened().people == PEOPLE - 1


def test_a_sum_that_the_buyer_says_nothing_about_is_paid_after_the_dispute_window(any_crowd):
    any_crowd.played()

    settled = any_crowd.later(3 * 24 * 3600)

    assert settled.state is CrowdState.SETTLED
    assert any_crowd.market.balance(subject_earned(any_crowd.who[0].consent_id)) == 50


def test_the_release_is_signed_for_the_people_who_are_in_it(crowd):
    crowd.played()

    release = verify_release(crowd.now.release, MARKET_KEY.public, crowd.made, crowd.material())
    assert (release.people, release.size) == (PEOPLE, PEOPLE)


def test_the_wallet_is_told_what_was_paid_with_receipt_and_proof(any_crowd):
    any_crowd.played()
    any_crowd.services.confirm(any_crowd.account.account_id, any_crowd.made.order_id)
    anna = any_crowd.who[0]

    news = any_crowd.services.read_news(anna.consent_id, anna.key.public)

    (use,) = news["uses"]
    receipt = verify_crowd_receipt(use["receipt"], MARKET_KEY.public)
    body = use["log"]["entry"]["body"]
    assert (receipt.order_id, receipt.amount_cents) == (any_crowd.made.order_id, 50)
    assert (body["request_id"], body["consent_id"]) == (receipt.order_id, anna.consent_id)
    InclusionProof.from_json(use["log"]["proof"]).verify(MARKET, MARKET_KEY.public)
    assert (news["orders"], news["ended"]) == ([], [])


# Nobody else opens it.


def test_everything_that_the_marketplace_holds_does_not_open_the_sum(crowd):
    crowd.played()

    with pytest.raises(SealError):
        open_crowd(crowd.material(), crowd.made, result_key(2))


def test_with_every_mask_taken_off_what_is_left_at_the_marketplace_says_nothing(crowd):
    """It can rebuild all masks; without the sealed words there is nothing to take them off."""
    crowd.played()
    material = crowd.material()
    terms_of_all = [Point.from_bytes(part.term) for part in material.heard.values()]
    blinding = blinding_of(material, crowd.made)
    opened = crowd.opened()
    total = round((float(opened.value) + 3 * 4 * PEOPLE) * 1000)

    left = combine((*terms_of_all, BLINDING_BASE.multiply_public(-blinding)))

    assert left != multiply_base(total)
    open_terms(terms_of_all, total, blinding + own_scalars(material, crowd.made))


def test_another_buyer_gets_nothing(crowd):
    crowd.played()
    other = crowd.market.services.add_account("other@example.org", PASSWORD)

    with pytest.raises(UnknownOrderError):
        crowd.services.read_orders.one(other.account_id, crowd.made.order_id)
    with pytest.raises(UnknownOrderError):
        crowd.services.confirm(other.account_id, crowd.made.order_id)


# The floor.


def test_too_few_who_join_end_the_order_and_the_money_is_back(any_crowd):
    few = Crowd(any_crowd.market, any_crowd.account, who=sitters()[:9]).offered().placed().joined()

    ended = few.later(3600)

    assert (ended.state, ended.reason) == (CrowdState.FAILED, "too few people joined")
    assert few.market.balance(buyer_available(few.account.account_id)) == 1_000_000
    assert few.market.services.trial_balance().total_cents == 0


def test_a_cohort_of_just_the_floor_goes_on_when_the_time_to_join_is_over(crowd):
    few = Crowd(crowd.market, crowd.account, who=sitters()[:10]).offered().placed().joined()
    assert few.now.state is CrowdState.JOINING

    few.later(3600)
    few.shared().masked().revealed()

    assert few.opened().people == 10


@pytest.mark.parametrize("stage", ["shared", "masked", "revealed"])
def test_too_few_who_answer_end_the_order_and_nobody_learns_anything(crowd, stage):
    crowd.offered().placed().joined()
    for each in ("shared", "masked", "revealed"):
        getattr(crowd, each)(silent={0, 1, 2} if each == stage else ())
        if each == stage:
            break

    ended = crowd.later(ROUND)

    assert (ended.state, ended.reason) == (CrowdState.FAILED, "too few wallets answered in time")
    assert crowd.market.balance(buyer_available(crowd.account.account_id)) == 1_000_000
    one = crowd.services.read_orders.one(crowd.account.account_id, crowd.made.order_id)
    assert (one["material"], one["release"]) == (None, None)
    anna = crowd.who[5]
    (told,) = crowd.services.read_news(anna.consent_id, anna.key.public)["ended"]
    assert told["reason"] == "too few wallets answered in time"
    with crowd.market.store.reading() as books:
        assert not any(each.word or each.revealed for each in books.crowds.members(crowd.made.order_id))
        assert not books.crowds.inbox(crowd.made.order_id, 0)


# Liars.


def test_a_wallet_that_lies_about_its_number_is_refused_by_name_and_left_out(any_crowd):
    any_crowd.offered().placed().joined().shared()
    liar = any_crowd.sittings[2]

    with pytest.raises(ContributionRefusedError):
        any_crowd.say(liar.lie(any_crowd.arrived(liar)))

    any_crowd.masked(silent={2})
    any_crowd.later(ROUND)
    any_crowd.revealed(silent={2})
    assert any_crowd.opened().people == PEOPLE - 1
    any_crowd.services.confirm(any_crowd.account.account_id, any_crowd.made.order_id)
    assert any_crowd.market.balance(subject_earned(liar.who.consent_id)) == 0


def test_a_wallet_that_masks_another_number_than_it_proves_spoils_the_sum_and_people_are_paid(any_crowd):
    """A buyer in league with one wallet must not have the sum of all others for nothing."""
    any_crowd.offered().placed().joined().shared()
    liar = any_crowd.sittings[2]
    any_crowd.say(liar.spoil(any_crowd.arrived(liar)))
    any_crowd.masked(silent={2}).revealed()

    with pytest.raises(CryptoError, match="not that of the terms"):
        any_crowd.opened()

    account = any_crowd.account.account_id
    key = result_key().to_bytes()
    judged = any_crowd.services.dispute(account, any_crowd.made.order_id, private_key=key)
    assert (judged.state, judged.dispute.proven) == (CrowdState.SETTLED, True)
    assert judged.dispute.reason.startswith(SPOILT)
    assert any_crowd.services.dispute(account, any_crowd.made.order_id, private_key=key) == judged
    assert any_crowd.services.confirm(account, any_crowd.made.order_id) == judged
    assert any_crowd.market.balance(buyer_available(account)) == 1_000_000 - PEOPLE * 50
    assert any_crowd.market.balance(subject_earned(any_crowd.who[0].consent_id)) == 50
    assert any_crowd.market.balance(PLATFORM_FEE) == 0
    assert any_crowd.market.services.trial_balance().total_cents == 0


def test_what_the_marketplace_put_together_wrongly_is_refunded(crowd, monkeypatch):
    crowd.played()
    monkeypatch.setattr("marketplace.services.judge_crowd.open_crowd", _no_such_cohort)

    judged = crowd.services.dispute(
        crowd.account.account_id, crowd.made.order_id, private_key=result_key().to_bytes()
    )

    assert (judged.state, judged.dispute.proven) == (CrowdState.DISPUTED, True)
    assert crowd.market.balance(buyer_available(crowd.account.account_id)) == 1_000_000
    assert crowd.market.balance(subject_earned(crowd.who[0].consent_id)) == 0


def _no_such_cohort(*_arguments):
    raise TermsError("expected 10 to 12 people")


def test_a_sum_is_not_disputed_after_the_time_for_it(crowd):
    crowd.played()
    crowd.market.clock.forward(seconds=(crowd.now.until - crowd.market.clock()).total_seconds())

    with pytest.raises(DisputeRefusedError, match="time for a dispute"):
        crowd.services.dispute(
            crowd.account.account_id, crowd.made.order_id, private_key=result_key().to_bytes()
        )


def test_an_order_that_cannot_go_on_ends_with_its_money_back_and_keeps_no_other_waiting(crowd, monkeypatch):
    crowd.offered().placed()
    other = Crowd(crowd.market, crowd.account, ordered(2)).placed()
    monkeypatch.setattr(tend_crowds, "advance", _stuck(crowd.made.order_id, TermsError("no such cohort")))

    assert crowd.later(3600).state is CrowdState.FAILED
    assert crowd.now.reason == tend_crowds.CANNOT_GO_ON
    assert other.now.state is CrowdState.FAILED
    assert other.now.reason == "too few people joined"
    assert crowd.market.balance(buyer_available(crowd.account.account_id)) == 1_000_000


def test_an_order_that_cannot_be_ended_keeps_no_other_waiting(crowd, monkeypatch):
    crowd.offered().placed()
    other = Crowd(crowd.market, crowd.account, ordered(2)).placed()
    stuck = _stuck(crowd.made.order_id, TransferConflictError("the hold has run out"))
    monkeypatch.setattr(tend_crowds, "advance", stuck)

    assert crowd.later(3600).state is CrowdState.JOINING
    assert other.now.state is CrowdState.FAILED


def _stuck(order_id, error):
    """`advance`, which fails for one order."""

    def step(desk, books, purchase):
        if purchase.order_id == order_id:
            raise error
        return advance(desk, books, purchase)

    return step


def test_a_dispute_about_a_sum_that_opens_proves_nothing(crowd):
    crowd.played()
    account, order_id = crowd.account.account_id, crowd.made.order_id

    with pytest.raises(DisputeRefusedError):
        crowd.services.dispute(account, order_id, private_key=result_key(2).to_bytes())
    judged = crowd.services.dispute(account, order_id, private_key=result_key().to_bytes())

    assert (judged.state, judged.dispute.proven) == (CrowdState.RELEASED, False)
    crowd.services.confirm(account, order_id)
    fresh = Crowd(crowd.market, crowd.account, ordered(2)).placed()
    with pytest.raises(ResultNotReadyError):
        crowd.services.dispute(account, fresh.made.order_id, private_key=result_key(2).to_bytes())
    with pytest.raises(ResultNotReadyError):
        crowd.services.confirm(account, fresh.made.order_id)


def test_a_settled_sum_is_not_disputed(crowd):
    crowd.played()
    crowd.services.confirm(crowd.account.account_id, crowd.made.order_id)

    with pytest.raises(DisputeRefusedError):
        crowd.services.dispute(
            crowd.account.account_id, crowd.made.order_id, private_key=result_key().to_bytes()
        )
