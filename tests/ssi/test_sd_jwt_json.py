from typing import Any

import pytest

from crypto.errors import MalformedError, SignatureError
from ssi.key_binding import Challenge, bind_presentation, verify_key_binding
from ssi.sd_jwt import Selective, issue_sd_jwt, parse_sd_jwt
from ssi.sd_jwt_json import MAX_SIGNATURES, read_json_serialization, write_flattened, write_general
from tests.ssi.parties import HOLDER, NOW, es256, random_of

TYP = "example+sd-jwt"
FIRST, SECOND = es256("first"), es256("second")
CHALLENGE = Challenge("https://verifier.example", "nonce")
CLAIMS = {"sub": "john", "name": Selective("John"), "age": Selective(40)}
TOKEN = issue_sd_jwt(CLAIMS, FIRST, typ=TYP, random=random_of("json"))
AGAIN = issue_sd_jwt(CLAIMS, SECOND, typ=TYP, random=random_of("json")).split("~")[0]
BOUND = bind_presentation(TOKEN, HOLDER, CHALLENGE, now=NOW)


def test_flattened_and_back_is_the_same_with_and_without_a_key_binding():
    assert read_json_serialization(write_flattened(TOKEN), "token") == (TOKEN,)
    assert read_json_serialization(write_flattened(BOUND), "token") == (BOUND,)


def test_general_has_a_compact_form_for_each_signature_and_one_key_binding():
    bound, second = read_json_serialization(write_general(BOUND, AGAIN), "token")

    assert bound == BOUND
    verify_key_binding(parse_sd_jwt(bound, "t"), HOLDER.public, CHALLENGE, now=NOW)
    for token, key in ((bound, FIRST), (second, SECOND)):
        claims = parse_sd_jwt(token, "t").verify(key.public, typ=TYP).claims
        assert claims == {"sub": "john", "name": "John", "age": 40}


def test_a_signature_of_another_payload_is_not_added():
    other = issue_sd_jwt({"sub": "jane"}, SECOND, typ=TYP).split("~")[0]

    with pytest.raises(MalformedError, match="another payload"):
        write_general(TOKEN, other)


def test_a_changed_payload_is_refused_by_every_signature():
    document = write_general(TOKEN, AGAIN)
    forged: Any = {
        **document,
        "payload": write_flattened(issue_sd_jwt({"sub": "jane"}, FIRST, typ=TYP))["payload"],
    }
    forged["signatures"][0]["header"]["disclosures"] = []

    for token, key in zip(read_json_serialization(forged, "token"), (FIRST, SECOND), strict=True):
        with pytest.raises(SignatureError):
            parse_sd_jwt(token, "t").verify(key.public, typ=TYP)


FLAT: dict[str, Any] = dict(write_flattened(BOUND))
GENERAL: dict[str, Any] = dict(write_general(BOUND, AGAIN))
BROKEN: dict[str, Any] = {
    "no object": [],
    "no payload": {name: value for name, value in FLAT.items() if name != "payload"},
    "no signature": {name: value for name, value in FLAT.items() if name != "signature"},
    "both forms": {**FLAT, **GENERAL},
    "no signatures": {**GENERAL, "signatures": []},
    "too many signatures": {**GENERAL, "signatures": [GENERAL["signatures"][0]] * (MAX_SIGNATURES + 1)},
    "a dot in a part": {**FLAT, "payload": FLAT["payload"] + ".x"},
    "a tilde in a part": {**FLAT, "signature": FLAT["signature"] + "~x"},
    "a tilde in a disclosure": {**FLAT, "header": {"disclosures": ["a~b"]}},
    "a tilde in the key binding": {**FLAT, "header": {"kb_jwt": "a~b"}},
    "disclosures that are none": {**FLAT, "header": {"disclosures": [1]}},
    "a disclosure twice": {**FLAT, "header": {"disclosures": ["a", "a"]}},
    "disclosures of the second signature": {
        **GENERAL,
        "signatures": [GENERAL["signatures"][0], {**GENERAL["signatures"][1], "header": {"disclosures": []}}],
    },
    "a key binding of the second signature": {
        **GENERAL,
        "signatures": [GENERAL["signatures"][0], {**GENERAL["signatures"][1], "header": {"kb_jwt": "x"}}],
    },
}


@pytest.mark.parametrize("document", BROKEN.values(), ids=list(BROKEN))
def test_a_document_of_another_form_is_refused(document: Any):
    with pytest.raises(MalformedError, match="token"):
        read_json_serialization(document, "token")


@pytest.mark.parametrize("token", ["", "a.b.c", "a.b~"])
def test_what_is_no_sd_jwt_is_not_written(token: str):
    with pytest.raises(MalformedError, match="credential: expected"):
        write_flattened(token)
