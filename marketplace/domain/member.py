"""Who acts for an organisation, and what may each of them do? One table of roles, and what follows from it.

A member is one person with a login of her own. An operator's account is one person, too: what needs two
operators needs two accounts, and an account of that kind takes no second member.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from marketplace.domain.account import AccountKind
from marketplace.domain.scope import Scope
from marketplace.errors import LastOwnerError, RefusedError, RoleMissingError

MAX_NAME: Final = 100
MAX_DEVICE: Final = 60
MOST_MEMBERS: Final = 200
SESSION_LIFETIME: Final = timedelta(hours=12)
"""How long somebody stays signed in at most."""
FRESH: Final = timedelta(minutes=10)
"""How long it counts that a member has shown who she is, for acts that nobody can take back."""


class Right(StrEnum):
    """One kind of thing that a member may do."""

    LOOK = "look"
    ASK = "ask"
    ORDER = "order"
    RESULTS = "results"
    KEYS = "keys"
    PRESENT = "present"
    MONEY = "money"
    PAY = "pay"
    REGISTER = "register"
    MEMBERS = "members"


RIGHTS: Final[Mapping[Right, str]] = MappingProxyType(
    {
        Right.LOOK: "see the organisation’s page",
        Right.ASK: "ask what an answer would cost",
        Right.ORDER: "order answers, confirm and dispute them",
        Right.RESULTS: "see orders and open their answers",
        Right.KEYS: "make and end keys for programs",
        Right.PRESENT: "ask wallets to show something",
        Right.MONEY: "see the account’s money and its invoices",
        Right.PAY: "pay money in, ask it back, and say whom to bill",
        Right.REGISTER: "register the organisation with its keys",
        Right.MEMBERS: "invite members, change their roles and end them",
    }
)
"""Each right in words."""


class Role(StrEnum):
    """What a member is to her organisation."""

    OWNER = "owner"
    BUYER = "buyer"
    FINANCE = "finance"
    READER = "reader"


MAY: Final[Mapping[Role, frozenset[Right]]] = MappingProxyType(
    {
        Role.OWNER: frozenset(Right),
        Role.BUYER: frozenset(
            {Right.LOOK, Right.ASK, Right.ORDER, Right.RESULTS, Right.KEYS, Right.PRESENT},
        ),
        Role.FINANCE: frozenset({Right.LOOK, Right.MONEY, Right.PAY}),
        Role.READER: frozenset({Right.LOOK, Right.RESULTS}),
    }
)
"""What each role may do; there is no other place that says so."""

NEEDED_FOR: Final[Mapping[Scope, frozenset[Right]]] = MappingProxyType(
    {
        Scope.CATALOGUE: frozenset({Right.LOOK}),
        Scope.QUOTES: frozenset({Right.ASK}),
        Scope.ORDERS: frozenset({Right.ORDER}),
        Scope.RESULTS: frozenset({Right.RESULTS}),
        Scope.ACCOUNT: frozenset({Right.MONEY, Right.PAY, Right.REGISTER}),
        Scope.PRESENTATIONS: frozenset({Right.PRESENT}),
        Scope.MEMBERS: frozenset({Right.MEMBERS}),
    }
)
"""What whoever makes an API key with a scope has to be allowed herself."""


@dataclass(frozen=True)
class Member:
    """One person who acts for an account; `spends_most_cents` is the most in a calendar month (UTC).

    Name and address stay after she was ended, so that it can be said who did what.
    """

    member_id: str
    account_id: str
    email: str = field(repr=False)
    name: str = field(repr=False)
    role: Role
    joined_at: datetime
    invited_by: str | None = None
    ended_at: datetime | None = None
    spends_most_cents: int | None = None

    @property
    def may(self) -> frozenset[Right]:
        """What she may do; nothing once she was ended."""
        return frozenset() if self.ended_at is not None else MAY[self.role]

    def require(self, right: Right) -> None:
        """Return only if she may do this.

        Raises:
            RoleMissingError: she may not; it says in words who can.
        """
        if right not in self.may:
            raise RoleMissingError(f"to {RIGHTS[right]} takes {who_may(right)}; you are {self.role}")


@dataclass(frozen=True)
class MemberSession:
    """One place where a member is signed in; `device` is what her browser said it is, in a few words.

    `seen_at` is when it was last used, to the minute; None is not since it began. `proven_at` is when she
    last showed here who she is; None where that is not known, as with an organisation that does not say it.
    """

    session_id: str
    member_id: str
    device: str
    started_at: datetime
    seen_at: datetime | None = None
    proven_at: datetime | None = None

    @property
    def used_at(self) -> datetime:
        """When it was last used, to the minute."""
        return self.seen_at or self.started_at

    def is_proven(self, now: datetime) -> bool:
        """Whether she has just shown who she is; a moment to come counts for nothing."""
        return self.proven_at is not None and self.proven_at <= now < self.proven_at + FRESH


@dataclass(frozen=True)
class SessionTerms:
    """How long a session lasts: from its beginning, and from when it was last used."""

    lifetime: timedelta = SESSION_LIFETIME
    buyer_idle: timedelta = timedelta(minutes=60)
    operator_idle: timedelta = timedelta(minutes=15)

    def why_over(self, session: MemberSession, kind: AccountKind, now: datetime) -> str | None:
        """Why a session is over, in words; None where it goes on. The last second is excluded."""
        idle = self.operator_idle if kind is AccountKind.OPERATOR else self.buyer_idle
        if now >= session.started_at + self.lifetime:
            return f"you were signed in for {_length(self.lifetime)}, which is the longest time"
        if now >= session.used_at + idle:
            return f"you were signed out because nothing was done here for {_length(idle)}"
        return None


def _length(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} hours" if hours > 1 and not rest else f"{minutes} minutes"


def who_may(right: Right) -> str:
    """The roles that have a right, in words, such as "owner or buyer"."""
    return " or ".join(role for role in Role if right in MAY[role])


def scopes_of(member: Member, wanted: Iterable[Scope] = tuple(Scope)) -> frozenset[Scope]:
    """Those of the scopes that a key made by this member is good for."""
    return frozenset(scope for scope in wanted if NEEDED_FOR[scope] <= member.may)


def may_give(giver: Member, role: Role) -> bool:
    """Whether a member may give a role: she looks after members, and nobody gives more than she has."""
    return Right.MEMBERS in giver.may and MAY[role] <= giver.may


def require_another_owner(members: Sequence[Member], leaving: Member) -> None:
    """Return only if an owner is left when this member is none any more.

    Raises:
        LastOwnerError: she is the last one.
    """
    owners = {each.member_id for each in members if each.role is Role.OWNER and each.ended_at is None}
    if owners == {leaving.member_id}:
        raise LastOwnerError("an organisation has an owner: make somebody else one first")


def month_of(moment: datetime) -> datetime:
    """The beginning of the calendar month of a moment, in UTC."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def called(name: str) -> str:
    """A member's name as it is kept.

    Raises:
        RefusedError: it is empty, too long, or holds something that cannot be printed.
    """
    text = " ".join(name.split())
    if not 0 < len(text) <= MAX_NAME or not text.isprintable():
        raise RefusedError(f"a name has 1 to {MAX_NAME} characters")
    return text
