"""Inviting, joining, changing and ending members, and what each may spend."""

from uuid import uuid4

import pytest

from marketplace.domain.account import AccountKind
from marketplace.domain.act import Register
from marketplace.domain.member import Role
from marketplace.domain.scope import ALL_SCOPES, Scope
from marketplace.errors import (
    AccountConflictError,
    AmountError,
    LastOwnerError,
    NotAllowedError,
    RefusedError,
    RoleMissingError,
    ScopeMissingError,
    SpendingLimitError,
    TooManyAttemptsError,
    UnknownError,
    WeakPasswordError,
    WrongCredentialsError,
)
from tests.marketplace.market import PASSWORD, Market, mandate
from tests.marketplace.mpc_node.orders import EXACT, buyer_credential

EMAIL, OTHER = "ada@example.org", "grace@example.org"


class House:
    """An organisation with its first owner, in a market of any kind."""

    def __init__(self, market: Market) -> None:
        self.market, self.members = market, market.services.members
        self.account_id = market.services.add_account(EMAIL, PASSWORD).account_id
        self.owner = market.services.sign_in(EMAIL, PASSWORD)

    def invite(
        self, role: Role = Role.READER, email: str = OTHER, *, by=None, limit: int | None = None
    ) -> str:
        giver = (by or self.owner).member_id
        return self.members.invite(self.account_id, email, role, by=giver, spends_most_cents=limit).secret

    def join(self, role: Role = Role.READER, email: str = OTHER, *, limit: int | None = None):
        return self.members.accept(self.invite(role, email, limit=limit), "Grace", PASSWORD)

    def end(self, member, by=None) -> None:
        self.members.end(self.account_id, member.member_id, by=(by or self.owner).member_id)

    def did(self) -> list[str]:
        return [act.kind for act in self.market.services.read_member_acts(self.account_id)]


@pytest.fixture
def house(any_market: Market) -> House:
    return House(any_market)


def test_who_is_invited_joins_with_her_password_and_the_role_that_was_given(house):
    secret = house.invite(Role.BUYER, " Grace@Example.org", limit=500)
    joined = house.members.accept(secret, " Grace  Hopper ", PASSWORD)

    assert house.market.services.sign_in(OTHER, PASSWORD) == joined
    assert (joined.role, joined.name, joined.spends_most_cents) == (Role.BUYER, "Grace Hopper", 500)
    assert joined.invited_by == house.owner.member_id
    assert house.did() == ["joined", "invited"]


def test_a_link_works_once(house):
    secret = house.invite()
    house.members.accept(secret, "Grace", PASSWORD)

    with pytest.raises(UnknownError):
        house.members.accept(secret, "Mallory", PASSWORD)


def test_a_link_works_for_seven_days(house):
    secret = house.invite()
    house.market.clock.forward(days=7, seconds=-1)
    assert house.members.read(secret).email == OTHER
    house.market.clock.forward(seconds=1)

    with pytest.raises(UnknownError):
        house.members.accept(secret, "Grace", PASSWORD)
    assert house.members.invitations(house.account_id) == []


def test_an_invitation_can_be_taken_back(house):
    secret = house.invite()
    (link,) = house.members.invitations(house.account_id)
    house.members.revoke(house.account_id, link.link_id, by=house.owner.member_id)

    with pytest.raises(UnknownError):
        house.members.read(secret)
    with pytest.raises(UnknownError):
        house.members.revoke(house.account_id, link.link_id, by=house.owner.member_id)


@pytest.mark.parametrize("secret", ["", "guess", "x" * 10_000, "\x00"])
def test_a_guessed_link_is_none(house, secret):
    with pytest.raises(UnknownError):
        house.members.accept(secret, "Mallory", PASSWORD)


def test_the_secret_of_a_link_is_kept_nowhere_and_shown_in_no_repr(house):
    made = house.members.invite(house.account_id, OTHER, Role.READER, by=house.owner.member_id)

    assert made.secret not in repr(made)
    assert OTHER not in repr(made)
    assert made.secret not in repr(house.members.invitations(house.account_id))


def test_a_weak_password_does_not_use_the_link_up(house):
    secret = house.invite()

    with pytest.raises(WeakPasswordError):
        house.members.accept(secret, "Grace", "short")
    with pytest.raises(RefusedError):
        house.members.accept(secret, " ", PASSWORD)
    assert house.members.accept(secret, "Grace", PASSWORD).email == OTHER


def test_an_address_belongs_to_one_member_of_all_organisations(house):
    house.market.services.add_account(OTHER, PASSWORD)

    with pytest.raises(AccountConflictError):
        house.join()


@pytest.mark.parametrize("role", [Role.BUYER, Role.FINANCE, Role.READER])
def test_only_owners_look_after_members(house, role):
    member = house.join(role)
    for act in (
        lambda: house.invite(Role.READER, "x@example.org", by=member),
        lambda: house.members.change(house.account_id, member.member_id, Role.OWNER, by=member.member_id),
        lambda: house.end(house.owner, by=member),
    ):
        with pytest.raises(RoleMissingError):
            act()


