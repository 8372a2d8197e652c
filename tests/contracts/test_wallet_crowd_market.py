"""What the wallet expects of a marketplace about crowd sums, asked of the real one and of the fake."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from consent.crowd_cohort import JoinPapers, verify_cohort
from consent.crowd_message import Round, verify_places
from consent.crowd_receipt import verify_crowd_offer_receipt
from consent.errors import ConsentError
from marketplace.api.app import create_api_app
from ssi.trust import TrustRegistry
from tests.consent import crowds as fake_people
from tests.crowd_sitters import Sitter, Sitting, terms
from tests.marketplace.crowd import Crowd
from tests.marketplace.market import open_market
from tests.marketplace.mpc_node.orders import BUYER_KEY
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NOW, registry
from tests.serving import serving
from tests.ssi import parties
from tests.wallet.crowd_market import MemoryCrowdMarket, PlayedSum
from tests.wallet.fakes import MovingClock
from tests.wallet.score_market import COMPANY_KEY
from tests.wallet.world import KnownTrust, MemoryLog
from wallet.clients.connections import Connections
from wallet.clients.crowd_market import CrowdMarketClient
from wallet.domain.crowd_news import Stage
from wallet.domain.crowd_rounds import Arrived
from wallet.errors import PartnerRefusedError, PartnerUnreachableError
from wallet.services.crowd_ports import CrowdMarket


@dataclass
class Fake:
    """The wallet's fake, and how a test makes things happen at it."""

    port: MemoryCrowdMarket
    anna: Sitter
    registry: TrustRegistry
    played: PlayedSum | None = None
    sitting: Sitting | None = None

    @contextmanager
    def down(self) -> Iterator[None]:
        self.port.down = True
        yield
        self.port.down = False

    def refuses(self) -> None:
        self.port.says_no = True

    def someone_orders(self) -> str:
        self.played = self.port.ask()
        return self.played.token

    def sit(self) -> Sitting:
        assert self.played is not None
        self.sitting = self.anna.sit(self.played.order, COMPANY_KEY, NOW)
        return self.sitting

    def everybody_joined(self) -> None:
        assert self.played is not None
        self.played.fix(fake_people.others(12)[1:])

    def everybody_shared(self) -> None:
        assert self.played is not None
        self.played.end_sharing()


@dataclass
class Real:
    """A real marketplace with a buyer and eleven other wallets."""

    port: CrowdMarketClient
    crowd: Crowd
    anna: Sitter
    registry: TrustRegistry
    market: Any
    others: list[Sitting] = field(default_factory=list)
    sitting: Sitting | None = None

    @contextmanager
    def down(self) -> Iterator[None]:
        reachable = self.port
        self.port = CrowdMarketClient(
            "http://127.0.0.1:9", reachable.connections, reachable.trust, reachable.clock
        )
        yield
        self.port = reachable

    def refuses(self) -> None:
        self.market.clock.forward(days=150)

    def someone_orders(self) -> str:
        return self.crowd.placed().now.token

    def sit(self) -> Sitting:
        self.sitting = self.anna.sit(self.crowd.made, BUYER_KEY, NOW)
        return self.sitting

    def everybody_joined(self) -> None:
        services = self.market.services.crowds
        for each in self.crowd.who[1:]:
            services.accept_offer(each.offer(terms(NOW), marketplace=MARKET).to_json())
            self.others.append(each.sit(self.crowd.made, BUYER_KEY, NOW))
            services.join(self.others[-1].part.join)
        cohort = self.crowd.cohort(self.others[0])
        for sitting in self.others:
            sitting.cohort = cohort

    def everybody_shared(self) -> None:
        for each in self.others:
            self.market.services.crowds.take_message(each.share())


Market = Fake | Real


@pytest.fixture(params=["fake", "real"])
def market(request: pytest.FixtureRequest) -> Iterator[Market]:
    if request.param == "fake":
        fake = MemoryCrowdMarket(MovingClock(NOW), parties.ed25519("market"), MemoryLog())
        yield Fake(fake, fake_people.others(12)[0], parties.registry())
        return
    opened = open_market()
    connections = Connections()
    crowd = Crowd(opened, opened.buyer())
    with serving(create_api_app(opened.services)) as url:
        port = CrowdMarketClient(url, connections, KnownTrust(registry()), opened.clock)
        yield Real(port, crowd, crowd.who[0], registry(), opened)
    connections.close()


