"""Do the disclosures of an SD-JWT fit what its issuer signed? Steps 2 to 5 of RFC 9901 §7.1.

`unpack` puts each disclosed claim in the place of its digest. Whatever two verifiers could read differently
is refused: a digest that stands twice, a disclosure that no digest calls for, a claim that would overwrite
another, a reserved name, an unknown digest algorithm.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from crypto.encoding import MAX_DEPTH, Json, b64url_decode, b64url_encode, parse_json
from crypto.errors import MalformedError

DIGEST_ALGORITHM: Final = "sha-256"
RESERVED_NAMES: Final = frozenset({"_sd", "...", "_sd_alg"})
_HASHES: Final[Mapping[str, Callable[[bytes], Any]]] = {
    DIGEST_ALGORITHM: hashlib.sha256,
    "sha-384": hashlib.sha384,
    "sha-512": hashlib.sha512,
}
_ARRAY_PARTS: Final = 2
_OBJECT_PARTS: Final = 3

Path = tuple[str | int, ...]
"""Where a claim stands: names of members and positions in arrays, from the top, in what was disclosed."""


class Disclosure(NamedTuple):
    """One disclosed claim (`name` and value) or array element (no name) with its digest.

    It knows claims of a person, so it says only its digest when it is written out.
    """

    encoded: str
    digest: str
    name: str | None
    value: Json

    def __repr__(self) -> str:
        return f"Disclosure(digest={self.digest!r})"

    @classmethod
    def parse(cls, encoded: str, where: str, algorithm: str = DIGEST_ALGORITHM) -> "Disclosure":
        """Read a disclosure (§4.2.1, §4.2.2).

        Raises:
            MalformedError: not base64url of a JSON array of salt, name and value, or of salt and value; or a
                reserved name.
        """
        try:
            parts = parse_json(b64url_decode(encoded))
        except MalformedError as error:
            raise MalformedError(f"{where}: disclosure: {error}") from error
        if not isinstance(parts, list) or not _ARRAY_PARTS <= len(parts) <= _OBJECT_PARTS:
            raise MalformedError(
                f"{where}: disclosure: expected a list of salt, name and value, or of salt and value"
            )
        salt, *named, value = parts
        if not salt or not isinstance(salt, str):
            raise MalformedError(f"{where}: disclosure: expected a salt")
        name = named[0] if named else None
        if named:
            if not isinstance(name, str):
                raise MalformedError(f"{where}: disclosure: expected a name")
            check_name(name, where)
        return cls(encoded, disclosure_digest(encoded, algorithm), name, value)


@dataclass(frozen=True)
class Unpacked:
    """Claims with every disclosure in its place, and the digest of the disclosure at each such place."""

    claims: Mapping[str, Json] = field(repr=False)
    places: Mapping[Path, str] = field(repr=False)


def disclosure_digest(encoded: str, algorithm: str = DIGEST_ALGORITHM) -> str:
    """The base64url hash of a disclosure as it was sent (§4.2.3), SHA-256 unless told otherwise."""
    return b64url_encode(_HASHES[algorithm](encoded.encode("ascii")).digest())


def read_algorithm(payload: Mapping[str, Json], where: str) -> str:
    """The hash that a payload's digests are made with (`_sd_alg`, §4.1.1).

    Raises:
        MalformedError: it is none of SHA-256, SHA-384 and SHA-512.
    """
    algorithm = payload.get("_sd_alg", DIGEST_ALGORITHM)
    if not isinstance(algorithm, str) or algorithm not in _HASHES:
        raise MalformedError(f"{where}._sd_alg: expected {', '.join(_HASHES)}")
    return algorithm


def check_name(name: str, where: str) -> None:
    """Refuse claim names that SD-JWT itself uses.

    Raises:
        MalformedError: `_sd`, `...` or `_sd_alg`.
    """
    if name in RESERVED_NAMES:
        raise MalformedError(f"{where}: disclosure: the name {name!r} is reserved")


def unpack(payload: Mapping[str, Json], disclosures: Sequence[Disclosure], where: str) -> Unpacked:
    """Put the disclosed claims in the places of their digests and drop the digests that stay closed.

    The disclosures were parsed with the algorithm of this payload.

    Raises:
        MalformedError: an unknown `_sd_alg`, a digest or disclosure that stands twice, a disclosure that no
            digest calls for, a claim or element disclosed where the other is called for, a name that is
            reserved or already there, or deeper than `MAX_DEPTH`.
    """
    read_algorithm(payload, where)
    by_digest = {disclosure.digest: disclosure for disclosure in disclosures}
    if len(by_digest) != len(disclosures):
        raise MalformedError(f"{where}: a disclosure stands twice")
    unpacking = _Unpacking(by_digest, where)
    claims = unpacking.members({name: value for name, value in payload.items() if name != "_sd_alg"}, ())
    if len(unpacking.places) != len(by_digest):
        raise MalformedError(f"{where}: a disclosure that the issuer did not sign")
    return Unpacked(claims, unpacking.places)


class _Unpacking:
    """One walk through a payload. `seen` holds every digest met, open or closed; `places` those opened."""

    def __init__(self, by_digest: Mapping[str, Disclosure], where: str) -> None:
        self.places: dict[Path, str] = {}
        self._by_digest = by_digest
        self._where = where
        self._seen: set[str] = set()

    def members(self, members: Mapping[str, Json], path: Path) -> dict[str, Json]:
        claims: dict[str, Json] = {}
        for name, value in members.items():
            if name != "_sd":
                check_name(name, self._where)
                claims[name] = self._value(value, (*path, name))
        for disclosure in self._opened(members.get("_sd", [])):
            if disclosure.name is None:
                raise MalformedError(f"{self._where}: an array element is disclosed in place of a claim")
            place = (*path, disclosure.name)
            if disclosure.name in claims:
                raise MalformedError(f"{self._where}: a disclosure would overwrite the claim {place[-1]!r}")
            self.places[place] = disclosure.digest
            claims[disclosure.name] = self._value(disclosure.value, place)
        return claims

    def _value(self, value: Json, path: Path) -> Json:
        if not isinstance(value, (dict, list)):
            return value
        if len(path) > MAX_DEPTH:
            raise MalformedError(f"{self._where}: nested deeper than {MAX_DEPTH} levels")
        if isinstance(value, dict):
            return self.members(value, path)
        elements: list[Json] = []
        for element in value:
            # Positions are those of what is disclosed, as claim paths count them: closed digests have none.
            elements.extend(self._element(element, (*path, len(elements))))
        return elements

    def _element(self, element: Json, path: Path) -> list[Json]:
        """The element in a list, or an empty list where its digest stays closed."""
        if not isinstance(element, dict) or "..." not in element:
            return [self._value(element, path)]
        if len(element) != 1:
            raise MalformedError(f"{self._where}: a digest of an array element has company")
        opened = self._opened([element["..."]])
        for disclosure in opened:
            if disclosure.name is not None:
                raise MalformedError(f"{self._where}: a claim is disclosed in place of an array element")
            self.places[path] = disclosure.digest
        return [self._value(disclosure.value, path) for disclosure in opened]

    def _opened(self, digests: Json) -> list[Disclosure]:
        """The disclosures of these digests, where they were passed on."""
        if not isinstance(digests, list):
            raise MalformedError(f"{self._where}: expected a list of digests in _sd")
        opened = []
        for digest in digests:
            if not isinstance(digest, str):
                raise MalformedError(f"{self._where}: expected a digest as text")
            if digest in self._seen:
                raise MalformedError(f"{self._where}: a digest stands twice")
            self._seen.add(digest)
            if digest in self._by_digest:
                opened.append(self._by_digest[digest])
        return opened
