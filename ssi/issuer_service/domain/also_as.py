"""In which other forms does a person get what her record says? So far one: an Open Badge (`ssi.open_badges`).

A template says so, for records that are an achievement. A badge names what was achieved by an id that is the
same for everybody who did; it is the template's, since a template is what an institution settles for all
records of one kind.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from ssi.issuer_service.domain.offering import Configuration
from ssi.open_badges import SHOWN


class AlsoAs(StrEnum):
    """A further form."""

    OPEN_BADGE = "open_badge"


@dataclass(frozen=True)
class Achievement:
    """What a badge of a record says was achieved: an id for everybody's, and a name for people."""

    id: str
    name: str


def is_achievement(configuration: Configuration) -> bool:
    """Whether an Open Badge has a place for records of this kind."""
    return configuration.id in SHOWN


def achievement_of(template_id: str, display_name: str, configuration: Configuration) -> Achievement:
    """The achievement of a template's records; it has the name of their kind where it has none of its own."""
    return Achievement(UUID(template_id).urn, display_name or configuration.label["en"])
