"""What the wallet expects of a marketplace's register of requests, asked of the real one and of the fake."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest
from flask import Flask, jsonify

from consent.rights_request import Right, RightsRequest, sign_rights_request
from marketplace.api.app import create_api_app
from marketplace.domain.account import AccountKind
from marketplace.domain.offer import OfferState
from marketplace.domain.rights import Outcome
from tests.marketplace.market import PASSWORD, Market, open_market
from tests.marketplace.mpc_node.parties import MARKET, NOW, registry
from tests.marketplace.mpc_node.people import Person, people, withdrawal_of
from tests.serving import serving
from tests.wallet.fakes import MovingClock
from tests.wallet.rights_market import MONTH, THREE_MONTHS, MemoryRightsMarket
from tests.wallet.world import KnownTrust
from wallet.clients.connections import Connections
from wallet.clients.rights_market import RightsMarketClient
from wallet.domain.rights_case import CaseOutcome, CaseState
from wallet.errors import PartnerFaultError, PartnerRefusedError, PartnerUnreachableError
from wallet.services.rights_ports import RightsMarket

ANNA, BEN = people(2)
REASON, ANSWER = "Many requests at once.", "Your wallet has the copy.\nThe log stays."


@dataclass
class Office:
    """The port, and what the operator does about what waits."""

    port: RightsMarket
    extend: Callable[[str], object]
    answer: Callable[[str], object]
    market: Market | None = None


@pytest.fixture(params=["fake", "real"])
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    if request.param == "fake":
        fake = MemoryRightsMarket(MovingClock(NOW))
        yield Office(fake, lambda _: fake.extend(REASON), lambda _: fake.answer(CaseOutcome.PARTLY, ANSWER))
        return
    market = open_market()
    market.stock(2)
    by = market.services.add_account("o@market.example", PASSWORD, kind=AccountKind.OPERATOR).account_id
    desk = market.services.oversight.rights
    with serving(create_api_app(market.services)) as url, _client(url, market.clock) as client:
        yield Office(
            client,
            lambda name: desk.extend(name, by, REASON),
            lambda name: desk.answer(name, by, Outcome.PARTLY, ANSWER),
            market,
        )


@contextmanager
def _client(url: str, clock: Callable[[], datetime] = lambda: NOW) -> Iterator[RightsMarketClient]:
    connections = Connections()
    yield RightsMarketClient(url, connections, KnownTrust(registry()), clock)
    connections.close()


def _signed(
    right: Right = Right.ACCESS, *, who: Person = ANNA, number: int = 1, words: str = "What do you have?\nA"
) -> tuple[str, str]:
    request_id = str(UUID(int=number, version=4))
    request = RightsRequest(request_id, MARKET, who.consent_id, right, words, NOW)
    return request_id, sign_rights_request(request, who.key)


@pytest.mark.parametrize("words", ["", "What do you have?\nA", "€" * 500])
def test_a_request_is_taken_and_the_same_one_again_is_the_same(office: Office, words: str) -> None:
    request_id, signed = _signed(words=words)

    first, again = office.port.file(signed, None), office.port.file(signed, None)

    assert first == again == office.port.standing(request_id, ANNA.key)
    assert (first.request_id, first.consent_id, first.right) == (request_id, ANNA.consent_id, Right.ACCESS)
    told = first.standing
    assert (told.state, told.due_at - told.filed_at) == (CaseState.OPEN, MONTH)
    assert (told.because, told.outcome, told.answer, told.answered_at) == (None,) * 4


@pytest.mark.parametrize("right", [Right.ERASURE, Right.OBJECTION])
def test_what_ends_the_agreement_comes_with_its_withdrawal(office: Office, right: Right) -> None:
    with pytest.raises(PartnerRefusedError):
        office.port.file(_signed(right)[1], None)

    answer = office.port.file(_signed(right)[1], withdrawal_of(ANNA))

    assert (answer.right, answer.standing.state) == (right, CaseState.OPEN)
    if office.market:
        with office.market.store.reading() as books:
            found = books.offers.get(ANNA.consent_id)
        assert found is not None
        assert found.state is OfferState.WITHDRAWN


@pytest.mark.parametrize("days", [0, 150], ids=["ended before", "run out"])
def test_what_ended_before_or_ran_out_can_be_erased(office: Office, days: int) -> None:
    if office.market is None:
        pytest.skip("the fake has no agreements")
    office.market.clock.forward(days=days)
    if not days:
        office.market.services.withdraw_offer(withdrawal_of(ANNA))

    answer = office.port.file(_signed(Right.ERASURE)[1], withdrawal_of(ANNA))

    assert answer.standing.state is CaseState.OPEN


def test_a_withdrawal_with_a_right_that_ends_nothing_is_refused(office: Office) -> None:
    with pytest.raises(PartnerRefusedError):
        office.port.file(_signed()[1], withdrawal_of(ANNA))


def test_more_time_is_told_with_its_reason(office: Office) -> None:
    request_id, signed = _signed()
    office.port.file(signed, None)
    office.extend(request_id)

    told = office.port.standing(request_id, ANNA.key).standing

    assert (told.state, told.because) == (CaseState.EXTENDED, REASON)
    assert told.due_at - told.filed_at == THREE_MONTHS


@pytest.mark.parametrize("longer", [False, True])
def test_the_answer_is_told(office: Office, longer: bool) -> None:
    request_id, signed = _signed()
    office.port.file(signed, None)
    if longer:
        office.extend(request_id)
    office.answer(request_id)

    told = office.port.standing(request_id, ANNA.key).standing

    assert (told.state, told.outcome, told.answer) == (CaseState.ANSWERED, CaseOutcome.PARTLY, ANSWER)
    assert told.because == (REASON if longer else None)
    assert office.port.file(signed, None).standing == told


def test_a_request_that_there_is_not_is_refused(office: Office) -> None:
    with pytest.raises(PartnerRefusedError):
        office.port.standing(_signed()[0], ANNA.key)


def test_the_real_register_verifies_who_asks_and_who_reads() -> None:
    market = open_market()
    market.stock(2)
    request_id, signed = _signed()
    stranger = RightsRequest(_signed(number=2)[0], MARKET, ANNA.consent_id, Right.ACCESS, "", NOW)
    with serving(create_api_app(market.services)) as url, _client(url, market.clock) as client:
        client.file(signed, None)

        for ask in (
            lambda: client.standing(request_id, BEN.key),
            lambda: client.file(sign_rights_request(stranger, BEN.key), None),
            lambda: client.file(_signed(Right.PORTABILITY)[1], None),
            lambda: client.file(_signed(Right.ERASURE, number=3)[1], withdrawal_of(BEN)),
        ):
            with pytest.raises(PartnerRefusedError):
                ask()


def test_an_eleventh_request_that_would_wait_is_refused_with_words(office: Office) -> None:
    if office.market is None:
        pytest.skip("the fake counts nothing")
    for number in range(10):
        office.port.file(_signed(number=number + 1)[1], None)

    with pytest.raises(PartnerRefusedError, match="wait already"):
        office.port.file(_signed(number=11)[1], None)


def test_an_agreement_that_the_marketplace_does_not_know_is_refused() -> None:
    market = open_market()
    with (
        serving(create_api_app(market.services)) as url,
        _client(url, market.clock) as client,
        pytest.raises(PartnerRefusedError),
    ):
        client.file(_signed()[1], None)


def test_a_marketplace_that_does_not_answer_is_unreachable() -> None:
    with _client("http://127.0.0.1:9") as client:
        with pytest.raises(PartnerUnreachableError):
            client.file(_signed()[1], None)
        with pytest.raises(PartnerUnreachableError):
            client.standing(_signed()[0], ANNA.key)


ANSWERED = {"state": "answered", "outcome": "granted", "answer": "x", "answered_at": "2026-03-02T12:00:00Z"}
HOSTILE: dict[str, object] = {
    "nothing": None,
    "a list": [],
    "another state": {"state": "lost"},
    "a state that is the wallet's own": {"state": "sending"},
    "the other state that is": {"state": "not_taken"},
    "answered without an answer": {**ANSWERED, "answer": None},
    "answered without an outcome": {**ANSWERED, "outcome": None},
    "answered without a moment": {**ANSWERED, "answered_at": None},
    "another outcome": {**ANSWERED, "outcome": "perhaps"},
    "open with an answer": {"answer": "x"},
    "longer without a reason": {"state": "extended", "due_at": "2026-06-01T12:00:00Z"},
    "due too late": {"due_at": "2026-04-02T12:00:01Z"},
    "due at once": {"due_at": "2026-03-01T12:00:00Z"},
    "a long answer": {**ANSWERED, "answer": "x" * 1001},
    "an answer with NUL": {**ANSWERED, "answer": "a\x00"},
    "no right": {"right": "everything"},
    "no agreement": {"consent_id": "x"},
    "a member more": {"words": "x"},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_answer_of_another_form_is_a_named_fault(name: str) -> None:
    told = HOSTILE[name]
    request_id, signed = _signed()
    whole: object = told
    if isinstance(told, dict):
        whole = {
            "request_id": request_id,
            "consent_id": ANNA.consent_id,
            "right": "access",
            "state": "open",
            "filed_at": "2026-03-01T12:00:00Z",
            "due_at": "2026-04-01T12:00:00Z",
            "extended_because": None,
            "outcome": None,
            "answer": None,
            "answered_at": None,
            **told,
        }

    with serving(_saying(whole)) as url, _client(url) as client:
        with pytest.raises(PartnerFaultError):
            client.file(signed, None)
        with pytest.raises(PartnerFaultError):
            client.standing(request_id, ANNA.key)


def _saying(answer: object) -> Flask:
    app = Flask(__name__)
    app.post("/api/v1/rights-requests")(lambda: jsonify(answer))
    app.get("/api/v1/rights-requests/<name>", endpoint="read")(lambda name: jsonify(answer))
    return app
