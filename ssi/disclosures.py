"""Do the disclosures of an SD-JWT fit what its issuer signed? Steps 2 to 5 of RFC 9901 §7.1.

`unpack` puts each disclosed claim in the place of its digest. Whatever two verifiers could read differently
is refused: a digest that stands twice, a disclosure that no digest calls for, a claim that would overwrite
another, a reserved name, an unknown digest algorithm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crypto.encoding import MAX_DEPTH, Json, b64url_decode, b64url_encode, parse_json, sha256
from crypto.errors import MalformedError

DIGEST_ALGORITHM = "sha-256"
RESERVED_NAMES = frozenset({"_sd", "...", "_sd_alg"})
_ARRAY_PARTS = 2
_OBJECT_PARTS = 3

Path = tuple[str | int, ...]
"""Where a claim stands: names of members and positions in arrays, from the top."""


@dataclass(frozen=True)
class Disclosure:
    """One disclosed claim (`name` and value) or array element (no name) with its salt and digest."""

    encoded: str = field(repr=False)
    digest: str
    name: str | None = field(repr=False)
    value: Json = field(repr=False)

    @classmethod
    def parse(cls, encoded: str, where: str) -> "Disclosure":
        """Read a disclosure (§4.2.1, §4.2.2).

        Raises:
            MalformedError: not base64url of a JSON array of salt, name and value, or of salt and value; or a
                reserved name.
        """
        where = f"{where}: disclosure"
        try:
            parts = parse_json(b64url_decode(encoded))
        except MalformedError as error:
            raise MalformedError(f"{where}: {error}") from error
        if not isinstance(parts, list) or len(parts) not in {_ARRAY_PARTS, _OBJECT_PARTS}:
            raise MalformedError(f"{where}: expected a list of salt, name and value, or of salt and value")
        if not isinstance(parts[0], str) or not parts[0]:
            raise MalformedError(f"{where}: expected a salt")
        name = parts[1] if len(parts) == _OBJECT_PARTS else None
        if len(parts) == _OBJECT_PARTS:
            if not isinstance(name, str):
                raise MalformedError(f"{where}: expected a name")
            check_name(name, where)
        return cls(encoded, disclosure_digest(encoded), name, parts[-1])


@dataclass(frozen=True)
class Unpacked:
    """Claims with every disclosure in its place, and the digest of the disclosure at each such place."""

    claims: Mapping[str, Json] = field(repr=False)
    places: Mapping[Path, str] = field(repr=False)


def disclosure_digest(encoded: str) -> str:
    """The base64url SHA-256 of a disclosure as it was sent (§4.2.3)."""
    return b64url_encode(sha256(encoded.encode("ascii")))


def check_name(name: str, where: str) -> None:
    """Refuse claim names that SD-JWT itself uses.

    Raises:
        MalformedError: `_sd`, `...` or `_sd_alg`.
    """
    if name in RESERVED_NAMES:
        raise MalformedError(f"{where}: the name {name!r} is reserved")


def unpack(payload: Mapping[str, Json], disclosures: Sequence[Disclosure], where: str) -> Unpacked:
    """Put the disclosed claims in the places of their digests and drop the digests that stay closed.

    Raises:
        MalformedError: an unknown `_sd_alg`, a digest or disclosure that stands twice, a disclosure that no
            digest calls for, a claim or element disclosed where the other is called for, a name that is
            reserved or already there, or deeper than `MAX_DEPTH`.
    """
    algorithm = payload.get("_sd_alg", DIGEST_ALGORITHM)
    if algorithm != DIGEST_ALGORITHM:
        raise MalformedError(f"{where}._sd_alg: expected {DIGEST_ALGORITHM}")
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
        if len(path) > MAX_DEPTH:
            raise MalformedError(f"{self._where}: nested deeper than {MAX_DEPTH} levels")
        if isinstance(value, dict):
            return self.members(value, path)
        if isinstance(value, list):
            elements = [self._element(element, (*path, index)) for index, element in enumerate(value)]
            return [element for present in elements for element in present]
        return value

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
