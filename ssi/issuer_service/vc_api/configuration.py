"""Which end points are there, and who issues at each? Written as W3C suites list implementations."""

from collections.abc import Mapping
from typing import Any, Final

from ssi.did.public_key import KeyType
from ssi.issuer_service.vc_api.statuses import PATH
from ssi.issuer_service.vc_api.suites import DEFAULT, WITH_STATUS, SignedSuite, Suite, issuer_of

_KEY_TYPES: Final[Mapping[KeyType, str]] = {
    KeyType.ED25519: "Ed25519",
    KeyType.P256: "P-256",
    KeyType.P384: "P-384",
    KeyType.BLS12_381_G2: "Bls12381G2",
}
_SELECTIVE: Final = frozenset({"ecdsa-sd-2023", "bbs-2023"})


def configuration_of(suites: Mapping[str, Suite], url: str) -> dict[str, Any]:
    """The document: issuers, verifiers and holders with their end points, ids, tags and key types."""
    return {
        "name": "argonauta",
        "implementation": "argonauta",
        "issuers": [_issuer(suite, url) for suite in suites.values()],
        "verifiers": [
            {
                "id": issuer_of(suite),
                "endpoint": f"{url}/vc-api/{suite.slug}/credentials/verify",
                "tags": _tags(suite),
                "supports": _supports(suite),
            }
            for suite in suites.values()
        ],
        "vpVerifiers": [
            {
                "id": issuer_of(suite),
                "endpoint": f"{url}/vc-api/{suite.slug}/presentations/verify",
                "tags": _tags(suite),
            }
            for suite in suites.values()
        ],
        "vcHolders": [
            {
                "id": issuer_of(suites[slug]),
                "endpoint": f"{url}/vc-api/{slug}/credentials/derive",
                "tags": ["vcHolder", slug],
            }
            for slug in sorted(_SELECTIVE)
        ],
        "setStatusLists": [
            {
                "id": issuer_of(suites[WITH_STATUS]),
                "endpoint": f"{url}/vc-api/{WITH_STATUS}/credentials/status",
                "tags": _tags(suites[WITH_STATUS]),
            }
        ],
        "statusLists": f"{url}{PATH.format(slug='{suite}', purpose='{purpose}')}",
    }


def _issuer(suite: Suite, url: str) -> dict[str, Any]:
    return {
        "id": issuer_of(suite),
        "endpoint": f"{url}/vc-api/{suite.slug}/credentials/issue",
        "tags": _tags(suite),
        "supports": _supports(suite),
        "options": {},
    }


def _tags(suite: Suite) -> list[str]:
    family = suite.slug.removesuffix("-p384")
    if suite.slug == WITH_STATUS:
        return ["BitstringStatusList", "Revocation", "Suspension"]
    if suite.slug.startswith("vc-"):
        return [suite.slug, "EnvelopingProof"]
    return [family, "vc2.0"] if suite.slug == DEFAULT else [family]


def _supports(suite: Suite) -> dict[str, Any]:
    versions = ["1.1", "2.0"] if isinstance(suite, SignedSuite) or suite.slug in _SELECTIVE else ["2.0"]
    return {"vc": versions, "keyTypes": [_KEY_TYPES[suite.key.type]]}
