"""A passkey opens its wallet and no other, and what it says is believed only when it holds."""

from dataclasses import replace
from typing import Any

import pytest

from crypto.encoding import b64url_encode
from tests.wallet.fakes import MemoryWalletStore, MovingClock, doors
from tests.wallet.passkey_stage import AGAIN, ASKED, KEY, PASSWORD, SECRET, a_lock, same_wallet
from tests.wallet.soft_passkey import SoftPasskey
from wallet.domain.custody import vault_of
from wallet.domain.passkey import (
    open_passkey_lock,
    read_note,
    salt_of,
)
from wallet.domain.proof import Password
from wallet.errors import (
    ConflictError,
    LoginTakenError,
    NotInWalletError,
    TooManyAttemptsError,
    WeakPasswordError,
    WrongPasskeyError,
    WrongPasswordError,
)


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def store():
    return MemoryWalletStore()


@pytest.fixture
def entry(store, clock):
    return doors(store, clock)


@pytest.fixture
def phone():
    return SoftPasskey()


@pytest.fixture
def anna(entry, phone):
    """A wallet without a password."""
    return entry.create.with_passkey("anna", phone.made(ASKED), "my phone")


def test_a_lock_opens_with_its_secret():
    assert open_passkey_lock(a_lock(), SECRET) == KEY
    assert read_note(a_lock(), vault_of(KEY)).login == "anna"


@pytest.mark.parametrize("secret", [b"t" * 32, b"", b"s" * 31, b"s" * 33])
def test_a_lock_does_not_open_with_another_secret(secret):
    with pytest.raises(WrongPasskeyError):
        open_passkey_lock(a_lock(), secret)


@pytest.mark.parametrize("secret", [b"", b"s" * 31, b"s" * 33])
def test_no_lock_is_made_with_a_secret_of_another_length(secret):
    with pytest.raises(WrongPasskeyError):
        a_lock(secret)


@pytest.mark.parametrize("part", ["wrapped_key", "sealed_note"])
@pytest.mark.parametrize("place", [0, 20, -1])
def test_an_altered_lock_is_refused(part, place):
    changed = bytearray(getattr(a_lock(), part))
    changed[place] ^= 1
    changes: dict[str, Any] = {part: bytes(changed)}
    lock = replace(a_lock(), **changes)

    with pytest.raises(WrongPasskeyError):
        read_note(lock, vault_of(open_passkey_lock(lock, SECRET)))


@pytest.mark.parametrize("change", [{"wallet_id": "two"}, {"credential_id": b"another id"}])
def test_a_lock_opens_nothing_in_the_row_of_another(change):
    moved = replace(a_lock(), **change)

    with pytest.raises(WrongPasskeyError):
        open_passkey_lock(moved, SECRET)
    with pytest.raises(WrongPasskeyError):
        read_note(moved, vault_of(KEY))


def test_a_sealed_note_does_not_stand_for_a_wrapped_key():
    lock = replace(a_lock(), wrapped_key=a_lock().sealed_note)

    with pytest.raises(WrongPasskeyError):
        open_passkey_lock(lock, SECRET)


def test_installations_have_different_salts():
    assert salt_of(KEY) != salt_of(b"l" * 32)
    assert salt_of(KEY) != KEY


def test_a_wallet_is_made_and_opened_with_a_passkey_alone(anna, entry, phone):
    back = entry.open.by_passkey(phone.answer(AGAIN))

    assert (back.wallet_id, back.login) == (anna.wallet_id, "anna")
    assert same_wallet(anna, back)
    assert entry.open.holds(back)
    assert not entry.locks.has_password(anna)


def test_a_wallet_without_a_password_is_opened_by_none(anna, entry):
    for password in (PASSWORD, ""):
        with pytest.raises(WrongPasswordError):
            entry.open("anna", password)


def test_guesses_at_a_wallet_without_a_password_are_counted(anna, entry):
    for _ in range(5):
        with pytest.raises(WrongPasswordError):
            entry.open("anna", "a guess and more")
    with pytest.raises(TooManyAttemptsError):
        entry.open("anna", "a guess and more")


def test_two_wallets_do_not_share_a_name_or_a_passkey(anna, entry, phone):
    with pytest.raises(LoginTakenError):
        entry.create.with_passkey("Anna ", SoftPasskey(b"another id 00002").made(ASKED), "my phone")
    with pytest.raises(ConflictError):
        entry.create.with_passkey("ben", phone.made(ASKED), "my phone")


