"""How the office says things to people (English)."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from markupsafe import Markup

from ssi.hosting.design.words import moment
from ssi.issuer_service.domain.batch import BatchState, Outcome
from ssi.issuer_service.domain.delivery import DeliveryState
from ssi.issuer_service.domain.entry import Standing, State
from ssi.issuer_service.domain.event import EventKind
from ssi.issuer_service.domain.offering import Claim, Configuration
from ssi.issuer_service.domain.scope import Scope

OFFICER = "officer"
_UNITS = {
    "1": "",
    "a": "years",
    "d": "days",
    "h": "hours",
    "min": "minutes",
    "mm[Hg]": "mmHg",
    "kg/m2": "kg/m²",
    "/min": "per minute",
    "Cel": "°C",
}
_SECONDS_IN_A_MINUTE = 60


class StateWords(NamedTuple):
    """A state in a word, the tone and sign it is shown with, and a sentence about it."""

    label: str
    tone: str
    icon: str
    note: str


STATES: Mapping[State, StateWords] = {
    State.WAITING: StateWords(
        "Waiting",
        "note",
        "clock",
        "The person has not collected it yet. What it says is kept sealed until then.",
    ),
    State.COLLECTED: StateWords(
        "Collected",
        "good",
        "circle-check",
        "It is in the person's wallet. What it says is no longer kept here.",
    ),
    State.LAPSED: StateWords(
        "Not collected",
        "warning",
        "hand-stop",
        "The link ran out before it was used, so what it said was deleted. Issue the record again.",
    ),
    State.SUSPENDED: StateWords(
        "On hold",
        "warning",
        "player-pause",
        "It does not count for now. You can let it count again.",
    ),
    State.REVOKED: StateWords(
        "Taken back",
        "bad",
        "ban",
        "It does not count any more. This cannot be undone.",
    ),
}

ACTIONS: Mapping[Standing, str] = {
    Standing.SUSPENDED: "Put on hold",
    Standing.VALID: "Let it count again",
    Standing.REVOKED: "Take back for good",
}
DONE: Mapping[Standing, str] = {
    Standing.SUSPENDED: "Put on hold",
    Standing.VALID: "Counts again",
    Standing.REVOKED: "Taken back",
}
ACTION_NOTES: Mapping[Standing, str] = {
    Standing.SUSPENDED: "It stops counting until you let it count again.",
    Standing.VALID: "It counts as before.",
    Standing.REVOKED: "It stops counting for ever. A corrected record has to be issued anew.",
}

BATCH_STATES: Mapping[BatchState, StateWords] = {
    BatchState.DRAFT: StateWords("Draft", "note", "file-text", "Look at the first rows, then start it."),
    BatchState.WAITING: StateWords("Waiting", "note", "clock", "It starts in a moment."),
    BatchState.RUNNING: StateWords(
        "Running", "note", "refresh", "You can leave this page: it goes on, even after a restart."
    ),
    BatchState.FINISHED: StateWords("Finished", "good", "circle-check", "Every row was looked at."),
    BatchState.CANCELLED: StateWords("Stopped", "warning", "ban", "What was issued before stays."),
}
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.ISSUED: "New",
    Outcome.CORRECTED: "Corrected",
    Outcome.UNCHANGED: "Known, unchanged",
    Outcome.REFUSED: "With errors",
    Outcome.WAITING: "Still to do",
}
DELIVERIES: Mapping[DeliveryState, StateWords] = {
    DeliveryState.WAITING: StateWords("Waiting", "note", "clock", "It is tried again."),
    DeliveryState.DELIVERED: StateWords("Arrived", "good", "circle-check", "It arrived."),
    DeliveryState.FAILED: StateWords("Given up", "bad", "circle-x", "It is not tried again by itself."),
}
EVENTS: Mapping[EventKind, str] = {
    EventKind.COLLECTED: "A person collected a record",
    EventKind.REVOKED: "A record was taken back",
    EventKind.SUSPENDED: "A record was put on hold",
    EventKind.REINSTATED: "A record counts again",
    EventKind.BATCH_FINISHED: "A batch ended",
    EventKind.ACCEPTED: "A wallet kept a record",
    EventKind.FAILURE: "A wallet failed to keep a record",
    EventKind.DELETED: "A wallet deleted a record",
}
SCOPES: Mapping[Scope, str] = {
    Scope.ISSUE: "Hand records in",
    Scope.READ: "Find records",
    Scope.STATUS: "Take records back or put them on hold",
    Scope.TEMPLATES: "Change templates",
    Scope.BATCHES: "Hand tables in",
    Scope.WEBHOOKS: "Set webhooks up",
    Scope.DEVICES: "Register and stop devices",
    Scope.READINGS: "Hand readings of devices in",
    Scope.KEYS: "Make and revoke API keys",
}


def said_by(changed_by: str) -> str:
    """Who changed something: `An officer`, or which key of the institution's own system."""
    if changed_by == OFFICER:
        return "An officer"
    return "A table" if changed_by.startswith("batch ") else f"Your system ({changed_by})"


def unit_text(ucum: str) -> str:
    """A UCUM unit as people write it; an unknown one is shown as it is."""
    return _UNITS.get(ucum, ucum)


def value_text(claim: Claim, value: object) -> str | None:
    """A value as the holder will see it; None where there is none."""
    if value is None:
        return None
    text = dict(claim.choices).get(str(value), str(value))
    return f"{text} {unit_text(claim.unit)}".strip()


def shown(configuration: Configuration, values: Mapping[str, object]) -> list[tuple[str, str | None]]:
    """A record as pairs of label and value, in the order of its configuration."""
    return [(claim.label["en"], value_text(claim, values.get(claim.name))) for claim in configuration.claims]


def known(known_at: datetime, *, now: datetime) -> str | Markup:
    """By when a change of standing is known everywhere: the moment, or how long that still takes."""
    return moment(known_at) if now >= known_at else f"within {within(known_at - now)}"


def within(period: timedelta) -> str:
    """A short period in words: `15 seconds`, `2 minutes`."""
    seconds = math.ceil(period.total_seconds())
    if seconds < 2 * _SECONDS_IN_A_MINUTE:
        return f"{seconds} seconds" if seconds != 1 else "1 second"
    return f"{-(-seconds // _SECONDS_IN_A_MINUTE)} minutes"
