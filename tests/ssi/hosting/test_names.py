"""A NUL character names nothing: it is refused before a database is asked, whichever database that is."""

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from ssi.hosting import names


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__)
    app.before_request(_read_the_form)
    names.install(app)
    app.add_url_rule("/things/<name>", "thing", lambda name: name, methods=["GET", "POST"])
    return app.test_client()


def _read_the_form() -> None:
    """As the protection of forms does."""
    assert request.form is not None


def _raw() -> bytes:
    return request.get_data()


@pytest.mark.parametrize("address", ["/things/%00", "/things/a%00b", "/things/a?of=%00", "/things/a?%00=b"])
def test_an_address_with_a_nul_is_not_found(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("form", [{"title": "a\x00b"}, {"a\x00b": "title"}, {"title": ["fine", "\x00"]}])
def test_a_form_with_a_nul_is_a_bad_request(client, form):
    assert client.post("/things/a", data=form).status_code == 400


def test_everything_else_is_left_alone(client):
    assert client.post("/things/ä%01?of=%20", data={"title": "\x01"}).text == "ä\x01"


def test_a_body_that_nothing_read_as_a_form_is_left_to_its_reader():
    app = Flask(__name__)
    names.install(app)
    app.add_url_rule("/raw", "raw", _raw, methods=["POST"])

    assert app.test_client().post("/raw", data={"title": "\x00"}).data == b"title=%00"
