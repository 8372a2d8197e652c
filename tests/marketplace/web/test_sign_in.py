"""Signing in and out."""

from datetime import timedelta

import pytest

from tests.marketplace.web.house import INSTITUTE, House, Visitor, text_of

ADDRESS = "buyer@institute.example"


@pytest.fixture
def somebody(house: House) -> Visitor:
    house.account(ADDRESS)
    return Visitor(house.app.test_client(), ADDRESS)


def test_a_buyer_begins_at_the_catalogue(somebody: Visitor):
    assert somebody.sign_in().location == "/"


def test_an_operator_begins_at_operations(house: House):
    operator = house.operator()

    assert operator.get("/sign-in").location == "/operations"


def test_who_is_signed_in_is_led_on(house: House):
    buyer = house.buyer(ADDRESS)

    assert buyer.get("/sign-in?next=/money").location == "/money"


@pytest.mark.parametrize("address", [ADDRESS, "nobody@institute.example"])
def test_a_wrong_password_and_a_wrong_address_get_the_same_words(
    house: House, somebody: Visitor, address: str
):
    somebody.email = address

    response = somebody.sign_in("guess guess guess")

    assert response.status_code == 422
    assert "E-mail and password do not belong together." in text_of(response)
    assert "guess" not in response.text


def test_too_many_tries_have_to_wait(somebody: Visitor):
    for _ in range(10):
        somebody.sign_in("guess guess guess")
    response = somebody.sign_in()

    assert response.status_code == 429
    assert "Too many tries" in text_of(response)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil",
        "http:/evil.example",
        "",
    ],
)
def test_signing_in_leads_nowhere_else(somebody: Visitor, elsewhere: str):
    assert somebody.sign_in(next=elsewhere).location == "/"


def test_signing_out_ends_the_session(house: House):
    buyer = house.buyer(ADDRESS)
    response = buyer.send("/sign-out")

    assert response.location == "/"
    assert "You are signed out." in text_of(buyer.get("/"))
    assert buyer.get("/money").status_code == 302


def test_what_a_stranger_left_in_the_session_does_not_live_on(somebody: Visitor):
    before = somebody.token()
    somebody.sign_in()

    assert somebody.client.post("/money/top-ups", data={"csrf_token": before}).status_code == 400


def test_an_account_that_is_gone_is_signed_out(house: House, somebody: Visitor):
    with somebody.client.session_transaction() as session:
        session["session"] = "gone"

    assert somebody.get("/money").status_code == 302
    with somebody.client.session_transaction() as session:
        assert "session" not in session


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(somebody: Visitor):
    cookie = somebody.sign_in().headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_cookie_travels_over_tls_only_where_there_is_tls(somebody: Visitor):
    somebody.client.get("/sign-in", base_url="https://market.example")
    answer = somebody.client.get("/sign-in", base_url="https://market.example")

    assert "Secure" in answer.headers.get("Set-Cookie", "Secure")


def test_a_session_ends_within_half_a_day(house: House):
    assert house.app.permanent_session_lifetime == timedelta(hours=12)


def test_the_frame_says_who_is_signed_in(house: House):
    buyer = house.buyer(ADDRESS)
    registered = house.buyer("other@institute.example", INSTITUTE)

    assert ADDRESS in text_of(buyer.get("/"))
    assert INSTITUTE.name in text_of(registered.get("/"))
