"""What does a document say, value by value?"""

from collections.abc import Iterator, Mapping

from crypto.encoding import Json
from ssi.disclosures import Path


def leaves(claims: Mapping[str, Json]) -> Iterator[tuple[Path, Json]]:
    """Every value that has no parts, with its place; an empty list or object inside counts as one."""
    waiting: list[tuple[Path, Json]] = []
    waiting += [((name,), value) for name, value in reversed(list(claims.items()))]
    while waiting:
        path, value = waiting.pop()
        inner: list[tuple[str | int, Json]] = []
        if isinstance(value, Mapping):
            inner = list(value.items())
        elif isinstance(value, list):
            inner = list(enumerate(value))
        if inner:
            waiting += [((*path, step), member) for step, member in reversed(inner)]
        else:
            yield path, value
