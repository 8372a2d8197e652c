"""The vectors of OpenID4VP; `MADE_BY` says how they are written anew.

A request for each way of proving who asks, answers to one request, and each tampering with the code or the
reason that must come of it. All keys and signatures are deterministic.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from crypto.reading import utc_text
from crypto.signing import SigningKey
from ssi.did.did_jwk import did_jwk
from ssi.did.public_key import PublicKey
from ssi.jws import sign_jws
from ssi.key_binding import Challenge, bind_presentation
from ssi.openid4vp.client_id import did_client_id, hash_client_id
from ssi.openid4vp.request import REQUEST_TYP, SELF_ISSUED, VerifierIdentity
from ssi.openid4vp.transaction_data import confirmation, write_transaction
from ssi.sd_jwt import present_sd_jwt
from tests.ssi.foreign import authority, diploma
from tests.ssi.openid4vp.asking import (
    CLIENT,
    ISSUER,
    NONCE,
    TOKEN,
    VERIFIER_KEY,
    identity,
    query_json,
    request,
    verifier_certificate,
)
from tests.ssi.parties import HOLDER, NOW, YEAR, es256

FOLDER = Path(__file__).parent / "openid4vp"
MADE_BY = "ARGONAUTA_REMAKE_VECTORS=1 pytest tests/ssi/openid4vp/test_vectors.py"
PAYMENT = write_transaction("payment", ["diploma"], {"amount": "3 EUR"})
ASKED = request(transactions=(PAYMENT,))
Document = dict[str, Any]


def documents() -> dict[str, Document]:
    """All vectors by name."""
    made = {**requests(), **bad_requests(), **answers(), **bad_answers()}
    return {name: {"made_by": MADE_BY, "now": utc_text(NOW), **document} for name, document in made.items()}


def written(document: Document) -> str:
    """A vector as it stands in its file."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def request_vector(token: str, client_id: object = CLIENT, code: str | None = None) -> Document:
    """A request object, the identifier in the link that led to it, and the code of the refusal."""
    asked = {"kind": "request", "client_id": str(client_id), "root": authority().pem, "token": token}
    return {**asked, **({"code": code} if code else {})}


def requests() -> dict[str, Document]:
    """What a wallet answers."""
    did, hashed = did_jwk(PublicKey.of(VERIFIER_KEY.public)), hash_client_id(verifier_certificate())
    by_did = VerifierIdentity(did_client_id(did), VERIFIER_KEY, f"{did}#0")
    return {
        "request_x509_san_dns": request_vector(identity().sign(ASKED)),
        "request_x509_hash": request_vector(identity(hashed).sign(request(client_id=hashed)), hashed),
        "request_did": request_vector(by_did.sign(request(client_id=by_did.client_id)), by_did.client_id),
    }


def changed(key: SigningKey = VERIFIER_KEY, *, without: str = "", **changes: Any) -> str:
    """A request with other parameters."""
    claims = {"aud": SELF_ISSUED, **ASKED.to_claims(), **changes}
    kept = {name: value for name, value in claims.items() if name != without}
    return sign_jws(kept, key, typ=REQUEST_TYP, header=identity().header)


def bad_requests() -> dict[str, Document]:
    """What a wallet refuses, named by the tampering."""
    invalid, client = "invalid_request", "invalid_client"
    elsewhere = "https://evil.example/response"
    return {
        "bad_request_missing_nonce": request_vector(changed(without="nonce"), code=invalid),
        "bad_request_signed_by_another_key": request_vector(changed(es256("thief")), code=client),
        "bad_request_unknown_prefix": request_vector(changed(client_id="x:y"), "x:y", invalid),
        "bad_request_another_client": request_vector(changed(client_id="x509_hash:AAAA"), code=invalid),
        "bad_request_response_uri_of_another_host": request_vector(
            changed(response_uri=elsewhere), code=invalid
        ),
        "bad_request_redirect_uri_with_direct_post": request_vector(
            changed(redirect_uri=elsewhere), code=invalid
        ),
        "bad_request_for_somebody_else": request_vector(changed(aud="https://other.example"), code=invalid),
        "bad_request_unknown_transaction": request_vector(
            changed(transaction_data=[write_transaction("unheard-of", ["diploma"], {}).encoded]),
            code="invalid_transaction_data",
        ),
        "bad_request_query_without_credentials": request_vector(
            changed(dcql_query={"credentials": []}), code=invalid
        ),
        "bad_request_format_not_known": request_vector(
            changed(dcql_query=query_json(format="mso_mdoc", meta={"doctype_value": "x"})),
            code="vp_formats_not_supported",
        ),
    }


def answer_vector(presentation: str, reason: str | None = None, *, state: str = "state-1") -> Document:
    """An answer to the request, and the reason for which it is refused."""
    asked = {"kind": "answer", "request": ASKED.to_claims()}
    form = {"vp_token": json.dumps({"diploma": [presentation]}), "state": state}
    return {**asked, "form": form, **({"reason": reason} if reason else {})}


def bound(
    token: str = TOKEN,
    *,
    key: SigningKey = HOLDER,
    audience: str = str(CLIENT),
    nonce: str = NONCE,
    after: timedelta = timedelta(),
    more: Any = None,
) -> str:
    """A diploma that shows the name, bound to a verifier and its question."""
    shown = present_sd_jwt(token, [("given_name",)])
    words = confirmation([PAYMENT]) if more is None else more
    return bind_presentation(shown, key, Challenge(audience, nonce), now=NOW + after, more=words)


def answers() -> dict[str, Document]:
    """What a verifier accepts."""
    return {"answer": answer_vector(bound())}


def bad_answers() -> dict[str, Document]:
    """What a verifier refuses, named by the tampering."""
    proof = bound().rpartition("~")[2]
    over = {"iat": int((NOW - YEAR).timestamp()), "exp": int(NOW.timestamp())}
    signed, _, rest = bound().partition("~")
    return {
        "bad_answer_wrong_nonce": answer_vector(bound(nonce="another"), "wrong_nonce"),
        "bad_answer_wrong_audience": answer_vector(bound(audience="x:y"), "wrong_audience"),
        "bad_answer_of_a_thief": answer_vector(bound(key=es256("thief")), "invalid_holder_signature"),
        "bad_answer_claim_taken_out": answer_vector(present_sd_jwt(TOKEN, []) + proof, "wrong_sd_hash"),
        "bad_answer_from_the_future": answer_vector(bound(after=timedelta(hours=1)), "bound_in_future"),
        "bad_answer_too_old": answer_vector(bound(after=-timedelta(hours=1)), "bound_too_long_ago"),
        "bad_answer_without_proof": answer_vector(
            present_sd_jwt(TOKEN, [("given_name",)]), "holder_binding_missing"
        ),
        "bad_answer_expired": answer_vector(bound(diploma(ISSUER, over)), "expired"),
        "bad_answer_unconfirmed": answer_vector(bound(more={}), "wrong_transaction_data"),
        "bad_answer_to_another_request": answer_vector(bound(), "wrong_state", state="other"),
        "bad_answer_signature_cut": answer_vector(
            f"{signed[:-4]}AAAA~{rest}", "invalid_credential_signature"
        ),
    }
