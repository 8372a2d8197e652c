"""How far has an attempt come, and what does a node tell about it?

ADMITTING -> AGREEING -> COMPUTING -> DONE; from each of the first three also to FAILED. DONE and FAILED are
final: a new try is another attempt, with a number of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """Where an attempt stands."""

    ADMITTING = "ADMITTING"
    AGREEING = "AGREEING"
    COMPUTING = "COMPUTING"
    DONE = "DONE"
    FAILED = "FAILED"


UNFINISHED = (State.ADMITTING, State.AGREEING, State.COMPUTING)


@dataclass(frozen=True)
class AttemptStatus:
    """What anyone who may ask is told about the newest attempt of a job.

    `reason` and `culprits` (node ids) are set when it failed, `admitted` counts people once they are agreed,
    `refusals` says for every row that was left out why; of a manifest with a roll `people` says it instead.
    """

    job_id: str
    attempt: int
    state: State
    reason: str | None = None
    culprits: tuple[str, ...] = ()
    admitted: int = 0
    refusals: Mapping[str, str] = field(default_factory=dict)
    people: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ReleasedOutput:
    """What a finished attempt leaves: two signed statements, the sealed output share, and who took part.

    Of a manifest with a roll `people` says who took part: the outcomes of its rows (`consent.outcomes`), as
    JSON.
    """

    statement: str
    held_statement: str
    envelope: bytes
    admitted: tuple[str, ...] = field(repr=False)
    people: bytes | None = field(default=None, repr=False)
