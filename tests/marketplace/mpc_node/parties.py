"""Issuers, nodes and the marketplace, with keys and certificates that are the same in every run."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from crypto.encoding import sha256
from crypto.randomness import RandomBytes, stream
from crypto.sealing import KEY_BYTES, SealingKey
from crypto.signing import SigningKey, generate_ed25519, generate_es256
from marketplace.mpc_node.keys import NodeKeys
from ssi.dataset import data_sets
from ssi.issuance import (
    IssuerKey,
)
from ssi.trust import TrustRegistry
from ssi.trust_parts import Validity, assemble_registry, issuer_part, marketplace_part, node_part

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
NAMES = ("node-a", "node-b", "node-c")
MARKET = "did:web:market.example"
UNIVERSITY = "did:web:university.example"
REGISTRAR = "did:web:registrar.example"
STATUS_URI = "https://university.example/status-lists/1"
REGISTRAR_STATUS_URI = "https://registrar.example/status-lists/1"


def random_of(label: str) -> RandomBytes:
    """Repeatable randomness, independent for each label."""
    return stream(sha256(label.encode()), "tests/mpc_node")


@cache
def es256(label: str) -> SigningKey:
    """A P-256 key by name."""
    return generate_es256(random_of(f"es256 {label}"))


@cache
def ed25519(label: str) -> SigningKey:
    """An Ed25519 key by name."""
    return generate_ed25519(random_of(f"ed25519 {label}"))


@cache
def node_keys(name: str) -> NodeKeys:
    """The secrets of a node by name."""
    random = random_of(f"node {name}")
    return NodeKeys(ed25519(name), SealingKey.generate_hybrid(random), random(KEY_BYTES))


@cache
def certificate(label: str) -> str:
    """A self-signed certificate in PEM, the same in every run."""
    key = Ed25519PrivateKey.from_private_bytes(sha256(f"certificate {label}".encode()))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, label)])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1 + sum(label.encode())).not_valid_before(NOW - YEAR)
    return built.not_valid_after(NOW + YEAR).sign(key, None).public_bytes(Encoding.PEM).decode()


ISSUER = IssuerKey(UNIVERSITY, "exams-1", es256("university"))
REGISTRAR_KEY = IssuerKey(REGISTRAR, "registrar-1", ed25519("registrar"))
MARKET_KEY = ed25519("market")


def parts(nodes: Sequence[str] = (*NAMES, "node-d"), *, with_university: bool = True) -> list[dict[str, Any]]:
    """What the parties ask the authority to sign."""
    university = issuer_part(
        UNIVERSITY,
        "University",
        keys={ISSUER.kid: ISSUER.key.public},
        credential_types=[found.credential_type for found in data_sets()],
        status_uri_prefix="https://university.example/status-lists/",
    )
    registrar = issuer_part(
        REGISTRAR,
        "Register of organisations",
        keys={REGISTRAR_KEY.kid: REGISTRAR_KEY.key.public},
        credential_types=["urn:argonauta:credential:organisation:1"],
        status_uri_prefix="https://registrar.example/status-lists/",
    )
    market = marketplace_part(
        MARKET,
        "Market",
        url="http://127.0.0.1:8000",
        verifying_key=MARKET_KEY.public,
        tls_certificate=certificate("market"),
    )
    return [*([university] if with_university else []), registrar, market, *map(_node_part, nodes)]


def _node_part(name: str) -> dict[str, Any]:
    keys = node_keys(name)
    return node_part(
        name,
        f"Operator of {name}",
        url=f"https://{name}.example:7000",
        keys=(keys.signing.public, keys.sealing.public),
        tls_certificate=certificate(name),
    )


def assembled(made: list[dict[str, Any]], *, end: datetime = NOW + YEAR) -> TrustRegistry:
    """A registry of exactly these parts."""
    named = [(f"part {index}", json.dumps(part).encode()) for index, part in enumerate(made)]
    validity = Validity(NOW - YEAR, end)
    return assemble_registry(named, authority=ed25519("authority").public, validity=validity)


@cache
def registry() -> TrustRegistry:
    """The registry of the whole town, with a fourth node that takes part in nothing."""
    return assembled(parts())
