"""How the office says things to people (English)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from ssi.issuer_service.domain.entry import Standing, State
from ssi.issuer_service.domain.offering import Claim, Configuration

OFFICER = "officer"
_UNITS = {"1": "", "a": "years", "h": "hours", "mm[Hg]": "mmHg", "kg/m2": "kg/m²", "/min": "per minute"}
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


def said_by(changed_by: str) -> str:
    """Who changed something: `An officer`, or which key of the institution's own system."""
    return "An officer" if changed_by == OFFICER else f"Your system ({changed_by})"


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


def within(period: timedelta) -> str:
    """A short period in words: `15 seconds`, `2 minutes`."""
    seconds = int(period.total_seconds())
    if seconds < 2 * _SECONDS_IN_A_MINUTE:
        return f"{seconds} seconds" if seconds != 1 else "1 second"
    return f"{-(-seconds // _SECONDS_IN_A_MINUTE)} minutes"
