"""How a wallet is locked and opened."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.sealing import Argon2Cost
from tests.wallet.fakes import CHEAP, NOW, MemoryWalletStore, MovingClock, deterministic, doors
from wallet.domain.custody import (
    Attempts,
    check_new_password,
    login_digest,
    make_lock,
    normalised,
    open_lock,
    vault_of,
)
from wallet.domain.session import Session
from wallet.errors import LoginTakenError, TooManyAttemptsError, WeakPasswordError, WrongPasswordError

KEY = b"k" * 32
PASSWORD = "a quiet harbour"


def _lock(password: str = PASSWORD):
    return make_lock(KEY, password, wallet_id="one", cost=CHEAP, random=deterministic("lock"))


@given(password=st.text(min_size=1, max_size=40))
@settings(max_examples=20, deadline=None)
def test_the_password_gives_the_data_key_back(password):
    lock = make_lock(KEY, password, wallet_id="one", cost=CHEAP, random=deterministic("lock"))

    assert open_lock(lock, password, wallet_id="one") == KEY


def test_another_password_opens_nothing():
    with pytest.raises(WrongPasswordError):
        open_lock(_lock(), PASSWORD + "s", wallet_id="one")


def test_a_lock_that_was_moved_to_another_wallet_does_not_open():
    with pytest.raises(WrongPasswordError):
        open_lock(_lock(), PASSWORD, wallet_id="two")


@pytest.mark.parametrize(
    "cost",
    [Argon2Cost(64, 1, 1), Argon2Cost(32, 2, 1), Argon2Cost(0, 0, 0)],
    ids=["memory", "passes", "nonsense"],
)
def test_a_lock_whose_cost_was_altered_does_not_open(cost):
    with pytest.raises(WrongPasswordError):
        open_lock(replace(_lock(), cost=cost), PASSWORD, wallet_id="one")


def test_a_key_of_another_length_is_no_data_key():
    with pytest.raises(WrongPasswordError):
        vault_of(b"short")


def test_the_same_password_typed_with_combining_letters_opens():
    composed, combining = "caf\u00e9 am morgen", "cafe\u0301 am morgen"

    assert open_lock(_lock(composed), combining, wallet_id="one") == KEY


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", "my name is Anna", "x" * 1001])
def test_a_guessable_password_is_refused_with_a_remedy(password):
    with pytest.raises(WeakPasswordError, match="Choose"):
        check_new_password(password, "anna")


@pytest.mark.parametrize("login", ["", "   ", "x" * 65, "an\nna"])
def test_a_login_name_has_one_to_64_visible_characters(login):
    with pytest.raises(WeakPasswordError):
        normalised(login)


def test_names_that_look_the_same_are_the_same():
    assert login_digest(" Anna ", KEY) == login_digest("anna", KEY)
    assert login_digest("anna", KEY) != login_digest("hanna", KEY)


def test_a_login_digest_cannot_be_computed_without_the_lookup_key():
    assert login_digest("anna", KEY) != login_digest("anna", b"j" * 32)


def test_neither_lock_nor_session_shows_a_secret():
    shown = repr(_lock()) + repr(Session("one", "anna", vault_of(KEY)))

    assert "anna" not in shown
    assert repr(KEY)[2:-1] not in shown
    assert "wrapped_key" not in shown


def test_each_failure_from_the_fifth_on_costs_a_minute():
    attempts = Attempts(4)

    blocked = attempts.after_failure(NOW)

    assert not attempts.blocks(NOW)
    assert blocked.blocks(NOW + timedelta(seconds=59))
    assert not blocked.blocks(NOW + timedelta(seconds=60))
    assert blocked.after_failure(NOW).failed == 6


@pytest.fixture
def store():
    return MemoryWalletStore()


@pytest.fixture
def create(store, clock):
    return doors(store, clock).create


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def open_wallet(store, clock):
    return doors(store, clock).open


def test_a_new_wallet_opens_with_its_name_and_password(create, open_wallet):
    made = create("Anna", PASSWORD)

    opened = open_wallet("anna ", PASSWORD)

    assert opened.wallet_id == made.wallet_id
    assert opened.vault.open(made.vault.seal(b"x", "t|r|c"), "t|r|c") == b"x"


def test_two_wallets_have_different_data_keys(create):
    sealed = create("anna", PASSWORD).vault.seal(b"x", "t|r|c")

    with pytest.raises(Exception, match="does not open"):
        create("ben", PASSWORD).vault.open(sealed, "t|r|c")


def test_a_name_is_given_once(create):
    create("anna", PASSWORD)

    with pytest.raises(LoginTakenError):
        create("ANNA", "another password")


@pytest.mark.parametrize("login", ["anna", "nobody", ""])
def test_a_wrong_password_and_an_unknown_name_have_one_answer(create, open_wallet, login):
    create("anna", PASSWORD)

    with pytest.raises(WrongPasswordError, match="This name and password do not open a wallet"):
        open_wallet(login, "not the password")


def test_after_five_wrong_passwords_even_the_right_one_waits_a_minute(create, open_wallet, clock):
    create("anna", PASSWORD)
    for _ in range(5):
        with pytest.raises(WrongPasswordError):
            open_wallet("anna", "not the password")

    with pytest.raises(TooManyAttemptsError):
        open_wallet("anna", PASSWORD)
    clock.forward(minutes=1)
    assert open_wallet("anna", PASSWORD)


def test_the_right_password_forgets_the_wrong_ones(create, open_wallet, store):
    create("anna", PASSWORD)
    with pytest.raises(WrongPasswordError):
        open_wallet("anna", "not the password")

    open_wallet("anna", PASSWORD)

    assert next(iter(store.wallets.values())).attempts == Attempts()


@pytest.mark.slow
def test_the_default_cost_is_64_mebibytes_three_passes_four_lanes():
    assert Argon2Cost() == Argon2Cost(memory_kib=65536, iterations=3, lanes=4)

    lock = make_lock(KEY, PASSWORD, wallet_id="one", cost=Argon2Cost(), random=deterministic("lock"))

    assert open_lock(lock, PASSWORD, wallet_id="one") == KEY
