"""Credential requests and answers are encrypted where a wallet wants it (OpenID4VCI 1.0 §10)."""

import zlib
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey

from crypto.encoding import canonical_json
from tests.ssi.issuer_service.protocol_wallet import batch_request, decrypted, encryption_key
from tests.ssi.issuer_service.visitors import Office, answer_of, refusal
from tests.ssi.parties import HOLDER, ed25519, es256

pytestmark = pytest.mark.database
ALGORITHMS = ["ECDH-ES", "A128GCM", "A256GCM", "DEF"]


def encrypted_post(office: Office, token: str, message: str):
    headers = {"Authorization": f"Bearer {token}"}
    return office.visitor().post("/credential", data=message, headers=headers, content_type="application/jwt")


def issuer_key(office: Office) -> dict[str, Any]:
    metadata = office.visitor().get("/.well-known/openid-credential-issuer").get_json()
    (jwk,) = metadata["credential_request_encryption"]["jwks"]["keys"]
    return dict(jwk)


def sealed(office: Office, plaintext: bytes, **header: str) -> str:
    jwk = issuer_key(office)
    protected = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": jwk["kid"], **header}
    return jwe.encrypt_compact(protected, plaintext, ECKey.import_key(dict(jwk)), algorithms=ALGORITHMS)


@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
@pytest.mark.parametrize("zipped", [False, True])
def test_an_answer_is_encrypted_to_the_key_of_the_wallet(office: Office, token: str, enc: str, zipped: bool):
    key, public = encryption_key()
    asked = {"jwk": public, "enc": enc, **({"zip": "DEF"} if zipped else {})}
    request = batch_request(office.wallet(), [HOLDER], credential_response_encryption=asked)

    response = encrypted_post(office, token, sealed(office, canonical_json(request)))

    header, document = decrypted(response, key)
    assert (header["alg"], header["enc"], header["kid"]) == ("ECDH-ES", enc, "enc-1")
    assert ("zip" in header) is zipped
    assert isinstance(document, dict)
    assert set(document) == {"credentials", "notification_id"}


def test_an_encrypted_request_may_ask_for_a_plain_answer(office: Office, token: str):
    request = batch_request(office.wallet(), [HOLDER])

    assert answer_of(encrypted_post(office, token, sealed(office, canonical_json(request))))["credentials"]


def test_a_compressed_request_is_read(office: Office, token: str):
    request = canonical_json(batch_request(office.wallet(), [HOLDER]))

    assert encrypted_post(office, token, sealed(office, request, zip="DEF")).status_code == 200


def test_refusals_are_never_encrypted(office: Office, token: str):
    _, public = encryption_key()
    asked = {"jwk": public, "enc": "A128GCM"}
    response = office.wallet().ask(token, credential_response_encryption=asked)

    refusal(response, 400, "invalid_proof")


def bent(**changes: object) -> dict[str, object]:
    _, public = encryption_key()
    members = {**public, **changes}
    return {"jwk": {n: v for n, v in members.items() if v is not None}, "enc": "A128GCM"}


@pytest.mark.parametrize(
    "asked",
    [
        {},
        "x",
        {"enc": "A128GCM"},
        {"jwk": encryption_key()[1]},
        {"jwk": encryption_key()[1], "enc": "A128CBC-HS256"},
        {"jwk": encryption_key()[1], "enc": "A128GCM", "zip": "GZIP"},
        bent(alg=None),
        bent(alg="RSA-OAEP"),
        bent(alg="dir"),
        bent(y=None),
        bent(x="AAAA"),
        bent(crv="P-521"),
        bent(kty="oct"),
        {"jwk": {**ed25519("x").public.to_jwk(), "alg": "ECDH-ES"}, "enc": "A128GCM"},
        {"jwk": [], "enc": "A128GCM"},
    ],
    ids=str,
)
def test_an_unsupported_encryption_is_refused(office: Office, token: str, asked):
    wallet = office.wallet()
    response = wallet.ask(token, wallet.proof(), credential_response_encryption=asked)

    refusal(response, 400, "invalid_encryption_parameters")


@pytest.mark.parametrize("message", ["", "a.b.c.d.e", "é", "x" * 1_000_001, "....", "e30.e30.e30.e30.e30"])
def test_a_request_that_is_not_encrypted_to_us_is_refused(office: Office, token: str, message: str):
    refusal(encrypted_post(office, token, message), 400, "invalid_encryption_parameters")


def test_a_request_encrypted_to_another_key_is_refused(office: Office, token: str):
    key = ECKey.import_key({**es256("x").public.to_jwk()})
    message = jwe.encrypt_compact({"alg": "ECDH-ES", "enc": "A128GCM"}, b"{}", key, algorithms=ALGORITHMS)

    refusal(encrypted_post(office, token, message), 400, "invalid_encryption_parameters")


def test_a_request_by_another_algorithm_is_refused(office: Office, token: str):
    key = ECKey.import_key(dict(issuer_key(office)) | {"alg": "ECDH-ES+A128KW"})
    message = jwe.encrypt_compact(
        {"alg": "ECDH-ES+A128KW", "enc": "A128GCM"}, b"{}", key, algorithms=["ECDH-ES+A128KW", "A128GCM"]
    )

    refusal(encrypted_post(office, token, message), 400, "invalid_encryption_parameters")


def test_a_request_that_unfolds_without_end_is_refused(office: Office, token: str):
    message = sealed(office, b" " * 30_000_000, zip="DEF")

    assert len(message) < 100_000 < len(zlib.compress(b"x")) * 10**6
    refusal(encrypted_post(office, token, message), 400, "invalid_encryption_parameters")


def test_what_was_encrypted_is_read_as_strictly_as_what_was_not(office: Office, token: str):
    refusal(encrypted_post(office, token, sealed(office, b"[]")), 400, "invalid_credential_request")


def test_the_key_for_requests_never_signs_and_stays_the_same(office: Office):
    jwk = issuer_key(office)

    assert jwk["use"] == "enc"
    assert "d" not in jwk
    assert jwk == issuer_key(office)
    assert jwk["x"] != office.issuer.identity.issuer.key.public.to_jwk()["x"]
