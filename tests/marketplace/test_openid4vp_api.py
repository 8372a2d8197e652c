"""What wallets and buyers' programs are answered over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.api.app import create_api_app
from marketplace.domain.presentation import MOST_OPEN
from marketplace.errors import RefusedError
from marketplace.services.presentation_templates import template_query
from ssi.openid4vp.request import REQUEST_MEDIA_TYPE
from ssi.openid4vp.request_check import verify_request_object
from ssi.openid4vp.request_reading import RequestLink, read_link
from tests.marketplace.asking import WEBHOOK, open_asking
from tests.marketplace.described import described_client

RETURN = "https://buyer.example/back"


@pytest.fixture
def asking(market, tmp_path):
    return open_asking(market, tmp_path)


@pytest.fixture
def web(asking):
    return described_client(asking.app())


@pytest.fixture
def key(asking) -> dict[str, str]:
    secret = asking.market.services.make_api_key(asking.account_id, "tests").secret
    return {"Authorization": f"Bearer {secret}"}


def start(web, key, **question: Any) -> Any:
    return web.post("/api/v1/presentations", json=question or {"template": "organisation"}, headers=key)


def path(session_id: str, part: str) -> str:
    return f"/openid4vp/{session_id}/{part}"


def test_a_session_is_started_answered_and_read(asking, web, key):
    started = start(web, key, template="organisation", webhook_url=WEBHOOK, return_url=RETURN)
    session_id = started.json["session_id"]
    link = read_link(started.json["links"][0])
    assert isinstance(link, RequestLink)
    fetched = web.get(path(session_id, "request"))
    with asking.market.store.reading() as books:
        form = asking.form(books.presentations.get(session_id))

    answered = web.post(path(session_id, "response"), data=form)

    assert started.status_code == 201
    assert fetched.content_type == REQUEST_MEDIA_TYPE
    assert verify_request_object(
        fetched.text, client_id=link.client_id, trust=asking.roots, now=asking.market.clock.now
    ).vouched
    assert (answered.status_code, answered.headers["Cache-Control"]) == (200, "no-store")
    code = answered.json["redirect_uri"].removeprefix(f"{RETURN}?response_code=")
    read = web.get(f"/api/v1/presentations/{session_id}?response_code={code}", headers=key).json
    assert read["result"]["organisation"][0]["claims"]["country"] == "AT"


def test_a_repeated_request_is_the_same_session_and_another_under_its_key_a_conflict(asking, web, key):
    named = {**key, "Idempotency-Key": "first"}
    first, again = (start(web, named, template="organisation") for _ in range(2))
    other = start(web, named, template="organisation", return_url=RETURN)
    without = start(web, key, template="organisation")

    assert (first.status_code, first.json) == (201, again.json)
    assert (other.status_code, other.json["type"]) == (409, "urn:argonauta:problem:idempotency-conflict")
    assert without.json["session_id"] != first.json["session_id"]


@pytest.mark.parametrize("name", ["", " ", "a b", "ä", "x" * 101])
def test_a_key_of_a_request_that_is_none_is_refused(web, key, name):
    assert start(web, {**key, "Idempotency-Key": name}, template="organisation").status_code == 400


def test_a_wallet_may_post_its_nonce(asking, web, key):
    session_id = start(web, key, template="organisation", request_uri_method="post").json["session_id"]

    fetched = web.post(path(session_id, "request"), data={"wallet_nonce": "w-1", "wallet_metadata": "{}"})

    client_id = str(asking.use.verifier.identities["x509_hash"].client_id)
    assert verify_request_object(
        fetched.text,
        client_id=client_id,
        trust=asking.roots,
        now=asking.market.clock.now,
        wallet_nonce="w-1",
    ).vouched
    twice = web.post(path(session_id, "request"), data={"wallet_nonce": ["a", "b"]})
    assert (twice.status_code, twice.json["error"]) == (400, "invalid_request")


def test_a_refusal_says_why_to_programs_and_people(asking, web, key):
    asking.status.revoked = True
    session = asking.start()

    answered = web.post(path(session.session_id, "response"), data=asking.form(session))

    assert answered.status_code == 400
    assert answered.json["reason"] == "revoked"
    assert answered.json["error_description"].startswith("The issuer has taken the credential back.")
    assert web.get(f"/api/v1/presentations/{session.session_id}", headers=key).json["reason"] == "revoked"


def test_a_wallet_that_declines_is_thanked(asking, web):
    session = asking.start()

    answered = web.post(
        path(session.session_id, "response"), data={"error": "access_denied", "state": session.state_token}
    )

    assert (answered.status_code, answered.json) == (200, {})


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"json": {"vp_token": {}}}, 400),
        ({"data": {}}, 400),
        ({"data": {"vp_token": ["{}", "{}"]}}, 400),
        ({"data": {"response": "a.b.c.d.e"}}, 400),
        ({"data": b"\xff\xfe", "content_type": "application/x-www-form-urlencoded"}, 400),
    ],
)
def test_an_answer_without_its_form_is_refused_by_name(asking, web, sent, status):
    answered = web.post(path(asking.start().session_id, "response"), **sent)

    assert answered.status_code == status
    assert answered.json["error"] == "invalid_request"
    assert answered.json["reason"] in {"malformed_response", "encryption_missing", "not_decryptable"}


def test_a_session_that_is_not_there_is_told_in_the_words_of_the_standard(web):
    for method in ("get", "post"):
        answered = getattr(web, method)(path("unheard-of", "request"))
        assert (answered.status_code, answered.json["error"]) == (404, "invalid_request")
    answered = web.post(path("unheard-of", "response"), data={"error": "x"})
    assert answered.status_code == 404
    assert web.get(path("a%00b", "request")).status_code == 404


@pytest.mark.parametrize(
    "question",
    [
        {"template": "unheard-of"},
        {"template": "organisation", "dcql_query": template_query("organisation")},
        {"response_mode": "direct_post"},
        {"template": "organisation", "response_mode": "fragment"},
        {"template": "organisation", "webhook_url": "http://127.0.0.1:1"},
        {"template": "organisation", "request_uri_method": "put"},
        {"template": "organisation", "surprise": 1},
        {"dcql_query": []},
        {"dcql_query": {"credentials": []}},
        {"template": "organisation", "transaction_data": [{"type": "payment", "credential_ids": ["x"]}]},
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(web, key, question):
    assert start(web, key, **question).status_code in {400, 422}


def test_a_buyer_with_too_many_open_questions_is_told_to_wait(asking, web, key):
    for _ in range(MOST_OPEN):
        asking.start(mode="direct_post")

    assert start(web, key).status_code == 429


def test_health_names_a_certificate_that_has_run_out(asking, web):
    assert web.get("/health").json["checks"]["verifier"] == "ok"
    asking.later(timedelta(days=399))

    answered = web.get("/health")

    assert (answered.status_code, answered.json["status"]) == (200, "degraded")
    assert answered.json["checks"]["verifier"] == "failing"
    assert answered.json["checks"]["database"] == "ok"


def test_a_transaction_is_asked_about(asking, web, key):
    payment = {"type": "payment", "credential_ids": ["organisation"], "amount": "3 EUR"}

    started = start(web, key, template="organisation", transaction_data=[payment])

    with asking.market.store.reading() as books:
        session = books.presentations.get(started.json["session_id"])
    assert asking.fetched(session).request.transactions[0].document["amount"] == "3 EUR"


def test_only_buyers_with_a_key_ask_and_read(asking, web):
    session = asking.start()

    assert start(web, {}).status_code == 401
    assert web.get(f"/api/v1/presentations/{session.session_id}").status_code == 401
    assert web.get("/api/v1/notices").status_code == 401


def test_news_are_listed_and_replayed(asking, web, key):
    asking.answer(asking.start(webhook_url=WEBHOOK))
    asking.deliver()

    (notice,) = web.get("/api/v1/notices", headers=key).json["notices"]
    replayed = web.post(f"/api/v1/notices/{notice['notice_id']}/replay", headers=key)

    assert (notice["attempts"], notice["failure"]) == (1, None)
    assert replayed.status_code == 202
    assert replayed.json["due_at"] is not None
    assert web.post("/api/v1/notices/unheard-of/replay", headers=key).status_code == 404


def test_a_market_that_cannot_ask_wallets_has_no_such_doors(market):
    web = create_api_app(market.services).test_client()

    assert web.get(path("x", "request")).status_code == 404
    with pytest.raises(RefusedError):
        template_query("x")
