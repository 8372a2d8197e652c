"""Who asks, and how is that proved? Client identifiers with their prefixes (OpenID4VP 1.0 §5.9)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from cryptography import x509

from ssi.openid4vp.errors import ErrorCode, RequestRefusedError
from ssi.x509 import certificate_hash

MAX_CLIENT_ID: Final = 2_000


class ClientIdPrefix(StrEnum):
    """The ways to prove who asks that are known here.

    `redirect_uri` proves nothing but where the answer goes; its requests are not signed.
    """

    REDIRECT_URI = "redirect_uri"
    X509_SAN_DNS = "x509_san_dns"
    X509_HASH = "x509_hash"
    DECENTRALIZED_IDENTIFIER = "decentralized_identifier"


@dataclass(frozen=True)
class ClientId:
    """A client identifier: the prefix says how `name` is proved. As text it is what answers are bound to."""

    prefix: ClientIdPrefix
    name: str

    def __str__(self) -> str:
        return f"{self.prefix}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a client identifier.

        Raises:
            RequestRefusedError: `invalid_request`: without a prefix, with one that is not known, or without a
                name.
        """
        prefix, separator, name = text[: MAX_CLIENT_ID + 1].partition(":")
        known = {str(one): one for one in ClientIdPrefix}
        if not separator or not name or prefix not in known or len(text) > MAX_CLIENT_ID:
            raise RequestRefusedError(
                ErrorCode.INVALID_REQUEST,
                f"the client identifier {text[:100]!r} begins with none of {', '.join(known)}",
            )
        return cls(known[prefix], name)


def hash_client_id(leaf: x509.Certificate) -> ClientId:
    """The identifier of whoever has this certificate: the base64url SHA-256 of its DER form (§5.9.3)."""
    return ClientId(ClientIdPrefix.X509_HASH, certificate_hash(leaf))


def dns_client_id(name: str) -> ClientId:
    """The identifier of whoever has a certificate for this DNS name."""
    return ClientId(ClientIdPrefix.X509_SAN_DNS, name)


def did_client_id(did: str) -> ClientId:
    """The identifier of whoever controls this DID."""
    return ClientId(ClientIdPrefix.DECENTRALIZED_IDENTIFIER, did)


def redirect_client_id(uri: str) -> ClientId:
    """The identifier of whoever receives answers at this address."""
    return ClientId(ClientIdPrefix.REDIRECT_URI, uri)
