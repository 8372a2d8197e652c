"""What people said about pausing, in memory: part of `fakes.MemoryOffers`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from consent.pause import PauseStatement
from marketplace.domain.offer import OfferState


class MemoryPauses:
    """The `PauseLines` in memory."""

    rows: dict[str, Any]

    def __init__(self) -> None:
        self.pause_tokens: dict[str, str] = {}
        self.pause_due: dict[tuple[str, str], datetime] = {}

    def pause(self, said: PauseStatement, token: str, *, at: datetime) -> None:
        kept = self.rows[said.consent_id]
        offer = replace(kept.offer, paused=said.paused, pause_sequence=said.sequence)
        self.rows[said.consent_id] = replace(kept, offer=offer)
        self.pause_tokens[said.consent_id] = token
        self.pause_due |= {(said.consent_id, node): at for node in kept.sides}

    def pauses_for(self, node_id: str, *, now: datetime, limit: int) -> Mapping[str, str]:
        due = {
            consent_id: at
            for (consent_id, node), at in self.pause_due.items()
            if node == node_id and at <= now and self._is_going(consent_id)
        }
        return {each: self.pause_tokens[each] for each in sorted(due, key=lambda each: due[each])[:limit]}

    def pause_told(self, consent_id: str, node_id: str, token: str) -> None:
        if self.pause_tokens.get(consent_id) == token:
            self.pause_due.pop((consent_id, node_id), None)

    def put_off_pause(self, consent_id: str, node_id: str, *, until: datetime) -> None:
        if (consent_id, node_id) in self.pause_due:
            self.pause_due[consent_id, node_id] = until

    def _is_going(self, consent_id: str) -> bool:
        return self.rows[consent_id].offer.state in {OfferState.WAITING, OfferState.ACTIVE}
