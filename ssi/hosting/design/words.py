"""Money and moments the way people read them (English)."""

from datetime import UTC, datetime

from markupsafe import Markup

_SIGNS = {"EUR": "€"}
_CENTS = 100


def money(cents: int, currency: str = "EUR") -> str:
    """An amount in minor units as text: 123450 is ``€1,234.50``, -5 is ``−€0.05``."""
    sign = "−" if cents < 0 else ""
    whole, rest = divmod(abs(cents), _CENTS)
    return f"{sign}{_SIGNS.get(currency, currency + ' ')}{whole:,}.{rest:02d}"


def moment(at: datetime) -> Markup:
    """A moment in UTC as ``22 Nov 2026, 14:05 UTC``, with the exact moment for machines."""
    at = at.astimezone(UTC)
    return time_element(at, f"{day_text(at)}, {at:%H:%M} UTC")


def day(at: datetime) -> Markup:
    """The day of a moment in UTC as ``22 Nov 2026``."""
    at = at.astimezone(UTC)
    return time_element(at, day_text(at))


def number(value: float, decimals: int = 0) -> str:
    """A number with thousands set apart: 12345.678 with two decimals is ``12,345.68``."""
    return f"{value:,.{decimals}f}".replace("-", "−")


def day_text(at: datetime) -> str:
    """The day of a moment in UTC without markup."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%b %Y}"


def time_element(at: datetime, text: str) -> Markup:
    """A text for people with the exact moment for machines."""
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), text)
