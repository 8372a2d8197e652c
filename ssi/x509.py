"""Is this certificate chain one of an issuer that the registry trusts? X.509 (RFC 5280) for `x5c` headers.

A chain counts only if it ends in a certificate that the trust registry lists for the issuer. Path validation
is RFC 5280 §6.1 without its rare parts: a critical extension that is not checked here, name constraints and
policy constraints among them, is refused. Signatures with SHA-2 or Ed25519 only; the end-entity key is P-256.
A certificate that is made for servers or clients of TLS and nothing else signs no credentials.

Limit: no revocation lists and no OCSP are asked. A certificate is taken back by taking its root, or the
issuer, out of the registry, or by letting it run out.
"""

import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from crypto.encoding import Json, b64url_encode, sha256
from crypto.errors import MalformedError, SignatureError
from crypto.signing import VerifyingKey

T = TypeVar("T", bound=x509.ExtensionType)
MAX_CHAIN: Final = 6
MAX_CERTIFICATE: Final = 20_000
_UNREADABLE: Final = (ValueError, x509.DuplicateExtension, x509.InvalidVersion, UnsupportedAlgorithm)
_HASHES: Final = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_CHECKED: Final = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    }
)
_OF_CONNECTIONS: Final = frozenset({ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH})


@dataclass(frozen=True)
class Names:
    """What a certificate says its holder is called: the URIs and DNS names of its alternative names."""

    uris: tuple[str, ...]
    dns: tuple[str, ...]

    def include(self, issuer: str) -> bool:
        """Whether an issuer identifier is one of the URIs, or an https address on one of the DNS names."""
        try:
            parts = urlsplit(issuer)
        except ValueError:  # no address, such as `https://[`
            return issuer in self.uris
        return issuer in self.uris or (parts.scheme == "https" and (parts.hostname or "") in self.dns)


def read_chain(x5c: Json, where: str) -> tuple[x509.Certificate, ...]:
    """Read an `x5c` header (RFC 7515 §4.1.6): base64, not base64url, of DER, the end entity first.

    Raises:
        MalformedError: no list of 1 to `MAX_CHAIN` certificates, one stands twice, or one has no positive
            serial number.
    """
    if not isinstance(x5c, list) or not 0 < len(x5c) <= MAX_CHAIN:
        raise MalformedError(f"{where}: expected 1 to {MAX_CHAIN} certificates")
    chain = tuple(_read(text, f"{where}[{index}]") for index, text in enumerate(x5c))
    if len({certificate_hash(certificate) for certificate in chain}) != len(chain):
        raise MalformedError(f"{where}: a certificate stands twice")
    return chain


def write_chain(chain: Sequence[x509.Certificate]) -> list[str]:
    """The `x5c` header of a chain; the root itself may be left out, and by HAIP 1.0 has to be."""
    return [
        binascii.b2a_base64(certificate.public_bytes(Encoding.DER), newline=False).decode("ascii")
        for certificate in chain
    ]


def read_pem(text: str, where: str) -> x509.Certificate:
    """Read one certificate in PEM.

    Raises:
        MalformedError: not exactly one certificate, or one without a positive serial number.
    """
    try:
        pem = text[: MAX_CERTIFICATE + 1].encode()
        found = [_whole(certificate) for certificate in x509.load_pem_x509_certificates(pem)]
    except _UNREADABLE as error:
        raise MalformedError(f"{where}: expected one X.509 certificate in PEM") from error
    if len(found) != 1 or len(text) > MAX_CERTIFICATE:
        raise MalformedError(f"{where}: expected one X.509 certificate in PEM")
    return found[0]


def certificate_hash(certificate: x509.Certificate) -> str:
    """The base64url SHA-256 of the DER form: what `x509_hash` of OpenID4VP 1.0 §5.9.3 names a verifier by."""
    return b64url_encode(sha256(certificate.public_bytes(Encoding.DER)))


def names_of(certificate: x509.Certificate) -> Names:
    """The alternative names of a certificate; the common name is no name of anybody."""
    names = _extension(certificate, x509.SubjectAlternativeName)
    if names is None:
        return Names((), ())
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    return Names(tuple(uris), tuple(name.lower() for name in names.get_values_for_type(x509.DNSName)))


