"""A person's request under the GDPR is signed by her agreement's key, and by nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.errors import MismatchError, TermsError
from consent.record import sign_withdrawal, verify_withdrawal
from consent.rights_request import (
    MAX_REQUEST,
    MAX_WORDS,
    RIGHTS_TYP,
    Right,
    RightsRequest,
    sign_rights_request,
    unverified_agreement,
    verify_rights_request,
)
from crypto.errors import MalformedError, SignatureError
from ssi.jws import sign_jws
from tests.consent.examples import CONSENT_ID, HOLDER, MARKET_ID, NOW, STRANGER, STRANGER_ED25519

REQUEST_ID = "6f1dbf52-7d5b-4b6e-9d9a-0a4f9c1d2e3f"
REQUEST = RightsRequest(REQUEST_ID, MARKET_ID, CONSENT_ID, Right.ACCESS, "Everything, please.", NOW)
TOKEN = sign_rights_request(REQUEST, HOLDER)


def _read(token=TOKEN, marketplace=MARKET_ID):
    return verify_rights_request(token, HOLDER.public, marketplace=marketplace)


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("words", ["", "ü" * MAX_WORDS, "\x01" * MAX_WORDS])
def test_a_signed_request_is_read_back(right, words):
    request = replace(REQUEST, right=right, words=words)

    token = sign_rights_request(request, HOLDER)

    assert _read(token) == request
    assert unverified_agreement(token) == CONSENT_ID
    assert len(token) <= MAX_REQUEST


@pytest.mark.parametrize("key", [STRANGER, STRANGER_ED25519], ids=["ES256", "EdDSA"])
def test_a_request_signed_by_somebody_else_is_refused(key):
    with pytest.raises(SignatureError):
        _read(sign_rights_request(REQUEST, key))


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("AZaz09-_.="))
@settings(max_examples=100)
def test_any_changed_character_is_refused(place, character):
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]

    if changed == TOKEN:
        return
    with pytest.raises((MalformedError, SignatureError)):
        _read(changed)


def test_a_withdrawal_is_no_request_and_a_request_no_withdrawal():
    with pytest.raises(MalformedError, match="type"):
        _read(sign_withdrawal(CONSENT_ID, NOW, HOLDER))
    with pytest.raises(MalformedError, match="type"):
        verify_withdrawal(TOKEN, HOLDER.public)


def test_a_request_for_another_marketplace_is_refused():
    with pytest.raises(MismatchError):
        _read(marketplace="did:web:elsewhere.example")


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"right": "forgetting"},
        {"at": "yesterday"},
        {"words": "x" * (MAX_WORDS + 1)},
        {"words": "a\x00b"},
        {"consent_id": "urn:uuid:nothing"},
    ],
)
def test_a_signed_request_of_another_form_is_refused(change):
    with pytest.raises(MalformedError):
        _read(sign_jws({**REQUEST.to_json(), **change}, HOLDER, typ=RIGHTS_TYP))


@pytest.mark.parametrize(
    "wrong", [{"request_id": "1"}, {"consent_id": "1"}, {"words": "x" * (MAX_WORDS + 1)}, {"words": "\x00"}]
)
def test_a_request_that_is_none_cannot_be_made(wrong):
    with pytest.raises(TermsError):
        replace(REQUEST, **wrong)


def test_each_right_names_its_article_and_what_a_person_wrote_stays_out_of_repr():
    assert [right.article for right in Right] == [15, 16, 17, 18, 20, 21]
    assert Right.ERASURE.iri == "https://w3id.org/dpv/legal/eu/gdpr#A17"
    assert {right for right in Right if right.ends_agreement} == {Right.ERASURE, Right.OBJECTION}
    assert "Everything" not in repr(REQUEST)
