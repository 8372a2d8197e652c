"""Every screen as a person meets it, without scripts."""

import re
from html import unescape

import pytest

from ssi.status_list import Status
from tests.ssi import parties
from wallet.domain.choices import PolicyChoices
from wallet.web.app import create_app

PASSWORD = "a quiet harbour"


class Browser:
    """A client that takes form tokens from the page before, as a browser does."""

    def __init__(self, app):
        self.client = app.test_client()
        self.page = ""

    def get(self, path, status=200):
        answer = self.client.get(path, follow_redirects=True)
        self.page = answer.get_data(as_text=True)
        assert answer.status_code == status, self.page
        return unescape(self.page)

    def post(self, path, status=200, **fields):
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        data = {"csrf_token": token.group(1) if token else "", **fields}
        answer = self.client.post(path, data=data, follow_redirects=True)
        self.page = answer.get_data(as_text=True)
        assert answer.status_code == status, self.page
        self.path = answer.request.path
        return unescape(self.page)

    def sign_up(self, name="anna"):
        self.get("/sign-up")
        return self.post("/sign-up", login=name, password=PASSWORD, again=PASSWORD)

    def add_record(self, link):
        self.get("/records/add")
        self.post("/records/add", link=link)
        return self.post(f"{self.path}/keep")


@pytest.fixture
def app(world):
    made = create_app(world.services)
    made.testing = False
    return made


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def signed_in(browser):
    browser.sign_up()
    return browser


@pytest.fixture
def holder(signed_in, world):
    signed_in.add_record(world.issuers.offer())
    return signed_in


def test_a_person_signs_up_and_is_home(browser):
    page = browser.sign_up()

    assert "Hello, anna" in page
    assert page.count('class="btn btn-primary"') == 1
    assert "Add your first record" in page
