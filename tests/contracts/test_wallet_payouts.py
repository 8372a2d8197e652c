"""What the wallet expects of a marketplace about payouts, asked of the real one and of the fake."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask, jsonify

from consent.payout import Payee, PayoutLine, PayoutRequest, sign_payout
from marketplace.api.app import create_api_app
from marketplace.domain.chart import subject_earned
from marketplace.domain.ledger import EntryKind, Ledger, Transfer
from tests.marketplace.market import Market, open_market
from tests.marketplace.mpc_node.parties import MARKET, NOW, registry
from tests.marketplace.mpc_node.people import people
from tests.serving import serving
from tests.wallet.fakes import MovingClock
from tests.wallet.payout_market import MemoryPayoutMarket
from tests.wallet.world import KnownTrust
from wallet.clients.connections import Connections
from wallet.clients.payout_market import PayoutMarketClient
from wallet.domain.payout import PayoutState
from wallet.errors import PartnerFaultError, PartnerRefusedError, PartnerUnreachableError
from wallet.services.payout_ports import PayoutMarket

ANNA, BEN = people(2)
IBAN, OTHER_IBAN = "AT611904300234573201", "DE89370400440532013000"
EARNED = 600
REASON = "The bank does not know this account."


@dataclass
class Office:
    """The port, and how the operator decides on what waits."""

    port: PayoutMarket
    pay: Callable[[str], object]
    refuse: Callable[[str], object]
    is_real: bool


@pytest.fixture(params=["fake", "real"])
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    if request.param == "fake":
        fake = MemoryPayoutMarket(MovingClock(NOW))
        yield Office(
            fake,
            lambda _: fake.decide(PayoutState.PAID),
            lambda _: fake.decide(PayoutState.REFUSED, REASON),
            is_real=False,
        )
        return
    market = open_market()
    _earn(market)
    desk = market.services.payouts
    with serving(create_api_app(market.services)) as url, _client(url) as client:
        yield Office(
            client, lambda name: _pay(market, name), lambda name: desk.refuse(name, REASON), is_real=True
        )


@contextmanager
def _client(url: str) -> Iterator[PayoutMarketClient]:
    connections = Connections()
    yield PayoutMarketClient(url, connections, KnownTrust(registry()), MovingClock(NOW))
    connections.close()


def _earn(market: Market) -> None:
    market.stock(2)
    purse = f"buyer:{market.buyer().account_id}:available"
    with market.store.writing() as books:
        Ledger(books.ledger).record(
            [
                Transfer(
                    f"test/{each.consent_id}",
                    EntryKind.PAYMENT,
                    purse,
                    subject_earned(each.consent_id),
                    EARNED,
                    NOW,
                )
                for each in (ANNA, BEN)
            ]
        )


def _pay(market: Market, payout_id: str) -> None:
    market.services.payouts.export(Payee("Market", OTHER_IBAN))
    market.services.payouts.pay(payout_id)


def _signed(
    *, cents: int = EARNED, iban: str = IBAN, key=None, number: int = 1
) -> tuple[str, tuple[str, ...]]:
    request = PayoutRequest(
        str(UUID(int=number, version=4)),
        MARKET,
        Payee("Anna Müller", iban),
        (PayoutLine(ANNA.consent_id, cents), PayoutLine(BEN.consent_id, cents)),
        NOW,
    )
    keys = {ANNA.consent_id: ANNA.key, BEN.consent_id: key or BEN.key}
    return request.payout_id, sign_payout(request, keys.__getitem__)


def test_the_terms_are_told(office: Office) -> None:
    terms = office.port.terms()

    assert (terms.least_cents, terms.days) == (500, 14)
    assert (terms.for_the_market(100), terms.for_computing(100), terms.for_computing(7_000)) == (
        21,
        21,
        1_500,
    )


def test_a_request_is_taken_and_the_same_one_again_is_the_same(office: Office) -> None:
    payout_id, signed = _signed()

    first, again = office.port.request(signed), office.port.request(signed)

    assert first == again == office.port.payout(payout_id, BEN.key)
    assert (first.payout_id, first.state, first.total_cents) == (
        payout_id,
        PayoutState.REQUESTED,
        2 * EARNED,
    )


def test_what_was_paid_is_told(office: Office) -> None:
    payout_id, signed = _signed()
    office.port.request(signed)
    office.pay(payout_id)

    answer = office.port.payout(payout_id, ANNA.key)

    assert (answer.state, answer.decided_at, answer.reason) == (PayoutState.PAID, NOW, None)
    assert office.port.request(signed) == answer


def test_what_was_refused_is_told_with_its_reason(office: Office) -> None:
    payout_id, signed = _signed()
    office.port.request(signed)
    office.refuse(payout_id)

    answer = office.port.payout(payout_id, ANNA.key)

    assert (answer.state, answer.reason) == (PayoutState.REFUSED, REASON)


def test_the_same_id_with_another_account_is_refused(office: Office) -> None:
    office.port.request(_signed()[1])

    with pytest.raises(PartnerRefusedError):
        office.port.request(_signed(iban=OTHER_IBAN)[1])


def test_a_payout_that_there_is_not_is_refused(office: Office) -> None:
    with pytest.raises(PartnerRefusedError):
        office.port.payout(_signed()[0], ANNA.key)


@pytest.mark.parametrize("changes", [{"cents": EARNED + 1}, {"cents": 1}, {"key": ANNA.key}])
def test_what_was_not_earned_or_not_signed_by_its_own_key_is_refused(office: Office, changes) -> None:
    if not office.is_real:
        pytest.skip("the fake verifies nothing")

    with pytest.raises(PartnerRefusedError):
        office.port.request(_signed(**changes)[1])


def test_a_marketplace_that_does_not_answer_is_unreachable() -> None:
    with _client("http://127.0.0.1:9") as client, pytest.raises(PartnerUnreachableError):
        client.terms()


HOSTILE: dict[str, object] = {
    "nothing": None,
    "a list": [],
    "another state": {"state": "lost"},
    "a state that is the wallet's own": {"state": "sending"},
    "paid without a moment": {"state": "paid"},
    "refused without a reason": {"state": "refused", "decided_at": "2026-03-01T12:00:00Z"},
    "waiting with a moment": {"decided_at": "2026-03-01T12:00:00Z"},
    "no amount": {"total_cents": 0},
    "a fraction": {"total_cents": 1.5},
    "a member more": {"iban": IBAN},
    "a long reason": {"state": "refused", "decided_at": "2026-03-01T12:00:00Z", "reason": "x" * 501},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_answer_of_another_form_is_a_named_fault(name: str) -> None:
    told = HOSTILE[name]
    whole: object = told
    if isinstance(told, dict):
        whole = {
            "payout_id": _signed()[0],
            "state": "requested",
            "total_cents": 1200,
            "requested_at": "2026-03-01T12:00:00Z",
            "decided_at": None,
            "reason": None,
            **told,
        }

    with serving(_saying(whole)) as url, _client(url) as client, pytest.raises(PartnerFaultError):
        client.request(_signed()[1])


TOLD = {"least_cents": 500, "days": 14, "currency": "EUR", "people_percent": 70, "platform_percent": 15}


@pytest.mark.parametrize(
    "terms",
    [
        {**TOLD, "currency": "USD"},
        {**TOLD, "least_cents": 0},
        {**TOLD, "days": -1},
        {**TOLD, "least_cents": "500"},
        {**TOLD, "people_percent": 0},
        {**TOLD, "people_percent": 86},
        {**TOLD, "platform_percent": -1},
        {},
    ],
)
def test_terms_of_another_form_are_a_named_fault(terms: object) -> None:
    with serving(_saying(terms)) as url, _client(url) as client, pytest.raises(PartnerFaultError):
        client.terms()


def _saying(answer: object) -> Flask:
    app = Flask(__name__)
    app.post("/api/v1/payouts")(lambda: jsonify(answer))
    app.get("/api/v1/payout-terms", endpoint="terms")(lambda: jsonify(answer))
    return app
