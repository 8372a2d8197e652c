import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import b64url_decode, b64url_encode, canonical_json
from crypto.errors import MalformedError, SignatureError
from crypto.signing import SigningKey
from ssi.jws import parse_jws, sign_jws
from tests.ssi.parties import ed25519, es256

TYP = "test+jwt"
KEYS = {"ES256": es256("jws"), "EdDSA": ed25519("jws")}
PAYLOAD = {"amount_cents": 250, "to": ["a", "b"], "note": "Grüße"}


def written(header: object, payload: object = PAYLOAD, *, key: SigningKey = KEYS["ES256"]) -> str:
    """A token with any header, correctly signed."""
    signing_input = ".".join(b64url_encode(json.dumps(part).encode()) for part in (header, payload))
    return f"{signing_input}.{b64url_encode(key.sign(signing_input.encode()))}"


@pytest.mark.parametrize("key", KEYS.values(), ids=list(KEYS))
def test_what_was_signed_is_what_verification_returns(key: SigningKey):
    token = sign_jws(PAYLOAD, key, typ=TYP, kid="key-1")

    parsed = parse_jws(token, "token")

    assert parsed.verify(key.public, typ=TYP) == PAYLOAD
    assert parsed.kid == "key-1"


def test_a_token_is_canonical_so_the_same_document_gives_the_same_token():
    shuffled = dict(reversed(PAYLOAD.items()))

    assert sign_jws(shuffled, KEYS["ES256"], typ=TYP) == sign_jws(PAYLOAD, KEYS["ES256"], typ=TYP)
    assert b64url_decode(sign_jws(PAYLOAD, KEYS["EdDSA"], typ=TYP).split(".")[1]) == canonical_json(PAYLOAD)


def test_a_token_of_another_type_is_refused_although_its_signature_is_good():
    token = sign_jws(PAYLOAD, KEYS["ES256"], typ="consent-record+jwt")

    with pytest.raises(
        MalformedError, match=r"expected a token of type test\+jwt, got 'consent-record\+jwt'"
    ):
        parse_jws(token, "token").verify(KEYS["ES256"].public, typ=TYP)


@pytest.mark.parametrize("typ", ["Test+JWT", "test+jwt ", "application/test+jwt"])
def test_the_type_must_match_to_the_letter(typ: str):
    token = written({"alg": "ES256", "typ": typ})

    with pytest.raises(MalformedError, match="expected a token of type"):
        parse_jws(token, "token").verify(KEYS["ES256"].public, typ=TYP)


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "HS256", "ES384", "RS256", "Ed25519", ""])
def test_an_algorithm_that_is_not_ours_is_refused_before_any_key_is_looked_for(alg: str):
    with pytest.raises(MalformedError, match="alg"):
        parse_jws(written({"alg": alg, "typ": TYP}), "token")


@pytest.mark.parametrize(("named", "other"), [("ES256", "EdDSA"), ("EdDSA", "ES256")])
def test_the_algorithm_is_the_keys_and_not_the_headers(named: str, other: str):
    token = written({"alg": named, "typ": TYP}, key=KEYS[other])

    with pytest.raises(SignatureError, match=f"expected {other}, got {named}"):
        parse_jws(token, "token").verify(KEYS[other].public, typ=TYP)


def test_an_unsigned_token_is_refused():
    token = written({"alg": "ES256", "typ": TYP}).rpartition(".")[0] + "."

    with pytest.raises(SignatureError):
        parse_jws(token, "token").verify(KEYS["ES256"].public, typ=TYP)


def test_the_key_in_the_header_is_not_the_key_that_counts():
    attacker = es256("attacker")
    token = sign_jws(PAYLOAD, attacker, typ=TYP, header={"jwk": attacker.public.to_jwk()})

    with pytest.raises(SignatureError):
        parse_jws(token, "token").verify(KEYS["ES256"].public, typ=TYP)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "ES256", "typ": TYP, "crit": ["b64"], "b64": False},
        {"alg": "ES256", "typ": TYP, "crit": None},
        {"alg": "ES256", "typ": TYP, "zip": "DEF"},
        {"alg": "ES256", "typ": TYP, "jku": "https://attacker.example/keys"},
        {"alg": "ES256", "typ": TYP, "kid": 42},
        {"alg": "ES256", "typ": TYP, "kid": None},
        {"alg": "ES256", "typ": TYP, "jwk": "key"},
        {"alg": "ES256"},
        {"typ": TYP},
        {"alg": ["ES256"], "typ": TYP},
        ["ES256"],
        "ES256",
    ],
    ids=str,
)
def test_headers_that_are_not_understood_are_refused(header: object):
    with pytest.raises(MalformedError, match="token header"):
        parse_jws(written(header), "token")


@pytest.mark.parametrize("payload", [[], "text", 1, None, [{"a": 1}]], ids=str)
def test_a_payload_that_is_no_object_is_refused(payload: object):
    with pytest.raises(MalformedError, match="token payload: expected an object"):
        parse_jws(written({"alg": "ES256", "typ": TYP}, payload), "token")


def test_a_payload_that_names_a_key_twice_is_refused():
    head, _, signature = written({"alg": "ES256", "typ": TYP}).split(".")
    payload = b64url_encode(b'{"a":1,"a":2}')

    with pytest.raises(MalformedError, match="twice"):
        parse_jws(f"{head}.{payload}.{signature}", "token")


@pytest.mark.parametrize(
    "token", ["", ".", "..", "...", "a.b", "a.b.c.d", "é.é.é", "e30.e30", " e30.e30.e30"]
)
def test_what_is_not_three_parts_of_base64url_is_refused(token: str):
    with pytest.raises(MalformedError):
        parse_jws(token, "token")


@pytest.mark.parametrize("ending", ["=", "==", "\n", " "])
def test_a_second_spelling_of_the_same_token_is_refused(ending: str):
    with pytest.raises(MalformedError, match="base64url"):
        parse_jws(written({"alg": "ES256", "typ": TYP}) + ending, "token")


@given(st.data())
def test_any_changed_character_of_a_token_is_refused(data: st.DataObject):
    token = sign_jws(PAYLOAD, KEYS["ES256"], typ=TYP, kid="key-1")
    position = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("ABCabc019-_.~=é").filter(lambda letter: letter != token[position]))

    with pytest.raises((MalformedError, SignatureError)):
        parse_jws(token[:position] + other + token[position + 1 :], "token").verify(
            KEYS["ES256"].public, typ=TYP
        )


def test_a_header_cannot_set_what_signing_sets():
    header: dict[str, Any] = {"alg": "none", "typ": "other", "kid": "other"}

    parsed = parse_jws(sign_jws(PAYLOAD, KEYS["ES256"], typ=TYP, header=header), "token")

    assert parsed.header == {"alg": "ES256", "typ": TYP}


def test_a_header_that_nobody_would_read_is_not_written():
    with pytest.raises(MalformedError, match="unknown member 'zip'"):
        sign_jws(PAYLOAD, KEYS["ES256"], typ=TYP, header={"zip": "DEF"})


def test_a_payload_that_is_no_json_is_not_signed():
    with pytest.raises(MalformedError, match="not a JSON document"):
        sign_jws({"when": object()}, KEYS["ES256"], typ=TYP)


def test_contents_stay_out_of_repr():
    assert "Grüße" not in repr(parse_jws(sign_jws(PAYLOAD, KEYS["ES256"], typ=TYP), "token"))
