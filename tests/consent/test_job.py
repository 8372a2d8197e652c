from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.errors import ExpiredDocumentError, MismatchError
from consent.job import (
    MANIFEST_TYP,
    admitted_root,
    binding,
    result_context,
    sign_manifest,
    verify_manifest,
)
from consent.order import sign_escrow_receipt
from crypto.errors import MalformedError, SignatureError
from ssi.jws import sign_jws
from tests.consent.examples import (
    MARKETPLACE,
    NODES,
    NOW,
    STRANGER_ED25519,
    loose,
    manifest,
    receipt,
)

MANIFEST = manifest()
RUN = {"manifest_digest": MANIFEST.digest, "admitted_root": admitted_root(MANIFEST.contributions)}


def test_a_signed_manifest_is_read_back_with_its_receipt():
    token = sign_manifest(MANIFEST, MARKETPLACE)

    assert verify_manifest(token, MARKETPLACE.public, now=NOW) == (MANIFEST, receipt())


def test_the_rows_keep_their_order():
    read, _ = verify_manifest(sign_manifest(MANIFEST, MARKETPLACE), MARKETPLACE.public, now=NOW)

    assert list(read.contributions) == list(MANIFEST.contributions)


def test_a_manifest_that_the_marketplace_did_not_sign_is_refused():
    with pytest.raises(SignatureError):
        verify_manifest(sign_manifest(MANIFEST, STRANGER_ED25519), MARKETPLACE.public, now=NOW)


def test_a_manifest_whose_receipt_the_marketplace_did_not_sign_is_refused():
    forged = manifest(escrow_receipt=sign_escrow_receipt(receipt(), STRANGER_ED25519))

    with pytest.raises(SignatureError):
        verify_manifest(sign_manifest(forged, MARKETPLACE), MARKETPLACE.public, now=NOW)


@pytest.mark.parametrize("now", [NOW - timedelta(seconds=1), NOW + timedelta(hours=1)])
def test_a_manifest_outside_its_time_is_refused(now):
    with pytest.raises(ExpiredDocumentError):
        verify_manifest(sign_manifest(MANIFEST, MARKETPLACE), MARKETPLACE.public, now=now)


UNPAID = {
    "another order": {"order_id": "order-2"},
    "another query": {"query_digest": "A" * 43},
    "another compensation": {"compensation_cents": 49},
    "too little money": {"amount_cents": 149},
}


@pytest.mark.parametrize("changes", UNPAID.values(), ids=UNPAID.keys())
def test_a_manifest_paid_by_a_receipt_for_this_is_refused(changes):
    unpaid = manifest(escrow_receipt=sign_escrow_receipt(receipt(**changes), MARKETPLACE))

    with pytest.raises(MismatchError):
        verify_manifest(sign_manifest(unpaid, MARKETPLACE), MARKETPLACE.public, now=NOW)


CONTRIBUTIONS = loose(MANIFEST.to_json())["contributions"]
HOSTILE = {
    "a node twice": {"nodes": ["node-a", "node-a", "node-b"]},
    "the same node three times": {"nodes": ["node-a"] * 3},
    "two nodes": {"nodes": ["node-a", "node-b"]},
    "four nodes": {"nodes": [*NODES, "node-d"]},
    "a consent twice": {"contributions": [*CONTRIBUTIONS, CONTRIBUTIONS[0]]},
    "a consent twice with other inputs": {
        "contributions": [*CONTRIBUTIONS, {**CONTRIBUTIONS[0], "inputs_digest": "A" * 43}]
    },
    "a consent that is none": {"contributions": [{"consent_id": "all", "inputs_digest": "A" * 43}]},
    "a consent with more": {"contributions": [{**CONTRIBUTIONS[0], "weight": 2}]},
    "nobody": {"contributions": []},
    "no attempt": {"attempt": 0},
    "an attempt that is text": {"attempt": "1"},
    "a query that cannot be read": {"query": {"data_set": "exam/1"}},
    "a receipt that is none": {"escrow_receipt": "paid"},
    "a member more": {"priority": "high"},
}


@pytest.mark.parametrize("changes", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_manifest_with_this_is_malformed(changes):
    token = sign_jws({**MANIFEST.to_json(), **changes}, MARKETPLACE, typ=MANIFEST_TYP)

    with pytest.raises(MalformedError):
        verify_manifest(token, MARKETPLACE.public, now=NOW)


def test_a_node_knows_its_role_by_its_place():
    assert [MANIFEST.role_of(node) for node in NODES] == [0, 1, 2]
    with pytest.raises(MismatchError):
        MANIFEST.role_of("node-d")


@given(st.lists(st.uuids(), max_size=8, unique=True))
@settings(max_examples=25)
def test_the_admitted_root_depends_on_the_set_and_not_on_its_order(uuids):
    ids = [f"urn:uuid:{each}" for each in uuids]

    assert admitted_root(ids) == admitted_root(reversed(ids)) == admitted_root(ids + ids)
    assert not ids or admitted_root(ids[1:]) != admitted_root(ids)


def test_a_binding_is_of_one_run_only():
    bindings = {
        binding("job-1", 1, **RUN),
        binding("job-2", 1, **RUN),
        binding("job-1", 2, **RUN),
        binding("job-1", 1, **{**RUN, "manifest_digest": "A" * 43}),
        binding("job-1", 1, **{**RUN, "admitted_root": "A" * 43}),
    }

    assert len(bindings) == 5
    assert all(len(each) == 32 for each in bindings)


def test_a_result_is_sealed_for_one_role_of_one_run():
    assert len({result_context("job-1", 1, role) for role in range(3)}) == 3
    assert result_context("job-1", 1, 0) != result_context("job-1", 2, 0)


def test_no_token_of_a_manifest_is_in_what_is_logged():
    assert MANIFEST.escrow_receipt not in repr(MANIFEST)
