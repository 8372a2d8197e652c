"""A node's receipt for a pause holds for this node, this consent, this word, and for nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.errors import MismatchError
from consent.pause import MOST_SEQUENCE, PauseStatement, sign_pause
from consent.pause_receipt import (
    MAX_RECEIPT,
    PAUSE_RECEIPT_TYP,
    PauseReceipt,
    sign_pause_receipt,
    verify_pause_receipt,
)
from consent.receipt import DELETION_RECEIPT_TYP, verify_deletion_receipt
from crypto.errors import MalformedError, SignatureError
from crypto.reading import utc_text
from ssi.jws import sign_jws
from tests.consent.examples import CONSENT_ID, NOW, STRANGER_ED25519
from tests.consent.examples import MARKETPLACE as NODE

SAID = PauseStatement(CONSENT_ID, paused=True, sequence=7, at=NOW)
RECEIPT = PauseReceipt.of("node-a", SAID, NOW + timedelta(seconds=2))
TOKEN = sign_pause_receipt(RECEIPT, NODE)
DOCUMENT = {
    "node": "node-a",
    "consent_id": CONSENT_ID,
    "paused": True,
    "sequence": 7,
    "noted_at": utc_text(RECEIPT.noted_at),
}


@given(st.booleans(), st.integers(1, MOST_SEQUENCE))
@settings(max_examples=25)
def test_a_receipt_is_read_back(paused, sequence):
    said = replace(SAID, paused=paused, sequence=sequence)
    receipt = PauseReceipt.of("node-a", said, NOW)

    token = sign_pause_receipt(receipt, NODE)

    assert verify_pause_receipt(token, NODE.public, node_id="node-a", said=said) == receipt
    assert len(token) <= MAX_RECEIPT


def test_a_receipt_by_another_key_is_refused():
    forged = sign_pause_receipt(RECEIPT, STRANGER_ED25519)

    with pytest.raises(SignatureError):
        verify_pause_receipt(forged, NODE.public, node_id="node-a", said=SAID)


@pytest.mark.parametrize(
    "said",
    [
        replace(SAID, paused=False),
        replace(SAID, sequence=8),
        replace(SAID, consent_id=CONSENT_ID[:-1] + "0"),
    ],
    ids=["going on", "another word", "another consent"],
)
def test_a_receipt_for_another_statement_is_refused(said):
    with pytest.raises(MismatchError):
        verify_pause_receipt(TOKEN, NODE.public, node_id="node-a", said=said)


def test_a_receipt_of_another_node_is_refused():
    with pytest.raises(MismatchError):
        verify_pause_receipt(TOKEN, NODE.public, node_id="node-b", said=SAID)


def test_neither_a_deletion_receipt_nor_a_pause_passes_for_it_nor_it_for_them():
    deletion = sign_jws(DOCUMENT, NODE, typ=DELETION_RECEIPT_TYP)

    for token in (deletion, sign_pause(SAID, NODE)):
        with pytest.raises(MalformedError):
            verify_pause_receipt(token, NODE.public, node_id="node-a", said=SAID)
    with pytest.raises(MalformedError):
        verify_deletion_receipt(TOKEN, NODE.public, node_id="node-a", consent_id=CONSENT_ID)


@pytest.mark.parametrize(
    "change",
    [
        {"paused": 1},
        {"sequence": 0},
        {"sequence": True},
        {"noted_at": "now"},
        {"consent_id": "x"},
        {"more": 1},
    ],
    ids=str,
)
def test_a_receipt_of_another_form_is_malformed(change):
    token = sign_jws({**DOCUMENT, **change}, NODE, typ=PAUSE_RECEIPT_TYP)

    with pytest.raises(MalformedError):
        verify_pause_receipt(token, NODE.public, node_id="node-a", said=SAID)
