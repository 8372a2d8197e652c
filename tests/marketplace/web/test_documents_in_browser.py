"""Bytes, documents and signatures mean the same in the browser and in Python."""

import pytest
from playwright.sync_api import Page

from crypto.encoding import b64url_encode, canonical_json, digest_of
from crypto.signing import SigningKey
from ssi.jws import sign_jws
from tests.marketplace.web.stage import Stage
from tests.ssi import parties

pytestmark = pytest.mark.browser

DOCUMENTS: list[object] = [
    {},
    [],
    {"b": 1, "a": [None, True, False, "é€\U0001f41a"], "\u20ac": {"z": 0, "A": -1}},
    {"numbers": [0.1, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 0.5, -0.25, 9007199254740991]},
    {"\ud7ff": 1, "\U00010000": 2, "\ue000": 3},
    {"escapes": '\u0000\u001f"\\/\b\f\n\r\t\u2028'},
]
VERIFY = """async ({ token, jwk, typ }) => {
    const { verified } = await import("/market/jws.js");
    try { return await verified(token, jwk, typ); } catch (error) { return error.constructor.name; }
}"""


@pytest.fixture(scope="module")
def page(stage: Stage):
    with stage.page() as page:
        page.goto(stage.url + "/how-it-works")
        yield page


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_have_one_canonical_form(page: Page, document: object):
    script = """async (document_) => {
        const { canonicalJson, digestOf } = await import("/market/bytes.js");
        return [canonicalJson(document_), await digestOf(document_)];
    }"""

    assert page.evaluate(script, document) == [canonical_json(document).decode(), digest_of(document)]


@pytest.mark.parametrize("text", ["QQ", "QUI", "", b64url_encode(bytes(range(256)))])
def test_canonical_base64url_comes_back(page: Page, text: str):
    script = """async (text) => {
        const { fromBase64url, toBase64url } = await import("/market/bytes.js");
        return toBase64url(fromBase64url(text));
    }"""

    assert page.evaluate(script, text) == text


@pytest.mark.parametrize("text", ["QR", "QQ==", "Q", "QU I", "Q+A_", "QQ\n", "ä"])
def test_other_spellings_of_base64url_are_refused(page: Page, text: str):
    script = """async (text) => {
        const { fromBase64url } = await import("/market/bytes.js");
        try { fromBase64url(text); return "read"; } catch { return "refused"; }
    }"""

    assert page.evaluate(script, text) == "refused"


@pytest.mark.parametrize("text", ["2026-03-01T12:00:00Z", "1999-12-31T23:59:59Z"])
def test_moments_have_one_form(page: Page, text: str):
    script = """async (text) => {
        const { momentOf, momentText } = await import("/market/bytes.js");
        return momentText(momentOf(text));
    }"""

    assert page.evaluate(script, text) == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T12:00:00+00:00",
        "2026-03-01",
        "2026-02-30T00:00:00Z",
        "2026-03-01T12:00:00.5Z",
        "",
        5,
        None,
    ],
)
def test_other_forms_of_moments_are_refused(page: Page, text: object):
    script = """async (text) => {
        const { momentOf } = await import("/market/bytes.js");
        try { momentOf(text); return "read"; } catch { return "refused"; }
    }"""

    assert page.evaluate(script, text) == "refused"


@pytest.mark.parametrize("key", [parties.ed25519("node-a"), parties.es256("buyer")], ids=["EdDSA", "ES256"])
def test_both_kinds_of_signature_are_verified(page: Page, key: SigningKey):
    token = sign_jws({"answer": 42}, key, typ="a+jwt")

    assert page.evaluate(VERIFY, {"token": token, "jwk": key.public.to_jwk(), "typ": "a+jwt"}) == {
        "answer": 42
    }


NODE = parties.ed25519("node-a")
GOOD = sign_jws({"answer": 42}, NODE, typ="a+jwt")
HEADER, PAYLOAD, SIGNATURE = GOOD.split(".")
NONE = b64url_encode(canonical_json({"alg": "none", "typ": "a+jwt"}))


@pytest.mark.parametrize(
    ("token", "key"),
    [
        (GOOD, parties.ed25519("node-b")),
        (GOOD, parties.es256("buyer")),
        (sign_jws({"answer": 42}, NODE, typ="b+jwt"), NODE),
        (sign_jws({"answer": 42}, NODE, typ="a+jwt", header={"jwk": dict(NODE.public.to_jwk())}), NODE),
        (f"{HEADER}.{b64url_encode(b'{}')}.{SIGNATURE}", NODE),
        (f"{NONE}.{PAYLOAD}.", NODE),
        (f"{NONE}.{PAYLOAD}.{SIGNATURE}", NODE),
        (f"{HEADER}.{PAYLOAD}", NODE),
        (f"{GOOD}.{SIGNATURE}", NODE),
        (f"{GOOD}=", NODE),
        ("", NODE),
        ("..", NODE),
    ],
)
def test_everything_else_is_refused(page: Page, token: str, key: SigningKey):
    jwk = key.public.to_jwk()

    assert page.evaluate(VERIFY, {"token": token, "jwk": jwk, "typ": "a+jwt"}) == "SignatureError"


@pytest.mark.parametrize(
    "jwk", [{}, {"kty": "oct", "k": "AAAA"}, {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}]
)
def test_a_key_that_is_none_verifies_nothing(page: Page, jwk: object):
    assert page.evaluate(VERIFY, {"token": GOOD, "jwk": jwk, "typ": "a+jwt"}) == "SignatureError"
