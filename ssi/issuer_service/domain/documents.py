"""What wallets read about this issuer: its metadata, its authorisation server, its offers.

OpenID4VCI 1.0 §12.2 (issuer metadata), §12.3 with RFC 8414 (authorisation server), §4.1.1 (offer), and
appendix A.3 (the format `dc+sd-jwt`).
"""

from collections.abc import Mapping, Sequence

from crypto.encoding import Json
from ssi.credential_payload import CREDENTIAL_TYP
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.entry import Entry, Offer
from ssi.issuer_service.domain.offering import Claim, Configuration
from ssi.issuer_service.domain.secrets import TRANSACTION_CODE_DIGITS

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
_ALGORITHM = "ES256"


def issuer_metadata(url: str, name: str, catalogue: Catalogue) -> dict[str, Json]:
    """The credential issuer metadata. Nothing is offered in batches, so each request has one proof."""
    return {
        "credential_issuer": url,
        "credential_endpoint": f"{url}/credential",
        "nonce_endpoint": f"{url}/nonce",
        "display": [{"name": name, "locale": "en"}],
        "credential_configurations_supported": {
            configuration.id: _configuration(configuration) for configuration in catalogue.configurations
        },
    }


def server_metadata(url: str) -> dict[str, Json]:
    """The authorisation server metadata; wallets need no client id (OpenID4VCI 1.0 §12.3)."""
    return {
        "issuer": url,
        "token_endpoint": f"{url}/token",
        "grant_types_supported": [GRANT_TYPE],
        "token_endpoint_auth_methods_supported": ["none"],
        "pre-authorized_grant_anonymous_access_supported": True,
    }


def credential_offer(url: str, entry: Entry, offer: Offer, code: str) -> dict[str, Json]:
    """The offer behind a link: which credential, and the code that fetches it."""
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
        "grants": {GRANT_TYPE: grant},
    }


def _configuration(configuration: Configuration) -> dict[str, Json]:
    return {
        "format": CREDENTIAL_TYP,
        "vct": configuration.credential_type,
        "cryptographic_binding_methods_supported": ["jwk"],
        "credential_signing_alg_values_supported": [_ALGORITHM],
        "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": [_ALGORITHM]}},
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
