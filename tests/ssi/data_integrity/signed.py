"""Signed credentials and presentations, the same in every run, and how they are verified."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from ssi.data_integrity.credentials import Verification, issue_credential
from ssi.data_integrity.presentations import make_presentation
from ssi.data_integrity.proof import ProofOptions
from ssi.data_integrity.secure import Expectation
from ssi.data_integrity.signature_suites import (
    ECDSA_JCS_2019,
    ECDSA_RDFC_2019,
    EDDSA_JCS_2022,
    EDDSA_RDFC_2022,
    SignatureMaker,
)
from ssi.data_integrity.signers import Signer
from ssi.did.did_key import did_key, did_key_method
from ssi.did.document import Purpose
from ssi.did.resolve import Resolver
from ssi.linked_data.contexts import CREDENTIALS_V2
from tests.ssi.did.keys import ed25519_signer, p256_signer, p384_signer
from tests.ssi.parties import NOW

EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
VERIFICATION = Verification(Resolver())
CHALLENGE = "n-0S6_WzA2Mj"
DOMAIN = "https://market.example"
SHOWN = Expectation(Purpose.AUTHENTICATION, frozenset({DOMAIN}), CHALLENGE)


@cache
def maker(kind: str, label: str = "issuer") -> SignatureMaker:
    """A suite, with the curve where it knows two, and a key of this label."""
    suite, _, curve = kind.partition(" ")
    suites = {
        suite.name: suite for suite in (EDDSA_JCS_2022, EDDSA_RDFC_2022, ECDSA_JCS_2019, ECDSA_RDFC_2019)
    }
    signers: dict[str, Callable[[str], Signer]] = {
        "": ed25519_signer,
        "P-256": p256_signer,
        "P-384": p384_signer,
    }
    return SignatureMaker(suites[suite], signers[curve](label))


KINDS = (
    "eddsa-jcs-2022",
    "eddsa-rdfc-2022",
    "ecdsa-jcs-2019 P-256",
    "ecdsa-jcs-2019 P-384",
    "ecdsa-rdfc-2019 P-256",
    "ecdsa-rdfc-2019 P-384",
)


def did_of(made_by: SignatureMaker) -> str:
    return did_key(made_by.signer.public_key)


def options(made_by: SignatureMaker, **changes: Any) -> ProofOptions:
    settings = {"verification_method": did_key_method(made_by.signer.public_key), "created": NOW}
    return ProofOptions(**{**settings, **changes})


def unsigned(issuer: object, **members: Any) -> dict[str, Any]:
    """A credential about an alumna, not yet signed."""
    base = {
        "@context": [CREDENTIALS_V2, EXAMPLES],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "issuer": issuer,
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": "2027-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:abcdefgh",
            "alumniOf": {"name": "The School of Examples", "founded": 1901, "motto": ["learn", "teach"]},
        },
    }
    return {**base, **members}


def issued(made_by: SignatureMaker, proof: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """A credential about an alumna, issued."""
    document = unsigned(**{"issuer": did_of(made_by), **members})
    return issue_credential(document, made_by, options(made_by, **(proof or {})))


def presented(
    made_by: SignatureMaker, *credentials: dict[str, Any], proof: dict[str, Any] | None = None, **members: Any
) -> dict[str, Any]:
    """A presentation of credentials to the market."""
    document = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiablePresentation"],
        "holder": did_of(made_by),
        "verifiableCredential": list(credentials),
        **members,
    }
    settings = {
        "purpose": Purpose.AUTHENTICATION,
        "challenge": CHALLENGE,
        "domain": (DOMAIN,),
        **(proof or {}),
    }
    return make_presentation(document, made_by, options(made_by, **settings))


def with_proof(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A document whose proof has changed members; None takes one out."""
    proof = {name: value for name, value in {**document["proof"], **changes}.items() if value is not None}
    return {**document, "proof": proof}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
