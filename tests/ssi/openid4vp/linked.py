"""A school that issues with data integrity proofs, and an alumna who shows its credential."""

from typing import Any

from ssi.issuer_anchors import IssuerAnchors
from ssi.openid4vp.dcql_reading import read_query
from ssi.openid4vp.response import AuthorizationResponse
from ssi.trust_parts import issuer_part
from tests.ssi.data_integrity.signed import VERIFICATION, did_of, issued, maker, presented
from tests.ssi.openid4vp.asking import CLIENT, NONCE, query_json, request, trust, verified
from tests.ssi.parties import assembled, parts

KIND = "eddsa-rdfc-2022"
HOLDER_MAKER = maker(KIND, "holder")
HOLDER = did_of(HOLDER_MAKER)
ISSUER = did_of(maker(KIND))
STATUS_PREFIX = "https://school.example/status/"
ALUMNI = "https://www.w3.org/ns/credentials/examples#AlumniCredential"
REGISTRY = assembled(
    [
        *parts(),
        issuer_part(
            ISSUER,
            "School",
            keys={},
            credential_types=[ALUMNI],
            status_uri_prefix=STATUS_PREFIX,
            anchors=IssuerAnchors(dids=(ISSUER,)),
        ),
    ]
)
TRUST = trust(REGISTRY, linked=VERIFICATION)


def wanted(**changes: Any) -> Any:
    """A request for one credential of an alumna."""
    settings = {
        "format": "ldp_vc",
        "meta": {"type_values": [[ALUMNI]]},
        "claims": [{"path": ["credentialSubject", "alumniOf", "name"]}],
    }
    return request(read_query(query_json(**{**settings, **changes})))


def credential(**members: Any) -> dict[str, Any]:
    """The holder's credential."""
    subject = {"id": HOLDER, "alumniOf": {"name": "The School of Examples"}}
    return issued(maker(KIND), **{"credentialSubject": subject, **members})


def shown(*credentials: Any, by: Any = HOLDER_MAKER, **proof: Any) -> dict[str, Any]:
    """It, presented to the verifier."""
    settings = {"domain": (str(CLIENT),), "challenge": NONCE, **proof}
    return presented(by, *(credentials or (credential(),)), proof=settings)


def judged(presentation: Any, asked_for: Any = None, believed: Any = TRUST, **options_: Any) -> Any:
    """What the verifier takes from it."""
    answer = AuthorizationResponse({"diploma": (presentation,)}, "state-1")
    return verified(answer, asked_for or wanted(), believed, **options_).credentials["diploma"][0]
