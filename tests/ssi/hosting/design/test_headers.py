import pytest

from tests.ssi.hosting.design.showcase import make_app


@pytest.fixture(scope="module")
def client():
    return make_app().test_client()


@pytest.mark.parametrize("path", ["/", "/api/v1/orders", "/nowhere", "/broken", "/design/app.css"])
def test_every_answer_carries_the_policy(client, path):
    headers = client.get(path, buffered=True).headers

    assert headers["Content-Security-Policy"] == (
        "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
        "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", ["/", "/part", "/nowhere", "/api/v1/broken"])
def test_pages_are_kept_by_nobody(client, path):
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_https_is_remembered_where_it_is_spoken_and_only_there(client):
    assert "Strict-Transport-Security" not in client.get("/").headers
    over_tls = client.get("/", base_url="https://wallet.example").headers
    assert over_tls["Strict-Transport-Security"] == "max-age=31536000"