@pytest.mark.parametrize("label", ["", "   ", "x" * 41, "a\nb"])
def test_a_passkey_has_a_name_that_can_be_read(entry, phone, label):
    with pytest.raises(WeakPasswordError) as refused:
        entry.create.with_passkey("anna", phone.made(ASKED), label)

    assert refused.value.field == "label"


def test_a_further_passkey_opens_the_same_wallet(entry, phone):
    anna = entry.create("anna", PASSWORD)
    entry.passkeys.add(anna, Password(PASSWORD), phone.made(ASKED), "my phone")
    laptop = SoftPasskey(b"the laptop 00002")

    entry.passkeys.add(anna, phone.answer(AGAIN), laptop.made(AGAIN), "my laptop")

    assert {each.note.label for each in entry.passkeys.all(anna)} == {"my laptop", "my phone"}
    for passkey in (phone, laptop):
        assert same_wallet(anna, entry.open.by_passkey(passkey.answer(AGAIN)))
    assert same_wallet(anna, entry.open("anna", PASSWORD))


def test_nothing_is_added_without_a_proof(entry, phone):
    anna, ben = entry.create("anna", PASSWORD), entry.create("ben", PASSWORD)
    entry.passkeys.add(ben, Password(PASSWORD), phone.made(ASKED), "ben's phone")
    laptop = SoftPasskey(b"the laptop 00002")

    for proof, refusal in (
        (Password("not the password"), WrongPasswordError),
        (phone.answer(ASKED), WrongPasskeyError),
    ):
        with pytest.raises(refusal):
            entry.passkeys.add(anna, proof, laptop.made(ASKED), "a stranger's")

    assert entry.passkeys.all(anna) == ()


def test_taking_a_passkey_away_ends_the_other_sessions_and_nothing_else(entry, phone):
    anna = entry.create("anna", PASSWORD)
    entry.passkeys.add(anna, Password(PASSWORD), phone.made(ASKED), "my phone")
    words = entry.locks.make_recovery(anna, Password(PASSWORD))
    thief = entry.open.by_passkey(phone.answer(ASKED))
    (known,) = entry.passkeys.all(anna)

    here = entry.passkeys.remove(anna, Password(PASSWORD), known.name)

    assert entry.open.holds(here)
    assert not entry.open.holds(thief)
    with pytest.raises(WrongPasskeyError):
        entry.open.by_passkey(phone.answer(ASKED))
    assert same_wallet(anna, entry.open("anna", PASSWORD))
    assert same_wallet(anna, entry.locks.recover("anna", words, "a loud harbour"))


@pytest.mark.parametrize("name", ["", "!", "AAAA", "x" * 9000])
def test_a_passkey_that_is_not_there_is_not_taken_away(entry, phone, name):
    anna = entry.create("anna", PASSWORD)
    entry.passkeys.add(anna, Password(PASSWORD), phone.made(ASKED), "my phone")

    with pytest.raises(NotInWalletError):
        entry.passkeys.remove(anna, Password(PASSWORD), name)


def test_another_wallets_passkey_is_not_taken_away(entry, phone):
    anna, ben = entry.create("anna", PASSWORD), entry.create("ben", PASSWORD)
    entry.passkeys.add(ben, Password(PASSWORD), phone.made(ASKED), "ben's phone")

    with pytest.raises(NotInWalletError):
        entry.passkeys.remove(anna, Password(PASSWORD), b64url_encode(phone.name))


def test_the_only_way_in_is_not_taken_away(anna, entry, phone):
    (known,) = entry.passkeys.all(anna)

    with pytest.raises(ConflictError):
        entry.passkeys.remove(anna, phone.answer(AGAIN), known.name)

    here = entry.locks.change_password(anna, phone.answer(ASKED), PASSWORD)
    entry.passkeys.remove(here, Password(PASSWORD), known.name)
    assert same_wallet(anna, entry.open("anna", PASSWORD))


def test_a_new_password_ends_sessions_that_a_passkey_opened(anna, entry, phone):
    elsewhere = entry.open.by_passkey(phone.answer(AGAIN))

    here = entry.locks.change_password(anna, phone.answer(ASKED), PASSWORD)

    assert entry.open.holds(here)
    assert not entry.open.holds(elsewhere)
    assert same_wallet(anna, entry.open.by_passkey(phone.answer(AGAIN)))


def test_the_last_use_is_remembered(anna, entry, phone, clock):
    clock.forward(days=3)

    back = entry.open.by_passkey(phone.answer(AGAIN))

    (known,) = entry.passkeys.all(back)
    assert known.note.added_at < known.note.used_at
