from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.bbs.ciphersuite import BLS12381_SHA_256, BLS12381_SHAKE_256
from crypto.bbs.generators import MAX_MESSAGES
from crypto.bbs.group import ORDER
from crypto.bbs.keys import PublicKey, derive_key
from crypto.bbs.proof import MIN_PROOF_BYTES, Proof, ProofContext
from crypto.bbs.proof_generation import generate_proof
from crypto.bbs.proof_verification import verify_proof
from crypto.bbs.signature import sign
from crypto.errors import MalformedError, OutOfRangeError, ProofError
from crypto.randomness import stream
from examples.bench import bbs_on_py_ecc
from tests.crypto.bbs.foreign_vectors import MISSING, load, mocked_random, paths, shake_256, unhex
from tests.crypto.bbs.test_group import OUTSIDE_OF_G1

KEY = derive_key(b"\x11" * 32)
MESSAGES = [b"name", b"", b"grade", b"year", b"grade"]
CONTEXT = ProofContext(KEY.public, b"header", b"challenge")
SIGNATURE = sign(MESSAGES, KEY, header=b"header")
SHOWN = {1: b"", 2: b"grade"}
PROOF = generate_proof(SIGNATURE, MESSAGES, SHOWN, CONTEXT)
INFINITY = b"\xc0" + bytes(47)


def altered(**changes: Any) -> ProofContext:
    return ProofContext(**{**vars(CONTEXT), **changes})


@pytest.mark.skipif(not paths("proof/*"), reason=MISSING)
@pytest.mark.parametrize("path", paths("proof/*"), ids=lambda path: path.stem)
def test_proofs_verify_or_not_as_in_the_draft(path):
    document = load(path)
    messages, indexes = unhex(document["messages"]), document["disclosedIndexes"]
    key, header, presentation, proof = unhex(
        [document[name] for name in ("signerPublicKey", "header", "presentationHeader", "proof")]
    )
    context = ProofContext(PublicKey.decode(key), header, presentation)
    shown = {index: messages[index] for index in indexes}

    if document["result"]["valid"]:
        verify_proof(proof, shown, context)
    else:
        with pytest.raises(ProofError):
            verify_proof(proof, shown, context)


@pytest.mark.skipif(not paths("proof/*"), reason=MISSING)
@pytest.mark.parametrize(
    "path", [path for path in paths("proof/*") if load(path)["result"]["valid"]], ids=lambda path: path.stem
)
def test_proofs_with_the_mocked_random_scalars_are_those_of_the_draft(path):
    document = load(path)
    messages, indexes = unhex(document["messages"]), document["disclosedIndexes"]
    key, header, presentation, signature, seed = unhex(
        [document[name] for name in ("signerPublicKey", "header", "presentationHeader", "signature")]
        + [load("mockedRng.json")["seed"]]
    )
    random = mocked_random(BLS12381_SHA_256, seed, 5 + len(messages) - len(indexes))

    proof = generate_proof(
        signature, messages, indexes, ProofContext(PublicKey.decode(key), header, presentation), random=random
    )

    assert proof.hex() == document["proof"]


def test_a_proof_with_shake_256_is_that_of_the_draft():
    document = shake_256()
    messages, indexes = unhex(document["messages"]), document["disclosed"]
    key, header, presentation, signature, seed = unhex(
        [
            document[name]
            for name in ("public_key", "header", "presentation_header", "multiple_signature", "seed")
        ]
    )
    context = ProofContext(PublicKey.decode(key), header, presentation, BLS12381_SHAKE_256)
    random = mocked_random(BLS12381_SHAKE_256, seed, 5 + len(messages) - len(indexes))

    proof = generate_proof(signature, messages, indexes, context, random=random)

    assert proof.hex() == document["proof"]
    verify_proof(proof, {index: messages[index] for index in indexes}, context)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.binary(max_size=20), st.booleans()), max_size=6), st.binary(max_size=20))
def test_any_choice_of_messages_can_be_shown(choice, presentation_header):
    messages = [message for message, _ in choice]
    shown = {index: message for index, (message, is_shown) in enumerate(choice) if is_shown}
    context = ProofContext(KEY.public, b"h", presentation_header)

    proof = generate_proof(sign(messages, KEY, header=b"h"), messages, shown, context)

    verify_proof(proof, shown, context)
    assert len(proof) == MIN_PROOF_BYTES + 32 * (len(messages) - len(shown))


def test_py_ecc_verifies_what_was_proved_and_nothing_else():
    key = KEY.public.encode()

    assert bbs_on_py_ecc.verify_proof(PROOF, SHOWN, key, b"header", b"challenge")
    assert not bbs_on_py_ecc.verify_proof(PROOF, {**SHOWN, 1: b"x"}, key, b"header", b"challenge")


def parts(octets: bytes) -> set[bytes]:
    """Every point and scalar of a proof."""
    scalars = {octets[place : place + 32] for place in range(144, len(octets), 32)}
    return {octets[place : place + 48] for place in range(0, 144, 48)} | scalars


def test_two_proofs_of_one_signature_share_no_part():
    again = generate_proof(SIGNATURE, MESSAGES, SHOWN, CONTEXT)

    assert not parts(PROOF) & parts(again)
    assert not parts(PROOF) & {SIGNATURE[:48], SIGNATURE[48:]}


def test_the_same_randomness_gives_the_same_proof():
    first, second = (
        generate_proof(SIGNATURE, MESSAGES, SHOWN, CONTEXT, random=stream(b"\x07" * 32, "proof"))
        for _ in range(2)
    )

    assert first == second


