"""What the issuer says about itself: plain or signed, with its keys and the limits of a batch."""

import pytest

from ssi.did.did_jwk import did_jwk
from ssi.did.did_key import did_key_method
from ssi.did.public_key import PublicKey
from ssi.jws import parse_jws
from tests.ssi.issuer_service.visitors import URL, Office, refusal
from tests.ssi.parties import UNIVERSITY, ed25519, es256

pytestmark = pytest.mark.database
METADATA = "/.well-known/openid-credential-issuer"


def test_signed_metadata_says_the_same_as_plain_metadata(office: Office):
    plain = office.visitor().get(METADATA)
    signed = office.visitor().get(METADATA, headers={"Accept": "application/jwt"})

    assert signed.mimetype == "application/jwt"
    assert (plain.headers["Vary"], signed.headers["Vary"]) == ("Accept", "Accept")
    unverified = parse_jws(signed.get_data(as_text=True), "metadata")
    payload = dict(
        unverified.verify(office.issuer.identity.issuer.key.public, typ="openidvci-issuer-metadata+jwt")
    )
    assert payload.pop("sub") == URL
    assert payload.pop("iat") == int(office.clock().timestamp())
    assert payload == plain.get_json()
    assert unverified.kid == f"{UNIVERSITY}#{office.issuer.identity.issuer.kid}"


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "application/json, application/jwt;q=0.5", "x/y"]
)
def test_plain_metadata_comes_to_everybody_who_does_not_prefer_it_signed(office: Office, accept: str):
    assert office.visitor().get(METADATA, headers={"Accept": accept}).mimetype == "application/json"


def test_the_metadata_names_every_endpoint_at_the_issuer(office: Office):
    issuer = office.visitor().get(METADATA).get_json()
    server = office.visitor().get("/.well-known/oauth-authorization-server").get_json()
    named = {name: value for name, value in {**issuer, **server}.items() if name.endswith("_endpoint")}

    assert set(named) == {
        "authorization_endpoint",
        "credential_endpoint",
        "deferred_credential_endpoint",
        "nonce_endpoint",
        "notification_endpoint",
        "pushed_authorization_request_endpoint",
        "token_endpoint",
    }
    rules = {rule.rule for rule in office.app.url_map.iter_rules()}
    assert {value.removeprefix(URL) for value in named.values()} <= rules


def test_each_configuration_has_a_scope_of_its_own(office: Office):
    issuer = office.visitor().get(METADATA).get_json()
    server = office.visitor().get("/.well-known/oauth-authorization-server").get_json()
    scopes = [each["scope"] for each in issuer["credential_configurations_supported"].values()]

    assert sorted(scopes) == sorted(server["scopes_supported"]) == ["exam/1", "health/1", "organisation/1"]


def test_the_keys_of_the_issuer_are_found_by_the_kid_of_its_credentials(office: Office, handed_in):
    document = office.visitor().get("/.well-known/jwt-vc-issuer").get_json()
    credential = office.wallet().collect(handed_in["offer_uri"])
    (key,) = document["jwks"]["keys"]

    assert document["issuer"] == UNIVERSITY
    assert parse_jws(credential.partition("~")[0], "credential").kid == key["kid"]
    assert "d" not in key


@pytest.mark.parametrize("method", ["did:key", "did:jwk"])
def test_a_proof_may_name_its_key_by_a_did(office: Office, token: str, method: str):
    wallet = office.wallet()
    key = PublicKey.of(wallet.key.public)
    kid = did_key_method(key) if method == "did:key" else f"{did_jwk(key)}#0"

    assert wallet.ask(token, wallet.proof(header={}, kid=kid)).status_code == 200


@pytest.mark.parametrize(
    "kid",
    [
        "did:web:wallet.example#1",
        "did:key:z6Mk#z6Mk",
        did_key_method(PublicKey.of(es256("somebody else").public)),
        did_key_method(PublicKey.of(ed25519("a wallet").public)),
        did_key_method(PublicKey.of(es256("holder").public)).partition("#")[0],
    ],
)
def test_a_did_that_is_not_the_key_of_the_proof_is_refused(office: Office, token: str, kid: str):
    wallet = office.wallet()

    refusal(wallet.ask(token, wallet.proof(header={}, kid=kid)), 400, "invalid_proof")
