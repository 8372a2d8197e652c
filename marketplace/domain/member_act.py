"""What did which member do for her organisation? Told to the organisation only."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from marketplace.domain.act import Act


class Did(StrEnum):
    """What a member can have done."""

    ORDERED = "ordered"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    PAID_IN = "paid in"
    ASKED_BACK = "asked back"
    BILLED = "set billing"
    REGISTERED = "registered"
    MADE_KEY = "made key"
    ENDED_KEY = "ended key"
    INVITED = "invited"
    REVOKED = "revoked"
    JOINED = "joined"
    CHANGED = "changed"
    ENDED = "ended"
    SAVED = "saved question"
    DELETED = "deleted question"
    REPEATED = "repeated question"
    PAUSED = "paused question"
    RESUMED = "resumed question"
    STOPPED = "ended repetition"
    MADE_WEBHOOK = "made webhook"
    CHANGED_WEBHOOK = "changed webhook"
    ENDED_WEBHOOK = "ended webhook"


WORDS: Final = {
    Did.ORDERED: "ordered an answer",
    Did.CONFIRMED: "confirmed an answer",
    Did.DISPUTED: "disputed an answer",
    Did.PAID_IN: "paid money in",
    Did.ASKED_BACK: "asked money back",
    Did.BILLED: "changed whom to bill",
    Did.REGISTERED: "registered the organisation",
    Did.MADE_KEY: "made a key for a program",
    Did.ENDED_KEY: "ended a key",
    Did.INVITED: "invited somebody",
    Did.REVOKED: "took an invitation back",
    Did.JOINED: "joined",
    Did.CHANGED: "changed a member",
    Did.ENDED: "ended a member",
    Did.SAVED: "saved a question",
    Did.DELETED: "deleted a saved question",
    Did.REPEATED: "had a question asked again and again",
    Did.PAUSED: "had a repeated question rest",
    Did.RESUMED: "had a repeated question go on",
    Did.STOPPED: "ended the repetition of a question",
    Did.MADE_WEBHOOK: "had events sent to an address",
    Did.CHANGED_WEBHOOK: "changed how events are sent",
    Did.ENDED_WEBHOOK: "ended the sending of events",
}
"""Each act in words."""


def spent(acts: Sequence[Act], member_id: str, since: datetime) -> int:
    """What a member's orders since a moment cost when they were placed, in cents; no refund counts back."""
    mine = (act for act in acts if act.actor == member_id and act.at >= since)
    return sum(int(str(act.told.get("cents", 0))) for act in mine if act.kind == Did.ORDERED)
