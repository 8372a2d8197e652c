"""Who holds a score or a sum is told when somebody in it ends her agreement, and she is told who that is."""

from marketplace.services.tell_recipients import NOTE
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.scoring import ANNA, answered, asked, offered

INSTITUTE = "Institute of Education"


def test_who_holds_a_score_is_told_that_the_person_ended_her_agreement(any_market):
    scores, buyer = any_market.services.scores, any_market.buyer()
    order = answered(any_market, buyer)
    assert scores.read_orders.ended_agreements(buyer.account_id, order.request_id) == []
    assert scores.read_news(ANNA.id, ANNA.person.key.public)["recipients"] == []

    at = scores.withdraw_offer(ANNA.withdrawal())["withdrawn_at"]
    scores.confirm(buyer.account_id, order.request_id)

    told = scores.read_orders.ended_agreements(buyer.account_id, order.request_id)
    assert told == [{"ended_at": at, "note": NOTE}]
    news = scores.read_news(ANNA.id, ANNA.person.key.public)
    assert news["recipients"] == [{"request_id": order.request_id, "name": INSTITUTE, "ended_at": at}]


def test_who_got_no_score_is_told_nothing(any_market):
    scores, buyer = any_market.services.scores, any_market.buyer()
    order = asked(any_market, buyer, offered(any_market))

    scores.withdraw_offer(ANNA.withdrawal())

    assert scores.read_orders.ended_agreements(buyer.account_id, order.request_id) == []
    assert scores.read_news(ANNA.id, ANNA.person.key.public)["recipients"] == []


def test_who_holds_a_sum_is_told_of_each_person_in_it_who_ended_and_nobody_is_named(any_crowd):
    any_crowd.played()
    services, order_id = any_crowd.services, any_crowd.made.order_id
    account_id = any_crowd.account.account_id
    assert services.read_orders.one(account_id, order_id)["ended_agreements"] == []

    ends = []
    for each in any_crowd.who[:2]:
        any_crowd.market.clock.forward(hours=1)
        ends.append(services.withdraw_offer(each.withdrawal(NOW))["withdrawn_at"])

    whole = services.read_orders.one(account_id, order_id)
    assert whole["ended_agreements"] == [{"ended_at": at, "note": NOTE} for at in ends]
    for each, at in zip(any_crowd.who, ends, strict=False):
        told = services.read_news(each.consent_id, each.key.public)["recipients"]
        assert told == [{"request_id": order_id, "name": INSTITUTE, "ended_at": at}]
        assert each.consent_id not in str(whole["ended_agreements"])
    stays = any_crowd.who[2]
    assert services.read_news(stays.consent_id, stays.key.public)["recipients"] == []


def test_who_is_not_in_the_sum_is_no_reason_to_tell_anybody(any_crowd):
    any_crowd.offered().placed().joined().shared().masked(silent={1}).later(600)
    any_crowd.revealed(silent={1})
    silent = any_crowd.sittings[1].who
    services = any_crowd.services

    services.withdraw_offer(silent.withdrawal(NOW))

    whole = services.read_orders.one(any_crowd.account.account_id, any_crowd.made.order_id)
    assert whole["state"] == "released"
    assert whole["ended_agreements"] == []
    assert services.read_news(silent.consent_id, silent.key.public)["recipients"] == []


def test_a_sum_that_came_to_nothing_has_no_recipient(any_crowd):
    any_crowd.offered().placed().joined()
    anna = any_crowd.who[0]

    any_crowd.services.withdraw_offer(anna.withdrawal(NOW))

    assert any_crowd.services.read_news(anna.consent_id, anna.key.public)["recipients"] == []
