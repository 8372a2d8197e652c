"""Saved questions, their repetitions and runs, in memory."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.domain.saved import Run, SavedQuestion, StandingOrder


class MemorySaved:
    """The `SavedBook` in memory."""

    def __init__(self) -> None:
        self.questions: dict[str, SavedQuestion] = {}
        self.standings: dict[str, StandingOrder] = {}
        self.runs: dict[tuple[str, int], Run] = {}

    def add(self, saved: SavedQuestion) -> None:
        assert saved.saved_id not in self.questions
        self.questions[saved.saved_id] = saved

    def get(self, saved_id: str) -> SavedQuestion | None:
        return self.questions.get(saved_id)

    def of_account(self, account_id: str) -> Sequence[SavedQuestion]:
        mine = [each for each in self.questions.values() if each.account_id == account_id]
        mine.sort(key=lambda each: each.saved_id)
        return sorted(mine, key=lambda each: each.saved_at, reverse=True)

    def delete(self, saved_id: str) -> None:
        gone = {each.standing_id for each in self.standings_of(saved_id)}
        self.runs = {key: run for key, run in self.runs.items() if key[0] not in gone}
        self.standings = {key: each for key, each in self.standings.items() if key not in gone}
        self.questions.pop(saved_id, None)

    def begin(self, standing: StandingOrder) -> None:
        assert standing.standing_id not in self.standings
        assert standing.saved_id in self.questions
        self.standings[standing.standing_id] = standing

    def standing(self, standing_id: str) -> StandingOrder | None:
        return self.standings.get(standing_id)

    def standings_of(self, saved_id: str) -> Sequence[StandingOrder]:
        mine = [each for each in self.standings.values() if each.saved_id == saved_id]
        mine.sort(key=lambda each: each.standing_id)
        return sorted(mine, key=lambda each: each.begun_at, reverse=True)

    def change(self, standing: StandingOrder) -> None:
        assert standing.standing_id in self.standings
        self.standings[standing.standing_id] = standing

    def next_due(self, now: datetime) -> StandingOrder | None:
        due = [
            (each.due_at, each.standing_id)
            for each in self.standings.values()
            if each.due_at is not None and each.due_at <= now
        ]
        return self.standings[min(due)[1]] if due else None

    def add_runs(self, new: Sequence[Run]) -> None:
        for run in new:
            assert (run.standing_id, run.number) not in self.runs
            self.runs[run.standing_id, run.number] = run

    def runs_of(self, saved_id: str) -> Sequence[Run]:
        mine = {each.standing_id for each in self.standings_of(saved_id)}
        found = [run for run in self.runs.values() if run.standing_id in mine]
        found.sort(key=lambda run: run.standing_id)
        return sorted(found, key=lambda run: run.planned_at, reverse=True)
