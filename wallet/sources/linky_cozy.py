"""What a Cozy keeps of a Linky meter: one document for each half hour, hour or day, in kWh.

An export is a list of documents that name their doctype (`_type`), or an object that lists documents under
the name of their doctype.

Limit: a document does not say which of the two hours it means that autumn repeats, so both are the first.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from crypto.reading import Fields
from wallet.domain.measured import Measured
from wallet.errors import SourceError, SourceTrouble
from wallet.sources.values import damaged, impossible_time, in_utc, measured, number

_PREFIX: Final = "com.grandlyon.enedis."
_SPANS: Final = {
    f"{_PREFIX}minute": timedelta(minutes=30),
    f"{_PREFIX}hour": timedelta(hours=1),
    f"{_PREFIX}day": timedelta(days=1),
}
DOCTYPES: Final = tuple(_SPANS)


class CozyDocument(NamedTuple):
    """One document and its doctype."""

    doctype: str
    told: Any


def cozy_documents(found: object) -> Iterator[tuple[int, CozyDocument]] | None:
    """The documents of an export with their numbers; None where it is none."""
    if isinstance(found, Mapping) and any(str(key).startswith(_PREFIX) for key in found):
        listed = [(str(key), value) for key, value in found.items() if str(key).startswith(_PREFIX)]
        if not all(isinstance(value, list) for _, value in listed):
            raise SourceError(SourceTrouble.DAMAGED, "the documents of a doctype are no list")
        return enumerate((CozyDocument(key, told) for key, value in listed for told in value), 1)
    if isinstance(found, list) and any(_doctype(told) for told in found):
        return enumerate((CozyDocument(_doctype(told), told) for told in found), 1)
    return None


def _doctype(told: object) -> str:
    kind = told.get("_type") if isinstance(told, Mapping) else None
    return kind if isinstance(kind, str) and kind.startswith(_PREFIX) else ""


def cozy_values(document: CozyDocument, zone: ZoneInfo) -> Sequence[Measured]:
    """The value of a document; none if it is a month, a year or something else."""
    span = _SPANS.get(document.doctype)
    if span is None:
        return ()
    fields = Fields.of(document.told, "document")
    load = number(fields.any("load"))
    local = _begins(fields, whole_day=span.days > 0)
    start = in_utc(local, zone)
    # A day ends on the same wall clock; an hour lasts as long as it lasts.
    end = in_utc(local + span, zone) if span.days else start + span
    series = "daily" if span.days else "load curve"
    return (measured("energy-used", start, end, load, f"Linky, {series}"),)


def _begins(fields: Fields, *, whole_day: bool) -> datetime:
    parts = [_whole(fields, name) for name in ("year", "month", "day")]
    clock = [_whole(fields, name) if fields.has(name) and not whole_day else 0 for name in ("hour", "minute")]
    try:
        return datetime(*parts, *clock)  # type: ignore[arg-type]  # noqa: DTZ001 — the zone is that of France
    except (ValueError, OverflowError) as error:
        raise impossible_time("the parts of the date are no day") from error


def _whole(fields: Fields, name: str) -> int:
    told = fields.any(name)
    if isinstance(told, bool) or not isinstance(told, int):
        raise damaged(f"expected a whole number as {name}")
    return told
