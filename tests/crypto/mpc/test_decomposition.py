"""Field elements come apart into their bits, whatever their summands are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.goldilocks import PRIME
from crypto.mpc.decomposition import field_to_planes
from crypto.mpc.shares import Elements
from crypto.sharing.replicated import ROLES, following
from tests.crypto.mpc.trio import opened_planes, parties, run, share_elements

EDGES = st.sampled_from([0, 1, 2**32 - 1, 2**32, 2**33, PRIME - 2**33, PRIME - 1, PRIME // 2, PRIME // 3])
ELEMENTS = EDGES | st.integers(0, PRIME - 1)


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=70), st.integers(1, 63))
@settings(max_examples=40)
def test_elements_below_2_to_the_63_have_the_bits_of_their_integers(values, bits):
    planes = run(field_to_planes, share_elements(values), bits)

    assert opened_planes(planes.results) == [value % 2**bits for value in values]
    assert planes.rounds <= 15


@given(st.tuples(ELEMENTS, ELEMENTS), st.sampled_from([0, 1, 2**32, 2**62, 2**63 - 1]))
@settings(max_examples=60)
def test_no_summand_leads_astray(pair, value):
    summands = [np.array([each], dtype=np.uint64) for each in (*pair, (value - sum(pair)) % PRIME)]
    shares = [Elements(role, summands[role], summands[following(role)]) for role in ROLES]

    assert opened_planes(run(field_to_planes, shares, 63).results) == [value]


@pytest.mark.parametrize("bits", [0, 64])
def test_elements_have_1_to_63_bits(bits):
    with pytest.raises(OutOfRangeError):
        next(field_to_planes(parties()[0], share_elements([1])[0], bits))
