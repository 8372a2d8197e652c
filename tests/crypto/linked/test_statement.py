"""What a statement is bound to, and what it would lose without that."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.commitments import commit
from crypto.curve import INFINITY
from crypto.errors import OutOfRangeError
from crypto.linked.statement import MAX_COLUMNS, Context, Terms, digest_of, weights_of
from tests.crypto.linked.records import CONTEXT, DOMAIN, TERMS

POINT = commit((1, 2, 3), 4, domain=DOMAIN)
KEY_ID = b"\x07" * 32


def digest(scheme=b"\x01", terms=TERMS, key_id=KEY_ID, commitment=POINT, ciphertext=b"ciphertext"):
    return digest_of(scheme, terms, key_id, commitment, ciphertext)


def test_every_part_of_a_statement_changes_its_digest():
    digests = [
        digest(),
        digest(scheme=b"\x02"),
        digest(terms=replace(TERMS, context=replace(CONTEXT, consent="consent 2"))),
        digest(terms=replace(TERMS, context=replace(CONTEXT, dataset="test/2"))),
        digest(terms=replace(TERMS, context=replace(CONTEXT, schema="schema 2"))),
        digest(terms=replace(TERMS, domain="argonauta/test/2")),
        digest(terms=replace(TERMS, columns=TERMS.columns + 1)),
        digest(terms=replace(TERMS, chosen=(0, 2, 4))),
        digest(terms=replace(TERMS, chosen=(0, 2))),
        digest(key_id=b"\x08" * 32),
        digest(commitment=-POINT),
        digest(ciphertext=b"ciphertexu"),
    ]

    assert len(set(digests)) == len(digests)
    assert all(len(one) == 32 for one in digests)


TEXTS = st.text(min_size=1, max_size=8)


@given(st.tuples(TEXTS, TEXTS, TEXTS), st.tuples(TEXTS, TEXTS, TEXTS))
def test_no_two_contexts_have_one_form(one, other):
    assert (Context(*one).encode() == Context(*other).encode()) == (one == other)


def test_a_letter_cannot_move_from_one_text_to_the_next():
    assert Context("ab", "c", "d").encode() != Context("a", "bc", "d").encode()


def test_weights_are_of_128_bits_and_differ_for_statements_and_places():
    weights = [*weights_of(digest(), 50), *weights_of(digest(ciphertext=b"another"), 50)]

    assert len(set(weights)) == 100
    assert all(0 <= weight < 1 << 128 for weight in weights)
    assert max(weights).bit_length() > 120
    assert weights_of(digest(), 10) == weights_of(digest(), 50)[:10]


@pytest.mark.parametrize("texts", [("", "d", "s"), ("c", "", "s"), ("c", "d", ""), ("c" * 65536, "d", "s")])
def test_a_context_without_a_name_or_with_an_endless_one_is_refused(texts):
    with pytest.raises(OutOfRangeError):
        Context(*texts)


def test_half_of_a_surrogate_pair_is_no_text():
    with pytest.raises(OutOfRangeError):
        Context("\ud800", "d", "s")
    with pytest.raises(OutOfRangeError):
        Terms(CONTEXT, "\ud800", 1, (0,))


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        (0, (0,)),
        (MAX_COLUMNS + 1, (0,)),
        (3, ()),
        (3, (3,)),
        (3, (-1, 0)),
        (3, (1, 1)),
        (3, (2, 1)),
    ],
)
def test_columns_that_are_not_there_or_stand_twice_are_refused(columns, chosen):
    with pytest.raises(OutOfRangeError):
        Terms(CONTEXT, DOMAIN, columns, chosen)


def test_a_commitment_at_infinity_has_no_statement():
    with pytest.raises(OutOfRangeError):
        digest(commitment=INFINITY)


@pytest.mark.parametrize("columns", [TERMS.columns - 1, TERMS.columns + 1, 0])
def test_a_record_of_another_length_has_no_chosen_columns(columns):
    with pytest.raises(OutOfRangeError, match=f"expected a record of {TERMS.columns} columns, got {columns}"):
        TERMS.chosen_of(range(columns))


def test_the_chosen_columns_of_a_record_are_those_of_the_terms():
    assert TERMS.chosen_of(range(TERMS.columns)) == list(TERMS.chosen)
