"""What people ask for is filed with their agreement's key alone, has a month, and is answered for good."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.record import sign_withdrawal
from consent.rights_request import Right, RightsRequest, sign_rights_request
from crypto.errors import MalformedError
from marketplace.api.app import create_api_app
from marketplace.domain.account import AccountKind
from marketplace.domain.act import Register
from marketplace.domain.offer import OfferState
from marketplace.domain.rights import Outcome, RightsState, months_after
from marketplace.errors import (
    ContributionRefusedError,
    NotAllowedError,
    OverdueError,
    RefusedError,
    RegisterConflictError,
    RightsRefusedError,
    UnknownCaseError,
    UnknownOfferError,
)
from marketplace.services.keep_rights import MOST_OPEN
from ssi.http.authentication import BoundRequest, make_proof
from tests.marketplace.market import PASSWORD
from tests.marketplace.mpc_node.parties import MARKET, NOW
from tests.marketplace.mpc_node.people import person, withdrawal_of

ANNA, BEN = person(1), person(2)
WORDS = "Please tell me everything that you have."


def _id(number):
    return str(UUID(int=number, version=4))


def _request(who=ANNA, right=Right.ACCESS, number=1, **changes):
    made = RightsRequest(_id(number), MARKET, who.consent_id, right, WORDS, NOW)
    return sign_rights_request(replace(made, **changes), who.key)


@pytest.fixture
def desk(any_market):
    any_market.stock(12)
    any_market.by = any_market.services.add_account(
        "operator@market.example", PASSWORD, kind=AccountKind.OPERATOR
    ).account_id
    return any_market


def _rights(market):
    return market.services.oversight.rights


def _state_of(market, who):
    with market.store.reading() as books:
        return books.offers.get(who.consent_id).state


def test_a_request_is_filed_read_by_its_person_and_answered(desk):
    told = _rights(desk).file(_request())
    assert (told["state"], told["right"], told["due_at"]) == (
        "open",
        "access",
        months_after(desk.desk.now(), 1).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )

    _rights(desk).answer(_id(1), desk.by, Outcome.GRANTED, "Your wallet has the copy.")

    told = _rights(desk).read(_id(1), ANNA.key.public)
    assert (told["state"], told["outcome"], told["answer"]) == (
        "answered",
        "granted",
        "Your wallet has the copy.",
    )
    with pytest.raises(RegisterConflictError, match="answered"):
        _rights(desk).answer(_id(1), desk.by, Outcome.REFUSED, "after all not")


def test_the_same_request_again_is_the_same_and_another_one_under_its_id_is_refused(desk):
    token = _request()

    assert _rights(desk).file(token) == _rights(desk).file(token)

    with pytest.raises(RegisterConflictError):
        _rights(desk).file(_request(right=Right.PORTABILITY))
    assert len(_rights(desk).all()) == 1


def test_only_the_key_of_the_agreement_files_and_reads(desk):
    with pytest.raises(RightsRefusedError):
        _rights(desk).file(
            sign_rights_request(
                RightsRequest(_id(1), MARKET, ANNA.consent_id, Right.ACCESS, "", NOW), BEN.key
            )
        )
    with pytest.raises(UnknownOfferError):
        _rights(desk).file(_request(person(99)))
    with pytest.raises(RightsRefusedError, match="another marketplace"):
        _rights(desk).file(_request(marketplace="elsewhere"))
    with pytest.raises(MalformedError):
        _rights(desk).file("no token")

    _rights(desk).file(_request())
    with pytest.raises(UnknownCaseError):
        _rights(desk).read(_id(1), BEN.key.public)
    with pytest.raises(UnknownCaseError):
        _rights(desk).read(_id(2), ANNA.key.public)


@pytest.mark.parametrize("right", [Right.ERASURE, Right.OBJECTION])
def test_erasure_and_objection_end_the_agreement_in_the_same_moment(desk, right):
    with pytest.raises(RightsRefusedError, match="send its signed withdrawal"):
        _rights(desk).file(_request(right=right))
    assert _state_of(desk, ANNA) is OfferState.ACTIVE

    told = _rights(desk).file(_request(right=right), withdrawal_of(ANNA))

    assert told["state"] == "open"
    assert _state_of(desk, ANNA) is OfferState.WITHDRAWN
    assert _rights(desk).file(_request(right=right), withdrawal_of(ANNA)) == told


def test_a_withdrawal_that_is_not_hers_or_not_of_this_agreement_files_nothing(desk):
    erasure = _request(right=Right.ERASURE)
    with pytest.raises(RightsRefusedError, match="another agreement"):
        _rights(desk).file(erasure, withdrawal_of(BEN))
    with pytest.raises(ContributionRefusedError):
        _rights(desk).file(erasure, sign_withdrawal(ANNA.consent_id, NOW, BEN.key))
    with pytest.raises(MalformedError):
        _rights(desk).file(erasure, "no withdrawal")
    with pytest.raises(RightsRefusedError, match="send no withdrawal"):
        _rights(desk).file(_request(), withdrawal_of(ANNA))

    assert _rights(desk).all() == ()
    assert {_state_of(desk, who) for who in (ANNA, BEN)} == {OfferState.ACTIVE}


def test_the_month_runs_out_and_can_be_prolonged_once_and_in_time(desk):
    rights = _rights(desk)
    rights.file(_request())
    rights.file(_request(BEN, number=2))
    case = rights.extend(_id(2), desk.by, "There are many.")
    assert (case.state, case.due_at) == (RightsState.EXTENDED, months_after(case.request.filed_at, 3))

    desk.clock.now = rights.get(_id(1)).due_at
    rights.require_in_time()
    desk.clock.forward(seconds=1)

    assert rights.get(_id(1)).is_overdue(desk.clock.now)
    assert not rights.get(_id(2)).is_overdue(desk.clock.now)
    with pytest.raises(OverdueError):
        rights.require_in_time()
    assert desk.services.measure_load().overdue["rights"] == 1
    health = create_api_app(desk.services).test_client().get("/health").get_json()
    assert (health["status"], health["checks"]["rights_requests"]) == ("degraded", "failing")
    with pytest.raises(RegisterConflictError, match="first month is over"):
        rights.extend(_id(1), desk.by, "too late")
    with pytest.raises(RegisterConflictError, match="once"):
        rights.extend(_id(2), desk.by, "again")
    assert [each.request.request_id for each in rights.all()] == [_id(1), _id(2)]


def test_what_she_wrote_is_sealed_seen_only_behind_the_glass_and_deleted_with_the_answer(desk):
    rights = _rights(desk)
    rights.file(_request())
    with desk.store.reading() as books:
        kept = books.rights.get(_id(1)).words
    assert WORDS.encode() not in kept

    with pytest.raises(RefusedError, match="why"):
        rights.look(_id(1), desk.by, " ")
    with pytest.raises(NotAllowedError):
        rights.look(_id(1), "nobody", "curious")
    assert rights.look(_id(1), desk.by, "To answer it.") == WORDS

    with desk.store.reading() as books:
        (act,) = books.acts.of_register(Register.GLASS)
    assert (act.actor, act.told) == (desk.by, {"because": "To answer it."})
    rights.answer(_id(1), desk.by, Outcome.REFUSED, "No.")
    assert rights.look(_id(1), desk.by, "Again.") == ""


def test_one_agreement_cannot_fill_the_register(desk):
    for number in range(MOST_OPEN):
        _rights(desk).file(_request(number=number + 1))

    with pytest.raises(RightsRefusedError, match="wait already"):
        _rights(desk).file(_request(number=99))

    _rights(desk).answer(_id(1), desk.by, Outcome.GRANTED, "Here.")
    _rights(desk).file(_request(number=99))
    _rights(desk).file(_request(BEN, number=100))


def test_the_interface_files_and_tells_with_a_proof_of_the_key(desk):
    client = create_api_app(desk.services).test_client()
    path = f"/api/v1/rights-requests/{_id(1)}"
    body = {"request": _request(right=Right.ERASURE), "withdrawal": withdrawal_of(ANNA)}

    filed = client.post("/api/v1/rights-requests", json=body)
    proof = make_proof(BoundRequest("GET", path, MARKET), ANNA.key, now=desk.clock.now)
    read = client.get(path, headers={"Authorization": proof})

    assert (filed.status_code, filed.headers["Cache-Control"]) == (201, "no-store")
    assert read.get_json() == filed.get_json()
    assert client.get(path).status_code == 401
    assert client.post("/api/v1/rights-requests", json={**body, "more": 1}).status_code == 400
    assert client.post("/api/v1/rights-requests", json={"request": _request(person(99))}).status_code == 404
    assert client.post("/api/v1/rights-requests", json={"request": "x" * 9000}).status_code == 400
    assert client.post("/api/v1/rights-requests", data=b"\xff").status_code == 400


@pytest.mark.parametrize(
    ("moment", "months", "expected"),
    [
        (datetime(2026, 1, 31, 10, tzinfo=UTC), 1, datetime(2026, 2, 28, 10, tzinfo=UTC)),
        (datetime(2028, 1, 31, tzinfo=UTC), 1, datetime(2028, 2, 29, tzinfo=UTC)),
        (datetime(2026, 12, 15, tzinfo=UTC), 1, datetime(2027, 1, 15, tzinfo=UTC)),
        (datetime(2026, 11, 30, tzinfo=UTC), 3, datetime(2027, 2, 28, tzinfo=UTC)),
    ],
)
def test_a_month_ends_on_its_day_or_on_the_last_one(moment, months, expected):
    assert months_after(moment, months) == expected


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda moment: moment.year < 9999), st.integers(1, 3))
def test_months_are_never_shorter_than_28_days_each_nor_longer_than_31(moment, months):
    span = months_after(moment, months) - moment

    assert timedelta(days=28 * months) <= span <= timedelta(days=31 * months)
