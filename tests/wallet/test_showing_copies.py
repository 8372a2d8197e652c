"""Copies of records that are there to be shown: each once, as long as there are unused ones."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.ssi import parties
from wallet.domain.showing_copy import ShowingCopy
from wallet.errors import ConflictError, NotInWalletError
from wallet.services.keep_copies import KeepCopies

NOW = parties.NOW


def _copies(store, session, count, **changes):
    for number in range(count):
        key = parties.es256(f"copy {number}")
        store.save(session, ShowingCopy(f"copy-{number}", "record", f"token-{number}~", key, **changes))


@pytest.fixture
def copies(world, anna):
    _copies(world.stores.copies, anna, 3)
    return world.services.copies


def test_each_copy_is_handed_out_once_and_then_the_reuse_is_told(copies, anna):
    taken = [copies.take(anna, "record", now=NOW + timedelta(hours=hour)) for hour in range(5)]

    assert len({copy.token for copy in taken[:3]}) == 3
    assert [copy.reused for copy in taken] == [False, False, False, True, True]
    assert [copy.token for copy in taken[3:]] == [copy.token for copy in taken[:2]]


def test_a_copy_comes_with_the_key_that_it_is_bound_to(copies, anna):
    taken = copies.take(anna, "record", now=NOW)

    (kept,) = [copy for copy in copies.of(anna, "record") if copy.token == taken.token]
    assert taken.holder_key.to_pem() == kept.holder_key.to_pem()
    assert (kept.uses, kept.used_at) == (1, NOW)


def test_looking_at_copies_uses_none_up(copies, anna):
    assert len(copies.of(anna, "record")) == 3

    assert not copies.take(anna, "record", now=NOW).reused


def test_a_copy_whose_time_is_over_is_not_handed_out(world, anna):
    _copies(world.stores.copies, anna, 1, expires_at=NOW)

    with pytest.raises(NotInWalletError):
        world.services.copies.take(anna, "record", now=NOW)
    assert world.services.copies.take(anna, "record", now=NOW - timedelta(seconds=1))


def test_copies_of_another_record_or_wallet_are_not_handed_out(copies, anna, ben):
    for session, record in ((anna, "other record"), (ben, "record")):
        with pytest.raises(NotInWalletError):
            copies.take(session, record, now=NOW)


class Busy:
    """A store in which somebody else is always a moment faster."""

    def __init__(self, store, faster):
        self.store, self.faster, self.tried = store, faster, []

    def all(self, session):
        return self.store.all(session)

    def get(self, session, row_id):
        return self.store.get(session, row_id)

    def remove(self, session, row_id):
        self.store.remove(session, row_id)

    def save(self, session, item):
        self.tried.append(item.row_id)
        if len(self.tried) <= self.faster:
            self.store.save(session, item)
            raise ConflictError("This changed at the same time elsewhere.")
        return self.store.save(session, item)


def test_a_copy_that_somebody_else_just_took_is_not_handed_out_a_second_time(world, anna, copies):
    busy = Busy(world.stores.copies, faster=1)

    taken = KeepCopies(busy).take(anna, "record", now=NOW)

    first, second = busy.tried
    assert first != second
    assert taken.token == f"token-{second.removeprefix('copy-')}~"
    assert not taken.reused


def test_whoever_is_always_too_late_is_told(world, anna, copies):
    with pytest.raises(ConflictError):
        KeepCopies(Busy(world.stores.copies, faster=99)).take(anna, "record", now=NOW)


@pytest.mark.database
def test_copies_are_sealed_like_records(stored_world):
    anna = stored_world.services.create_wallet("anna", "a quiet harbour")
    _copies(stored_world.stores.copies, anna, 2)

    taken = [stored_world.services.copies.take(anna, "record", now=NOW).token for _ in range(2)]

    assert sorted(taken) == ["token-0~", "token-1~"]
    store = stored_world.stores.copies
    moved = replace(anna, vault=stored_world.services.create_wallet("ben", "a windy harbour").vault)
    with pytest.raises(Exception, match="does not open"):
        store.all(moved)


def test_a_copy_shows_nothing_of_itself_in_repr():
    copy = ShowingCopy("row", "record", "secret~", parties.es256("copy"))

    assert "secret" not in repr(copy)
