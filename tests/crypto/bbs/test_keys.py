import pytest

from crypto.bbs.ciphersuite import BLS12381_SHA_256, BLS12381_SHAKE_256
from crypto.bbs.group import ORDER
from crypto.bbs.keys import PublicKey, SecretKey, derive_key, generate_key
from crypto.errors import MalformedError, OutOfRangeError
from crypto.randomness import stream
from tests.crypto.bbs.foreign_vectors import MISSING, load, paths, shake_256, unhex

SEED = b"\x11" * 32


@pytest.mark.skipif(not paths("keypair.json"), reason=MISSING)
def test_keys_are_derived_as_in_the_draft():
    document = load("keypair.json")
    material, info = unhex([document["keyMaterial"], document["keyInfo"]])

    key = derive_key(material, info)

    assert key.encode().hex() == document["keyPair"]["secretKey"]
    assert key.public.encode().hex() == document["keyPair"]["publicKey"]


def test_keys_with_shake_256_are_derived_as_in_the_draft():
    document = shake_256()
    material, info = unhex([document["key_material"], document["key_info"]])

    key = derive_key(material, info, BLS12381_SHAKE_256)

    assert key.encode().hex() == document["secret_key"]
    assert key.public.encode().hex() == document["public_key"]


def test_keys_are_read_as_they_were_written():
    key = generate_key(random=stream(SEED, "key"))

    assert SecretKey.decode(key.encode()) == key
    assert PublicKey.decode(key.public.encode()) == key.public
    assert {PublicKey.decode(key.public.encode()), key.public} == {key.public}
    assert key.public != generate_key().public


def test_a_secret_key_stays_out_of_its_repr():
    key = generate_key(random=stream(SEED, "key"))

    assert str(key.scalar) not in repr(key)
    assert key.encode().hex() not in repr(key)


def test_keys_of_the_two_suites_differ():
    assert derive_key(SEED, suite=BLS12381_SHA_256) != derive_key(SEED, suite=BLS12381_SHAKE_256)


@pytest.mark.parametrize("octets", [b"", bytes(32), ORDER.to_bytes(32, "big"), bytes(33)])
def test_bytes_that_are_no_secret_key_are_refused(octets):
    with pytest.raises(MalformedError):
        SecretKey.decode(octets)


@pytest.mark.parametrize("octets", [b"", bytes(96), b"\xc0" + bytes(95), bytes(48)])
def test_bytes_that_are_no_public_key_are_refused(octets):
    with pytest.raises(MalformedError, match="BBS public key"):
        PublicKey.decode(octets)


def test_too_little_key_material_is_refused():
    with pytest.raises(OutOfRangeError):
        derive_key(bytes(31))


def test_too_much_key_info_is_refused():
    with pytest.raises(OutOfRangeError):
        derive_key(SEED, bytes(65536))
