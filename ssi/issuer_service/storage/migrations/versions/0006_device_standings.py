"""What the office says of a device: on hold, its history, and the credentials that the office signed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables and the column. Devices that were registered before are on hold nowhere."""
    op.add_column("devices", sa.Column("suspended_at", _MOMENT, nullable=True))
    op.create_table(
        "device_changes",
        sa.Column("device_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.device_id"], name="fk_device_changes_device_id_devices"
        ),
        sa.PrimaryKeyConstraint("device_id", "ordinal", name="pk_device_changes"),
    )
    op.create_table(
        "device_attestations",
        sa.Column("list_number", sa.Integer(), nullable=False),
        sa.Column("list_index", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.String(length=32), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_number"], ["status_lists.number"], name="fk_device_attestations_list_number_status_lists"
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.device_id"], name="fk_device_attestations_device_id_devices"
        ),
        sa.PrimaryKeyConstraint("list_number", "list_index", name="pk_device_attestations"),
    )
    op.create_index("ix_device_attestations_device_id", "device_attestations", ["device_id"], unique=False)


def downgrade() -> None:
    """Refuse: devices that were taken back would count again."""
    raise NotImplementedError("this revision is not taken back: restore a backup instead")
