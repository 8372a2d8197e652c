"""A file of every source with as many values as are asked for, made up."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Final
from zoneinfo import ZoneInfo

from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.profile_type import FileType, Manufacturer

BEGIN: Final = datetime(2016, 1, 1, tzinfo=UTC)
HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE HealthData [\n<!ELEMENT HealthData (Record*)>\n'
    "<!ATTLIST Record\n  type CDATA #REQUIRED\n>\n]>\n"
    '<HealthData locale="de_AT">\n'
)


def write_export(file: BinaryIO, size: int) -> None:
    """Heart rates every five minutes and steps every ten, as a watch and a phone tell them for years."""
    file.write(HEAD.encode())
    written, minute = 0, 0
    while written < size:
        lines = []
        for _ in range(1000):
            minute += 5
            lines.append(_record("HeartRate", "count/min", 60 + minute % 40, minute, "Watch"))
            if minute % 10 == 0:
                lines.append(_record("StepCount", "count", minute % 200, minute, "Phone"))
        written += file.write("".join(lines).encode())
    file.write(b"</HealthData>\n")


def _record(kind: str, unit: str, value: int, minute: int, by: str) -> str:
    start = BEGIN + timedelta(minutes=minute % (10 * 366 * 24 * 60))
    told, end = f"{start:%Y-%m-%d %H:%M:%S} +0000", f"{start + timedelta(minutes=5):%Y-%m-%d %H:%M:%S} +0000"
    return (
        f' <Record type="HKQuantityTypeIdentifier{kind}" sourceName="{by}" sourceVersion="10.1"'
        f' device="&lt;&lt;HKDevice: 0x2824&gt;, name:{by}, manufacturer:Apple Inc.&gt;" unit="{unit}"'
        f' creationDate="{end}" startDate="{told}" endDate="{end}" value="{value}">\n'
        '  <MetadataEntry key="HKMetadataKeyHeartRateMotionContext" value="0"/>\n </Record>\n'
    )


def _times(count: int, minutes: int = 5) -> Iterator[datetime]:
    return (BEGIN + timedelta(minutes=minutes * index) for index in range(count))


def _fhir(count: int) -> bytes:
    entries = [
        {
            "resource": {
                "resourceType": "Observation",
                "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": "15074-8"}]},
                "effectiveDateTime": at.isoformat(),
                "valueQuantity": {"value": 5.5, "system": "http://unitsofmeasure.org", "code": "mmol/L"},
            }
        }
        for at in _times(count)
    ]
    return json.dumps({"resourceType": "Bundle", "entry": entries}).encode()


def _open_mhealth(count: int) -> bytes:
    points: list[dict[str, Any]] = [
        {
            "header": {"acquisition_provenance": {"source_name": "Ring"}},
            "body": {
                "heart_rate": {"value": 60, "unit": "beats/min"},
                "effective_time_frame": {"date_time": at.isoformat()},
            },
        }
        for at in _times(count)
    ]
    return json.dumps(points).encode()


def _garmin_fit(count: int) -> bytes:
    builder = FitFileBuilder(auto_define=True, min_string_size=50)
    file_id = FileIdMessage()
    file_id.type, file_id.manufacturer, file_id.product = FileType.ACTIVITY, Manufacturer.GARMIN.value, 0
    builder.add(file_id)
    for second in range(count // 4):
        record = RecordMessage()
        record.timestamp = int(BEGIN.timestamp() + second) * 1000
        record.heart_rate, record.power, record.distance, record.speed = 120, 200, second * 8.5, 8.5
        builder.add(record)
    raw: bytes = builder.build().to_bytes()
    return raw


def _gpx(count: int) -> bytes:
    points = "".join(
        f'<trkpt lat="{48 + index / 1e5}" lon="16.37"><time>{at.isoformat()}</time></trkpt>'
        for index, at in enumerate(_times(count, minutes=1))
    )
    head = '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
    return f"{head}{points}</trkseg></trk></gpx>".encode()


def _linky(count: int) -> bytes:
    intervals = [
        {"value": "540", "date": f"{at.astimezone(ZoneInfo('Europe/Paris')):%Y-%m-%d %H:%M:%S}"}
        for at in _times(count, minutes=30)
    ]
    meter = {"reading_type": {"unit": "W"}, "interval_reading": intervals}
    return json.dumps({"meter_reading": meter}).encode()


def _green_button(count: int) -> bytes:
    inner = "".join(
        f"<IntervalReading><timePeriod><duration>900</duration><start>{at.timestamp():.0f}</start></timePeriod>"
        "<value>974</value></IntervalReading>"
        for at in _times(count, minutes=15)
    )
    espi = 'xmlns="http://naesb.org/espi"'
    kind = f"<ReadingType {espi}><uom>72</uom><flowDirection>1</flowDirection></ReadingType>"
    block = f"<IntervalBlock {espi}>{inner}</IntervalBlock>"
    entries = "".join(f"<entry><content>{each}</content></entry>" for each in (kind, block))
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode()


def _sensor_community(count: int) -> bytes:
    values = [{"value_type": "P1", "value": "12.3"}, {"value_type": "P2", "value": "4.5"}]
    messages = [
        {"timestamp": f"{at:%Y-%m-%d %H:%M:%S}", "sensordatavalues": values} for at in _times(count // 2)
    ]
    return json.dumps(messages).encode()


def _table(count: int) -> bytes:
    return ("time,value\n" + "".join(f"{at.isoformat()},61\n" for at in _times(count))).encode()


FILES: Final[dict[str, Callable[[int], bytes]]] = {
    "fhir": _fhir,
    "open-mhealth": _open_mhealth,
    "garmin-fit": _garmin_fit,
    "gpx": _gpx,
    "linky": _linky,
    "green-button": _green_button,
    "sensor-community": _sensor_community,
    "table": _table,
}
