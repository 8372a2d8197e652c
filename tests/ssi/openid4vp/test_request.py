"""Each case of a wallet's list: which requests it answers, and what it says to those it does not."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.encoding import b64url_decode, b64url_encode, canonical_json
from ssi.certificates import Lifetime, make_certificate
from ssi.did.did_jwk import did_jwk
from ssi.did.public_key import PublicKey
from ssi.jws import sign_jws
from ssi.openid4vp.client_id import (
    ClientId,
    ClientIdPrefix,
    did_client_id,
    dns_client_id,
    hash_client_id,
    redirect_client_id,
)
from ssi.openid4vp.encryption import CONTENT_ENCRYPTIONS
from ssi.openid4vp.errors import ErrorCode, RequestRefusedError
from ssi.openid4vp.request import (
    REQUEST_TYP,
    SELF_ISSUED,
    RequestUriMethod,
    ResponseMode,
    VerifierIdentity,
    certified_identity,
    request_link,
    unsigned_link,
)
from ssi.openid4vp.request_check import (
    RequestTrust,
    VerifiedRequest,
    accept_unsigned_request,
    verify_request_object,
)
from ssi.openid4vp.request_reading import RequestLink, read_link, read_request
from ssi.openid4vp.transaction_data import write_transaction
from tests.ssi.foreign import authority
from tests.ssi.openid4vp.asking import (
    CLIENT,
    ENCRYPTION_KEY,
    HOST,
    RESPONSE_URI,
    VERIFIER_KEY,
    asked,
    identity,
    query_json,
    request,
    verifier_certificate,
)
from tests.ssi.parties import NOW, YEAR, es256, random_of

ROOTED = RequestTrust(roots=(authority().certificate,), transaction_types=frozenset({"payment"}))
STRANGERS = RequestTrust(strangers=True)


def checked(
    token: str,
    client_id: object = CLIENT,
    *,
    trust: RequestTrust = ROOTED,
    after: timedelta = timedelta(),
    **options: Any,
) -> VerifiedRequest:
    return verify_request_object(token, client_id=str(client_id), trust=trust, now=NOW + after, **options)


def code_of(token: str, client_id: object = CLIENT, **options: Any) -> ErrorCode:
    with pytest.raises(RequestRefusedError) as refused:
        checked(token, client_id, **options)
    return refused.value.code


def signed(*, without: str = "", typ: str = REQUEST_TYP, key: Any = VERIFIER_KEY, **changes: Any) -> str:
    """The verifier's request with changed parameters."""
    claims = {"aud": SELF_ISSUED, **request(mode=ResponseMode.DIRECT_POST_JWT).to_claims(), **changes}
    kept = {name: value for name, value in claims.items() if name != without}
    return sign_jws(kept, key, typ=typ, header=identity().header)


@pytest.mark.parametrize("mode", list(ResponseMode))
def test_a_request_says_the_same_to_the_wallet_as_the_verifier_meant(mode):
    meant = request(asked(["given_name"], ["degrees", None]), mode=mode)

    found = checked(identity().sign(meant))

    assert found.request == meant
    assert found.vouched
    assert found.verifier == HOST


def test_a_verifier_is_known_by_the_hash_of_its_certificate():
    client_id = hash_client_id(verifier_certificate())
    token = identity(client_id).sign(request(client_id=client_id))

    assert checked(token, client_id).vouched


def test_a_verifier_is_known_by_its_identifier():
    did = did_jwk(PublicKey.of(VERIFIER_KEY.public))
    client_id = did_client_id(did)
    token = VerifierIdentity(client_id, VERIFIER_KEY, f"{did}#0").sign(request(client_id=client_id))
    thief = VerifierIdentity(client_id, es256("thief"), f"{did}#0").sign(request(client_id=client_id))
    other = did_jwk(PublicKey.of(es256("thief").public))
    swapped = VerifierIdentity(client_id, es256("thief"), f"{other}#0").sign(request(client_id=client_id))

    assert checked(token, client_id).verifier == did
    assert code_of(thief, client_id) is ErrorCode.INVALID_CLIENT
    assert code_of(swapped, client_id) is ErrorCode.INVALID_CLIENT


