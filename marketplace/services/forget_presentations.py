"""What wallets showed is deleted in time, and in the end that they were asked at all."""

from dataclasses import dataclass

from marketplace.domain.presentation import RESULT_LIFETIME, ROW_LIFETIME
from marketplace.services.desk import Desk


@dataclass(frozen=True)
class ForgetPresentations:
    """Deletes what was shown an hour after its session's end, and the session with its news after a week.

    A duty of its own: how long news take to be delivered delays no deletion.
    """

    desk: Desk

    def __call__(self) -> int:
        """How many sessions lost something; a hundred of each kind in one turn."""
        now = self.desk.now()
        with self.desk.store.writing() as books:
            forgotten = books.presentations.forget_before(now - RESULT_LIFETIME)
            return forgotten + books.presentations.delete_before(now - ROW_LIFETIME)
