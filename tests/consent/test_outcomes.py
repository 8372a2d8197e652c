"""What became of each of many people stands in one byte, and means the same to whoever knows the order."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.outcomes import Outcomes
from crypto.encoding import b64url_encode
from crypto.errors import MalformedError

REASONS = st.sampled_from(["expired", "withdrawn", "credential_revoked"])


@given(st.lists(st.none() | REASONS, max_size=50))
def test_refusals_and_who_takes_part_come_back(told):
    order = [f"row {index}" for index in range(len(told))]
    refusals = {row: reason for row, reason in zip(order, told, strict=True) if reason}

    outcomes = Outcomes.from_json(Outcomes.of(order, refusals).to_json(), rows=len(order))

    assert outcomes.refusals(order) == refusals
    assert outcomes.admitted(order) == tuple(row for row in order if row not in refusals)


def test_a_million_take_a_few_kilobytes():
    outcomes = Outcomes(("expired",), bytes(1_000_000))

    assert len(str(outcomes.to_json())) < 2_000


def document(**changes: object) -> dict[str, object]:
    """The outcomes of three rows, with a member changed."""
    return {"reasons": ["expired"], "codes": packed(bytes([0, 1, 0])), **changes}


def packed(codes: bytes) -> str:
    """Codes as they travel."""
    return b64url_encode(zlib.compress(codes))


@pytest.mark.parametrize(
    "changed",
    [
        document(codes=packed(bytes([0, 1]))),
        document(codes=packed(bytes(4))),
        document(codes=packed(bytes(100_000_000))),
        document(codes=packed(bytes([0, 2, 0]))),
        document(codes=b64url_encode(zlib.compress(bytes(3))[:-2])),
        document(codes=b64url_encode(zlib.compress(bytes(3)) + b"more")),
        document(codes=b64url_encode(b"not compressed")),
        document(reasons=["expired", "expired"]),
        document(reasons=["x" * 101]),
        document(more=1),
        [],
        {},
    ],
)
def test_what_does_not_fit_the_rows_is_refused(changed):
    with pytest.raises(MalformedError):
        Outcomes.from_json(changed, rows=3)


def test_an_order_of_another_length_is_refused():
    with pytest.raises(MalformedError, match="3 rows"):
        Outcomes((), bytes(2)).admitted(["a", "b", "c"])


def test_more_reasons_than_a_byte_can_tell_are_refused():
    refusals = {str(index): f"reason {index}" for index in range(256)}

    with pytest.raises(MalformedError, match="255"):
        Outcomes.of(refusals, refusals)
