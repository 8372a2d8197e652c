"""Long lists on screens come in pages: which part is shown, and where the others are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from flask import request, url_for

T = TypeVar("T")
ON_PAGE: Final = 20
_MOST_DIGITS: Final = 6


@dataclass(frozen=True)
class ListPage(Generic[T]):
    """One part of a list; `number` counts from 1."""

    things: Sequence[T]
    number: int
    of: int
    total: int

    @property
    def earlier(self) -> str | None:
        """Where the part before this one is."""
        return _address(self.number - 1) if self.number > 1 else None

    @property
    def later(self) -> str | None:
        """Where the part after this one is."""
        return _address(self.number + 1) if self.number < self.of else None


def list_page(things: Sequence[T]) -> ListPage[T]:
    """The part that the address asks for; the nearest one where there is no such part."""
    asked = request.args.get("page", "")
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= _MOST_DIGITS else 1
    count = max(1, -(-len(things) // ON_PAGE))
    number = min(max(wanted, 1), count)
    return ListPage(things[(number - 1) * ON_PAGE : number * ON_PAGE], number, count, len(things))


def _address(number: int) -> str:
    here = request.view_args or {}
    return url_for(request.endpoint or "", **{**request.args.to_dict(), **here, "page": number})
