"""Products of additively shared values, with and without tags, and what a lie comes to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import goldilocks
from crypto.errors import MalformedMessageError, OutOfRangeError, ProtocolError
from crypto.mpc.additive.authentication import check_opened
from crypto.mpc.additive.beaver import Session, add, enter, multiply, subtract, total, weigh
from crypto.mpc.additive.sharing import Seat, Summand, combine, split
from crypto.randomness import stream
from tests.crypto.mpc.additive.nodes import BINDING, Tamper, adding, dealt, play, untouched

SMALL = st.integers(-(2**30), 2**30)


def product(dealt_part, left, right, *, checked):
    """x·y + x - y, added up, as one node computes it."""
    session = Session(dealt_part)
    x = yield from enter(session, Summand(session.seat, left))
    y = yield from enter(session, Summand(session.seat, right))
    z = yield from multiply(session, x, y)
    result = total(add(z, subtract(x, weigh(y, goldilocks.from_integers([1] * left.size)))))
    if checked:
        role = session.seat.role
        yield from check_opened(session, binding=BINDING, random=stream(bytes([role]) * 32, "check"))
    return result.values


def run(left, right, *, nodes=3, authenticated=True, checked=None, tamper: Tamper = untouched):
    parts = dealt(3 * len(left), nodes, authenticated=authenticated)
    checked = authenticated if checked is None else checked
    shares = zip(
        parts,
        split(left, nodes, stream(b"l" * 32, "x")),
        split(right, nodes, stream(b"r" * 32, "y")),
        strict=True,
    )
    return play([product(part, x, y, checked=checked) for part, x, y in shares], tamper)


@settings(max_examples=25)
@given(st.lists(st.tuples(SMALL, SMALL), min_size=1, max_size=4), st.integers(2, 5), st.booleans())
def test_products_are_those_in_the_clear(pairs, nodes, authenticated):
    left, right = [x for x, _ in pairs], [y for _, y in pairs]

    results = run(left, right, nodes=nodes, authenticated=authenticated)

    assert (combine(results)[0] - sum(x * y + x - y for x, y in pairs)) % goldilocks.PRIME == 0


def test_without_tags_a_lie_shifts_the_result_unseen():
    """The additive attack: why products among nodes that do not trust each other are authenticated."""
    results = run([3], [5], authenticated=False, tamper=adding(0, 1, sender=1, number=1))

    # d = x - a was read as one more by the others: their parts shift by b's summands and e.
    assert combine(results)[0] != 13


@pytest.mark.parametrize("number", [1, 2, 3])
def test_with_tags_a_lie_about_an_opened_value_stops_everybody(number):
    # Rounds 1 and 2 bring the inputs in; a node that tells two others different things is caught there.
    receiver = 0 if number < 3 else None

    results = run([3], [5], tamper=adding(0, 1, sender=1, number=number, receiver=receiver))

    assert all(isinstance(result, ProtocolError) for result in results)
    assert any(result.culprits == (0, 1, 2) for result in results)


def test_a_node_that_holds_another_input_changes_the_answer_like_a_lying_wallet():
    """Why summands are checked against their commitments before they come in."""
    parts = dealt(3, 2, authenticated=True)
    shares = split([3], 2)
    shares[1] = goldilocks.add(shares[1], goldilocks.stacked([1]))
    other = split([5], 2)

    results = play(
        [product(part, x, y, checked=True) for part, x, y in zip(parts, shares, other, strict=True)]
    )

    assert combine(results) == [4 * 5 + 4 - 5]


@pytest.mark.parametrize("number", [5, 7])
def test_a_node_that_opens_something_else_than_it_committed_to_is_named(number):
    results = run([3], [5], tamper=adding(0, 1, sender=2, number=number))

    assert results[0].culprits == results[1].culprits == (2,)


def test_a_wrong_difference_does_not_pass():
    """A node that lies about a product cannot repair the check without the key: the sum is not zero."""
    lie = adding(0, 1, sender=1, number=3)

    results = run([3], [5], tamper=lie)

    assert "does not agree with its tags" in str(results[0])


def test_a_word_that_is_no_element_names_its_sender():
    def tamper(number, sender, _receiver, message):
        return message[:-8] + b"\xff" * 8 if (number, sender) == (3, 2) else message

    results = run([3], [5], tamper=tamper)

    assert isinstance(results[0], MalformedMessageError)
    assert results[0].culprits == (2,)


def test_a_missing_node_is_named():
    part = dealt(3, 3, authenticated=True)[0]
    x = split([3], 3)[0]
    from_nobody = play([product(part, x, x, checked=True)])

    assert from_nobody[0].culprits == (1, 2)


def test_used_up_triples_are_not_used_again():
    parts = dealt(2, 2, authenticated=False)
    session = Session(parts[0])
    session.draw(2)

    with pytest.raises(OutOfRangeError, match="have more dealt"):
        session.draw(1)


def test_values_without_tags_cannot_be_checked():
    session = Session(dealt(1, 2, authenticated=False)[0])

    with pytest.raises(OutOfRangeError):
        next(check_opened(session, binding=BINDING))


def test_what_is_opened_does_not_depend_on_the_values():
    """Two runs that differ in the inputs only, with the masks moved by as much, say the very same words."""
    heard: list[list[bytes]] = []
    for shift in (0, 1000):
        said: list[bytes] = []

        def listen(number, _sender, receiver, message, said=said):
            if number == 1 and receiver == 0:
                said.append(message)
            return message

        parts = dealt(3, 3, authenticated=False)
        for part in parts[2:]:  # the last node's masks move with its summand
            for mask in (part.a.values, part.b.values):
                mask[:1] = goldilocks.add(mask[:1], goldilocks.from_integers([shift]))
        shares = split([7 + shift], 3, stream(b"x" * 32, "x"))

        def first_round(part, share):
            session = Session(part)
            x = yield from enter(session, Summand(session.seat, share))
            return (yield from multiply(session, x, x))

        play([first_round(part, share) for part, share in zip(parts, shares, strict=True)], listen)
        heard.append(said)

    assert heard[0] == heard[1]
    assert len(heard[0]) == 2


def test_a_seat_of_two_nodes_needs_no_third():
    results = run([2**20], [-(2**20)], nodes=2)

    assert combine(results) == [-(2**40) + 2**21]
    assert Seat(1, 2).others == (0,)
