"""A forgotten password does not lose a wallet, and a new one ends what the old one opened."""

from dataclasses import replace

import pytest

from crypto.code_words import words_of
from tests.wallet.fakes import CHEAP, MemoryWalletStore, MovingClock, deterministic, doors
from wallet.domain.proof import Password
from wallet.domain.recovery import RecoveryLock, make_recovery, open_recovery
from wallet.domain.session import Session
from wallet.errors import (
    ConflictError,
    NotInWalletError,
    RecoveryError,
    TooManyAttemptsError,
    WeakPasswordError,
    WrongPasswordError,
)
from wallet.services.keep_locks import KeepLocks

KEY, CODE = b"k" * 32, b"c" * 20
PASSWORD, ANOTHER = "a quiet harbour", "a loud harbour"
PLACE = "table|row|column"


@pytest.fixture
def store():
    return MemoryWalletStore()


@pytest.fixture
def create(store):
    return doors(store, MovingClock()).create


@pytest.fixture
def open_wallet(store):
    return doors(store, MovingClock()).open


@pytest.fixture
def locks(store, open_wallet):
    return KeepLocks(store, open_wallet, KEY, CHEAP, deterministic("locks"))


@pytest.fixture
def anna(create):
    return create("anna", PASSWORD)


def same_wallet(one: Session, other: Session) -> bool:
    return other.vault.open(one.vault.seal(b"x", PLACE), PLACE) == b"x"


def test_a_recovery_lock_opens_with_its_code_in_its_wallet_only():
    lock = make_recovery(KEY, CODE, wallet_id="one")

    assert open_recovery(lock, CODE, wallet_id="one") == KEY
    for code, wallet_id in ((b"d" * 20, "one"), (CODE, "two")):
        with pytest.raises(RecoveryError):
            open_recovery(lock, code, wallet_id=wallet_id)


@pytest.mark.parametrize("place", [0, 5, -1])
def test_a_recovery_lock_that_was_altered_does_not_open(place):
    wrapped = bytearray(make_recovery(KEY, CODE, wallet_id="one").wrapped_key)
    wrapped[place] ^= 1

    with pytest.raises(RecoveryError):
        open_recovery(RecoveryLock(bytes(wrapped)), CODE, wallet_id="one")


def test_neither_lock_can_stand_in_the_place_of_the_other(store, anna, locks, open_wallet):
    locks.make_recovery(anna, Password(PASSWORD))
    locked = store.wallets[anna.wallet_id]
    taken = store.recovery(anna.wallet_id).wrapped_key
    store.wallets[anna.wallet_id] = replace(locked, lock=replace(locked.lock, wrapped_key=taken))

    with pytest.raises(WrongPasswordError):
        open_wallet("anna", PASSWORD)


def test_the_code_opens_the_wallet_and_sets_a_new_password(anna, locks, open_wallet):
    words = locks.make_recovery(anna, Password(PASSWORD))

    back = locks.recover(" ANNA", words.upper(), ANOTHER)

    assert same_wallet(anna, back)
    assert same_wallet(anna, open_wallet("anna", ANOTHER))
    with pytest.raises(WrongPasswordError):
        open_wallet("anna", PASSWORD)
    assert same_wallet(anna, locks.recover("anna", words, PASSWORD))  # the code stays valid


def test_a_new_code_takes_the_place_of_the_old_one(anna, locks):
    old = locks.make_recovery(anna, Password(PASSWORD))
    new = locks.make_recovery(anna, Password(PASSWORD))

    assert old != new
    with pytest.raises(RecoveryError):
        locks.recover("anna", old, ANOTHER)
    locks.recover("anna", new, ANOTHER)


def test_one_wallets_code_does_not_open_another(anna, create, locks):
    ben = create("ben", PASSWORD)
    words = locks.make_recovery(anna, Password(PASSWORD))
    locks.make_recovery(ben, Password(PASSWORD))

    with pytest.raises(RecoveryError, match="do not open"):
        locks.recover("ben", words, ANOTHER)