def test_an_invitation_dies_with_the_right_of_whoever_gave_it(house):
    other = house.join(Role.OWNER)
    secret = house.invite(Role.OWNER, "third@example.org", by=other)
    house.members.change(house.account_id, other.member_id, Role.READER, by=house.owner.member_id)

    with pytest.raises(UnknownError, match="may not invite any more"):
        house.members.accept(secret, "Third", PASSWORD)


def test_the_last_owner_stays_one(house):
    reader = house.join()

    with pytest.raises(LastOwnerError):
        house.end(house.owner)
    with pytest.raises(LastOwnerError):
        house.members.change(house.account_id, house.owner.member_id, Role.BUYER, by=house.owner.member_id)
    house.members.change(house.account_id, reader.member_id, Role.OWNER, by=house.owner.member_id)
    house.end(house.owner)
    assert [each.role for each in house.members.of(house.account_id) if each.ended_at is None] == [Role.OWNER]


def test_ending_a_member_ends_sessions_password_and_keys_at_once(house):
    services = house.market.services
    buyer = house.join(Role.BUYER)
    session = services.member_sessions.begin(buyer, "Firefox")
    key = services.make_api_key(house.account_id, "hers", frozenset({Scope.QUOTES}), by=buyer.member_id)
    other = services.make_api_key(house.account_id, "house")
    house.end(buyer)

    with pytest.raises(UnknownError):
        services.member_sessions.find(session.session_id)
    with pytest.raises(WrongCredentialsError):
        services.sign_in(OTHER, PASSWORD)
    with pytest.raises(WrongCredentialsError):
        services.recognise_api_key(key.secret)
    ended = {key.key_id: key.revoked_at is not None for key in services.list_api_keys(house.account_id)}
    assert ended == {key.key_id: True, other.key_id: False}
    assert services.recognise_api_key(other.secret).account_id == house.account_id
    with pytest.raises(UnknownError):
        house.end(buyer)


def test_everybody_may_leave(house):
    reader = house.join()
    house.end(reader, by=reader)

    assert house.join(Role.READER).member_id != reader.member_id


def test_a_member_of_another_organisation_is_none(house):
    services = house.market.services
    services.add_account(OTHER, PASSWORD)
    stranger = services.sign_in(OTHER, PASSWORD)

    with pytest.raises(UnknownError):
        house.invite(Role.READER, "x@example.org", by=stranger)
    with pytest.raises(UnknownError):
        house.end(stranger)
    with pytest.raises(UnknownError):
        house.members.change(house.account_id, stranger.member_id, Role.READER, by=house.owner.member_id)
    with pytest.raises(UnknownError):
        services.make_api_key(house.account_id, "stolen", by=stranger.member_id)


def test_an_operators_account_stays_one_person(any_market):
    operator = any_market.services.add_account(EMAIL, PASSWORD, kind=AccountKind.OPERATOR)

    with pytest.raises(NotAllowedError, match="one person"):
        any_market.services.members.invite(operator.account_id, OTHER, Role.OWNER, by=None)


def test_a_key_is_good_for_no_more_than_its_maker_now(house):
    services = house.market.services
    buyer = house.join(Role.BUYER)
    with pytest.raises(RoleMissingError, match="account"):
        services.make_api_key(house.account_id, "all", ALL_SCOPES, by=buyer.member_id)
    scopes = frozenset({Scope.ORDERS, Scope.RESULTS})
    key = services.make_api_key(house.account_id, "hers", scopes, by=buyer.member_id)
    assert services.recognise_api_key.caller(key.secret, Scope.ORDERS)[1] == buyer.member_id
    house.members.change(house.account_id, buyer.member_id, Role.READER, by=house.owner.member_id)

    with pytest.raises(ScopeMissingError):
        services.recognise_api_key(key.secret, Scope.ORDERS)
    assert services.recognise_api_key(key.secret, Scope.RESULTS).account_id == house.account_id


@pytest.mark.parametrize("role", [Role.FINANCE, Role.READER])
def test_who_may_make_no_keys_makes_none(house, role):
    member = house.join(role)

    with pytest.raises(RoleMissingError):
        house.market.services.make_api_key(
            house.account_id, "k", frozenset({Scope.RESULTS}), by=member.member_id
        )


@pytest.mark.parametrize("cents", [-1, 10**12])
def test_a_limit_that_is_none_is_refused(house, cents):
    with pytest.raises(AmountError):
        house.invite(limit=cents)


@pytest.fixture
def shop(any_market: Market):
    """A registered organisation with money, and a member who buys."""
    any_market.stock(12)
    account = any_market.buyer(EMAIL)
    services = any_market.services
    owner = services.sign_in(EMAIL, PASSWORD)
    price = services.make_quote(account.account_id, EXACT).price.gross_cents

    def buyer(limit: int | None) -> str:
        made = services.members.invite(
            account.account_id, OTHER, Role.BUYER, by=owner.member_id, spends_most_cents=limit
        )
        return services.members.accept(made.secret, "Grace", PASSWORD).member_id

    def order(by: str | None, order_id: str | None = None):
        return services.place_order(
            account.account_id,
            order_id=order_id or str(uuid4()),
            query=EXACT,
            accepted_price_cents=price,
            by=by,
        )

    return any_market, account.account_id, price, buyer, order


