"""What happened to a buyer's account that its programs may want to hear of? Numbered events.

The numbers of an account begin with 1 and grow by 1, in the order in which the changes were committed. An
event is written in the transaction of its change, so there is none without the other. It tells names of
orders, questions and nodes, amounts and reasons in words; no person, no answer and no secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from crypto.encoding import Json, canonical_json
from crypto.reading import utc_text
from marketplace.domain.job import JobState

MOST_KEPT: Final = 1_000
"""So many events of an account are kept, the latest."""
KEPT_FOR: Final = timedelta(days=30)
"""No event is kept longer."""
MOST_TEXT: Final = 300
"""A text in an event is cut after so many characters, which bounds the whole."""
MOST_ON_PAGE: Final = 500
MOST_NUMBER: Final = 2**53 - 1
"""No number is larger: programs in every language read it exactly."""


class EventKind(StrEnum):
    """What happened. Receivers pass over kinds that they do not know: there may be more later."""

    ORDER_PLACED = "order.placed"
    ORDER_STATE = "order.state"
    ORDER_RELEASED = "order.released"
    ORDER_SETTLED = "order.settled"
    ORDER_FAILED = "order.failed"
    ORDER_REFUNDED = "order.refunded"
    RUN_ORDERED = "run.ordered"
    RUN_SKIPPED = "run.skipped"
    REPETITION_PAUSED = "repetition.paused"
    REPETITION_RESUMED = "repetition.resumed"
    REPETITION_ENDED = "repetition.ended"
    WEBHOOK_STOPPED = "webhook.stopped"
    WEBHOOK_TEST = "webhook.test"


_OF_STATES: Final = {
    JobState.RELEASED: EventKind.ORDER_RELEASED,
    JobState.SETTLED: EventKind.ORDER_SETTLED,
    JobState.FAILED: EventKind.ORDER_FAILED,
    JobState.REFUNDED: EventKind.ORDER_REFUNDED,
}


def kind_of_state(state: JobState) -> EventKind:
    """What a job's step into a state is called; the steps before its end share one name."""
    return _OF_STATES.get(state, EventKind.ORDER_STATE)


@dataclass(frozen=True)
class Event:
    """One event of an account; `number` counts from 1."""

    account_id: str
    number: int
    kind: EventKind
    at: datetime
    told: Mapping[str, Json] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        """The event as a document: its kind, moment and content as Standard Webhooks has them."""
        return {
            "number": self.number,
            "type": self.kind.value,
            "timestamp": utc_text(self.at),
            "data": dict(self.told),
        }

    def to_bytes(self) -> bytes:
        """The document as it is sent: one line, the same each time."""
        return canonical_json(self.to_json())


@dataclass(frozen=True)
class EventPage:
    """Events behind a number, the earliest first, and how far the account's numbers go.

    Those up to `forgotten` are not kept any more; 0 where all are.
    """

    events: tuple[Event, ...]
    last: int
    forgotten: int


def cut(told: Mapping[str, Json]) -> dict[str, Json]:
    """What an event tells, with long texts cut."""
    return {name: value[:MOST_TEXT] if isinstance(value, str) else value for name, value in told.items()}
