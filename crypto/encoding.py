"""Bytes and documents in one canonical form, read strictly.

base64url without padding (RFC 4648 §5), canonical JSON (RFC 8785) and JSON that refuses what two parsers
could read differently: duplicate keys, NaN and Infinity, invalid UTF-8, and documents over a stated size.
"""

import binascii
import hashlib
import json
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import rfc8785

from crypto.errors import MalformedError

Json = None | bool | int | float | str | Sequence["Json"] | dict[str, "Json"]

MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64
MAX_EXACT_INTEGER = 2**53 - 1
"""The largest integer that every reader of JSON holds exactly (RFC 8785 §3.2.2.3)."""

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/!!!")
# Possessive, and without a closing quote if there is none: linear in every text.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NO_BRACKET = re.compile(r"[^\[\]{}]+")


def b64url_encode(raw: bytes) -> str:
    """Encode as base64url without padding."""
    return b64url_bytes(raw).decode("ascii")


def b64url_bytes(raw: bytes) -> bytes:
    """Encode as base64url without padding, as ASCII bytes for whoever hashes or joins them."""
    return binascii.b2a_base64(raw, newline=False).translate(_TO_URL, b"=")


def b64url_decode(text: str, *, length: int | None = None) -> bytes:
    """Decode base64url without padding; only the one canonical spelling of each byte string is accepted.

    Raises:
        MalformedError: a character, the padding or the final bits are not canonical, or the result does
            not have `length` bytes.
    """
    try:
        # What is no character of base64url becomes one of no alphabet.
        padded = text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4)
        raw = binascii.a2b_base64(padded, strict_mode=True)
    except ValueError as error:
        raise MalformedError("expected base64url without padding") from error
    if binascii.b2a_base64(raw, newline=False) != padded:
        raise MalformedError("expected canonical base64url without padding")
    if length is not None and len(raw) != length:
        raise MalformedError(f"expected {length} bytes, got {len(raw)}")
    return raw


def canonical_json(value: object) -> bytes:
    """Serialise by RFC 8785, so that equal documents have equal bytes and digests.

    Documents without fractions and with ASCII names, which are nearly all, take Python's own encoder: it
    writes them the same and ten times faster.

    Raises:
        MalformedError: the value holds something JSON has no form for, or an integer beyond ±(2^53 - 1).
    """
    try:
        if _is_plain([value], MAX_DEPTH):
            return _PLAIN_ENCODER.encode(value).encode("utf-8")
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as error:
        raise MalformedError(f"not a JSON document: {error}") from error


def parse_json(raw: bytes | str, *, max_bytes: int = MAX_DOCUMENT_BYTES) -> Json:
    """Parse JSON strictly.

    Raises:
        MalformedError: invalid UTF-8 or JSON, a duplicate key, NaN or Infinity, a lone surrogate (which is
            no text, RFC 8259 §8.2), an integer of thousands of digits, nested deeper than `MAX_DEPTH`, or
            longer than `max_bytes`.
    """
    encoded = raw if isinstance(raw, bytes) else raw.encode("utf-8", errors="surrogatepass")
    if len(encoded) > max_bytes:
        raise MalformedError(f"the document has {len(encoded)} bytes; at most {max_bytes} are read")
    try:
        text = encoded.decode("utf-8")
        _check_depth(text)
        value: Json = _STRICT_DECODER.decode(text)
        if "\\u" in text:
            # An escape can spell half of a surrogate pair, which nothing downstream could write again.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except MalformedError:
        raise
    except (ValueError, RecursionError) as error:
        # ValueError covers JSONDecodeError, UnicodeError and Python's limit on the digits of an integer.
        raise MalformedError(f"not a JSON document: {error.__class__.__name__}") from error
    return value


def sha256(*parts: bytes) -> bytes:
    """Hash the concatenation of the parts (FIPS 180-4)."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def digest_of(value: object) -> str:
    """The base64url SHA-256 digest of a document's canonical form."""
    return b64url_encode(sha256(canonical_json(value)))


def _unique_keys(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedError("an object names a key twice")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedError(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise MalformedError("a number is too large to be read")
    return number


def _is_plain(members: Iterable[Any], depth: int) -> bool:
    """Whether Python's encoder writes these as RFC 8785 does.

    It does for strings, for integers that are exact as doubles, and for objects whose names sort alike by
    code points and by UTF-16 units (RFC 8785 §3.2.3), such as ASCII ones. Fractions it writes differently.
    """
    for member in members:
        kind = type(member)
        if kind is str or member is None or kind is bool:
            continue
        if kind is dict:
            plain = depth > 0 and _are_ascii(member) and _is_plain(member.values(), depth - 1)
        elif kind is list or kind is tuple:
            plain = depth > 0 and _is_plain(member, depth - 1)
        else:
            plain = isinstance(member, str) or (
                kind is int and -MAX_EXACT_INTEGER <= member <= MAX_EXACT_INTEGER
            )
        if not plain:
            return False
    return True


def _are_ascii(names: Iterable[Any]) -> bool:
    try:
        return "".join(names).isascii()
    except TypeError:  # a name that is no string
        return False


def _check_depth(text: str) -> None:
    """Count brackets outside of strings before the parser recurses into them and may exhaust its stack."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _NO_BRACKET.sub("", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise MalformedError(f"the document is nested deeper than {MAX_DEPTH} levels")


_PLAIN_ENCODER = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
)
_STRICT_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique_keys, parse_constant=_refuse_constant, parse_float=_finite
)
