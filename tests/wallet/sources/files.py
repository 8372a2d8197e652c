"""One small file of each source, as its maker would write it, and how it is read."""

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.profile_type import FileType, Manufacturer

from wallet.domain.measured import Measured
from wallet.domain.source import Report
from wallet.domain.table_mapping import Mapping
from wallet.sources.catalogue import BY_NAME
from wallet.sources.reading import Reading, read

VIENNA = ZoneInfo("Europe/Vienna")
NOON = "2026-01-31T12:00:00+01:00"
RECEIVED = datetime(2026, 1, 31, 12, tzinfo=UTC)
FINEST = {
    "gpx": "cells-9",
    "linky": "by-half-hour",
    "green-button": "by-hour",
}
MAPPING = Mapping(0, 1, "heart-rate", "/min", VIENNA)


def taken(name: str, raw: bytes, *switches: str, **reading: Any) -> tuple[list[Measured], Report]:
    """All values of a file, and what was told about it; at the finest grain where nothing is said."""
    chosen = frozenset(switches or (FINEST.get(name, "each-reading"),))
    asked = Reading(chosen, **{"received_at": RECEIVED, "mapping": MAPPING, **reading})
    return list(read(BY_NAME[name], io.BytesIO(raw), asked)), asked.report


def values(name: str, raw: bytes, *switches: str, **reading: Any) -> list[Measured]:
    return taken(name, raw, *switches, **reading)[0]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


DOCUMENT_TYPE = """<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 13 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>
<!ATTLIST Record
  type          CDATA #REQUIRED
  unit          CDATA #IMPLIED
  value         CDATA #IMPLIED
>
<!-- Note: Any Records that appear as children of a correlation also appear as top-level records. -->
]>
"""


def apple_record(
    kind: str = "HeartRate",
    value: object = 61,
    unit: str = "count/min",
    *,
    start: str = "2026-01-31 12:00:00 +0100",
    end: str | None = None,
    by: str = "Watch",
) -> str:
    return (
        f'<Record type="HKQuantityTypeIdentifier{kind}" sourceName="{by}" unit="{unit}"'
        f' creationDate="{start}" startDate="{start}" endDate="{end or start}" value="{value}"/>\n'
    )


def apple(*records: str, before: str = DOCUMENT_TYPE) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{before}<HealthData locale="de_AT">\n'
        f' <ExportDate value="2026-02-01 08:00:00 +0100"/>\n{"".join(records)}</HealthData>'
    ).encode()


def apple_zip(xml: bytes, name: str = "apple_health_export/Export.xml") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("apple_health_export/export_cda.xml", b"<ClinicalDocument/>")
        archive.writestr(name, xml)
    return packed.getvalue()


def observation(code: str, value: object, unit: str, **changes: object) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "effectiveDateTime": "2026-01-31T12:00:00+01:00",
        "valueQuantity": {"value": value, "system": "http://unitsofmeasure.org", "code": unit},
        **changes,
    }


