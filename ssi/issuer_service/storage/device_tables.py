"""How devices, who wears them, their streams, what was said of them and the newest readings look in SQL."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from ssi.hosting.columns import UtcMoment, Word
from ssi.issuer_service.domain.entry import Standing
from ssi.issuer_service.storage.tables import metadata

devices = Table(
    "devices",
    metadata,
    Column("device_id", String(32), primary_key=True),
    Column("maker", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("credential", Text, nullable=False),
    Column("issued_at", UtcMoment, nullable=False),
    Column("registered_at", UtcMoment, nullable=False),
    Column("registered_by", String(60), nullable=False),
    Column("stopped_at", UtcMoment),
    Column("suspended_at", UtcMoment),
    UniqueConstraint("maker", "name", name="one_device_per_name"),
)

wearers = Table(
    "device_wearers",
    metadata,
    Column("device_id", String(32), ForeignKey("devices.device_id"), primary_key=True),
    Column("sensor", String(200), primary_key=True),
    Column("record_key", LargeBinary(32), nullable=False, index=True),
    Column("template_id", String(32), nullable=False),
    Column("person_sealed", LargeBinary, nullable=False),
    Column("since", UtcMoment, nullable=False),
    Column("every_hours", Integer, nullable=False),
)

streams = Table(
    "device_streams",
    metadata,
    Column("device_id", String(32), ForeignKey("devices.device_id"), primary_key=True),
    Column("stream", String(200), primary_key=True),
    Column("position", Text, nullable=False),
)

observed = Table(
    "device_observed",
    metadata,
    Column("record_key", LargeBinary(32), primary_key=True),
    Column("newest_sealed", LargeBinary, nullable=False),
    Column("recorded_at", UtcMoment),
)

device_changes = Table(
    "device_changes",
    metadata,
    Column("device_id", String(32), ForeignKey("devices.device_id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("changed_at", UtcMoment, nullable=False),
    Column("standing", Word(Standing), nullable=False),
    Column("reason_sealed", LargeBinary, nullable=False),
    Column("changed_by", String(60), nullable=False),
)

attested = Table(
    "device_attestations",
    metadata,
    Column("list_number", Integer, ForeignKey("status_lists.number"), primary_key=True),
    Column("list_index", Integer, primary_key=True),
    Column("device_id", String(32), ForeignKey("devices.device_id"), nullable=False, index=True),
    Column("standing", Word(Standing), nullable=False),
)
