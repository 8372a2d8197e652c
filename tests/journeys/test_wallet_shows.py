"""A person's wallet shows credentials to the real marketplace: accepted, declined, revoked, attacked."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests
from flask import Flask, Response

from examples.town import MARKETPLACE
from marketplace.verifier_identity import read_verifier
from ssi.dataset import data_set
from ssi.jws import parse_jws, sign_jws
from ssi.openid4vp.client_id import ClientIdPrefix
from ssi.openid4vp.request import REQUEST_TYP
from tests.journeys.patience import until
from tests.journeys.showing_town import SECONDS, ShowingTown, decided, opened, showing_town
from tests.serving import serving
from tests.wallet.browsing import Browser

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
EXAM_TYPE = data_set("exam/1").credential_type
SEX = {
    "credentials": [
        {
            "id": "exam",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [EXAM_TYPE]},
            "claims": [{"path": ["sex"]}],
        }
    ]
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowingTown]:
    with showing_town(tmp_path_factory.mktemp("showing")) as started:
        yield started


@pytest.mark.parametrize("mode", ["direct_post", "direct_post.jwt"])
@pytest.mark.parametrize("prefix", ["x509_hash", "x509_san_dns", "decentralized_identifier"])
def test_an_organisation_shows_who_it_is(town: ShowingTown, mode: str, prefix: str):
    person = town.with_organisation()
    started = town.start(template="organisation", response_mode=mode, client_id_prefix=prefix)

    page = opened(person, started["links"][0])

    vouched = prefix != "decentralized_identifier"
    assert ("Confirmed by a known authority" in page) is vouched
    assert ("encrypted so that only whoever asks can read it" in page) is (mode == "direct_post.jwt")
    assert "Institute for Education Research" in page
    assert "Shown to" in decided(person, "share")
    (shown,) = town.read(started)["result"]["organisation"]
    assert shown["claims"]["name"].startswith("Institute for Education Research")
    assert shown["holder_bound"] is True


def test_a_buyer_registers_with_what_its_wallet_shows(town: ShowingTown):
    person = town.with_organisation()
    page = town.visitor.send("/organisation/wallet", device="this").text
    (link,) = re.findall(r'href="(openid4vp://[^"]+)"', page)

    opened(person, unescape(link))
    outcome = decided(person, "share")

    (onward,) = re.findall(rf'href="({town.visitor.url}/organisation/wallet/back\?[^"]+)"', outcome)
    parts = urlsplit(onward)
    form = town.visitor.get(f"{parts.path}?{parts.query}")
    copies = town.services.copies.copies.all(town.session())
    (shown,) = [copy for copy in copies if copy.uses]
    assert shown.token.split("~")[0] in form.text


def test_only_the_claim_that_was_asked_for_is_shown_and_each_time_by_another_copy(town: ShowingTown):
    person = town.with_exam()

    seen = []
    for _ in range(2):
        started = town.start(dcql_query=SEX)
        page = opened(person, started["links"][0])
        assert "a fresh copy, shown to nobody before" in page
        assert "Exam score" not in page
        decided(person, "share")
        (shown,) = town.read(started)["result"]["exam"]
        seen.append(shown["claims"])

    assert [claims["sex"] for claims in seen] == ["female", "female"]
    assert not any({"exam_score", "commitment", "commitment_opening"} & claims.keys() for claims in seen)
    assert seen[0]["cnf"] != seen[1]["cnf"]
    assert seen[0]["sub"] != seen[1]["sub"]


def test_a_request_fetched_by_post_with_a_transaction_is_answered(town: ShowingTown):
    person = town.with_exam()
    payment = {"type": "payment", "credential_ids": ["exam"], "amount": "3 EUR", "payee": "City Library"}
    started = town.start(dcql_query=SEX, request_uri_method="post", transaction_data=[payment])

    page = opened(person, started["links"][0])

    assert "City Library" in page
    assert "Shown to" in decided(person, "share")
    assert town.read(started)["state"] == "verified"


def test_whoever_declines_tells_no_more_than_whoever_has_nothing(town: ShowingTown):
    told = []
    for person in (town.with_exam(), town.newcomer()):
        started = town.start(dcql_query=SEX)
        opened(person, started["links"][0])
        assert "was told that you said no" in decided(person, "decline")
        seen = town.read(started)
        told.append((seen["state"], seen["reason"], seen["detail"], seen["result"]))

    assert told[0] == told[1]
    assert told[0][:2] == ("refused", "wallet_refused")


def test_a_claim_that_is_not_held_cannot_be_shown(town: ShowingTown):
    person = town.with_exam()
    asked = json.loads(json.dumps(SEX))
    asked["credentials"][0]["claims"] = [{"path": ["sex"], "values": ["male"]}]
    started = town.start(dcql_query=asked)

    page = opened(person, started["links"][0])

    assert "Your wallet has nothing that fits" in page
    assert town.read(started)["state"] == "fetched"


def test_a_revoked_record_is_refused_in_words_and_then_shown_to_nobody(town: ShowingTown):
    person = town.with_exam()
    town.revoke()

    page = until(
        partial(_share_once, town, person), lambda said: "The issuer has taken the record back" in said
    )

    assert "The reason in the asker’s own word: revoked" in page
    person.get("/home")
    person.post("/refresh")
    assert "Your wallet has nothing that fits" in opened(person, town.start(dcql_query=SEX)["links"][0])


def _share_once(town: ShowingTown, person: Browser) -> str:
    opened(person, town.start(dcql_query=SEX)["links"][0])
    return decided(person, "share")


def test_a_request_is_answered_once(town: ShowingTown):
    person, other = town.with_exam(), town.with_exam()
    started = town.start(dcql_query=SEX)
    link = started["links"][0]
    opened(person, link)
    opened(other, link)
    decided(person, "share")

    assert "You have answered this request already" in opened(person, link)
    assert "The request was answered already" in decided(other, "share")
    assert town.read(started)["state"] == "verified"


def _real(started: dict[str, Any]) -> str:
    return str(requests.get(started["request_uri"], timeout=SECONDS).text)


def _altered(token: str, **changes: Any) -> str:
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    altered = json.dumps({**claims, **changes}).encode()
    return ".".join([header, base64.urlsafe_b64encode(altered).rstrip(b"=").decode(), signature])


def _refused(town: ShowingTown, token: str, client_id: str) -> str:
    """What a wallet in development says to a request object from this machine."""
    asker = Flask("asker")
    asker.add_url_rule("/request", view_func=lambda: Response(token))
    with serving(asker) as url:
        link = f"openid4vp://?client_id={quote(client_id)}&request_uri={quote(f'{url}/request')}"
        return opened(town.newcomer(development=True), link, 422)


def _client_id(started: dict[str, Any]) -> str:
    return str(parse_qs(urlsplit(started["links"][0]).query)["client_id"][0])


def test_a_request_that_was_altered_on_its_way_is_refused(town: ShowingTown):
    started = town.start(dcql_query=SEX)
    everything = json.loads(json.dumps(SEX))
    everything["credentials"][0]["claims"] = [{"path": ["exam_score"]}]

    page = _refused(town, _altered(_real(started), dcql_query=everything), _client_id(started))

    assert "could not prove to be who it says" in page
    assert town.read(started)["result"] is None


def test_a_request_whose_time_is_over_is_refused(town: ShowingTown):
    started = town.start(dcql_query=SEX)
    verifier = read_verifier(town.folder / MARKETPLACE, "Market", town.visitor.url)
    assert verifier is not None
    identity = verifier.identities[ClientIdPrefix.X509_HASH]
    claims = dict(
        parse_jws(_real(town.start(dcql_query=SEX, client_id_prefix="x509_hash")), "request").payload
    )
    over = int((datetime.now(UTC) - timedelta(minutes=5)).timestamp())
    token = sign_jws({**claims, "exp": over}, identity.key, typ=REQUEST_TYP, header=identity.header)

    page = _refused(town, token, str(identity.client_id))

    assert "The request has run out" in page
    assert town.read(started)["state"] == "waiting"


@pytest.mark.parametrize(
    ("client_id", "words"),
    [
        ("verifier_attestation:market", "could not prove to be who it says"),
        ("x509_san_dns:elsewhere.example", "does not have the agreed form"),
        ("redirect_uri:https://market.example/response", "The request is not signed"),
    ],
)
def test_a_link_under_another_name_is_refused(town: ShowingTown, client_id: str, words: str):
    started = town.start(dcql_query=SEX)
    link = f"openid4vp://?client_id={quote(client_id)}&request_uri={quote(started['request_uri'])}"

    assert words in opened(town.with_exam(), link, 422)


def test_an_unsigned_request_is_taken_in_development_only(town: ShowingTown):
    started = town.start(template="organisation", client_id_prefix="redirect_uri")

    assert "The request is not signed" in opened(town.newcomer(), started["links"][0], 422)
    trying = town.with_organisation(development=True)
    assert "Nobody knows who this is" in opened(trying, started["links"][0])
    assert "Shown to" in decided(trying, "share")
    assert town.read(started)["state"] == "verified"


def test_the_wallet_is_opened_first_and_the_history_has_what_was_shown(town: ShowingTown):
    person = town.with_exam()
    started = town.start(dcql_query=SEX)
    person.get("/home")
    person.post("/lock")

    assert "Your wallet is locked" in opened(person, started["links"][0])
    assert town.read(started)["state"] == "waiting"
    page = person.sign_in(town.name)
    assert "asks to see something" in page
    decided(person, "share")
    history = person.get("/show/history")

    assert "Exam results" in history
    assert "a copy shown once" in history
    assert "female" not in history
    (kept,) = town.services.show.read.history(town.session())
    assert replace(kept, revision=0).form == {}
