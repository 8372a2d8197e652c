"""What a passkey says is believed only when every part of it holds."""

import json
from dataclasses import replace

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import b64url_decode, b64url_encode
from tests.wallet.fakes import MemoryWalletStore, MovingClock, doors
from tests.wallet.passkey_stage import (
    AGAIN,
    ASKED,
    ELSEWHERE,
    JSONS,
    KEY,
    OUTSIDE,
    STATEMENTS,
    SYNCED,
    a_lock,
    altered,
    same_wallet,
)
from tests.wallet.soft_passkey import HERE, PRESENT, SoftPasskey
from wallet.clients.authenticators import WebAuthn
from wallet.errors import (
    WrongPasskeyError,
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
