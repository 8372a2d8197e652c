"""Polynomials, noise and parameters of the scheme over rings."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.functional.rlwe.gaussian import Width, at_least, draw
from crypto.functional.rlwe.messages import uniform_from
from crypto.functional.rlwe.ntt import Ring
from crypto.functional.rlwe.parameters import (
    MAX_MODULUS_BITS,
    choose,
    is_secure,
    noise_bound,
)
from crypto.functional.rlwe.scheme import encrypt
from crypto.primes import is_prime
from tests.crypto.functional.rlwe_keys import BOUND, COLUMNS, DEGREE, KEY, PUBLIC, RANDOM, SMALL, WEIGHTS


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-(2**40), 2**40), min_size=32, max_size=32))
def test_transforms_multiply_modulo_x_to_the_n_plus_1(numbers):
    ring = Ring.of(16, (97, 193, 12289, 1073741441))
    left, right = np.array(numbers[:16]), np.array(numbers[16:])
    product = [0] * 32
    for i in range(16):
        for j in range(16):
            product[i + j] += numbers[i] * numbers[16 + j]
    wanted = [low - high for low, high in zip(product[:16], product[16:], strict=True)]

    factor, other = ring.transform(ring.reduce(np.stack((left, right))))
    got = ring.restore(ring.multiply(factor, ring.constants(other[np.newaxis])))[0]

    for row, p in zip(got, ring.primes, strict=True):
        assert row.tolist() == [coefficient % p for coefficient in wanted]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(-(2**40), 2**40), min_size=16, max_size=16))
def test_restoring_undoes_transforming(numbers):
    ring = Ring.of(16, (97, 12289, 1073741441))
    residues = ring.reduce(np.array(numbers))

    assert (ring.restore(ring.transform(residues)) == residues).all()


@given(st.lists(st.tuples(st.integers(0, 96), st.integers(0, 96)), min_size=16, max_size=16))
def test_sums_and_differences_are_reduced(pairs):
    ring = Ring.of(16, (97,))
    left, right = (np.array([[pair[at] for pair in pairs]], dtype=np.uint32) for at in range(2))

    assert ring.add(left, right).tolist() == [[(a + b) % 97 for a, b in pairs]]
    assert ring.subtract(left, right).tolist() == [[(a - b) % 97 for a, b in pairs]]


def test_the_narrow_gaussian_has_its_moments():
    drawn = draw(Width(16, 1), 400_000, b"\x01" * 32).astype(float)

    assert abs(drawn.mean()) < 0.2
    assert abs(drawn.std() - 24) < 0.15
    # The fourth moment of a Gaussian is three times the squared variance.
    assert abs((drawn**4).mean() / 24**4 - 3) < 0.06


def test_the_narrow_gaussian_has_its_probabilities():
    drawn = draw(Width(16, 1), 400_000, b"\x02" * 32)
    weights = np.exp(-(np.arange(-60, 61, dtype=float) ** 2) / (2 * 576))
    total = 24 * np.sqrt(2 * np.pi)

    observed = np.array([(drawn == x).sum() for x in range(-60, 61)])
    expected = 400_000 * weights / total

    # 121 cells: the 99.99 % quantile of chi squared is about 187.
    assert ((observed - expected) ** 2 / expected).sum() < 187


@given(st.integers(1, 2**80))
def test_a_width_is_at_least_what_is_asked_and_less_than_twice(variance):
    width = at_least(Fraction(variance))

    assert width.variance >= variance
    assert 2 <= width.factor <= 16
    # A factor more than needed would be chosen smaller; from 2 to 3 a variance grows by at most 1.5^2 a step.
    assert width.factor == 2 or Width(width.factor - 1, width.steps).variance < variance


def test_wide_gaussians_have_their_width_and_fill_all_residues():
    width = at_least(Fraction(10**12))
    drawn = draw(width, 200_000, b"\x03" * 32)

    assert abs(drawn.std() / np.sqrt(width.variance) - 1) < 0.01
    counts = np.bincount(drawn % 16, minlength=16)
    assert ((counts - 12_500) ** 2 / 12_500).sum() < 44


def test_one_key_gives_one_noise():
    width = Width(16, 2)

    assert (draw(width, 100, b"\x04" * 32) == draw(width, 100, b"\x04" * 32)).all()
    assert (draw(width, 100, b"\x04" * 32) != draw(width, 100, b"\x05" * 32)).any()


def test_noise_of_honest_ciphertexts_is_far_below_its_bound():
    ring, scale = SMALL.ring, SMALL.scale
    ciphertext = encrypt([(0, 0, 0)] * DEGREE, PUBLIC, RANDOM)
    weighted = ring.combine(np.array(WEIGHTS), ciphertext.columns)
    masks = ring.multiply(ciphertext.mask, ring.constants(KEY.secret[np.newaxis]))[0]
    phase = ring.restore(ring.subtract(weighted, masks))
    q = scale * SMALL.plain_modulus

    largest = 0
    for at in range(DEGREE):
        residue = sum(
            int(phase[index, at]) * (q // p) * pow(q // p, -1, p) for index, p in enumerate(SMALL.primes)
        )
        largest = max(largest, min(residue % q, q - residue % q))
    bound = noise_bound(COLUMNS, BOUND, DEGREE, SMALL.widths)

    assert 0 < largest < bound
    assert 4 * bound < scale


@pytest.mark.parametrize(
    ("columns", "values", "weights", "degree"),
    [(10, 100, 100, 4096), (100, 100, 10, 4096), (784, 4, 16, 4096), (10, 1000, 1000, 8192)],
)
def test_parameters_follow_the_paper_and_the_standard(columns, values, weights, degree):
    chosen = choose(columns, values, weights)
    first, second, third = (width.variance for width in chosen.widths)

    assert chosen.degree == degree
    assert is_secure(chosen)
    assert chosen.modulus_bits <= MAX_MODULUS_BITS[degree]
    assert all(is_prime(p) and p % (2 * degree) == 1 and p < 2**30 for p in chosen.primes)
    assert len(set(chosen.primes)) == len(chosen.primes)
    assert chosen.plain_modulus > 2 * columns * values * weights
    assert chosen.scale > 4 * noise_bound(columns, weights, degree, chosen.widths)
    assert first >= 4 * columns * values**2 * 3.2**2
    assert second >= 2 * (columns + 2) * degree**2 * 128 * 3.2**2 * first
    assert third >= 2 * second


@pytest.mark.parametrize(
    ("columns", "values", "weights", "degree"),
    [
        (0, 1, 1, None),
        (5000, 1, 1, None),
        (1, 0, 1, None),
        (1, 1, 0, None),
        (1000, 1000, 1000, None),
        (1, 1, 1, 48),
        (1, 1, 1, 8),
        (1, 1, 1, 2**20),
    ],
)
def test_parameters_that_do_not_exist_are_refused(columns, values, weights, degree):
    with pytest.raises(OutOfRangeError):
        choose(columns, values, weights, degree=degree)


def test_small_degrees_are_not_vouched_for():
    assert not is_secure(SMALL)


def test_a_uniform_polynomial_is_reduced_and_spread():
    residues = uniform_from(b"\x06" * 32, choose(1, 1, 1))
    chosen = choose(1, 1, 1)

    for row, p in zip(residues, chosen.primes, strict=True):
        assert row.max() < p
        counts = np.bincount(row.astype(np.int64) * 16 // p, minlength=16)
        assert ((counts - chosen.degree / 16) ** 2 / (chosen.degree / 16)).sum() < 44
