"""Several people act for one organisation: who they are, how they sign in, and who made which key."""

import logging

import sqlalchemy as sa
from alembic import op

from ssi.hosting.columns import UtcMoment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_LOGGER = logging.getLogger(__name__)
_PASSWORD = (
    ("password_salt", sa.LargeBinary),
    ("password_memory_kib", sa.Integer),
    ("password_iterations", sa.Integer),
    ("password_lanes", sa.Integer),
    ("password_stretched", sa.LargeBinary),
)
_COPIED = ", ".join(name for name, _ in _PASSWORD)
_NOBODY = {
    "password_salt": bytes(16),
    "password_memory_kib": 64,
    "password_iterations": 1,
    "password_lanes": 1,
    "password_stretched": b"",
}
"""What no password stretches to."""


def upgrade() -> None:
    """Make the tables; each account's login becomes its first member, under the account's own id."""
    op.create_table(
        "members",
        sa.Column("member_id", sa.String(40), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(254), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("joined_at", UtcMoment(), nullable=False),
        sa.Column("invited_by", sa.String(40)),
        sa.Column("ended_at", UtcMoment()),
        sa.Column("spends_most_cents", sa.BigInteger()),
        *(sa.Column(name, kind()) for name, kind in _PASSWORD),
        sa.PrimaryKeyConstraint("member_id", name="pk_members"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_members_account_id_accounts"
        ),
    )
    op.create_index("ix_members_account_id", "members", ["account_id"])
    running = sa.text("ended_at IS NULL")
    op.create_index(
        "members_by_email", "members", ["email"], unique=True, sqlite_where=running, postgresql_where=running
    )
    _sessions()
    _links()
    _requests()
    op.execute(
        f"INSERT INTO members (member_id, account_id, email, name, role, joined_at, {_COPIED}) "  # noqa: S608 — our own names
        f"SELECT account_id, account_id, email, email, 'owner', created_at, {_COPIED} FROM accounts"
    )
    op.add_column("api_keys", sa.Column("made_by", sa.String(40)))
    op.execute("UPDATE api_keys SET made_by = account_id")
    with op.batch_alter_table("accounts") as accounts:
        accounts.drop_constraint("uq_accounts_email", type_="unique")
        accounts.drop_column("email")
        for name, _ in _PASSWORD:
            accounts.drop_column(name)


def _sessions() -> None:
    op.create_table(
        "member_sessions",
        sa.Column("session_id", sa.String(40), nullable=False),
        sa.Column("member_id", sa.String(40), nullable=False),
        sa.Column("device", sa.String(60), nullable=False),
        sa.Column("started_at", UtcMoment(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_member_sessions"),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.member_id"], name="fk_member_sessions_member_id_members"
        ),
    )
    op.create_index("ix_member_sessions_member_id", "member_sessions", ["member_id"])
    op.create_index("ix_member_sessions_started_at", "member_sessions", ["started_at"])


def _links() -> None:
    op.create_table(
        "member_links",
        sa.Column("link_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("made_at", UtcMoment(), nullable=False),
        sa.Column("valid_until", UtcMoment(), nullable=False),
        sa.Column("made_by", sa.String(40)),
        sa.Column("role", sa.String(20)),
        sa.Column("spends_most_cents", sa.BigInteger()),
        sa.Column("member_id", sa.String(40)),
        sa.Column("ended_at", UtcMoment()),
        sa.Column("digest", sa.String(43), nullable=False),
        sa.PrimaryKeyConstraint("link_id", name="pk_member_links"),
        sa.UniqueConstraint("digest", name="uq_member_links_digest"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_member_links_account_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.member_id"], name="fk_member_links_member_id_members"
        ),
    )
    op.create_index("ix_member_links_account_id", "member_links", ["account_id"])


def _requests() -> None:
    op.create_table(
        "account_requests",
        sa.Column("request_id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("register_number", sa.String(100), nullable=False),
        sa.Column("contact", sa.String(100), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("requested_at", UtcMoment(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("decided_at", UtcMoment()),
        sa.Column("account_id", sa.String(40)),
        sa.PrimaryKeyConstraint("request_id", name="pk_account_requests"),
    )


def downgrade() -> None:
    """Give each account the login of its first owner again. NOTE: everybody else loses hers.

    Keys stay with the account, whoever made them. An owner who had no password has one that nobody knows.
    """
    _say_what_is_lost()
    with op.batch_alter_table("accounts") as accounts:
        accounts.add_column(sa.Column("email", sa.String(254)))
        accounts.add_column(sa.Column("first_owner", sa.String(40)))
        for name, kind in _PASSWORD:
            accounts.add_column(sa.Column(name, kind()))
    op.execute(
        "UPDATE accounts SET first_owner = (SELECT m.member_id FROM members AS m "
        "WHERE m.account_id = accounts.account_id AND m.role = 'owner' AND m.ended_at IS NULL "
        "ORDER BY m.joined_at, m.member_id LIMIT 1)"
    )
    _give_logins_back()
    with op.batch_alter_table("accounts") as accounts:
        accounts.alter_column("email", existing_type=sa.String(254), nullable=False)
        for name, kind in _PASSWORD:
            accounts.alter_column(name, existing_type=kind(), nullable=False)
        accounts.create_unique_constraint("uq_accounts_email", ["email"])
        accounts.drop_column("first_owner")
    op.drop_column("api_keys", "made_by")
    op.drop_table("account_requests")
    op.drop_table("member_links")
    op.drop_table("member_sessions")
    op.drop_table("members")


def _give_logins_back() -> None:
    names = [name for name, _ in _PASSWORD]
    accounts = sa.table("accounts", *map(sa.column, ("account_id", "first_owner", "email", *names)))
    members = sa.table("members", *map(sa.column, ("member_id", "email", *names)))

    def kept(name: str) -> sa.ScalarSelect[object]:
        found = sa.select(members.c[name]).where(members.c.member_id == accounts.c.first_owner)
        return found.scalar_subquery()

    op.execute(accounts.update().values({name: kept(name) for name in ("email", *names)}))
    without = accounts.c.password_salt.is_(None)
    op.execute(accounts.update().where(without).values(_NOBODY))
    nobody = accounts.c.account_id + "@nobody.invalid"
    op.execute(accounts.update().where(accounts.c.email.is_(None)).values(email=nobody))


def _say_what_is_lost() -> None:
    found = op.get_bind().execute(
        sa.text(
            "SELECT account_id, COUNT(*) - 1 FROM members WHERE ended_at IS NULL "
            "GROUP BY account_id HAVING COUNT(*) > 1"
        )
    )
    for account_id, others in found:
        _LOGGER.warning("account %s keeps its first owner; %s other members lose theirs", account_id, others)
