"""Elements that come a block at a time are those that come at once, and masks of three roles cancel."""

from typing import Any

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import algorithms
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import goldilocks
from crypto.goldilocks import PRIME
from crypto.mpc.party import BLOCK_WORDS, ElementStream, KeyStream
from crypto.sharing.replicated import ROLES, following, preceding
from tests.crypto.mpc.trio import parties

STREAM = KeyStream(bytes(32), bytes(range(32)))


@settings(max_examples=30)
@given(st.lists(st.integers(0, 50), max_size=8), st.integers(1, 2**40))
def test_blocks_are_the_elements_of_the_draw(sizes, draw):
    stream = STREAM.stream(draw)

    blocks = [stream.next(size).copy() for size in sizes]

    joined = [int(word) for block in blocks for word in block]
    assert joined == STREAM.elements(draw, sum(sizes)).tolist()


class Rarely(ElementStream):
    """A stream whose first words are mostly no elements, as happens once in 2^32 words."""

    def __init__(self) -> None:
        super().__init__(algorithms.AES(bytes(16)), 1)
        self.bad = 3

    def _words(self, count: int) -> Any:
        words = super()._words(count).copy()
        bad = min(self.bad, count)
        words[:bad] = PRIME
        self.bad -= bad
        return words


def test_words_that_are_no_elements_are_passed_over():
    drawn = Rarely().next(5)

    assert drawn.size == 5
    assert int(drawn.max()) < PRIME
    plain = ElementStream(algorithms.AES(bytes(16)), 1).next(8)
    assert drawn.tolist() == plain[3:].tolist()


@pytest.mark.parametrize("size", [0, 1, 5, BLOCK_WORDS, BLOCK_WORDS + 3])
def test_masks_of_the_three_roles_add_up_to_zero(size):
    masks = [np.zeros(size, dtype=np.uint64) for _ in ROLES]
    for party, mask in zip(parties(), masks, strict=True):
        party.mask(mask)

    total = goldilocks.add(goldilocks.add(masks[0], masks[1]), masks[2])
    assert not total.any()
    assert all(mask.any() for mask in masks) or size == 0


def test_masking_twice_uses_another_draw():
    party = parties()[0]
    first, second = np.zeros((2, 4), dtype=np.uint64)
    party.mask(first)
    party.mask(second)

    assert not set(first.tolist()) & set(second.tolist())


@pytest.mark.parametrize("role", ROLES)
def test_two_roles_know_the_same_elements_and_the_third_none(role):
    drawn = {party.role: party.elements_with(role, 4).tolist() for party in parties()}

    assert drawn[role] == drawn[preceding(role)]
    assert len(drawn[role]) == 4
    assert drawn[following(role)] == []
