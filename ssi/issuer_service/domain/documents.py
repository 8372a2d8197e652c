"""What wallets read about this issuer: its metadata, its authorisation server, its keys, its offers.

OpenID4VCI 1.0 §12.2 (issuer metadata), §12.3 with RFC 8414 (authorisation server), §4.1.1 (offer), and
appendix A.3 (the format `dc+sd-jwt`); SD-JWT VC draft 19 §5 (JWT VC issuer metadata).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crypto.encoding import Json
from ssi.credential_payload import CREDENTIAL_TYP
from ssi.issuance import IssuerKey
from ssi.issuer_service.domain.authorization import CHALLENGE_METHOD, DETAILS_TYPE
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.dpop import DPOP_ALGORITHMS
from ssi.issuer_service.domain.encryption import COMPRESSIONS, CONTENT_ENCRYPTIONS, KEY_AGREEMENT
from ssi.issuer_service.domain.entry import Entry, Offer
from ssi.issuer_service.domain.offering import Claim, Configuration
from ssi.issuer_service.domain.secrets import TRANSACTION_CODE_DIGITS

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
CODE_GRANT = "authorization_code"
REFRESH_GRANT = "refresh_token"
METADATA_TYP = "openidvci-issuer-metadata+jwt"
_ALGORITHM = "ES256"


@dataclass(frozen=True)
class IssuerName:
    """By what wallets know this issuer: its credential issuer identifier and its name for people."""

    url: str
    name: str


@dataclass(frozen=True)
class Abilities:
    """What this issuer does and asks for beyond the minimum.

    `batch_size` keys at most in one request; `attested` if wallet providers are trusted; `high_assurance` if
    every wallet must attest itself and bind its tokens (HAIP 1.0).
    """

    batch_size: int
    attested: bool
    high_assurance: bool


def issuer_metadata(
    issuer: IssuerName, catalogue: Catalogue, abilities: Abilities, request_jwk: Mapping[str, Json]
) -> dict[str, Json]:
    """The credential issuer metadata (§12.2.4)."""
    url = issuer.url
    metadata: dict[str, Json] = {
        "credential_issuer": url,
        "credential_endpoint": f"{url}/credential",
        "nonce_endpoint": f"{url}/nonce",
        "deferred_credential_endpoint": f"{url}/deferred-credential",
        "notification_endpoint": f"{url}/notification",
        "credential_request_encryption": {
            "jwks": {"keys": [dict(request_jwk)]},
            "enc_values_supported": list(CONTENT_ENCRYPTIONS),
            "zip_values_supported": list(COMPRESSIONS),
            "encryption_required": False,
        },
        "credential_response_encryption": {
            "alg_values_supported": [KEY_AGREEMENT],
            "enc_values_supported": list(CONTENT_ENCRYPTIONS),
            "zip_values_supported": list(COMPRESSIONS),
            "encryption_required": False,
        },
        "display": [{"name": issuer.name, "locale": "en"}],
        "credential_configurations_supported": {
            configuration.id: _configuration(configuration, abilities)
            for configuration in catalogue.configurations
        },
    }
    if abilities.batch_size > 1:
        metadata["batch_credential_issuance"] = {"batch_size": abilities.batch_size}
    return metadata


def server_metadata(url: str, catalogue: Catalogue, abilities: Abilities) -> dict[str, Json]:
    """The authorisation server metadata (RFC 8414, 9126, 9207, 9449; OpenID4VCI 1.0 §12.3)."""
    methods = [] if abilities.high_assurance else ["none"]
    metadata: dict[str, Json] = {
        "issuer": url,
        "authorization_endpoint": f"{url}/authorize",
        "pushed_authorization_request_endpoint": f"{url}/par",
        "require_pushed_authorization_requests": True,
        "token_endpoint": f"{url}/token",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [CODE_GRANT, GRANT_TYPE, REFRESH_GRANT],
        "code_challenge_methods_supported": [CHALLENGE_METHOD],
        "scopes_supported": [configuration.id for configuration in catalogue.configurations],
        "authorization_details_types_supported": [DETAILS_TYPE],
        "authorization_response_iss_parameter_supported": True,
        "dpop_signing_alg_values_supported": list(DPOP_ALGORITHMS),
        "pre-authorized_grant_anonymous_access_supported": not abilities.high_assurance,
    }
    if abilities.attested:
        methods.append("attest_jwt_client_auth")
        metadata["client_attestation_signing_alg_values_supported"] = list(DPOP_ALGORITHMS)
        metadata["client_attestation_pop_signing_alg_values_supported"] = list(DPOP_ALGORITHMS)
    metadata["token_endpoint_auth_methods_supported"] = list(methods)
    return metadata


def issuer_keys(issuer: IssuerKey) -> dict[str, Json]:
    """The JWT VC issuer metadata: the keys that sign credentials, each by the kid that they carry."""
    key: dict[str, Json] = {**issuer.key.public.to_jwk(), "kid": issuer.kid, "use": "sig", "alg": _ALGORITHM}
    return {"issuer": issuer.issuer_id, "jwks": {"keys": [key]}}


def credential_offer(url: str, entry: Entry, offer: Offer, *, code: str, claim_code: str) -> dict[str, Json]:
    """The offer behind a link: which credential, the code for it, and the way over the approval page."""
    grant: dict[str, Json] = {"pre-authorized_code": code}
    if offer.needs_transaction_code:
        grant["tx_code"] = {
            "input_mode": "numeric",
            "length": TRANSACTION_CODE_DIGITS,
            "description": "Enter the code that you were told apart from the link.",
        }
    return {
        "credential_issuer": url,
        "credential_configuration_ids": [entry.configuration],
        "grants": {GRANT_TYPE: grant, CODE_GRANT: {"issuer_state": claim_code}},
    }


def _configuration(configuration: Configuration, abilities: Abilities) -> dict[str, Json]:
    proofs: dict[str, Json] = {"jwt": {"proof_signing_alg_values_supported": [_ALGORITHM]}}
    if abilities.attested:
        proofs["attestation"] = {"proof_signing_alg_values_supported": list(DPOP_ALGORITHMS)}
    return {
        "format": CREDENTIAL_TYP,
        "vct": configuration.credential_type,
        "scope": configuration.id,
        "cryptographic_binding_methods_supported": ["jwk", "did:key", "did:jwk"],
        "credential_signing_alg_values_supported": [_ALGORITHM],
        "proof_types_supported": proofs,
        "credential_metadata": {
            "display": [
                {"name": label, "locale": language, "description": configuration.about[language]}
                for language, label in configuration.label.items()
            ],
            "claims": [_claim(claim) for claim in configuration.claims],
        },
    }


def _claim(claim: Claim) -> dict[str, Json]:
    return {"path": [claim.name], "mandatory": claim.required, "display": _names(claim.label)}


def _names(label: Mapping[str, str]) -> Sequence[Json]:
    return [{"name": name, "locale": language} for language, name in label.items()]
