"""What the wallet expects of a marketplace about scores, asked of the real one and of the fake."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from consent.score_receipt import verify_offer_receipt, verify_score_receipt
from consent.score_request import unverified_score_request
from marketplace.api.app import create_api_app
from tests.marketplace.market import open_market
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NOW, registry
from tests.marketplace.scorers import EQUAL, request_for, scorer
from tests.serving import serving
from tests.wallet.fakes import MovingClock
from tests.wallet.score_market import MemoryScoreMarket
from tests.wallet.world import KnownTrust, MemoryLog
from wallet.clients.connections import Connections
from wallet.clients.score_market import ScoreMarketClient
from wallet.errors import PartnerRefusedError, PartnerUnreachableError
from wallet.services.score_ports import ScoreMarket

ANNA, BEN = scorer(), scorer(2)


@dataclass
class Fake:
    """The wallet's fake, and how a test makes things happen at it."""

    port: MemoryScoreMarket

    @contextmanager
    def down(self) -> Iterator[None]:
        self.port.down = True
        yield
        self.port.down = False

    def someone_asks(self) -> str:
        self.port.ask(ANNA.id, EQUAL)
        return self.port.delivered[0][1].request

    def it_is_paid(self) -> None:
        self.port.pay(unverified_score_request(self.port.delivered[0][1].request))

    def refuses(self) -> None:
        self.port.says_no = True


@dataclass
class Real:
    """A real marketplace with a buyer."""

    port: ScoreMarketClient
    market: Any
    buyer: Any = None
    token: str = ""

    @contextmanager
    def down(self) -> Iterator[None]:
        reachable = self.port
        self.port = ScoreMarketClient(
            "http://127.0.0.1:9", reachable.connections, reachable.trust, reachable.clock
        )
        yield
        self.port = reachable

    def someone_asks(self) -> str:
        self.buyer, self.token = self.market.buyer(), request_for(ANNA)
        scores = self.market.services.scores
        scores.ask(self.buyer.account_id, self.token, accepted_price_cents=1000)
        return self.token

    def it_is_paid(self) -> None:
        request = unverified_score_request(self.token)
        self.market.services.scores.confirm(self.buyer.account_id, request.request_id)

    def refuses(self) -> None:
        self.market.clock.forward(days=150)


@pytest.fixture(params=["fake", "real"])
def market(request: pytest.FixtureRequest) -> Iterator[Fake | Real]:
    if request.param == "fake":
        yield Fake(MemoryScoreMarket(MovingClock(NOW), MARKET_KEY, MemoryLog(origin=MARKET)))
        return
    opened = open_market()
    connections = Connections()
    with serving(create_api_app(opened.services)) as url:
        yield Real(ScoreMarketClient(url, connections, KnownTrust(registry()), opened.clock), opened)
    connections.close()


def _published(port: ScoreMarket) -> Any:
    return port.publish(ANNA.offer().to_json())


def test_a_published_offer_gets_a_receipt_and_its_place_in_the_log(market: Fake | Real) -> None:
    logged = _published(market.port)

    receipt = verify_offer_receipt(logged.receipt, MARKET_KEY.public)
    assert receipt.consent_id == ANNA.id
    assert logged.entry.body["consent_digest"] == receipt.consent_digest
    assert logged.proof.verify_entry(logged.entry, MARKET, MARKET_KEY.public).size >= 1


def test_publishing_twice_is_one_offer(market: Fake | Real) -> None:
    offer = ANNA.offer().to_json()

    assert market.port.publish(offer) == market.port.publish(offer)


def test_an_offer_that_is_refused_says_so(market: Fake | Real) -> None:
    market.refuses()

    with pytest.raises(PartnerRefusedError, match="The marketplace said no"):
        _published(market.port)


def test_requests_reach_the_holder_of_the_key_only(market: Fake | Real) -> None:
    _published(market.port)
    token = market.someone_asks()

    (delivered,) = market.port.news(ANNA.id, ANNA.person.key).requests

    assert delivered.request == token
    for consent_id, key in ((ANNA.id, BEN.person.key), (BEN.id, BEN.person.key)):
        with pytest.raises(PartnerRefusedError):
            market.port.news(consent_id, key)


def test_an_answer_arrives_once_however_often_it_is_sent(market: Fake | Real) -> None:
    _published(market.port)
    answer = ANNA.answer(market.someone_asks())

    market.port.answer(answer)
    market.port.answer(answer)


def test_a_paid_score_comes_with_its_receipt_and_its_place_in_the_log(market: Fake | Real) -> None:
    _published(market.port)
    market.port.answer(ANNA.answer(market.someone_asks()))
    market.it_is_paid()

    news = market.port.news(ANNA.id, ANNA.person.key)

    (logged,) = news.uses
    receipt = verify_score_receipt(logged.receipt, MARKET_KEY.public)
    assert (receipt.consent_id, receipt.weights, receipt.amount_cents) == (ANNA.id, EQUAL, 500)
    assert logged.entry.body["request_id"] == receipt.request_id
    assert logged.proof.index == receipt.log_index
    logged.proof.verify_entry(logged.entry, MARKET, MARKET_KEY.public)
    assert news.requests == ()


def test_a_withdrawal_arrives_also_when_the_offer_never_did(market: Fake | Real) -> None:
    _published(market.port)

    market.port.withdraw(ANNA.withdrawal())
    market.port.withdraw(ANNA.withdrawal())
    market.port.withdraw(BEN.withdrawal())


def test_a_market_that_is_down_is_said_to_be_unreachable(market: Fake | Real) -> None:
    with market.down():
        for act in (
            lambda: _published(market.port),
            lambda: market.port.withdraw(ANNA.withdrawal()),
            lambda: market.port.answer("x"),
        ):
            with pytest.raises(PartnerUnreachableError):
                act()