def verify_chain(
    chain: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    *,
    now: datetime,
    for_credentials: bool = False,
) -> VerifyingKey:
    """The key of the end entity, if the chain leads to one of these roots now; root included or left out.

    A root may be the end entity's own certificate: then it is trusted by itself, as a key that is pinned.
    With `for_credentials`, a certificate below the root may not be limited to TLS by its extended key usage
    (RFC 5280 §4.2.1.12): whoever runs an issuer's web server is not the issuer for that. Verifiers are known
    by such certificates (`x509_san_dns` of OpenID4VP 1.0 §5.9.3), so others do not ask for it.

    Raises:
        SignatureError: it leads to none of the roots, a signature does not verify, or a certificate is not
            valid now or not made for what it is used for.
        MalformedError: the end entity's key is none on P-256.
    """
    leaf, *authorities = chain
    known = {certificate_hash(root) for root in roots}
    path = [leaf]
    for authority in authorities:
        if certificate_hash(path[-1]) in known:
            raise SignatureError("x5c: a certificate follows after the trusted root")
        _require_issued(path[-1], authority)
        path.append(authority)
    if certificate_hash(path[-1]) not in known:
        path.append(_issuer_among(path[-1], roots))
    for depth, certificate in enumerate(path):
        _require_valid(certificate, now)
        if depth == 0:
            _require_end_entity(certificate, pinned=len(path) == 1)
        else:
            _require_authority(certificate, below=depth - 1)
        if for_credentials and depth < len(path) - 1:
            _require_not_of_connections(certificate)
    return leaf_key(leaf)


def leaf_key(certificate: x509.Certificate) -> VerifyingKey:
    """The key of an end entity.

    Raises:
        MalformedError: another key than one on P-256.
    """
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedError("x5c: the key of the certificate cannot be read") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise MalformedError("x5c: expected a key on P-256")
    return VerifyingKey("ES256", key)


def _read(text: Json, where: str) -> x509.Certificate:
    if not isinstance(text, str) or len(text) > MAX_CERTIFICATE:
        raise MalformedError(f"{where}: expected a certificate of up to {MAX_CERTIFICATE} characters")
    try:
        der = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
        return _whole(x509.load_der_x509_certificate(der))
    except _UNREADABLE as error:
        raise MalformedError(f"{where}: expected base64 of a certificate in DER") from error


def _whole(certificate: x509.Certificate) -> x509.Certificate:
    """The same certificate once each part that is looked at later was read: the library reads them late.

    Raises:
        ValueError, DuplicateExtension, UnsupportedAlgorithm: a part cannot be read, or the serial number is
            not positive (RFC 5280 §4.1.2.2).
    """
    if certificate.serial_number <= 0:
        raise ValueError("a serial number that is not positive")
    _ = (certificate.subject, certificate.issuer, certificate.extensions)
    _ = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    return certificate


def _issuer_among(certificate: x509.Certificate, roots: Sequence[x509.Certificate]) -> x509.Certificate:
    for root in roots:
        if root.subject == certificate.issuer:
            try:
                _require_issued(certificate, root)
            except SignatureError:
                continue  # another root of the same name, as after a change of keys
            return root
    raise SignatureError("x5c: the chain leads to no root that the trust registry lists for the issuer")


def _require_issued(certificate: x509.Certificate, authority: x509.Certificate) -> None:
    try:
        algorithm = certificate.signature_hash_algorithm  # None for Ed25519, which has its own
        if algorithm is not None and not isinstance(algorithm, _HASHES):
            raise SignatureError(f"x5c: a certificate is signed with {algorithm.name}; expected SHA-2")
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise SignatureError("x5c: a certificate was not issued by the one that follows") from error


def _require_valid(certificate: x509.Certificate, now: datetime) -> None:
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise SignatureError(
            f"x5c: a certificate is valid from {certificate.not_valid_before_utc.isoformat()}"
            f" to {certificate.not_valid_after_utc.isoformat()}, not at {now.isoformat()}"
        )
    unchecked = [
        extension.oid.dotted_string
        for extension in certificate.extensions
        if extension.critical and extension.oid not in _CHECKED
    ]
    if unchecked:
        raise SignatureError(f"x5c: a certificate has a critical extension, {unchecked[0]}, not checked here")


def _require_end_entity(certificate: x509.Certificate, *, pinned: bool) -> None:
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is not None and constraints.ca and not pinned:
        raise SignatureError("x5c: an authority's certificate stands where the end entity's belongs")
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not usage.digital_signature and not pinned:
        raise SignatureError("x5c: the end entity's certificate is not made for signatures")


def _require_authority(certificate: x509.Certificate, *, below: int) -> None:
    """`below` authorities stand between this one and the end entity (RFC 5280 §4.2.1.9)."""
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        raise SignatureError("x5c: a certificate that is no authority's has issued another")
    if constraints.path_length is not None and below > constraints.path_length:
        raise SignatureError("x5c: the chain is longer than an authority in it allows")
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        raise SignatureError("x5c: an authority's certificate is not made for issuing certificates")


def _require_not_of_connections(certificate: x509.Certificate) -> None:
    usage = _extension(certificate, x509.ExtendedKeyUsage)
    if usage is not None and set(usage) <= _OF_CONNECTIONS:
        raise SignatureError("x5c: a certificate is made for TLS only, not for signing credentials")


def _extension(certificate: x509.Certificate, kind: type[T]) -> T | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
