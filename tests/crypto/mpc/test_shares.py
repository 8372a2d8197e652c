"""What is linear is local: both holders of a summand compute the same, and it opens to what it should."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.goldilocks import PRIME, from_integers
from crypto.mpc.packing import pack, pack_mask
from crypto.mpc.shares import Elements, Planes
from crypto.sharing.replicated import ROLES
from tests.crypto.mpc.trio import opened_elements, opened_planes, opened_words, share_elements, share_planes

SIGNED = st.integers(-(PRIME // 2), PRIME // 2)
VECTORS = st.integers(1, 8).flatmap(
    lambda size: st.tuples(*[st.lists(SIGNED, min_size=size, max_size=size)] * 2)
)
BYTES = st.lists(st.integers(0, 255), min_size=1, max_size=130)


def signed(value: int) -> int:
    reduced = value % PRIME
    return reduced - PRIME if reduced > PRIME // 2 else reduced


@given(VECTORS, SIGNED)
def test_sums_differences_and_public_factors_of_elements_are_local(vectors, factor):
    left, right = vectors
    shares = list(zip(share_elements(left), share_elements(right, b"1" * 16), strict=True))
    public = from_integers(right)

    def opens(operation, expected):
        assert opened_elements([operation(x, y) for x, y in shares]) == [signed(value) for value in expected]

    pairs = list(zip(left, right, strict=True))
    opens(lambda x, y: x + y, [a + b for a, b in pairs])
    opens(lambda x, y: x - y, [a - b for a, b in pairs])
    opens(lambda x, y: x.plus(public), [a + b for a, b in pairs])
    opens(lambda x, y: x.scale(factor), [a * factor for a in left])
    opens(lambda x, y: x.weigh(public), [a * b for a, b in pairs])
    opens(lambda x, y: x.total(), [sum(left)])
    opens(lambda x, y: Elements.join([x, y]), [*left, *right])
    opens(lambda x, y: x.take(slice(1)).reshape(1, 1), left[:1])


@given(BYTES, BYTES)
def test_bits_are_flipped_and_masked_locally(numbers, others):
    size = min(len(numbers), len(others))
    left, right = numbers[:size], others[:size]
    shares = list(zip(share_planes(left, 8), share_planes(right, 8, b"1" * 16), strict=True))
    mask = pack_mask(np.arange(size) % 3 == 0)

    assert opened_planes([x ^ y for x, y in shares]) == [a ^ b for a, b in zip(left, right, strict=True)]
    assert opened_planes([x.invert() for x, _ in shares]) == [255 - a for a in left]
    assert opened_planes([x.mask(mask) for x, _ in shares]) == [
        a if place % 3 == 0 else 0 for place, a in enumerate(left)
    ]
    assert opened_planes([Planes.stack([x.take(3), y.take(slice(0, 2))]) for x, y in shares]) == [
        (a >> 3 & 1) | (b & 3) << 1 for a, b in zip(left, right, strict=True)
    ]


@given(BYTES, st.data())
def test_records_are_gathered_in_any_order_and_as_often_as_named(numbers, data):
    chosen = data.draw(st.lists(st.integers(0, len(numbers) - 1), min_size=1, max_size=100))

    gathered = [share.gather(np.array(chosen)) for share in share_planes(numbers, 8)]

    assert opened_planes(gathered) == [numbers[place] for place in chosen]


@pytest.mark.parametrize("records", [1, 63, 64, 65, 100])
def test_trimming_clears_padding_and_nothing_else(records):
    shares = [share.invert().trimmed() for share in share_planes([0] * records, 2)]

    assert opened_planes(shares) == [3] * records
    assert sum(int(word).bit_count() for word in opened_words(shares).reshape(-1)) == 2 * records


def test_planes_of_another_shape_are_refused():
    with pytest.raises(OutOfRangeError):
        _ = share_planes([1], 2)[0] ^ share_planes([1], 3)[0]


def test_public_values_enter_as_one_summand():
    words = pack(np.array([5, 6, 7], dtype=np.uint64), 3)

    assert opened_planes([Planes.public(role, 3, words) for role in ROLES]) == [5, 6, 7]
    assert opened_elements([Elements.public(role, from_integers([-1, 4])) for role in ROLES]) == [-1, 4]


def test_no_share_stands_in_the_representations():
    assert "array" not in repr(share_planes([1, 2], 4)[0])
    assert "array" not in repr(share_elements([1, 2])[0])
