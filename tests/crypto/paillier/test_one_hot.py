"""A contribution counts once, in one bin, for its contributor."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import MalformedError, OutOfRangeError, ProofError
from crypto.paillier.contribution import Contribution
from crypto.paillier.decryption import Decryptor
from crypto.paillier.encryption import Encryptor
from crypto.paillier.one_hot import contribute_one_hot, verify_one_hot, wrong_contributions
from crypto.paillier.packing import pack_one_hot
from crypto.randomness import stream
from tests.crypto.paillier.keyring import DJN, SUBGROUP, contributor, one_hot_schema, schema

SCHEMA = one_hot_schema()
ENCRYPTOR = Encryptor(SUBGROUP.public, expected=1000)
RANDOM = stream(b"\x01" * 16, "one-hot")


def vote(place: int, number: int = 0) -> Contribution:
    return contribute_one_hot(SCHEMA, place, contributor(number), ENCRYPTOR, RANDOM)


@given(st.integers(0, 3))
def test_a_one_in_one_bin_is_proved(place):
    contribution = vote(place)

    assert verify_one_hot(SCHEMA, [contribution]) == [contribution]
    assert Decryptor(SUBGROUP).decrypt(contribution.ciphertext) == pack_one_hot(SCHEMA, place)


def test_the_wrong_contributions_of_a_batch_are_named():
    batch = [vote(number % 4, number) for number in range(6)]
    batch[2] = replace(batch[2], ciphertext=ENCRYPTOR.encrypt(0))
    batch[5] = replace(batch[5], proof=None)

    assert wrong_contributions(SCHEMA, batch) == (2, 5)
    with pytest.raises(ProofError, match="contributions 2, 5"):
        verify_one_hot(SCHEMA, batch)


@pytest.mark.parametrize("place", [-1, 4])
def test_a_bin_that_is_not_there_is_refused(place):
    with pytest.raises(OutOfRangeError):
        vote(place)


def test_a_schema_of_another_kind_or_key_is_refused():
    for refused in (
        lambda: contribute_one_hot(schema(), 0, contributor(0), ENCRYPTOR),
        lambda: contribute_one_hot(SCHEMA, 0, contributor(0), Encryptor(DJN.public)),
        lambda: wrong_contributions(schema(), []),
    ):
        with pytest.raises(OutOfRangeError):
            refused()


def test_a_contributor_without_a_proper_identifier_is_refused():
    with pytest.raises(MalformedError):
        contribute_one_hot(SCHEMA, 0, b"me", ENCRYPTOR)
