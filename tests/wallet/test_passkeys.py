"""A passkey opens its wallet and no other, and what it says is believed only when it holds."""

import json
from dataclasses import replace
from typing import Any

import cbor2
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crypto.encoding import b64url_decode, b64url_encode
from tests.wallet.fakes import MemoryWalletStore, MovingClock, doors
from tests.wallet.soft_passkey import HERE, PRESENT, SoftPasskey
from wallet.clients.authenticators import WebAuthn
from wallet.domain.custody import vault_of
from wallet.domain.passkey import (
    NewPasskey,
    PasskeyLock,
    make_passkey_lock,
    new_note,
    open_passkey_lock,
    read_note,
    salt_of,
)
from wallet.domain.proof import Password, Site
from wallet.domain.session import Session
from wallet.errors import (
    ConflictError,
    LoginTakenError,
    NotInWalletError,
    TooManyAttemptsError,
    WeakPasswordError,
    WrongPasskeyError,
    WrongPasswordError,
)

KEY, SECRET, ASKED, AGAIN = b"k" * 32, b"s" * 32, b"a" * 32, b"b" * 32
PASSWORD = "a quiet harbour"
PLACE = "table|row|column"
NEW = NewPasskey(b"an id", b"a public key", 0)
ELSEWHERE = Site("wallet.example.net", "https://wallet.example.net")


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


def same_wallet(one: Session, other: Session) -> bool:
    return other.vault.open(one.vault.seal(b"x", PLACE), PLACE) == b"x"


def a_lock(secret: bytes = SECRET, wallet_id: str = "one") -> PasskeyLock:
    note = new_note("anna", "my phone", MovingClock())
    return make_passkey_lock(KEY, secret, NEW, note, wallet_id=wallet_id)


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


@pytest.mark.parametrize(
    "attack",
    [
        lambda phone: replace(phone.answer(AGAIN), challenge=ASKED),
        lambda phone: replace(phone.answer(ASKED), secret=b"t" * 32),
        lambda phone: phone.answer(ASKED, origin="https://wallet.example.net"),
        lambda phone: phone.answer(ASKED, type="webauthn.create"),
        lambda phone: replace(replace(phone, site=ELSEWHERE).answer(ASKED), site=HERE),
        lambda phone: replace(phone, flags=PRESENT).answer(ASKED),
        lambda phone: replace(phone, flags=0).answer(ASKED),
        lambda phone: SoftPasskey(phone.name).answer(ASKED),
        lambda phone: SoftPasskey(b"an unknown id 03").answer(ASKED),
    ],
    ids=[
        "another challenge",
        "another secret",
        "another origin",
        "a registration",
        "made for another site",
        "not unlocked",
        "nobody there",
        "another key",
        "an unknown passkey",
    ],
)
def test_an_answer_that_does_not_hold_opens_nothing(anna, entry, phone, attack):
    with pytest.raises(WrongPasskeyError) as refused:
        entry.open.by_passkey(attack(phone))

    assert str(refused.value) == "This passkey does not open a wallet here."


def test_an_answer_is_not_heard_twice(anna, entry, phone):
    answer = phone.answer(AGAIN)
    entry.open.by_passkey(answer)

    with pytest.raises(WrongPasskeyError):
        entry.open.by_passkey(answer)


def test_a_passkey_that_never_counts_opens_again_and_again(entry):
    synced = SoftPasskey(counts=False)
    anna = entry.create.with_passkey("anna", synced.made(ASKED), "my password manager")

    for challenge in (ASKED, AGAIN):
        assert same_wallet(anna, entry.open.by_passkey(synced.answer(challenge)))


