"""The book of presentations in memory, under the same contract as the database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from marketplace.domain.presentation import MOST_DUE, Notice, PresentationSession

MOST = 100


class MemoryPresentations:
    def __init__(self) -> None:
        self.sessions: dict[str, PresentationSession] = {}
        self.news: dict[str, Notice] = {}

    def add(self, session: PresentationSession) -> None:
        self.sessions[session.session_id] = session

    def get(self, session_id: str) -> PresentationSession | None:
        return self.sessions.get(session_id)

    def started(self, account_id: str, idempotency_key: str) -> PresentationSession | None:
        wanted = (account_id, idempotency_key)
        own = (each for each in self.sessions.values() if (each.account_id, each.idempotency_key) == wanted)
        return next(own, None)

    def save(self, session: PresentationSession) -> None:
        self.sessions[session.session_id] = session

    def forget_before(self, moment: datetime) -> int:
        old = [
            each
            for each in self.sessions.values()
            if each.expires_at < moment and (each.sealed_result is not None or each.response_key is not None)
        ][:MOST]
        for each in old:
            self.sessions[each.session_id] = replace(each, sealed_result=None, response_key=None)
        return len(old)

    def count_open(self, account_id: str, now: datetime) -> int:
        return sum(each.account_id == account_id and each.is_open(now) for each in self.sessions.values())

    def delete_before(self, moment: datetime) -> int:
        old = [name for name, each in self.sessions.items() if each.expires_at < moment][:MOST]
        for name in old:
            del self.sessions[name]
        self.news = {name: each for name, each in self.news.items() if each.session_id not in old}
        return len(old)

    def add_notice(self, notice: Notice) -> None:
        self.news[notice.notice_id] = notice

    def notice(self, notice_id: str) -> Notice | None:
        return self.news.get(notice_id)

    def notices(self, account_id: str) -> Sequence[Notice]:
        own = sorted((each for each in self.news.values() if each.account_id == account_id), key=_by_id)
        return sorted(own, key=lambda each: each.created_at, reverse=True)[:MOST]

    def notices_due(self, now: datetime) -> Sequence[Notice]:
        due = [each for each in self.news.values() if each.due_at is not None and each.due_at <= now]
        seen: dict[str, int] = {}
        turn: list[Notice] = []
        for each in sorted(due, key=lambda each: (str(each.due_at), each.notice_id)):
            seen[each.account_id] = seen.get(each.account_id, 0) + 1
            if seen[each.account_id] <= MOST_DUE:
                turn.append(each)
        return turn[:MOST]

    def save_notice(self, notice: Notice) -> None:
        self.news[notice.notice_id] = notice


def _by_id(notice: Notice) -> str:
    return notice.notice_id
