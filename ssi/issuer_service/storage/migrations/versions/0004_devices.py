"""Devices, who wears them, how far their streams are, and the newest readings."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "devices",
        sa.Column("device_id", sa.String(length=32), nullable=False),
        sa.Column("maker", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("issued_at", _MOMENT, nullable=False),
        sa.Column("registered_at", _MOMENT, nullable=False),
        sa.Column("registered_by", sa.String(length=60), nullable=False),
        sa.Column("stopped_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("device_id", name="pk_devices"),
        sa.UniqueConstraint("maker", "name", name="one_device_per_name"),
    )
    op.create_table(
        "device_wearers",
        sa.Column("device_id", sa.String(length=32), nullable=False),
        sa.Column("sensor", sa.String(length=200), nullable=False),
        sa.Column("record_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("template_id", sa.String(length=32), nullable=False),
        sa.Column("person_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("every_hours", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.device_id"], name="fk_device_wearers_device_id_devices"
        ),
        sa.PrimaryKeyConstraint("device_id", "sensor", name="pk_device_wearers"),
    )
    op.create_index("ix_device_wearers_record_key", "device_wearers", ["record_key"], unique=False)
    op.create_table(
        "device_streams",
        sa.Column("device_id", sa.String(length=32), nullable=False),
        sa.Column("stream", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.device_id"], name="fk_device_streams_device_id_devices"
        ),
        sa.PrimaryKeyConstraint("device_id", "stream", name="pk_device_streams"),
    )
    op.create_table(
        "device_observed",
        sa.Column("record_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("newest_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("record_key", name="pk_device_observed"),
    )


def downgrade() -> None:
    """Refuse: where streams stand would be lost, and batches could be handed in again."""
    raise NotImplementedError("this revision is not taken back: restore a backup instead")
