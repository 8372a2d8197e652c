"""Bytes as text that says how it was written: multibase (Controlled Identifiers 1.0 §2.4), z and u only."""

from typing import Final

import base58

from crypto.encoding import b64url_decode, b64url_encode
from crypto.errors import MalformedError

BASE58_BTC: Final = "z"
BASE64_URL: Final = "u"
MAX_BASE58: Final = 1_000
"""Characters of base58 that are read: decoding takes time that grows with their square."""


def encode_base58(raw: bytes) -> str:
    """Encode as `z` and base58 with the alphabet of Bitcoin."""
    return BASE58_BTC + base58.b58encode(raw).decode("ascii")


def decode_base58(text: str) -> bytes:
    """Decode `z` and base58.

    Raises:
        MalformedError: another prefix, a character that is none of base58, or too many.
    """
    if not text.startswith(BASE58_BTC) or len(text) > MAX_BASE58:
        raise MalformedError(f"expected z and up to {MAX_BASE58} characters of base58")
    try:
        raw = base58.b58decode(text[1:].encode("ascii"))
    except ValueError as error:
        raise MalformedError("expected z and base58") from error
    if encode_base58(raw) != text:
        raise MalformedError("expected z and base58 without white space")
    return raw


def encode_base64url(raw: bytes) -> str:
    """Encode as `u` and base64url without padding."""
    return BASE64_URL + b64url_encode(raw)


def decode_base64url(text: str) -> bytes:
    """Decode `u` and canonical base64url without padding.

    Raises:
        MalformedError: another prefix, or not canonical base64url.
    """
    if not text.startswith(BASE64_URL):
        raise MalformedError("expected u and base64url")
    return b64url_decode(text[1:])
