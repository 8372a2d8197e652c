"""Saved questions, their repetitions and runs, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, desc, insert, select, update
from sqlalchemy.orm import Session

from consent.query import Query
from marketplace.domain.saved import Run, SavedQuestion, Skip, StandingOrder, Terms
from marketplace.storage.saved_tables import saved_questions as questions
from marketplace.storage.saved_tables import standing_orders as standings
from marketplace.storage.saved_tables import standing_runs as runs


class SqlSaved:
    """The `SavedBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, saved: SavedQuestion) -> None:
        """Keep a new question."""
        self._session.execute(
            insert(questions).values(
                saved_id=saved.saved_id,
                account_id=saved.account_id,
                saved_by=saved.by,
                name=saved.name,
                query=saved.query.to_json(),
                saved_at=saved.saved_at,
            )
        )

    def get(self, saved_id: str) -> SavedQuestion | None:
        """A question by its id."""
        found = self._session.execute(select(questions).where(questions.c.saved_id == saved_id)).first()
        return None if found is None else _saved(found)

    def of_account(self, account_id: str) -> Sequence[SavedQuestion]:
        """A buyer's questions, saved last first."""
        mine = select(questions).where(questions.c.account_id == account_id)
        ordered = mine.order_by(desc(questions.c.saved_at), questions.c.saved_id)
        return [_saved(each) for each in self._session.execute(ordered)]

    def delete(self, saved_id: str) -> None:
        """Forget a question with its repetitions and runs."""
        repeated = select(standings.c.standing_id).where(standings.c.saved_id == saved_id)
        self._session.execute(delete(runs).where(runs.c.standing_id.in_(repeated)))
        self._session.execute(delete(standings).where(standings.c.saved_id == saved_id))
        self._session.execute(delete(questions).where(questions.c.saved_id == saved_id))

    def begin(self, standing: StandingOrder) -> None:
        """Keep a new repetition."""
        fixed = {"standing_id": standing.standing_id, "saved_id": standing.saved_id}
        self._session.execute(insert(standings).values(**fixed, **_columns(standing)))

    def standing(self, standing_id: str) -> StandingOrder | None:
        """A repetition by its id."""
        found = self._session.execute(select(standings).where(standings.c.standing_id == standing_id)).first()
        return None if found is None else _standing(found)

    def standings_of(self, saved_id: str) -> Sequence[StandingOrder]:
        """The repetitions of a question, begun last first."""
        mine = select(standings).where(standings.c.saved_id == saved_id)
        ordered = mine.order_by(desc(standings.c.begun_at), standings.c.standing_id)
        return [_standing(each) for each in self._session.execute(ordered)]

    def change(self, standing: StandingOrder) -> None:
        """Replace a repetition."""
        this = standings.c.standing_id == standing.standing_id
        self._session.execute(update(standings).where(this).values(**_columns(standing)))

    def next_due(self, now: datetime) -> StandingOrder | None:
        """The repetition that is due for longest."""
        due = select(standings).where(standings.c.due_at <= now)
        found = self._session.execute(
            due.order_by(standings.c.due_at, standings.c.standing_id).limit(1)
        ).first()
        return None if found is None else _standing(found)

    def add_runs(self, new: Sequence[Run]) -> None:
        """Keep what became of runs; each once."""
        if new:
            self._session.execute(insert(runs), [_run_columns(each) for each in new])

    def runs_of(self, saved_id: str) -> Sequence[Run]:
        """What became of the runs of a question, planned last first."""
        repeated = select(standings.c.standing_id).where(standings.c.saved_id == saved_id)
        mine = select(runs).where(runs.c.standing_id.in_(repeated))
        ordered = mine.order_by(desc(runs.c.planned_at), runs.c.standing_id)
        return [_run(each) for each in self._session.execute(ordered)]


def _columns(standing: StandingOrder) -> dict[str, Any]:
    terms = standing.terms
    return {
        "account_id": standing.account_id,
        "begun_by": standing.by,
        "every": terms.every,
        "first_at": terms.first_at,
        "until": terms.until,
        "per_run_cents": terms.per_run_cents,
        "total_cents": terms.total_cents,
        "begun_at": standing.begun_at,
        "due_at": standing.due_at,
        "next_number": standing.next_number,
        "spent_cents": standing.spent_cents,
        "skipped_in_a_row": standing.skipped_in_a_row,
        "state": standing.state,
        "why": standing.why,
    }


def _run_columns(run: Run) -> dict[str, Any]:
    skip = run.skip
    nearby = None if skip is None or skip.nearby is None else skip.nearby.to_json()
    return {
        "standing_id": run.standing_id,
        "number": run.number,
        "planned_at": run.planned_at,
        "state": run.state,
        "at": run.at,
        "order_id": run.order_id,
        "cost_cents": run.cost_cents,
        "reason": None if skip is None else skip.reason,
        "words": None if skip is None else skip.words,
        "nearby": nearby,
    }


def _saved(row: Row[Any]) -> SavedQuestion:
    query = Query.from_json(row.query, "stored query")
    return SavedQuestion(row.saved_id, row.account_id, row.saved_by, row.name, query, row.saved_at)


def _standing(row: Row[Any]) -> StandingOrder:
    return StandingOrder(
        standing_id=row.standing_id,
        saved_id=row.saved_id,
        account_id=row.account_id,
        by=row.begun_by,
        terms=Terms(row.every, row.first_at, row.until, row.per_run_cents, row.total_cents),
        begun_at=row.begun_at,
        due_at=row.due_at,
        next_number=row.next_number,
        spent_cents=row.spent_cents,
        skipped_in_a_row=row.skipped_in_a_row,
        state=row.state,
        why=row.why,
    )


def _run(row: Row[Any]) -> Run:
    return Run(
        standing_id=row.standing_id,
        number=row.number,
        planned_at=row.planned_at,
        state=row.state,
        at=row.at,
        order_id=row.order_id,
        cost_cents=row.cost_cents,
        skip=None if row.reason is None else Skip(row.reason, row.words, _nearby(row.nearby)),
    )


def _nearby(document: object) -> Query | None:
    return None if document is None else Query.from_json(document, "stored query")
