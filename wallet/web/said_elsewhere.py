"""Texts that services and domain say in English, in the language of the page.

Errors, and what a refresh found, are sentences in English wherever they are raised, since what is below the
screens knows no language. Here they are found in the catalogues as they are; a sentence with something in it,
such as a number, is found by the entry that has places to fill in.
"""

import re
from functools import cache
from typing import NamedTuple

from flask_babel import get_locale, gettext
from markupsafe import Markup

from wallet.web.catalogues import ENGLISH, catalogue_of

_PLACE = re.compile(r"%\((\w+)\)s")
_LEAST_FIXED = 15
"""What is shorter, such as “from … to …”, says too little to be told from other texts."""


class _Pattern(NamedTuple):
    found: re.Pattern[str]
    said: str


def translated(text: object) -> str:
    """A text in the language of the page; as it is, where no catalogue has it.

    What is markup was made by a template, which spoke the language already.
    """
    if isinstance(text, Markup) or not text:
        return text if isinstance(text, Markup) else str(text)
    plain = str(text)
    found = str(gettext(plain))
    if found != plain or (locale := get_locale()) is None or locale.language == ENGLISH:
        return found
    return _filled_in(plain, _patterns(locale.language))


def _filled_in(text: str, patterns: tuple[_Pattern, ...]) -> str:
    for pattern in patterns:
        match = pattern.found.fullmatch(text)
        if match:
            return pattern.said % {name: gettext(value) for name, value in match.groupdict().items() if value}
    return text


@cache
def _patterns(language: str) -> tuple[_Pattern, ...]:
    """The sentences with places to fill in; the ones that say most by themselves come first."""
    entries = [
        (_PLACE.split(message.id)[::2], _pattern(message.id, message.string))
        for message in catalogue_of(language)
        if isinstance(message.id, str)
        and isinstance(message.string, str)
        and message.string
        and _PLACE.search(message.id)
    ]
    long = [
        (len("".join(fixed)), pattern) for fixed, pattern in entries if len("".join(fixed)) >= _LEAST_FIXED
    ]
    return tuple(pattern for _, pattern in sorted(long, key=lambda each: each[0], reverse=True))


def _pattern(text: str, said: str) -> _Pattern:
    """What finds a sentence whatever was filled in; a place that stands in it twice has the same in both."""
    pieces, seen = [], set()
    for at, piece in enumerate(_PLACE.split(text)):
        if at % 2 == 0:
            pieces.append(re.escape(piece.replace("%%", "%")))
        else:
            pieces.append(f"(?P={piece})" if piece in seen else f"(?P<{piece}>.+?)")
            seen.add(piece)
    return _Pattern(re.compile("".join(pieces), re.DOTALL), said)
