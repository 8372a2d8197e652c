"""Nonces stay secret and new as long as anything about the proof or the generator is."""

import pytest

from crypto.nonce import hedged
from crypto.randomness import stream


def stuck(length):
    return bytes(length)


def drawn(secret=b"secret", statement=b"statement", random=stuck):
    return hedged(secret, statement, random)(32)


def test_the_same_proof_with_the_same_randomness_has_the_same_nonce():
    assert drawn() == drawn()


@pytest.mark.parametrize(
    "other",
    [{"secret": b"other"}, {"statement": b"other"}, {"random": stream(b"\x01" * 16, "fresh")}],
    ids=["secret", "statement", "randomness"],
)
def test_whatever_differs_gives_another_nonce(other):
    assert drawn(**other) != drawn()


def test_secret_and_statement_cannot_be_shifted_into_one_another():
    assert drawn(secret=b"ab", statement=b"c") != drawn(secret=b"a", statement=b"bc")


def test_two_draws_differ():
    draw = hedged(b"secret", b"statement", stuck)

    assert draw(32) != draw(32)


def test_fresh_randomness_is_drawn_unless_given():
    assert hedged(b"secret", b"statement")(32) != hedged(b"secret", b"statement")(32)
