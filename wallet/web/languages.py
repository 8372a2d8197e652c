"""In which language does a person read her wallet?

What she chose counts: it is kept sealed in her wallet, and in a cookie for the pages before it is open. Who
chose nothing gets what the browser prefers, and English where the wallet has none of that.
"""

from typing import Final, Protocol

import flask
from flask import Flask, request, session
from flask_babel import get_locale
from werkzeug.wrappers import Response

from wallet.services.keep_preferences import KeepPreferences
from wallet.web import local_words, problems, visitor
from wallet.web.catalogues import ENGLISH, WalletBabel
from wallet.web.said_elsewhere import translated

LANGUAGES: Final = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
    "el": "Ελληνικά",
}
"""Each in its own words, in the order in which they are offered."""
WORDED: Final = ("en", "de")
COOKIE: Final = "language"
_SPOKEN: Final = "language"
COOKIE_SECONDS: Final = 365 * 24 * 3600


def install(app: Flask, preferences: KeepPreferences) -> None:
    """Let every page of an app speak the language of who looks at it, and say which one that is."""
    WalletBabel(app, default_locale=ENGLISH, locale_selector=lambda: _chosen(preferences) or _preferred())
    local_words.install(app)
    app.jinja_env.globals |= {
        "page_language": page_language,
        "text_language": text_language,
        "languages": LANGUAGES,
        "foot": "wallet/language.html",
        "page_address": _page_address,
    }
    app.jinja_env.filters |= {"translated": translated, "worded": worded}
    app.after_request(_tell)


def page_language() -> str:
    """The language of the page that is being made."""
    return str(get_locale().language)


def text_language() -> str:
    """The language for what exists in English and German only, such as the sentences of an agreement."""
    language = page_language()
    return language if language in WORDED else ENGLISH


class InBoth(Protocol):
    """One text in both languages that everything exists in."""

    @property
    def english(self) -> str: ...  # noqa: D102

    @property
    def german(self) -> str: ...  # noqa: D102


def worded(text: InBoth) -> str:
    """What exists in English and German only, in the one of both that the page is nearer to."""
    return text.german if text_language() == "de" else text.english


def choose(preferences: KeepPreferences, language: str) -> None:
    """Keep a choice sealed in the wallet that is open, if one is."""
    if visitor.is_open():
        preferences.choose_language(visitor.current(), language)
        session[_SPOKEN] = language


def remember(response: Response, language: str) -> None:
    """Keep a choice in the browser, for the pages before a wallet is open."""
    response.set_cookie(
        COOKIE,
        language,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )


def _page_address() -> str:
    """The page that is looked at, to come back to; what follows a form has no address of its own."""
    if request.method != "GET":
        return ""
    return request.full_path if request.query_string else request.path


def _chosen(preferences: KeepPreferences) -> str | None:
    """What the person chose whose wallet is open; it is read once for each session of a browser."""
    if not visitor.is_open():
        return None
    if problems.is_database_away() and _SPOKEN not in session:
        return None
    if _SPOKEN not in session:
        session[_SPOKEN] = preferences.language(visitor.current())
    found = session[_SPOKEN]
    return str(found) if found in LANGUAGES else None


def _preferred() -> str:
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return str(chosen)
    # In the order of the person's preference, and without the region: Austrian German is German.
    wanted = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((language for language in wanted if language in LANGUAGES), ENGLISH)


def _tell(response: flask.Response) -> flask.Response:
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Language", page_language())
        response.vary.update(("Accept-Language", "Cookie"))
    return response
