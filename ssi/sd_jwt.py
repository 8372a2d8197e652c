"""How are claims signed once and shown one by one? Selective Disclosure for JWTs (RFC 9901).

The issuer signs, instead of a claim, the digest of a *disclosure*: salt, name and value (§4.2.1), or salt and
value of an array element (§4.2.2). A holder passes on only the disclosures she chooses. Salts have 128 bits,
so a claim that is not shown cannot be guessed from its digest; digests are sorted, so their order says
nothing. Compact serialisation and SHA-256 only. All presentations of one SD-JWT can be linked to each other.

Checking what was disclosed is `disclosures`; a key-bound presentation is `key_binding`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from crypto.encoding import Json, b64url_encode, canonical_json
from crypto.errors import MalformedError
from crypto.randomness import RandomBytes, random_bytes
from crypto.signing import SigningKey, VerifyingKey
from ssi.disclosures import (
    DIGEST_ALGORITHM,
    Disclosure,
    Path,
    Unpacked,
    check_name,
    disclosure_digest,
    unpack,
)
from ssi.jws import UnverifiedJws, parse_jws, sign_jws

SALT_BYTES = 16
MAX_DISCLOSURES = 2000


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


def issue_sd_jwt(
    claims: Mapping[str, object],
    key: SigningKey,
    *,
    typ: str,
    kid: str | None = None,
    random: RandomBytes = random_bytes,
) -> str:
    """Sign claims, of which those wrapped in `Selective` can be shown one by one; all disclosures follow.

    Raises:
        MalformedError: a claim is named `_sd`, `...` or `_sd_alg`, or is no JSON.
    """
    packing = _Packing(random)
    payload = packing.members(claims)
    if packing.disclosures:
        payload["_sd_alg"] = DIGEST_ALGORITHM
    return join_sd_jwt(sign_jws(payload, key, typ=typ, kid=kid), packing.disclosures)


def join_sd_jwt(issuer_signed: str, disclosures: Collection[str]) -> str:
    """Write an SD-JWT without key binding: each part is followed by a tilde (§4)."""
    return "".join(f"{part}~" for part in (issuer_signed, *disclosures))


def parse_sd_jwt(token: str, where: str) -> UnverifiedSdJwt:
    """Read the compact form without believing it (§4).

    Raises:
        MalformedError: no tilde, a part that is not of its form, a disclosure that stands twice, or more
            than `MAX_DISCLOSURES`.
    """
    issuer_signed, *rest = token.split("~", MAX_DISCLOSURES + 2)
    if not rest or len(rest) > MAX_DISCLOSURES + 1:
        raise MalformedError(f"{where}: expected up to {MAX_DISCLOSURES} disclosures, each ended by a tilde")
    *encoded, key_binding = rest
    return UnverifiedSdJwt(
        jws=parse_jws(issuer_signed, where),
        issuer_signed=issuer_signed,
        disclosures=tuple(Disclosure.parse(part, where) for part in encoded),
        key_binding=key_binding or None,
    )


def present_sd_jwt(token: str, paths: Collection[Path]) -> str:
    """Keep only the disclosures that these paths need, each with its parents; drops a key binding.

    A path leads from the top to a claim, by names and array positions: `("address", "street")`. What is not
    selectively disclosable is shown anyway. Only form is checked: a holder presents what she verified before.

    Raises:
        MalformedError: not an SD-JWT whose disclosures fit, or a path that leads to no disclosure.
    """
    parsed = parse_sd_jwt(token, "credential")
    unpacked = unpack(parsed.jws.payload, parsed.disclosures, "credential")
    wanted: set[str] = set()
    for path in paths:
        if path not in unpacked.places:
            raise MalformedError(f"credential: nothing to disclose at {'.'.join(map(str, path))[:200]!r}")
        prefixes = (path[: length + 1] for length in range(len(path)))
        wanted.update(unpacked.places[prefix] for prefix in prefixes if prefix in unpacked.places)
    return join_sd_jwt(
        parsed.issuer_signed,
        [disclosure.encoded for disclosure in parsed.disclosures if disclosure.digest in wanted],
    )


class _Packing:
    """Turns claims into a payload of digests, collecting the disclosures, innermost first."""

    def __init__(self, random: RandomBytes) -> None:
        self.disclosures: list[str] = []
        self._random = random

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
        if isinstance(value, Mapping):
            return self.members(value)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self._element(element) for element in value]
        return cast("Json", value)  # what is not JSON is refused when it is written

    def _element(self, element: object) -> Json:
        if isinstance(element, Selective):
            return {"...": self._disclose(self._pack(element.value))}
        if isinstance(element, Decoy):
            return {"...": self._decoy()}
        return self._pack(element)

    def _decoy(self) -> str:
        return disclosure_digest(b64url_encode(self._random(SALT_BYTES)))

    def _disclose(self, *content: Json) -> str:
        salt = b64url_encode(self._random(SALT_BYTES))
        encoded = b64url_encode(canonical_json([salt, *content]))
        self.disclosures.append(encoded)
        return disclosure_digest(encoded)
