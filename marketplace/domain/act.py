"""Who did what in the operator's registers, and when? Acts are only ever added.

A case (a breach, a person's request, an approval, a look at personal data) is nothing but its acts in their
order: what it is now is read off them, so that nobody can make it look as if it had always been so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from crypto.encoding import Json
from marketplace.errors import RefusedError

MAX_TOLD: Final = 2000
"""Characters of one text that an operator writes into a register."""

PERSON: Final = "person"
"""The actor of what a person's wallet did."""

COMMAND: Final = "command line"
"""The actor of what was done by a command on the marketplace's own machine, without an account."""

APPROVED: Final = "approved"
ENDED: Final = "ended"
NEEDED: Final = 2
"""How many operators have to approve what one alone may not do."""


class Register(StrEnum):
    """Which book of acts."""

    BREACH = "breach"
    RIGHTS = "rights"
    PAYOUT = "payout"
    ASSESSMENT = "assessment"
    GLASS = "glass"
    NODES = "nodes"
    MEMBER = "member"
    ACCESS = "access"


@dataclass(frozen=True)
class Act:
    """One line: `actor` is an operator's account, a member, `PERSON` or `COMMAND`; `told` what was said."""

    register: Register
    case_id: str
    at: datetime
    actor: str
    kind: str
    told: Mapping[str, Json] = field(default_factory=dict)


def by_case(acts: Sequence[Act]) -> dict[str, list[Act]]:
    """The acts of each case, the cases in the order in which they were opened."""
    cases: dict[str, list[Act]] = {}
    for act in acts:
        cases.setdefault(act.case_id, []).append(act)
    return cases


def standing(acts: Sequence[Act]) -> Sequence[Act]:
    """The acts of a case since it was last ended: what was approved before counts no more."""
    ends = [place for place, act in enumerate(acts) if act.kind == ENDED]
    return acts[ends[-1] + 1 :] if ends else acts


def approvers(acts: Sequence[Act], content: str) -> tuple[str, ...]:
    """Who approved exactly this content, each once and in order; another content has to be approved anew."""
    found = [act.actor for act in acts if act.kind == APPROVED and act.told.get("content") == content]
    return tuple(dict.fromkeys(found))


def written(text: str, wanted: str, *, most: int = MAX_TOLD) -> str:
    """What an operator wrote, without the blanks around it.

    Raises:
        RefusedError: it is empty, too long, or holds NUL.
    """
    text = text.replace("\r\n", "\n").strip()
    if not 0 < len(text) <= most or "\x00" in text:
        raise RefusedError(f"write {wanted}, in 1 to {most} characters")
    return text
