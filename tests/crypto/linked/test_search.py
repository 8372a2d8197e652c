"""All wrong claims of a batch are named, and liars cannot make that expensive."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.base_point import BASE, multiply_base
from crypto.errors import ProofError
from crypto.linked import search
from crypto.linked.preimage import Claim, Equation, Form, Statement, Term, Weighted, holds, prove
from crypto.linked.search import find_wrong_claims, verify_claims
from tests.crypto.linked.records import RANDOM

SIZE = 150


def claim(secret, known):
    point = multiply_base(secret)
    equation = Equation(Weighted((point,), (1,)), (Term(BASE, Form((0,), (1,))),))
    statement = Statement(point.to_bytes(), 1, (equation,))
    return Claim(statement, prove(statement, [known], RANDOM))


RIGHT = [claim(secret, secret) for secret in range(1, SIZE + 1)]
WRONG = [claim(secret, secret + 1) for secret in range(1, SIZE + 1)]


def batch(wrong, size=SIZE):
    return [WRONG[place] if place in wrong else RIGHT[place] for place in range(size)]


@pytest.mark.parametrize("size", [0, 1, 2, 5, SIZE])
def test_a_batch_of_right_claims_has_no_wrong_one(size):
    assert find_wrong_claims(RIGHT[:size], RANDOM) == ()
    verify_claims(RIGHT[:size], RANDOM)


@settings(max_examples=10)
@given(st.sets(st.integers(0, SIZE - 1), max_size=6))
def test_a_few_wrong_claims_are_all_named(wrong):
    assert find_wrong_claims(batch(wrong), RANDOM) == tuple(sorted(wrong))


@pytest.mark.parametrize("wrong", [{0}, {SIZE - 1}, set(range(SIZE)), set(range(0, SIZE, 2))])
def test_wrong_claims_are_named_wherever_they_stand(wrong):
    assert find_wrong_claims(batch(wrong), RANDOM) == tuple(sorted(wrong))


def test_what_is_no_claim_is_named_with_the_wrong_ones():
    claims = [RIGHT[0], None, WRONG[2], RIGHT[3], None]

    assert find_wrong_claims(claims, RANDOM) == (1, 2, 4)
    with pytest.raises(ProofError, match="1, 2, 4"):
        verify_claims(claims, RANDOM)


@pytest.fixture
def sizes(monkeypatch):
    """How many proofs were in each check."""
    seen = []

    def counted(claims, random):
        seen.append(len(claims))
        return holds(claims, random)

    monkeypatch.setattr(search, "holds", counted)
    return seen


@pytest.mark.parametrize("wrong", [{3}, set(range(SIZE)), set(range(0, SIZE, 5))])
def test_liars_do_not_make_the_search_expensive(sizes, wrong):
    """Counted in proofs, with 15 for what a check costs before its first one."""
    find_wrong_claims(batch(wrong), RANDOM)

    assert sum(size + 15 for size in sizes if size > 1) <= (SIZE + 15) + 3 * SIZE
    assert sizes.count(1) <= SIZE


def test_one_lie_is_found_without_looking_at_everyone_alone(sizes):
    assert find_wrong_claims(batch({77}), RANDOM) == (77,)

    assert sizes[0] == SIZE
    assert sizes.count(1) < SIZE / 3
