"""Whoever made a ciphertext, the key opens it; and no other key does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import DecryptionError
from crypto.paillier.ciphertext import Ciphertext
from crypto.paillier.decryption import BlindedDecryptor, Decryptor
from crypto.paillier.encryption import Encryptor
from crypto.paillier.keys import Profile
from crypto.randomness import stream
from tests.crypto.paillier.keyring import BOTH, DJN, SUBGROUP, private_key

DECRYPTORS = {(key.public.profile, kind): kind(key) for key in BOTH for kind in (Decryptor, BlindedDecryptor)}


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("kind", [Decryptor, BlindedDecryptor])
@given(st.data())
def test_any_unit_is_opened_even_if_its_blinding_is_outside_of_the_subgroup(profile, kind, data):
    public = private_key(profile).public
    n = int(public.n)
    plaintext, unit = (data.draw(st.integers(1, n - 1)) for _ in range(2))
    foreign = Ciphertext.from_integer(public, (1 + plaintext * n) * pow(unit, n, n * n) % (n * n))

    assert DECRYPTORS[profile, kind].decrypt(foreign) == plaintext


@pytest.mark.parametrize("kind", [Decryptor, BlindedDecryptor])
def test_a_ciphertext_of_another_key_is_refused(kind):
    ciphertext = Encryptor(DJN.public).encrypt(1)

    with pytest.raises(DecryptionError):
        kind(SUBGROUP).decrypt(ciphertext)


@pytest.mark.parametrize("kind", [Decryptor, BlindedDecryptor])
def test_a_number_that_is_no_unit_is_refused(kind):
    """Only values that nobody read could be that: reading checks."""
    broken = Ciphertext(SUBGROUP.public, SUBGROUP.first.prime, 0)

    with pytest.raises(DecryptionError):
        kind(SUBGROUP).decrypt(broken)


def test_a_blinded_decryptor_raises_another_base_each_time():
    decryptor = BlindedDecryptor(SUBGROUP, stream(b"\x01" * 16, "blinding"))
    ciphertext = Encryptor(SUBGROUP.public).encrypt(77)
    blindings = set()

    for _ in range(5):
        blindings.add(decryptor._blinding)
        assert decryptor.decrypt(ciphertext) == 77

    assert len(blindings) == 5
