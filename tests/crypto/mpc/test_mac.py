"""A lie in a multiplication is caught before anything is released, wherever it is and whatever it adds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import goldilocks
from crypto.errors import CryptoError, MalformedMessageError, OutOfRangeError, ProtocolError
from crypto.goldilocks import PRIME
from crypto.mpc.mac import Authenticated, Authenticator
from crypto.sharing.replicated import ROLES, following, preceding
from tests.crypto.mpc.trio import flip, opened_elements, parties, play, share_elements

integers = st.integers(-(2**64), 2**64)
PAIRS = np.array([[0, 0], [0, 1], [1, 1]])
ADMITTED, MULTIPLIED, SUMMED, FACTOR, BLINDED, SHOWN = range(1, 7)
"""The rounds of one product and its verification."""


def polynomial(party, x, y):
    """(x y - 3 x) y, entry by entry, verified."""
    authenticator = Authenticator.draw(party)
    both = yield from authenticator.admit(type(x).join([x, y]))
    size = x.first.size
    parts = [
        Authenticated(both.values.take(part), both.tags.take(part))
        for part in (slice(0, size), slice(size, None))
    ]
    product = yield from authenticator.multiply(parts[0], parts[1])
    result = yield from authenticator.multiply(product - parts[0].scale(3), parts[1])
    yield from authenticator.verify()
    return result.values


def square(party, x):
    """x² of one value; its messages are easy to count."""
    authenticator = Authenticator.draw(party)
    admitted = yield from authenticator.admit(x)
    product = yield from authenticator.multiply(admitted, admitted)
    yield from authenticator.verify()
    return product.values


def run(protocol, *inputs, tamper=None, keys=None):
    roles = parties() if keys is None else parties(keys=keys)
    return play([protocol(party, *(each[party.role] for each in inputs)) for party in roles], tamper=tamper)


def lying(protocol, number, amounts):
    """A role that adds amounts to some words of one of its messages, and keeps to it.

    What is sent is the very array that the role goes on with.
    """
    exchange = next(protocol)
    at = 1
    while True:
        if at == number:
            for words in exchange.send.values():
                for place, amount in amounts.items():
                    words[place] = (int(words[place]) + amount) % PRIME
        inbox = yield exchange
        try:
            exchange = protocol.send(inbox)
        except StopIteration as end:
            return end.value
        at += 1


def run_with_liar(values, amounts, *, liar=1, number=MULTIPLIED):
    shares = share_elements(values)
    protocols = [square(party, shares[party.role]) for party in parties()]
    protocols[liar] = lying(protocols[liar], number, amounts)
    return play(protocols)


@settings(max_examples=25)
@given(
    st.lists(st.tuples(integers, integers), min_size=1, max_size=5),
    st.lists(st.binary(min_size=32, max_size=32), min_size=3, max_size=3),
)
def test_an_honest_computation_passes_whatever_the_keys(chosen, keys):
    x, y = (share_elements([pair[side] for pair in chosen]) for side in (0, 1))

    played = run(polynomial, x, y, keys=keys)

    expected = goldilocks.from_integers([(a * b - 3 * a) * b for a, b in chosen])
    assert opened_elements(played.results) == goldilocks.to_signed(expected)


def test_sums_of_products_and_public_factors_keep_their_tags():
    def protocol(party, table):
        authenticator = Authenticator.draw(party)
        admitted = yield from authenticator.admit(table.reshape(2, 3))
        weighed = admitted.weigh(goldilocks.stacked([1, 2, 3, 4, 5, 6]).reshape(2, 3))
        doubled = weighed + weighed
        sums = yield from authenticator.pair_products(doubled, PAIRS)
        yield from authenticator.verify()
        return sums.values

    played = run(protocol, share_elements([1, 1, 2, 0, 1, -1]))

    x, y = np.array([2, 4, 12]), np.array([0, 10, -12])
    assert opened_elements(played.results) == [x @ x, x @ y, y @ y]


@pytest.mark.parametrize("receiver", ROLES)
@pytest.mark.parametrize("number", [ADMITTED, MULTIPLIED, SUMMED, BLINDED])
@pytest.mark.parametrize("bit", [0, 63])
def test_one_flipped_bit_in_any_multiplication_stops_the_run(receiver, number, bit):
    with pytest.raises((ProtocolError, MalformedMessageError)):
        run(square, share_elements([6]), tamper=flip(number, following(receiver), receiver, bit=bit))


@settings(max_examples=30)
@given(
    st.integers(1, PRIME - 1),
    st.sampled_from(ROLES),
    st.sampled_from([ADMITTED, MULTIPLIED, SUMMED, BLINDED]),
)
def test_no_amount_added_by_a_liar_that_keeps_to_it_passes(amount, liar, number):
    with pytest.raises(ProtocolError) as refused:
        run_with_liar([6], {0: amount}, liar=liar, number=number)

    assert len(refused.value.culprits) == 2


@settings(max_examples=30)
@given(st.integers(1, PRIME - 1), st.integers(0, PRIME - 1))
def test_a_lie_that_also_guesses_its_tag_does_not_pass(amount, guess):
    """Only the very factor would do, and it is uniform until everything is fixed."""
    with pytest.raises(ProtocolError):
        run_with_liar([6], {0: amount, 1: amount * guess})


def test_a_lie_that_knew_the_factor_would_pass():
    """Why the factor is opened only when all sums are fixed, and used no more."""
    played = run_with_liar([6], {0: 1000, 1: 1000 * share_factor()})

    assert opened_elements(played.results) == [1036]


def share_factor():
    """The factor that the roles of these tests draw first."""
    summands = [party.random_elements(1) for party in parties()]
    return sum(int(first[0]) for first, _ in summands) % PRIME


def test_lies_that_cancel_in_the_sum_of_all_products_do_not_pass():
    """A naive check adds products and tags up with no random coefficients, and sees nothing."""
    lie = {0: 5, 1: PRIME - 5}

    with pytest.raises(ProtocolError):
        run_with_liar([6, 7], lie)
    assert sum(lie.values()) % PRIME == 0


@pytest.mark.parametrize("receiver", ROLES)
@pytest.mark.parametrize("distance", [1, 2])
@pytest.mark.parametrize("number", [FACTOR, SHOWN])
def test_who_opens_another_summand_in_the_check_is_among_the_named(receiver, distance, number):
    sender = (receiver + distance) % 3

    with pytest.raises(ProtocolError) as refused:
        run(square, share_elements([6]), tamper=flip(number, sender, receiver))

    assert set(refused.value.culprits) == {preceding(receiver), following(receiver)}


def test_the_refusal_never_tells_which_product_was_wrong():
    def refusal(place):
        with pytest.raises(ProtocolError) as refused:
            run_with_liar([6] * 9, {place: 77})
        return str(refused.value), refused.value.culprits

    assert len({refusal(place) for place in range(9)}) == 1


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_receives_has_one_length_whatever_the_values(role):
    lengths = [
        [len(body) for body in run(square, share_elements([value])).received(role)] for value in (0, 2**40)
    ]

    assert lengths[0] == lengths[1]


def test_a_factor_is_used_once():
    def again(party, x):
        authenticator = Authenticator.draw(party)
        yield from authenticator.admit(x)
        yield from authenticator.verify()
        yield from authenticator.admit(x)

    with pytest.raises(CryptoError, match="public"):
        run(again, share_elements([6]))


def test_factors_of_two_shapes_are_refused():
    def protocol(party, x):
        authenticator = Authenticator.draw(party)
        admitted = yield from authenticator.admit(x)
        yield from authenticator.multiply(admitted, admitted.reshape(2, 1))

    with pytest.raises(OutOfRangeError):
        run(protocol, share_elements([6, 7]))


def test_no_factor_stands_in_the_representation():
    assert "array" not in repr(Authenticator.draw(parties()[0]))


@pytest.mark.slow
def test_a_lie_in_one_of_a_hundred_thousand_products_is_caught():
    values = list(range(100_000))

    assert opened_elements(run(square, share_elements(values)).results) == [value**2 for value in values]
    with pytest.raises(ProtocolError):
        run_with_liar(values, {77_777: 1})
