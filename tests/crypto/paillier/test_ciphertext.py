"""What is done to ciphertexts is done to plaintexts, modulo n."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import MalformedError, OutOfRangeError
from crypto.paillier.ciphertext import Ciphertext, Sum, add
from crypto.paillier.decryption import Decryptor
from crypto.paillier.encryption import Encryptor
from crypto.randomness import stream
from tests.crypto.paillier.keyring import DJN, SUBGROUP

PUBLIC = SUBGROUP.public
N = int(PUBLIC.n)
ENCRYPTOR = Encryptor(PUBLIC, expected=1000)
RANDOM = stream(b"\x01" * 16, "ciphertexts")
decrypt = Decryptor(SUBGROUP).decrypt
plaintexts = st.integers(0, N - 1)


def encrypt(plaintext: int) -> Ciphertext:
    return ENCRYPTOR.encrypt(plaintext, RANDOM)


@given(st.lists(plaintexts, min_size=1, max_size=5))
def test_adding_ciphertexts_adds_plaintexts_modulo_n(terms):
    assert decrypt(add(map(encrypt, terms))) == sum(terms) % N


@given(plaintexts, st.integers(-N, N))
def test_scaling_a_ciphertext_multiplies_its_plaintext(plaintext, factor):
    assert decrypt(encrypt(plaintext).scale(factor)) == plaintext * factor % N


@given(plaintexts, st.integers(-N, N))
def test_a_known_number_is_added_to_the_log_only(plaintext, addend):
    ciphertext = encrypt(plaintext)

    added = ciphertext.add_plain(addend)

    assert added.unit == ciphertext.unit
    assert decrypt(added) == (plaintext + addend) % N


@given(plaintexts, plaintexts)
def test_subtraction_is_adding_the_negative(left, right):
    assert decrypt(encrypt(left) + -encrypt(right)) == (left - right) % N


@given(plaintexts)
def test_both_forms_of_a_ciphertext_are_one(plaintext):
    ciphertext = encrypt(plaintext)
    unit, log = int(ciphertext.unit), int(ciphertext.log)

    assert ciphertext.to_integer() == unit * (1 + log * N) % N**2
    assert Ciphertext.from_integer(PUBLIC, ciphertext.to_integer()) == ciphertext
    assert Ciphertext.decode(ciphertext.encode(), PUBLIC) == ciphertext


@given(st.lists(plaintexts, min_size=2, max_size=6), st.data())
def test_what_was_added_can_be_taken_out(terms, data):
    ciphertexts = [encrypt(term) for term in terms]
    out = data.draw(st.integers(0, len(terms) - 1))
    summed = Sum(PUBLIC)

    summed.add(ciphertexts)
    summed.remove(ciphertexts[out])

    assert summed.total() == add(ciphertexts[:out] + ciphertexts[out + 1 :])


def test_the_sum_is_the_product_modulo_n_squared():
    ciphertexts = [encrypt(term) for term in (5, N - 1, 123)]
    product = 1
    for ciphertext in ciphertexts:
        product = product * int(ciphertext.to_integer()) % N**2

    assert add(ciphertexts).to_integer() == product


def test_the_sum_of_none_is_refused():
    with pytest.raises(OutOfRangeError):
        add([])


def test_ciphertexts_under_different_keys_do_not_add():
    other = Encryptor(DJN.public).encrypt(1)
    summed = Sum(PUBLIC)

    for refused in (lambda: encrypt(1) + other, lambda: summed.add([other]), lambda: summed.remove(other)):
        with pytest.raises(OutOfRangeError):
            refused()


def test_a_sum_with_a_foreign_ciphertext_stays_as_it_was():
    summed = Sum(PUBLIC)
    first = encrypt(1)
    summed.add([first])

    with pytest.raises(OutOfRangeError):
        summed.add([encrypt(2), Encryptor(DJN.public).encrypt(1)])

    assert summed.total() == first


@pytest.mark.parametrize("value", [-1, 0, N**2, N**2 + 1, N, 2 * N, int(SUBGROUP.first.prime)])
def test_what_is_no_unit_modulo_n_squared_is_no_ciphertext(value):
    with pytest.raises(OutOfRangeError):
        Ciphertext.from_integer(PUBLIC, value)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_ciphertext_or_refused_by_name(raw):
    try:
        read = Ciphertext.decode(raw, PUBLIC)
    except (MalformedError, OutOfRangeError):
        return
    assert read.encode() == raw


@given(st.binary(min_size=128, max_size=128))
def test_arbitrary_bytes_of_the_right_length_are_a_ciphertext_or_refused_by_name(raw):
    try:
        read = Ciphertext.decode(raw, PUBLIC)
    except OutOfRangeError:
        return
    assert read.encode() == raw


@given(st.integers(0, 127), st.integers(1, 255))
def test_a_changed_byte_is_another_ciphertext_or_refused(place, change):
    ciphertext = encrypt(1)
    raw = bytearray(ciphertext.encode())
    raw[place] ^= change

    with suppress(OutOfRangeError):
        assert Ciphertext.decode(bytes(raw), PUBLIC) != ciphertext


def test_a_crowd_and_its_members_one_by_one_have_the_same_sum():
    crowd = [encrypt(number) for number in range(40)] * 30
    one_by_one = Sum(PUBLIC)
    for each in crowd:
        one_by_one.add([each])

    assert add(crowd) == one_by_one.total()
    assert decrypt(add(crowd)) == 30 * sum(range(40))


def test_a_foreign_ciphertext_at_the_end_of_a_crowd_leaves_the_sum_as_it_was(monkeypatch):
    monkeypatch.setattr("crypto.paillier.ciphertext._AT_ONCE", 4)
    foreign = Encryptor(DJN.public).encrypt(1, RANDOM)
    summed = Sum(PUBLIC)
    summed.add([encrypt(7)])
    before = summed.total()
    with pytest.raises(OutOfRangeError):
        summed.add([*(encrypt(number) for number in range(9)), foreign])

    assert summed.total() == before
