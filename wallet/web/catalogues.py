"""The words of the wallet in other languages: read as they were written, one file for each area and language.

``translations/<language>/<area>.po`` holds what the screens of one area say. They are read as text at the
first use of a language, so nothing has to be compiled, and what has no entry appears in English.
"""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask_babel import Babel, Domain, get_locale

ENGLISH: Final = "en"
FOLDER: Final = Path(__file__).parent / "translations"


class Words(Domain):  # type: ignore[misc]  # flask-babel has no types
    """Where Flask-Babel takes translations from: our catalogues in the language of the request."""

    def get_translations(self) -> NullTranslations:
        """The translations for the person who is looking; those of English change nothing."""
        locale = get_locale()
        return translations_to(locale.language if locale is not None else ENGLISH)


class WalletBabel(Babel):  # type: ignore[misc]  # flask-babel has no types
    """Flask-Babel over `Words`."""

    domain_instance = Words()


@cache
def translations_to(language: str) -> NullTranslations:
    """All areas of one language together."""
    merged = catalogue_of(language)
    if not len(merged):
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, merged)  # leaves out what is fuzzy or empty
    compiled.seek(0)
    return Translations(compiled)


def catalogue_of(language: str) -> Catalog:
    """One catalogue with the entries of all areas of a language."""
    merged = Catalog(locale=language)
    for path in sorted((FOLDER / language).glob("*.po")):
        for message in read_area(path):
            if message.id:
                merged.add(message.id, message.string, flags=message.flags, context=message.context)
    return merged


def read_area(path: Path) -> Catalog:
    """The catalogue of one area, as it was written.

    Raises:
        PoFileError: a line of it is not understood.
    """
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.name, abort_invalid=True)
