"""A small town of issuers, nodes and a marketplace, with keys that are the same in every run."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from crypto.encoding import Json, sha256
from crypto.randomness import RandomBytes, stream
from crypto.sealing import SealingKey
from crypto.signing import SigningKey, generate_ed25519, generate_es256
from ssi.dataset import DataSet, data_set, data_sets
from ssi.issuance import (
    IssuerKey,
    Organisation,
    Subject,
    Terms,
    issue_credential,
    issue_organisation_credential,
    organisation_handle,
    person_handle,
)
from ssi.record import Record
from ssi.status_list import StatusReference
from ssi.trust import TrustRegistry
from ssi.trust_parts import Validity, assemble_registry, issuer_part, marketplace_part, node_part

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
VALIDITY = Validity(NOW - timedelta(days=1), NOW + 2 * YEAR)
UNIVERSITY = "did:web:university.example"
CHAMBER = "did:web:chamber.example"
STATUS_PREFIX = "https://university.example/status-lists/"
CHAMBER_STATUS_PREFIX = "https://chamber.example/status-lists/"
EXAM = {
    "exam_score": 0.261,
    "reading_score": -1.5,
    "school_average": 0.1,
    "verbal_reasoning": "top",
    "intake": "bottom",
    "sex": "female",
    "school_type": "girls",
}
HEALTH = {"age": 41, "sex": "male", "systolic": 122, "age_band": "adult"}


def random_of(label: str) -> RandomBytes:
    """Repeatable randomness, independent for each label."""
    return stream(sha256(label.encode()), "tests/ssi")


@cache
def es256(label: str) -> SigningKey:
    """A P-256 key by name."""
    return generate_es256(random_of(f"es256 {label}"))


@cache
def ed25519(label: str) -> SigningKey:
    """An Ed25519 key by name."""
    return generate_ed25519(random_of(f"ed25519 {label}"))


@cache
def certificate(label: str) -> str:
    """A self-signed certificate in PEM, the same in every run."""
    key = Ed25519PrivateKey.from_private_bytes(sha256(f"certificate {label}".encode()))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, label)])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1 + sum(label.encode()))
        .not_valid_before(NOW - YEAR)
        .not_valid_after(NOW + YEAR)
        .sign(key, None)
    )
    return built.public_bytes(Encoding.PEM).decode()


AUTHORITY = ed25519("authority")
ISSUER = IssuerKey(UNIVERSITY, "exams-2026", es256("university"))
CHAMBER_ISSUER = IssuerKey(CHAMBER, "registrar-1", ed25519("chamber"))
HOLDER = es256("holder")


def parts() -> list[dict[str, Json]]:
    """What the parties of the town ask the authority to sign."""
    return [
        issuer_part(
            UNIVERSITY,
            "University",
            keys={ISSUER.kid: ISSUER.key.public},
            credential_types=[found.credential_type for found in data_sets()],
            status_uri_prefix=STATUS_PREFIX,
        ),
        issuer_part(
            CHAMBER,
            "Chamber of organisations",
            keys={CHAMBER_ISSUER.kid: CHAMBER_ISSUER.key.public},
            credential_types=["urn:argonauta:credential:organisation:1"],
            status_uri_prefix=CHAMBER_STATUS_PREFIX,
        ),
        *(node(name) for name in ("node-a", "node-b", "node-c")),
        marketplace_part(
            "market",
            "Marketplace",
            url="http://127.0.0.1:8000",
            verifying_key=ed25519("market").public,
            tls_certificate=certificate("market"),
        ),
    ]


def node(name: str) -> dict[str, Json]:
    """The part of one node."""
    return node_part(
        name,
        f"Operator of {name}",
        url=f"https://{name}.example:7000",
        keys=(ed25519(name).public, SealingKey.generate(random_of(name)).public),
        tls_certificate=certificate(name),
    )


def assembled(made: list[dict[str, Json]]) -> TrustRegistry:
    """A registry of exactly these parts."""
    named = [(f"part {index}", json.dumps(part).encode()) for index, part in enumerate(made)]
    return assemble_registry(named, authority=AUTHORITY.public, validity=VALIDITY)


@cache
def registry() -> TrustRegistry:
    """The registry of the whole town."""
    return assembled(parts())


def record(values: Mapping[str, object] = EXAM, *, ref: str = "exam/1") -> Record:
    """A committed record, the same in every run."""
    found: DataSet = data_set(ref)
    return Record.commit(found, values, random_of("commitment"))


def subject(ref: str = "exam/1") -> Subject:
    """The person all these records are about."""
    return Subject(person_handle(sha256(b"pairwise"), data_set=ref, person="4711"), HOLDER.public)


def terms(*, uri: str = STATUS_PREFIX + "1", index: int = 17, **times: datetime) -> Terms:
    """A status reference and a validity of a year, unless told otherwise."""
    start, end = times.get("issued_at", NOW), times.get("expires_at", NOW + YEAR)
    return Terms(StatusReference(uri, index), start, end)


@cache
def exam_credential() -> str:
    """The exam record as its holder has it: with all disclosures."""
    return issue_credential(record(), subject(), issuer=ISSUER, terms=terms(), random=random_of("salts"))


@cache
def health_credential() -> str:
    """A health record with most measurements missing."""
    return issue_credential(
        record(HEALTH, ref="health/1"),
        subject("health/1"),
        issuer=ISSUER,
        terms=terms(),
        random=random_of("salts"),
    )


@cache
def organisation_credential() -> str:
    """Who a buyer is, signed by the chamber."""
    return issue_organisation_credential(
        Organisation("Institute of Public Health", "research_institute", "AT"),
        Subject(organisation_handle(sha256(b"pairwise"), organisation="iph"), es256("buyer").public),
        issuer=CHAMBER_ISSUER,
        terms=terms(uri=CHAMBER_STATUS_PREFIX + "1"),
    )
