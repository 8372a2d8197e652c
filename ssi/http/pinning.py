"""Recognise a TLS peer by its one pinned certificate, and show it ours.

The certificates of nodes and marketplaces are self-made and listed in the signed trust registry, so no
certificate authority is asked: the handshake must present exactly the pinned certificate (compared by
SHA-256), still valid, over TLS 1.3 (RFC 8446). The host name says nothing more and is not compared.
"""

import ssl
from dataclasses import dataclass
from hashlib import sha256
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from ssi.http.errors import PeerError


@dataclass(frozen=True)
class ClientCertificate:
    """The files of our own certificate and its key, both PEM."""

    certificate: Path
    key: Path


class PinnedAdapter(HTTPAdapter):
    """Connections whose TLS settings are ours alone: nothing from the environment is added."""

    def __init__(self, context: ssl.SSLContext, fingerprint: str | None) -> None:
        self._context = context
        self._fingerprint = fingerprint
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **settings: Any) -> None:
        """Give every connection the context, and the fingerprint to compare after the handshake."""
        settings |= {"ssl_context": self._context, "assert_fingerprint": self._fingerprint}
        super().init_poolmanager(connections, maxsize, block, **settings)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Add no certificate authorities: requests would trust all public ones besides the pin."""

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        """The host alone tells connections apart, since their TLS settings are all the same."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {}


def open_session(*, pinned_pem: str | None, certificate: ClientCertificate | None) -> requests.Session:
    """A session that trusts one pinned certificate, or the public authorities where nothing is pinned.

    Raises:
        PeerError: a certificate or key cannot be read.
    """
    try:
        context = _pinned_context(pinned_pem) if pinned_pem else ssl.create_default_context()
        if certificate:
            context.load_cert_chain(certificate.certificate, certificate.key)
    except (OSError, ValueError) as error:
        raise PeerError(f"a certificate cannot be used: {type(error).__name__}") from error
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", PinnedAdapter(context, _fingerprint(pinned_pem)))
    return session


def _pinned_context(pinned_pem: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # the fingerprint is the identity
    context.load_verify_locations(cadata=pinned_pem)
    return context


def _fingerprint(pinned_pem: str | None) -> str | None:
    if pinned_pem is None:
        return None
    return sha256(ssl.PEM_cert_to_DER_cert(pinned_pem.strip())).hexdigest()
