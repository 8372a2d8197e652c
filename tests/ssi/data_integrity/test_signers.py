import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import SignatureError
from crypto.randomness import stream
from ssi.data_integrity.signers import P384Signer, Signer, verify_signature
from ssi.did.public_key import KeyType, PublicKey
from ssi.errors import IdentifierError
from tests.ssi.did.keys import ed25519_signer, p256_signer, p384_signer, secp256k1_key

SIGNERS = [ed25519_signer("a"), p256_signer("a"), p384_signer("a")]

# RFC 6979 §A.2.6: the key, and the signature of "sample" with SHA-384.
RFC_6979_SCALAR = int(
    "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5", 16
)
RFC_6979_SIGNATURE = (
    "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46"
    "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8"
)


@pytest.mark.parametrize("signer", SIGNERS, ids=lambda signer: signer.public_key.type.curve)
@given(message=st.binary(max_size=100), at=st.integers(0, 63), flip=st.integers(1, 255))
def test_a_signature_verifies_and_with_a_changed_byte_it_does_not(
    signer: Signer, message: bytes, at: int, flip: int
):
    signature = bytearray(signer.sign(message))
    verify_signature(signer.public_key, bytes(signature), message)

    signature[at] ^= flip

    with pytest.raises(SignatureError):
        verify_signature(signer.public_key, bytes(signature), message)


@pytest.mark.parametrize("signer", SIGNERS, ids=lambda signer: signer.public_key.type.curve)
@pytest.mark.parametrize(
    "change", [lambda s: s[:-1], lambda s: s + b"\0", lambda s: b"", lambda s: bytes(len(s))]
)
def test_a_signature_of_another_length_or_of_zeros_is_refused(signer: Signer, change):
    with pytest.raises(SignatureError):
        verify_signature(signer.public_key, change(signer.sign(b"sample")), b"sample")


def test_signatures_on_p384_are_those_of_rfc_6979():
    assert P384Signer.from_scalar(RFC_6979_SCALAR).sign(b"sample").hex().upper() == RFC_6979_SIGNATURE


def test_a_key_on_p384_is_drawn_from_the_randomness_given():
    keys = [P384Signer.generate(stream(bytes(32), label)).public_key for label in ("a", "a", "b")]

    assert keys[0] == keys[1] != keys[2]
    assert keys[0].type is KeyType.P384


def test_a_secret_key_stays_out_of_its_representation():
    assert repr(p384_signer("a")) == "P384Signer()"
    assert repr(ed25519_signer("a")) == "KeySigner()"


@pytest.mark.parametrize("key", [secp256k1_key(), PublicKey(KeyType.BLS12_381_G2, bytes(96))])
def test_a_key_of_another_type_verifies_nothing_here(key: PublicKey):
    with pytest.raises(IdentifierError):
        verify_signature(key, bytes(64), b"")
