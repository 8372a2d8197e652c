"""What people asked for under the GDPR, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from marketplace.domain.rights import FiledRequest


class MemoryRights:
    """The `RightsBook` in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, FiledRequest] = {}

    def add(self, request: FiledRequest) -> None:
        self.rows[request.request_id] = request

    def get(self, request_id: str) -> FiledRequest | None:
        return self.rows.get(request_id)

    def of_agreement(self, consent_id: str) -> Sequence[FiledRequest]:
        return [each for each in self.all() if each.consent_id == consent_id]

    def all(self) -> Sequence[FiledRequest]:
        return sorted(self.rows.values(), key=lambda each: (each.filed_at, each.request_id))

    def forget_words(self, request_id: str) -> None:
        self.rows[request_id] = replace(self.rows[request_id], words=None)
