"""Selections of rows that do not overlap share a layer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.mpc.selections import Layer, distinct, layers

RECORDS = 12
masks = st.lists(st.none() | st.lists(st.booleans(), min_size=RECORDS, max_size=RECORDS), max_size=8)


def as_masks(chosen):
    return [None if mask is None else np.array(mask, dtype=np.bool_) for mask in chosen]


def labels_of(layer: Layer) -> list[int]:
    assert layer.labels is not None
    labels: list[int] = layer.labels.tolist()
    return labels


def test_the_groups_of_an_attribute_are_one_layer():
    groups = [np.arange(RECORDS) % 3 == group for group in range(3)]

    (layer,) = layers(groups, RECORDS)

    assert layer.members == [0, 1, 2]
    assert labels_of(layer) == [0, 1, 2] * 4


def test_records_of_no_group_have_no_label():
    (layer,) = layers([np.arange(RECORDS) == 5], RECORDS)

    assert labels_of(layer) == [-1] * 5 + [0] + [-1] * 6


@given(masks)
def test_every_selection_is_in_one_layer_and_can_be_told_from_it(chosen):
    found = layers(as_masks(chosen), RECORDS)

    assert sorted(member for layer in found for member in layer.members) == list(range(len(chosen)))
    for layer in found:
        for group, member in enumerate(layer.members):
            if layer.labels is None:
                assert chosen[member] is None
            else:
                assert (layer.labels == group).tolist() == chosen[member]


def test_selections_are_told_apart_by_the_object():
    one, other = np.ones(3, dtype=np.bool_), np.ones(3, dtype=np.bool_)

    unique, places = distinct([one, None, other, one, None])

    assert [each is mine for each, mine in zip(unique, (one, None, other), strict=True)] == [True] * 3
    assert places == [0, 1, 2, 0, 1]


def test_more_selections_than_labels_are_refused():
    with pytest.raises(OutOfRangeError):
        layers([None] * 2**15, RECORDS)
