import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_arkworks_bls12381 import G1Point
from py_ecc.bls import hash as peer

from crypto.bbs.ciphersuite import BLS12381_SHA_256, BLS12381_SHAKE_256
from crypto.bbs.group import ORDER, write_scalar
from crypto.bbs.hash_to_curve import (
    expand_message_xmd,
    expand_message_xof,
    hash_to_curve,
    hash_to_scalar,
)
from crypto.errors import OutOfRangeError
from tests.crypto.bbs.foreign_vectors import MISSING, load, mocked_random, paths, unhex

SHA_256: Any = hashlib.sha256


@given(st.binary(max_size=200), st.binary(max_size=255), st.integers(min_value=1, max_value=300))
def test_expansion_with_sha_256_is_that_of_py_ecc(message, tag, length):
    assert expand_message_xmd(message, tag, length) == peer.expand_message_xmd(message, tag, length, SHA_256)


def test_expansion_with_shake_256_is_that_of_the_rfc():
    # RFC 9380 appendix K.6, first case.
    tag = b"QUUX-V01-CS02-with-expander-SHAKE256"

    assert expand_message_xof(b"", tag, 0x20).hex() == (
        "2ffc05c48ed32b95d72e807f6eab9f7530dd1c2f013914c8fed38c5ccc15ad76"
    )


@settings(max_examples=20)
@given(st.binary(max_size=100), st.binary(min_size=1, max_size=100))
def test_points_are_hashed_as_arkworks_does(message, tag):
    assert hash_to_curve(message, tag, expand_message_xmd) == G1Point.hash_to_curve(message, tag)


@pytest.mark.parametrize(
    ("expand", "length"), [(expand_message_xmd, 8161), (expand_message_xof, 65536)], ids=["xmd", "xof"]
)
def test_what_the_rfc_cannot_expand_is_refused(expand, length):
    with pytest.raises(OutOfRangeError):
        expand(b"", b"tag", length)
    with pytest.raises(OutOfRangeError):
        expand(b"", bytes(256), 32)


@pytest.mark.skipif(not paths("h2s.json"), reason=MISSING)
def test_scalars_are_hashed_as_in_the_draft():
    document = load("h2s.json")
    message, tag = unhex([document["message"], document["dst"]])

    scalar = hash_to_scalar(message, tag, expand_message_xmd)

    assert write_scalar(scalar).hex() == document["scalar"]
    assert scalar == BLS12381_SHA_256.hash_to_scalar(message)


@pytest.mark.skipif(not paths("mockedRng.json"), reason=MISSING)
def test_mocked_random_scalars_are_those_of_the_draft():
    document = load("mockedRng.json")
    random = mocked_random(BLS12381_SHA_256, bytes.fromhex(document["seed"]), document["count"])

    drawn = [reduced(random(48)) for _ in range(document["count"])]

    assert [write_scalar(scalar).hex() for scalar in drawn] == document["mockedScalars"]


def reduced(octets: bytes) -> int:
    return int.from_bytes(octets, "big") % ORDER


def test_the_two_suites_hash_apart():
    assert BLS12381_SHA_256.hash_to_scalar(b"same") != BLS12381_SHAKE_256.hash_to_scalar(b"same")
