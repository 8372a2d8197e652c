"""Green Button: readings of a meter as ESPI in an Atom feed.

A reading type says what its values are: unit (`uom`), power of ten, direction and kind. Interval blocks lead
to it over their meter reading, by the links of the feed; a feed with one type needs no links. Times are
seconds since 1970. Types come anywhere in the feed, so it is looked through twice.

Registers that only ever grow (`accumulationBehaviour` 1, 2, 3) are no amounts of an interval and are passed
over, as is energy that flows neither to nor from the customer alone.

Source: NAESB REQ.21 (ESPI), espi.xsd of the Green Button Alliance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from lxml import etree

from wallet.domain.measured import Measured
from wallet.domain.source import Manifest, Words
from wallet.errors import SourceError, SourceTrouble
from wallet.sources.bounded import Bounded
from wallet.sources.manifests import BY_HOUR, EVERY_DAY, METER, OF_METER, SMALL
from wallet.sources.reading import Reading, Source, each
from wallet.sources.units import convert
from wallet.sources.values import damaged, from_epoch, impossible_time, measured, number
from wallet.sources.xml_stream import elements

_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_ESPI: Final = "{http://naesb.org/espi}"
_MOST_INSIDE: Final = 1_500_000
"""Elements of one entry; a block may hold a year of quarter hours."""
_MOST_SECONDS: Final = 366 * 86_400
_UNITS: Final = {
    "31": "J",
    "38": "W",
    "42": "m3",
    "72": "Wh",
    "119": "[cft_i]",
    "128": "[gal_us]",
    "132": "BTU",
    "134": "L",
    "169": "therm",
}
_COMMODITIES: Final = {"132": "7", "169": "7", "128": "9", "134": "9"}
"""What flows where the type does not say it but its unit does."""
_TOLD: Final = ("uom", "kind", "commodity", "flowDirection", "accumulationBehaviour")
_ELECTRICITY, _GAS, _WATER = frozenset({"0", "1", "2"}), frozenset({"7"}), frozenset({"9"})
_DELIVERED, _RECEIVED = frozenset({"0", "1", ""}), frozenset({"19"})
_REGISTERS: Final = frozenset({"1", "2", "3"})
_POWER_KIND: Final = "37"
_HOUR: Final = Decimal(3600)


@dataclass(frozen=True)
class _Type:
    """What the values of a reading type are; no quantity if they are none of ours."""

    quantity: str | None
    unit: str
    factor: Decimal
    is_power: bool


@dataclass
class _Feed:
    """The reading types of a feed, and which meter reading has which, by their addresses."""

    types: dict[str, _Type] = field(default_factory=dict)
    of_reading: dict[str, str] = field(default_factory=dict)

    def type_for(self, up: str) -> _Type:
        """The type of a block below this address.

        Raises:
            SourceError: no link leads to one.
        """
        if len(self.types) == 1:
            return next(iter(self.types.values()))
        reading = up.rpartition("/IntervalBlock")[0] or up
        found = self.types.get(self.of_reading.get(reading, ""))
        if found is None:
            raise damaged("no link leads from the block to its reading type")
        return found


class _One(NamedTuple):
    reading: etree._Element
    up: str


def parse(file: Bounded, reading: Reading) -> Iterator[Measured]:
    """The intervals of a feed."""
    feed = _Feed()
    for entry in _entries(file):
        _learn(entry, feed)
    file.again()
    where = "reading {0[1]} of entry {0[0]}"
    yield from each(_readings(file), lambda one: _values(one, feed), reading.report, where)


def _entries(file: Bounded) -> Iterator[etree._Element]:
    for element in elements(file, (f"{_ATOM}feed",), most_inside=_MOST_INSIDE):
        if element.tag == f"{_ATOM}entry":
            yield element


def _learn(entry: etree._Element, feed: _Feed) -> None:
    content = entry.find(f"{_ATOM}content")
    if content is None:
        return
    own = _link(entry, "self")
    kind = content.find(f"{_ESPI}ReadingType")
    if kind is not None:
        feed.types[own or str(len(feed.types))] = _type(kind)
    if content.find(f"{_ESPI}MeterReading") is not None:
        for link in entry.iterfind(f"{_ATOM}link"):
            address = link.get("href", "")
            if link.get("rel") == "related" and "/ReadingType/" in f"/{address}":
                feed.of_reading[own] = address


def _link(entry: etree._Element, rel: str) -> str:
    for link in entry.iterfind(f"{_ATOM}link"):
        if link.get("rel") == rel:
            return str(link.get("href", ""))
    return ""


def _type(kind: etree._Element) -> _Type:
    told = {name: _text(kind, name) for name in _TOLD}
    power = _text(kind, "powerOfTenMultiplier") or "0"
    try:
        factor = Decimal(10) ** max(-12, min(12, int(power[:4])))
    except ValueError:
        factor = Decimal("NaN")  # what it stands for is not known, so each of its values is refused
    unit = _UNITS.get(told["uom"], "")
    quantity = None if told["accumulationBehaviour"] in _REGISTERS else _quantity(told)
    return _Type(quantity, unit, factor, is_power=unit == "W" or told["kind"] == _POWER_KIND)


def _quantity(told: dict[str, str]) -> str | None:
    commodity = told["commodity"] or _COMMODITIES.get(told["uom"], "1")
    if commodity in _ELECTRICITY:
        if told["flowDirection"] in _DELIVERED:
            return "energy-used"
        return "energy-fed-in" if told["flowDirection"] in _RECEIVED else None
    if commodity in _GAS:
        return "gas-used"
    return "water-used" if commodity in _WATER else None


def _readings(file: Bounded) -> Iterator[tuple[object, _One]]:
    for index, entry in enumerate(_entries(file), 1):
        up = _link(entry, "up")
        path = f"{_ATOM}content/{_ESPI}IntervalBlock/{_ESPI}IntervalReading"
        for place, reading in enumerate(entry.iterfind(path), 1):
            yield (index, place), _One(reading, up)


def _values(one: _One, feed: _Feed) -> Sequence[Measured]:
    kind = feed.type_for(one.up)
    if kind.quantity is None:
        return ()
    if not kind.unit:
        raise SourceError(SourceTrouble.UNKNOWN_UNIT, "the reading type has a unit that is not known")
    if kind.factor.is_nan():
        raise damaged("the reading type has no power of ten")
    start = from_epoch(number(_text(one.reading, f"timePeriod/{_ESPI}start")))
    seconds = number(_text(one.reading, f"timePeriod/{_ESPI}duration"))
    if not 0 < seconds <= _MOST_SECONDS:
        raise impossible_time("expected a duration of up to a year")
    value = number(_text(one.reading, "value")) * kind.factor
    unit = kind.unit
    if kind.is_power:
        value, unit = value * seconds / _HOUR, "Wh"
    end = start + timedelta(seconds=int(seconds))
    return (measured(kind.quantity, start, end, convert(kind.quantity, value, unit)),)


def _text(element: etree._Element, name: str) -> str:
    return (element.findtext(f"{_ESPI}{name}") or "").strip()


GREEN_BUTTON: Final = Source(
    Manifest(
        name="green-button",
        title=Words("Utility (Green Button)", "Versorger (Green Button)"),
        quantities=("energy-used", "energy-fed-in", "gas-used", "water-used"),
        frequency=EVERY_DAY,
        size=SMALL,
        right=METER,
        granularities=(*OF_METER, BY_HOUR),
        endings=(".xml",),
    ),
    parse,
)
