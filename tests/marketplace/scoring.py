"""What somebody does before a test of scores begins: offer, ask, answer."""

from tests.marketplace.market import Market
from tests.marketplace.scorers import Scorer, request_for, scorer

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
