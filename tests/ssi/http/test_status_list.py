from contextlib import closing

import pytest
from flask import Flask, Response, request

from ssi.errors import UnresolvableError
from ssi.http.client import Client
from ssi.http.errors import GarbledAnswerError, RefusedByPeerError
from ssi.http.status_list import fetch_list_credential, fetch_status_list
from tests.serving import serving


@pytest.fixture
def client():
    app = Flask(__name__)

    @app.get("/status-lists/<int:number>")
    def status_list(number):
        asked_for_a_list = request.headers["Accept"] == "application/statuslist+jwt"
        return f" list {number} {request.args.get('v')} {asked_for_a_list}\n"

    app.add_url_rule("/credential", "credential", lambda: request.headers["Accept"])
    app.add_url_rule("/bytes", "bytes", lambda: Response(b"\xff"))
    with serving(app) as address, closing(Client(address)) as client:
        yield client


def test_a_list_is_fetched_from_its_address_as_a_list(client):
    assert fetch_status_list(f"{client.base_url}/status-lists/3?v=1", client) == "list 3 1 True"


def test_a_list_that_is_not_there_or_no_text_is_refused(client):
    with pytest.raises(RefusedByPeerError):
        fetch_status_list(f"{client.base_url}/status-lists/x", client)
    with pytest.raises(GarbledAnswerError):
        fetch_status_list(f"{client.base_url}/bytes", client)


def test_a_list_that_is_a_credential_is_fetched_as_one_within_its_bound(client):
    address = f"{client.base_url}/credential"
    accepted = b"application/vc, application/vc+jwt, application/json"

    assert fetch_list_credential(address, max_bytes=len(accepted)) == accepted
    with pytest.raises(UnresolvableError, match="more than"):
        fetch_list_credential(address, max_bytes=len(accepted) - 1)


@pytest.mark.parametrize("address", ["/missing", "https://[", "ftp://a.example/1", "http://a.example/1"])
def test_a_list_that_cannot_be_had_is_unresolvable(client, address):
    with pytest.raises(UnresolvableError, match="status list"):
        fetch_list_credential(client.base_url + address if address[0] == "/" else address, max_bytes=100)
