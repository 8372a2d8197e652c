"""How is a document signed as a token, and read again without being believed? JWS compact (RFC 7515 §7.1).

The algorithm is a property of the key: Ed25519 signs `EdDSA`, P-256 `ES256`, P-384 `ES384`. A header that
names another is refused before any mathematics, and so is `none`. Header members that are not known here are
ignored (VC-JOSE-COSE 1.0 §3.1); `crit` is refused, since it names what may not be ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from crypto.encoding import b64url_decode, b64url_encode, canonical_json, parse_json
from crypto.errors import MalformedError, SignatureError
from crypto.reading import Fields
from ssi.data_integrity.signers import Signer, verify_signature
from ssi.did.public_key import KeyType, PublicKey
from ssi.errors import AlteredCredentialError, MalformedCredentialError, VerificationMethodError
from ssi.jws import UnverifiedJws

MAX_TOKEN: Final = 1_000_000
"""Characters of a token that is read."""
_ALGORITHMS: Final[Mapping[KeyType, str]] = {
    KeyType.ED25519: "EdDSA",
    KeyType.P256: "ES256",
    KeyType.P384: "ES384",
}
_ALSO: Final[Mapping[str, str]] = {"Ed25519": "EdDSA"}
"""Names that say the same: RFC 9864 §2.2."""
_PARTS: Final = 3
_MAX_TEXT: Final = 4_000
_MEDIA_TYPE_PREFIX: Final = "application/"


@dataclass(frozen=True)
class UnverifiedToken:
    """A token whose form is right and whose truth is unknown; only `verify` returns something to act upon.

    `typ` is empty where the token names none.
    """

    typ: str
    algorithm: str
    kid: str | None
    unverified_payload: Mapping[str, Any] = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def verify(self, key: PublicKey, *, typ: str) -> Mapping[str, Any]:
        """The payload, after checking type, algorithm and signature, in this order.

        Raises:
            MalformedCredentialError: a token of another type.
            VerificationMethodError: a key that signs no tokens.
            AlteredCredentialError: another algorithm than the key's, or the signature does not fit.
        """
        if self.typ != typ:
            raise MalformedCredentialError(f"token: expected the type {typ}, got {self.typ!r}")
        if self.algorithm != algorithm_of(key):
            raise AlteredCredentialError(f"token: expected {algorithm_of(key)}, got {self.algorithm!r}")
        try:
            verify_signature(key, self.signature, self.signing_input)
        except SignatureError as error:
            raise AlteredCredentialError(f"the token does not fit: {error}") from error
        return self.unverified_payload


def algorithm_of(key: PublicKey) -> str:
    """The JWS algorithm of a key (RFC 7518 §3.4, RFC 8037 §3.1).

    Raises:
        VerificationMethodError: a key that signs no tokens.
    """
    if key.type not in _ALGORITHMS:
        raise VerificationMethodError(f"a key on {key.type.curve} signs no tokens here")
    return _ALGORITHMS[key.type]


def sign_token(payload: Mapping[str, Any], signer: Signer, *, typ: str, kid: str) -> str:
    """A document as a token; `typ` such as `vc+jwt` says which content type stands beside it, `vc`.

    Raises:
        VerificationMethodError: the signer's key signs no tokens.
        MalformedCredentialError: the payload is no JSON.
    """
    header = {"alg": algorithm_of(signer.public_key), "typ": typ, "cty": typ.partition("+")[0], "kid": kid}
    try:
        parts = (b64url_encode(canonical_json(part)) for part in (header, dict(payload)))
        signing_input = ".".join(parts)
    except MalformedError as error:
        raise MalformedCredentialError(f"token: {error}") from error
    return f"{signing_input}.{b64url_encode(signer.sign(signing_input.encode('ascii')))}"


def read_token(token: str) -> UnverifiedToken:
    """Read a token without believing it.

    Raises:
        MalformedCredentialError: not three parts of base64url, or a header or payload that is no JSON object,
            names no algorithm, has `crit`, or says that the content is something else.
    """
    if len(token) > MAX_TOKEN:
        raise MalformedCredentialError(f"token: expected up to {MAX_TOKEN} characters")
    parts = token.split(".", _PARTS)
    if len(parts) != _PARTS:
        raise MalformedCredentialError(f"token: expected {_PARTS} parts, got {len(parts)}")
    try:
        header = Fields.of(parse_json(b64url_decode(parts[0])), "token header")
        payload = parse_json(b64url_decode(parts[1]))
        if not isinstance(payload, dict):
            raise MalformedError("token payload: expected an object")  # noqa: TRY301 — one exit for every reason
        return _read(header, payload, f"{parts[0]}.{parts[1]}".encode("ascii"), b64url_decode(parts[2]))
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error


def token_of(unverified: UnverifiedJws) -> UnverifiedToken:
    """The token of a JWS that was read already, such as the one in an SD-JWT.

    Raises:
        MalformedCredentialError: as `read_token`.
    """
    header = Fields.of(unverified.header, "token header")
    try:
        return _read(header, unverified.payload, unverified.signing_input, unverified.signature)
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error


def _read(
    header: Fields, payload: Mapping[str, Any], signing_input: bytes, signature: bytes
) -> UnverifiedToken:
    if header.has("crit") or header.has("b64"):
        raise MalformedError("token header: crit and b64 are not taken")
    algorithm = header.text("alg", max_length=_MAX_TEXT)
    typ = header.text("typ", max_length=_MAX_TEXT) if header.has("typ") else ""
    typ = typ.removeprefix(_MEDIA_TYPE_PREFIX)
    if header.has("cty"):
        content = header.text("cty", max_length=_MAX_TEXT).removeprefix(_MEDIA_TYPE_PREFIX)
        if content != typ.partition("+")[0]:
            raise MalformedError(f"token header.cty: it does not belong to {typ}")
    return UnverifiedToken(
        typ=typ,
        algorithm=_ALSO.get(algorithm, algorithm),
        kid=header.text("kid", max_length=_MAX_TEXT) if header.has("kid") else None,
        unverified_payload=payload,
        signing_input=signing_input,
        signature=signature,
    )
