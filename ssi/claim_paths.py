"""Which claims does a path mean? Claim paths of SD-JWT VC (draft 19 §4.6.1) and OpenID4VP 1.0 (§7).

A path is a list from the top: a text names a member, a number a position in an array, and null stands for
every element of an array. `("degrees", None, "type")` means the type of every degree. Positions count what is
there when everything is disclosed.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from crypto.encoding import MAX_DEPTH, Json
from crypto.errors import MalformedError
from ssi.disclosures import Path

ClaimPath = tuple[str | int | None, ...]
MAX_SELECTED: Final = 10_000


def read_path(value: Json, where: str) -> ClaimPath:
    """Read a path as it stands in a document.

    Raises:
        MalformedError: no list of 1 to `MAX_DEPTH` texts, nulls and non-negative integers.
    """
    if not isinstance(value, list) or not 0 < len(value) <= MAX_DEPTH:
        raise MalformedError(f"{where}: expected a path of 1 to {MAX_DEPTH} steps")
    if not all(_is_step(step) for step in value):
        raise MalformedError(f"{where}: expected a path of texts, nulls and non-negative integers")
    return tuple(value)


def select(claims: Mapping[str, Json], path: ClaimPath) -> dict[Path, Json]:
    """The values that a path means, each under its own place; empty where there are none.

    Raises:
        MalformedError: a step into something of another kind, such as a name into an array; or more than
            `MAX_SELECTED` values.
    """
    found: dict[Path, Json] = {(): dict(claims)}
    for step in path:
        found = {
            (*place, inner): value for place, whole in found.items() for inner, value in _step(whole, step)
        }
        if len(found) > MAX_SELECTED:
            raise MalformedError(f"a claim path means more than {MAX_SELECTED} claims")
    return found


def _is_step(step: Json) -> bool:
    if isinstance(step, int) and not isinstance(step, bool):
        return step >= 0
    return step is None or isinstance(step, str)


def _step(whole: Json, step: str | int | None) -> Iterable[tuple[str | int, Json]]:
    if isinstance(step, str):
        if not isinstance(whole, dict):
            raise MalformedError(f"a claim path looks for {step[:80]!r} in what is no object")
        return [(step, whole[step])] if step in whole else []
    if not isinstance(whole, list):
        raise MalformedError("a claim path looks for an element in what is no array")
    if step is None:
        return enumerate(whole)
    return [(step, whole[step])] if step < len(whole) else []