def test_an_order_above_the_limit_of_the_month_is_refused_and_holds_nothing(shop):
    market, account_id, price, buyer, order = shop
    by = buyer(2 * price - 1)
    first = order(by)
    before = market.services.read_statement(account_id)

    with pytest.raises(SpendingLimitError) as refused:
        order(by)
    assert refused.value.left_cents == price - 1
    assert market.services.read_statement(account_id) == before
    assert [each.order_id for each in market.services.list_orders(account_id)] == [first.order_id]
    assert order(by, first.order_id).order_id == first.order_id  # the same request again spends nothing


def test_the_limit_begins_anew_with_the_month(shop):
    market, account_id, price, buyer, order = shop
    papers = buyer_credential(), mandate(days=60)
    market.services.register_organisation(account_id, credential=papers[0], mandate=papers[1])
    by = buyer(price)
    order(by)
    market.clock.forward(days=1)
    with pytest.raises(SpendingLimitError):
        order(by)
    month = market.clock.now.month
    while market.clock.now.month == month:
        market.clock.forward(days=1)

    assert order(by).order_id


def test_it_is_said_who_ordered(shop):
    market, account_id, price, buyer, order = shop
    by = buyer(None)
    placed = order(by)
    silent = order(None)

    acts = market.services.read_member_acts
    assert acts.buyer_of(account_id, placed.order_id) == "Grace"
    assert acts.buyer_of(account_id, silent.order_id) is None
    with market.store.reading() as books:
        (act,) = [each for each in books.acts.of_case(Register.MEMBER, account_id) if each.kind == "ordered"]
    assert (act.actor, act.told) == (by, {"about": placed.order_id, "cents": price})


def test_a_member_who_may_not_order_does_not(shop):
    market, account_id, _, buyer, order = shop
    by = buyer(None)
    owner = market.services.sign_in(EMAIL, PASSWORD).member_id
    market.services.members.change(account_id, by, Role.FINANCE, by=owner)

    with pytest.raises(RoleMissingError):
        order(by)


def test_changing_a_password_needs_the_old_one_and_ends_other_sessions(house):
    services = house.market.services
    here, there = (services.member_sessions.begin(house.owner, each) for each in ("here", "there"))
    fresh = "another long password"
    with pytest.raises(WrongCredentialsError):
        services.member_passwords.change(house.owner, "wrong wrong", fresh, session_id=here.session_id)
    with pytest.raises(WeakPasswordError):
        services.member_passwords.change(house.owner, PASSWORD, "short", session_id=here.session_id)
    services.member_passwords.change(house.owner, PASSWORD, fresh, session_id=here.session_id)

    assert [each.device for each in services.member_sessions.of(house.owner.member_id)] == ["here"]
    with pytest.raises(UnknownError):
        services.member_sessions.find(there.session_id)
    with pytest.raises(WrongCredentialsError):
        services.sign_in(EMAIL, PASSWORD)
    assert services.sign_in(EMAIL, fresh) == house.owner


def test_guessing_the_old_password_has_an_end(house):
    services = house.market.services
    for _ in range(10):
        with pytest.raises(WrongCredentialsError):
            services.member_passwords.change(house.owner, "wrong wrong", PASSWORD, session_id=None)

    with pytest.raises(TooManyAttemptsError):
        services.member_passwords.change(house.owner, PASSWORD, PASSWORD, session_id=None)


def test_a_lost_password_is_replaced_by_a_link_of_the_operator(house):
    services = house.market.services
    session = services.member_sessions.begin(house.owner, "thief")
    earlier = services.member_passwords.make_reset(EMAIL).secret
    secret = services.member_passwords.make_reset(EMAIL).secret
    assert services.member_passwords.reset(secret, "another long password") == house.owner

    assert services.sign_in(EMAIL, "another long password") == house.owner
    for used in (secret, earlier):
        with pytest.raises(UnknownError):
            services.member_passwords.reset(used, PASSWORD)
    with pytest.raises(UnknownError):
        services.member_sessions.find(session.session_id)


def test_a_reset_works_for_a_day_and_is_no_invitation(house):
    secret = house.market.services.member_passwords.make_reset(EMAIL).secret
    with pytest.raises(UnknownError):
        house.members.accept(secret, "Mallory", PASSWORD)
    with pytest.raises(UnknownError):
        house.market.services.member_passwords.reset(house.invite(), PASSWORD)
    house.market.clock.forward(days=1)

    with pytest.raises(UnknownError):
        house.market.services.member_passwords.reset(secret, PASSWORD)
    with pytest.raises(UnknownError):
        house.market.services.member_passwords.make_reset("nobody@example.org")
