"""How are the forms of operators read? Moments in UTC, ids that the form made, and who did what in words."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import request

from marketplace.domain.act import COMMAND, PERSON, Act
from marketplace.errors import RefusedError
from marketplace.services.suite import Services

_LONGEST = 40


def typed(name: str) -> str:
    """What was typed into a field; empty where nothing was."""
    return request.form.get(name, "")


def moment(name: str, label: str) -> datetime:
    """A moment as a field for date and time sends it, taken as UTC.

    Raises:
        RefusedError: it is none.
    """
    text = typed(name).strip()
    try:
        found = datetime.fromisoformat(text) if len(text) <= _LONGEST else None
    except ValueError:
        found = None
    if found is None:
        raise RefusedError(f"{label}: give date and time, such as 2026-01-31 12:00")
    return found.replace(microsecond=0, tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def field_text(moment: datetime) -> str:
    """A moment as a field for date and time shows it, in UTC and to the minute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")


def names_of(services: Services, acts: Sequence[Act]) -> dict[str, str]:
    """Who did these acts, in words, by the actor of each."""
    actors = {act.actor for act in acts}
    known = services.oversight.read_glass.named(sorted(actors - {COMMAND, PERSON}))
    return {COMMAND: "a command on the machine", PERSON: "the person’s wallet", **known}
