"""Devices whose readings become records: who wears them, and what the newest readings come to.

A device is known by its maker's credential (`ssi.device`). The office says which person each of its sensors
belongs to, since when, and what no sensor can tell, such as her age. A value of a record is the newest
reading of the measure that has the same coding and unit as the attribute; nothing is converted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from crypto.encoding import Json
from ssi.attribute import Attribute, Kind
from ssi.dataset import DataSet
from ssi.device.batch import Header, Reading
from ssi.device.credential import Measure
from ssi.issuer_service.domain.entry import Standing

MOST_HOURS = 24 * 365


@dataclass(frozen=True)
class RegisteredDevice:
    """A device that may hand readings in until it is stopped, unless it is on hold.

    `name` is its own id, `maker` its issuer's.
    """

    device_id: str
    maker: str
    name: str
    credential: str = field(repr=False)
    issued_at: datetime
    registered_at: datetime
    registered_by: str
    stopped_at: datetime | None = None
    suspended_at: datetime | None = None

    @property
    def standing(self) -> Standing:
        """What the office says of it today, in the words of credentials."""
        if self.stopped_at is not None:
            return Standing.REVOKED
        return Standing.VALID if self.suspended_at is None else Standing.SUSPENDED


@dataclass(frozen=True)
class DeviceChange:
    """One change of what the office says of a device, as the register remembers it."""

    device_id: str
    changed_at: datetime
    standing: Standing
    reason: str = field(repr=False)
    changed_by: str


@dataclass(frozen=True)
class Wearer:
    """Whose readings a sensor's are from a moment on, and the template under which they become records.

    `record_key` is that of her record, `known` are values that no sensor tells. A new version of the record
    is made when at least `every` has passed since the one before.
    """

    sensor: str
    external_id: str = field(repr=False)
    record_key: bytes = field(repr=False)
    template_id: str
    known: Mapping[str, Json] = field(repr=False, hash=False)
    since: datetime
    every: timedelta


class Newest(NamedTuple):
    """The newest reading of one attribute, and its moment in milliseconds since 1970."""

    at: int
    value: str


@dataclass(frozen=True)
class Observed:
    """What is kept of a person's readings for her record: the newest of each attribute, nothing else."""

    newest: Mapping[str, Newest] = field(default_factory=dict, repr=False, hash=False)
    recorded_at: datetime | None = None

    def with_newer(self, name: str, found: Newest) -> Mapping[str, Newest]:
        """The newest readings with one more, if that is newer than the one that is there."""
        before = self.newest.get(name)
        return self.newest if before is not None and before.at >= found.at else {**self.newest, name: found}

    def is_due(self, every: timedelta, now: datetime) -> bool:
        """Whether a new version of the record may be made."""
        return self.recorded_at is None or self.recorded_at + every <= now


def attribute_for(data_set: DataSet, measure: Measure) -> Attribute | None:
    """The attribute that a measure's readings are values of; None if the data set has none."""
    for attribute in data_set.attributes:
        numeric = attribute.kind is Kind.NUMBER and attribute.place is None
        if numeric and attribute.coding == measure.coding and attribute.unit == measure.unit:
            return attribute
    return None


def newest_of(
    header: Header, readings: Sequence[Reading], attribute: Attribute, *, since: datetime
) -> tuple[Newest | None, int]:
    """The newest reading that counts, and how many do not: made before a moment, or out of range."""
    start = milliseconds(header.start)
    counted: list[Newest] = []
    for reading in readings:
        value = header.value_of(reading)
        at = start + reading.offset
        if at >= milliseconds(since) and attribute.minimum <= value <= attribute.maximum:
            counted.append(Newest(at, _rounded(value, attribute.decimals)))
    return max(counted, default=None), len(readings) - len(counted)


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, rounded down."""
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def _rounded(value: Decimal, decimals: int) -> str:
    return str(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN))
