"""What no thing is called is found nowhere, on every database, and never an error of ours."""

from base64 import b64encode

import pytest

from tests.wallet.browsing import Browser
from wallet.web.app import create_app

pytestmark = pytest.mark.database


@pytest.mark.parametrize("login", ["a\x00b", "\x00", "é", "5D1E62F5-6E2B-4B5C-9F0E-0A6F2CF3AC01", "{}"])
def test_no_such_address_takes_a_letter(stored_world, login):
    sender = create_app(stored_world.services).test_client()
    told = {"Authorization": f"Basic {b64encode(f'{login}:password'.encode()).decode()}"}

    assert sender.post("/receive", data=b"{}", headers=told).status_code == 401


@pytest.mark.parametrize(
    "path", ["/records/%00", "/agreements/a%00b", "/streams/a%00b", "/rights/correction/%00"]
)
def test_an_address_with_a_nul_leads_nowhere(stored_world, path):
    browser = Browser(create_app(stored_world.services))
    browser.sign_up()

    assert browser.client.get(path).status_code == 404


@pytest.mark.parametrize("host", ["[x", "]", "a b", "[::1]:99", "x:y", "x\\y", "\xff"])
def test_a_hostile_host_is_answered_without_an_error_of_ours(world, host):
    answer = create_app(world.services).test_client().get("/sign-in", headers={"Host": host})

    assert answer.status_code < 500
