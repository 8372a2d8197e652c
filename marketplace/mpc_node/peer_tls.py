"""How do two nodes recognise each other on a connection? By the very certificates that the registry lists.

TLS 1.3 (RFC 8446), both sides show a certificate, and nothing else is asked: no authority, no host name. The
handshake proves that the peer holds the key; afterwards the certificate's SHA-256 is compared with the
registry's. A registry that was replaced counts from the next connection on.
"""

import socket
import ssl
from collections.abc import Iterable

from ssi.hosting.tls import CertificateFiles, fingerprint_of_der


def dialling_context(own: CertificateFiles, peer_pem: str) -> ssl.SSLContext:
    """For the side that dials: it trusts one certificate.

    Raises:
        OSError: a file cannot be read, or holds no certificate and key.
    """
    return _context(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), own, (peer_pem,))


def answering_context(own: CertificateFiles, peer_pems: Iterable[str]) -> ssl.SSLContext:
    """For the side that answers: it trusts these certificates, and lets in nobody without one.

    Raises:
        OSError: a file cannot be read, or holds no certificate and key.
    """
    context = _context(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), own, peer_pems)
    context.num_tickets = 0  # connections are not resumed
    return context


def handshake(
    connection: socket.socket, context: ssl.SSLContext, *, answering: bool, seconds: float
) -> tuple[ssl.SSLSocket, str]:
    """Go through the handshake; the connection, and the fingerprint of the certificate that the peer showed.

    The connection is closed if anything is wrong.

    Raises:
        OSError: no handshake within so many seconds, or another certificate than those that are trusted.
    """
    connection.settimeout(seconds)
    wrapped = context.wrap_socket(
        connection, server_side=answering, do_handshake_on_connect=False, suppress_ragged_eofs=True
    )
    try:
        wrapped.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wrapped.do_handshake()
        der = wrapped.getpeercert(binary_form=True)
        if not der:
            raise ssl.SSLError("the peer showed no certificate")
    except OSError:
        wrapped.close()
        raise
    return wrapped, fingerprint_of_der(der)


def _context(context: ssl.SSLContext, own: CertificateFiles, pems: Iterable[str]) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # the fingerprint is the identity
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(own.certificate, own.key)
    context.load_verify_locations(cadata="\n".join(pems))
    return context
