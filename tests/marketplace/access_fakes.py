"""Requests for accounts in memory."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.domain.account_request import AccountRequest, RequestState


class MemoryAccess:
    def __init__(self) -> None:
        self.rows: dict[str, AccountRequest] = {}

    def add(self, asked: AccountRequest) -> None:
        self.rows[asked.request_id] = asked

    def get(self, request_id: str) -> AccountRequest | None:
        return self.rows.get(request_id)

    def all(self) -> Sequence[AccountRequest]:
        return sorted(self.rows.values(), key=lambda each: (each.requested_at, each.request_id))

    def save(self, asked: AccountRequest) -> None:
        self.rows[asked.request_id] = asked

    def forget(self, before: datetime) -> None:
        for each in tuple(self.rows.values()):
            refused_at = each.decided_at if each.state is RequestState.REFUSED else None
            if refused_at is not None and refused_at < before:
                del self.rows[each.request_id]
