"""People whom a person trusts open her wallet together, and fewer of them open nothing."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.code_words import LONG_CODE_BYTES, words_of
from crypto.curve import ORDER
from crypto.randomness import random_bytes
from tests.wallet.fakes import MemoryWalletStore, MovingClock, doors
from wallet.domain.contacts_lock import (
    Sheet,
    make_contacts_lock,
    open_contacts_lock,
    read_sheets,
)
from wallet.domain.proof import Password
from wallet.domain.session import Session
from wallet.errors import ChoiceError, RecoveryError, WeakPasswordError, WrongPasswordError

KEY = b"k" * 32
PASSWORD, ANOTHER = "a quiet harbour", "a loud harbour"
PLACE = "table|row|column"


@pytest.fixture
def store():
    return MemoryWalletStore()


@pytest.fixture
def entry(store):
    return doors(store, MovingClock())


@pytest.fixture
def anna(entry):
    return entry.create("anna", PASSWORD)


def text_of(*sheets: Sheet) -> str:
    return "\n".join(f"{sheet.number}: {sheet.words}" for sheet in sheets)


def made(threshold: int = 2, contacts: int = 3, wallet_id: str = "one"):
    return make_contacts_lock(
        KEY, threshold=threshold, contacts=contacts, wallet_id=wallet_id, random=random_bytes
    )


def same_wallet(one: Session, other: Session) -> bool:
    return other.vault.open(one.vault.seal(b"x", PLACE), PLACE) == b"x"


@pytest.mark.parametrize(("threshold", "contacts"), [(2, 2), (2, 3), (3, 5), (7, 7)])
def test_as_many_as_are_needed_open_it_and_fewer_do_not(threshold, contacts):
    lock, sheets = made(threshold, contacts)

    for some in combinations(sheets, threshold):
        assert open_contacts_lock(lock, read_sheets(text_of(*some)), wallet_id="one") == KEY
    assert open_contacts_lock(lock, read_sheets(text_of(*reversed(sheets))), wallet_id="one") == KEY
    for few in combinations(sheets, threshold - 1):
        with pytest.raises(RecoveryError):
            open_contacts_lock(lock, read_sheets(text_of(*few)), wallet_id="one")


@pytest.mark.parametrize(("threshold", "contacts"), [(1, 3), (3, 2), (2, 8), (0, 0), (-1, 3)])
def test_one_alone_or_too_many_are_not_offered(threshold, contacts):
    with pytest.raises(ChoiceError):
        made(threshold, contacts)


def test_sheets_of_another_making_or_wallet_open_nothing():
    lock, sheets = made()
    _, others = made()
    attacks = [text_of(sheets[0], others[1]), text_of(*others), text_of(sheets[0], sheets[0])]

    for attack in attacks:
        with pytest.raises(RecoveryError):
            open_contacts_lock(lock, read_sheets(attack), wallet_id="one")
    with pytest.raises(RecoveryError):
        open_contacts_lock(lock, read_sheets(text_of(*sheets)), wallet_id="two")


def test_a_wrong_number_on_a_sheet_opens_nothing():
    lock, sheets = made()

    with pytest.raises(RecoveryError):
        open_contacts_lock(
            lock, read_sheets(text_of(replace(sheets[0], number=3), sheets[1])), wallet_id="one"
        )


@pytest.mark.parametrize("place", [0, 5, -1])
def test_an_altered_lock_does_not_open(place):
    lock, sheets = made()
    wrapped = bytearray(lock.wrapped_key)
    wrapped[place] ^= 1

    with pytest.raises(RecoveryError):
        open_contacts_lock(
            replace(lock, wrapped_key=bytes(wrapped)), read_sheets(text_of(*sheets)), wallet_id="one"
        )


def test_sheets_are_read_as_people_write_them():
    lock, (first, second, _) = made()
    words = first.words.upper().split()
    scrawled = (
        f"  1) {' '.join(words[:12])},\n   {' '.join(word[:4] for word in words[12:])}\n\n2. {second.words}"
    )

    assert open_contacts_lock(lock, read_sheets(scrawled), wallet_id="one") == KEY


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Begin each sheet"),
        ("apple river", "Begin each sheet"),
        ("2: apple river", "Sheet 2: expected 24 words, got 2"),
        (f"2: {'zebra ' * 23}qqqq", "Sheet 2: word 24 is not one of the list"),
        (f"3: {'abandon ' * 24}", "Sheet 3: these words do not belong together"),
        (f"4: {words_of(ORDER.to_bytes(LONG_CODE_BYTES, 'big'))}", "Sheet 4: these words are no sheet"),
        ("1: " + "x" * 20_000, "Begin each sheet"),
    ],
)
def test_what_is_no_sheet_is_told_by_its_number(text, told):
    with pytest.raises(RecoveryError, match=told):
        read_sheets(text)


@given(st.text())
def test_any_text_is_read_or_refused_by_name(text):
    try:
        read_sheets(text)
    except RecoveryError:
        return


def test_a_lost_wallet_comes_back_with_a_new_password(anna, entry):
    first, _, third = entry.contacts.make(anna, Password(PASSWORD), threshold=2, contacts=3)

    back = entry.contacts.recover(" ANNA", text_of(third, first), ANOTHER)

    assert same_wallet(anna, back)
    assert entry.open.holds(back)
    assert not entry.open.holds(anna)
    assert same_wallet(anna, entry.open("anna", ANOTHER))
    with pytest.raises(WrongPasswordError):
        entry.open("anna", PASSWORD)
    assert same_wallet(anna, entry.contacts.recover("anna", text_of(third, first), PASSWORD))


def test_new_sheets_make_the_old_ones_worthless_and_so_does_removing(anna, entry):
    old = entry.contacts.make(anna, Password(PASSWORD), threshold=2, contacts=3)
    new = entry.contacts.make(anna, Password(PASSWORD), threshold=3, contacts=4)
    standing = entry.contacts.standing(anna)
    assert (standing.threshold, standing.contacts) == (3, 4)
    with pytest.raises(RecoveryError):
        entry.contacts.recover("anna", text_of(*old), ANOTHER)

    entry.contacts.remove(anna, Password(PASSWORD))

    assert entry.contacts.standing(anna) is None
    with pytest.raises(RecoveryError):
        entry.contacts.recover("anna", text_of(*new), ANOTHER)


def test_an_open_browser_alone_makes_and_removes_nothing(anna, entry):
    entry.contacts.make(anna, Password(PASSWORD), threshold=2, contacts=2)

    for attempt in (
        lambda: entry.contacts.make(anna, Password("not the password"), threshold=2, contacts=3),
        lambda: entry.contacts.remove(anna, Password("not the password")),
    ):
        with pytest.raises(WrongPasswordError):
            attempt()

    assert entry.contacts.standing(anna).contacts == 2


@pytest.mark.parametrize("name", ["ben", "nobody", "", "\n", "x" * 100])
def test_a_name_and_sheets_that_do_not_belong_together_open_nothing(anna, entry, name):
    entry.create("ben", PASSWORD)
    sheets = entry.contacts.make(anna, Password(PASSWORD), threshold=2, contacts=2)

    with pytest.raises(RecoveryError) as refused:
        entry.contacts.recover(name, text_of(*sheets), ANOTHER)

    assert str(refused.value).startswith("These sheets do not open a wallet of this name.")


def test_a_weak_new_password_is_refused_and_changes_nothing(anna, entry):
    sheets = entry.contacts.make(anna, Password(PASSWORD), threshold=2, contacts=2)

    with pytest.raises(WeakPasswordError):
        entry.contacts.recover("anna", text_of(*sheets), "short")

    assert entry.open.holds(anna)


def test_no_value_shows_a_secret(anna, entry):
    sheets = entry.contacts.make(anna, Password(PASSWORD), threshold=2, contacts=2)
    shown = repr(sheets) + repr(entry.contacts.standing(anna)) + repr(read_sheets(text_of(*sheets)))

    assert not set(" ".join(sheet.words for sheet in sheets).split()) & set(shown.replace(",", " ").split())
    assert "wrapped_key" not in shown