def _published(market: Market) -> Any:
    name = market.registry.marketplace.id
    return market.port.publish(market.anna.offer(terms(NOW), marketplace=name).to_json())


def _joined(market: Market) -> Sitting:
    _published(market)
    market.someone_orders()
    sitting = market.sit()
    market.port.join(sitting.part.join)
    market.everybody_joined()
    return sitting


def _papers(port: CrowdMarket, sitting: Sitting) -> Any:
    return port.papers(sitting.who.consent_id, sitting.part.order.order_id, sitting.who.key)


def _cohort(market: Market, sitting: Sitting, members: Sequence[JoinPapers] | None = None) -> Any:
    papers = _papers(market.port, sitting)
    return verify_cohort(
        papers.cohort, members or papers.members, sitting.part.order, market.registry, now=NOW
    )


def test_a_published_offer_gets_a_receipt_and_its_place_in_the_log(market: Market) -> None:
    logged = _published(market)

    entry = market.registry.marketplace
    receipt = verify_crowd_offer_receipt(logged.receipt, entry.verifying_key)
    assert receipt.consent_id == market.anna.consent_id
    assert logged.entry.body["consent_digest"] == receipt.consent_digest
    assert logged.proof.verify_entry(logged.entry, entry.id, entry.verifying_key).size >= 1
    assert _published(market) == logged


def test_an_offer_that_is_refused_says_so(market: Market) -> None:
    market.refuses()

    with pytest.raises(PartnerRefusedError, match="The marketplace said no"):
        _published(market)


def test_orders_reach_the_holder_of_the_key_only(market: Market) -> None:
    _published(market)
    token = market.someone_orders()

    (delivered,) = market.port.news(market.anna.consent_id, market.anna.key).orders

    assert (delivered.order, delivered.stage) == (token, Stage.JOINING)
    stranger = parties.es256("stranger")
    for consent_id, key in (
        (market.anna.consent_id, stranger),
        ("urn:uuid:00000000-0000-4000-8000-000000000000", market.anna.key),
    ):
        with pytest.raises(PartnerRefusedError):
            market.port.news(consent_id, key)


def test_a_join_arrives_once_and_the_cohort_is_shown_to_its_members(market: Market) -> None:
    sitting = _joined(market)

    cohort = _cohort(market, sitting)

    assert cohort.size == 12
    assert _papers(market.port, sitting).stage is Stage.SHARING
    with pytest.raises(ConsentError):
        _cohort(market, sitting, _papers(market.port, sitting).members[:-1])


def test_a_member_is_given_what_the_others_sealed_to_her(market: Market) -> None:
    sitting = _joined(market)
    sitting.cohort = _cohort(market, sitting)
    message = sitting.share()
    market.port.say(message)
    market.port.say(message)
    market.everybody_shared()

    papers = _papers(market.port, sitting)

    entry = market.registry.marketplace
    places = verify_places(
        papers.places,
        entry.verifying_key,
        order_id=sitting.part.order.order_id,
        cohort_digest=sitting.cohort.digest,
        round=Round.MASKING,
    )
    assert papers.stage is Stage.MASKING
    assert papers.inbox.keys() == set(range(12)) - {sitting.place}
    market.port.say(sitting.mask(Arrived(papers.inbox, places.places)))


def test_a_withdrawal_arrives_also_when_the_offer_never_did(market: Market) -> None:
    market.port.withdraw(market.anna.withdrawal(NOW))
    _published(market)

    market.port.withdraw(market.anna.withdrawal(NOW))
    market.port.withdraw(market.anna.withdrawal(NOW))


def test_a_market_that_is_down_is_said_to_be_unreachable(market: Market) -> None:
    with market.down():
        for act in (
            lambda: _published(market),
            lambda: market.port.withdraw(market.anna.withdrawal(NOW)),
            lambda: market.port.join("x"),
            lambda: market.port.say("x"),
        ):
            with pytest.raises(PartnerUnreachableError):
                act()


def test_the_key_of_the_marketplace_is_that_of_the_registry() -> None:
    assert registry().marketplace.verifying_key == MARKET_KEY.public
