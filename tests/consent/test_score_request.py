from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.errors import ConsentError, ExpiredDocumentError, MismatchError
from consent.score_answer import (
    SCORE_ANSWER_TYP,
    ScoreAnswer,
    grant,
    key_context,
    open_function_key,
    refuse,
    sign_score_answer,
    unverified_request_id,
    verify_score_answer,
)
from consent.score_receipt import (
    ScoreOfferReceipt,
    ScoreReceipt,
    sign_offer_receipt,
    sign_score_receipt,
    verify_offer_receipt,
    verify_score_receipt,
)
from consent.score_request import (
    SCORE_REQUEST_TYP,
    is_request_id,
    sign_score_request,
    unverified_score_request,
    verify_score_request,
)
from consent.score_terms import ScoreRefusal
from consent.vocabulary import Purpose, RecipientKind
from crypto.base_point import random_scalar
from crypto.curve import ORDER
from crypto.encoding import b64url_encode
from crypto.errors import CryptoError, MalformedError, ProofError, SealError, SignatureError
from crypto.functional.als16_wire import encode_function_key
from crypto.sealing import SealingKey, seal
from ssi.jws import sign_jws
from tests.consent.scores import (
    BUYER,
    CONSENT_ID,
    DOUBLE,
    EQUAL,
    MARKET,
    NOW,
    OTHER_CONSENT_ID,
    OTHER_REQUEST_ID,
    REQUEST,
    REQUEST_ID,
    RESULT_KEY,
    function,
    master_key,
    verified,
)
from tests.ssi import parties

BUYER_KEY = parties.es256("company")
HOLDER = parties.HOLDER
MARKET_KEY = parties.ed25519("market")
WEIGHTS = function(EQUAL).key_weights


def _verify(token, **changes):
    named = {"buyer": BUYER, "marketplace": MARKET, "now": NOW, **changes}
    return verify_score_request(token, BUYER_KEY.public, **named)


def test_a_signed_request_is_read_as_it_was_made():
    token = sign_score_request(REQUEST, BUYER_KEY)

    assert _verify(token) == REQUEST
    assert unverified_score_request(token) == REQUEST


def test_a_request_that_somebody_else_signed_is_refused():
    with pytest.raises(SignatureError):
        _verify(sign_score_request(REQUEST, parties.es256("stranger")))


@pytest.mark.parametrize("changes", [{"buyer": "another"}, {"marketplace": "another"}], ids=str)
def test_a_request_of_another_buyer_or_for_another_market_is_refused(changes):
    with pytest.raises(MismatchError):
        _verify(sign_score_request(REQUEST, BUYER_KEY), **changes)


@pytest.mark.parametrize("now", [NOW - timedelta(seconds=1), REQUEST.valid_until], ids=str)
def test_a_request_is_answered_within_its_time_only(now):
    with pytest.raises(ExpiredDocumentError):
        _verify(sign_score_request(REQUEST, BUYER_KEY), now=now)


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(days=15)], ids=str)
def test_a_request_with_no_time_or_too_much_is_not_read(lifetime):
    token = sign_score_request(replace(REQUEST, valid_until=NOW + lifetime), BUYER_KEY)

    with pytest.raises(MalformedError, match="14 days"):
        _verify(token)


@pytest.mark.parametrize(
    "change",
    [
        {"request_id": REQUEST_ID.upper()},
        {"request_id": "1"},
        {"consent_id": "x"},
        {"weights": {}},
        {"weights": {"exam_score": 0}},
        {"purpose": "dpv:Anything"},
        {"compensation_cents": -1},
        {"result_key": "AA"},
        {"result_key": b64url_encode(bytes(32))},
        {"result_key": b64url_encode(bytes([1]) + bytes(31))},
        {"more": 1},
    ],
    ids=str,
)
def test_a_request_of_another_form_is_not_read(change):
    with pytest.raises(MalformedError):
        _verify(sign_jws({**REQUEST.to_json(), **change}, BUYER_KEY, typ=SCORE_REQUEST_TYP))


def test_every_member_changes_the_digest_by_which_a_request_is_named():
    others = [
        replace(REQUEST, weights=DOUBLE),
        replace(REQUEST, compensation_cents=501),
        replace(REQUEST, purpose=Purpose.COMMERCIAL_RESEARCH),
        replace(REQUEST, request_id=OTHER_REQUEST_ID),
        replace(REQUEST, result_key=bytes([9]) + bytes(31)),
    ]

    assert len({each.digest for each in [REQUEST, *others]}) == 6


@pytest.mark.parametrize("text", ["", "x", REQUEST_ID + "0", "{" + REQUEST_ID + "}"], ids=repr)
def test_only_a_uuid_in_small_letters_is_a_request_id(text):
    assert is_request_id(REQUEST_ID)
    assert not is_request_id(text)


def _granted(request=REQUEST, key=None) -> ScoreAnswer:
    return grant(request, key or master_key().derive_key(WEIGHTS), at=NOW)


def _opened(answer, request=REQUEST, weights=WEIGHTS, result_key=RESULT_KEY):
    public = verified().public_key
    return open_function_key(answer, request, weights, public_key=public, result_key=result_key)


def test_a_granted_answer_opens_for_the_buyer():
    token = sign_score_answer(_granted(), HOLDER)
    answer = verify_score_answer(token, HOLDER.public, REQUEST)

    assert _opened(answer) == master_key().derive_key(WEIGHTS)
    assert unverified_request_id(token) == REQUEST_ID


