import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.bbs.ciphersuite import BLS12381_SHA_256, BLS12381_SHAKE_256
from crypto.bbs.generators import MAX_MESSAGES
from crypto.bbs.group import ORDER, write_scalar
from crypto.bbs.keys import PublicKey, SecretKey, derive_key
from crypto.bbs.messages import messages_to_scalars
from crypto.bbs.signature import SIGNATURE_BYTES, Signature, sign, verify_signature
from crypto.errors import MalformedError, OutOfRangeError, SignatureError
from examples.bench import bbs_on_py_ecc
from tests.crypto.bbs.foreign_vectors import MISSING, load, paths, shake_256, unhex

KEY = derive_key(b"\x11" * 32)
MESSAGES = [b"name", b"", b"grade", b"grade"]
HEADER = b"header"
SIGNATURE = sign(MESSAGES, KEY, header=HEADER)
message_lists = st.lists(st.binary(max_size=40), max_size=6)


@pytest.mark.skipif(not paths("MapMessageToScalarAsHash.json"), reason=MISSING)
def test_messages_become_the_scalars_of_the_draft():
    cases = load("MapMessageToScalarAsHash.json")["cases"]

    scalars = messages_to_scalars(unhex([case["message"] for case in cases]), BLS12381_SHA_256)

    assert [write_scalar(scalar).hex() for scalar in scalars] == [case["scalar"] for case in cases]


@pytest.mark.skipif(not paths("signature/*"), reason=MISSING)
@pytest.mark.parametrize("path", paths("signature/*"), ids=lambda path: path.stem)
def test_signatures_verify_or_not_as_in_the_draft(path):
    document = load(path)
    messages, (signature, header) = (
        unhex(document["messages"]),
        unhex([document["signature"], document["header"]]),
    )
    key = PublicKey.decode(bytes.fromhex(document["signerKeyPair"]["publicKey"]))

    if document["result"]["valid"]:
        verify_signature(signature, messages, key, header=header)
        secret = SecretKey.decode(bytes.fromhex(document["signerKeyPair"]["secretKey"]))
        assert sign(messages, secret, header=header) == signature
    else:
        with pytest.raises(SignatureError):
            verify_signature(signature, messages, key, header=header)


@pytest.mark.parametrize(("name", "count"), [("single_signature", 1), ("multiple_signature", 10)])
def test_signatures_with_shake_256_are_those_of_the_draft(name, count):
    document = shake_256()
    key = SecretKey.decode(bytes.fromhex(document["secret_key"]))
    messages, header = unhex(document["messages"])[:count], bytes.fromhex(document["header"])

    signature = sign(messages, key, header=header, suite=BLS12381_SHAKE_256)

    assert signature.hex() == document[name]
    verify_signature(signature, messages, key.public, header=header, suite=BLS12381_SHAKE_256)
    with pytest.raises(SignatureError):
        verify_signature(signature, messages, key.public, header=header)


@settings(max_examples=15)
@given(message_lists, st.binary(max_size=20))
def test_what_was_signed_verifies_and_signing_again_gives_the_same(messages, header):
    signature = sign(messages, KEY, header=header)

    verify_signature(signature, messages, KEY.public, header=header)
    assert sign(messages, KEY, header=header) == signature
    assert len(signature) == SIGNATURE_BYTES


def test_py_ecc_verifies_what_was_signed_and_nothing_else():
    key = KEY.public.encode()

    assert bbs_on_py_ecc.verify_signature(SIGNATURE, MESSAGES, key, HEADER)
    assert not bbs_on_py_ecc.verify_signature(SIGNATURE, MESSAGES, key, b"another")


@settings(max_examples=15)
@given(message_lists, message_lists)
def test_a_signature_is_only_for_its_own_messages(signed, other):
    signature = sign(signed, KEY)

    if signed == other:
        verify_signature(signature, other, KEY.public)
    else:
        with pytest.raises(SignatureError):
            verify_signature(signature, other, KEY.public)


def test_a_message_does_not_run_into_the_next():
    signature = sign([b"ab", b"c"], KEY)

    with pytest.raises(SignatureError):
        verify_signature(signature, [b"a", b"bc"], KEY.public)


def test_a_header_is_no_message():
    with pytest.raises(SignatureError):
        verify_signature(sign([b"x"], KEY), [], KEY.public, header=b"x")


def test_another_key_does_not_verify():
    with pytest.raises(SignatureError):
        verify_signature(SIGNATURE, MESSAGES, derive_key(b"\x12" * 32).public, header=HEADER)


@settings(max_examples=40)
@given(st.integers(min_value=0, max_value=8 * SIGNATURE_BYTES - 1))
def test_any_changed_bit_of_a_signature_is_refused(bit):
    altered = bytearray(SIGNATURE)
    altered[bit // 8] ^= 1 << bit % 8

    with pytest.raises((SignatureError, MalformedError)):
        verify_signature(bytes(altered), MESSAGES, KEY.public, header=HEADER)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        SIGNATURE[:-1],
        SIGNATURE + b"\x00",
        b"\xc0" + bytes(47) + SIGNATURE[48:],
        SIGNATURE[:48] + bytes(32),
        SIGNATURE[:48] + (int.from_bytes(SIGNATURE[48:], "big") + ORDER).to_bytes(32, "big"),
    ],
    ids=["empty", "truncated", "extended", "the identity", "a zero scalar", "a scalar over the order"],
)
def test_bytes_that_are_no_signature_are_refused(octets):
    with pytest.raises(MalformedError):
        verify_signature(octets, MESSAGES, KEY.public, header=HEADER)


def test_a_signature_is_read_as_it_was_written():
    assert Signature.decode(SIGNATURE).encode() == SIGNATURE


def test_no_more_messages_than_the_limit_are_signed():
    with pytest.raises(OutOfRangeError):
        sign([b""] * (MAX_MESSAGES + 1), KEY)
    with pytest.raises(OutOfRangeError):
        verify_signature(SIGNATURE, [b""] * (MAX_MESSAGES + 1), KEY.public)
