import hashlib
from dataclasses import replace
from typing import Any

import pytest

from crypto.encoding import b64url_encode, canonical_json
from ssi.key_binding import Challenge, bind_presentation
from ssi.openid4vp.errors import ErrorCode, PresentationRefusedError, Reason, RequestRefusedError
from ssi.openid4vp.response import AuthorizationResponse
from ssi.openid4vp.transaction_data import (
    ALGORITHM_CLAIM,
    HASHES_CLAIM,
    TransactionData,
    confirmation,
    read_transactions,
    write_transaction,
)
from ssi.sd_jwt import present_sd_jwt
from tests.ssi.openid4vp.asking import CLIENT, NONCE, TOKEN, answer, request, verified
from tests.ssi.parties import HOLDER, NOW

PAYMENT = write_transaction("payment", ["diploma"], {"amount": "3 EUR"})
OTHER = write_transaction("payment", ["diploma"], {"amount": "300 EUR"})


def hashed_with(*algorithms: str) -> TransactionData:
    document = {"type": "payment", "credential_ids": ["diploma"], ALGORITHM_CLAIM: list(algorithms)}
    encoded = b64url_encode(canonical_json(document))
    (one,) = read_transactions(
        [encoded], known_types=frozenset({"payment"}), query_ids=frozenset({"diploma"})
    )
    return one


def answered(more: Any) -> AuthorizationResponse:
    shown = present_sd_jwt(TOKEN, [("given_name",)])
    token = bind_presentation(shown, HOLDER, Challenge(str(CLIENT), NONCE), now=NOW, more=more)
    return AuthorizationResponse({"diploma": (token,)}, "state-1")


def refused(more: Any, *transactions: TransactionData) -> bool:
    with pytest.raises(PresentationRefusedError) as error:
        verified(answered(more), request(transactions=transactions))
    return error.value.reason is Reason.WRONG_TRANSACTION_DATA


def test_the_holder_confirms_the_transaction_as_it_was_sent():
    asked_for = request(transactions=(PAYMENT, OTHER))

    (found,) = verified(answer(asked_for), asked_for).credentials["diploma"]

    digests = [b64url_encode(hashlib.sha256(one.encoded.encode()).digest()) for one in (PAYMENT, OTHER)]
    assert found.confirmed == {HASHES_CLAIM: digests}


@pytest.mark.parametrize("algorithm", ["sha-256", "sha-384", "sha-512"])
def test_the_hash_that_was_asked_for_is_used_and_named(algorithm):
    asked_for = request(transactions=(hashed_with("unheard-of", algorithm),))

    (found,) = verified(answer(asked_for), asked_for).credentials["diploma"]

    assert found.confirmed[ALGORITHM_CLAIM] == algorithm


def test_an_answer_without_or_with_another_confirmation_is_refused():
    good: dict[str, Any] = dict(confirmation([PAYMENT]))

    assert refused({}, PAYMENT)
    assert refused(confirmation([OTHER]), PAYMENT)
    assert refused(confirmation([PAYMENT, OTHER]), PAYMENT)
    assert refused(confirmation([OTHER, PAYMENT]), PAYMENT, OTHER)
    assert refused({**good, HASHES_CLAIM: good[HASHES_CLAIM][0]}, PAYMENT)
    assert refused({**good, ALGORITHM_CLAIM: "sha-512"}, PAYMENT)
    assert refused({**good, ALGORITHM_CLAIM: ["sha-256"]}, PAYMENT)
    assert refused({HASHES_CLAIM: [hashed_with("sha-256").digest("sha-256")]}, hashed_with("sha-256"))


def test_a_transaction_that_no_credential_of_the_answer_may_confirm_is_refused():
    elsewhere = write_transaction("payment", ["other"], {})

    assert refused({}, elsewhere)
    with pytest.raises(RequestRefusedError) as error:
        answer(request(transactions=(elsewhere,)))
    assert error.value.code is ErrorCode.INVALID_TRANSACTION_DATA


def test_what_is_confirmed_unasked_changes_nothing():
    assert verified(answered(confirmation([PAYMENT])), request()).credentials


def test_transactions_without_a_hash_in_common_are_refused():
    with pytest.raises(RequestRefusedError):
        confirmation([hashed_with("sha-384"), hashed_with("sha-512")])


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "!",
        b64url_encode(b"[]"),
        b64url_encode(b"{}"),
        1,
        None,
        "A" * 30_000,
        b64url_encode(b'{"type":"payment"}'),
    ],
)
def test_a_transaction_without_its_form_is_refused(encoded):
    with pytest.raises(RequestRefusedError) as error:
        read_transactions([encoded], known_types=frozenset({"payment"}), query_ids=frozenset({"diploma"}))
    assert error.value.code is ErrorCode.INVALID_TRANSACTION_DATA


def test_a_transaction_stays_out_of_its_repr():
    assert "3 EUR" not in repr(PAYMENT)
    assert replace(PAYMENT) == PAYMENT
