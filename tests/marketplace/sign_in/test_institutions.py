"""An organisation signs its own people in, and nobody else."""

from dataclasses import replace

import pytest

from marketplace.domain.account import AccountKind
from marketplace.domain.member import Role
from marketplace.domain.sign_in import Returned
from marketplace.errors import (
    SignInRefusedError,
)
from tests.marketplace.sign_in_world import FROM, OWNER


def test_somebody_new_comes_in_with_the_role_that_the_owner_chose(world, owner, idp):
    anna = world.come_in(idp)

    assert (anna.email, anna.name, anna.role) == ("anna@institute.example", "Anna Gruber", Role.READER)
    assert anna.account_id == owner.account_id
    assert world.store.books.members.find(anna.email) == (anna, None)


def test_she_is_the_same_member_the_next_time_whatever_her_address_is(world, owner, idp):
    anna = world.come_in(idp)

    assert world.come_in(idp, email="a.gruber@institute.example") == anna


def test_her_address_with_another_subject_is_not_her(world, owner, idp):
    world.come_in(idp)

    with pytest.raises(SignInRefusedError, match="signs in here already"):
        world.come_in(idp, sub="somebody else")


def test_an_address_alone_takes_over_no_member_with_a_password(world, owner, idp):
    with pytest.raises(SignInRefusedError, match="signs in here already"):
        world.come_in(idp, email=OWNER)

    assert not world.store.books.sign_ins.bound


def test_a_member_connects_herself_while_she_is_signed_in(world, owner, idp):
    assert world.come_in(idp, owner, sub="the owner", email=OWNER) == owner

    assert world.come_in(idp, sub="the owner", email=OWNER) == owner


def test_nobody_else_can_end_what_a_signed_in_member_began(world, owner, idp):
    page, kept = world.doors.institutions.begin("institute", FROM, member=owner)
    back = idp.signed_in(page)

    with pytest.raises(SignInRefusedError):
        world.finish(kept, back, None)

    assert not world.store.books.sign_ins.bound


def test_a_login_that_is_somebody_elses_is_connected_to_nobody_more(world, owner, idp):
    world.come_in(idp)

    with pytest.raises(SignInRefusedError, match="Somebody else"):
        world.come_in(idp, owner)


def test_a_member_is_connected_with_one_login(world, owner, idp):
    world.come_in(idp, owner, sub="first")

    with pytest.raises(SignInRefusedError, match="already"):
        world.come_in(idp, owner, sub="second")


def test_whoever_was_ended_comes_in_no_more(world, owner, idp):
    anna = world.come_in(idp)
    world.store.books.members.save(replace(anna, ended_at=world.clock.now))

    with pytest.raises(SignInRefusedError, match="ended"):
        world.come_in(idp)


def test_an_operators_account_takes_nobody_new(world, idp):
    operator = world.member(kind=AccountKind.OPERATOR)
    world.set(operator, idp.issuer)

    with pytest.raises(SignInRefusedError, match="Nobody new"):
        world.come_in(idp)
    assert world.come_in(idp, operator) == operator


@pytest.mark.parametrize(
    "person",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": "anna@elsewhere.example"},
        {"email": "anna@institute.example.evil.example"},
        {"email": "anna@evil.example@institute.example"},
        {"email": "institute.example"},
        {"email": 5},
        {"sub": ""},
        {"sub": 5},
        {"sub": "x" * 256},
        {"sub": "ü"},
    ],
)
def test_only_checked_addresses_of_the_organisation_come_in(world, owner, idp, person):
    with pytest.raises(SignInRefusedError):
        world.come_in(idp, **person)

    assert len(world.store.books.members.of_account(owner.account_id)) == 1


def test_an_answer_counts_once_in_the_browser_that_began_and_for_ten_minutes(world, owner, idp):
    page, kept = world.doors.institutions.begin("institute", FROM)
    back = idp.signed_in(page)
    for stranger in (None, "", "another token"):
        with pytest.raises(SignInRefusedError, match="over"):
            world.finish(stranger, back)
    world.finish(kept, back)
    with pytest.raises(SignInRefusedError, match="over"):
        world.finish(kept, back)

    page, kept = world.doors.institutions.begin("institute", FROM)
    world.clock.forward(minutes=10)
    with pytest.raises(SignInRefusedError, match="over"):
        world.finish(kept, idp.signed_in(page))


def test_a_question_to_a_passkey_is_no_visit(world, owner, idp):
    challenge = world.doors.passkeys.ask()

    with pytest.raises(SignInRefusedError):
        world.finish("x", {"state": "x", "code": "y"})
    assert challenge


def test_an_answer_for_one_organisation_is_none_for_another(world, owner, idp):
    other = world.member("owner@other.example")
    world.set(other, idp.issuer, name="other", domains="other.example")
    page, kept = world.doors.institutions.begin("institute", FROM)
    back = idp.signed_in(page)

    with pytest.raises(SignInRefusedError, match="over"):
        world.doors.institutions.finish(
            "other", kept, Returned(back["state"], back["code"], back["iss"]), signed_in=None
        )


def test_the_same_issuer_at_another_account_is_nobody_there(world, owner, idp):
    anna = world.come_in(idp)
    other = world.member("owner@mail.institute.example")
    world.set(other, idp.issuer, name="other", domains="mail.institute.example")
    page, kept = world.doors.institutions.begin("other", FROM)
    back = idp.signed_in(page)

    with pytest.raises(SignInRefusedError):
        world.doors.institutions.finish(
            "other", kept, Returned(back["state"], back["code"], back["iss"]), signed_in=None
        )
    assert world.store.books.sign_ins.bonds(anna.member_id)


def test_whoever_turns_back_is_told_so(world, owner, idp):
    page, kept = world.doors.institutions.begin("institute", FROM)
    back = idp.signed_in(page)

    with pytest.raises(SignInRefusedError, match="did not sign in"):
        world.finish(kept, {"state": back["state"], "iss": back["iss"], "error": "access_denied"})
