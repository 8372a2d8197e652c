"""Every role gets its one component, and no bundle of one layout is read as the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import CryptoError, MalformedError, OutOfRangeError, ShareError
from crypto.randomness import stream
from crypto.sharing import replicated
from crypto.sharing.additive import ROLES, decode_bundle, encode_bundle
from crypto.sharing.integer_masked import split

BITS = (1, 20)
THREE = split((1, 77), BITS, 5, stream(b"\x0b" * 16, "three"))
BUNDLES = [encode_bundle(role, THREE) for role in ROLES]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_holds_its_own_component_and_no_other(role):
    assert decode_bundle(BUNDLES[role], role, BITS) == THREE[role]
    for other in ROLES:
        if other != role:
            assert THREE[other].encode()[2:] not in BUNDLES[role]


def test_all_three_components_are_the_record():
    held = [decode_bundle(bundle, role, BITS).values for role, bundle in enumerate(BUNDLES)]

    assert [sum(column) for column in zip(*held, strict=True)] == [1, 77]


@given(st.integers(0, 1), st.integers(0, 2**20 - 1))
def test_what_is_split_is_put_together_again(bit, number):
    cut = split((bit, number), BITS, 5)
    held = [decode_bundle(encode_bundle(role, cut), role, BITS).values for role in ROLES]

    assert [sum(column) for column in zip(*held, strict=True)] == [bit, number]


def test_two_seeds_have_36_bytes_and_lengths_never_depend_on_values():
    zeros = split((0, 0), BITS, 5)

    assert [len(bundle) for bundle in BUNDLES[:2]] == [36, 36]
    assert [len(encode_bundle(role, zeros)) for role in ROLES] == [len(bundle) for bundle in BUNDLES]


@pytest.mark.parametrize("role", ROLES)
def test_a_bundle_of_two_components_is_refused_and_so_is_one_of_one_where_two_belong(role):
    with pytest.raises(MalformedError):
        decode_bundle(replicated.encode_bundle(role, THREE), role, BITS)
    with pytest.raises(CryptoError):
        replicated.decode_bundle(BUNDLES[role], role, BITS)


@pytest.mark.parametrize(("sent", "role"), [(0, 1), (1, 0), (2, 0), (0, 2)])
def test_a_bundle_of_another_role_is_refused(sent, role):
    with pytest.raises(MalformedError, match=f"role {role}"):
        decode_bundle(BUNDLES[sent], role, BITS)


@pytest.mark.parametrize("role", [0, 2])
def test_a_component_in_the_form_of_another_is_refused(role):
    other = THREE[2] if role == 0 else THREE[0]

    with pytest.raises(MalformedError, match="form of another"):
        decode_bundle(BUNDLES[role][:2] + other.encode(), role, BITS)


@pytest.mark.parametrize("role", ROLES)
def test_a_bundle_that_is_cut_or_longer_is_refused(role):
    for changed in (BUNDLES[role][:-1], BUNDLES[role] + b"\0", b""):
        with pytest.raises(MalformedError):
            decode_bundle(changed, role, BITS)


def test_a_value_out_of_range_is_refused():
    raw = bytearray(BUNDLES[2])
    raw[4:14] = b"\x7f" + b"\xff" * 9

    with pytest.raises(ShareError):
        decode_bundle(bytes(raw), 2, BITS)


@pytest.mark.parametrize("role", [-1, 3])
def test_there_are_three_roles(role):
    with pytest.raises(OutOfRangeError):
        encode_bundle(role, THREE)
    with pytest.raises(OutOfRangeError):
        decode_bundle(BUNDLES[0], role, BITS)


@pytest.mark.parametrize("count", [2, 4])
def test_a_bundle_is_picked_from_three_components(count):
    with pytest.raises(ShareError):
        encode_bundle(0, (THREE * 2)[:count])


@given(st.binary(max_size=60), st.sampled_from(ROLES))
def test_any_bytes_are_a_bundle_or_a_named_error(raw, role):
    try:
        decode_bundle(raw, role, BITS)
    except CryptoError:
        return
    assert raw[0] == 0x81
