"""Lattice encryption of batches: every record's result, and nothing that was altered."""

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import CryptoError, DecryptionError, MalformedError, OutOfRangeError
from crypto.functional.rlwe.gaussian import Width, at_least, draw
from crypto.functional.rlwe.messages import Ciphertext, MasterPublicKey, uniform_from
from crypto.functional.rlwe.ntt import Ring
from crypto.functional.rlwe.parameters import (
    MAX_MODULUS_BITS,
    choose,
    is_secure,
    noise_bound,
)
from crypto.functional.rlwe.scheme import FunctionalKey, MasterSecretKey, encrypt, setup
from crypto.primes import is_prime
from crypto.randomness import stream

DEGREE, COLUMNS, BOUND = 64, 3, 50
SMALL = choose(COLUMNS, BOUND, BOUND, degree=DEGREE)
OWNER = MasterSecretKey(SMALL, b"\x41" * 32)
OTHER_OWNER = MasterSecretKey(SMALL, b"\x42" * 32)
PUBLIC = OWNER.public
RANDOM = stream(b"\x43" * 32, "encrypt")
WEIGHTS = (50, -50, 7)
KEY = OWNER.derive_key(WEIGHTS)
rows = st.lists(st.integers(-BOUND, BOUND), min_size=COLUMNS, max_size=COLUMNS)


def results(weights, records):
    return [sum(y * x for y, x in zip(weights, record, strict=True)) for record in records]


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


# Polynomials.


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


# Noise.


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


# Parameters.


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


# Bytes.


def test_public_keys_and_ciphertexts_round_trip():
    ciphertext = encrypt([(1, 2, 3), (4, 5, 6)], PUBLIC, RANDOM)
    public = MasterPublicKey.decode(PUBLIC.encode(), least_degree=DEGREE)

    decoded = Ciphertext.decode(ciphertext.encode(), public)

    assert public.key_id == PUBLIC.key_id
    assert (public.bases == PUBLIC.bases).all()
    assert KEY.decrypt(decoded) == results(WEIGHTS, [(1, 2, 3), (4, 5, 6)])


def test_a_key_of_a_small_degree_is_refused_unless_asked_for():
    with pytest.raises(MalformedError):
        MasterPublicKey.decode(PUBLIC.encode())


def test_a_key_whose_degree_is_too_small_for_its_bounds_is_refused():
    chosen = choose(10, 1000, 1000, degree=4096)
    bases = np.zeros((10, len(chosen.primes), 4096), dtype=np.uint32)
    raw = MasterPublicKey(chosen, bytes(32), bases).encode()

    with pytest.raises(MalformedError):
        MasterPublicKey.decode(raw)


def test_a_key_with_impossible_parameters_is_refused():
    raw = bytearray(PUBLIC.encode())
    raw[2:4] = bytes(2)

    with pytest.raises(MalformedError):
        MasterPublicKey.decode(bytes(raw), least_degree=DEGREE)


@given(st.binary(max_size=100))
def test_arbitrary_bytes_are_refused_by_name(raw):
    with pytest.raises(MalformedError):
        MasterPublicKey.decode(raw, least_degree=DEGREE)
    with pytest.raises(MalformedError):
        Ciphertext.decode(raw, PUBLIC)
    with pytest.raises(MalformedError):
        FunctionalKey.decode(raw, PUBLIC)


RAW = encrypt([(1, 2, 3)] * DEGREE, PUBLIC, RANDOM).encode()


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused_or_tells_fewer_records(position, change):
    """A residue is a value of the transform, so a change spreads over all coefficients and is noticed."""
    raw = bytearray(RAW)
    raw[position] ^= change
    try:
        ciphertext = Ciphertext.decode(bytes(raw), PUBLIC)
    except MalformedError:
        return

    if ciphertext.records == DEGREE:
        with pytest.raises(DecryptionError):
            KEY.decrypt(ciphertext)
    else:
        assert KEY.decrypt(ciphertext) == results(WEIGHTS, [(1, 2, 3)] * ciphertext.records)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_of_a_public_key_is_refused_or_another_key(position, change):
    raw = bytearray(PUBLIC.encode())
    raw[position % len(raw)] ^= change

    with suppress(CryptoError):
        assert MasterPublicKey.decode(bytes(raw), least_degree=DEGREE).key_id != PUBLIC.key_id


def test_a_functional_key_round_trips():
    decoded = FunctionalKey.decode(KEY.encode(), PUBLIC)

    assert decoded.weights == WEIGHTS
    assert (decoded.secret == KEY.secret).all()
    assert decoded.decrypt(Ciphertext.decode(RAW, PUBLIC)) == results(WEIGHTS, [(1, 2, 3)] * DEGREE)


def test_a_functional_key_of_another_owner_or_with_a_weight_beyond_its_bound_is_refused():
    raw = KEY.encode()

    for bad in (
        OTHER_OWNER.derive_key(WEIGHTS).encode(),
        replace(KEY, weights=(51, 0, 0)).encode(),
        raw[:-1],
        raw[:40],
        b"\x02" + raw[1:],
        raw[:-4] + b"\xff" * 4,
    ):
        with pytest.raises(MalformedError):
            FunctionalKey.decode(bad, PUBLIC)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(KEY.encode()) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_functional_key_is_refused_or_opens_nothing(position, change):
    raw = bytearray(KEY.encode())
    raw[position] ^= change

    with pytest.raises((MalformedError, DecryptionError)):
        FunctionalKey.decode(bytes(raw), PUBLIC).decrypt(Ciphertext.decode(RAW, PUBLIC))


def test_secrets_stay_out_of_repr():
    assert repr(OWNER.seed) not in repr(OWNER)
    assert str(KEY.secret[0, 0]) not in repr(KEY)
    assert "bases" not in repr(PUBLIC)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_seed_has_32_bytes(length):
    with pytest.raises(MalformedError):
        MasterSecretKey(SMALL, bytes(length))


@pytest.mark.slow
def test_a_batch_of_4096_records_opens_at_real_size():
    owner = setup(choose(10, 100, 100), stream(b"\x44" * 32, "setup"))
    records = np.random.default_rng(5).integers(-100, 101, (4096, 10)).tolist()
    weights = [100, -100, 1, 2, 3, 4, 5, 6, 7, 8]

    opened = owner.derive_key(weights).decrypt(encrypt(records, owner.public, RANDOM))

    assert opened == results(weights, records)
