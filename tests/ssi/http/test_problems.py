import logging
from http import HTTPStatus

import pytest
from flask import Blueprint, Flask, abort, redirect
from werkzeug.test import TestResponse

from ssi.http import problems


class MarketError(Exception):
    pass


class UnknownOrderError(MarketError):
    pass


class OrderConflictError(MarketError):
    pass


@pytest.fixture
def app():
    app = Flask(__name__)
    api = Blueprint("api", __name__)
    problems.register(api, {MarketError: HTTPStatus.BAD_REQUEST, OrderConflictError: HTTPStatus.CONFLICT})

    @api.get("/orders/<kind>")
    def order(kind):
        raise {
            "unknown": UnknownOrderError("order 7 is not known"),
            "conflict": OrderConflictError(),
            "unforeseen": KeyError("the grade of Ada is 1.0"),
        }[kind]

    @api.get("/refused")
    def refused():
        abort(403, "only the buyer may see this")

    @api.get("/moved")
    def moved():
        abort(redirect("/elsewhere"))

    @api.get("/busy")
    def busy():
        abort(429)

    app.register_blueprint(api)
    return app


def problem_of(response: TestResponse) -> dict[str, object]:
    assert response.content_type == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json is not None
    return dict(response.json)


def test_an_error_of_the_table_is_answered_with_its_status_and_message(app):
    response = app.test_client().get("/orders/conflict")

    assert response.status_code == 409
    assert problem_of(response) == {
        "type": "urn:argonauta:problem:order-conflict",
        "title": "Order conflict",
        "status": 409,
    }


def test_a_kind_without_a_row_is_answered_like_its_base_class(app):
    response = app.test_client().get("/orders/unknown")

    assert response.status_code == 400
    assert problem_of(response)["type"] == "urn:argonauta:problem:unknown-order"
    assert problem_of(response)["detail"] == "order 7 is not known"


def test_errors_of_flask_are_problem_documents_too(app):
    response = app.test_client().get("/refused")

    assert problem_of(response) == {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "detail": "only the buyer may see this",
    }


def test_a_redirect_stays_a_redirect(app):
    response = app.test_client().get("/moved")

    assert response.status_code == 302
    assert response.headers["Location"] == "/elsewhere"


def test_an_unforeseen_error_says_nothing_but_is_logged(app, caplog):
    with caplog.at_level(logging.ERROR):
        response = app.test_client().get("/orders/unforeseen")

    assert response.status_code == 500
    assert b"Ada" not in response.data
    assert b"Traceback" not in response.data
    assert any(record.exc_info for record in caplog.records)


def test_headers_that_belong_to_the_error_are_kept(app):
    app.register_error_handler(405, problems.answer_http)

    response = app.test_client().post("/refused")

    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert problem_of(response)["title"] == "Method Not Allowed"
