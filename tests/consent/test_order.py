from dataclasses import replace
from datetime import timedelta

import pytest

from consent.errors import ExpiredDocumentError, MismatchError
from consent.order import (
    ESCROW_TYP,
    MANDATE_TYP,
    Mandate,
    sign_escrow_receipt,
    sign_mandate,
    verify_escrow_receipt,
    verify_mandate,
)
from crypto.errors import MalformedError, SignatureError
from ssi.jws import sign_jws
from tests.consent.examples import (
    BUYER,
    BUYER_ID,
    MARKET_ID,
    MARKETPLACE,
    NOW,
    QUERY,
    STRANGER,
    STRANGER_ED25519,
    loose,
    receipt,
)

MANDATE = Mandate(
    buyer=BUYER_ID,
    marketplace=MARKET_ID,
    result_keys=tuple(bytes([role]) * 32 for role in range(3)),
    issued_at=NOW,
    valid_until=NOW + timedelta(days=30),
)
PARTIES = {"buyer": BUYER_ID, "marketplace": MARKET_ID}
ORDER = {"order_id": "order-1", "query_digest": QUERY.digest}


def test_a_signed_mandate_is_read_back():
    assert verify_mandate(sign_mandate(MANDATE, BUYER), BUYER.public, **PARTIES, now=NOW) == MANDATE


def test_a_mandate_that_somebody_else_signed_is_refused():
    with pytest.raises(SignatureError):
        verify_mandate(sign_mandate(MANDATE, STRANGER), BUYER.public, **PARTIES, now=NOW)


@pytest.mark.parametrize("party", list(PARTIES))
def test_a_mandate_of_another_buyer_or_for_another_marketplace_is_refused(party):
    with pytest.raises(MismatchError):
        verify_mandate(sign_mandate(MANDATE, BUYER), BUYER.public, **{**PARTIES, party: "other"}, now=NOW)


@pytest.mark.parametrize("now", [NOW - timedelta(seconds=1), NOW + timedelta(days=30)])
def test_a_mandate_outside_its_time_is_refused(now):
    with pytest.raises(ExpiredDocumentError):
        verify_mandate(sign_mandate(MANDATE, BUYER), BUYER.public, **PARTIES, now=now)


@pytest.mark.parametrize(
    "changes",
    [
        {"result_keys": loose(MANDATE.to_json())["result_keys"][:2]},
        {"result_keys": [loose(MANDATE.to_json())["result_keys"][0]] * 3},
        {"result_keys": ["AAAA", "BBBB", "CCCC"]},
        {"result_keys": "AAAA"},
        {"issued_at": "yesterday"},
        {"limit": 1},
    ],
    ids=["two keys", "a key thrice", "short keys", "no list", "no moment", "a member more"],
)
def test_a_mandate_of_another_form_is_malformed(changes):
    token = sign_jws({**MANDATE.to_json(), **changes}, BUYER, typ=MANDATE_TYP)

    with pytest.raises(MalformedError):
        verify_mandate(token, BUYER.public, **PARTIES, now=NOW)


def test_a_signed_escrow_receipt_is_read_back():
    token = sign_escrow_receipt(receipt(), MARKETPLACE)

    assert verify_escrow_receipt(token, MARKETPLACE.public, **ORDER) == receipt()


def test_a_receipt_that_the_marketplace_did_not_sign_is_refused():
    with pytest.raises(SignatureError):
        verify_escrow_receipt(sign_escrow_receipt(receipt(), STRANGER_ED25519), MARKETPLACE.public, **ORDER)


@pytest.mark.parametrize(
    "other", [{"order_id": "order-2"}, {"query_digest": replace(QUERY, floor=51).digest}]
)
def test_a_receipt_for_another_order_or_query_is_refused(other):
    token = sign_escrow_receipt(receipt(), MARKETPLACE)

    with pytest.raises(MismatchError):
        verify_escrow_receipt(token, MARKETPLACE.public, **{**ORDER, **other})


@pytest.mark.parametrize(
    "changes",
    [{"currency": "USD"}, {"amount_cents": -1}, {"amount_cents": 1.5}, {"amount_cents": True}, {"tip": 1}],
    ids=["dollars", "a debt", "half a cent", "true", "a member more"],
)
def test_a_receipt_of_another_form_is_malformed(changes):
    token = sign_jws({**receipt().to_json(), **changes}, MARKETPLACE, typ=ESCROW_TYP)

    with pytest.raises(MalformedError):
        verify_escrow_receipt(token, MARKETPLACE.public, **ORDER)
