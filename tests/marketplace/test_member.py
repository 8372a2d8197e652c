"""The table of roles, asked as a whole, and what follows from it."""

from dataclasses import replace

import pytest

from marketplace.domain.member import (
    MAY,
    NEEDED_FOR,
    RIGHTS,
    Right,
    Role,
    called,
    may_give,
    month_of,
    require_another_owner,
    scopes_of,
    who_may,
)
from marketplace.domain.scope import Scope
from marketplace.errors import LastOwnerError, RefusedError, RoleMissingError
from tests.marketplace.builders import a_member
from tests.marketplace.mpc_node.parties import NOW

TABLE = """
right     owner buyer finance reader
look      x     x     x       x
ask       x     x     .       .
order     x     x     .       .
results   x     x     .       x
keys      x     x     .       .
present   x     x     .       .
money     x     .     x       .
pay       x     .     x       .
register  x     .     .       .
members   x     .     .       .
"""


def as_table() -> str:
    rows = [
        f"{right:<10}" + "".join(f"{'x' if right in MAY[role] else '.':<8}" for role in Role)
        for right in Right
    ]
    return "\n".join(" ".join(row.split()) for row in rows)


def test_the_table_of_roles_is_this_one():
    wanted = [" ".join(line.split()) for line in TABLE.strip().splitlines()]

    assert wanted[0].split()[1:] == list(Role)
    assert as_table() == "\n".join(wanted[1:])


def test_every_right_has_words_and_an_owner():
    assert set(RIGHTS) == set(Right)
    assert all(right in MAY[Role.OWNER] for right in Right)


def test_every_scope_of_a_key_needs_a_right():
    assert set(NEEDED_FOR) == set(Scope)
    assert all(NEEDED_FOR.values())


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("right", Right)
def test_what_a_role_may_not_is_refused_in_words_that_name_who_may(role, right):
    member = replace(a_member(1), role=role)

    if right in MAY[role]:
        member.require(right)
        return
    with pytest.raises(RoleMissingError) as refused:
        member.require(right)
    assert who_may(right) in str(refused.value)
    assert f"you are {role}" in str(refused.value)


@pytest.mark.parametrize("right", Right)
def test_somebody_who_was_ended_may_nothing(right):
    with pytest.raises(RoleMissingError):
        replace(a_member(1), ended_at=NOW).require(right)


@pytest.mark.parametrize("role", Role)
def test_no_key_is_good_for_more_than_its_maker(role):
    found = scopes_of(replace(a_member(1), role=role))

    assert all(NEEDED_FOR[scope] <= MAY[role] for scope in found)
    assert all(not NEEDED_FOR[scope] <= MAY[role] for scope in set(Scope) - found)


@pytest.mark.parametrize("giver", Role)
@pytest.mark.parametrize("role", Role)
def test_nobody_gives_more_than_she_has(giver, role):
    assert may_give(replace(a_member(1), role=giver), role) is (giver is Role.OWNER)


def test_the_last_owner_stays():
    owner, reader = a_member(1), replace(a_member(2), role=Role.READER)
    gone = replace(a_member(3), ended_at=NOW)

    with pytest.raises(LastOwnerError):
        require_another_owner([owner, reader, gone], owner)
    require_another_owner([owner, reader, gone], reader)
    require_another_owner([owner, a_member(4)], owner)


def test_a_month_begins_on_its_first_day():
    assert month_of(NOW).day == 1
    assert (month_of(NOW).hour, month_of(NOW).year) == (0, NOW.year)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x00b", "a\u202eb"])
def test_a_name_can_be_read(name):
    with pytest.raises(RefusedError):
        called(name)


def test_a_name_loses_what_surrounds_it():
    assert called("  Ada   Lovelace ") == "Ada Lovelace"
