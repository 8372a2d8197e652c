"""What `phe` writes we read, what we write it reads, and its leak stays outside."""

import json

import phe
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phe import command_line

from crypto.encoding import canonical_json
from crypto.errors import CryptoError, MalformedError, OutOfRangeError
from crypto.paillier.decryption import BlindedDecryptor, Decryptor
from crypto.paillier.encryption import Encryptor
from crypto.paillier.phe_format import (
    PheKey,
    read_encrypted,
    read_public_key,
    write_encrypted,
    write_public_key,
)
from crypto.randomness import stream
from tests.crypto.paillier.keyring import BOTH, SUBGROUP, TEST_BITS

PUBLIC = SUBGROUP.public
N = int(PUBLIC.n)
THEIR_PUBLIC = phe.PaillierPublicKey(N)
THEIR_PRIVATE = phe.PaillierPrivateKey(THEIR_PUBLIC, int(SUBGROUP.first.prime), int(SUBGROUP.second.prime))
RANDOM = stream(b"\x01" * 16, "phe")
numbers = st.integers(-(2**200), 2**200)


def as_phe(raw: bytes) -> phe.EncryptedNumber:
    members = json.loads(raw)
    return phe.EncryptedNumber(THEIR_PUBLIC, int(members["v"]), exponent=members["e"])


@pytest.mark.parametrize("key", BOTH, ids=["subgroup", "djn"])
def test_pheutil_reads_our_key(key):
    theirs = command_line.load_public_key(json.loads(write_public_key(key.public, "a comment")))

    assert theirs.n == key.public.n


def test_we_read_the_key_of_pheutil():
    n = phe.util.int_to_base64(N)
    document = {"kty": "DAJ", "alg": "PAI-GN1", "key_ops": ["encrypt"], "n": n, "kid": "by pheutil"}

    assert read_public_key(json.dumps(document), least_bits=TEST_BITS) == PheKey(N)


@settings(max_examples=20)
@given(st.integers(0, N // 3 - 1))
def test_phe_opens_what_we_encrypted(plaintext):
    ciphertext = Encryptor(PUBLIC, expected=100).encrypt(plaintext, RANDOM)

    assert THEIR_PRIVATE.decrypt(as_phe(write_encrypted(ciphertext.to_integer()))) == plaintext


@settings(max_examples=20)
@given(numbers)
def test_we_open_what_phe_encrypted(number):
    written = command_line.serialise_encrypted(THEIR_PUBLIC.encrypt(number))

    ciphertext = read_encrypted(written, PUBLIC, exponent=-32)

    for decryptor in (Decryptor(SUBGROUP), BlindedDecryptor(SUBGROUP, RANDOM)):
        assert decryptor.decrypt(ciphertext) == number * 16**32 % N


@settings(max_examples=20)
@given(numbers)
def test_phe_opens_what_we_encrypted_to_its_key(number):
    key = read_public_key(write_public_key(PheKey(N)), least_bits=TEST_BITS)

    written = write_encrypted(key.encrypt(number, RANDOM))

    assert THEIR_PRIVATE.decrypt(as_phe(written)) == number


@settings(max_examples=20)
@given(st.integers(0, 2**100), st.integers(0, 2**100))
def test_both_kinds_add_in_both_houses(ours, theirs):
    own = Encryptor(PUBLIC, expected=100).encrypt(ours, RANDOM)
    foreign = THEIR_PUBLIC.encrypt(theirs)

    here = own + read_encrypted(write_encrypted(foreign.ciphertext()), PUBLIC)
    there = foreign + as_phe(write_encrypted(own.to_integer()))

    assert Decryptor(SUBGROUP).decrypt(here) == THEIR_PRIVATE.decrypt(there) == ours + theirs


@pytest.mark.parametrize("plaintext", [N // 3, -(N // 3), N])
def test_a_number_that_phe_would_take_for_an_overflow_is_refused(plaintext):
    with pytest.raises(OutOfRangeError):
        PheKey(N).encrypt(plaintext)


def test_encrypting_to_phe_is_determined_by_its_randomness():
    first, again = (PheKey(N).encrypt(5, stream(b"\x02" * 16, "r")) for _ in range(2))

    assert first == again


@pytest.mark.parametrize("exponent", [0, -31, -33, 1, -2000, 2000])
def test_any_exponent_but_the_one_of_the_query_is_refused(exponent):
    raw = write_encrypted(Encryptor(PUBLIC).encrypt(1).to_integer(), exponent)

    with pytest.raises(MalformedError, match="e"):
        read_encrypted(raw, PUBLIC, exponent=-32)


@pytest.mark.parametrize("v", ["", "0", "-1", "+1", "01", "1 ", "0x10", "1_000", "１２", "1.0", 5, None])
def test_what_is_no_decimal_number_is_refused(v):
    with pytest.raises((MalformedError, OutOfRangeError)):
        read_encrypted(canonical_json({"v": v, "e": 0}), PUBLIC)


@pytest.mark.parametrize("n", [N + 1, 2**511, 3**324, int(SUBGROUP.first.prime) ** 2, 2**521 - 1, 2**510 + 1])
def test_a_modulus_that_cannot_be_one_is_refused(n):
    with pytest.raises(MalformedError):
        read_public_key(write_public_key(PheKey(n)), least_bits=TEST_BITS)


def test_a_short_modulus_is_refused_unless_asked_for():
    with pytest.raises(MalformedError, match="2048"):
        read_public_key(write_public_key(PUBLIC))


def test_a_key_that_is_not_for_encrypting_is_refused():
    raw = write_public_key(PUBLIC).replace(b'"encrypt"', b'"decrypt"')

    with pytest.raises(MalformedError):
        read_public_key(raw, least_bits=TEST_BITS)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_neither_key_nor_ciphertext(raw):
    for read in (lambda: read_public_key(raw, least_bits=TEST_BITS), lambda: read_encrypted(raw, PUBLIC)):
        with pytest.raises(CryptoError):
            read()


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_changed_byte_gives_another_number_or_a_named_error(place, change):
    value = Encryptor(PUBLIC, expected=100).encrypt(1, stream(b"\x03" * 16, "c")).to_integer()
    for good, read in (
        (write_public_key(PUBLIC), lambda raw: read_public_key(raw, least_bits=TEST_BITS).n != N),
        (write_encrypted(value), lambda raw: read_encrypted(raw, PUBLIC).to_integer() != value),
    ):
        raw = bytearray(good)
        raw[place % len(raw)] ^= change
        try:
            differs = read(bytes(raw))
        except CryptoError:
            continue
        # The rest of a key is a comment, or names a use.
        assert differs or good == write_public_key(PUBLIC)