def test_a_random_scalar_of_zero_is_drawn_again():
    source = stream(b"\x07" * 32, "proof")
    zeros = [bytes(48), ORDER.to_bytes(48, "big")]

    proof = generate_proof(
        SIGNATURE, MESSAGES, SHOWN, CONTEXT, random=lambda length: zeros.pop() if zeros else source(length)
    )

    verify_proof(proof, SHOWN, CONTEXT)
    assert proof == generate_proof(SIGNATURE, MESSAGES, SHOWN, CONTEXT, random=stream(b"\x07" * 32, "proof"))


def test_a_source_of_zeros_is_no_randomness():
    with pytest.raises(OutOfRangeError):
        generate_proof(SIGNATURE, MESSAGES, SHOWN, CONTEXT, random=bytes)


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {1: b""},
        {1: b"", 2: b"Grade"},
        {1: b"grade", 2: b""},
        {1: b"", 3: b"grade"},
        {1: b"", 4: b"grade"},
        {0: b"name", 1: b"", 2: b"grade"},
    ],
    ids=[
        "nothing shown",
        "one not shown",
        "a word changed",
        "two exchanged",
        "another index",
        "another index of the same message",
        "one shown that the proof hides",
    ],
)
def test_only_the_messages_of_the_proof_verify(shown):
    with pytest.raises(ProofError):
        verify_proof(PROOF, shown, CONTEXT)


@pytest.mark.parametrize(
    "context",
    [
        altered(header=b""),
        altered(presentation_header=b"another challenge"),
        altered(header=b"headerchallenge", presentation_header=b""),
        altered(key=derive_key(b"\x12" * 32).public),
        altered(suite=BLS12381_SHAKE_256),
    ],
    ids=["header", "presentation header", "header run into the other", "key", "suite"],
)
def test_a_proof_is_only_for_its_context(context):
    with pytest.raises(ProofError):
        verify_proof(PROOF, SHOWN, context)


def test_a_proof_from_a_signature_of_other_messages_does_not_verify():
    forged = [b"name", b"", b"grade 1", b"year", b"grade"]

    proof = generate_proof(SIGNATURE, forged, {1: b"", 2: b"grade 1"}, CONTEXT)

    with pytest.raises(ProofError):
        verify_proof(proof, {1: b"", 2: b"grade 1"}, CONTEXT)


@settings(max_examples=60)
@given(st.integers(min_value=0, max_value=8 * len(PROOF) - 1))
def test_any_changed_bit_of_a_proof_is_refused(bit):
    changed = bytearray(PROOF)
    changed[bit // 8] ^= 1 << bit % 8

    with pytest.raises((ProofError, MalformedError)):
        verify_proof(bytes(changed), SHOWN, CONTEXT)


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("point", [INFINITY, OUTSIDE_OF_G1, bytes(48)], ids=["identity", "outside", "none"])
def test_a_point_that_is_none_of_the_group_is_refused(place, point):
    changed = PROOF[: place * 48] + point + PROOF[(place + 1) * 48 :]

    with pytest.raises(MalformedError):
        verify_proof(changed, SHOWN, CONTEXT)


@pytest.mark.parametrize("place", range(144, len(PROOF), 32))
def test_a_scalar_that_is_not_canonical_is_refused(place):
    scalar = int.from_bytes(PROOF[place : place + 32], "big")

    for octets in (bytes(32), ORDER.to_bytes(32, "big"), (scalar + ORDER).to_bytes(32, "big")):
        with pytest.raises(MalformedError):
            verify_proof(PROOF[:place] + octets + PROOF[place + 32 :], SHOWN, CONTEXT)


@pytest.mark.parametrize(
    "octets",
    [b"", PROOF[:-1], PROOF + b"\x00", PROOF[: MIN_PROOF_BYTES - 32], PROOF + b"\x01" * 32 * MAX_MESSAGES],
    ids=["empty", "truncated", "extended", "without its challenge", "more messages than are allowed"],
)
def test_bytes_of_another_length_are_refused(octets):
    with pytest.raises(MalformedError):
        verify_proof(octets, SHOWN, CONTEXT)


def test_a_proof_with_a_message_more_or_less_is_refused():
    for octets in (PROOF[:-32], PROOF + PROOF[-32:], PROOF[:-64] + PROOF[-32:]):
        with pytest.raises(ProofError):
            verify_proof(octets, SHOWN, CONTEXT)


@pytest.mark.parametrize("shown", [{5: b"x", 1: b""}, {-1: b"grade", 1: b""}, {2**70: b"", 1: b""}])
def test_an_index_that_no_message_has_is_refused(shown):
    with pytest.raises(OutOfRangeError):
        verify_proof(PROOF, shown, CONTEXT)


def test_a_proof_with_too_many_messages_in_all_is_refused():
    octets = PROOF[:-32] + b"\x01" * 32 * (MAX_MESSAGES - 3) + PROOF[-32:]

    with pytest.raises(OutOfRangeError):
        verify_proof(octets, SHOWN, CONTEXT)


@pytest.mark.parametrize("disclosed", [[1, 1], [5], [-1]], ids=["twice", "too high", "negative"])
def test_indexes_that_are_none_of_the_messages_cannot_be_shown(disclosed):
    with pytest.raises(OutOfRangeError):
        generate_proof(SIGNATURE, MESSAGES, disclosed, CONTEXT)


def test_bytes_that_are_no_signature_cannot_be_proved():
    with pytest.raises(MalformedError):
        generate_proof(SIGNATURE[:-1], MESSAGES, [], CONTEXT)


def test_a_proof_is_read_as_it_was_written():
    assert Proof.decode(PROOF).encode() == PROOF
