"""What does a document of a pod say? Its things by their addresses, read from JSON-LD 1.1.

Pods give JSON-LD to whoever asks for it (Solid Protocol §5.5), as a graph with full names. A document may
shorten names by a prefix; one that needs a context from elsewhere, or one with more in it than prefixes, is
refused before anything is expanded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from pyld import jsonld

from crypto.encoding import Json, parse_json
from crypto.errors import MalformedError

MEDIA_TYPE: Final = "application/ld+json"
MAX_BYTES: Final = 1_000_000
_MAX_VALUES: Final = 20_000
_MAX_PREFIXES: Final = 100


@dataclass(frozen=True)
class Graph:
    """The things that a document tells of."""

    things: Mapping[str, Mapping[str, Any]]

    def linked(self, thing: str, name: str) -> tuple[str, ...]:
        """The addresses of what a thing is linked with by this name."""
        found = (value.get("@id") for value in self._values(thing, name))
        return tuple(each for each in found if isinstance(each, str))

    def literals(self, thing: str, name: str) -> tuple[str, ...]:
        """What is written about a thing under this name."""
        found = (value.get("@value") for value in self._values(thing, name))
        return tuple(
            str(each) for each in found if isinstance(each, str | int) and not isinstance(each, bool)
        )

    def _values(self, thing: str, name: str) -> Iterator[Mapping[str, Any]]:
        for value in self.things.get(thing, {}).get(name, ()):
            if isinstance(value, Mapping):
                yield value


def read_graph(body: bytes, address: str) -> Graph:
    """Read a document that lies at an address.

    Raises:
        MalformedError: it is not JSON-LD of at most a megabyte, has too much in it, or needs a context.
    """
    document = parse_json(body, max_bytes=MAX_BYTES)
    _check(document)
    try:
        flat = jsonld.flatten(document, None, {"base": address, "documentLoader": _load_nothing})
    except (jsonld.JsonLdError, ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise MalformedError("pod: not a document of linked data") from error
    return Graph({thing["@id"]: thing for thing in flat if isinstance(thing, Mapping) and "@id" in thing})


def _load_nothing(url: str, _options: object) -> NoReturn:
    raise jsonld.JsonLdError(f"not loaded: {url[:100]!r}", "jsonld.LoadDocumentError", code="loading failed")


def _check(document: Json) -> None:
    """Nothing in it may need more than prefixes, or take more than a moment to expand."""
    waiting: list[Json] = [document]
    seen = 0
    while waiting:
        value = waiting.pop()
        seen += 1
        if seen > _MAX_VALUES:
            raise MalformedError(f"pod: expected at most {_MAX_VALUES} values in a document")
        if isinstance(value, dict):
            if "@context" in value:
                _check_context(value["@context"])
            waiting.extend(each for name, each in value.items() if name != "@context")
        elif isinstance(value, list):
            waiting.extend(value)


def _check_context(context: Json) -> None:
    if not isinstance(context, dict) or len(context) > _MAX_PREFIXES:
        raise MalformedError("pod: a document that needs a context from elsewhere")
    for name, meaning in context.items():
        if name.startswith("@") or not isinstance(meaning, str) or "://" not in meaning:
            raise MalformedError("pod: a context with more in it than prefixes")
