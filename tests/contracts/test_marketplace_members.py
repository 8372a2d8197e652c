"""Every promise of the marketplace's book of members, asked of the database and of the fake."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.domain.member import MemberSession, Role
from marketplace.domain.member_link import LinkKind, MemberLink
from marketplace.errors import AccountConflictError
from marketplace.services.ports import Store
from marketplace.storage.store import open_store
from tests.contracts.stores import LATER, PASSWORD
from tests.marketplace.builders import a_member, an_account
from tests.marketplace.fakes import MemoryStore
from tests.marketplace.mpc_node.parties import NOW

EMAIL = a_member(1).email


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = open_store(database_url)
    yield opened
    opened.database.close()


@pytest.fixture
def kept(store: Store) -> Store:
    """A store with an account and its first member, who has a password."""
    with store.writing() as books:
        books.accounts.add(an_account(1))
        books.members.add(a_member(1), PASSWORD)
    return store


def test_a_member_is_found_by_id_and_by_address(kept):
    with kept.reading() as books:
        assert books.members.get("member-1") == a_member(1)
        assert books.members.find(EMAIL) == (a_member(1), PASSWORD)
        assert books.members.get("nobody") is None
        assert books.members.find("nobody@example.org") is None


def test_a_member_may_have_no_password(kept):
    with kept.writing() as books:
        books.members.add(a_member(2))
        books.members.set_password("member-1", None)

    with kept.reading() as books:
        assert books.members.find(a_member(2).email) == (a_member(2), None)
        assert books.members.find(EMAIL) == (a_member(1), None)


def test_an_address_has_one_member_and_the_transaction_goes_on(kept):
    with kept.writing() as books:
        with pytest.raises(AccountConflictError):
            books.members.add(replace(a_member(2), email=EMAIL))
        books.members.add(a_member(3))

    with kept.reading() as books:
        assert books.members.get("member-2") is None
        assert books.members.get("member-3") == a_member(3)


def test_the_address_of_somebody_who_was_ended_is_free_again(kept):
    again = replace(a_member(2), email=EMAIL)
    with kept.writing() as books:
        books.members.save(replace(a_member(1), ended_at=LATER))
        books.members.add(again)

    with kept.reading() as books:
        assert books.members.find(EMAIL) == (again, None)
        assert books.members.get("member-1") == replace(a_member(1), ended_at=LATER)


def test_members_are_listed_in_the_order_in_which_they_joined(kept):
    later, other = replace(a_member(2), joined_at=LATER), replace(a_member(3), account_id="account-2")
    with kept.writing() as books:
        books.accounts.add(an_account(2))
        books.members.add(later)
        books.members.add(other)
        books.members.add(a_member(4))

    with kept.reading() as books:
        assert list(books.members.of_account("account-1")) == [a_member(1), a_member(4), later]


def test_what_became_of_a_member_is_kept(kept):
    changed = replace(
        a_member(1), name="Ada", role=Role.READER, invited_by="member-2", spends_most_cents=5, ended_at=LATER
    )
    with kept.writing() as books:
        books.members.save(changed)

    with kept.reading() as books:
        assert books.members.get("member-1") == changed


def session(number: int, member: int = 1, minutes: int = 0) -> MemberSession:
    return MemberSession(f"s{number}", f"member-{member}", "Firefox", NOW + timedelta(minutes=minutes))


def test_sessions_are_listed_ended_and_forgotten(kept):
    with kept.writing() as books:
        books.members.add(a_member(2))
        for each in (session(1), session(2, minutes=1), session(3, minutes=2), session(4, 2)):
            books.members.add_session(each)
        books.members.end_session("s2")
        books.members.end_session("nothing")

    with kept.reading() as books:
        assert books.members.session("s2") is None
        assert books.members.session("s1") == session(1)
        assert list(books.members.sessions("member-1")) == [session(3, minutes=2), session(1)]
    with kept.writing() as books:
        books.members.end_sessions("member-1", but="s1")
        assert [each.session_id for each in books.members.sessions("member-1")] == ["s1"]
        books.members.end_sessions("member-1")
        assert [each.session_id for each in books.members.sessions("member-2")] == ["s4"]
        books.members.forget_sessions(NOW)
        assert books.members.session("s4") == session(4, 2)
        books.members.forget_sessions(LATER)
        assert books.members.session("s4") is None


def test_a_session_keeps_when_it_was_used_and_when_its_member_showed_who_she_is(kept):
    proven = replace(session(1), proven_at=NOW, seen_at=NOW)
    with kept.writing() as books:
        books.members.add_session(proven)
        books.members.see_session("s1", LATER)
        books.members.see_session("nothing", LATER)

    with kept.reading() as books:
        assert books.members.session("s1") == replace(proven, seen_at=LATER)


def link(number: int, **changes) -> MemberLink:
    made = MemberLink(f"l{number}", LinkKind.INVITATION, "account-1", "new@example.org", NOW, LATER)
    return replace(made, role=Role.BUYER, made_by="member-1", spends_most_cents=7, **changes)


def test_links_are_found_by_their_digest_listed_and_ended_once(kept):
    reset = replace(link(2), kind=LinkKind.RESET, member_id="member-1", role=None, made_at=LATER)
    with kept.writing() as books:
        books.accounts.add(an_account(2))
        books.members.add_link(reset, "digest 2")
        books.members.add_link(link(1), "digest 1")
        books.members.add_link(link(3, account_id="account-2"), "digest 3")
        books.members.end_link("l1", NOW)
        books.members.end_link("l1", LATER)

    with kept.reading() as books:
        assert books.members.link("digest 1") == link(1, ended_at=NOW)
        assert books.members.link("nothing") is None
        assert list(books.members.links("account-1")) == [link(1, ended_at=NOW), reset]
