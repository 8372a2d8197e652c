"""Histograms, tables, largest categories and one person's standing are those of the plain records."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.mpc.packing import pack_bits
from crypto.mpc.tally import (
    cross_table,
    group_sums,
    histogram,
    histogram_by_group,
    histogram_of_codes,
    standing,
    top_categories,
)
from tests.crypto.mpc.trio import opened_elements, parties, run, share_planes, share_words

CATEGORIES, GROUPS, BITS = 6, 3, 5


@dataclass
class Story:
    codes: Any
    groups: Any
    numbers: Any
    inside: Any
    among: Any

    @property
    def size(self):
        return self.codes.size

    def planes(self, codes, count, seed):
        return share_words(pack_bits(codes[None] == np.arange(count)[:, None]), self.size, seed)

    @property
    def categories(self):
        return self.planes(self.codes, CATEGORIES, b"a" * 16)

    @property
    def private_groups(self):
        return self.planes(self.groups, GROUPS, b"g" * 16)

    def counts(self):
        return [int(((self.codes == code) & self.inside).sum()) for code in range(CATEGORIES)]


@st.composite
def stories(draw):
    """Records with a crowd that is everybody, public, or secret."""
    size, kind = draw(st.integers(1, 150)), draw(st.sampled_from(["all", "public", "secret"]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    inside = rng.integers(0, 2, size) == 1 if kind != "all" else np.ones(size, dtype=np.bool_)
    plane = pack_bits(inside[None])
    among: Any = {"all": None, "public": plane[0], "secret": share_words(plane, size, b"i" * 16)}[kind]
    return Story(
        rng.integers(0, CATEGORIES, size, dtype=np.uint64),
        rng.integers(0, GROUPS, size, dtype=np.uint64),
        rng.integers(0, 2**BITS, size, dtype=np.uint64),
        inside,
        among,
    )


@given(stories())
@settings(max_examples=30)
def test_categories_are_counted_from_planes_and_from_codes(story):
    from_planes = run(histogram, story.categories, among=story.among)
    from_codes = run(histogram_of_codes, share_planes(story.codes, 3), CATEGORIES, among=story.among)

    assert opened_elements(from_planes.results) == story.counts()
    assert opened_elements(from_codes.results) == story.counts()


@given(stories())
@settings(max_examples=20)
def test_private_groups_cross_private_categories_and_sum_private_numbers(story):
    table = run(cross_table, story.private_groups, story.categories, among=story.among)
    sums = run(group_sums, story.private_groups, share_planes(story.numbers, BITS), among=story.among)

    members = [(story.groups == group) & story.inside for group in range(GROUPS)]
    assert table.results[0].shape == (GROUPS, CATEGORIES)
    assert opened_elements(table.results) == [
        int((inside & (story.codes == code)).sum()) for inside in members for code in range(CATEGORIES)
    ]
    assert opened_elements(sums.results) == [int(story.numbers[inside].sum()) for inside in members]


@given(stories())
@settings(max_examples=20)
def test_public_groups_are_masks_and_cost_no_and(story):
    masks = pack_bits(story.groups[None] == np.arange(GROUPS)[:, None])

    table = run(histogram_by_group, masks, story.categories)

    assert table.rounds == 2
    assert opened_elements(table.results) == [
        int(((story.groups == group) & (story.codes == code)).sum())
        for group in range(GROUPS)
        for code in range(CATEGORIES)
    ]


@given(stories(), st.integers(1, CATEGORIES))
@settings(max_examples=30)
def test_the_largest_categories_come_in_order_and_ties_by_code(story, size):
    top = run(top_categories, story.categories, size, among=story.among).results

    counts = story.counts()
    order = sorted(range(CATEGORIES), key=lambda code: (-counts[code], code))[:size]
    assert opened_elements([each.codes for each in top]) == order
    assert opened_elements([each.counts for each in top]) == [counts[code] for code in order]


@pytest.mark.parametrize("categories", [1, 2, 3])
def test_categories_that_are_all_empty_are_ordered_by_code(categories):
    planes = share_words(np.zeros((categories, 1), dtype=np.uint64), 10)

    top = run(top_categories, planes, categories).results

    assert opened_elements([each.codes for each in top]) == list(range(categories))
    assert opened_elements([each.counts for each in top]) == [0] * categories


def test_which_categories_are_largest_shows_in_no_length():
    def lengths(codes):
        planes = share_words(pack_bits(np.array(codes)[None] == np.arange(4)[:, None]), len(codes))
        played = run(top_categories, planes, 2)
        return [list(map(len, played.received(role))) for role in range(3)]

    assert lengths([0] * 70) == lengths([3, 2, 1] * 23 + [0])


@given(stories(), st.integers(0, 2**BITS - 1))
@settings(max_examples=30)
def test_a_person_learns_how_many_are_below_and_beside_her(story, hers):
    numbers, person = share_planes(story.numbers, BITS), share_planes([hers], BITS, b"p" * 16)

    found = run(standing, numbers, person, among=story.among).results

    crowd = story.numbers[story.inside]
    assert opened_elements([each.lower for each in found]) == [int((crowd < hers).sum())]
    assert opened_elements([each.equal for each in found]) == [int((crowd == hers).sum())]


def test_questions_out_of_range_are_refused():
    party, planes, person = parties()[0], share_planes([1, 2], 3)[0], share_planes([1], 3)[0]
    for protocol in (
        histogram_of_codes(party, planes, 0),
        histogram_of_codes(party, planes, 9),
        top_categories(party, planes, 0),
        top_categories(party, planes, 4),
        standing(party, planes, planes),
        standing(party, planes, person.take(0)),
        histogram(party, planes, among=np.zeros(2, dtype=np.uint64)),
        histogram(party, planes, among=planes),
        cross_table(party, planes, person),
        histogram_by_group(party, np.zeros((2, 2), dtype=np.uint64), planes),
        histogram_by_group(party, np.zeros((0, 1), dtype=np.uint64), planes),
        group_sums(party, planes, person),
    ):
        with pytest.raises(OutOfRangeError):
            next(protocol)
