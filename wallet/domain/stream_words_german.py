"""Streams in plain words (German); the functions are those of `stream_words`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from wallet.domain import record, stream_words
from wallet.domain.alert import Alert, Side
from wallet.domain.digest import Digest
from wallet.domain.period import Period, Span
from wallet.domain.quantity import QUANTITIES, Kind, Quantity
from wallet.domain.showing_values import GERMAN_UNITS
from wallet.domain.trace import Gap

MONTHS: Final = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
WEEKDAYS: Final = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_DURATIONS: Final = (
    ("Tag", "Tagen", 86_400_000),
    ("Stunde", "Stunden", 3_600_000),
    ("Minute", "Minuten", 60_000),
    ("Sekunde", "Sekunden", 1_000),
)
_SIDES: Final = {Side.ABOVE: "über", Side.BELOW: "unter"}
_OVER: Final = {Span.DAY: "an einem Tag", Span.MONTH: "in einem Monat"}
_BEFORE: Final = {Span.DAY: ("Tag", "Tage"), Span.MONTH: ("Monat", "Monate")}
_SIGNS: Final = str.maketrans(",.", ".,")


def unit_text(ucum: str) -> str:
    """A unit as people write it."""
    return GERMAN_UNITS.get(ucum, record.unit_text(ucum))


def name_text(quantity: Quantity) -> str:
    """What a quantity is called."""
    return quantity.german


def name_within(quantity: Quantity) -> str:
    """The same within a sentence."""
    return quantity.german


def number_text(value: Decimal, quantity: Quantity) -> str:
    """A value in as many decimals as people are shown, with thousands set apart."""
    return stream_words.number_text(value, quantity).translate(_SIGNS)


def value_text(value: Decimal, quantity: Quantity) -> str:
    """A value with its unit."""
    return f"{number_text(value, quantity)} {unit_text(quantity.unit)}".strip()


def date_text(moment: datetime) -> str:
    """A day as ``1. März 2026``."""
    return f"{moment.day}. {_month_text(moment)}"


def _month_text(moment: datetime) -> str:
    """A month as ``März 2026``."""
    return f"{MONTHS[moment.month - 1]} {moment:%Y}"


def weekday_mark(moment: datetime) -> str:
    """A day of the week below a drawing."""
    return WEEKDAYS[moment.weekday()][:2]


def month_mark(moment: datetime) -> str:
    """A month below a drawing."""
    return MONTHS[moment.month - 1][:3]


def period_text(period: Period) -> str:
    """What people call a period."""
    begin = period.begin
    match period.span:
        case Span.HOUR:
            return f"{begin:%H:%M}"
        case Span.DAY:
            return f"{WEEKDAYS[begin.weekday()]}, {date_text(begin)}"
        case Span.WEEK:
            return f"{date_text(begin)} bis {date_text(period.end - timedelta(days=1))}"
        case Span.MONTH:
            return _month_text(begin)
        case Span.YEAR:
            return f"{begin:%Y}"


def part_text(part: Period) -> str:
    """A part of a period, as it stands in a table."""
    match part.span:
        case Span.HOUR:
            return f"{part.begin:%H:%M} bis {'24:00' if part.end.hour == 0 else f'{part.end:%H:%M}'}"
        case Span.DAY:
            return f"{weekday_mark(part.begin)}, {part.begin.day}. {month_mark(part.begin)}"
        case _:
            return MONTHS[part.begin.month - 1]


def summary_text(digest: Digest | None, quantity: Quantity) -> str:
    """What a period comes to, in a sentence."""
    if digest is None:
        return "Keine Messwerte in dieser Zeit."
    counted = f"{digest.count:,}".translate(_SIGNS)
    count = f"{counted} {'Messwert' if digest.count == 1 else 'Messwerte'}"
    match quantity.kind:
        case Kind.MEAN:
            least, most = number_text(digest.least, quantity), number_text(digest.most, quantity)
            average = value_text(digest.value(Kind.MEAN), quantity)
            return f"{count} von {least} bis {most}, im Durchschnitt {average}."
        case Kind.SUM:
            return f"{count}, zusammen {value_text(digest.total, quantity)}."
        case Kind.CATEGORY:
            return f"{count}."


def gaps_text(gaps: Sequence[Gap]) -> str:
    """How many gaps there are and how long the longest is; empty without any."""
    if not gaps:
        return ""
    longest = duration_text(max(gap.end - gap.begin for gap in gaps))
    if len(gaps) == 1:
        return f"Es gibt eine Lücke von {longest} ohne Messwerte."
    return f"Es gibt {len(gaps)} Lücken ohne Messwerte, die längste von {longest}."


def duration_text(milliseconds: int) -> str:
    """About how long something is, in one unit, as it stands after “von”."""
    for one, many, length in _DURATIONS:
        if milliseconds >= length:
            count = round(milliseconds / length)
            return f"{count} {one if count == 1 else many}"
    return "weniger als einer Sekunde"


def alert_text(alert: Alert) -> str:
    """What a limit says."""
    quantity = QUANTITIES[alert.quantity_name]
    limit = f"{f'{alert.limit:,f}'.translate(_SIGNS)} {unit_text(quantity.unit)}".strip()
    how = "im Durchschnitt " if quantity.kind is Kind.MEAN else ""
    return f"{how}{_SIDES[alert.side]} {limit} {_OVER[alert.over]}"


def limit_text(alert: Alert) -> str:
    """The same as the beginning of a line."""
    text = alert_text(alert)
    return text[:1].upper() + text[1:]


def quantity_text(alert: Alert) -> str:
    """What a limit is about."""
    return QUANTITIES[alert.quantity_name].german


def crossings_text(alert: Alert) -> str:
    """When it was last beyond the limit, of what the person was not told; empty if there is nothing."""
    if not alert.unseen:
        return ""
    last, quantity = alert.unseen[-1], QUANTITIES[alert.quantity_name]
    when = date_text(last.at) if alert.over is Span.DAY else _month_text(last.at)
    more = len(alert.unseen) - 1
    also = f", und davor {more} {_BEFORE[alert.over][more > 1]}" if more else ""
    return f"{when}: {value_text(last.value, quantity)}{also}"
