"""Every role gets its two components and nobody else's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import CryptoError, MalformedError, OutOfRangeError, ShareError
from crypto.randomness import stream
from crypto.sharing.integer_masked import split
from crypto.sharing.replicated import (
    ROLES,
    decode_bundle,
    encode_bundle,
    following,
    held_by,
    preceding,
)

BITS = (1, 20)
THREE = split((1, 77), BITS, 5, stream(b"\x0b" * 16, "three"))
BUNDLES = [encode_bundle(role, THREE) for role in ROLES]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_holds_its_own_component_and_the_next(role):
    pair = decode_bundle(BUNDLES[role], role, BITS)

    assert pair == held_by(role, THREE) == (THREE[role], THREE[(role + 1) % 3])
    assert (pair.first, pair.second) == pair


def test_every_component_stands_at_two_roles():
    for index, component in enumerate(THREE):
        holders = [role for role in ROLES if component in held_by(role, THREE)]
        assert holders == sorted((index, preceding(index)))


def test_roles_form_a_circle():
    assert [following(role) for role in ROLES] == [1, 2, 0]
    assert [preceding(following(role)) for role in ROLES] == [0, 1, 2]


@pytest.mark.parametrize("role", [-1, 3])
def test_there_are_three_roles(role):
    with pytest.raises(OutOfRangeError):
        following(role)
    with pytest.raises(OutOfRangeError):
        preceding(role)
    with pytest.raises(OutOfRangeError):
        encode_bundle(role, THREE)
    with pytest.raises(OutOfRangeError):
        decode_bundle(BUNDLES[0], role, BITS)


@pytest.mark.parametrize("count", [2, 4])
def test_a_bundle_is_picked_from_three_components(count):
    with pytest.raises(ShareError):
        encode_bundle(0, (THREE * 2)[:count])


@pytest.mark.parametrize("role", ROLES)
def test_the_bundle_of_another_role_is_refused(role):
    for other in ROLES:
        if other != role:
            with pytest.raises(MalformedError):
                decode_bundle(BUNDLES[other], role, BITS)
            with pytest.raises(MalformedError):
                decode_bundle(bytes((1, role)) + BUNDLES[other][2:], role, BITS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "change", [lambda raw: raw[:-1], lambda raw: raw + b"\0", lambda raw: raw[:3], lambda raw: b""]
)
def test_bundles_of_another_length_are_refused(role, change):
    with pytest.raises(MalformedError):
        decode_bundle(change(BUNDLES[role]), role, BITS)


def test_lengths_say_nothing_about_the_record():
    other = split((0, 2**20 - 1), BITS, 6, stream(b"\x0c" * 16, "three"))

    assert [len(encode_bundle(role, other)) for role in ROLES] == list(map(len, BUNDLES))
    assert len(BUNDLES[0]) == 74


@given(st.sampled_from(ROLES), st.binary(max_size=200))
def test_any_bytes_are_a_bundle_or_a_named_error(role, tail):
    raw = bytes((1, role)) + tail
    try:
        pair = decode_bundle(raw, role, BITS)
    except CryptoError:
        return
    assert len(pair) == 2
