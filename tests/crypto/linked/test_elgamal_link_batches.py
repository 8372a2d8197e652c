"""Many contributions are checked at once, and each wrong one is named."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.base_point import BASE, multiply_base
from crypto.commitments import commit
from crypto.curve import ORDER, Point, combine
from crypto.elgamal.ciphertext import Bin, add
from crypto.errors import ProofError
from crypto.linked import elgamal_link
from crypto.linked.elgamal_link import (
    encrypt_linked,
    find_wrong,
    verify_all_linked,
)
from crypto.linked.proof import challenge_of
from crypto.linked.statement import Terms, weights_of
from tests.crypto.linked.elgamal_links import HERS, KEY, LINKED, OTHER
from tests.crypto.linked.records import (
    CHOSEN,
    CONTEXT,
    DOMAIN,
    RANDOM,
    TERMS,
    VALUES,
    record,
    terms,
)

BATCH = [encrypt_linked(KEY, record(), terms(f"consent {n}"), RANDOM) for n in range(9)]


@pytest.mark.parametrize("size", [0, 1, 2, 9])
def test_a_batch_of_honest_contributions_passes(size):
    assert verify_all_linked(KEY, BATCH[:size], RANDOM) == tuple(one.ciphertext for one in BATCH[:size])


@settings(max_examples=10)
@given(st.sets(st.integers(0, len(BATCH) - 1), min_size=1))
def test_every_wrong_contribution_of_a_batch_is_named(wrong):
    batch = [replace(one, terms=TERMS) if index in wrong else one for index, one in enumerate(BATCH)]
    wrong = wrong - {1}  # whose terms these are

    assert find_wrong(KEY, batch, RANDOM) == tuple(sorted(wrong))


def test_contributions_that_are_not_of_this_key_are_named_in_a_batch():
    theirs = encrypt_linked(OTHER, HERS, TERMS, RANDOM)

    with pytest.raises(ProofError, match=r"signed: 1$"):
        verify_all_linked(KEY, [BATCH[0], theirs, BATCH[1]], RANDOM)


def test_two_people_whose_errors_cancel_are_both_named():
    """One takes from a column what the other adds: the sum is right, and each of them wrong."""
    up, down = BATCH[0], BATCH[1]
    lies = []
    for linked, step in ((up, BASE), (down, -BASE)):
        first, *rest = linked.ciphertext.bins
        bins = (Bin(first.mask, first.masked + step), *rest)
        lies.append(replace(linked, ciphertext=replace(linked.ciphertext, bins=bins)))
    assert add([one.ciphertext for one in lies]) == add([up.ciphertext, down.ciphertext])

    assert find_wrong(KEY, [*lies, *BATCH[2:]], RANDOM) == (0, 1)


def test_records_of_different_domains_are_checked_in_one_batch():
    domain = "argonauta/test/another"
    under = Terms(CONTEXT, domain, 2, (1,))
    other = encrypt_linked(KEY, record((3, 4), domain), under, RANDOM)

    assert verify_all_linked(KEY, [BATCH[0], other, BATCH[1]], RANDOM)[1] == other.ciphertext
    assert find_wrong(KEY, [BATCH[0], replace(other, terms=replace(under, domain=DOMAIN))], RANDOM) == (1,)


def test_points_are_checked_against_a_slow_and_plain_verifier():
    """The three equations as the chapter writes them, with no batch and no generic proof."""
    statement, _ = elgamal_link._state(KEY, LINKED.commitment, LINKED.ciphertext, TERMS)
    weights = weights_of(statement.digest, len(CHOSEN))
    challenge = challenge_of(statement.digest, LINKED.proof.commitments)
    z_rho, *z_x, z_r = LINKED.proof.responses
    bins = LINKED.ciphertext.bins
    first, second, third = LINKED.proof.commitments

    assert commit(z_x, z_rho, domain=DOMAIN) == first + LINKED.commitment.multiply_public(challenge)
    masks = combine(one.mask.multiply_public(e) for one, e in zip(bins, weights, strict=True))
    assert multiply_base(z_r) == second + masks.multiply_public(challenge)
    masked = combine(one.masked.multiply_public(e) for one, e in zip(bins, weights, strict=True))
    total = sum(e * z_x[column] for e, column in zip(weights, CHOSEN, strict=True))
    assert multiply_base(total) + KEY.point.multiply(z_r) == third + masked.multiply_public(challenge)


def test_the_number_of_multiplications_does_not_depend_on_the_values(monkeypatch):
    multiply, seen = Point.multiply, list[int]()

    def counted(self, scalar):
        seen.append(scalar % ORDER)
        return multiply(self, scalar)

    counts = set()
    for values in ((0,) * 6, (0, 0, 1, 0, 0, 0), VALUES):
        opening = record(values)
        seen.clear()
        with monkeypatch.context() as patched:
            patched.setattr(Point, "multiply", counted)
            encrypt_linked(KEY, opening, TERMS, RANDOM)
        counts.add(len(seen))
        assert 0 not in seen

    # One for each column, the blinding, and the key in every ciphertext and in the proof.
    assert counts == {len(VALUES) + 1 + len(CHOSEN) + 1}
