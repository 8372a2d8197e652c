import pytest
from flask import Flask
from prometheus_client import Counter

from ssi.hosting import metrics


@pytest.fixture
def app():
    app = Flask(__name__)
    app.add_url_rule("/people/<person>", "person", lambda person: person)
    return app


def published(app):
    response = app.test_client().get("/metrics")
    assert response.status_code == 200
    assert response.content_type.startswith("text/plain")
    return response.text


def test_requests_are_counted_by_endpoint_and_status(app):
    metrics.install(app)
    app.test_client().get("/people/ada")
    app.test_client().get("/people/bob")

    text = published(app)

    assert 'http_requests_total{endpoint="person",method="GET",status="200"} 2.0' in text
    assert 'http_request_seconds_count{endpoint="person"} 2.0' in text


def test_no_path_becomes_a_label(app):
    metrics.install(app)
    app.test_client().get("/people/ada")
    app.test_client().get("/nowhere/ada")
    app.test_client().open("/people/ada", method="ADA")

    text = published(app)

    assert "ada" not in text.lower()
    assert 'endpoint="none",method="GET",status="404"' in text
    assert 'method="other"' in text


def test_an_app_publishes_numbers_of_its_own(app):
    Counter("jobs", "Jobs done", registry=metrics.install(app)).inc(3)

    assert "jobs_total 3.0" in published(app)


def test_two_apps_in_one_process_are_counted_apart(app):
    metrics.install(app)
    other = Flask("other")
    metrics.install(other)
    app.test_client().get("/people/ada")

    assert 'endpoint="person"' not in published(other)