def test_an_unsigned_request_counts_only_for_an_address_and_where_it_is_taken():
    client_id = redirect_client_id(RESPONSE_URI)
    claims = request(client_id=client_id).to_claims()

    found = accept_unsigned_request(claims, RequestTrust(unsigned=True))

    assert not found.vouched
    for parameters, trust in ((claims, ROOTED), (request().to_claims(), RequestTrust(unsigned=True))):
        with pytest.raises(RequestRefusedError) as refused:
            accept_unsigned_request(parameters, trust)
        assert refused.value.code is ErrorCode.INVALID_CLIENT


def test_a_signed_request_under_an_address_is_refused():
    client_id = redirect_client_id(RESPONSE_URI)

    assert (
        code_of(identity(client_id).sign(request(client_id=client_id)), client_id)
        is ErrorCode.INVALID_REQUEST
    )


def test_a_missing_nonce_is_refused():
    assert code_of(signed(without="nonce")) is ErrorCode.INVALID_REQUEST
    assert code_of(signed(nonce="with space")) is ErrorCode.INVALID_REQUEST


def test_an_invalid_signature_is_refused():
    assert code_of(signed(key=es256("thief"))) is ErrorCode.INVALID_CLIENT


@pytest.mark.parametrize(
    "client_id", ["verifier.example", "unheard_of:x", "x509_san_dns:", "https://a.example", ":x"]
)
def test_an_invalid_prefix_is_refused(client_id):
    assert code_of(signed(client_id=client_id), client_id) is ErrorCode.INVALID_REQUEST


def test_another_client_identifier_than_the_links_is_refused():
    assert code_of(signed(), dns_client_id("other.example")) is ErrorCode.INVALID_REQUEST


def test_a_certificate_of_somebody_else_is_refused():
    client_id = dns_client_id("other.example")
    assert code_of(signed(client_id=str(client_id)), client_id) is ErrorCode.INVALID_CLIENT
    hashed = ClientId(ClientIdPrefix.X509_HASH, b64url_encode(bytes(32)))
    assert code_of(signed(client_id=str(hashed)), hashed) is ErrorCode.INVALID_CLIENT


def test_an_answer_to_another_host_than_the_client_identifiers_is_refused():
    assert code_of(signed(response_uri="https://evil.example/response")) is ErrorCode.INVALID_REQUEST
    claims = {
        **request(client_id=redirect_client_id(RESPONSE_URI)).to_claims(),
        "response_uri": f"{RESPONSE_URI}/x",
    }
    with pytest.raises(RequestRefusedError):
        read_request(claims)


def test_a_redirect_address_beside_a_direct_post_is_refused():
    assert code_of(signed(redirect_uri=RESPONSE_URI)) is ErrorCode.INVALID_REQUEST


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "unheard_of"},
        {"credential_ids": ["other"]},
        {"credential_ids": []},
        {"transaction_data_hashes_alg": ["md5"]},
    ],
)
def test_a_transaction_that_the_wallet_does_not_understand_is_refused(changes):
    document = {"type": "payment", "credential_ids": ["diploma"], **changes}
    encoded = b64url_encode(canonical_json(document))

    assert code_of(signed(transaction_data=[encoded])) is ErrorCode.INVALID_TRANSACTION_DATA


def test_a_transaction_that_the_wallet_understands_is_shown():
    one = write_transaction("payment", ["diploma"], {"amount": "3 EUR"})

    (found,) = checked(signed(transaction_data=[one.encoded])).request.transactions

    assert found.document["amount"] == "3 EUR"


def test_a_request_from_another_origin_than_expected_is_refused():
    token = signed(expected_origins=["https://verifier.example"])

    assert checked(token, origin="https://verifier.example").vouched
    assert code_of(token, origin="https://evil.example") is ErrorCode.INVALID_REQUEST
    assert code_of(signed(), origin="https://verifier.example") is ErrorCode.INVALID_REQUEST


USABLE = {**es256("encryption").public.to_jwk(), "alg": "ECDH-ES", "use": "enc", "kid": "good"}


