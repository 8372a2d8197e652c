"""One-time links: how somebody is invited, and how a lost password is replaced. There is no mail server.

Whoever makes a link is shown it once and passes it on; what is kept is the digest of its 256 random bits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from marketplace.domain.member import Role

LINK_BYTES: Final = 32


class LinkKind(StrEnum):
    """What a link is good for."""

    INVITATION = "invitation"
    RESET = "reset"


LASTS: Final[Mapping[LinkKind, timedelta]] = MappingProxyType(
    {LinkKind.INVITATION: timedelta(days=7), LinkKind.RESET: timedelta(days=1)}
)
"""How long a link works."""


@dataclass(frozen=True)
class LinkPurpose:
    """What a link is for. `made_by` is a member; None is a command or the operators' desk.

    An invitation has the `role` and the limit that it gives; a reset has the `member_id` of whom it is for.
    """

    kind: LinkKind
    account_id: str
    email: str = field(repr=False)
    made_by: str | None = None
    role: Role | None = None
    spends_most_cents: int | None = None
    member_id: str | None = None


@dataclass(frozen=True)
class MemberLink:
    """What is kept of a link: what it is for (`LinkPurpose`), and until when."""

    link_id: str
    kind: LinkKind
    account_id: str
    email: str = field(repr=False)
    made_at: datetime
    valid_until: datetime
    made_by: str | None = None
    role: Role | None = None
    spends_most_cents: int | None = None
    member_id: str | None = None
    ended_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it still works: not used, not taken back, and in its time; the last second is excluded."""
        return self.ended_at is None and now < self.valid_until


@dataclass(frozen=True)
class NewLink:
    """A fresh link with its secret, for its one showing."""

    link: MemberLink
    secret: str = field(repr=False)
