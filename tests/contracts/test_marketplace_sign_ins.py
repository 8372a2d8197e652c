"""Every promise of the marketplace's book of passkeys and organisations' sign-ins, of database and fake."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.domain.member import Role
from marketplace.domain.sign_in import Bond, Institution, MemberPasskey, OpenTry
from marketplace.errors import ConflictError
from marketplace.services.ports import Store
from marketplace.storage.store import open_store
from tests.contracts.stores import LATER
from tests.marketplace.builders import a_member, an_account
from tests.marketplace.fakes import MemoryStore
from tests.marketplace.mpc_node.parties import NOW

PASSKEY = MemberPasskey("member-1", b"an id \x00\xff", b"a key", 3, "my phone", NOW, NOW)
OWN = Institution(
    "account-1",
    "institute",
    "https://idp.example",
    "market",
    b"sealed",
    ("a.example", "b.example"),
    Role.READER,
    NOW,
)
BOND = Bond("account-1", "https://idp.example", "subject 1", "member-1", NOW)


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    if request.param == "memory":
        yield _filled(MemoryStore())
        return
    opened = open_store(database_url)
    yield _filled(opened)
    opened.database.close()


def _filled(store: Store) -> Store:
    with store.writing() as books:
        for number in (1, 2):
            books.accounts.add(an_account(number))
            books.members.add(replace(a_member(number), account_id=f"account-{number}"))
    return store


def test_a_passkey_is_found_by_its_id_and_by_its_member(store):
    with store.writing() as books:
        books.sign_ins.add_passkey(PASSKEY)

    with store.reading() as books:
        assert books.sign_ins.passkey(PASSKEY.credential_id) == PASSKEY
        assert books.sign_ins.passkeys("member-1") == [PASSKEY]
        assert books.sign_ins.passkey(b"another") is None
        assert books.sign_ins.passkeys("member-2") == []


def test_a_passkey_belongs_to_one_member(store):
    with store.writing() as books:
        books.sign_ins.add_passkey(PASSKEY)
        with pytest.raises(ConflictError):
            books.sign_ins.add_passkey(replace(PASSKEY, member_id="member-2"))

    with store.reading() as books:
        assert books.sign_ins.passkey(PASSKEY.credential_id) == PASSKEY


def test_a_use_is_kept_only_where_nothing_was_counted_meanwhile(store):
    used = replace(PASSKEY, sign_count=4, used_at=LATER, label="my old phone")
    with store.writing() as books:
        books.sign_ins.add_passkey(PASSKEY)
        assert books.sign_ins.save_passkey(used, counted=3)
        assert not books.sign_ins.save_passkey(replace(used, sign_count=5), counted=3)

    with store.reading() as books:
        assert books.sign_ins.passkey(PASSKEY.credential_id) == used


def test_a_passkey_that_was_taken_away_is_gone(store):
    with store.writing() as books:
        books.sign_ins.add_passkey(PASSKEY)
        books.sign_ins.remove_passkey(PASSKEY.credential_id)

    with store.reading() as books:
        assert books.sign_ins.passkeys("member-1") == []


def test_an_own_sign_in_is_found_by_account_and_by_name_and_is_replaced(store):
    with store.writing() as books:
        books.sign_ins.set_institution(replace(OWN, name="before"))
        books.sign_ins.set_institution(OWN)

    with store.reading() as books:
        assert books.sign_ins.institution("account-1") == OWN
        assert books.sign_ins.institution_named("institute") == OWN
        assert books.sign_ins.institution_named("before") is None


def test_a_name_belongs_to_one_organisation(store):
    with store.writing() as books:
        books.sign_ins.set_institution(OWN)
    with pytest.raises(ConflictError), store.writing() as books:
        books.sign_ins.set_institution(replace(OWN, account_id="account-2"))

    with store.writing() as books:
        assert books.sign_ins.institution_named("institute") == OWN
        books.sign_ins.remove_institution("account-1")
        assert books.sign_ins.institution("account-1") is None


def test_a_subject_is_bound_once(store):
    with store.writing() as books:
        books.sign_ins.add_bond(BOND)
        with pytest.raises(ConflictError):
            books.sign_ins.add_bond(replace(BOND, member_id="member-2"))

    with store.reading() as books:
        assert books.sign_ins.bond("account-1", BOND.issuer, BOND.subject) == BOND
        assert books.sign_ins.bond("account-2", BOND.issuer, BOND.subject) is None
        assert books.sign_ins.bond("account-1", "https://other.example", BOND.subject) is None
        assert books.sign_ins.bonds("member-1") == [BOND]


def test_a_bond_that_was_removed_is_gone(store):
    with store.writing() as books:
        books.sign_ins.add_bond(BOND)
        books.sign_ins.remove_bond(BOND)

    with store.reading() as books:
        assert books.sign_ins.bonds("member-1") == []


def a_try(digest: str, minute: int = 0, **changes: str) -> OpenTry:
    begun_at = NOW + timedelta(minutes=minute)
    return OpenTry(digest, b"what it is about", begun_at, begun_at + timedelta(minutes=5), **changes)


def test_what_was_drawn_for_one_try_is_taken_once(store):
    with store.writing() as books:
        books.sign_ins.begin(a_try("d"))
        assert books.sign_ins.take("d", NOW) == b"what it is about"
        assert books.sign_ins.take("d", NOW) is None
        assert books.sign_ins.take("another", NOW) is None


def test_a_try_runs_out_and_is_forgotten(store):
    end = NOW + timedelta(minutes=5)
    with store.writing() as books:
        books.sign_ins.begin(a_try("d"))
        books.sign_ins.begin(a_try("e", 1))
        assert books.sign_ins.take("d", end) is None

    with store.writing() as books:
        books.sign_ins.begin(a_try("d"))
        books.sign_ins.forget_tries(end)
        assert books.sign_ins.take("d", NOW) is None
        assert books.sign_ins.take("e", NOW) is not None


def left(books, *digests: str) -> list[str]:
    return [each for each in digests if books.sign_ins.take(each, NOW) is not None]


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [({}, ["d", "e"]), ({"client": "one"}, ["b", "c", "d", "e"]), ({"provider": "p"}, ["a", "c", "d", "e"])],
)
def test_the_oldest_tries_go(store, bucket, expected):
    with store.writing() as books:
        books.sign_ins.begin(a_try("e", 4, client="one", provider="p"))
        books.sign_ins.begin(a_try("a", 0, client="one"))
        books.sign_ins.begin(a_try("b", 1, client="two", provider="p"))
        books.sign_ins.begin(a_try("c", 2))
        books.sign_ins.begin(a_try("d", 3, client="one", provider="p"))
        books.sign_ins.keep_newest(2, **bucket)

    with store.writing() as books:
        assert left(books, "a", "b", "c", "d", "e") == expected
