"""The wire has one form for each message."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import MalformedError, MalformedMessageError, ProtocolError
from crypto.mpc.messages import Envelope, KeyingBody, ResharingBody, Step, check_senders
from crypto.ring import to_ring

few = settings(max_examples=30)
ENVELOPE = Envelope(Step.KEYING, sender=1, receiver=0, binding=bytes(range(32)))
elements = st.lists(st.integers(0, 2**64 - 1), max_size=4).map(to_ring)


def test_a_head_says_version_step_sender_receiver_and_run():
    assert ENVELOPE.head() == b"\x01\x01\x01\x00" + bytes(range(32))


def test_the_body_of_an_own_message_is_what_follows_the_head():
    assert ENVELOPE.body_of(ENVELOPE.head() + b"body", 4) == b"body"


@pytest.mark.parametrize(
    "message", [b"", ENVELOPE.head(), ENVELOPE.head() + b"body!", b"\x00" + ENVELOPE.head()[1:] + b"body"]
)
def test_another_version_or_length_is_malformed(message):
    with pytest.raises(MalformedMessageError) as refused:
        ENVELOPE.body_of(message, 4)

    assert refused.value.culprits == (1,)


@pytest.mark.parametrize(
    "other",
    [
        Envelope(Step.RESHARING, 1, 0, bytes(range(32))),
        Envelope(Step.KEYING, 2, 0, bytes(range(32))),
        Envelope(Step.KEYING, 1, 2, bytes(range(32))),
        Envelope(Step.KEYING, 1, 0, bytes(32)),
    ],
    ids=["step", "sender", "receiver", "run"],
)
def test_the_message_of_another_envelope_is_not_malformed_but_refused(other):
    with pytest.raises(ProtocolError) as refused:
        ENVELOPE.body_of(other.head() + b"body", 4)

    assert refused.type is ProtocolError
    assert refused.value.culprits == (1,)


@few
@given(elements, st.sampled_from([b"", bytes(range(32))]))
def test_keying_bodies_round_trip(noise, key):
    raw = KeyingBody(noise, key).encode()

    decoded = KeyingBody.decode(raw, len(noise), keyed=bool(key))

    assert len(raw) == KeyingBody.length(len(noise), keyed=bool(key))
    assert np.array_equal(decoded.noise, noise)
    assert decoded.key == key


@few
@given(elements, st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_resharing_bodies_round_trip(products, salt, digest):
    raw = ResharingBody(salt, digest, products).encode()

    decoded = ResharingBody.decode(raw, len(products))

    assert len(raw) == ResharingBody.length(len(products))
    assert (decoded.salt, decoded.digest) == (salt, digest)
    assert np.array_equal(decoded.products, products)


def test_bodies_of_another_length_are_malformed():
    with pytest.raises(MalformedError):
        KeyingBody.decode(bytes(40), 2, keyed=True)
    with pytest.raises(MalformedError):
        ResharingBody.decode(bytes(70), 1)


@pytest.mark.parametrize(
    ("present", "culprits"), [({}, (1, 2)), ({1}, (2,)), ({0, 1, 2}, (0,)), ({0, 1}, (0, 2))]
)
def test_senders_are_exactly_the_expected_ones(present, culprits):
    with pytest.raises(ProtocolError) as refused:
        check_senders(dict.fromkeys(present, b""), frozenset({1, 2}))

    assert refused.value.culprits == culprits
