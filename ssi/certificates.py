"""How does an issuer or a verifier get certificates of its own? A self-made authority and an end entity.

For a market without a certificate authority: the authority's certificate goes into the trust registry, the
end entity's into the `x5c` header of what it signs. `x509` checks them as it checks anybody's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from crypto.errors import OutOfRangeError
from crypto.randomness import RandomBytes, random_bytes
from crypto.signing import SigningKey, VerifyingKey
from ssi.did.public_key import KeyType, PublicKey

_SERIAL_BYTES = 19
"""Under the 20 octets of RFC 5280 §4.1.2.2, and far more than the 64 random bits that are asked for."""


@dataclass(frozen=True)
class Authority:
    """A self-made certificate authority: its certificate, and the key that issues others."""

    certificate: x509.Certificate
    key: SigningKey = field(repr=False)

    @property
    def pem(self) -> str:
        """The certificate, which is public, in PEM."""
        return self.certificate.public_bytes(Encoding.PEM).decode("ascii")


@dataclass(frozen=True)
class Lifetime:
    """From when to when a certificate is valid (both included, whole seconds)."""

    start: datetime
    end: datetime


def make_authority(
    name: str, key: SigningKey, lifetime: Lifetime, *, random: RandomBytes = random_bytes
) -> Authority:
    """A root that may issue end entities and no further authorities."""
    subject = _name(name)
    builder = (
        _builder(subject, subject, key.public, lifetime, random)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
    )
    return Authority(_signed(builder, key), key)


def make_certificate(  # noqa: PLR0913 — what stands in a certificate
    name: str,
    key: VerifyingKey,
    authority: Authority,
    lifetime: Lifetime,
    *,
    uris: Sequence[str] = (),
    dns: Sequence[str] = (),
    random: RandomBytes = random_bytes,
) -> x509.Certificate:
    """An end entity's certificate for signatures, known by these URIs and DNS names.

    Raises:
        OutOfRangeError: no name that anybody could compare with.
    """
    names = [*map(x509.UniformResourceIdentifier, uris), *map(x509.DNSName, dns)]
    if not names:
        raise OutOfRangeError("a certificate needs a URI or a DNS name")
    issuer = authority.certificate
    point = x509.AuthorityKeyIdentifier.from_issuer_public_key(_public(authority.key.public))
    builder = (
        _builder(_name(name), issuer.subject, key, lifetime, random)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(point, critical=False)
    )
    return _signed(builder, authority.key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: VerifyingKey, lifetime: Lifetime, random: RandomBytes
) -> x509.CertificateBuilder:
    public = _public(key)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(1 + int.from_bytes(random(_SERIAL_BYTES), "big"))
        .not_valid_before(lifetime.start)
        .not_valid_after(lifetime.end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _public(key: VerifyingKey) -> ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey:
    public = PublicKey.of(key)
    if public.type is KeyType.ED25519:
        return ed25519.Ed25519PublicKey.from_public_bytes(public.raw)
    return public.curve_point()


def _signed(builder: x509.CertificateBuilder, key: SigningKey) -> x509.Certificate:
    secret = load_pem_private_key(key.to_pem(), password=None)
    if isinstance(secret, ed25519.Ed25519PrivateKey):
        return builder.sign(secret, None)
    return builder.sign(cast("ec.EllipticCurvePrivateKey", secret), hashes.SHA256(), ecdsa_deterministic=True)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
