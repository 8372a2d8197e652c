"""What the wallet expects of a marketplace, asked of the real one over loopback and of the fake."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from consent.breach_notice import BreachNotice, sign_notice, verify_notice
from consent.log import Checkpoint, verify_checkpoint, verify_growth
from consent.receipt import verify_consent_receipt
from marketplace.api.app import create_api_app
from marketplace.domain.account import AccountKind
from marketplace.domain.breach import BreachFacts, BreachKind, PeopleConcerned
from marketplace.services.keep_breaches import NoticeWords
from tests.marketplace.market import PASSWORD, open_market
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NOW, registry
from tests.marketplace.mpc_node.people import Person, contribution_of, people, withdrawal_of
from tests.serving import serving
from tests.wallet.fakes import MovingClock
from tests.wallet.world import KnownTrust, MemoryLog, MemoryMarket
from wallet.clients.connections import Connections
from wallet.clients.marketplace import MarketplaceClient
from wallet.domain.held_consent import Delivery
from wallet.domain.history import read_use, verify_logged
from wallet.domain.use import Outcome
from wallet.errors import PartnerRefusedError, PartnerUnreachableError
from wallet.services.ports import Market

ANNA, BEN = people(2)
NOTICE = BreachNotice("notice-1", MARKET, NOW, "a", "b", "c", "d", NOW, NOW, "exam/1")
FACTS = BreachFacts(
    aware_at=NOW,
    what="a",
    kinds=(BreachKind.INTEGRITY,),
    people=PeopleConcerned.TENS,
    consequences="b",
    measures="c",
    since=NOW,
    until=NOW,
    data_set="exam/1",
)


@dataclass
class Fake:
    """The wallet's fake, and how a test makes things happen at it."""

    port: MemoryMarket

    @contextmanager
    def down(self) -> Iterator[None]:
        self.port.down = True
        yield
        self.port.down = False

    def someone_uses_it(self) -> tuple[Person, ...]:
        self.port.publish(contribution_of(ANNA).to_json())
        self.port.use(ANNA.consent_id, cents=100)
        return (ANNA,)

    def refuses(self) -> None:
        self.port.says_no = True

    def publishes_a_notice(self) -> str:
        self.port.signed_notices = [sign_notice(NOTICE, MARKET_KEY)]
        return self.port.signed_notices[0]


@dataclass
class Real:
    """A real marketplace with simulated nodes behind it."""

    port: MarketplaceClient
    market: Any

    @contextmanager
    def down(self) -> Iterator[None]:
        reachable, self.port = (
            self.port,
            MarketplaceClient("http://127.0.0.1:9", self.port.connections, self.port.trust, self.port.clock),
        )
        yield
        self.port = reachable

    def someone_uses_it(self) -> tuple[Person, ...]:
        crowd = self.market.stock(12)
        buyer = self.market.buyer()
        view = self.market.released(buyer)
        self.market.services.confirm_result(buyer.account_id, view.order_id)
        self.market.drive()
        return tuple(crowd)

    def refuses(self) -> None:
        self.market.clock.forward(days=150)

    def publishes_a_notice(self) -> str:
        by = self.market.services.add_account(
            "o@market.example", PASSWORD, kind=AccountKind.OPERATOR
        ).account_id
        breaches = self.market.services.oversight.breaches
        breaches.record(by, "breach-1", FACTS)
        told = breaches.tell(by, "breach-1", NoticeWords("a", "b", "c", "d")).told
        return str(told.told["notice"])


@pytest.fixture(params=["fake", "real"])
def market(request: pytest.FixtureRequest) -> Iterator[Fake | Real]:
    if request.param == "fake":
        yield Fake(MemoryMarket(MovingClock(NOW), key=MARKET_KEY, log=MemoryLog(origin=MARKET)))
        return
    opened = open_market()
    connections = Connections()
    with serving(create_api_app(opened.services)) as url:
        yield Real(MarketplaceClient(url, connections, KnownTrust(registry()), opened.clock), opened)
    connections.close()


