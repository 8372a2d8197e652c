"""A contribution is read for one key and one query, or not at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import CryptoError, MalformedError, OutOfRangeError, ShareError
from crypto.paillier.contribution import Contribution, contribute
from crypto.paillier.decryption import Decryptor
from crypto.paillier.encryption import Encryptor
from crypto.paillier.one_hot import contribute_one_hot, verify_one_hot
from crypto.paillier.packing import unpack
from crypto.randomness import stream
from tests.crypto.paillier.keyring import DJN, SUBGROUP, contributor, one_hot_schema, schema

PUBLIC = SUBGROUP.public
ENCRYPTOR = Encryptor(PUBLIC, expected=1000)
PLAIN, ONE_HOT = schema(signed=True), one_hot_schema()
VOTE = contribute_one_hot(ONE_HOT, 1, contributor(0), ENCRYPTOR, stream(b"\x01" * 16, "vote"))


@given(st.lists(st.integers(-128, 127), min_size=4, max_size=4))
def test_a_contribution_holds_the_values_and_round_trips(values):
    contribution = contribute(PLAIN, values, contributor(1), ENCRYPTOR)

    assert unpack(PLAIN, Decryptor(SUBGROUP).decrypt(contribution.ciphertext), 1) == values
    assert Contribution.decode(contribution.encode(), PUBLIC, PLAIN) == contribution


def test_a_contribution_with_a_proof_round_trips():
    assert Contribution.decode(VOTE.encode(), PUBLIC, ONE_HOT) == VOTE


def test_a_packed_histogram_of_32_bins_takes_512_bytes_at_2048_bits():
    """Two numbers modulo n; the envelope around them has 97."""
    plain = contribute(PLAIN, [0] * 4, contributor(1), ENCRYPTOR)

    assert len(plain.ciphertext.encode()) * 2048 // 512 == 512
    assert len(plain.encode()) - len(plain.ciphertext.encode()) == 97


def test_a_contribution_for_another_key_is_refused():
    theirs = schema(key_id=DJN.public.key_id)
    contribution = contribute(theirs, [1] * 4, contributor(0), Encryptor(DJN.public))

    with pytest.raises(ShareError):
        Contribution.decode(contribution.encode(), PUBLIC, theirs)


def test_a_contribution_for_another_query_is_refused():
    contribution = contribute(PLAIN, [1] * 4, contributor(0), ENCRYPTOR)

    with pytest.raises(ShareError):
        Contribution.decode(contribution.encode(), PUBLIC, schema(signed=True, query="r"))


def test_a_one_hot_query_takes_no_contribution_without_proof():
    with pytest.raises(OutOfRangeError):
        contribute(ONE_HOT, [1, 0, 0, 0], contributor(0), ENCRYPTOR)


def test_values_go_to_the_key_of_their_schema():
    with pytest.raises(OutOfRangeError):
        contribute(PLAIN, [0] * 4, contributor(0), Encryptor(DJN.public))


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_no_contribution(raw):
    for terms in (PLAIN, ONE_HOT):
        with pytest.raises(CryptoError):
            Contribution.decode(raw, PUBLIC, terms)


@settings(max_examples=60)
@given(st.integers(0, len(VOTE.encode()) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_proved_contribution_is_refused(place, change):
    """A changed contributor is another one's contribution, whose proof does not hold."""
    raw = bytearray(VOTE.encode())
    raw[place] ^= change

    with pytest.raises(CryptoError):
        verify_one_hot(ONE_HOT, [Contribution.decode(bytes(raw), PUBLIC, ONE_HOT)])


def test_an_identifier_has_32_bytes():
    with pytest.raises(MalformedError):
        Contribution(PLAIN.digest, b"", VOTE.ciphertext)
