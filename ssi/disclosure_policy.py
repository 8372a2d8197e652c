"""Which claims of a document does its issuer make selectively disclosable? Two policies over plain claims.

`selective_everywhere` is the rule of the European digital identity wallet: every claim on its own, nested
ones and array elements as well. `selective_at` follows claim paths, such as those that a type's metadata
marks with `sd`. The registered claims that a verifier must always see (SD-JWT VC §3.2.2.2) stay open in both.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from crypto.encoding import Json
from crypto.errors import MalformedError
from ssi.claim_paths import ClaimPath, select
from ssi.disclosures import Path
from ssi.sd_jwt import Decoy, Selective

ALWAYS_OPEN: Final = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"})
"""What must not be selectively disclosable in an SD-JWT VC; `iat` and `sub` may be."""


def selective_everywhere(
    claims: Mapping[str, Json], *, open_claims: Iterable[str] = ("iat", "sub"), decoys: int = 0
) -> dict[str, object]:
    """Every claim at every depth on its own, except those always open and `open_claims` at the top.

    `decoys` digests of nothing are added at the top, so that the number of claims is not told.
    """
    kept = ALWAYS_OPEN | set(open_claims)
    made: dict[str, object] = {
        name: value if name in kept else Selective(_everywhere(value)) for name, value in claims.items()
    }
    return {**made, **_decoys(made, decoys)}


def selective_at(
    claims: Mapping[str, Json], paths: Iterable[ClaimPath], *, decoys: int = 0
) -> dict[str, object]:
    """The claims that these paths mean, each on its own; nothing else is selective.

    Raises:
        MalformedError: a path to a claim that must stay open, to nothing, or into another kind of value.
    """
    places: set[Path] = set()
    for path in paths:
        if path[0] in ALWAYS_OPEN:
            raise MalformedError(f"claims: {path[0]!r} must not be selectively disclosable")
        found = select(claims, path)
        if not found:
            raise MalformedError(f"claims: there is nothing at {list(path)!r}")
        places.update(found)
    made = {name: _at(value, (name,), places) for name, value in claims.items()}
    return {**made, **_decoys(made, decoys)}


def _everywhere(value: Json) -> object:
    if isinstance(value, dict):
        return {name: Selective(_everywhere(member)) for name, member in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [Selective(_everywhere(element)) for element in value]
    return value


def _at(value: Json, place: Path, places: set[Path]) -> object:
    packed: object = value
    if isinstance(value, dict):
        packed = {name: _at(member, (*place, name), places) for name, member in value.items()}
    elif isinstance(value, Sequence) and not isinstance(value, str):
        packed = [_at(element, (*place, index), places) for index, element in enumerate(value)]
    return Selective(packed) if place in places else packed


def _decoys(claims: Mapping[str, object], count: int) -> dict[str, Decoy]:
    """Decoys need names only until they are issued; these are no claim's."""
    names = (f"decoy {number}" for number in range(count + len(claims)))
    free = [name for name in names if name not in claims][:count]
    return {name: Decoy() for name in free}
