"""Masks cancel in the sum of a whole cohort, and only there."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.curve import ORDER
from crypto.errors import MalformedError, OutOfRangeError, ShareError
from crypto.functional.decentralised_keys import AgreementKey, Cohort, PairwiseSeeds
from crypto.randomness import stream
from tests.crypto.functional.cohorts import seeds

bindings = st.binary(min_size=32, max_size=32)
BINDING, OTHER = b"\x01" * 32, b"\x02" * 32


@settings(max_examples=20)
@given(st.integers(2, 7), bindings, st.integers(1, 5))
def test_the_masks_of_a_cohort_cancel(size, binding, count):
    words = [member.mask_words(binding, count) for member in seeds(size)]
    scalars = [member.mask_scalars(binding, count) for member in seeds(size)]

    assert sum(words).tolist() == [0] * count  # type: ignore[union-attr]
    assert [sum(column) % ORDER for column in zip(*scalars, strict=True)] == [0] * count


def test_the_masks_of_fewer_than_all_members_do_not_cancel():
    members = seeds(4)

    for count in (1, 2, 3):
        for chosen in combinations(members, count):
            assert sum(member.mask_scalars(BINDING)[0] for member in chosen) % ORDER != 0
            assert int(sum(member.mask_words(BINDING) for member in chosen)[0]) != 0  # type: ignore[index]


def test_masks_of_two_bindings_do_not_cancel_with_each_other():
    first, *others = seeds(3)
    mixed = [first.mask_scalars(OTHER), *(member.mask_scalars(BINDING) for member in others)]

    assert sum(scalar for (scalar,) in mixed) % ORDER != 0


def test_words_and_scalars_are_expanded_separately():
    word, scalar = seeds(2)[0].mask_words(BINDING), seeds(2)[0].mask_scalars(BINDING)

    assert int(word[0]) not in (scalar[0] % 2**64, scalar[0] >> 192)


def test_two_members_agree_on_one_seed_and_a_third_has_another():
    a, b, c = (AgreementKey.generate(stream(bytes([n]) * 32, "key")) for n in range(3))

    assert a.seed_with(b.public) == b.seed_with(a.public)
    assert len({a.seed_with(b.public), a.seed_with(c.public), b.seed_with(c.public)}) == 3


def test_an_agreement_key_round_trips_and_stays_out_of_repr():
    key = AgreementKey.generate(stream(b"\x01" * 32, "key"))

    assert AgreementKey.from_bytes(key.to_bytes()).public == key.public
    assert key.to_bytes().hex() not in repr(key)
    assert seeds(2)[0].seeds[1].hex() not in repr(seeds(2)[0])
    assert repr(seeds(2)[0].seeds[1]) not in repr(seeds(2)[0])


def test_a_member_of_small_order_is_refused():
    key = AgreementKey.generate(stream(b"\x01" * 32, "key"))
    cohort = Cohort((key.public, bytes(32)))

    with pytest.raises(MalformedError):
        PairwiseSeeds.agree(key, cohort)


def test_a_stranger_has_no_place_in_a_cohort():
    stranger = AgreementKey.generate(stream(b"\x01" * 32, "key"))

    with pytest.raises(ShareError):
        PairwiseSeeds.agree(stranger, seeds(2)[0].cohort)


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ((b"\x01" * 32,), OutOfRangeError),
        ((b"\x01" * 32, b"\x01" * 32), MalformedError),
        ((b"\x01" * 32, b"\x02" * 31), MalformedError),
    ],
)
def test_a_cohort_has_distinct_members_with_keys(members, error):
    with pytest.raises(error):
        Cohort(members)


def test_the_order_of_a_cohort_matters():
    members = seeds(3)[0].cohort.members

    assert Cohort(members).digest != Cohort(members[::-1]).digest


@pytest.mark.parametrize("length", [0, 31, 33])
def test_keys_and_bindings_of_another_length_are_refused(length):
    with pytest.raises(MalformedError):
        AgreementKey.from_bytes(bytes(length))
    with pytest.raises(MalformedError):
        seeds_key().seed_with(bytes(length))
    with pytest.raises(OutOfRangeError):
        seeds(2)[0].mask_words(bytes(length))


def seeds_key() -> AgreementKey:
    return AgreementKey.generate(stream(b"\x05" * 32, "key"))
