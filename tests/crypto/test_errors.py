"""Errors say what the caller can do, and who is to blame."""

import pytest

from crypto import errors
from crypto.errors import (
    CommitmentError,
    CryptoError,
    MalformedError,
    MalformedMessageError,
    OutOfRangeError,
    ProtocolError,
    ShareError,
)


def test_every_kind_is_a_failure_of_this_folder():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]

    assert len(kinds) > 5
    assert all(issubclass(kind, CryptoError) for kind in kinds)


@pytest.mark.parametrize("kind", [MalformedError, OutOfRangeError, ShareError])
def test_a_fault_of_the_argument_is_also_a_value_error(kind):
    assert issubclass(kind, ValueError)


def test_a_malformed_message_is_malformed_and_has_a_culprit():
    error = MalformedMessageError("too short", (2,))

    assert isinstance(error, MalformedError)
    assert isinstance(error, ProtocolError)
    assert error.culprits == (2,)
    assert str(error) == "too short"


def test_a_commitment_error_names_the_wrong_openings():
    assert CommitmentError("two are wrong", (1, 4)).indices == (1, 4)
    assert CommitmentError("the only one is wrong").indices == (0,)
