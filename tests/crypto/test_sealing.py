"""What is sealed opens for its key, its purpose and its place, and says nothing else."""

import unicodedata

import pytest
from Cryptodome.Protocol import HPKE
from Cryptodome.Protocol.DH import import_x25519_private_key, import_x25519_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import MalformedError, OutOfRangeError, SealError
from crypto.randomness import stream
from crypto.sealing import (
    DEFAULT_COST,
    SEAL_OVERHEAD_BYTES,
    Argon2Cost,
    SealingKey,
    SealingPublicKey,
    Vault,
    derive_key_from_password,
    derive_subkey,
    open_sealed,
    seal,
)

KEY = SealingKey.from_bytes(bytes(range(32)))
SEALED = seal(b"a record", KEY.public, context=b"purpose")
VAULT = Vault(bytes(range(32)))
STORED = VAULT.seal(b"a value", "item|1|body", stream(b"\x05" * 16, "nonce"))
CHEAP = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
SALT = bytes(16)


@given(st.binary(max_size=200), st.binary(max_size=40))
def test_a_sealed_message_opens_for_its_key_and_context(plaintext, context):
    sealed = seal(plaintext, KEY.public, context=context)

    assert open_sealed(sealed, KEY, context=context) == plaintext
    assert len(sealed) == len(plaintext) + SEAL_OVERHEAD_BYTES


def test_sealing_twice_gives_two_ciphertexts():
    assert seal(b"a record", KEY.public, context=b"purpose") != SEALED


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_sealed_message_is_refused(position, flip):
    altered = bytearray(SEALED)
    altered[position] ^= flip
    # RFC 7748 §5: the highest bit of an X25519 coordinate is ignored, but HPKE hashes it into the key.
    with pytest.raises(SealError):
        open_sealed(bytes(altered), KEY, context=b"purpose")


@pytest.mark.parametrize(
    "sealed",
    [b"", SEALED[:31], SEALED[:47], SEALED[:-1], SEALED + b"\0", bytes(64)],
    ids=["nothing", "part of the key", "no tag", "a byte less", "a byte more", "zeros"],
)
def test_a_sealed_message_of_another_length_is_refused(sealed):
    with pytest.raises(SealError):
        open_sealed(sealed, KEY, context=b"purpose")


def test_another_key_and_another_context_do_not_open_and_are_not_told_apart():
    with pytest.raises(SealError) as wrong_key:
        open_sealed(SEALED, SealingKey.generate(), context=b"purpose")
    with pytest.raises(SealError) as wrong_context:
        open_sealed(SEALED, KEY, context=b"another purpose")

    assert str(wrong_key.value) == str(wrong_context.value)


@settings(max_examples=30)
@given(st.binary(max_size=100), st.binary(max_size=40))
def test_another_implementation_opens_what_is_sealed_here(plaintext, context):
    sealed = seal(plaintext, KEY.public, context=context)
    peer = HPKE.new(
        receiver_key=import_x25519_private_key(KEY.to_bytes()),
        aead_id=HPKE.AEAD.AES256_GCM,
        enc=sealed[:32],
        info=context,
    )

    assert peer.unseal(sealed[32:]) == plaintext


@settings(max_examples=30)
@given(st.binary(max_size=100), st.binary(max_size=40))
def test_what_another_implementation_sealed_opens_here(plaintext, context):
    peer = HPKE.new(
        receiver_key=import_x25519_public_key(KEY.public.to_bytes()),
        aead_id=HPKE.AEAD.AES256_GCM,
        info=context,
    )

    sealed = peer.enc + peer.seal(plaintext)

    assert open_sealed(sealed, KEY, context=context) == plaintext


def test_a_message_for_another_suite_does_not_open():
    peer = HPKE.new(
        receiver_key=import_x25519_public_key(KEY.public.to_bytes()),
        aead_id=HPKE.AEAD.CHACHA20_POLY1305,
        info=b"purpose",
    )

    with pytest.raises(SealError):
        open_sealed(peer.enc + peer.seal(b"a record"), KEY, context=b"purpose")


def test_rfc_7748_section_5_2_base_point_multiple_is_the_public_half():
    key = SealingKey.from_bytes(b"\x09" + bytes(31))

    assert key.public.to_bytes().hex() == "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"


def test_keys_round_trip():
    restored = SealingPublicKey.from_bytes(KEY.public.to_bytes())

    assert SealingKey.from_bytes(KEY.to_bytes()).public == KEY.public == restored
    assert hash(restored) == hash(KEY.public)
    assert KEY.public != SealingKey.generate().public
    assert KEY.public != KEY.public.to_bytes()


