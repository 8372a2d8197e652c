"""Shares move from rows of the database into files, column by column; noise keys of peers are remembered.

What was stored before holds shares in the field only. The form modulo 2^64, which the files hold as well,
does not follow from it, so a node that holds contributions is not moved: its operator starts a new folder and
the contributions are delivered again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the new tables and the index of the share files.

    Raises:
        RuntimeError: contributions are held whose shares are of the earlier form.
    """
    _require_none()
    op.create_table(
        "share_partition",
        sa.Column("partition_id", sa.String(32), nullable=False),
        sa.Column("data_set", sa.String(500), nullable=False),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("partition_id", name="pk_share_partition"),
    )
    op.create_index("ix_share_partition_data_set", "share_partition", ["data_set"])
    with op.batch_alter_table("contribution") as table:
        table.drop_column("shares")
    op.create_table(
        "share_index",
        sa.Column("consent_id", sa.String(500), nullable=False),
        sa.Column("partition_id", sa.String(32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["contribution.consent_id"],
            name="fk_share_index_consent_id_contribution",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["partition_id"],
            ["share_partition.partition_id"],
            name="fk_share_index_partition_id_share_partition",
        ),
        sa.PrimaryKeyConstraint("consent_id", name="pk_share_index"),
        sa.UniqueConstraint("partition_id", "place", name="uq_share_index_partition_id"),
    )
    op.create_table(
        "erasure",
        sa.Column("partition_id", sa.String(32), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("consent_id", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("partition_id", "place", name="pk_erasure"),
    )
    op.create_table(
        "noise_pin",
        sa.Column("job_id", sa.String(500), nullable=False),
        sa.Column("query_digest", sa.String(64), nullable=False),
        sa.Column("admitted_root", sa.String(64), nullable=False),
        sa.Column("peer", sa.String(500), nullable=False),
        sa.Column("key_digest", sa.String(64), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "query_digest", "admitted_root", "peer", name="pk_noise_pin"),
    )


def downgrade() -> None:
    """Bring back the column; a node that holds contributions cannot go back either.

    Raises:
        RuntimeError: contributions are held whose shares are in files.
    """
    _require_none()
    for name in ("noise_pin", "erasure", "share_index", "share_partition"):
        op.drop_table(name)
    with op.batch_alter_table("contribution") as table:
        table.add_column(sa.Column("shares", sa.LargeBinary(), nullable=False))


def _require_none() -> None:
    if op.get_bind().execute(sa.text("SELECT 1 FROM contribution")).first():
        raise RuntimeError("this node holds contributions of another version: start it in a new folder")
