"""Terms are signed, canonical, and refused where they contradict themselves."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import MalformedError, OutOfRangeError, SignatureError
from crypto.paillier.schema import QuerySchema, sign_schema, verify_schema
from crypto.randomness import stream
from crypto.signing import generate_ed25519
from tests.crypto.paillier.keyring import DJN, SUBGROUP, one_hot_schema, schema

ASKER = generate_ed25519(stream(b"\x01" * 16, "asker"))
schemas = st.builds(
    schema,
    query=st.text(st.characters(codec="utf-8", min_codepoint=32), min_size=1, max_size=20),
    bins=st.integers(1, 4096),
    value_bits=st.integers(1, 64),
    most_contributors=st.integers(1, 2**32),
    guard_bits=st.integers(0, 64),
    signed=st.booleans(),
)


@given(schemas)
def test_schemas_round_trip(terms):
    assert QuerySchema.decode(terms.encode()) == terms


@given(schemas)
def test_a_slot_holds_the_largest_crowd_of_the_largest_values(terms):
    most = terms.most_contributors * (2**terms.value_bits - 1)

    assert most < 2 ** (terms.slot_bits - terms.guard_bits)


def test_a_signed_schema_is_verified_into_a_schema():
    signed = schema(query="a query")

    assert verify_schema(signed.encode(), sign_schema(signed, ASKER), ASKER.public) == signed


def test_a_schema_that_somebody_else_signed_or_changed_is_refused():
    signed, changed = schema(), schema(most_contributors=21)
    other = generate_ed25519(stream(b"\x02" * 16, "asker"))

    for raw, signature in (
        (changed.encode(), sign_schema(signed, ASKER)),
        (signed.encode(), sign_schema(signed, other)),
        (signed.encode(), ASKER.sign(signed.encode())),
    ):
        with pytest.raises(SignatureError):
            verify_schema(raw, signature, ASKER.public)


@pytest.mark.parametrize(
    "terms",
    [
        {"query": ""},
        {"query": "q" * 201},
        {"key_id": b"\x00" * 31},
        {"bins": 0},
        {"bins": 4097},
        {"value_bits": 0},
        {"value_bits": 65},
        {"most_contributors": 0},
        {"most_contributors": 2**32 + 1},
        {"guard_bits": -1},
        {"guard_bits": 65},
        {"one_hot": True},
        {"one_hot": True, "value_bits": 1, "bins": 1},
        {"one_hot": True, "value_bits": 1, "signed": True},
    ],
    ids=str,
)
def test_terms_out_of_range_are_refused(terms):
    with pytest.raises(OutOfRangeError):
        schema(**terms)


def test_a_schema_is_for_one_key():
    with pytest.raises(OutOfRangeError, match="another key"):
        schema().check_key(DJN.public)


def test_slots_that_do_not_fit_below_n_are_refused_with_what_would_fit():
    fitting = schema(bins=511 // schema().slot_bits)
    fitting.check_key(SUBGROUP.public)

    with pytest.raises(OutOfRangeError, match=f"at most {fitting.bins} bins"):
        schema(bins=fitting.bins + 1).check_key(SUBGROUP.public)


def test_schemas_that_differ_in_one_term_have_different_digests():
    changed: list[dict[str, Any]] = [
        {"query": "r"},
        {"bins": 5},
        {"value_bits": 9},
        {"most_contributors": 21},
        {"guard_bits": 3},
    ]
    digests = {schema(**terms).digest for terms in (*changed, {}, {"signed": True})}

    assert len(digests | {one_hot_schema().digest}) == 8


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_no_schema(raw):
    with pytest.raises(MalformedError):
        QuerySchema.decode(raw)


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_another_schema(place, change):
    raw = bytearray(schema().encode())
    raw[place % len(raw)] ^= change

    try:
        read = QuerySchema.decode(bytes(raw))
    except MalformedError:
        return

    assert read.digest != schema().digest
    assert read.encode() == raw


def test_a_document_beyond_its_bound_is_refused_unread():
    with pytest.raises(MalformedError, match="4096"):
        QuerySchema.decode(b" " * 4097)
