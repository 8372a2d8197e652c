"""Another password and the recovery code on the screens, without scripts."""

import re

import pytest

from tests.wallet.browsing import PASSWORD, Browser

ANOTHER = "a loud harbour"


def words_on(page: str) -> str:
    (listed,) = re.findall(r'<ol class="recovery-words">(.*?)</ol>', page, re.DOTALL)
    return " ".join(re.findall(r"<li>(\w+)</li>", listed))


def make_code(browser: Browser) -> str:
    browser.get("/locks")
    return words_on(browser.press("/locks/recovery", password=PASSWORD))


def recover(app, code: str, status: int = 200, **fields: str) -> str:
    back = Browser(app)
    back.get("/recover")
    typed = {"login": "anna", "words": code, "new": ANOTHER, "again": ANOTHER, **fields}
    return back.post("/recover", status, **typed)


def test_whoever_has_something_to_lose_is_reminded_until_there_is_a_code(holder):
    assert "Make a recovery code" in holder.get("/home")
    make_code(holder)
    assert "Make a recovery code" not in holder.get("/home")


def test_the_words_are_shown_once(signed_in):
    words = make_code(signed_in)

    assert len(words.split()) == 15
    assert "You have a recovery code" in signed_in.get("/locks")
    assert words.split()[0] not in re.sub(r"<[^>]+>", " ", signed_in.page).split()


def test_a_forgotten_password_does_not_lose_the_wallet(holder, app):
    words = make_code(holder)

    page = recover(app, words)

    assert "Your wallet is open and has a new password" in page
    assert "Hello, anna" in page
    back = Browser(app)
    back.sign_in("anna", ANOTHER)
    assert "Exam results" in back.get("/records/")
    Browser(app).sign_in("anna", PASSWORD, 422)


def test_another_password_signs_out_every_other_browser(signed_in, app):
    elsewhere = Browser(app)
    elsewhere.sign_in()
    signed_in.get("/locks")

    page = signed_in.press("/locks/password", current=PASSWORD, new=ANOTHER, again=ANOTHER)

    assert "Your new password is set" in page
    assert "Hello, anna" in signed_in.get("/home")
    assert "Open your wallet" in elsewhere.get("/home")


def test_recovery_signs_out_every_other_browser(signed_in, app):
    words = make_code(signed_in)

    recover(app, words)

    assert "Open your wallet" in signed_in.get("/home")


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        ("/locks/recovery", {"password": "wrong"}, "This is not the password of your wallet."),
        (
            "/locks/password",
            {"current": "wrong", "new": ANOTHER, "again": ANOTHER},
            "This is not the password",
        ),
        ("/locks/password", {"current": PASSWORD, "new": ANOTHER, "again": "x"}, "The two passwords differ"),
        (
            "/locks/password",
            {"current": PASSWORD, "new": "short", "again": "short"},
            "at least 10 characters",
        ),
    ],
)
def test_what_cannot_be_done_is_said_at_its_field(signed_in, path, fields, told):
    signed_in.get("/locks")

    page = signed_in.press(path, 422, **fields)

    assert told in page
    assert 'class="field has-error"' in page
    assert ANOTHER not in page


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"words": "abandon " * 15}, "do not belong together"),
        ({"words": "one two"}, "Expected 15 words, got 2"),
        ({"login": "nobody"}, "do not open a wallet"),
        ({"again": "x"}, "The two passwords differ"),
        ({"new": "short", "again": "short"}, "at least 10 characters"),
    ],
)
def test_a_recovery_that_does_not_work_says_what_to_look_at_and_repeats_no_secret(
    signed_in, app, fields, told
):
    words = make_code(signed_in)

    page = recover(app, words, 422, **fields)

    assert told in page
    assert words not in page
    assert ANOTHER not in page


def test_five_wrong_passwords_pause_the_locks_as_well(signed_in):
    for _ in range(5):
        signed_in.get("/locks")
        signed_in.press("/locks/recovery", 422, password="wrong")

    assert "Wait a minute" in signed_in.press("/locks/recovery", 429, password=PASSWORD)


def test_the_locks_are_behind_the_door(browser):
    assert "Open your wallet" in browser.get("/locks")


def test_whoever_is_signed_in_is_led_from_recovery_to_the_locks(signed_in):
    assert "What opens your wallet" in signed_in.get("/recover")