@pytest.mark.parametrize(
    "unusable",
    [
        {**USABLE, "kid": "1", "alg": "RSA-OAEP"},
        {**USABLE, "kid": "1", "use": "sig"},
        {**USABLE, "kid": "1", "crv": "P-521"},
        {**USABLE, "kid": "1", "x": "AAAA"},
        {"kty": "RSA", "kid": "1", "alg": "ECDH-ES"},
        {name: value for name, value in USABLE.items() if name != "alg"},
        {**USABLE, "kid": 1},
    ],
)
def test_a_key_that_cannot_be_used_is_passed_over(unusable):
    metadata = {
        "vp_formats_supported": {"dc+sd-jwt": {}},
        "jwks": {"keys": [unusable, USABLE]},
        "encrypted_response_enc_values_supported": ["A999", "A256GCM"],
    }
    found = checked(signed(client_metadata=metadata)).request.metadata
    assert found is not None

    assert found.recipient().jwk["kid"] == "good"
    assert found.recipient().content_encryption == "A256GCM"
    for keys in ([unusable], []):
        alone = {**metadata, "jwks": {"keys": keys}}
        assert code_of(signed(client_metadata=alone)) is ErrorCode.INVALID_REQUEST


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("response_type", "code", ErrorCode.INVALID_REQUEST),
        ("response_mode", "fragment", ErrorCode.INVALID_REQUEST),
        ("response_uri", "http://verifier.example/x", ErrorCode.INVALID_REQUEST),
        ("response_uri", "javascript:alert(1)", ErrorCode.INVALID_REQUEST),
        ("response_uri", "https://verifier.example/x#y", ErrorCode.INVALID_REQUEST),
        ("response_uri", "https://[", ErrorCode.INVALID_REQUEST),
        ("dcql_query", {"credentials": []}, ErrorCode.INVALID_REQUEST),
        ("scope", "diploma", ErrorCode.INVALID_SCOPE),
        ("client_metadata", {}, ErrorCode.INVALID_REQUEST),
        ("client_metadata", None, ErrorCode.INVALID_REQUEST),
        ("transaction_data", [], ErrorCode.INVALID_REQUEST),
        ("transaction_data", ["!"], ErrorCode.INVALID_TRANSACTION_DATA),
        ("aud", "https://other.example", ErrorCode.INVALID_REQUEST),
        ("exp", int((NOW - timedelta(hours=1)).timestamp()), ErrorCode.INVALID_REQUEST),
        ("nbf", int((NOW + timedelta(hours=1)).timestamp()), ErrorCode.INVALID_REQUEST),
        (
            "dcql_query",
            query_json(["a"], format="mso_mdoc", meta={"doctype_value": "x"}),
            ErrorCode.VP_FORMATS_NOT_SUPPORTED,
        ),
    ],
)
def test_a_request_that_contradicts_the_standard_is_refused(name, value, code):
    assert code_of(signed(**{name: value})) is code


def test_a_token_of_another_type_is_refused():
    assert code_of(signed(typ="JWT")) is ErrorCode.INVALID_REQUEST
    assert code_of("no token") is ErrorCode.INVALID_REQUEST


def test_the_nonce_of_the_wallet_comes_back():
    token = identity().sign(request(), wallet_nonce="w-1")

    assert checked(token, wallet_nonce="w-1").vouched
    assert code_of(token, wallet_nonce="w-2") is ErrorCode.INVALID_REQUEST
    assert code_of(signed(), wallet_nonce="w-1") is ErrorCode.INVALID_REQUEST


def test_a_stranger_is_refused_unless_the_wallet_takes_strangers_and_says_so():
    chain = [verifier_certificate("stranger"), authority("stranger").certificate]
    alone, whole = (
        certified_identity(CLIENT, VERIFIER_KEY, chain[:count]).sign(request()) for count in (1, 2)
    )

    assert code_of(whole) is ErrorCode.INVALID_CLIENT
    assert not checked(whole, trust=STRANGERS).vouched
    assert not checked(alone, trust=STRANGERS).vouched
    assert code_of(alone, trust=STRANGERS, after=2 * YEAR) is ErrorCode.INVALID_CLIENT
    assert code_of(whole, trust=STRANGERS, after=2 * YEAR) is ErrorCode.INVALID_CLIENT


