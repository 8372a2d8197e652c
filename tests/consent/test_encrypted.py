"""The encrypted record as bytes, and what it is bound to."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.contribution import Contribution, NodeContribution
from consent.encrypted import MOST_BYTES, MOST_COLUMNS, EncryptedRecord, is_encryptable, terms_of
from crypto.encoding import b64url_encode, canonical_json, parse_json
from crypto.errors import CryptoError, MalformedError, ProofError
from crypto.linked.elgamal_link import verify_linked
from ssi.dataset import data_set, data_sets
from tests.marketplace.mpc_node.aggregation.joint import ENCRYPTED, encryptor, shares_of
from tests.marketplace.mpc_node.people import contribution_of, person, record_of

HER = person(1)
RAW = encryptor()(HER, HER.consent_id)
EXAM = data_set("exam/1")
KEY = shares_of()[0].public


def _verify(raw, consent_id=HER.consent_id, described=EXAM):
    linked = EncryptedRecord.from_bytes(raw).linked(
        record_of(HER).commitment, terms_of(consent_id, described)
    )
    return verify_linked(KEY, linked)


def test_bytes_come_back_as_they_were():
    assert EncryptedRecord.from_bytes(RAW).to_bytes() == RAW


def test_a_record_takes_about_a_hundred_bytes_a_column():
    assert len(RAW) < 100 * len(EXAM.columns) + 300


def test_it_verifies_for_its_consent_and_for_no_other():
    assert len(_verify(RAW).bins) == len(EXAM.columns)
    with pytest.raises(ProofError):
        _verify(RAW, person(2).consent_id)


def test_it_verifies_for_its_data_set_only():
    with pytest.raises(ProofError):
        _verify(RAW, described=replace(EXAM, version=2))


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_refused_by_name(raw):
    with pytest.raises(MalformedError):
        EncryptedRecord.from_bytes(raw)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused(place, change):
    changed = bytearray(RAW)
    changed[place] ^= change

    with pytest.raises(CryptoError):
        _verify(bytes(changed))


@pytest.mark.parametrize("raw", [RAW[:-1], RAW + b"\0", RAW[:40], b"", bytes(10**6)])
def test_another_length_is_refused(raw):
    with pytest.raises(MalformedError):
        EncryptedRecord.from_bytes(raw)


def test_every_data_set_of_ours_is_small_enough():
    assert all(is_encryptable(each) for each in data_sets())
    assert max(len(each.columns) for each in data_sets()) < MOST_COLUMNS


def test_a_contribution_carries_the_record_to_every_node_under_the_digest_of_its_inputs():
    made = contribution_of(HER, ENCRYPTED)

    for node_id in made.bundles:
        arrived = NodeContribution.from_json(parse_json(canonical_json(made.for_node(node_id).to_json())))
        assert (arrived.encrypted, arrived.inputs_digest) == (RAW, made.inputs_digest)
    assert Contribution.from_json(made.to_json()) == made
    assert replace(made, encrypted=None).inputs_digest != made.inputs_digest
    assert "encrypted" not in replace(made, encrypted=None).to_json()


def test_a_contribution_with_more_than_any_record_takes_is_refused_unread():
    document = {
        **contribution_of(HER, ENCRYPTED).to_json(),
        "encrypted": b64url_encode(bytes(MOST_BYTES + 1)),
    }

    with pytest.raises(MalformedError, match="at most"):
        Contribution.from_json(document)
