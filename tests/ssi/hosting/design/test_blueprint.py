import re

import pytest
from flask import Flask

from ssi.hosting.design.blueprint import NavItem, install
from tests.ssi.hosting.design.showcase import make_app


@pytest.fixture(scope="module")
def app():
    return make_app()


@pytest.fixture
def client(app):
    return app.test_client()


def token_in(page):
    return re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]


def test_every_page_names_the_product_and_the_role(client):
    page = client.get("/records").text

    assert "<title>Showcase · argonauta Wallet</title>" in page
    assert '<span class="brand-role">Wallet</span>' in page
    assert 'href="#content"' in page
    assert "How it works" in page


@pytest.mark.parametrize(("path", "current"), [("/", "Home"), ("/records", "Records"), ("/form", "A form")])
def test_the_navigation_shows_where_one_is(client, path, current):
    page = client.get(path).text

    [marked] = re.findall(
        r'<a class="site-nav-link"[^>]*aria-current="page"[^>]*>(?:<svg.*?</svg>)?([^<]*)', page
    )
    assert marked.strip() == current


def test_pages_below_an_entry_belong_to_it():
    app = make_app()
    with app.test_request_context("/records/7"):
        assert NavItem("Records", "screens.records", also=("screens.records_",)).is_current
        assert not NavItem("Home", "screens.home").is_current


def test_the_navigation_may_depend_on_who_is_signed_in():
    app = Flask(__name__)
    app.secret_key = "x" * 16
    install(app, name="argonauta", role="Market", nav=list)

    page = app.test_client().get("/how-it-works").text

    assert "site-nav" not in page.replace("site-nav-link", "")


def test_a_form_with_its_token_is_taken(client):
    token = token_in(client.get("/form"))

    assert client.post("/send", data={"csrf_token": token}).text == "sent"


@pytest.mark.parametrize("data", [{}, {"csrf_token": "forged"}])
def test_a_form_from_elsewhere_is_refused(client, data):
    client.get("/form")

    response = client.post("/send", data=data)

    assert response.status_code == 400
    assert "too old" in response.text


def test_an_exempt_api_needs_no_token(client):
    assert client.post("/api/v1/orders").json == {"ok": True}


def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(client):
    cookie = client.get("/form").headers["Set-Cookie"]

    assert cookie.startswith("argonauta-wallet=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_a_session_begun_over_tls_stays_on_tls(client):
    cookie = client.get("/form", base_url="https://wallet.example").headers["Set-Cookie"]

    assert "Secure" in cookie


def test_a_misspelt_name_in_a_template_is_an_error(client, caplog):
    assert client.get("/records/7").status_code == 500
    assert "UndefinedError" in caplog.text


def test_how_it_works_says_what_it_cannot_protect_from(client):
    page = client.get("/how-it-works").text

    assert "Who can see what" in page
    assert "What this cannot protect you from" in page
