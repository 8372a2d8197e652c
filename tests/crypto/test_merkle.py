"""A proof that verifies shows what it says, and no changed byte does."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crypto.encoding import sha256
from crypto.errors import MalformedError, OutOfRangeError, ProofError
from crypto.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    set_root,
    verify_consistency,
    verify_inclusion,
)

few = settings(max_examples=40)
logs = st.lists(st.binary(max_size=4), min_size=1, max_size=20)


def changed(raw: bytes, position: int) -> bytes:
    altered = bytearray(raw)
    altered[position % len(raw)] ^= 1 + position % 255
    return bytes(altered)


def test_an_empty_log_has_the_hash_of_nothing():
    assert root([]) == sha256()


def test_a_leaf_and_a_node_hash_differently():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")

    assert root([b"a", b"b"]) == sha256(b"\x01", left, right)
    assert leaf_hash(left + right) != root([b"a", b"b"])


@few
@given(logs, st.data())
def test_every_inclusion_proof_verifies(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))

    verify_inclusion(
        leaf_hash(leaves[index]), index, len(leaves), inclusion_proof(index, leaves), root(leaves)
    )


@few
@given(logs, st.data())
def test_any_changed_byte_of_an_inclusion_proof_is_refused(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    parts = [leaf_hash(leaves[index]), root(leaves), *inclusion_proof(index, leaves)]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = changed(parts[which], data.draw(st.integers(0, 10**4)))

    with pytest.raises(ProofError):
        verify_inclusion(parts[0], index, len(leaves), parts[2:], parts[1])


@few
@given(st.integers(1, 20), st.data())
def test_an_inclusion_proof_fits_one_index_only(size, data):
    leaves = [bytes([number]) for number in range(size)]
    index, other = (data.draw(st.integers(0, size - 1)) for _ in range(2))
    assume(other != index)

    with pytest.raises(ProofError):
        verify_inclusion(leaf_hash(leaves[index]), other, size, inclusion_proof(index, leaves), root(leaves))


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_an_index_outside_of_the_tree_is_refused(index, size):
    with pytest.raises(ProofError):
        verify_inclusion(bytes(32), index, size, [], bytes(32))
    with pytest.raises(OutOfRangeError):
        inclusion_proof(index, [b""] * size)


@few
@given(logs, st.data())
def test_every_consistency_proof_verifies(leaves, data):
    earlier = data.draw(st.integers(0, len(leaves)))

    verify_consistency(
        earlier,
        len(leaves),
        proof=consistency_proof(earlier, leaves),
        old_root=root(leaves[:earlier]),
        new_root=root(leaves),
    )


@few
@given(logs, st.data())
def test_any_changed_byte_of_a_consistency_proof_is_refused(leaves, data):
    earlier = data.draw(st.integers(1, len(leaves)))
    parts = [root(leaves[:earlier]), root(leaves), *consistency_proof(earlier, leaves)]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = changed(parts[which], data.draw(st.integers(0, 10**4)))

    with pytest.raises(ProofError):
        verify_consistency(earlier, len(leaves), proof=parts[2:], old_root=parts[0], new_root=parts[1])


@few
@given(logs, logs, st.data())
def test_a_rewritten_log_has_no_consistency_proof(leaves, others, data):
    earlier = data.draw(st.integers(1, len(leaves)))
    rewritten = others[:earlier]
    assume(len(rewritten) == earlier and rewritten != leaves[:earlier])

    with pytest.raises(ProofError):
        verify_consistency(
            earlier,
            len(leaves),
            proof=consistency_proof(earlier, leaves),
            old_root=root(rewritten),
            new_root=root(leaves),
        )


@pytest.mark.parametrize(
    ("old_size", "new_size", "proof", "old_root", "new_root"),
    [
        (3, 2, [], bytes(32), bytes(32)),
        (-1, 2, [], bytes(32), bytes(32)),
        (0, 2, [], bytes(32), bytes(32)),
        (0, 0, [], sha256(), bytes(32)),
        (2, 2, [], bytes(32), sha256()),
        (2, 2, [bytes(32)], bytes(32), bytes(32)),
        (0, 2, [bytes(32)], sha256(), bytes(32)),
        (1, 2, [], bytes(32), bytes(32)),
        (1, 2, [b"short"], bytes(32), bytes(32)),
    ],
)
def test_sizes_and_roots_that_cannot_follow_each_other_are_refused(
    old_size, new_size, proof, old_root, new_root
):
    with pytest.raises(ProofError):
        verify_consistency(old_size, new_size, proof=proof, old_root=old_root, new_root=new_root)


@pytest.mark.parametrize("old_size", [-1, 3])
def test_no_consistency_proof_from_a_larger_tree(old_size):
    with pytest.raises(OutOfRangeError):
        consistency_proof(old_size, [b"a", b"b"])


@few
@given(logs)
def test_a_frontier_knows_the_root_at_every_size(leaves):
    frontier = Frontier()
    for size, leaf in enumerate(leaves):
        assert (frontier.size, frontier.root()) == (size, root(leaves[:size]))
        frontier = frontier.append(leaf)

    assert frontier.root() == root(leaves)
    assert len(frontier.peaks) == len(leaves).bit_count()
    assert Frontier(frontier.peaks) == frontier


@pytest.mark.parametrize(
    "peaks",
    [((0, bytes(32)), (0, bytes(32))), ((0, bytes(32)), (1, bytes(32))), ((0, b"x"),), ((64, bytes(32)),)],
)
def test_a_frontier_that_is_no_tree_is_refused(peaks):
    with pytest.raises(MalformedError):
        Frontier(peaks)


@few
@given(st.lists(st.binary(max_size=3), max_size=8), st.randoms(use_true_random=False))
def test_equal_sets_have_equal_roots_in_any_order(items, shuffler):
    shuffled = [*items, *items[:2]]
    shuffler.shuffle(shuffled)

    assert set_root(shuffled) == set_root(items)


@few
@given(st.sets(st.binary(max_size=3), max_size=6), st.sets(st.binary(max_size=3), max_size=6))
def test_different_sets_have_different_roots(one, other):
    assume(one != other)

    assert set_root(one) != set_root(other)
