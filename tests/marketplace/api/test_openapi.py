"""The OpenAPI document is valid, describes every route and no other, and says which key is good for what."""

import re
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from consent.query import Query
from marketplace.api.app import create_api_app
from marketplace.api.openapi.buying import EXAMPLE_ORDER, EXAMPLE_QUERY
from marketplace.api.openapi.document import DESCRIBED_ELSEWHERE, PREFIX, document
from marketplace.clients.callbacks import HttpCallbacks
from marketplace.domain.scope import Scope
from marketplace.services.data_space_suite import SpaceSide
from tests.marketplace.asking import open_asking
from tests.marketplace.described import described_client
from tests.marketplace.market import Market, open_market

NOT_THE_API = {"static", "health", "metrics", "openapi_api"}


@pytest.fixture
def market() -> Market:
    """A market that talks to connectors."""
    return open_market(space=SpaceSide("https://market.example", HttpCallbacks()))


@pytest.fixture
def app(market, tmp_path) -> Flask:
    """A market that asks wallets as well, so that it has every route."""
    return open_asking(market, tmp_path).app()


@pytest.fixture
def described(app: Flask) -> dict[str, Any]:
    found = app.test_client().get(f"{PREFIX}/openapi.json").json
    assert found is not None
    return dict(found)


def paths_of(described: dict[str, Any]) -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}


def test_the_document_is_valid_openapi_3_1(described):
    validate(described)

    assert described["openapi"].startswith("3.1")


def test_every_route_is_described_and_nothing_else(app, described):
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix(PREFIX)))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] not in NOT_THE_API | DESCRIBED_ELSEWHERE
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert routes == paths_of(described)


def test_a_market_that_does_neither_ask_wallets_nor_talk_to_connectors_does_not_describe_it():
    described = create_api_app(open_market().services).test_client().get(f"{PREFIX}/openapi.json").json

    assert described == document(asking=False, connecting=False)
    absent = ("/presentations", "/account/connector")
    assert not [path for path in document(asking=False, connecting=False)["paths"] if path.startswith(absent)]


def test_the_examples_can_be_sent(described):
    assert Query.from_json(EXAMPLE_QUERY).to_json() == EXAMPLE_QUERY
    assert EXAMPLE_ORDER["query"] == EXAMPLE_QUERY
    content = described["paths"]["/orders"]["post"]["requestBody"]["content"]["application/json"]
    assert content["example"] == EXAMPLE_ORDER


def test_whoever_is_not_recognised_is_told_so_in_a_described_form(app, described):
    client = described_client(app)
    for method, path in paths_of(described):
        operation = described["paths"][path][method.lower()]
        if operation["security"]:
            response = client.open(PREFIX + re.sub(r"\{\w+\}", "0", path), method=method)
            assert response.status_code in {400, 401}, (method, path, response.text)
            assert response.status_code == 400 or "Bearer" in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_is_good_for_its_scope_and_for_nothing_else(app, market, described, scope):
    account = market.services.add_account("scoped@example.org", "correct horse battery")
    key = market.services.make_api_key(account.account_id, "one", frozenset({scope})).secret
    client = described_client(app)
    for method, path in paths_of(described):
        operation = described["paths"][path][method.lower()]
        if operation["security"] == [{"apiKey": []}]:
            response = client.open(
                PREFIX + re.sub(r"\{\w+\}", "0", path),
                method=method,
                headers={"Authorization": f"Bearer {key}"},
            )
            named = re.findall(r"`(\w+)`", operation["description"])
            refused = response.status_code == 403 and "problem:scope-missing" in response.text
            assert refused is (bool(named) and scope.value not in named), (method, path, response.text)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("DELETE", "/orders", 405), ("POST", "/registry", 405)],
)
def test_an_address_or_method_of_nothing_is_answered_with_a_problem(app, method, path, status):
    response = app.test_client().open(PREFIX + path, method=method)

    assert (response.status_code, response.mimetype) == (status, "application/problem+json")


def test_what_says_that_it_is_no_json_is_not_read(app):
    response = app.test_client().post(f"{PREFIX}/offers", data="a=b", content_type="text/csv")

    assert (response.status_code, response.mimetype) == (415, "application/problem+json")


def test_what_is_too_large_is_not_read(app):
    response = app.test_client().post(f"{PREFIX}/offers", data=b" " * 1_100_000)

    assert (response.status_code, response.mimetype) == (413, "application/problem+json")
