"""Make the vectors of old credentials: `PYTHONPATH=. python tests/vectors/make_legacy_vectors.py`.

Credentials of the data model 1.1 as didkit signs them, with keys of fixed seeds. Ed25519 signatures are
deterministic and every moment is given, so the bytes are the same in every run. Didkit may crash when the
interpreter ends, which harms nothing here.
"""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import didkit
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crypto.encoding import b64url_encode, sha256
from ssi.linked_data.contexts import CREDENTIALS_V1

FOLDER = Path(__file__).parent / "legacy"
SUITE_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
STATUS_2021 = "https://w3id.org/vc/status-list/2021/v1"
CREATED = "2026-01-15T00:00:00Z"
NONCE, AUDIENCE = "n-0S6_WzA2Mj", "https://market.example"


def jwk(label: str) -> str:
    """The secret key of a label, as didkit takes it."""
    seed = sha256(b"legacy vectors", label.encode())
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    document = {"kty": "OKP", "crv": "Ed25519", "x": b64url_encode(public), "d": b64url_encode(seed)}
    return json.dumps(document)


ISSUER, HOLDER = (didkit.key_to_did("key", jwk(label)) for label in ("issuer", "holder"))


def credential(**members: Any) -> dict[str, Any]:
    base = {
        "@context": [CREDENTIALS_V1],
        "id": "urn:uuid:1b6824b1-db3f-43e8-8f17-baf618743635",
        "type": ["VerifiableCredential"],
        "issuer": ISSUER,
        "issuanceDate": "2020-08-19T21:41:50Z",
        "credentialSubject": {"id": HOLDER},
    }
    return {**base, **members}


async def issued(document: dict[str, Any], **options: Any) -> Any:
    method = await didkit.key_to_verification_method("key", jwk("issuer"))
    settings = {"proofPurpose": "assertionMethod", "verificationMethod": method, **_dated(options)}
    return await didkit.issue_credential(json.dumps(document), json.dumps(settings), jwk("issuer"))


async def shown(*inner: Any, **options: Any) -> Any:
    method = await didkit.key_to_verification_method("key", jwk("holder"))
    document = {
        "@context": [CREDENTIALS_V1],
        "type": ["VerifiablePresentation"],
        "holder": HOLDER,
        "verifiableCredential": list(inner),
    }
    settings = {"proofPurpose": "authentication", "verificationMethod": method, **_dated(options)}
    return await didkit.issue_presentation(json.dumps(document), json.dumps(settings), jwk("holder"))


def _dated(options: dict[str, Any]) -> dict[str, Any]:
    """Options for a proof, with its moment where there is room for it."""
    return options if "proofFormat" in options else {"created": CREATED, **options}


async def documents() -> dict[str, Any]:
    """Each vector by its name: a credential or presentation, as a document or a token."""
    asked = {"challenge": NONCE, "domain": AUDIENCE}
    status = {
        "id": "https://university.example/status/1#5",
        "type": "StatusList2021Entry",
        "statusPurpose": "revocation",
        "statusListIndex": "5",
        "statusListCredential": "https://university.example/status/1",
    }
    plain = await issued(credential())
    token = await issued(credential(), proofFormat="jwt")
    signature_2020 = {"type": "Ed25519Signature2020"}
    tampered = {**json.loads(plain), "credentialSubject": {"id": "did:example:evil"}}
    return {
        "credential_2018": json.loads(plain),
        "credential_2020": json.loads(
            await issued(credential(**{"@context": [CREDENTIALS_V1, SUITE_2020]}), **signature_2020)
        ),
        "credential_token": token,
        "credential_with_status": json.loads(
            await issued(credential(**{"@context": [CREDENTIALS_V1, STATUS_2021]}, credentialStatus=status))
        ),
        "presentation_2018": json.loads(await shown(json.loads(plain), **asked)),
        "presentation_token": await shown(token, **asked, proofFormat="jwt"),
        "bad_credential_expired": json.loads(await issued(credential(expirationDate="2021-08-19T21:41:50Z"))),
        "bad_credential_not_yet_valid": json.loads(
            await issued(credential(issuanceDate="2040-01-01T00:00:00Z"))
        ),
        "bad_token_expired": await issued(
            credential(expirationDate="2021-08-19T21:41:50Z"), proofFormat="jwt"
        ),
        "bad_token_not_yet_valid": await issued(
            credential(issuanceDate="2040-01-01T00:00:00Z"), proofFormat="jwt"
        ),
        "bad_credential_changed": tampered,
        "bad_presentation_with_changed_credential": json.loads(await shown(tampered, **asked)),
        "bad_presentation_with_expired_credential": json.loads(
            await shown(json.loads(await issued(credential(expirationDate="2021-08-19T21:41:50Z"))), **asked)
        ),
        "bad_presentation_without_challenge": json.loads(await shown(json.loads(plain))),
    }


def main() -> None:
    for name, document in asyncio.run(documents()).items():
        text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
    os._exit(0)
