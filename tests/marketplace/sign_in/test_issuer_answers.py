"""What an organisation's sign-in says is believed only when every part of it holds."""

import json
import socket
from dataclasses import replace
from typing import Any

import pytest
from flask import Response
from joserfc import jws
from joserfc.jwk import OctKey

from marketplace.errors import (
    SignInRefusedError,
)
from tests.marketplace.provider import ANNA, CLIENT, Provider, a_key, rs256, unsigned
from tests.marketplace.sign_in_world import FROM

OTHER = a_key("other")


def _claims(**changes: Any):
    def lie(idp: Provider) -> None:
        idp.sign = lambda told: rs256(idp.key, told | changes)

    return lie


def _moment(claim: str, seconds: int):
    def lie(idp: Provider) -> None:
        idp.sign = lambda told: rs256(idp.key, told | {claim: int(idp.now().timestamp()) + seconds})

    return lie


def _signed(sign):
    def lie(idp: Provider) -> None:
        idp.sign = lambda told: sign(idp, told)

    return lie


def _without(claim: str):
    def lie(idp: Provider) -> None:
        idp.left_out = (claim,)

    return lie


def _hs256(idp: Provider, told: dict[str, Any]) -> str:
    pem = idp.key.as_pem(private=False)
    key = OctKey.import_key(pem)
    return jws.serialize_compact({"alg": "HS256"}, json.dumps(told), key, algorithms=["HS256"])


LIES = {
    "another nonce": _claims(nonce="x"),
    "no nonce": _without("nonce"),
    "another audience": _claims(aud="somebody"),
    "others beside us without azp": _claims(aud=[CLIENT, "somebody"]),
    "made for another": _claims(aud=[CLIENT, "somebody"], azp="somebody"),
    "one audience, made for another": _claims(azp="somebody"),
    "no audience": _without("aud"),
    "another issuer": _claims(iss="https://other.example"),
    "no issuer": _without("iss"),
    "expired": _moment("exp", 0),
    "no end": _without("exp"),
    "of the future": _moment("iat", 3600),
    "of long ago": _moment("iat", -3600),
    "not yet valid": _moment("nbf", 3600),
    "of another access token": _claims(at_hash="x"),
    "unsigned": _signed(lambda _idp, told: unsigned(told)),
    "HS256 with the public key": _signed(_hs256),
    "by a key that is not published": _signed(lambda _idp, told: rs256(OTHER, told)),
    "by another key under the published name": _signed(lambda _idp, told: rs256(a_key("one"), told)),
    "no token": _signed(lambda _idp, _told: "x"),
    "claims that are a list": _signed(
        lambda idp, _told: jws.serialize_compact({"alg": "RS256"}, "[]", idp.key)
    ),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_token_that_does_not_hold_lets_nobody_in(world, owner, idp, lie):
    lie(idp)

    with pytest.raises(SignInRefusedError, match="did not prove"):
        world.come_in(idp)

    assert not world.store.books.sign_ins.bound


def test_keys_are_fetched_anew_when_they_change(world, owner, idp):
    anna = world.come_in(idp)
    idp.key, idp.published = OTHER, [OTHER.as_dict(private=False)]

    assert world.come_in(idp) == anna


def test_a_shared_secret_among_the_published_keys_is_no_key(world, owner, idp):
    shared = OctKey.generate_key(256)
    idp.published = [shared.as_dict(private=True)]
    idp.sign = lambda told: jws.serialize_compact(
        {"alg": "HS256"}, str(told).replace("'", '"'), shared, algorithms=["HS256"]
    )

    with pytest.raises(SignInRefusedError):
        world.come_in(idp)


@pytest.mark.parametrize("issuer", [None, "https://other.example", ""])
def test_an_answer_that_names_another_issuer_is_refused(world, owner, idp, issuer):
    page, kept = world.doors.institutions.begin("institute", FROM)
    back = idp.signed_in(page)
    back.pop("iss")

    with pytest.raises(SignInRefusedError):
        world.finish(kept, back | ({} if issuer is None else {"iss": issuer}))

    assert "/token" not in idp.heard


def test_an_issuer_that_never_names_itself_is_told_by_its_own_return_address(world, owner, idp):
    idp.metadata["authorization_response_iss_parameter_supported"] = None
    world.clock.forward(minutes=10)
    page, kept = world.doors.institutions.begin("institute", FROM)
    back = idp.signed_in(page)
    back.pop("iss")

    assert world.finish(kept, back).email == "anna@institute.example"
    assert "return" in page.partition("redirect_uri=")[2]


def test_an_address_that_the_token_leaves_out_comes_from_the_same_issuer_about_the_same_person(
    world, owner, idp
):
    idp.left_out = ("email", "email_verified")

    assert world.come_in(idp).email == "anna@institute.example"
    idp.userinfo = ANNA | {"sub": "somebody else"}
    with pytest.raises(SignInRefusedError):
        world.come_in(idp)


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/token"])
@pytest.mark.parametrize(
    "answer",
    [
        lambda: Response(status=302, headers={"Location": "http://127.0.0.1:1/inside"}),
        lambda: Response("x" * 300_000, mimetype="application/json"),
        lambda: Response("[" * 50_000, mimetype="application/json"),
        lambda: Response('{"error": "e", "error": "f"}', mimetype="application/json"),
        lambda: Response("no", status=500),
        lambda: Response("", status=200),
        lambda: Response('{"error": "server_error"}', status=400, mimetype="application/json"),
    ],
    ids=["redirect", "huge", "deep", "twice", "broken", "empty", "refused"],
)
def test_an_answer_that_is_none_is_refused_in_words(world, owner, idp, path, answer):
    idp.answers[path] = answer
    world.clock.forward(minutes=10)  # what it said before is not taken as said any more

    with pytest.raises(SignInRefusedError, match="organisation’s sign-in"):
        world.come_in(idp)


def test_an_issuer_that_never_answers_is_given_up(world, owner):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        own = world.store.books.sign_ins.institution(owner.account_id)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        world.store.books.sign_ins.set_institution(replace(own, issuer=address))

        with pytest.raises(SignInRefusedError, match="does not answer"):
            world.doors.institutions.begin("institute", FROM)