@pytest.mark.parametrize("login", ["nobody", "ben", "", "x" * 100])
def test_unknown_names_wallets_without_a_code_and_wrong_codes_get_one_answer(anna, create, locks, login):
    create("ben", PASSWORD)
    locks.make_recovery(anna, Password(PASSWORD))
    told = set()
    for name, words in ((login, words_of(CODE)), ("anna", words_of(CODE))):
        with pytest.raises(RecoveryError) as refused:
            locks.recover(name, words, ANOTHER)
        told.add(str(refused.value))

    assert len(told) == 1


def test_a_slip_in_the_words_is_told_by_its_place(anna, locks):
    words = locks.make_recovery(anna, Password(PASSWORD)).split()
    words[6] = "harbour"

    with pytest.raises(RecoveryError, match="Word 7 is not one of the list"):
        locks.recover("anna", " ".join(words), ANOTHER)


def test_a_weak_new_password_changes_nothing(anna, locks, open_wallet):
    words = locks.make_recovery(anna, Password(PASSWORD))

    with pytest.raises(WeakPasswordError):
        locks.recover("anna", words, "short")
    with pytest.raises(WeakPasswordError):
        locks.change_password(anna, Password(PASSWORD), "short")

    assert same_wallet(anna, open_wallet("anna", PASSWORD))


def test_an_open_wallet_alone_makes_no_code_and_no_password(anna, locks):
    """Somebody who finds a browser open must not be able to keep the wallet."""
    with pytest.raises(WrongPasswordError):
        locks.make_recovery(anna, Password("not the password"))
    with pytest.raises(WrongPasswordError):
        locks.change_password(anna, Password("not the password"), ANOTHER)

    assert not locks.has_recovery(anna)


def test_wrong_passwords_count_wherever_they_are_typed(anna, locks, open_wallet):
    for _ in range(5):
        with pytest.raises(WrongPasswordError):
            locks.make_recovery(anna, Password("not the password"))

    for again in (
        lambda: locks.make_recovery(anna, Password(PASSWORD)),
        lambda: locks.change_password(anna, Password(PASSWORD), ANOTHER),
        lambda: open_wallet("anna", PASSWORD),
    ):
        with pytest.raises(TooManyAttemptsError):
            again()


def test_the_code_opens_a_wallet_that_wrong_passwords_have_paused(anna, locks, open_wallet):
    words = locks.make_recovery(anna, Password(PASSWORD))
    for _ in range(5):
        with pytest.raises(WrongPasswordError):
            open_wallet("anna", "not the password")

    locks.recover("anna", words, ANOTHER)

    assert same_wallet(anna, open_wallet("anna", ANOTHER))


def test_another_password_ends_the_other_sessions(anna, locks, open_wallet):
    elsewhere = open_wallet("anna", PASSWORD)
    assert open_wallet.holds(elsewhere)

    here = locks.change_password(anna, Password(PASSWORD), ANOTHER)

    assert same_wallet(anna, here)
    assert open_wallet.holds(here)
    assert not open_wallet.holds(elsewhere)
    assert not open_wallet.holds(anna)


def test_two_changes_at_once_do_not_both_hold(anna, locks, store):
    before = store.wallets[anna.wallet_id]
    locks.change_password(anna, Password(PASSWORD), ANOTHER)

    with pytest.raises(ConflictError):
        store.lock_anew(before, before)


def test_the_session_of_a_wallet_that_is_gone_changes_nothing(anna, locks, store):
    store.wallets.clear()

    with pytest.raises(NotInWalletError):
        locks.make_recovery(anna, Password(PASSWORD))


def test_no_lock_shows_a_secret(anna, locks, store):
    words = locks.make_recovery(anna, Password(PASSWORD))

    shown = repr(store.recovery(anna.wallet_id)) + repr(locks) + repr(anna)
    assert "wrapped_key" not in shown
    assert not set(words.split()) & set(shown.split())