def bundle(*resources: object) -> bytes:
    entries = [{"resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def activity(*records: dict[str, float], began: int = 1_767_225_600_000) -> bytes:
    """A FIT activity with one record a second."""
    builder = FitFileBuilder(auto_define=True, min_string_size=50)
    file_id = FileIdMessage()
    file_id.type, file_id.manufacturer = FileType.ACTIVITY, Manufacturer.GARMIN.value
    file_id.product, file_id.time_created = 0, began
    builder.add(file_id)
    for second, fields in enumerate(records):
        message = RecordMessage()
        message.timestamp = began + second * 1000
        for name, value in fields.items():
            setattr(message, name, value)
        builder.add(message)
    raw: bytes = builder.build().to_bytes()
    return raw


def data_point(body: dict[str, Any], by: str = "Ring") -> dict[str, Any]:
    header = {"acquisition_provenance": {"source_name": by}, "schema_id": {"namespace": "omh"}}
    return {"header": header, "body": body}


def heart_rate(value: object = 60, unit: str = "beats/min", at: str = NOON) -> dict[str, Any]:
    return {"heart_rate": {"value": value, "unit": unit}, "effective_time_frame": {"date_time": at}}


def reading_type(address: str = "ReadingType/07", /, **fields: object) -> str:
    told = {"commodity": 1, "flowDirection": 1, "kind": 12, "powerOfTenMultiplier": -3, "uom": 72, **fields}
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in told.items())
    return (
        f'<entry><link rel="self" href="{address}"/><content>'
        f'<ReadingType xmlns="http://naesb.org/espi">{inner}</ReadingType></content></entry>'
    )


def meter_reading(address: str, kind: str) -> str:
    return (
        f'<entry><link rel="self" href="{address}"/><link rel="related" href="{address}/IntervalBlock"/>'
        f'<link rel="related" href="{kind}"/><content><MeterReading xmlns="http://naesb.org/espi"/></content></entry>'
    )


def block(*readings: tuple[object, object, object], up: str = "MeterReading/01/IntervalBlock") -> str:
    inner = "".join(
        f"<IntervalReading><timePeriod><duration>{seconds}</duration><start>{start}</start></timePeriod>"
        f"<value>{value}</value></IntervalReading>"
        for start, seconds, value in readings
    )
    return (
        f'<entry><link rel="up" href="{up}"/><content>'
        f'<IntervalBlock xmlns="http://naesb.org/espi">{inner}</IntervalBlock></content></entry>'
    )


def feed(*entries: str) -> bytes:
    return (
        f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{"".join(entries)}</feed>'.encode()
    )


def load_curve(*ends: tuple[str, object], unit: str = "W", length: str = "PT30M", **changes: object) -> bytes:
    intervals = [{"value": str(value), "date": date, "interval_length": length} for date, value in ends]
    meter = {"usage_point_id": "0", "reading_type": {"unit": unit}, "interval_reading": intervals, **changes}
    return json.dumps({"meter_reading": meter}).encode()


def track(*segments: Sequence[tuple[object, object, str]]) -> bytes:
    inner = "".join(
        "<trkseg>"
        + "".join(
            f'<trkpt lat="{lat}" lon="{lon}"><ele>1</ele><time>{at}</time></trkpt>'
            for lat, lon, at in segment
        )
        + "</trkseg>"
        for segment in segments
    )
    head = '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
    return f"{head}<metadata><time>2026-01-01T00:00:00Z</time></metadata><trk>{inner}</trk></gpx>".encode()


def push(*told: tuple[str, object], **members: object) -> bytes:
    listed = [{"value_type": kind, "value": value} for kind, value in told]
    return json.dumps({"esp8266id": "77", **members, "sensordatavalues": listed}).encode()


SAMPLES = {
    "apple-health": apple(
        apple_record(), apple_record("StepCount", 12, "count", end="2026-01-31 12:05:00 +0100")
    ),
    "fhir": bundle(observation("8867-4", 61, "/min"), observation("2339-0", 5.5, "mmol/L")),
    "open-mhealth": json.dumps([data_point(heart_rate()), data_point(heart_rate(61))]).encode(),
    "garmin-fit": activity({"heart_rate": 100, "distance": 1.0}, {"heart_rate": 101, "distance": 4.5}),
    "gpx": track([(48.2, 16.37, "2026-01-31T12:10:00Z"), (48.3, 16.37, "2026-01-31T13:10:00Z")]),
    "linky": load_curve(("2026-01-31 00:30:00", 540), ("2026-01-31 01:00:00", 500)),
    "green-button": feed(reading_type(), block((1_769_857_200, 900, 974_000), (1_769_858_100, 900, 1000))),
    "sensor-community": push(("SDS_P1", "12.3"), ("BME280_pressure", "98012.5")),
    "device": json.dumps(
        {"stream": "s", "quantity": "noise", "start": NOON, "value": 40.5, "sequence": 1}
    ).encode(),
    "table": b"time,value\n2026-01-31 12:00,61\n2026-01-31 13:00,62\n",
}
"""A valid file of every source."""
