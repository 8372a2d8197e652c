"""Members that recur in credentials: URLs, identifiers, types, texts in a language, one thing or many."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from crypto.errors import MalformedError
from crypto.reading import kind_of
from ssi.errors import MalformedCredentialError
from ssi.linked_data.quads import is_absolute_iri, is_language_tag
from ssi.timestamps import read_timestamp

Document = Mapping[str, Any]
MAX_ENTRIES: Final = 1_000
_DIRECTIONS: Final = frozenset({"ltr", "rtl"})
_LANGUAGE_MEMBERS: Final = frozenset({"@value", "@language", "@direction"})
_TYPE: Final = re.compile(r"[^\s\x00-\x1f]+")


@dataclass(frozen=True)
class LanguageText:
    """A text, and where it is stated its language (BCP 47) and base direction (`ltr` or `rtl`)."""

    text: str
    language: str | None = None
    direction: str | None = None


def refuse(where: str, expected: str) -> MalformedCredentialError:
    """The error for a member that is not as expected."""
    return MalformedCredentialError(f"{where}: expected {expected}")


def object_of(value: object, where: str) -> Document:
    """An object.

    Raises:
        MalformedCredentialError: anything else.
    """
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise refuse(where, f"an object, got {kind_of(value)}")
    return value


def one_or_more(value: object, where: str) -> tuple[tuple[str, object], ...]:
    """What stands alone or in a list that is not empty, each with its place.

    Raises:
        MalformedCredentialError: an empty list, or one of over `MAX_ENTRIES`.
    """
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ((where, value),)
    if not 0 < len(value) <= MAX_ENTRIES:
        raise refuse(where, f"1 to {MAX_ENTRIES} entries, got {len(value)}")
    return tuple((f"{where}[{index}]", entry) for index, entry in enumerate(value))


def objects(document: Document, name: str, where: str) -> tuple[tuple[str, Document], ...]:
    """The objects of an optional member, each with its place; none where the member is absent.

    Raises:
        MalformedCredentialError: there is something that is no object.
    """
    if name not in document:
        return ()
    entries = one_or_more(document[name], f"{where}.{name}")
    return tuple((place, object_of(entry, place)) for place, entry in entries)


def url(value: object, where: str) -> str:
    """An absolute URL (VC Data Model 2.0 §4.4).

    Raises:
        MalformedCredentialError: anything else.
    """
    if not isinstance(value, str) or not is_absolute_iri(value):
        raise refuse(where, "a URL")
    return value


def optional_url(document: Document, name: str, where: str) -> str | None:
    """A URL that may be absent but not null.

    Raises:
        MalformedCredentialError: something that is no single URL.
    """
    return url(document[name], f"{where}.{name}") if name in document else None


def identified(value: object, where: str) -> tuple[str, Document | None]:
    """A URL, or an object that has one as its `id` (§4.7); the object comes along.

    Raises:
        MalformedCredentialError: neither.
    """
    if isinstance(value, str):
        return url(value, where), None
    document = object_of(value, where)
    if "id" not in document:
        raise refuse(f"{where}.id", "a URL")
    return url(document["id"], f"{where}.id"), document


def types(document: Document, where: str, *, required: str | None = None) -> tuple[str, ...]:
    """The types of an object (§4.5), one of which is the required one.

    Raises:
        MalformedCredentialError: there are none, one is no term or URL, or the required one is missing.
    """
    if "type" not in document:
        raise refuse(f"{where}.type", required or "a type")
    found = []
    for place, entry in one_or_more(document["type"], f"{where}.type"):
        if not isinstance(entry, str) or not _TYPE.fullmatch(entry):
            raise refuse(place, "a term or URL")
        found.append(entry)
    if required is not None and required not in found:
        raise refuse(f"{where}.type", f"{required} among the types")
    return tuple(found)


def language_texts(document: Document, name: str, where: str) -> tuple[LanguageText, ...]:
    """A name or description (§4.6, §11.1): text, or language value objects; none where it is absent.

    Raises:
        MalformedCredentialError: neither, or a language or direction that is none.
    """
    if name not in document:
        return ()
    if isinstance(document[name], str):
        return (LanguageText(document[name]),)
    return tuple(
        _language_text(entry, place) for place, entry in one_or_more(document[name], f"{where}.{name}")
    )


def moment(document: Document, name: str, where: str) -> Any:
    """A `dateTimeStamp` as a moment in UTC; None where it is absent.

    Raises:
        MalformedCredentialError: another form, or no time zone.
    """
    if name not in document:
        return None
    try:
        return read_timestamp(document[name], f"{where}.{name}")
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error


def contexts(document: Document, where: str) -> tuple[Any, ...]:
    """The contexts of a document, URLs and objects, in their order (§4.3).

    Raises:
        MalformedCredentialError: there is no list of them, or one is neither.
    """
    found = document.get("@context")
    if not isinstance(found, Sequence) or isinstance(found, str) or not 0 < len(found) <= MAX_ENTRIES:
        raise refuse(f"{where}.@context", "a list of contexts")
    for index, context in enumerate(found):
        place = f"{where}.@context[{index}]"
        if isinstance(context, str):
            url(context, place)
        else:
            object_of(context, place)
    return tuple(found)


def _language_text(entry: object, where: str) -> LanguageText:
    value = object_of(entry, where)
    if not set(value) <= _LANGUAGE_MEMBERS or not isinstance(value.get("@value"), str):
        raise refuse(where, "@value with a text, and at most @language and @direction besides")
    language, direction = value.get("@language"), value.get("@direction")
    if "@language" in value and not is_language_tag(language):
        raise refuse(f"{where}.@language", "a language tag")
    if "@direction" in value and direction not in _DIRECTIONS:
        raise refuse(f"{where}.@direction", "ltr or rtl")
    return LanguageText(value["@value"], language, direction)
