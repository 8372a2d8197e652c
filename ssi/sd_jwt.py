"""How are claims signed once and shown one by one? Selective Disclosure for JWTs (RFC 9901).

The issuer signs, instead of a claim, the digest of a *disclosure*: salt, name and value (§4.2.1), or salt and
value of an array element (§4.2.2). A holder passes on only the disclosures she chooses. Salts have 128 bits,
so a claim that is not shown cannot be guessed from its digest; digests are sorted, so their order says
nothing. Issued with SHA-256; SHA-384 and SHA-512 are read as well. All presentations of one SD-JWT can be
linked to each other.

Checking what was disclosed is `disclosures`; a key-bound presentation is `key_binding`; the JSON
serialisation is `sd_jwt_json`; what an issuer makes selective is `disclosure_policy`.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import Final, cast

from crypto.encoding import MAX_EXACT_INTEGER, Json, b64url_bytes, b64url_encode, canonical_json
from crypto.errors import MalformedError
from crypto.randomness import RandomBytes, random_bytes
from crypto.signing import SigningKey, VerifyingKey
from ssi.claim_paths import ClaimPath, select
from ssi.disclosures import (
    DIGEST_ALGORITHM,
    Disclosure,
    Path,
    Unpacked,
    check_name,
    read_algorithm,
    unpack,
)
from ssi.jws import UnverifiedJws, parse_jws, sign_jws

SALT_BYTES: Final = 16
MAX_DISCLOSURES: Final = 2000
_SALTS_AT_ONCE: Final = 32
_SALT_LETTERS: Final = 22
_FILLING: Final = bytes(-SALT_BYTES % 3)
_WHERE: Final = "credential"


@dataclass(frozen=True)
class Selective:
    """Marks a claim or an array element that the holder can show or keep back; it may hold further ones."""

    value: object = field(repr=False)


class Decoy:
    """Stands where a claim or an array element could be: a digest of nothing (§4.2.5).

    Whoever sees the credential cannot tell it from a claim that is not shown, so the number of digests does
    not say how much is known about a person.
    """


@dataclass(frozen=True)
class UnverifiedSdJwt:
    """A parsed SD-JWT, with or without a key-binding JWT. Only `verify` gives access to claims."""

    jws: UnverifiedJws
    issuer_signed: str = field(repr=False)
    disclosures: tuple[Disclosure, ...] = field(repr=False)
    key_binding: str | None = field(repr=False)

    def verify(self, key: VerifyingKey, *, typ: str) -> Unpacked:
        """Return the claims after checking the issuer's signature and every disclosure (§7.1).

        Raises:
            MalformedError: another type of token, or disclosures that do not fit (see `unpack`).
            SignatureError: the signature does not verify under this key.
        """
        return unpack(self.jws.verify(key, typ=typ), self.disclosures, self.jws.where)


def issue_sd_jwt(  # noqa: PLR0913 — what stands in the signed header, and the randomness
    claims: Mapping[str, object],
    key: SigningKey,
    *,
    typ: str,
    kid: str | None = None,
    header: Mapping[str, object] | None = None,
    random: RandomBytes = random_bytes,
) -> str:
    """Sign claims, of which those wrapped in `Selective` can be shown one by one; all disclosures follow.

    `header` adds members such as `x5c` to the signed header.

    Raises:
        MalformedError: a claim is named `_sd`, `...` or `_sd_alg`, or is no JSON.
    """
    packing = _Packing(random)
    payload = packing.members(claims)
    if packing.disclosures:
        payload["_sd_alg"] = DIGEST_ALGORITHM
    issuer_signed = sign_jws(payload, key, typ=typ, kid=kid, header=header).encode("ascii")
    return b"~".join((issuer_signed, *packing.disclosures, b"")).decode("ascii")


def join_sd_jwt(issuer_signed: str, disclosures: Collection[str]) -> str:
    """Write an SD-JWT without key binding: each part is followed by a tilde (§4)."""
    return "~".join((issuer_signed, *disclosures, ""))


def parse_sd_jwt(token: str, where: str, *, foreign: bool = False) -> UnverifiedSdJwt:
    """Read the compact form without believing it (§4); `foreign` as for `parse_jws`.

    Raises:
        MalformedError: no tilde, a part that is not of its form, a disclosure that stands twice, or more
            than `MAX_DISCLOSURES`.
    """
    issuer_signed, *rest = token.split("~", MAX_DISCLOSURES + 2)
    if not rest or len(rest) > MAX_DISCLOSURES + 1:
        raise MalformedError(f"{where}: expected up to {MAX_DISCLOSURES} disclosures, each ended by a tilde")
    *encoded, key_binding = rest
    jws = parse_jws(issuer_signed, where, foreign=foreign)
    algorithm = read_algorithm(jws.payload, where)
    return UnverifiedSdJwt(
        jws=jws,
        issuer_signed=issuer_signed,
        disclosures=tuple(Disclosure.parse(part, where, algorithm) for part in encoded),
        key_binding=key_binding or None,
    )


def present_sd_jwt(token: str, paths: Collection[Path]) -> str:
    """Keep only the disclosures that these paths need, each with its parents; drops a key binding.

    A path leads from the top to a claim, by names and array positions: `("address", "street")`. What is not
    selectively disclosable is shown anyway. Only form is checked: a holder presents what she verified before.

    Raises:
        MalformedError: not an SD-JWT whose disclosures fit, or a path that leads to no disclosure.
    """
    parsed = parse_sd_jwt(token, _WHERE, foreign=True)
    unpacked = unpack(parsed.jws.payload, parsed.disclosures, _WHERE)
    wanted: set[str] = set()
    for path in paths:
        if path not in unpacked.places:
            raise MalformedError(f"{_WHERE}: nothing to disclose at {'.'.join(map(str, path))[:200]!r}")
        wanted.update(_with_parents(path, unpacked))
    return _keep(parsed, wanted)


def present_claims(token: str, paths: Collection[ClaimPath]) -> str:
    """Keep what these claim paths mean, whole: with its parents and with everything inside it.

    A path may mean a claim that is always shown; that needs no disclosure. Drops a key binding.

    Raises:
        MalformedError: not an SD-JWT whose disclosures fit, or a path that means nothing here.
    """
    parsed = parse_sd_jwt(token, _WHERE, foreign=True)
    unpacked = unpack(parsed.jws.payload, parsed.disclosures, _WHERE)
    wanted: set[str] = set()
    for path in paths:
        meant = select(unpacked.claims, path)
        if not meant:
            raise MalformedError(f"{_WHERE}: there is nothing at {list(path)!r}")
        for place in meant:
            wanted.update(_with_parents(place, unpacked))
            wanted.update(digest for inner, digest in unpacked.places.items() if inner[: len(place)] == place)
    return _keep(parsed, wanted)


def _with_parents(path: Path, unpacked: Unpacked) -> list[str]:
    prefixes = (path[: length + 1] for length in range(len(path)))
    return [unpacked.places[prefix] for prefix in prefixes if prefix in unpacked.places]


def _keep(parsed: UnverifiedSdJwt, wanted: Collection[str]) -> str:
    kept = [disclosure.encoded for disclosure in parsed.disclosures if disclosure.digest in wanted]
    return join_sd_jwt(parsed.issuer_signed, kept)


class _Packing:
    """Turns claims into a payload of digests, collecting the disclosures, innermost first."""

    def __init__(self, random: RandomBytes) -> None:
        self.disclosures: list[bytes] = []
        self._random = random
        self._salts: list[str] = []
        # The system's generator is asked seldom; a repeatable stream gives each salt as it always did.
        self._at_once = _SALTS_AT_ONCE if random is random_bytes else 1

    def members(self, claims: Mapping[str, object]) -> dict[str, Json]:
        packed: dict[str, Json] = {}
        digests = []
        for name, value in claims.items():
            check_name(name, "claims")
            if isinstance(value, Selective):
                digests.append(self._disclose(name, self._pack(value.value)))
            elif isinstance(value, Decoy):
                digests.append(self._decoy())
            else:
                packed[name] = self._pack(value)
        if digests:
            packed["_sd"] = sorted(digests)
        return packed

    def _pack(self, value: object) -> Json:
        if isinstance(value, _SCALARS):
            return value
        if isinstance(value, Mapping):
            return self.members(value)
        if isinstance(value, Sequence):
            return [self._element(element) for element in value]
        return cast("Json", value)  # what is not JSON is refused when it is written

    def _element(self, element: object) -> Json:
        if isinstance(element, Selective):
            return {"...": self._disclose(None, self._pack(element.value))}
        if isinstance(element, Decoy):
            return {"...": self._decoy()}
        return self._pack(element)

    def _drawn(self) -> list[str]:
        """Salts of which at least one is left."""
        if not self._salts:
            drawn = self._random(SALT_BYTES * self._at_once)
            ends = range(len(drawn), 0, -SALT_BYTES)
            # Each salt is filled up to whole groups of base64, so that all are encoded at once.
            filled = b"".join([drawn[end - SALT_BYTES : end] + _FILLING for end in ends])
            text = b64url_encode(filled)
            self._salts = [
                text[start : start + _SALT_LETTERS] for start in range(0, len(text), _SALT_LETTERS + 2)
            ]
        return self._salts

    def _decoy(self) -> str:
        return b64url_encode(hashlib.sha256(self._drawn().pop().encode("ascii")).digest())

    def _disclose(self, name: str | None, value: Json) -> str:
        named = "" if name is None else f"{_written(name)},"
        try:
            content = f'["{self._drawn().pop()}",{named}{_written(value)}]'.encode()
        except UnicodeError as error:  # half of a surrogate pair
            raise MalformedError("claims: a text that is none in Unicode") from error
        encoded = b64url_bytes(content)
        self.disclosures.append(encoded)
        return b64url_encode(hashlib.sha256(encoded).digest())


def _written(value: Json) -> str:
    """A value in canonical JSON; the plain ones, which are nearly all, without building an encoder."""
    if type(value) is str:
        return encode_basestring(value)
    if type(value) is int and -MAX_EXACT_INTEGER <= value <= MAX_EXACT_INTEGER:
        return str(value)
    return canonical_json(value).decode()


_SCALARS: Final = (str, int, float, bool, type(None))
