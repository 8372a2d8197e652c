"""What a person says of a file: which switches are on, where she lives, what the columns of a table are."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from flask import request
from flask_babel import LazyString, lazy_gettext

from wallet.domain.quantity import QUANTITIES
from wallet.domain.source import Manifest
from wallet.domain.table_mapping import ENCODINGS, SEPARATORS, Mapping, TimeForm
from wallet.services.source_ports import Chosen

DEFAULT_ZONE = "Europe/Vienna"
MOST_COLUMNS = 500
MOST_MINUTES = 60 * 24 * 31
SEPARATOR_WORDS: Final[dict[str, LazyString]] = {
    ";": lazy_gettext("semicolon ;"),
    "\t": lazy_gettext("tabulator"),
    ",": lazy_gettext("comma ,"),
    "|": lazy_gettext("bar |"),
}
TIME_WORDS: Final[dict[TimeForm, str | LazyString]] = {
    **{form: form.value for form in TimeForm},
    TimeForm.EPOCH: lazy_gettext("seconds since 1970"),
}


@dataclass(frozen=True)
class Told:
    """What the form said, or what is wrong in it, by field."""

    chosen: Chosen | None
    errors: dict[str, str]


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Time zones by the places that people know them by (IANA)."""
    other = ("Etc/", "posix", "right")
    return (
        "UTC",
        *sorted(name for name in available_timezones() if "/" in name and not name.startswith(other)),
    )


def read_choice(manifest: Manifest, *, with_table: bool = False) -> Told:
    """Read the form of a source; a table has its columns besides."""
    errors: dict[str, str] = {}
    known = {each.name for each in manifest.granularities}
    switches = frozenset(request.form.getlist("switches")) & known
    if not switches:
        errors["switches"] = "Choose at least one."
    zone_name = request.form.get("zone", DEFAULT_ZONE)
    if zone_name not in zones():
        errors["zone"] = "Choose a place from the list."
    mapping = _mapping(errors) if with_table and not errors else None
    if errors:
        return Told(None, errors)
    return Told(Chosen(switches, ZoneInfo(zone_name), mapping), errors)


def _mapping(errors: dict[str, str]) -> Mapping | None:
    time, value = (request.form.get(name, type=int) for name in ("time_column", "value_column"))
    if time is None or value is None or not (0 <= time < MOST_COLUMNS and 0 <= value < MOST_COLUMNS):
        errors["value_column"] = "Choose a column for the time and one for the value."
    elif time == value:
        errors["value_column"] = "Time and value stand in different columns."
    quantity = QUANTITIES.get(request.form.get("quantity", ""))
    if quantity is None:
        errors["quantity"] = "Choose what was measured."
    minutes = request.form.get("minutes", "").strip()
    if minutes and not (minutes.isascii() and minutes.isdigit() and 0 < int(minutes) <= MOST_MINUTES):
        errors["minutes"] = "Give whole minutes, or leave it empty."
    if errors or time is None or value is None or quantity is None:
        return None
    return Mapping(
        time_column=time,
        value_column=value,
        quantity=quantity.name,
        unit=request.form.get("unit", "").strip()[:40] or quantity.unit,
        zone=ZoneInfo(request.form.get("zone", DEFAULT_ZONE)),
        time_form=_time_form(),
        minutes=int(minutes) if minutes else None,
        separator=_known(request.form.get("separator"), SEPARATORS),
        decimal_comma=request.form.get("decimal_comma") == "yes",
        encoding=_known(request.form.get("encoding"), ENCODINGS),
        heading=request.form.get("heading") == "yes",
    )


def _time_form() -> TimeForm:
    told = request.form.get("time_form", "")
    return TimeForm(told) if told in set(TimeForm) else TimeForm.ISO


def _known(told: str | None, allowed: tuple[str, ...]) -> str:
    return told if told in allowed else allowed[0]
