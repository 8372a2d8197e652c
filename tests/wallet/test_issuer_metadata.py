"""What an issuer says about itself: signed by a listed one, and the same when the browser has come back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, Response, jsonify, request

from crypto.errors import MalformedError
from crypto.signing import SigningKey
from ssi.clock import seconds_of
from ssi.jws import sign_jws
from tests.serving import serving
from tests.ssi.parties import ISSUER, NOW, UNIVERSITY, es256, registry
from wallet.clients.connections import Connections
from wallet.clients.issuers import METADATA_TYP, IssuerClient, page_origin
from wallet.clients.openid4vci.outside import Outside
from wallet.domain.collecting import SignIn
from wallet.domain.offer_link import CredentialOffer
from wallet.errors import LinkError, PartnerFaultError, Trouble
from wallet.services.collecting_ports import Source

LISTED = registry().issuer(UNIVERSITY, now=NOW)


@contextmanager
def office(heard: list[str], **changes: Any) -> Iterator[tuple[IssuerClient, CredentialOffer]]:
    """An issuer and its authorisation server; `sign` makes of its metadata what it answers."""
    app = Flask(__name__)
    sign = changes.pop("sign", None)
    named = changes.pop("names_itself", True)

    @app.before_request
    def hear() -> None:
        heard.append(f"{request.method} {request.path}")

    @app.get("/.well-known/openid-credential-issuer")
    def metadata() -> Response:
        document = {
            "credential_issuer": request.host_url.rstrip("/"),
            "credential_endpoint": f"{request.host_url}credential",
            "credential_configurations_supported": {"exam": {"format": "dc+sd-jwt", "vct": "urn:exam"}},
            **changes,
        }
        if sign is None:
            return jsonify(document)
        return Response(sign(document), content_type="application/jwt")

    @app.get("/.well-known/oauth-authorization-server")
    @app.get("/.well-known/oauth-authorization-server/other")
    def server() -> Response:
        identifier = request.host_url + request.path.partition("oauth-authorization-server/")[2]
        return jsonify(
            issuer=identifier.rstrip("/"),
            token_endpoint=f"{request.host_url}token",
            authorization_endpoint=f"{request.host_url}authorize",
            authorization_response_iss_parameter_supported=named,
        )

    with serving(app) as url:
        connections = Connections()
        client = IssuerClient(connections, Outside(connections, private_addresses=True), lambda: NOW)
        yield client, CredentialOffer(url, "exam", "code", signs_in=True)
        connections.close()


def signed(key: SigningKey = ISSUER.key, *, kid: str = ISSUER.kid, **claims: object) -> Any:
    def sign(document: dict[str, Any]) -> str:
        stated = {**document, "sub": document["credential_issuer"], "iat": seconds_of(NOW), **claims}
        return sign_jws(stated, key, typ=METADATA_TYP, kid=kid)

    return sign


@pytest.mark.parametrize("kid", [ISSUER.kid, f"{UNIVERSITY}#{ISSUER.kid}"])
def test_metadata_that_a_listed_issuer_signed_is_believed(kid: str):
    with office([], sign=signed(kid=kid)) as (client, offer):
        assert client.plan(Source(offer, LISTED)).signs_in_at == offer.issuer_url


@pytest.mark.parametrize(
    "sign",
    [
        signed(es256("thief")),
        signed(kid="another"),
        signed(sub="https://attacker.example"),
        lambda document: "not.a.token",
        lambda document: "é",
    ],
    ids=["key of a thief", "unknown key", "about another", "no token", "no ascii"],
)
def test_metadata_that_somebody_else_signed_is_not_believed(sign: Any):
    heard: list[str] = []
    with office(heard, sign=sign) as (client, offer), pytest.raises(PartnerFaultError) as refusal:
        client.plan(Source(offer, LISTED))

    assert refusal.value.trouble is Trouble.METADATA_ALTERED
    assert heard == ["GET /.well-known/openid-credential-issuer"]


def test_metadata_that_is_signed_though_nobody_asked_is_not_read():
    with office([], sign=signed()) as (client, offer), pytest.raises(PartnerFaultError) as refusal:
        client.plan(Source(offer, None))

    assert refusal.value.trouble is Trouble.UNFIT_ANSWER


def test_metadata_longer_than_a_megabyte_is_not_read():
    with office([], filler="x" * 1_000_000) as (client, offer), pytest.raises(PartnerFaultError) as refusal:
        client.plan(Source(offer, LISTED))

    assert refusal.value.trouble is Trouble.UNFIT_ANSWER


def sign_in_at(server: str) -> SignIn:
    return SignIn("state", "v" * 43, es256("dpop"), server, "https://w/back", "https://w", NOW)


def test_a_code_goes_to_no_other_server_than_the_one_it_came_from():
    heard: list[str] = []
    with office(heard) as (client, offer), pytest.raises(PartnerFaultError) as refusal:
        client.redeem_sign_in(Source(offer, LISTED), sign_in_at("https://honest.example"), "code")

    assert refusal.value.trouble is Trouble.OTHER_SERVER
    assert "POST /token" not in heard


def test_an_offer_names_one_of_the_issuers_servers_or_none():
    with office([]) as (client, offer):
        other = CredentialOffer(offer.issuer_url, "exam", "code", server=f"{offer.issuer_url}/other")
        with pytest.raises(PartnerFaultError):
            client.plan(Source(other, LISTED))


def test_a_server_at_another_address_inside_is_not_asked_outside_development():
    heard: list[str] = []
    with office(heard, authorization_servers=["http://127.0.0.1:9"]) as (client, offer):
        strict = IssuerClient(client.connections, Outside(Connections()), lambda: NOW)
        with pytest.raises(LinkError) as refusal:
            strict.plan(Source(offer, LISTED))

    assert refusal.value.trouble is Trouble.INSECURE


def test_nobody_is_sent_to_a_server_that_does_not_promise_to_name_itself():
    with office([], names_itself=False) as (client, offer):
        assert client.plan(Source(offer, LISTED)).signs_in_at == ""
        with pytest.raises(LinkError) as refusal:
            client.plan(Source(replace(offer, code=None), LISTED))

    assert refusal.value.trouble is Trouble.UNKNOWN_WAY


def test_a_page_whose_host_is_no_name_is_not_told_to_a_browser():
    asked = "https://a; script-src *"  # which would be a directive of its own in a policy
    with pytest.raises(MalformedError):
        page_origin(f"{asked}/authorize")
