"""How a JSON document is signed and checked: JWS compact serialisation (RFC 7515 §7.1).

The type of every token is explicit (`typ`, RFC 8725 §3.11) and must match to the letter, so that a token made
for one purpose is refused for every other. The algorithm is a property of the *key*: a header that names
another algorithm than the key's own is refused before any mathematics, so algorithms cannot be confused.

Deviation from RFC 7515 §4 on purpose: header members that this file does not know are refused, not ignored,
unless whoever reads the token says that it comes from a stranger, who may know more. `crit` is always
refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

from crypto.encoding import Json, b64url_decode, b64url_encode, canonical_json, parse_json
from crypto.errors import MalformedError, SignatureError
from crypto.reading import Fields, kind_of
from crypto.signing import SigningKey, VerifyingKey

ALGORITHMS = frozenset({"ES256", "EdDSA"})
MAX_HEADER_TEXT = 500
MAX_KID = 4000
"""Characters of a key id: a did:jwk carries a whole key in it."""

_OPAQUE_MEMBERS = ("x5c", "trust_chain", "key_attestation")
"""Known members that say how a key came to be trusted. Nothing here believes them: the key is an argument."""

_PARTS = 3
_KEPT_HEADER = 4_000
"""Characters of a header that is kept: all that are kept take up a megabyte at most."""


@dataclass(frozen=True)
class UnverifiedJws:
    """A token whose form is right and whose truth is unknown. Only `verify` returns words to act upon.

    `header` and `payload` may be used to find the key, and for nothing else.
    """

    header: Mapping[str, Json]
    payload: Mapping[str, Json] = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    where: str = "token"

    @property
    def kid(self) -> str | None:
        """The key id that the token claims; a hint for the registry, never a reason to trust."""
        return cast("str | None", self.header.get("kid"))

    def verify(self, key: VerifyingKey, *, typ: str) -> Mapping[str, Json]:
        """Return the payload after checking type, algorithm and signature, in this order.

        Raises:
            MalformedError: the token is of another type than `typ`.
            SignatureError: the header names another algorithm than the key's, or the signature does not fit.
        """
        if self.header["typ"] != typ:
            raise MalformedError(f"{self.where}: expected a token of type {typ}, got {self.header['typ']!r}")
        if self.header["alg"] != key.algorithm:
            raise SignatureError(f"{self.where}: expected {key.algorithm}, got {self.header['alg']}")
        key.verify(self.signature, self.signing_input)
        return self.payload


def sign_jws(
    payload: Mapping[str, object],
    key: SigningKey,
    *,
    typ: str,
    kid: str | None = None,
    header: Mapping[str, object] | None = None,
) -> str:
    """Sign a document as a compact JWS; header and payload are written in canonical JSON (RFC 8785).

    `header` adds members such as `jwk` or `x5c`; it can set neither `alg` nor `typ` nor `kid`.

    Raises:
        MalformedError: the payload is no JSON document, or the header would be refused by `parse_jws`.
    """
    protected: dict[str, object] = {**(header or {}), "alg": key.algorithm, "typ": typ}
    protected.pop("kid", None)
    if kid is not None:
        protected["kid"] = kid
    signing_input = f"{_protected(protected)}.{_encoded(payload)}"
    return f"{signing_input}.{b64url_encode(key.sign(signing_input.encode()))}"


def parse_jws(token: str, where: str, *, foreign: bool = False) -> UnverifiedJws:
    """Read a compact JWS without believing it; `where` names the token in messages.

    With `foreign`, header members that are not known here are ignored, as RFC 7515 §4 says; nothing relies on
    them.

    Raises:
        MalformedError: not three parts of canonical base64url, a header or payload that is not a strictly
            read JSON object, an unknown header member, `crit`, or an algorithm that is not one of ours.
    """
    parts = token.split(".", _PARTS)
    if len(parts) != _PARTS:
        raise MalformedError(f"{where}: expected a signed token of {_PARTS} parts, got {len(parts)}")
    read = _read_header if len(parts[0]) <= _KEPT_HEADER else _read_header.__wrapped__
    header = dict(read(parts[0], f"{where} header", foreign))
    return UnverifiedJws(
        header=header,
        payload=_object(parts[1], f"{where} payload"),
        signing_input=f"{parts[0]}.{parts[1]}".encode("ascii"),
        signature=_decoded(parts[2], f"{where} signature"),
        where=where,
    )


@lru_cache(maxsize=256)
def _read_header(part: str, where: str, foreign: bool) -> Mapping[str, Json]:
    """Read and check a header; an issuer's is the same on all its tokens, so the last ones are kept."""
    header = _object(part, where)
    _check_header(header, where, foreign=foreign)
    return header


def _protected(header: Mapping[str, object]) -> str:
    """The encoded header; a plain one, which an issuer writes again and again, is encoded once."""
    try:
        return _plain_header(tuple(header.items()))
    except TypeError:  # a member that is no text, such as a certificate chain
        return _checked_header(header)


@lru_cache(maxsize=256)
def _plain_header(members: tuple[tuple[str, object], ...]) -> str:
    return _checked_header(dict(members))


def _checked_header(header: Mapping[str, object]) -> str:
    _check_header(cast("Mapping[str, Json]", header), "header")
    return _encoded(header)


def _check_header(header: Mapping[str, Json], where: str, *, foreign: bool = False) -> None:
    if "crit" in header:
        raise MalformedError(f"{where}.crit: no critical extension is understood")
    fields = Fields(header, where)
    algorithm = fields.text("alg", max_length=MAX_HEADER_TEXT)
    if algorithm not in ALGORITHMS:
        raise MalformedError(f"{where}.alg: expected one of {sorted(ALGORITHMS)}, got {algorithm!r}")
    fields.text("typ", max_length=MAX_HEADER_TEXT)
    if "kid" in header:
        fields.text("kid", max_length=MAX_KID)
    if "jwk" in header:
        fields.section("jwk")
    for name in _OPAQUE_MEMBERS:
        fields.has(name)
    if not foreign:
        fields.done()


def _object(part: str, where: str) -> dict[str, Json]:
    try:
        value = parse_json(_decoded(part, where))
    except MalformedError as error:
        raise MalformedError(f"{where}: {error}") from error
    if not isinstance(value, dict):
        raise MalformedError(f"{where}: expected an object, got {kind_of(value)}")
    return value


def _decoded(part: str, where: str) -> bytes:
    try:
        return b64url_decode(part)
    except MalformedError as error:
        raise MalformedError(f"{where}: {error}") from error


def _encoded(document: Mapping[str, object]) -> str:
    return b64url_encode(canonical_json(dict(document)))