def _published(port: Market, someone: Person = ANNA) -> Any:
    return port.publish(contribution_of(someone).to_json())


def _checkpoint(note: str) -> Checkpoint:
    return verify_checkpoint(note, MARKET, MARKET_KEY.public)


def test_a_published_offer_gets_a_receipt_and_its_place_in_the_log(market: Fake | Real) -> None:
    logged = _published(market.port)

    receipt = verify_consent_receipt(logged.receipt, MARKET_KEY.public)
    assert receipt.record.consent_id == ANNA.consent_id
    assert logged.entry.body["consent_id"] == ANNA.consent_id
    assert logged.proof.verify_entry(logged.entry, MARKET, MARKET_KEY.public).size >= 1


def test_publishing_twice_is_one_offer(market: Fake | Real) -> None:
    first = _published(market.port)

    second = _published(market.port)

    assert second == first
    assert _checkpoint(market.port.checkpoint()).size == 1


def test_an_offer_that_is_refused_says_so(market: Fake | Real) -> None:
    market.refuses()

    with pytest.raises(PartnerRefusedError, match="The marketplace said no"):
        _published(market.port)


def test_a_marketplace_that_does_not_answer_is_unreachable(market: Fake | Real) -> None:
    with market.down():
        for ask in (
            lambda: _published(market.port),
            lambda: market.port.withdraw(withdrawal_of(ANNA)),
            lambda: market.port.history(ANNA.consent_id, ANNA.key),
            market.port.checkpoint,
            market.port.notices,
            lambda: market.port.consistency(1, 2),
        ):
            with pytest.raises(PartnerUnreachableError):
                ask()


def test_a_withdrawal_can_be_repeated_and_may_be_about_an_offer_that_never_arrived(
    market: Fake | Real,
) -> None:
    market.port.withdraw(withdrawal_of(BEN))
    _published(market.port)

    for _ in range(2):
        market.port.withdraw(withdrawal_of(ANNA))


def test_the_history_of_a_fresh_offer_is_empty(market: Fake | Real) -> None:
    _published(market.port)

    history = market.port.history(ANNA.consent_id, ANNA.key)

    assert history.delivery in {Delivery.WAITING, Delivery.ACTIVE}
    assert (history.uses, history.others, history.deletion_receipts) == ((), (), ())


def test_the_history_is_told_to_the_holder_only(market: Fake | Real) -> None:
    _published(market.port)

    with pytest.raises(PartnerRefusedError):
        market.port.history(ANNA.consent_id, BEN.key)
    with pytest.raises(PartnerRefusedError):
        market.port.history(BEN.consent_id, BEN.key)


def test_a_paid_use_comes_with_a_receipt_and_a_proof_that_hold(market: Fake | Real) -> None:
    someone = market.someone_uses_it()[0]

    (logged,) = market.port.history(someone.consent_id, someone.key).uses

    marketplace = registry().marketplace
    use = read_use(logged, someone.consent_id, marketplace)
    note = verify_logged(logged, use, marketplace)
    assert (use.outcome, use.amount_cents) == (Outcome.PAID, 100)
    assert _checkpoint(note).size > (use.log_index or 0)


def test_a_later_checkpoint_continues_an_earlier_one(market: Fake | Real) -> None:
    _published(market.port)
    before = _checkpoint(market.port.checkpoint())
    for someone in people(5):
        _published(market.port, someone)
    after = _checkpoint(market.port.checkpoint())

    verify_growth(before, after, market.port.consistency(before.size, after.size))
    assert (before.size, after.size) == (1, 5)


def test_public_notices_are_read_as_they_were_signed(market: Fake | Real) -> None:
    assert market.port.notices() == ()
    token = market.publishes_a_notice()

    (found,) = market.port.notices()

    assert found == token
    assert verify_notice(found, MARKET_KEY.public, marketplace=MARKET).data_set == "exam/1"
