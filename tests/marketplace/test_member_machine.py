"""Whatever order members are invited, join, change, leave and order in: three things always hold.

An organisation has an owner; nobody who was ended can do anything; nobody holds a role beyond its giver's.
"""

from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from marketplace.domain.member import MAY, Right, Role
from marketplace.errors import (
    AccountConflictError,
    LastOwnerError,
    NotAllowedError,
    SpendingLimitError,
    UnknownError,
    WrongCredentialsError,
)
from tests.marketplace.market import PASSWORD, open_market
from tests.marketplace.mpc_node.orders import EXACT

PEOPLE = [f"person{number}@example.org" for number in range(4)]


class Organisation(RuleBasedStateMachine):
    """One organisation whose members do what they like, each by herself."""

    members = Bundle("members")
    links = Bundle("links")
    sessions = Bundle("sessions")

    def __init__(self) -> None:
        super().__init__()
        self.market = open_market()
        self.market.stock(12)
        self.services = self.market.services
        self.account_id = self.market.buyer("first@example.org").account_id
        self.price = self.services.make_quote(self.account_id, EXACT).price.gross_cents
        self.roles = {self.services.sign_in("first@example.org", PASSWORD).member_id: Role.OWNER}
        self.spent: dict[str, int] = {}
        self.limits: dict[str, int | None] = {}
        self.orders = 0

    def may(self, member_id: str, right: Right) -> bool:
        return member_id in self.roles and right in MAY[self.roles[member_id]]

    @rule(target=members)
    def the_first(self) -> str:
        return next(iter(self.services.members.of(self.account_id))).member_id

    @rule(
        target=links,
        by=members,
        email=st.sampled_from(PEOPLE),
        role=st.sampled_from(Role),
        limit=st.sampled_from([None, 0, 100_000]),
    )
    def invite(self, by: str, email: str, role: Role, limit: int | None) -> tuple[str, str, Role, int | None]:
        allowed = self.may(by, Right.MEMBERS)
        try:
            made = self.services.members.invite(self.account_id, email, role, by=by, spends_most_cents=limit)
        except (NotAllowedError, UnknownError):
            assert not allowed
            return ("none", by, role, limit)
        assert allowed
        return (made.secret, by, role, limit)

    @rule(target=members, link=consumes(links))
    def accept(self, link: tuple[str, str, Role, int | None]) -> str:
        secret, giver, role, limit = link
        try:
            member = self.services.members.accept(secret, "Somebody", PASSWORD)
        except AccountConflictError:
            return giver
        except UnknownError:
            assert secret == "none" or not self.may(giver, Right.MEMBERS)
            return giver
        assert self.may(giver, Right.MEMBERS), "an invitation outlived the right of its giver"
        assert MAY[role] <= MAY[self.roles[giver]]
        self.roles[member.member_id] = role
        self.limits[member.member_id] = limit
        return member.member_id

    @rule(by=members, whom=members, role=st.sampled_from(Role))
    def change(self, by: str, whom: str, role: Role) -> None:
        try:
            self.services.members.change(self.account_id, whom, role, by=by)
        except LastOwnerError:
            assert list(self.roles.values()).count(Role.OWNER) == 1
        except (NotAllowedError, UnknownError):
            assert not self.may(by, Right.MEMBERS) or whom not in self.roles
        else:
            assert self.may(by, Right.MEMBERS)
            self.roles[whom] = role
            self.limits[whom] = None

    @rule(by=members, whom=members)
    def end(self, by: str, whom: str) -> None:
        try:
            self.services.members.end(self.account_id, whom, by=by)
        except LastOwnerError:
            assert list(self.roles.values()).count(Role.OWNER) == 1
        except (NotAllowedError, UnknownError):
            assert by != whom or whom not in self.roles
            assert not self.may(by, Right.MEMBERS) or whom not in self.roles
        else:
            assert by == whom or self.may(by, Right.MEMBERS)
            del self.roles[whom]

    @rule(target=sessions, email=st.sampled_from(["first@example.org", *PEOPLE]))
    def sign_in(self, email: str) -> str:
        try:
            member = self.services.sign_in(email, PASSWORD)
        except WrongCredentialsError:
            self.market.clock.forward(minutes=2)
            return "none"
        assert member.member_id in self.roles
        return self.services.member_sessions.begin(member, "test").session_id

    @rule(session=sessions)
    def look(self, session: str) -> None:
        try:
            member, account, _ = self.services.member_sessions.find(session)
        except UnknownError:
            return
        assert account.account_id == self.account_id
        assert member.role is self.roles[member.member_id], "a session knows a role from before"

    @rule(by=members)
    def order(self, by: str) -> None:
        if self.orders >= 3:  # no more than the data set's daily pace allows
            return
        limit = self.limits.get(by)
        try:
            self.services.place_order(
                self.account_id,
                order_id=str(uuid4()),
                query=EXACT,
                accepted_price_cents=self.price,
                by=by,
            )
        except SpendingLimitError:
            assert limit is not None
            assert self.spent.get(by, 0) + self.price > limit
        except (NotAllowedError, UnknownError):
            assert not self.may(by, Right.ORDER)
        else:
            assert self.may(by, Right.ORDER)
            self.orders += 1
            self.spent[by] = self.spent.get(by, 0) + self.price
            assert limit is None or self.spent[by] <= limit

    @invariant()
    def there_is_an_owner_and_the_books_agree(self) -> None:
        there = {
            each.member_id: each.role
            for each in self.services.members.of(self.account_id)
            if each.ended_at is None
        }
        assert Role.OWNER in there.values()
        assert there == self.roles


TestOrganisation = Organisation.TestCase
TestOrganisation.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
pytestmark = pytest.mark.slow
