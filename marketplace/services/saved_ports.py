"""What does the marketplace keep of saved questions? The questions, their repetitions, and each run."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.saved import Run, SavedQuestion, StandingOrder


class SavedBook(Protocol):
    """Keeps saved questions, how they are repeated, and what became of each run."""

    def add(self, saved: SavedQuestion) -> None:
        """Keep a new question."""
        ...

    def get(self, saved_id: str) -> SavedQuestion | None:
        """A question by its id."""
        ...

    def of_account(self, account_id: str) -> Sequence[SavedQuestion]:
        """A buyer's questions, saved last first."""
        ...

    def delete(self, saved_id: str) -> None:
        """Forget a question with its repetitions and runs."""
        ...

    def begin(self, standing: StandingOrder) -> None:
        """Keep a new repetition."""
        ...

    def standing(self, standing_id: str) -> StandingOrder | None:
        """A repetition by its id."""
        ...

    def standings_of(self, saved_id: str) -> Sequence[StandingOrder]:
        """The repetitions of a question, begun last first."""
        ...

    def change(self, standing: StandingOrder) -> None:
        """Replace a repetition."""
        ...

    def next_due(self, now: datetime) -> StandingOrder | None:
        """The repetition that is due for longest."""
        ...

    def add_runs(self, runs: Sequence[Run]) -> None:
        """Keep what became of runs; each once."""
        ...

    def runs_of(self, saved_id: str) -> Sequence[Run]:
        """What became of the runs of a question, planned last first."""
        ...
