"""What a wallet could hand in that is not what its issuer signed, and the naive check that would let it pass.

`accepted` is what a node does: the component commitments combine to the signed one, both components are in
range, and both open.
"""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from crypto.commitments import commit
from crypto.curve import ORDER, Point, combine
from crypto.errors import CommitmentError, MalformedError, SealError, ShareError
from crypto.goldilocks import PRIME
from crypto.opening_batch import verify_batch
from crypto.sealing import SealingKey, open_sealed, seal
from crypto.sharing.bundle_table import decode_bundles
from crypto.sharing.integer_masked import Component, split, verify_component_points
from crypto.sharing.replicated import ROLES, decode_bundle, encode_bundle, following
from tests.crypto.sharing.records import BITS, DOMAIN, Components, Split, record, records

HER, HIM = record(3), record(4)


def accepted(signed: Point, points: Sequence[Point], bundle: bytes, role: int) -> None:
    """Return only if a node takes this record."""
    found = verify_component_points(signed.to_bytes(), [point.to_bytes() for point in points])
    table = decode_bundles([bundle], role, BITS)
    for error in table.refused.values():
        raise error
    verify_batch(table.openings([(found[role], found[following(role)])]), domain=DOMAIN)


def points_of(components: Components) -> list[Point]:
    return [component.commitment(DOMAIN) for component in components]


def shifted(component: Component, column: int, difference: int) -> Component:
    """The component explicitly, with another value in one column."""
    values = list(component.values)
    values[column] += difference
    return replace(component, values=tuple(values), seed=None)


def shared(values: Sequence[int], blinding: int) -> Components:
    return split(values, BITS, blinding)


def blinding_of(made: Split) -> int:
    return sum(component.blinding for component in made.components) % ORDER


@pytest.mark.parametrize("role", ROLES)
def test_the_truth_is_accepted(role):
    for each in records(5):
        accepted(each.signed, each.points, each.bundle(role), role)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("column", range(1, len(BITS)))
def test_a_record_that_is_better_by_one_in_one_column_is_refused(role, column):
    better = list(HER.values)
    better[column] ^= 1
    components = shared(better, blinding_of(HER))

    # Every component opens the commitment that came with it: who checks no more than that is deceived.
    for component, point in zip(components, points_of(components), strict=True):
        assert commit(component.values, component.blinding, domain=DOMAIN) == point
    with pytest.raises(CommitmentError):
        accepted(HER.signed, points_of(components), encode_bundle(role, components), role)


@pytest.mark.parametrize("modulus", [2**64, PRIME], ids=["the ring", "the field"])
@pytest.mark.parametrize("role", ROLES)
def test_a_value_that_is_right_modulo_where_sums_are_computed_is_refused(modulus, role):
    first, second, third = HER.components
    components = (first, second, shifted(third, 4, -modulus))

    # The sums agree modulo 2^64 or the prime; as integers they do not, so products and ranges would break.
    assert sum(component.values[4] for component in components) % modulus == HER.values[4] % modulus
    decode_bundle(encode_bundle(1, components), 1, BITS)
    with pytest.raises(CommitmentError):
        accepted(HER.signed, points_of(components), encode_bundle(role, components), role)


@pytest.mark.parametrize("column", range(len(BITS)))
def test_a_value_that_is_right_modulo_the_group_order_does_not_fit_any_bundle(column):
    third = HER.components[2]
    for difference in (ORDER, -ORDER):
        wrapped = shifted(third, column, difference)

        # The commitment cannot tell, and sums in the ring would be wrong; the range can.
        assert commit(wrapped.values, wrapped.blinding, domain=DOMAIN) == third.commitment(DOMAIN)
        with pytest.raises(OverflowError):
            wrapped.encode()


@pytest.mark.parametrize("value", [2**60, 2**126, -(2**125), -(2**126)])
@pytest.mark.parametrize("role", [1, 2])
def test_a_component_out_of_its_range_is_refused_by_the_nodes_that_hold_it(role, value):
    bits = (60,)
    first, second, third = split((5,), bits, 7)
    wild = (first, second, replace(third, values=(value,)))

    with pytest.raises(ShareError):
        decode_bundle(encode_bundle(role, wild), role, bits)
    assert type(decode_bundles([encode_bundle(role, wild)], role, bits).refused[0]) is ShareError


@pytest.mark.parametrize("role", ROLES)
def test_components_swapped_between_people_are_refused(role):
    with pytest.raises(CommitmentError):
        accepted(HER.signed, HER.points, HIM.bundle(role), role)
    with pytest.raises(CommitmentError):
        accepted(HER.signed, HIM.points, HIM.bundle(role), role)


