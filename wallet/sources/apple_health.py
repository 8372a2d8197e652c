"""The export of Apple Health: `export.xml`, or the archive with it inside, in constant memory.

A record is an interval that one source measured; phone and watch count the same steps, so each is an
instrument of its own. Records inside of a correlation stand in the list a second time and are passed over
there. Sleep is the time asleep, whichever phase; time in bed and awake is not.

Source: developer.apple.com/documentation/healthkit, and the document type that each export begins with.

Limit: which names a German or French phone gives its files is not fixed, so the archive's longest name is
not trusted: the XML file that is no clinical document (`_cda`) is taken.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from wallet.domain.measured import Measured
from wallet.domain.source import Manifest, Words
from wallet.sources.bounded import GIB, Bounded, Limits, begins_with, unpacked
from wallet.sources.manifests import CONNECTED_PRODUCT, OF_BODY, WHEN_UPLOADED
from wallet.sources.reading import Reading, Source, each
from wallet.sources.units import convert
from wallet.sources.values import damaged, impossible_time, in_utc, measured, name, number
from wallet.sources.xml_stream import elements

QUANTITY_TYPES: Final = {
    "HKQuantityTypeIdentifierHeartRate": "heart-rate",
    "HKQuantityTypeIdentifierRestingHeartRate": "resting-heart-rate",
    "HKQuantityTypeIdentifierStepCount": "steps",
    "HKQuantityTypeIdentifierDistanceWalkingRunning": "distance",
    "HKQuantityTypeIdentifierActiveEnergyBurned": "active-energy",
    "HKQuantityTypeIdentifierBloodGlucose": "blood-glucose",
    "HKQuantityTypeIdentifierBloodPressureSystolic": "systolic-blood-pressure",
    "HKQuantityTypeIdentifierBloodPressureDiastolic": "diastolic-blood-pressure",
    "HKQuantityTypeIdentifierOxygenSaturation": "oxygen-saturation",
    "HKQuantityTypeIdentifierBodyTemperature": "body-temperature",
    "HKQuantityTypeIdentifierRespiratoryRate": "respiratory-rate",
    "HKQuantityTypeIdentifierBodyMass": "body-weight",
    "HKQuantityTypeIdentifierHeight": "body-height",
    "HKQuantityTypeIdentifierBodyMassIndex": "body-mass-index",
}
_SLEEP: Final = "HKCategoryTypeIdentifierSleepAnalysis"
_ASLEEP: Final = "HKCategoryValueSleepAnalysisAsleep"
_FRACTION: Final = "oxygen-saturation"
_MINUTE: Final = 60
_ZIP: Final = b"PK\x03\x04"


def parse(file: Bounded, reading: Reading) -> Iterator[Measured]:
    """The values of an export, in its order."""
    with ExitStack() as archive:
        if begins_with(file, _ZIP):
            limits = reading.limits or APPLE_HEALTH.limits
            file = archive.enter_context(unpacked(file, limits, _export_of))
        records = enumerate(elements(file, ("HealthData",)), 1)
        yield from each(records, _values, reading.report, "element {} of the export")


def _export_of(names: list[str]) -> str | None:
    """The name of the export in its archive."""
    found = [each for each in names if each.lower().endswith(".xml") and each.count("/") <= 1]
    own = [each for each in found if not each.lower().endswith("_cda.xml")]
    return min(own, key=len, default=None)


def _values(record: etree._Element) -> Sequence[Measured]:
    if record.tag != "Record":
        return ()
    told: Any = record.attrib
    quantity = QUANTITY_TYPES.get(told.get("type"))
    if quantity is None:
        return _asleep(told) if told.get("type") == _SLEEP else ()
    value, unit = number(told.get("value")), told.get("unit", "")
    if quantity == _FRACTION and unit == "%" and value <= 1:
        value *= 100  # HealthKit's percent is a part of one
    start, end = _when(told)
    return (measured(quantity, start, end, convert(quantity, value, unit), name(told.get("sourceName"))),)


def _asleep(told: Any) -> Sequence[Measured]:
    if not str(told.get("value")).startswith(_ASLEEP):
        return ()
    start, end = _when(told)
    minutes = Decimal(int((end - start).total_seconds())) / _MINUTE
    return (measured("sleep", start, end, round(minutes, 3), name(told.get("sourceName"))),)


def _when(told: Any) -> tuple[datetime, datetime]:
    return _moment(told.get("startDate")), _moment(told.get("endDate"))


def _moment(text: str | None) -> datetime:
    """A moment as Apple writes it: `2026-01-31 12:00:00 +0100`."""
    if text is None:
        raise damaged("a record has no start or end")
    try:
        return in_utc(datetime.fromisoformat(text[:19] + text[20:]))
    except ValueError as error:
        raise impossible_time("expected a time such as 2026-01-31 12:00:00 +0100") from error


APPLE_HEALTH: Final = Source(
    Manifest(
        name="apple-health",
        title=Words("Apple Health", "Apple Health"),
        quantities=(*QUANTITY_TYPES.values(), "sleep"),
        frequency=WHEN_UPLOADED,
        size=Words("5 MB to 4 GB", "5 MB bis 4 GB"),
        right=CONNECTED_PRODUCT,
        granularities=OF_BODY,
        endings=(".xml", ".zip"),
    ),
    parse,
    limits=Limits(most_bytes=4 * GIB, most_unpacked=4 * GIB),
)