@pytest.mark.parametrize(
    "attack",
    [
        lambda phone: replace(phone.made(AGAIN), challenge=ASKED),
        lambda phone: phone.made(ASKED, origin="https://wallet.example.net"),
        lambda phone: phone.made(ASKED, type="webauthn.get"),
        lambda phone: replace(replace(phone, site=ELSEWHERE).made(ASKED), site=HERE),
        lambda phone: replace(phone, flags=PRESENT).made(ASKED),
        lambda phone: replace(phone.made(ASKED), secret=b""),
        lambda phone: replace(phone, name=b"").made(ASKED),
        lambda phone: replace(phone.made(ASKED), answer=phone.answer(ASKED).answer),
    ],
    ids=["challenge", "origin", "assertion", "site", "not unlocked", "no secret", "no name", "exchanged"],
)
def test_a_registration_that_does_not_hold_makes_no_wallet(entry, store, phone, attack):
    with pytest.raises(WrongPasskeyError):
        entry.create.with_passkey("anna", attack(phone), "my phone")

    assert not store.wallets


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_hostile_answers_are_refused_by_name(told):
    checked, phone = WebAuthn(), SoftPasskey()
    for ask in (
        lambda: checked.named(told),
        lambda: checked.registered(told, ASKED, HERE),
        lambda: checked.answered(replace(phone.answer(ASKED), answer=told), a_lock()),
    ):
        with pytest.raises(WrongPasskeyError):
            ask()


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def altered(told: str, path: tuple[str, ...], value: object) -> str:
    whole = json.loads(told)
    inner = whole["response"] if len(path) > 1 else whole
    assume(inner[path[-1]] != value)
    inner[path[-1]] = value
    return json.dumps(whole)


OUTSIDE = [("id",), ("rawId",), ("type",), ("response",), ("response", "clientDataJSON")]
SYNCED = SoftPasskey(counts=False)


@given(
    st.sampled_from([*OUTSIDE, ("response", "authenticatorData"), ("response", "signature")]),
    JSONS | st.text("ABCab01-_", max_size=60),
)
def test_every_part_of_an_answer_counts(path, value):
    checked, answer = WebAuthn(), SYNCED.answer(ASKED)
    known = checked.registered(SYNCED.made(ASKED).answer, ASKED, HERE)
    lock = replace(a_lock(), credential_id=known.credential_id, public_key=known.public_key)
    assert checked.answered(answer, lock) == 0

    with pytest.raises(WrongPasskeyError):
        checked.answered(replace(answer, answer=altered(answer.answer, path, value)), lock)


@given(
    st.sampled_from([*OUTSIDE, ("response", "attestationObject")]),
    JSONS | st.text("ABCab01-_", max_size=60),
)
def test_every_part_of_a_registration_counts(path, value):
    told = altered(SYNCED.made(ASKED).answer, path, value)

    with pytest.raises(WrongPasskeyError):
        WebAuthn().registered(told, ASKED, HERE)


def test_no_value_shows_a_secret(anna, entry, phone):
    shown = repr(phone.answer(ASKED)) + repr(phone.made(ASKED)) + repr(entry) + repr(a_lock()) + repr(anna)

    assert repr(phone.secret()) not in shown
    assert repr(KEY) not in shown
    assert "wrapped_key" not in shown


STATEMENTS = [
    {},
    [],
    {"alg": -7, "sig": b"x"},
    {"x5c": [b"x"], "alg": -7, "sig": b"x"},
    {"x5c": 5},
    {
        "x5c": [bytes(100)],
        "alg": -65535,
        "sig": b"",
        "ver": "2.0",
        "certInfo": b"\xff" * 80,
        "pubArea": bytes(60),
    },
    {"ver": "1", "response": b"a.b.c"},
]


@pytest.mark.parametrize(
    "form", ["packed", "tpm", "android-safetynet", "android-key", "apple", "fido-u2f", "x", 5]
)
@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_hostile_attestation_is_refused_by_name(phone, form, statement):
    told = json.loads(phone.made(ASKED).answer)
    attested = cbor2.loads(b64url_decode(told["response"]["attestationObject"]))
    hostile = cbor2.dumps(attested | {"fmt": form, "attStmt": statement})
    told["response"]["attestationObject"] = b64url_encode(hostile)

    with pytest.raises(WrongPasskeyError):
        WebAuthn().registered(json.dumps(told), ASKED, HERE)


def test_an_attestation_that_is_nested_without_end_is_refused(phone):
    told = json.loads(phone.made(ASKED).answer)
    told["response"]["attestationObject"] = b64url_encode(b"\x81" * 30_000)

    with pytest.raises(WrongPasskeyError):
        WebAuthn().registered(json.dumps(told), ASKED, HERE)