def test_a_stranger_cannot_borrow_a_certificate():
    token = sign_jws(
        {"aud": SELF_ISSUED, **request().to_claims()},
        es256("thief"),
        typ=REQUEST_TYP,
        header=identity().header,
    )

    assert code_of(token, trust=STRANGERS) is ErrorCode.INVALID_CLIENT


def test_a_certificate_that_has_run_out_is_refused():
    over = Lifetime(NOW - YEAR, NOW - timedelta(days=1))
    leaf = make_certificate(
        "Verifier", VERIFIER_KEY.public, authority(), over, dns=(HOST,), random=random_of("over")
    )

    assert (
        code_of(certified_identity(CLIENT, VERIFIER_KEY, [leaf]).sign(request())) is ErrorCode.INVALID_CLIENT
    )


def test_a_link_leads_to_the_request():
    link = request_link("haip-vp://", CLIENT, "https://verifier.example/r/1", RequestUriMethod.POST)

    found = read_link(link)

    assert found == RequestLink(str(CLIENT), "https://verifier.example/r/1", RequestUriMethod.POST)
    assert parse_qs(
        urlsplit(request_link("https://wallet.example/open?x=1", CLIENT, "https://v.example")).query
    )["x"] == ["1"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", ErrorCode.INVALID_REQUEST),
        ("client_id=x&request=abc", ErrorCode.INVALID_REQUEST),
        ("client_id=x&request_uri_method=post", ErrorCode.INVALID_REQUEST),
        ("request_uri=https://a.example", ErrorCode.INVALID_REQUEST),
        ("client_id=x&client_id=y&request_uri=https://a.example", ErrorCode.INVALID_REQUEST),
        ("client_id=x&request_uri=http://a.example", ErrorCode.INVALID_REQUEST),
        ("client_id=x&request_uri=file:///etc/passwd", ErrorCode.INVALID_REQUEST),
        *(
            (
                f"client_id=x&request_uri=https://a.example&request_uri_method={method}",
                ErrorCode.INVALID_REQUEST_URI_METHOD,
            )
            for method in ("put", "POST", "")
        ),
        ("client_id=x&pad=" + "y" * 30_000, ErrorCode.INVALID_REQUEST),
    ],
)
def test_a_link_that_leads_nowhere_is_refused(query, code):
    with pytest.raises(RequestRefusedError) as refused:
        read_link(f"openid4vp://?{query}")
    assert refused.value.code is code


def test_a_link_may_carry_the_request_itself():
    meant = request(client_id=redirect_client_id(RESPONSE_URI))

    parameters = read_link(unsigned_link("openid4vp://", meant))

    assert not isinstance(parameters, RequestLink)
    assert accept_unsigned_request(parameters, RequestTrust(unsigned=True)).request == meant
    with pytest.raises(RequestRefusedError):
        read_link("openid4vp://?client_id=x&dcql_query=%7B")


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@settings(max_examples=100)
@given(st.data())
def test_no_changed_character_of_a_request_passes(data: st.DataObject):
    token = signed()
    position = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.sampled_from("Aa0-_.=").filter(lambda found: found != token[position]))

    code_of(token[:position] + character + token[position + 1 :])


def test_a_changed_payload_does_not_pass():
    head, _, signature = signed().split(".")
    payload = signed(nonce="other").split(".")[1]

    assert b64url_decode(payload)
    assert code_of(f"{head}.{payload}.{signature}") is ErrorCode.INVALID_CLIENT


def test_what_a_verifier_offers_is_what_is_known_here():
    claims: dict[str, Any] = request(mode=ResponseMode.DIRECT_POST_JWT).to_claims()
    metadata = claims["client_metadata"]

    assert metadata["encrypted_response_enc_values_supported"] == list(CONTENT_ENCRYPTIONS)
    assert metadata["jwks"]["keys"][0]["kid"] == ENCRYPTION_KEY.public.thumbprint()
