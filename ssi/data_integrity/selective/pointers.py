"""Which part of a JSON-LD document do JSON pointers select?

Data Integrity ECDSA Cryptosuites v1.0 §3.4.11 to §3.4.14 (`jsonPointerToPaths`, `createInitialSelection`,
`selectPaths`, `selectJsonLd`), and RFC 6901. On the way to what is selected contexts, identifiers and types
come along, since without them the statement would be about something else.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from ssi.errors import MalformedCredentialError

MAX_POINTERS: Final = 1_000
MAX_POINTER_LENGTH: Final = 2_000
_ALWAYS: Final = ("@context", "id", "@id", "type", "@type")
_ESCAPE: Final = re.compile(r"~(?![01])")
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,8}")


@dataclass
class _Choice:
    """What is selected below one place: all of it, or these members."""

    whole: bool = False
    members: dict[str, "_Choice"] = field(default_factory=dict)


def select(document: Mapping[str, Any], pointers: Iterable[str]) -> dict[str, Any] | None:
    """The part of a document that pointers select, with its context; None for no pointers.

    Elements of arrays keep their order and lose the gaps. Nothing of the document is shared with the result.

    Raises:
        MalformedCredentialError: a pointer that is none, or that points at nothing in this document.
    """
    choice = _Choice()
    known = list(pointers)
    if len(known) > MAX_POINTERS:
        raise MalformedCredentialError(f"expected at most {MAX_POINTERS} JSON pointers, got {len(known)}")
    for pointer in known:
        _add(choice, pointer)
    if not known:
        return None
    selection: dict[str, Any] = _selected(document, choice, "")
    return selection


def parse_pointer(pointer: str) -> tuple[str, ...]:
    """The reference tokens of a JSON pointer (RFC 6901 §3, §4).

    Raises:
        MalformedCredentialError: it is not empty and does not begin with a slash, has a tilde that escapes
            nothing, or is too long.
    """
    if not isinstance(pointer, str) or len(pointer) > MAX_POINTER_LENGTH or _ESCAPE.search(pointer):
        raise MalformedCredentialError(f"not a JSON pointer: {str(pointer)[:100]!r}")
    first, *tokens = pointer.split("/")
    if first:
        raise MalformedCredentialError(f"a JSON pointer begins with a slash, got {pointer[:100]!r}")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)


def _add(choice: _Choice, pointer: str) -> None:
    for token in parse_pointer(pointer):
        choice = choice.members.setdefault(token, _Choice())
    choice.whole = True


def _selected(value: Any, choice: _Choice, place: str) -> Any:
    if choice.whole:
        _check_members(value, choice, place)
        return deepcopy(value)
    if isinstance(value, Mapping):
        selection = {name: deepcopy(value[name]) for name in _ALWAYS if name in value}
        chosen = {
            name: _selected(_member(value, name, place), inner, f"{place}/{name}")
            for name, inner in choice.members.items()
        }
        return {**selection, **chosen}
    if isinstance(value, Sequence) and not isinstance(value, str):
        indexes = sorted((_index(value, token, place), token) for token in choice.members)
        return [
            _selected(value[index], choice.members[token], f"{place}/{token}") for index, token in indexes
        ]
    raise _unmatched(f"{place}/{next(iter(choice.members))}")


def _check_members(value: Any, choice: _Choice, place: str) -> None:
    """Pointers into what is selected anyway must point at something, too."""
    for token, inner in choice.members.items():
        if isinstance(value, Mapping):
            member = _member(value, token, place)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            member = value[_index(value, token, place)]
        else:
            raise _unmatched(f"{place}/{token}")
        _check_members(member, inner, f"{place}/{token}")


def _member(value: Mapping[str, Any], name: str, place: str) -> Any:
    if name not in value:
        raise _unmatched(f"{place}/{name}")
    return value[name]


def _index(value: Sequence[Any], token: str, place: str) -> int:
    if not _INDEX.fullmatch(token) or int(token) >= len(value):
        raise _unmatched(f"{place}/{token}")
    return int(token)


def _unmatched(place: str) -> MalformedCredentialError:
    return MalformedCredentialError(f"the JSON pointer {place[:200]!r} points at nothing in the document")
