import logging
import re

import pytest

from tests.ssi.hosting.design.showcase import make_app


@pytest.fixture(scope="module")
def client():
    return make_app().test_client()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "sign in first"),
        (403, "not yours to see"),
        (404, "nothing here"),
        (413, "too much at once"),
        (429, "One moment"),
        (503, "Not available"),
        (418, "did not work"),
    ],
)
def test_people_are_told_in_plain_words_and_offered_one_way_on(client, status, words):
    response = client.get(f"/error/{status}")

    assert response.status_code == status
    assert response.mimetype == "text/html"
    assert words in response.text
    assert len(re.findall(r'class="btn ', response.text.partition("<main")[2])) == 1


def test_an_address_that_is_not_there(client):
    assert "nothing here" in client.get("/nowhere").text


def test_a_form_opened_as_a_page(client):
    response = client.get("/send")

    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
    assert "cannot be opened like that" in response.text


def test_an_unforeseen_error_gives_a_reference_and_nothing_else(client, caplog):
    with caplog.at_level(logging.ERROR):
        response = client.get("/broken")

    assert response.status_code == 500
    assert "Ada" not in response.text
    assert "Traceback" not in response.text
    reference = re.search(r"“([0-9a-f]{8})”", response.text)
    assert reference is not None
    assert reference.group(1) in caplog.text


@pytest.mark.parametrize(
    ("path", "status"),
    [("/api/v1/nowhere", 404), ("/api/v1/broken", 500), ("/.well-known/x", 404), ("/v1/x", 404)],
)
def test_programs_are_told_by_problem_documents(client, path, status):
    response = client.get(path)

    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.get_json(force=True)["status"] == status
    assert "Ada" not in response.text


def test_an_error_page_needs_no_session(client):
    response = client.get("/nowhere")

    assert response.status_code == 404
    assert "<h1" in response.text
