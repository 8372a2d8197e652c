"""An organisation asks for an account; an operator opens it or refuses, and neither makes it a buyer."""

from dataclasses import replace

import pytest

from marketplace.domain.account import AccountKind
from marketplace.domain.account_request import (
    MOST_OF_CLIENT,
    MOST_OF_DOMAIN,
    MOST_WAITING,
    Claim,
    RequestState,
)
from marketplace.domain.member import Role
from marketplace.errors import (
    NotAllowedError,
    NotRegisteredError,
    RefusedError,
    RegisterConflictError,
    TooManyAttemptsError,
    UnknownCaseError,
)
from tests.marketplace.market import PASSWORD
from tests.marketplace.mpc_node.orders import EXACT

EMAIL = "contact@uni.example"


def a_claim(**changes: str) -> Claim:
    typed = {
        "name": "University of Graz",
        "kind": "university",
        "country": "at",
        "register_number": "ATU12345678",
        "contact": "Ada Lovelace",
    } | changes
    return Claim.typed(**typed)


@pytest.fixture
def desk(any_market):
    """A market with an operator."""
    any_market.by = any_market.services.add_account(
        "op@example.org", PASSWORD, kind=AccountKind.OPERATOR
    ).account_id
    return any_market


def waiting(desk):
    return [each for each in desk.services.account_requests.all() if each.state is RequestState.WAITING]


def test_a_request_waits_once_however_often_it_is_sent(desk):
    desk.services.account_requests.ask(a_claim(), EMAIL)
    desk.services.account_requests.ask(a_claim(name="Other"), EMAIL.upper())

    (asked,) = waiting(desk)
    assert (asked.claim, asked.email) == (a_claim(), EMAIL)
    assert asked.claim.country == "AT"
    assert "Ada" not in repr(asked)
    assert EMAIL not in repr(asked)


@pytest.mark.parametrize(
    "change",
    [
        {"name": " "},
        {"name": "x" * 201},
        {"kind": "secret_service"},
        {"country": "Austria"},
        {"country": "A1"},
        {"register_number": ""},
        {"contact": "a\x00b"},
    ],
)
def test_a_claim_without_form_is_refused(change):
    with pytest.raises(RefusedError):
        a_claim(**change)


def test_an_approved_organisation_gets_an_account_with_an_owner_and_cannot_ask_yet(desk):
    desk.stock(12)
    desk.services.account_requests.ask(a_claim(), EMAIL)
    made = desk.services.account_requests.approve(waiting(desk)[0].request_id, by=desk.by)
    owner = desk.services.members.accept(made.secret, "Ada", PASSWORD)

    assert owner.role is Role.OWNER
    assert desk.services.get_account(owner.account_id).organisation is None
    with pytest.raises(NotRegisteredError):  # approval is no credential
        desk.services.make_quote(owner.account_id, EXACT)
    (act,) = desk.services.account_requests.acts()
    assert (act.actor, act.kind) == (desk.by, "approved")


def test_a_request_is_decided_once(desk):
    desk.services.account_requests.ask(a_claim(), EMAIL)
    request_id = waiting(desk)[0].request_id
    desk.services.account_requests.refuse(request_id, "not a university", by=desk.by)

    with pytest.raises(RegisterConflictError):
        desk.services.account_requests.approve(request_id, by=desk.by)
    with pytest.raises(UnknownCaseError):
        desk.services.account_requests.approve("nothing", by=desk.by)
    assert desk.services.account_requests.acts()[0].told == {"because": "not a university"}


def test_a_refusal_has_a_reason(desk):
    desk.services.account_requests.ask(a_claim(), EMAIL)

    with pytest.raises(RefusedError):
        desk.services.account_requests.refuse(waiting(desk)[0].request_id, " ", by=desk.by)
    assert waiting(desk)


def test_only_operators_decide(desk):
    desk.services.account_requests.ask(a_claim(), EMAIL)
    buyer = desk.services.add_account("buyer@example.org", PASSWORD).account_id

    with pytest.raises(NotAllowedError):
        desk.services.account_requests.approve(waiting(desk)[0].request_id, by=buyer)
    with pytest.raises(NotAllowedError):
        desk.services.account_requests.refuse(waiting(desk)[0].request_id, "no", by=buyer)


def test_what_was_refused_is_forgotten_after_thirty_days(desk):
    desk.services.account_requests.ask(a_claim(), EMAIL)
    desk.services.account_requests.refuse(waiting(desk)[0].request_id, "no", by=desk.by)
    desk.clock.forward(days=30, seconds=1)
    desk.services.account_requests.ask(a_claim(), "other@example.org")

    assert [each.email for each in desk.services.account_requests.all()] == ["other@example.org"]


def test_one_network_does_not_close_the_door_for_others(desk):
    requests = desk.services.account_requests
    for number in range(MOST_OF_CLIENT):
        requests.ask(a_claim(), f"c{number}@example{number}.org", client="192.0.2.1")
    with pytest.raises(TooManyAttemptsError):
        requests.ask(a_claim(), "another@example.org", client="192.0.2.1")
    requests.ask(a_claim(), EMAIL, client="192.0.2.2")
    requests.ask(a_claim(), "nobody-knows@example.org")

    requests.refuse(waiting(desk)[0].request_id, "no", by=desk.by)
    requests.ask(a_claim(), "another@example.org", client="192.0.2.1")

    assert [each.client for each in requests.all() if each.state is RequestState.REFUSED] == [""]


def test_one_domain_does_not_close_the_door_for_others(desk):
    requests = desk.services.account_requests
    for number in range(MOST_OF_DOMAIN):
        requests.ask(a_claim(), f"c{number}@example.org", client=f"192.0.2.{number}")
    with pytest.raises(TooManyAttemptsError):
        requests.ask(a_claim(), "late@Example.org", client="198.51.100.1")

    requests.ask(a_claim(), EMAIL, client="198.51.100.1")

    assert EMAIL in {each.email for each in waiting(desk)}


def test_no_more_wait_than_an_operator_can_read(desk):
    desk.services.account_requests.ask(a_claim(), EMAIL)
    (first,) = waiting(desk)
    with desk.store.writing() as books:
        for number in range(1, MOST_WAITING):
            books.access.add(replace(first, request_id=f"r{number}", email=f"c{number}@e{number}.example"))
    desk.clock.forward(days=2)

    with pytest.raises(TooManyAttemptsError):
        desk.services.account_requests.ask(a_claim(), "late@example.org")
