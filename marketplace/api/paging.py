"""How does a long list come? In pages: at most `limit` things, and the cursor of the next page.

A cursor names the last thing that was shown and its place. What was added in front meanwhile shifts nothing;
if the thing itself is gone, the list goes on at its place.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import Response, jsonify, request

from crypto.encoding import Json, b64url_decode, b64url_encode
from crypto.errors import MalformedError
from marketplace.api.requests import number

T = TypeVar("T")

USUAL_ON_PAGE, MOST_ON_PAGE = 100, 500
_MAX_CURSOR = 400
_MAX_DIGITS = 12
_NOT_OURS = "cursor: expected `next` of the page before"
_BETWEEN = " "


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some things of a list; `following` is the cursor of the page after, None on the last."""

    things: Sequence[T]
    following: str | None


def page_of(things: Sequence[T], name: Callable[[T], str]) -> Page[T]:
    """The page that the request asks for; `name` tells things apart.

    Raises:
        MalformedError: the limit is out of bounds, or the cursor is none of ours.
    """
    limit, cursor = _limit(), request.args.get("cursor")
    start = 0 if cursor is None else _after(cursor, [name(each) for each in things])
    shown = things[start : start + limit]
    more = start + limit < len(things)
    return Page(shown, _cursor(start + limit, name(shown[-1])) if more else None)


def paged(member: str, page: Page[Json], extra: Mapping[str, Json] | None = None) -> Response:
    """The answer with a page, and the link to the next one (RFC 8288)."""
    document: dict[str, Json] = {member: list(page.things), "next": page.following, **(extra or {})}
    response = jsonify(document)
    if page.following is not None:
        asked = [(key, value) for key, value in request.args.items(multi=True) if key != "cursor"]
        target = f"{request.path}?{urlencode([*asked, ('cursor', page.following)])}"
        response.headers["Link"] = f'<{target}>; rel="next"'
    return response


def _limit() -> int:
    asked = number("limit")
    if asked is None:
        return USUAL_ON_PAGE
    if not 1 <= asked <= MOST_ON_PAGE:
        raise MalformedError(f"limit: expected 1 to {MOST_ON_PAGE}")
    return asked


def _cursor(place: int, name: str) -> str:
    return b64url_encode(f"{place}{_BETWEEN}{name}".encode())


def _after(cursor: str, names: Sequence[str]) -> int:
    place, name = _read(cursor)
    return names.index(name) + 1 if name in names else min(place, len(names))


def _read(cursor: str) -> tuple[int, str]:
    try:
        text = b64url_decode(cursor[:_MAX_CURSOR]).decode()
    except ValueError as error:  # which MalformedError is, too
        raise MalformedError(_NOT_OURS) from error
    place, between, name = text.partition(_BETWEEN)
    if not (between and place.isascii() and place.isdigit() and len(place) <= _MAX_DIGITS):
        raise MalformedError(_NOT_OURS)
    return int(place), name
