"""Signing up, signing in and being locked out, without scripts."""

import re

import pytest

from tests.wallet.browsing import PASSWORD, Browser
from tests.wallet.screens.moments import session_of


def test_a_person_signs_up_and_is_home_with_exactly_one_thing_to_do(browser):
    page = browser.sign_up()

    assert "Hello, anna" in page
    assert page.count("btn btn-primary") == 1
    assert "Add your first record" in page


def test_the_start_leads_to_the_door_and_then_home(browser):
    assert "Open your wallet" in browser.get("/")
    browser.sign_up()
    assert "Hello, anna" in browser.get("/")


def test_signing_up_twice_under_one_name_says_so(signed_in, app):
    other = Browser(app)
    other.get("/sign-up")

    page = other.post("/sign-up", 409, login="ANNA", password=PASSWORD, again=PASSWORD)

    assert "There is a wallet with this name already" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"password": "short", "again": "short"}, "at least 10 characters"),
        ({"password": PASSWORD, "again": "another password"}, "The two passwords differ"),
        ({"login": "", "password": PASSWORD, "again": PASSWORD}, "Choose a name"),
    ],
)
def test_a_sign_up_that_cannot_be_accepted_says_what_to_change(browser, fields, words):
    browser.get("/sign-up")

    page = browser.post("/sign-up", 422, **{"login": "anna", **fields})

    assert words in page
    assert PASSWORD not in page


def test_a_wrong_password_and_an_unknown_name_get_the_same_page(signed_in, app):
    pages = set()
    for name in ("anna", "nobody"):
        page = Browser(app).sign_in(name, "not the password", 422)
        pages.add(re.sub(r'csrf_token" value="[^"]+|X-CSRFToken": "[^"]+|nobody|anna', "", page))

    assert len(pages) == 1


def test_too_many_wrong_passwords_are_paused(signed_in, app):
    for _ in range(5):
        Browser(app).sign_in("anna", "not the password", 422)

    assert "Wait a minute" in Browser(app).sign_in("anna", PASSWORD, 429)


def test_locking_forgets_the_wallet_on_the_server(signed_in, app):
    cookie = signed_in.cookie
    signed_in.get("/home")
    signed_in.post("/lock")

    thief = Browser(app)
    thief.client.set_cookie("argonauta-wallet", cookie)
    assert "Open your wallet" in thief.get("/home")


def test_a_session_ends_after_fifteen_minutes_without_a_request(signed_in, world):
    world.clock.forward(minutes=14)
    assert "Hello, anna" in signed_in.get("/home")
    world.clock.forward(minutes=15)

    assert "Your wallet is locked" in signed_in.get("/home")


def test_a_session_ends_after_twelve_hours_even_in_use(signed_in, world):
    for _ in range(72):
        world.clock.forward(minutes=10)
        page = signed_in.get("/home")

    assert "Your wallet is locked" in page


def test_after_signing_in_a_person_is_where_she_wanted_to_be(signed_in, world):
    world.clock.forward(hours=1)
    signed_in.get("/earnings/")

    page = signed_in.post("/sign-in", login="anna", password=PASSWORD)

    assert "<h1>Earnings</h1>" in page


def test_a_form_from_before_the_lock_leads_to_the_door(holder, world):
    holder.get("/records/add")
    world.clock.forward(hours=1)

    assert "Your wallet is locked" in holder.post("/records/add", link="x")


def test_a_script_that_asks_after_the_lock_is_told_to_load_the_door(sharer, world):
    sharer.get("/home")
    (token, *_) = re.findall(r'X-CSRFToken": "([^"]+)"', sharer.page)
    world.clock.forward(hours=1)

    answer = sharer.client.post("/refresh", headers={"HX-Request": "true", "X-CSRFToken": token})

    assert answer.headers["HX-Redirect"] == "/sign-in"
    assert answer.get_data() == b""


def test_files_that_may_be_kept_never_carry_the_cookie(signed_in):
    for path in ("/wallet/wallet.css", "/design/app.css"):
        with signed_in.client.get(path) as answer:
            assert "Set-Cookie" not in answer.headers


def test_signing_in_changes_the_cookie(signed_in, app):
    visitor = Browser(app)
    visitor.get("/sign-in")
    before = visitor.cookie

    visitor.post("/sign-in", login="anna", password=PASSWORD)

    assert visitor.cookie != before


def test_the_cookie_is_random_and_out_of_reach_of_scripts(browser):
    answer = browser.client.get("/sign-in")

    header = answer.headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert len(browser.cookie) == 43


@pytest.mark.parametrize(
    "path",
    ["/home", "/records/", "/records/add", "/agreements/", "/uses/", "/earnings/", "/earnings/earnings.csv"],
)
def test_every_screen_behind_the_door_asks_to_sign_in(browser, path):
    assert "Open your wallet" in browser.get(path)


@pytest.mark.parametrize(
    "path",
    ["/sign-up", "/sign-in", "/lock", "/refresh", "/records/add", "/offers/begin/x", "/agreements/x/end"],
)
def test_no_form_is_accepted_without_its_token(signed_in, path, world):
    answer = signed_in.client.post(path, data={"link": "x"})

    assert answer.status_code == 400
    assert world.services.records(session_of(world)) == ()
