"""A node's part of opening a sum, as bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.opened_sum import OpenedSum, sum_digest
from crypto.elgamal.ciphertext import encrypt
from crypto.elgamal.decryption import decrypt_partially
from crypto.errors import CryptoError, MalformedError
from tests.marketplace.mpc_node.aggregation.joint import shares_of
from tests.marketplace.mpc_node.parties import random_of

SHARE = shares_of()[0]
SUM = encrypt(SHARE.public, [4, 5], random_of("sum")).ciphertext
PART = OpenedSum(SUM, decrypt_partially(SHARE, SUM, random_of("partial")))
RAW = PART.encode()


def test_bytes_come_back_as_they_were():
    assert OpenedSum.decode(RAW, 2) == PART


@pytest.mark.parametrize("cells", [0, 1, 3, 5000])
def test_another_number_of_cells_is_refused(cells):
    with pytest.raises(MalformedError):
        OpenedSum.decode(RAW, cells)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused_by_name(raw):
    with pytest.raises(MalformedError):
        OpenedSum.decode(raw, 2)


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_any_changed_byte_is_another_part_or_none(place, change):
    changed = bytearray(RAW)
    changed[place] ^= change

    try:
        other = OpenedSum.decode(bytes(changed), 2)
    except CryptoError:
        return
    assert other != PART


def test_the_digest_is_of_one_sum_in_one_run():
    other = encrypt(SHARE.public, [4, 5], random_of("other")).ciphertext

    digests = {sum_digest(each, bytes([run]) * 32) for each in (SUM, other) for run in (1, 2)}

    assert len(digests) == 4


def test_the_partial_decryption_stays_out_of_what_is_printed():
    assert repr(PART.partial.response) not in repr(PART)