@pytest.mark.parametrize("index", ROLES)
def test_one_component_of_somebody_else_is_refused_by_the_nodes_that_hold_it(index):
    components = tuple(HIM.components[at] if at == index else HER.components[at] for at in ROLES)
    for role in ROLES:
        bundle = encode_bundle(role, components)
        if index in (role, following(role)):
            with pytest.raises(CommitmentError):
                accepted(HER.signed, HER.points, bundle, role)
        else:
            accepted(HER.signed, HER.points, bundle, role)


@pytest.mark.parametrize("role", ROLES)
def test_commitments_that_were_moved_against_each_other_are_refused(role):
    difference = HIM.signed
    first, second, third = HER.points
    moved = {
        0: [first + difference, second - difference, third],
        1: [first, second + difference, third - difference],
        2: [first - difference, second, third + difference],
    }[role]

    # They still combine to the signed one, so the first check by itself is deceived.
    assert combine(moved) == HER.signed
    with pytest.raises(CommitmentError):
        accepted(HER.signed, moved, HER.bundle(role), role)


def test_lies_of_two_components_of_one_record_that_cancel_are_refused():
    first, second, third = HER.components
    other = shifted(third, 2, -1)
    raw, points = encode_bundle(2, (first, second, other)), HER.points
    table = decode_bundles([raw], 2, BITS)
    # Opens to one too little in component 2; let the commitment of component 0 make up for it.
    one = commit([0, 0, 1, 0, 0], 0, domain=DOMAIN)
    pair = (points[2], points[0] - one)

    held = [table.components[at].component(0) for at in (0, 1)]
    values = [sum(cells) for cells in zip(*(each.values for each in held), strict=True)]
    naive = commit(values, held[0].blinding + held[1].blinding, domain=DOMAIN)
    assert naive == combine(pair)
    with pytest.raises(CommitmentError):
        verify_batch(table.openings([pair]), domain=DOMAIN)


def test_lies_of_two_people_that_cancel_across_a_batch_are_both_named():
    lies = []
    for each, difference in ((HER, 1), (HIM, -1)):
        first, second, third = each.components
        lies.append(encode_bundle(1, (first, second, shifted(third, 2, difference))))
    honest = [record(number) for number in range(5, 12)]
    people = [HER, HIM, *honest]
    table = decode_bundles([*lies, *(each.bundle(1) for each in honest)], 1, BITS)
    points = [each.points for each in people]
    openings = table.openings([(each[1], each[2]) for each in points])

    seconds = [table.components[1].component(row) for row in range(len(people))]
    sums = [sum(cells) for cells in zip(*(each.values for each in seconds), strict=True)]
    naive = commit(sums, sum(each.blinding for each in seconds), domain=DOMAIN)
    assert naive == combine(each[2] for each in points)
    with pytest.raises(CommitmentError) as refused:
        verify_batch(openings, domain=DOMAIN)
    assert [openings.record_of(index) for index in refused.value.indices] == [0, 1]


@pytest.mark.parametrize("hybrid", [False, True], ids=["x25519", "hybrid"])
def test_a_bundle_replayed_to_another_role_node_or_consent_does_not_open(hybrid):
    key = SealingKey.generate_hybrid() if hybrid else SealingKey.generate()
    other = SealingKey.generate_hybrid() if hybrid else SealingKey.generate()
    purpose = b'{"consent":1,"node":"a","role":0}'
    sealed = seal(HER.bundle(0), key.public, context=purpose)

    assert open_sealed(sealed, key, context=purpose) == HER.bundle(0)
    for context in (
        b'{"consent":1,"node":"a","role":1}',
        b'{"consent":1,"node":"b","role":0}',
        b'{"consent":2,"node":"a","role":0}',
        b"",
    ):
        with pytest.raises(SealError):
            open_sealed(sealed, key, context=context)
    with pytest.raises(SealError):
        open_sealed(sealed, other, context=purpose)


@pytest.mark.parametrize("role", ROLES)
def test_a_bundle_of_another_role_that_was_sealed_anew_is_malformed(role):
    for other in ROLES:
        if other != role:
            with pytest.raises(MalformedError):
                accepted(HER.signed, HER.points, HER.bundle(other), role)


@pytest.mark.parametrize("count", [0, 2, 4])
def test_there_are_three_commitments(count):
    points = [point.to_bytes() for point in (HER.points * 2)[:count]]

    with pytest.raises(ShareError):
        verify_component_points(HER.signed.to_bytes(), points)


def test_commitments_that_are_no_points_are_malformed():
    points = [point.to_bytes() for point in HER.points]

    for broken in (b"", bytes(33), points[0][:-1], b"\x05" + points[0][1:]):
        with pytest.raises(MalformedError):
            verify_component_points(HER.signed.to_bytes(), [broken, *points[1:]])


def test_commitments_that_cancel_to_nothing_are_refused():
    opposite = -(HER.points[0] + HER.points[1])
    points = [point.to_bytes() for point in (*HER.points[:2], opposite)]

    for signed in (b"", bytes(33), HER.signed.to_bytes()):
        with pytest.raises(CommitmentError):
            verify_component_points(signed, points)
