"""Self-made certificates, by which the processes of the market recognise each other.

There is no certificate authority to trust or to lose: each process makes one certificate, its fingerprint is
listed in the signed trust registry, and the others accept exactly that one. The certificates say CA:FALSE,
so whoever holds one cannot vouch for another.
"""

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from crypto.encoding import b64url_encode, sha256
from ssi.hosting.errors import CertificateError
from ssi.hosting.files import write_private
from ssi.http.address import LOOPBACK_HOSTS

_CLOCK_SLACK = timedelta(minutes=5)
_MAX_COMMON_NAME = 64


@dataclass(frozen=True)
class CertificateFiles:
    """Where a certificate and its key lie, both PEM."""

    certificate: Path
    key: Path

    @property
    def pem(self) -> str:
        """The certificate, which is public."""
        return self.certificate.read_text("ascii")


@dataclass(frozen=True)
class ServerTls:
    """How a server speaks TLS: its own certificate, and the client certificates it lets in (PEM each).

    Without `peers` no client certificate is asked for. With them, a client that shows none is served (and
    has no fingerprint), one that shows any other certificate is cut off in the handshake.
    """

    files: CertificateFiles
    peers: tuple[str, ...] = field(default=(), repr=False)

    def context(self) -> ssl.SSLContext:
        """TLS 1.3 only (RFC 8446), with client certificates where there are peers.

        Raises:
            CertificateError: a file or a peer's certificate cannot be used.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        try:
            context.load_cert_chain(self.files.certificate, self.files.key)
            if self.peers:
                context.verify_mode = ssl.CERT_OPTIONAL
                # Each self-made certificate is its own and only anchor.
                context.load_verify_locations(cadata="\n".join(self.peers))
        except (OSError, ValueError) as error:
            raise CertificateError(
                f"cannot use {self.files.certificate.name} or a peer's certificate"
            ) from error
        return context


def make_certificate(
    folder: Path,
    name: str,
    *,
    now: datetime,
    hosts: tuple[str, ...] = LOOPBACK_HOSTS,
    valid_for: timedelta = timedelta(days=825),
) -> CertificateFiles:
    """Make a P-256 key and its self-signed certificate: ``tls.key`` (mode 0600) and ``tls.pem``.

    It serves both as server and as client certificate.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:_MAX_COMMON_NAME])])
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - _CLOCK_SLACK)
        .not_valid_after(now.astimezone(UTC) + valid_for)
        .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_digital_signature_only(), critical=True)
        .add_extension(usages, critical=False)
        .sign(key, hashes.SHA256())
    )
    files = CertificateFiles(certificate=folder / "tls.pem", key=folder / "tls.key")
    pem = serialization.Encoding.PEM
    write_private(
        files.key,
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    files.certificate.write_bytes(certificate.public_bytes(pem))
    return files


def hosts_of(url: str) -> tuple[str, ...]:
    """The hosts that a certificate is made for: those of this machine, and that of its public address."""
    return tuple(dict.fromkeys((*LOOPBACK_HOSTS, urlsplit(url).hostname or "localhost")))


def fingerprint_of_der(der: bytes) -> str:
    """The base64url SHA-256 of a certificate in DER form: its name in the trust registry."""
    return b64url_encode(sha256(der))


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _digital_signature_only() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
