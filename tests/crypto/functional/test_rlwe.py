"""Lattice encryption of batches: every record's result, and nothing that was altered."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import DecryptionError, OutOfRangeError
from crypto.functional.rlwe.scheme import encrypt
from tests.crypto.functional.rlwe_keys import (
    BOUND,
    DEGREE,
    KEY,
    OTHER_OWNER,
    OWNER,
    PUBLIC,
    RANDOM,
    SMALL,
    WEIGHTS,
    results,
    rows,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(rows, min_size=1, max_size=DEGREE), rows)
def test_a_key_opens_the_weighted_sum_of_every_record(records, weights):
    ciphertext = encrypt(records, PUBLIC, RANDOM)

    assert OWNER.derive_key(weights).decrypt(ciphertext) == results(weights, records)


def test_the_largest_results_of_both_signs_open():
    records = [(BOUND, -BOUND, BOUND), (-BOUND, BOUND, -BOUND)] * (DEGREE // 2)

    opened = OWNER.derive_key((BOUND, -BOUND, BOUND)).decrypt(encrypt(records, PUBLIC, RANDOM))

    assert opened == [3 * BOUND**2, -3 * BOUND**2] * (DEGREE // 2)


def test_two_encryptions_of_one_batch_differ():
    first, second = encrypt([WEIGHTS], PUBLIC), encrypt([WEIGHTS], PUBLIC)

    assert (first.mask != second.mask).mean() > 0.9


def test_keys_add_up():
    """Why there is an authority: two keys make the key of every combination."""
    first, second = OWNER.derive_key((1, 1, 1)), OWNER.derive_key((0, 1, 1))
    secret = SMALL.ring.subtract(first.secret, second.secret)
    forged = replace(first, weights=(1, 0, 0), secret=secret)

    assert forged.decrypt(encrypt([(13, 1, 2)], PUBLIC, RANDOM)) == [13]


def test_without_noise_the_public_key_would_be_the_secret():
    """b = a s is solved by a division; with noise, the same division gives nothing small."""
    ring, uniform = SMALL.ring, PUBLIC.uniform.values[0]
    inverses = np.array(
        [[pow(int(v), -1, p) for v in row] for row, p in zip(uniform, SMALL.primes, strict=True)],
        dtype=np.uint32,
    )
    naive = ring.multiply(uniform, ring.constants(OWNER.secrets))

    assert (ring.multiply(inverses, ring.constants(naive)) == OWNER.secrets).all()
    solved = ring.multiply(inverses, ring.constants(PUBLIC.bases))
    assert (solved != OWNER.secrets).mean() > 0.9


@pytest.mark.parametrize(
    "records",
    [
        [],
        [(1, 2)],
        [(1, 2, 3), (1, 2)],
        [(51, 0, 0)],
        [(0, 0, -51)],
        [(0, 2**70, 0)],
        [(0, 0, 0)] * (DEGREE + 1),
    ],
)
def test_batches_that_do_not_fit_are_refused(records):
    with pytest.raises(OutOfRangeError) as refused:
        encrypt(records, PUBLIC, RANDOM)

    assert "51" not in str(refused.value)


@pytest.mark.parametrize("weights", [(1, 2), (51, 0, 0), (0, -(2**70), 0)])
def test_weights_that_do_not_fit_are_refused(weights):
    with pytest.raises(OutOfRangeError):
        OWNER.derive_key(weights)


def test_a_ciphertext_of_another_owner_opens_nothing():
    foreign = encrypt([(1, 2, 3)], OTHER_OWNER.public, RANDOM)

    with pytest.raises(DecryptionError):
        KEY.decrypt(foreign)
    with pytest.raises(DecryptionError):
        KEY.decrypt(replace(foreign, key_id=PUBLIC.key_id))


def test_a_mask_of_another_ciphertext_opens_nothing():
    first, second = (encrypt([(1, 2, 3)], PUBLIC, RANDOM) for _ in range(2))

    with pytest.raises(DecryptionError):
        KEY.decrypt(replace(first, mask=second.mask))


def test_a_result_beyond_the_bounds_opens_nothing():
    """Anybody can add to a ciphertext; beyond what the weights allow that is seen."""
    low, high = encrypt([(50, 0, 0)], PUBLIC, RANDOM), encrypt([(50, 0, 0)], PUBLIC, RANDOM)
    ring = SMALL.ring
    added = replace(low, mask=ring.add(low.mask, high.mask), columns=ring.add(low.columns, high.columns))

    with pytest.raises(DecryptionError):
        OWNER.derive_key((1, 0, 0)).decrypt(added)
