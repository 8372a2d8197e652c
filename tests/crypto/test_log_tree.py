"""The log's own tree gives the same roots and proofs as the reference over all leaves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import log_tree, merkle
from crypto.errors import OutOfRangeError


def all_nodes(leaves: list[bytes]) -> dict[log_tree.Place, bytes]:
    """Every full subtree of the tree, by its definition."""
    return {
        (level, position): merkle.root(leaves[position << level : (position + 1) << level])
        for level in range(len(leaves).bit_length())
        for position in range(len(leaves) >> level)
    }


sizes = st.integers(min_value=1, max_value=70)


@settings(max_examples=60, deadline=None)
@given(size=sizes, data=st.data())
def test_roots_and_proofs_of_every_earlier_size_equal_the_reference(size, data):
    leaves = [bytes([index]) for index in range(size)]
    nodes = all_nodes(leaves)
    earlier = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, earlier - 1))

    inclusion = log_tree.roots_of(log_tree.inclusion_ranges(index, earlier), nodes)
    consistency = log_tree.roots_of(log_tree.consistency_ranges(earlier, size), nodes)

    assert log_tree.root_of(earlier, nodes) == merkle.root(leaves[:earlier])
    assert inclusion == merkle.inclusion_proof(index, leaves[:earlier])
    assert consistency == merkle.consistency_proof(earlier, leaves)


def test_only_the_named_places_are_needed_for_a_proof():
    leaves = [bytes([index]) for index in range(61)]
    nodes = all_nodes(leaves)
    ranges = log_tree.inclusion_ranges(17, 61)

    needed = {place: nodes[place] for place in log_tree.places_of(ranges)}

    assert log_tree.roots_of(ranges, needed) == merkle.inclusion_proof(17, leaves)
    assert len(needed) <= 12


def test_an_empty_log_has_the_hash_of_nothing_as_root():
    assert log_tree.root_of(0, {}) == merkle.root([])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 3)])
def test_an_entry_beyond_the_size_is_refused(index, size):
    with pytest.raises(OutOfRangeError):
        log_tree.inclusion_ranges(index, size)


def test_a_later_size_cannot_be_the_earlier_one():
    with pytest.raises(OutOfRangeError):
        log_tree.consistency_ranges(5, 4)