def test_a_refusal_says_why_and_opens_to_nothing():
    token = sign_score_answer(refuse(REQUEST, ScoreRefusal.DOMINATED, at=NOW), HOLDER)
    answer = verify_score_answer(token, HOLDER.public, REQUEST)

    assert answer.refusal is ScoreRefusal.DOMINATED
    with pytest.raises(MismatchError, match="refused"):
        _opened(answer)


def test_an_answer_of_somebody_else_is_refused():
    with pytest.raises(SignatureError):
        verify_score_answer(sign_score_answer(_granted(), parties.es256("stranger")), HOLDER.public, REQUEST)


def test_an_answer_to_another_request_is_refused():
    token = sign_score_answer(_granted(), HOLDER)
    others = (
        replace(REQUEST, request_id=OTHER_REQUEST_ID),
        replace(REQUEST, consent_id=OTHER_CONSENT_ID),
        replace(REQUEST, compensation_cents=1),
    )

    for other in others:
        with pytest.raises(MismatchError):
            verify_score_answer(token, HOLDER.public, other)


def test_a_replayed_key_does_not_open_for_another_request():
    replayed = replace(_granted(), request_id=OTHER_REQUEST_ID)

    with pytest.raises(SealError):
        _opened(replayed, replace(REQUEST, request_id=OTHER_REQUEST_ID))


def test_a_key_opens_with_the_key_of_its_request_only():
    with pytest.raises(SealError):
        _opened(_granted(), result_key=SealingKey.generate(parties.random_of("another")))


def test_a_key_for_other_weights_is_refused():
    other = master_key().derive_key(function(DOUBLE).key_weights)

    with pytest.raises(MismatchError, match="other weights"):
        _opened(_granted(key=other))


def test_a_key_that_would_open_to_another_number_is_refused():
    honest = master_key().derive_key(WEIGHTS)
    lying = replace(honest, s=(honest.s + 1) % ORDER)

    with pytest.raises(ProofError):
        _opened(_granted(key=lying))


def test_without_the_check_a_lying_key_would_raise_a_score():
    # Who knows the mask r of its own ciphertext takes d/r off the key, and the sum comes out larger by d.
    score, values = function(EQUAL), (1000, 2000, 3)
    ciphertext = master_key().owner_encrypt(values, parties.random_of("mask"))
    honest = master_key().derive_key(WEIGHTS)
    r = random_scalar(parties.random_of("mask"))
    lying = replace(honest, s=(honest.s - 500 * pow(r, -1, ORDER)) % ORDER)

    low, high = score.bounds
    assert honest.decrypt(ciphertext, bound=high, least=low) == 3000
    assert lying.decrypt(ciphertext, bound=high, least=low) == 3500
    with pytest.raises(ProofError):
        _opened(_granted(key=lying))


def test_something_else_in_the_envelope_is_refused():
    sealed = seal(b"not a key", RESULT_KEY.public, context=key_context(REQUEST))

    with pytest.raises(MalformedError):
        _opened(replace(_granted(), sealed=sealed))
    raw = encode_function_key(master_key().derive_key(WEIGHTS))
    with pytest.raises(SealError):
        _opened(replace(_granted(), sealed=seal(raw, RESULT_KEY.public, context=b"another use")))


@pytest.mark.parametrize("change", [{"sealed": None}, {"refusal": "declined"}, {"more": 1}], ids=str)
def test_an_answer_that_is_neither_or_both_is_not_read(change):
    token = sign_jws({**_granted().to_json(), **change}, HOLDER, typ=SCORE_ANSWER_TYP)

    with pytest.raises(MalformedError):
        verify_score_answer(token, HOLDER.public, REQUEST)


@settings(max_examples=50)
@given(st.text(max_size=300))
def test_whatever_is_read_as_a_request_or_an_answer_is_a_named_error(text):
    for read in (unverified_score_request, unverified_request_id):
        with pytest.raises(CryptoError):
            read(text)
    with pytest.raises((CryptoError, ConsentError)):
        verify_score_answer(text, HOLDER.public, REQUEST)


RECEIPT = ScoreReceipt(
    consent_id=CONSENT_ID,
    request_id=REQUEST_ID,
    buyer_id=BUYER,
    buyer_name="Harbour Works",
    buyer_kind=RecipientKind.COMPANY,
    purpose=Purpose.PERSONNEL_HIRING,
    weights=EQUAL,
    amount_cents=500,
    used_at=NOW,
    log_index=7,
)


def test_receipts_are_read_as_they_were_signed_and_from_the_market_only():
    offered = ScoreOfferReceipt(CONSENT_ID, REQUEST.inputs_digest, NOW)
    token = sign_offer_receipt(offered, MARKET_KEY)

    assert verify_score_receipt(sign_score_receipt(RECEIPT, MARKET_KEY), MARKET_KEY.public) == RECEIPT
    assert verify_offer_receipt(token, MARKET_KEY.public) == offered
    with pytest.raises(SignatureError):
        verify_score_receipt(sign_score_receipt(RECEIPT, parties.ed25519("other")), MARKET_KEY.public)
    with pytest.raises(MalformedError):
        verify_score_receipt(token, MARKET_KEY.public)


def test_no_receipt_has_a_place_for_a_score():
    names = {*RECEIPT.to_json(), *ScoreOfferReceipt(CONSENT_ID, "", NOW).to_json()}

    assert not names & {"score", "result", "value", "values"}
