"""Integers modulo 2^64: linear operations are local, and summands are shared planes without a message."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crypto.mpc.integers import Integers
from crypto.sharing.replicated import ROLES
from tests.crypto.mpc.trio import opened_integers, opened_planes, share_integers

WORDS = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=70)


def shared(values, seed=b"\x07" * 32):
    return [Integers(role, *pair) for role, pair in enumerate(share_integers(values, seed))]


@given(WORDS)
def test_differences_factors_and_constants_are_local(values):
    x, y = shared(values), shared(values[::-1], b"1" * 16)
    public = np.array(values[::-1], dtype=np.uint64)
    pairs = list(zip(values, values[::-1], strict=True))

    assert opened_integers([a - b for a, b in zip(x, y, strict=True)]) == [(a - b) % 2**64 for a, b in pairs]
    assert opened_integers([a.weigh(public) for a in x]) == [a * b % 2**64 for a, b in pairs]
    assert opened_integers([a.plus(public) for a in x]) == [(a + b) % 2**64 for a, b in pairs]
    assert opened_integers([a.take(slice(1)) for a in x]) == values[:1]
    assert x[0].size == len(values)


@given(WORDS, st.integers(1, 64))
def test_summands_are_shared_planes_that_add_up_to_the_value(values, bits):
    per_role = [integers.summands(bits) for integers in shared(values)]

    opened_summands = [opened_planes([planes[index] for planes in per_role]) for index in ROLES]

    sums = [sum(summands) % 2**bits for summands in zip(*opened_summands, strict=True)]
    assert sums == [value % 2**bits for value in values]


def test_no_share_stands_in_the_representation():
    assert "array" not in repr(shared([1, 2])[0])