@pytest.mark.parametrize("length", [0, 31, 33])
def test_keys_of_another_length_are_refused(length):
    with pytest.raises(MalformedError):
        SealingKey.from_bytes(bytes(length))
    with pytest.raises(MalformedError):
        SealingPublicKey.from_bytes(bytes(length))


@pytest.mark.parametrize(
    "u",
    [
        0,
        1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
        2**255 - 20,
        2**255 - 19,
        2**255 - 18,
    ],
)
def test_public_keys_of_small_order_are_refused(u):
    with pytest.raises(MalformedError):
        SealingPublicKey.from_bytes(u.to_bytes(32, "little"))


def test_no_secret_stands_in_the_representation():
    assert repr(KEY) == "SealingKey()"
    assert KEY.to_bytes().hex() not in repr(VAULT)


@given(st.binary(max_size=100), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_stored_value_opens_at_its_place(value, place):
    assert VAULT.open(VAULT.seal(value, place), place) == value


@given(st.integers(0, len(STORED) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_stored_value_is_refused(position, flip):
    altered = bytearray(STORED)
    altered[position] ^= flip

    with pytest.raises(SealError):
        VAULT.open(bytes(altered), "item|1|body")


@pytest.mark.parametrize("place", ["item|2|body", "item|1|title", "", "item|1|body "])
def test_a_stored_value_does_not_open_at_another_place(place):
    with pytest.raises(SealError, match="the sealed value does not open"):
        VAULT.open(STORED, place)


@pytest.mark.parametrize("sealed", [b"", b"\x01", STORED[:12], STORED[:28], b"\x02" + STORED[1:], STORED[1:]])
def test_a_stored_value_of_another_form_is_refused(sealed):
    with pytest.raises(SealError):
        VAULT.open(sealed, "item|1|body")


def test_another_vault_does_not_open():
    with pytest.raises(SealError):
        Vault(bytes(32)).open(STORED, "item|1|body")


def test_equal_values_are_stored_differently():
    assert VAULT.seal(b"a value", "item|1|body") != VAULT.seal(b"a value", "item|1|body")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_vault_key_has_32_bytes(length):
    with pytest.raises(OutOfRangeError):
        Vault(bytes(length))
    with pytest.raises(OutOfRangeError):
        derive_subkey(bytes(length), "label")


def test_a_password_gives_one_key_for_each_salt():
    key = derive_key_from_password("correct horse", salt=SALT, cost=CHEAP)

    assert len(key) == 32
    assert key == derive_key_from_password("correct horse", salt=SALT, cost=CHEAP)
    assert key != derive_key_from_password("correct horsf", salt=SALT, cost=CHEAP)
    assert key != derive_key_from_password("correct horse", salt=b"\x01" * 16, cost=CHEAP)
    assert key != derive_key_from_password("correct horse", salt=SALT, cost=Argon2Cost(72, 1, 1))


def test_a_password_is_the_same_on_every_keyboard():
    composed, decomposed = (unicodedata.normalize(form, "pässwörd") for form in ("NFC", "NFD"))

    keys = {derive_key_from_password(text, salt=SALT, cost=CHEAP) for text in (composed, decomposed)}

    assert composed != decomposed
    assert len(keys) == 1


def test_the_default_cost_is_the_second_option_of_rfc_9106():
    assert Argon2Cost(memory_kib=65536, iterations=3, lanes=4) == DEFAULT_COST


@pytest.mark.parametrize("cost", [Argon2Cost(1, 1, 1), Argon2Cost(64, 0, 1), Argon2Cost(64, 1, 0)])
def test_a_cost_below_the_standard_is_refused(cost):
    with pytest.raises(OutOfRangeError):
        derive_key_from_password("password", salt=SALT, cost=cost)


def test_a_short_salt_is_refused():
    with pytest.raises(OutOfRangeError):
        derive_key_from_password("password", salt=bytes(15), cost=CHEAP)


def test_a_password_that_is_no_text_is_refused():
    with pytest.raises(MalformedError):
        derive_key_from_password("\ud800", salt=SALT, cost=CHEAP)


def test_subkeys_differ_by_label_and_key():
    keys = {
        derive_subkey(bytes(32), "a"),
        derive_subkey(bytes(32), "b"),
        derive_subkey(b"\x01" * 32, "a"),
    }

    assert len(keys) == 3
    assert derive_subkey(bytes(32), "a") in keys
