"""Every way to encrypt gives the formula of the paper, and a blinding is used once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.paillier.decryption import Decryptor
from crypto.paillier.encryption import TABLE_FROM, BlindingPool, Encryptor, window_for
from crypto.paillier.fixed_base import FixedBase
from crypto.randomness import stream
from tests.crypto.paillier.keyring import BOTH, SUBGROUP

PUBLIC = SUBGROUP.public
N = int(PUBLIC.n)
EXPECTED = (1, TABLE_FROM, 500, 2500)
ENCRYPTORS = [Encryptor(PUBLIC, expected=expected) for expected in EXPECTED]
exponents = st.integers(0, 2**400)
plaintexts = st.integers(0, N - 1)
decrypt = Decryptor(SUBGROUP).decrypt


def textbook(plaintext: int, exponent: int) -> int:
    return (1 + plaintext * N) * pow(int(PUBLIC.h), N * exponent, N**2) % N**2


@settings(max_examples=30)
@given(exponents)
def test_all_methods_compute_the_same_power(exponent):
    expected = textbook(0, exponent)

    assert [encryptor.power(exponent).to_integer() for encryptor in ENCRYPTORS] == [expected] * len(EXPECTED)


@settings(max_examples=30)
@given(exponents, st.integers(1, 8))
def test_a_table_of_any_window_computes_powers(exponent, window):
    assert FixedBase(PUBLIC, window).power(exponent).to_integer() == textbook(0, exponent)


def test_tables_grow_with_the_exponents():
    table = FixedBase(PUBLIC, 4)

    powers = [table.power(exponent).to_integer() for exponent in (0, 1, 2**128 - 1, 2**300, 15)]

    assert powers == [textbook(0, exponent) for exponent in (0, 1, 2**128 - 1, 2**300, 15)]


def test_threads_that_grow_a_table_together_get_the_same_powers():
    table, exponents = FixedBase(PUBLIC, 6), [2**bits + bits for bits in range(8, 400, 7)]

    with ThreadPoolExecutor(8) as threads:
        powers = list(threads.map(table.power, exponents))

    assert [power.to_integer() for power in powers] == [textbook(0, exponent) for exponent in exponents]


def test_the_window_grows_with_the_work_that_is_expected():
    assert [window_for(expected) for expected in (0, 1, TABLE_FROM - 1, *EXPECTED[1:])] == [0, 0, 0, 4, 6, 8]


@pytest.mark.parametrize("key", BOTH, ids=["subgroup", "djn"])
@settings(max_examples=20)
@given(st.data())
def test_what_is_encrypted_decrypts(key, data):
    plaintext = data.draw(st.integers(0, int(key.public.n) - 1))

    for expected in EXPECTED[:2]:
        assert (
            Decryptor(key).decrypt(Encryptor(key.public, expected=expected).encrypt(plaintext)) == plaintext
        )


@pytest.mark.parametrize("encryptor", ENCRYPTORS, ids=map(str, EXPECTED))
def test_encryption_is_determined_by_its_randomness(encryptor):
    opened, again, other = (
        encryptor.encrypt_opened(5, stream(seed * 16, "r")) for seed in (b"\x01", b"\x01", b"\x02")
    )

    assert opened == again
    assert opened.ciphertext != other.ciphertext
    assert opened.ciphertext.to_integer() == textbook(5, opened.exponent)


@pytest.mark.parametrize("plaintext", [-1, N, N + 1, 2**1000])
def test_plaintexts_out_of_range_are_refused_by_every_way_to_encrypt(plaintext):
    pool = BlindingPool(ENCRYPTORS[1])
    pool.fill(1)

    for encrypt in (ENCRYPTORS[0].encrypt, ENCRYPTORS[1].encrypt, pool.encrypt):
        with pytest.raises(OutOfRangeError):
            encrypt(plaintext)
    assert len(pool) == 1


def test_negative_exponents_and_wrong_windows_are_refused():
    for refused in (
        lambda: ENCRYPTORS[0].power(-1),
        lambda: ENCRYPTORS[1].power(-1),
        lambda: FixedBase(PUBLIC, 0),
        lambda: FixedBase(PUBLIC, 9),
    ):
        with pytest.raises(OutOfRangeError):
            refused()


@given(plaintexts)
def test_re_randomising_changes_both_numbers_and_keeps_the_plaintext(plaintext):
    ciphertext = ENCRYPTORS[1].encrypt(plaintext)

    again = ENCRYPTORS[1].rerandomize(ciphertext)

    assert again.unit != ciphertext.unit
    assert again.log != ciphertext.log
    assert decrypt(again) == plaintext


def test_a_pool_encrypts_each_time_with_another_blinding_until_it_is_empty():
    pool = BlindingPool(ENCRYPTORS[1])
    pool.fill(5)

    ciphertexts = [pool.encrypt(plaintext) for plaintext in range(5)]

    assert [decrypt(ciphertext) for ciphertext in ciphertexts] == list(range(5))
    assert len({ciphertext.unit for ciphertext in ciphertexts}) == 5
    with pytest.raises(OutOfRangeError, match="empty"):
        pool.encrypt(0)


def test_a_pool_is_filled_up_and_not_by_so_many():
    pool = BlindingPool(ENCRYPTORS[1])

    pool.fill(3)
    pool.fill(4)

    assert len(pool) == 4


def test_a_blinding_exponent_has_the_length_of_the_profile():
    random = stream(b"\x03" * 16, "exponents")

    for key in BOTH:
        lengths = {
            Encryptor(key.public).draw_exponent(random).bit_length() - key.public.exponent_bits
            for _ in range(40)
        }
        assert max(lengths) == 0


def test_the_exponent_stays_out_of_messages_and_logs():
    opened = ENCRYPTORS[0].encrypt_opened(1)

    assert str(opened.exponent) not in repr(opened)
