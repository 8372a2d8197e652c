"""Who asked about which data set lately? Kept for as long as the limit of pace looks back: `consent.pace`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from consent.pace import MOST_QUESTIONS, SPAN
from marketplace.mpc_node.errors import AttemptFailedError, Failure
from marketplace.mpc_node.storage.tables import QuestionRow
from ssi.hosting.database import Database


class Questions:
    """The jobs of each buyer in the last span, by data set."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, job_id: str, buyer: str, data_sets: Sequence[str], *, now: datetime) -> None:
        """Note that a job asks about data sets; its other attempts are the same question.

        Raises:
            AttemptFailedError: the buyer asked about one of them as often as it may in a span.
        """
        with self._database.writing() as session:
            session.execute(delete(QuestionRow).where(QuestionRow.asked_at <= now - SPAN))
            for data_set in data_sets:
                if session.get(QuestionRow, (job_id, data_set)) is not None:
                    continue
                asked = select(func.count()).where(
                    QuestionRow.buyer == buyer, QuestionRow.data_set == data_set
                )
                if session.execute(asked).scalar_one() >= MOST_QUESTIONS:
                    raise AttemptFailedError(
                        Failure.ASKED_TOO_OFTEN, f"{MOST_QUESTIONS} questions about {data_set} in a day"
                    )
                session.execute(
                    insert(QuestionRow).values(job_id=job_id, data_set=data_set, buyer=buyer, asked_at=now)
                )
