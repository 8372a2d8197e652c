"""The issuer's certificates: a root of its own, and one by that root for the key that signs credentials.

Wallets and verifiers that know no trust registry find the issuer's key by `x5c` (HAIP 1.0). The root says
nothing about who the issuer is; whoever trusts it does so because the trust authority, or somebody else, told
him to. An issuer with a certificate from an authority puts that one, and its chain, in the same file.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from crypto.signing import SigningKey, VerifyingKey
from ssi.issuer_service.errors import SettingsError
from ssi.x509 import leaf_key, write_chain

ROOT_DAYS: Final = 3650
LEAF_DAYS: Final = 365
_MAX_NAME: Final = 64
_CLOCK_SKEW: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class Certificates:
    """A chain, the end entity first and its root last."""

    chain: tuple[x509.Certificate, ...]

    @property
    def x5c(self) -> tuple[str, ...]:
        """The header: the chain without its root, which a verifier has from elsewhere (HAIP 1.0)."""
        return tuple(write_chain(self.chain[:-1] or self.chain))

    @property
    def root_pem(self) -> str:
        """The root, as the trust authority is given it."""
        return self.chain[-1].public_bytes(Encoding.PEM).decode()

    @property
    def key(self) -> VerifyingKey:
        """The key that is certified."""
        return leaf_key(self.chain[0])

    def is_of(self, authority: SigningKey) -> bool:
        """Whether the root is the one of this key."""
        return bool(self.chain[-1].public_key() == _private(authority).public_key())

    def to_pem(self) -> bytes:
        """The file, the end entity first."""
        return b"".join(each.public_bytes(Encoding.PEM) for each in self.chain)

    @classmethod
    def parse(cls, pem: bytes) -> "Certificates":
        """Read the file.

        Raises:
            SettingsError: there is no certificate in it, or one that cannot be read.
        """
        try:
            return cls(tuple(x509.load_pem_x509_certificates(pem)))
        except ValueError as error:
            raise SettingsError("expected certificates in PEM, the one of the issuer's key first") from error


@dataclass(frozen=True)
class CertifiedIssuer:
    """What stands in a certificate: the name for people, the identifier in credentials, the address."""

    name: str
    issuer_id: str
    url: str


def certify(
    issuer: CertifiedIssuer,
    key: SigningKey,
    authority: SigningKey,
    *,
    now: datetime,
    before: Certificates | None = None,
) -> Certificates:
    """A certificate for the issuer's key, for a year, by a root of ten years: that of `before`, if ours."""
    if before is not None and before.is_of(authority):
        root = before.chain[-1]
    else:
        root = _root(f"{issuer.name} root", authority, now)
    leaf = _signed(
        x509.CertificateBuilder()
        .subject_name(_name(issuer.name))
        .issuer_name(root.subject)
        .public_key(_private(key).public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(x509.SubjectAlternativeName(_names(issuer)), critical=False),
        authority,
        now=now,
        days=LEAF_DAYS,
    )
    return Certificates((leaf, root))


def _root(name: str, authority: SigningKey, now: datetime) -> x509.Certificate:
    return _signed(
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(name))
        .public_key(_private(authority).public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certificates=True), critical=True),
        authority,
        now=now,
        days=ROOT_DAYS,
    )


def _signed(
    builder: x509.CertificateBuilder, authority: SigningKey, *, now: datetime, days: int
) -> x509.Certificate:
    return (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=days))
        .sign(_private(authority), hashes.SHA256())
    )


def _private(key: SigningKey) -> ec.EllipticCurvePrivateKey:
    return cast("ec.EllipticCurvePrivateKey", load_pem_private_key(key.to_pem(), password=None))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:_MAX_NAME])])


def _names(issuer: CertifiedIssuer) -> Sequence[x509.GeneralName]:
    host = urlsplit(issuer.url).hostname or ""
    try:
        at: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        at = x509.DNSName(host)
    identifiers = dict.fromkeys((issuer.issuer_id, issuer.url))
    return [at, *(x509.UniformResourceIdentifier(each) for each in identifiers)]


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
