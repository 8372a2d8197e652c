"""Taking a wallet along on the screens, without scripts."""

import io

import pytest

from tests.wallet.browsing import PASSWORD, Browser
from tests.wallet.world import World
from wallet.bootstrap import sql_stores
from wallet.storage.schema import open_wallet_database
from wallet.web.app import MAX_REQUEST_BYTES, create_app

FILE_PASSWORD = "a sentence for the file"
FIELDS = {"password": PASSWORD, "file_password": FILE_PASSWORD, "again": FILE_PASSWORD}


def installation(path):
    database = open_wallet_database(f"sqlite:///{path}")
    world = World(stores=sql_stores(database))
    return database, world, Browser(create_app(world.services))


@pytest.fixture
def here(tmp_path):
    database, world, browser = installation(tmp_path / "here.db")
    browser.sign_up()
    browser.add_record(world.issuers.offer())
    yield browser
    database.close()


@pytest.fixture
def there(tmp_path):
    database, _, browser = installation(tmp_path / "there.db")
    browser.sign_up()
    yield browser
    database.close()


def made(browser: Browser) -> str:
    browser.get("/move")
    return browser.press("/move/export", 200, **FIELDS)


def put(browser: Browser, file: str, status: int = 200, password: str = FILE_PASSWORD) -> str:
    browser.get("/move")
    return browser.press(
        "/move/restore", status, file=(io.BytesIO(file.encode()), "wallet.jwe"), opens_with=password
    )


def test_a_wallet_goes_from_one_installation_to_another(here, there):
    file = made(here)

    page = put(there, file)

    assert "Your wallet is here: " in page
    assert "Exam results" in there.get("/records/")


def test_the_file_is_a_download_that_nobody_keeps(here):
    here.get("/move")
    token = here.page.partition('name="csrf_token" value="')[2].partition('"')[0]

    answer = here.client.post("/move/export", data={**FIELDS, "csrf_token": token})

    assert answer.headers["Content-Disposition"] == 'attachment; filename="wallet.jwe"'
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"password": "wrong"}, "This is not the password of your wallet."),
        ({"again": "x"}, "The two passwords differ"),
        ({"file_password": "short", "again": "short"}, "at least 10 characters for the file"),
    ],
)
def test_what_keeps_a_file_from_being_made_is_said_at_its_field(here, changes, told):
    here.get("/move")

    page = here.press("/move/export", 422, **{**FIELDS, **changes})

    assert told in page
    assert FILE_PASSWORD not in page


def test_a_file_that_does_not_open_says_so(here, there):
    assert "does not open with this password" in put(there, made(here), 422, "another one")
    assert "This is not the file of a wallet" in put(there, "x", 422)


def test_a_wallet_that_has_something_takes_no_file(here):
    assert "This wallet is not empty" in put(here, made(here), 409)


def test_only_this_form_of_an_open_wallet_may_be_large(there):
    large = "x" * (MAX_REQUEST_BYTES + 1_000)

    assert "This is not the file of a wallet" in put(there, large, 422)
    there.get("/locks")
    there.press("/locks/recovery", 413, password=large)
    there.get("/home")
    there.post("/lock")
    stranger = there.client.post("/move/restore", data={"file": (io.BytesIO(large.encode()), "wallet.jwe")})
    assert stranger.status_code == 413


def test_taking_along_is_behind_the_door(browser):
    assert "Open your wallet" in browser.get("/move")
