"""What the screens about streams call things, in the language of the page.

Sentences about a stream exist in English and German; what a button or a heading says is in the catalogues.
"""

from types import ModuleType
from typing import Final

from flask_babel import LazyString, lazy_gettext

from wallet.domain import stream_words, stream_words_german
from wallet.domain.period import Span
from wallet.web.languages import text_language

_SPOKEN: Final = {"en": stream_words, "de": stream_words_german}
VIEWS: Final[dict[Span, LazyString]] = {
    Span.DAY: lazy_gettext("Day"),
    Span.WEEK: lazy_gettext("Week"),
    Span.MONTH: lazy_gettext("Month"),
    Span.YEAR: lazy_gettext("Year"),
}
BEFORE: Final[dict[Span, LazyString]] = {
    Span.DAY: lazy_gettext("The day before"),
    Span.WEEK: lazy_gettext("The week before"),
    Span.MONTH: lazy_gettext("The month before"),
    Span.YEAR: lazy_gettext("The year before"),
}
AFTER: Final[dict[Span, LazyString]] = {
    Span.DAY: lazy_gettext("The day after"),
    Span.WEEK: lazy_gettext("The week after"),
    Span.MONTH: lazy_gettext("The month after"),
    Span.YEAR: lazy_gettext("The year after"),
}
DOWNLOADS: Final[dict[Span, LazyString]] = {
    Span.DAY: lazy_gettext("Download this day"),
    Span.WEEK: lazy_gettext("Download this week"),
    Span.MONTH: lazy_gettext("Download this month"),
    Span.YEAR: lazy_gettext("Download this year"),
}


def spoken() -> ModuleType:
    """The words about streams in the language of the page: `stream_words`, or the same in German."""
    return _SPOKEN[text_language()]
