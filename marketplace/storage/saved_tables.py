"""How do saved questions, their repetitions and runs look in SQL? The revisions make exactly these tables."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer, String, Table, Text

from marketplace.domain.saved import Every, Reason, RunState, StandingState, Why
from marketplace.storage.tables import metadata
from ssi.hosting.columns import UtcMoment, Word

saved_questions = Table(
    "saved_questions",
    metadata,
    Column("saved_id", String(40), primary_key=True),
    Column("account_id", String(40), ForeignKey("accounts.account_id"), nullable=False, index=True),
    Column("saved_by", String(40)),
    Column("name", String(200), nullable=False),
    Column("query", JSON, nullable=False),
    Column("saved_at", UtcMoment, nullable=False),
)

standing_orders = Table(
    "standing_orders",
    metadata,
    Column("standing_id", String(40), primary_key=True),
    Column("saved_id", String(40), ForeignKey("saved_questions.saved_id"), nullable=False, index=True),
    Column("account_id", String(40), nullable=False),
    Column("begun_by", String(40)),
    Column("every", Word(Every), nullable=False),
    Column("first_at", UtcMoment, nullable=False),
    Column("until", UtcMoment, nullable=False),
    Column("per_run_cents", BigInteger, nullable=False),
    Column("total_cents", BigInteger, nullable=False),
    Column("begun_at", UtcMoment, nullable=False),
    Column("due_at", UtcMoment, index=True),
    Column("next_number", Integer, nullable=False),
    Column("spent_cents", BigInteger, nullable=False),
    Column("skipped_in_a_row", Integer, nullable=False),
    Column("state", Word(StandingState), nullable=False),
    Column("why", Word(Why)),
)

standing_runs = Table(
    "standing_runs",
    metadata,
    Column("standing_id", String(40), ForeignKey("standing_orders.standing_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("planned_at", UtcMoment, nullable=False),
    Column("state", Word(RunState), nullable=False),
    Column("at", UtcMoment, nullable=False),
    Column("order_id", String(100), ForeignKey("orders.order_id")),
    Column("cost_cents", BigInteger, nullable=False),
    Column("reason", Word(Reason)),
    Column("words", Text),
    Column("nearby", JSON(none_as_null=True)),
)
