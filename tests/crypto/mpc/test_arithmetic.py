"""Products of shared elements are those of the integers, and what arrives says nothing."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import goldilocks
from crypto.errors import MalformedMessageError, OutOfRangeError, ProtocolError
from crypto.goldilocks import PRIME, ROOT
from crypto.mpc import arithmetic, local
from crypto.mpc.rounds import HEAD_BYTES
from crypto.mpc.shares import Elements
from crypto.sharing.replicated import ROLES, following, preceding
from tests.crypto.mpc.trio import flip, opened_elements, parties, play, share_elements

few = settings(max_examples=25)
integers = st.integers(-(2**64), 2**64)
keys = st.lists(st.binary(min_size=32, max_size=32), min_size=3, max_size=3)
TABLE = ((3, -5, 7, 0, 11), (2, 2, -2, 9, 1), (1, 0, 1, 1, 4))


def shared(table, seed=b"\x07" * 32):
    """A table, columns by records, at each role."""
    flat = [value for column in table for value in column]
    return [each.reshape(len(table), -1) for each in share_elements(flat, seed)]


def run(protocol, *inputs, keys=None, tamper=None):
    """One protocol at three roles, whose inputs are lists of three."""
    roles = parties() if keys is None else parties(keys=keys)
    return play([protocol(party, *(each[party.role] for each in inputs)) for party in roles], tamper=tamper)


def signed(values):
    return goldilocks.to_signed(goldilocks.from_integers(values))


@few
@given(st.lists(st.tuples(integers, integers), max_size=8), keys)
def test_products_are_those_of_the_integers_whatever_the_keys(chosen, keys):
    left, right = (share_elements([pair[side] for pair in chosen]) for side in (0, 1))

    played = run(arithmetic.multiply, left, right, keys=keys)

    assert opened_elements(played.results) == signed([a * b for a, b in chosen])
    assert played.rounds == 1


def test_several_products_share_one_round():
    first, second = share_elements([2, 3]), share_elements([5, 7])
    third = shared(TABLE)

    def protocol(party, a, b, c):
        return arithmetic.multiply_all(party, [(a, b), (c, c)])

    played = run(protocol, first, second, third)

    assert played.rounds == 1
    assert opened_elements([each[0] for each in played.results]) == [10, 21]
    squares = [each[1] for each in played.results]
    assert squares[0].shape == (3, 5)
    assert opened_elements(squares) == [value**2 for column in TABLE for value in column]


@few
@given(st.lists(st.tuples(integers, integers), min_size=1, max_size=8))
def test_an_inner_product_is_one_element(chosen):
    left, right = (share_elements([pair[side] for pair in chosen]) for side in (0, 1))

    played = run(arithmetic.inner_product, left, right)

    assert opened_elements(played.results) == signed([sum(a * b for a, b in chosen)])
    assert [len(body) for body in played.received(0)] == [8]


def test_a_gram_matrix_is_symmetric_and_each_pair_travels_once():
    played = run(arithmetic.gram, shared(TABLE))

    plain = np.array(TABLE)
    assert opened_elements(played.results) == (plain @ plain.T).reshape(-1).tolist()
    assert [len(body) for body in played.received(1)] == [6 * 8]


def test_columns_times_a_vector_of_records():
    vector = share_elements([1, -1, 2, 3, 0])

    played = run(arithmetic.column_products, shared(TABLE), vector)

    assert opened_elements(played.results) == (np.array(TABLE) @ [1, -1, 2, 3, 0]).tolist()


def test_records_times_a_weight_for_each_column():
    weights = share_elements([4, -3, 10])

    played = run(arithmetic.weighted_columns, shared(TABLE), weights)

    assert opened_elements(played.results) == ([4, -3, 10] @ np.array(TABLE)).tolist()


def test_blocks_of_records_add_up():
    long = [list(range(-600, 1000)), [3] * 1600]

    played = run(arithmetic.gram, shared(long))

    plain = np.array(long)
    assert opened_elements(played.results) == (plain @ plain.T).reshape(-1).tolist()


def test_random_values_are_opened_alike_at_all_roles():
    played = run(arithmetic.opened, share_elements([5, -6]))

    assert all(goldilocks.to_signed(result) == [5, -6] for result in played.results)


@pytest.mark.parametrize("receiver", ROLES)
@pytest.mark.parametrize("distance", [1, 2])
def test_who_opens_another_summand_is_one_of_the_two_named(receiver, distance):
    sender = (receiver + distance) % 3

    with pytest.raises(ProtocolError) as refused:
        run(arithmetic.opened, share_elements([5]), tamper=flip(1, sender, receiver))

    assert set(refused.value.culprits) == set(ROLES) - {receiver}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("values", [[0] * 64, [2**40 + 7] * 64])
def test_what_a_role_receives_is_uniform_whatever_is_multiplied(role, values):
    counts: Counter[int] = Counter()
    for number in range(16):
        fresh = [bytes([number + 1, each]) * 16 for each in ROLES]
        factors = share_elements(values)
        counts.update(b"".join(run(arithmetic.multiply, factors, factors, keys=fresh).received(role)))

    mean = counts.total() / 256
    # 255 degrees of freedom: a chi-square above 330 would have probability 0.001.
    assert sum((counts[byte] - mean) ** 2 / mean for byte in range(256)) < 330


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_receives_is_masked_by_a_key_that_it_lacks(role):
    factors = share_elements([3])
    bodies = set()
    for number in range(50):
        fresh = [bytes([each + 1]) * 32 for each in ROLES]
        # The key that role + 1 and role + 2 share, and this role does not have.
        fresh[preceding(role)] = bytes([number + 9]) * 32
        bodies.add(run(arithmetic.multiply, factors, factors, keys=fresh).received(role)[0])

    assert len(bodies) == 50


def test_without_its_mask_a_message_would_tell_a_role_the_other_factor():
    """The naive variant: role 1 sends its bare part, and role 0 knows all of it but one unknown."""
    x, y = share_elements([6]), share_elements([7])
    left, right = (local.Shares(each[1].first, each[1].second) for each in (x, y))
    part = local.products(left, right)
    x_1, y_1 = int(x[0].second[0]), int(y[0].second[0])  # at role 0

    # part = (x_1 + x_2/r)(r y_1 + y_2), and x, y are related: for y = 7 known, x follows.
    y_2 = (7 - int(y[0].first[0]) - y_1) % PRIME
    x_2 = (int(part[0]) * goldilocks.inverse(ROOT * y_1 + y_2) - x_1) * ROOT % PRIME

    assert (int(x[0].first[0]) + x_1 + x_2) % PRIME == 6


@pytest.mark.parametrize("receiver", ROLES)
def test_an_error_added_to_a_message_shifts_the_product_unseen(receiver):
    """Why `crypto.mpc.mac` exists."""
    sender = following(receiver)
    honest = run(arithmetic.multiply, share_elements([6]), share_elements([7])).inboxes[0][receiver][sender]
    body = int.from_bytes(honest[HEAD_BYTES:], "little")
    forged = ((body + 1000) % PRIME).to_bytes(8, "little")

    def shift(number, origin, target, raw):
        return raw[:HEAD_BYTES] + forged if (origin, target) == (sender, receiver) else raw

    played = run(arithmetic.multiply, share_elements([6]), share_elements([7]), tamper=shift)

    # The liar keeps to its own lie.
    total = sum(int(each.first[0]) for each in played.results) + 1000
    assert total % PRIME == 1042


@pytest.mark.parametrize("receiver", ROLES)
def test_a_word_above_the_prime_names_its_sender(receiver):
    sender = following(receiver)

    def tamper(number, origin, target, raw):
        return raw[:HEAD_BYTES] + b"\xff" * 8 if (origin, target) == (sender, receiver) else raw

    with pytest.raises(MalformedMessageError) as refused:
        run(arithmetic.multiply, share_elements([6]), share_elements([7]), tamper=tamper)

    assert refused.value.culprits == (sender,)


@pytest.mark.parametrize(
    ("protocol", "arguments"),
    [
        (arithmetic.multiply, lambda: (share_elements([1]), share_elements([1, 2]))),
        (arithmetic.inner_product, lambda: (share_elements([1]), share_elements([1, 2]))),
        (arithmetic.column_products, lambda: (shared(TABLE), share_elements([1, 2]))),
        (arithmetic.weighted_columns, lambda: (shared(TABLE), share_elements([1, 2]))),
        (lambda party, a: arithmetic.multiply_all(party, []), lambda: (share_elements([1]),)),
        (
            lambda party, table: arithmetic.pair_products(party, table, np.array([[0, 3]])),
            lambda: (shared(TABLE),),
        ),
    ],
    ids=["multiply", "inner product", "columns", "weights", "nothing", "no such column"],
)
def test_factors_that_do_not_fit_are_refused_before_anything_is_sent(protocol, arguments):
    with pytest.raises(OutOfRangeError):
        run(protocol, *arguments())


@pytest.mark.slow
def test_a_million_products_and_sums_of_products():
    rng = np.random.default_rng(1)
    plain = rng.integers(0, 1 << 16, (3, 1_000_000), dtype=np.uint64)
    first, second = (rng.integers(0, PRIME, plain.shape, dtype=np.uint64) for _ in range(2))
    summands = (first, second, goldilocks.subtract(goldilocks.subtract(plain, first), second))
    table = [Elements(role, summands[role], summands[following(role)]) for role in ROLES]

    def products(party, mine):
        return arithmetic.multiply(party, mine.take(0), mine.take(1))

    assert opened_elements(run(products, table).results) == (plain[0] * plain[1]).tolist()
    assert opened_elements(run(arithmetic.gram, table).results) == (plain @ plain.T).reshape(-1).tolist()
