"""Streams in plain words (English): units, periods, what a chart shows, what a limit says."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from wallet.domain import record
from wallet.domain.alert import Alert
from wallet.domain.digest import Digest
from wallet.domain.period import Period, Span
from wallet.domain.quantity import QUANTITIES, Kind, Quantity
from wallet.domain.trace import Gap

_DURATIONS: Final = (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1_000))


def unit_text(ucum: str) -> str:
    """A unit as people write it."""
    return record.unit_text(ucum)


def name_text(quantity: Quantity) -> str:
    """What a quantity is called."""
    return quantity.english


def name_within(quantity: Quantity) -> str:
    """The same within a sentence."""
    return quantity.english.lower()


def number_text(value: Decimal, quantity: Quantity) -> str:
    """A value in as many decimals as people are shown, with thousands set apart."""
    decimals = 0 if quantity.kind is Kind.CATEGORY else quantity.decimals
    text = f"{value:,.{decimals}f}"
    return text.replace("-", "−") if text.strip("-0.,") else text.lstrip("-")


def value_text(value: Decimal, quantity: Quantity) -> str:
    """A value with its unit."""
    return f"{number_text(value, quantity)} {unit_text(quantity.unit)}".strip()


def date_text(moment: datetime) -> str:
    """A day as ``1 Mar 2026``."""
    return f"{moment.day} {moment:%b %Y}"


def weekday_mark(moment: datetime) -> str:
    """A day of the week below a drawing."""
    return f"{moment:%a}"


def month_mark(moment: datetime) -> str:
    """A month below a drawing."""
    return f"{moment:%b}"


def period_text(period: Period) -> str:
    """What people call a period."""
    begin = period.begin
    match period.span:
        case Span.HOUR:
            return f"{begin:%H:%M}"
        case Span.DAY:
            return f"{begin:%A}, {begin.day} {begin:%B %Y}"
        case Span.WEEK:
            return f"{date_text(begin)} to {date_text(period.end - timedelta(days=1))}"
        case Span.MONTH:
            return f"{begin:%B %Y}"
        case Span.YEAR:
            return f"{begin:%Y}"


def part_text(part: Period) -> str:
    """A part of a period, as it stands in a table."""
    match part.span:
        case Span.HOUR:
            return f"{part.begin:%H:%M} to {'24:00' if part.end.hour == 0 else f'{part.end:%H:%M}'}"
        case Span.DAY:
            return f"{part.begin:%a}, {part.begin.day} {part.begin:%b}"
        case _:
            return f"{part.begin:%B}"


def summary_text(digest: Digest | None, quantity: Quantity) -> str:
    """What a period comes to, in a sentence."""
    if digest is None:
        return "No readings in this time."
    count = f"{digest.count:,} {'reading' if digest.count == 1 else 'readings'}"
    match quantity.kind:
        case Kind.MEAN:
            least, most = number_text(digest.least, quantity), number_text(digest.most, quantity)
            average = value_text(digest.value(Kind.MEAN), quantity)
            return f"{count} from {least} to {most}, on average {average}."
        case Kind.SUM:
            return f"{count}, together {value_text(digest.total, quantity)}."
        case Kind.CATEGORY:
            return f"{count}."


def gaps_text(gaps: Sequence[Gap]) -> str:
    """How many gaps there are and how long the longest is; empty without any."""
    if not gaps:
        return ""
    longest = duration_text(max(gap.end - gap.begin for gap in gaps))
    if len(gaps) == 1:
        return f"There is a gap of {longest} without readings."
    return f"There are {len(gaps)} gaps without readings, the longest of {longest}."


def duration_text(milliseconds: int) -> str:
    """About how long something is, in one unit."""
    for name, length in _DURATIONS:
        if milliseconds >= length:
            count = round(milliseconds / length)
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    return "less than a second"


def alert_text(alert: Alert) -> str:
    """What a limit says."""
    quantity = QUANTITIES[alert.quantity_name]
    limit = f"{alert.limit:,f} {unit_text(quantity.unit)}".strip()
    how = "on average " if quantity.kind is Kind.MEAN else ""
    return f"{how}{alert.side.value} {limit} in a {alert.over.value}"


def limit_text(alert: Alert) -> str:
    """The same as the beginning of a line."""
    text = alert_text(alert)
    return text[:1].upper() + text[1:]


def quantity_text(alert: Alert) -> str:
    """What a limit is about."""
    return QUANTITIES[alert.quantity_name].english


def crossings_text(alert: Alert) -> str:
    """When it was last beyond the limit, of what the person was not told; empty if there is nothing."""
    if not alert.unseen:
        return ""
    last, quantity = alert.unseen[-1], QUANTITIES[alert.quantity_name]
    when = date_text(last.at) if alert.over is Span.DAY else f"{last.at:%B %Y}"
    more = len(alert.unseen) - 1
    also = "" if not more else f", and {more} {alert.over.value}{'s' if more > 1 else ''} before"
    return f"{when}: {value_text(last.value, quantity)}{also}"
