"""Money, days and numbers as the language of the person writes them; English is the design's own.

Amounts stay exact: they are integers in cents, and become decimals only to be written.
"""

from datetime import UTC, datetime
from decimal import Decimal

from babel.dates import format_skeleton, format_time
from babel.numbers import format_currency, format_decimal
from flask import Flask
from flask_babel import get_locale
from markupsafe import Markup

from ssi.hosting.design import words as english
from wallet.web.catalogues import ENGLISH

_CENTS = Decimal(100)


def install(app: Flask) -> None:
    """Give the templates of an app these words instead of the English ones."""
    app.jinja_env.filters |= {"money": money, "moment": moment, "day": day, "number": number}


def money(cents: int, currency: str = "EUR") -> str:
    """An amount in minor units as text: in German, 123450 is ``1.234,50 €``."""
    if _language() == ENGLISH:
        return english.money(cents, currency)
    return _with_minus(format_currency(Decimal(cents) / _CENTS, currency, locale=_language()))


def number(value: float, decimals: int = 0) -> str:
    """A number with thousands set apart: in German, 12345.678 with two decimals is ``12.345,68``."""
    if _language() == ENGLISH:
        return english.number(value, decimals)
    # Rounded as in English, so that a person who changes the language sees the same figure.
    exact = Decimal(f"{value:.{decimals}f}")
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    return _with_minus(format_decimal(exact, pattern, locale=_language()))


def day(at: datetime) -> Markup:
    """The day of a moment in UTC: in German ``22. Nov. 2026``."""
    if _language() == ENGLISH:
        return english.day(at)
    at = at.astimezone(UTC)
    return english.time_element(at, day_text(at))


def moment(at: datetime) -> Markup:
    """A moment in UTC: in German ``22. Nov. 2026, 14:05 UTC``, with the exact moment for machines."""
    if _language() == ENGLISH:
        return english.moment(at)
    at = at.astimezone(UTC)
    return english.time_element(at, f"{day_text(at)}, {format_time(at, 'HH:mm', locale=_language())} UTC")


def day_text(at: datetime) -> str:
    """The day of a moment in UTC without markup, for a message or a sentence."""
    at = at.astimezone(UTC)
    return (
        english.day_text(at)
        if _language() == ENGLISH
        else format_skeleton("yMMMd", at, tzinfo=UTC, locale=_language())
    )


def month_text(at: datetime) -> str:
    """The month of a moment in UTC: in German ``November 2026``."""
    return str(format_skeleton("yMMMM", at.astimezone(UTC), tzinfo=UTC, locale=_language()))


def _with_minus(text: str) -> str:
    return text.replace("-", "−")


def _language() -> str:
    locale = get_locale()
    return str(locale.language) if locale is not None else ENGLISH
