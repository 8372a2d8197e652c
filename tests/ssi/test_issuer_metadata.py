from typing import Any

import pytest

from crypto.errors import MalformedError
from ssi.errors import UnknownIssuerError, UnresolvableError
from ssi.issuer_metadata import fetch_issuer_key, issuer_metadata, metadata_url
from tests.ssi.foreign import ACADEMY, KEY, Web, metadata_web
from tests.ssi.parties import es256

WELL_KNOWN = f"{ACADEMY}/.well-known/jwt-vc-issuer"


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        ("https://a.example", "https://a.example/.well-known/jwt-vc-issuer"),
        ("https://a.example/", "https://a.example/.well-known/jwt-vc-issuer"),
        ("https://a.example:8443/tenant/1/", "https://a.example:8443/.well-known/jwt-vc-issuer/tenant/1"),
    ],
)
def test_the_well_known_name_stands_between_host_and_path(issuer: str, url: str):
    assert metadata_url(issuer) == url


@pytest.mark.parametrize(
    "issuer",
    [
        "http://a.example",
        "did:web:a.example",
        "https://",
        "https://a.example?x=1",
        "https://a.example#x",
        "https://u:p@a.example",
        "https://a.example/../x",
        "https://a.example:99999999",
        "https://[",
    ],
)
def test_an_issuer_that_is_no_plain_https_address_is_not_asked(issuer: str):
    with pytest.raises(MalformedError, match="issuer: expected an https address"):
        metadata_url(issuer)


def test_the_only_key_is_meant_where_no_kid_says_which():
    assert fetch_issuer_key(ACADEMY, None, metadata_web()) == KEY.public


def test_several_keys_are_told_apart_by_kid_and_one_for_encryption_is_passed_over():
    document = issuer_metadata(ACADEMY, {"a": es256("a").public, "b": es256("b").public})
    keys: Any = document["jwks"]["keys"]  # type: ignore[index, call-overload]
    keys.append({"kid": "c", "use": "enc", "kty": "EC"})

    assert fetch_issuer_key(ACADEMY, "b", Web({WELL_KNOWN: document})) == es256("b").public
    for kid in (None, "c"):
        with pytest.raises(UnknownIssuerError, match="keys named"):
            fetch_issuer_key(ACADEMY, kid, Web({WELL_KNOWN: document}))


def test_keys_may_lie_at_another_address():
    keys = issuer_metadata(ACADEMY, {"a": KEY.public})["jwks"]
    web = Web({WELL_KNOWN: {"issuer": ACADEMY, "jwks_uri": f"{ACADEMY}/keys"}, f"{ACADEMY}/keys": keys})

    assert fetch_issuer_key(ACADEMY, "a", web) == KEY.public


BROKEN: dict[str, Any] = {
    "no object": [],
    "no issuer": {"jwks": {"keys": []}},
    "neither keys nor their address": {"issuer": ACADEMY},
    "both": {"issuer": ACADEMY, "jwks": {"keys": []}, "jwks_uri": f"{ACADEMY}/keys"},
    "keys by http": {"issuer": ACADEMY, "jwks_uri": "http://a.example/keys"},
    "keys of another form": {"issuer": ACADEMY, "jwks": {"keys": [1]}},
    "a private key": {"issuer": ACADEMY, "jwks": {"keys": [{"kid": "a", **KEY.public.to_jwk(), "d": "AA"}]}},
    "too many": {"issuer": ACADEMY, "jwks": {"keys": [{}] * 101}},
}


@pytest.mark.parametrize("document", BROKEN.values(), ids=list(BROKEN))
def test_metadata_of_another_form_is_refused(document: Any):
    with pytest.raises(MalformedError):
        fetch_issuer_key(ACADEMY, "a", Web({WELL_KNOWN: document}))


def test_a_server_that_does_not_answer_is_told():
    with pytest.raises(UnresolvableError):
        fetch_issuer_key(ACADEMY, "a", Web({}))
