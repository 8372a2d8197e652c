from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.encoding import Json, canonical_json
from ssi.openid4vp.encryption import MAX_MESSAGE, Recipient, encryption_jwk
from ssi.openid4vp.errors import ErrorCode, PresentationRefusedError, Reason, RequestRefusedError
from ssi.openid4vp.holder import build_response
from ssi.openid4vp.matching import match
from ssi.openid4vp.request import ResponseMode
from ssi.openid4vp.response import AuthorizationResponse, ErrorResponse, declined, read_response
from tests.ssi.openid4vp.asking import ENCRYPTION_KEY, answer, asked, held, request, verified
from tests.ssi.parties import NOW, es256

OPEN, SECRET = ResponseMode.DIRECT_POST, ResponseMode.DIRECT_POST_JWT
ASKED = request(mode=SECRET)
GOOD = answer(ASKED)
FORM = GOOD.to_form(SECRET, ASKED.metadata)


def reason_of(form: Any, mode: ResponseMode = OPEN, key: Any = None) -> Reason:
    with pytest.raises(PresentationRefusedError) as refused:
        read_response(form, mode, key)
    return refused.value.reason


@pytest.mark.parametrize("content_encryption", ["A128GCM", "A256GCM"])
def test_an_encrypted_answer_is_read_with_the_key_of_the_request_only(content_encryption):
    recipient = Recipient(encryption_jwk(ENCRYPTION_KEY), content_encryption)
    form = {"response": recipient.encrypt(GOOD.to_claims())}

    assert read_response(form, SECRET, ENCRYPTION_KEY) == GOOD
    assert reason_of(form, SECRET, es256("other")) is Reason.NOT_DECRYPTABLE


def test_an_encrypted_answer_says_which_key_it_is_for_and_nothing_else():
    assert set(FORM) == {"response"}
    assert read_response(FORM, SECRET, ENCRYPTION_KEY) == GOOD
    assert verified(read_response(FORM, SECRET, ENCRYPTION_KEY), ASKED).credentials


def test_an_answer_in_the_open_says_the_same_when_it_is_read():
    form = GOOD.to_form(OPEN, None)

    assert set(form) == {"vp_token", "state"}
    assert read_response(form, OPEN, None) == GOOD


def test_an_open_answer_to_a_request_for_a_secret_one_is_refused():
    assert reason_of(GOOD.to_form(OPEN, None), SECRET, ENCRYPTION_KEY) is Reason.ENCRYPTION_MISSING


def test_a_secret_answer_that_nobody_asked_for_is_refused():
    assert reason_of(FORM) is Reason.MALFORMED_RESPONSE


def test_nothing_is_encrypted_without_a_key():
    with pytest.raises(RequestRefusedError):
        GOOD.to_form(SECRET, None)


@pytest.mark.parametrize("mode", list(ResponseMode))
def test_a_wallet_may_decline_in_the_open(mode):
    error = declined("state-1")

    assert read_response(error.to_form(), mode, ENCRYPTION_KEY) == error
    assert read_response({"error": "server_error"}, mode, None) == ErrorResponse("server_error")


def test_a_wallet_may_decline_in_secret():
    recipient = Recipient(encryption_jwk(ENCRYPTION_KEY))

    found = read_response({"response": recipient.encrypt({"error": "access_denied"})}, SECRET, ENCRYPTION_KEY)

    assert found == ErrorResponse("access_denied")


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"vp_token": ""},
        {"vp_token": "text"},
        {"vp_token": "[]"},
        {"vp_token": "{}"},
        {"vp_token": '{"a": []}'},
        {"vp_token": '{"a": "token"}'},
        {"vp_token": '{"a": [1]}'},
        {"vp_token": '{"a": [""]}'},
        {"vp_token": '{"a": [{}]}'},
        {"vp_token": '{"a": ["x"], "a": ["y"]}'},
        {"vp_token": '{"a.b": ["x"]}'},
        {"vp_token": '{"a\\u001b": ["x"]}'},
        {"vp_token": '{"": ["x"]}'},
        {"vp_token": '{"a": ["x"], "' + "b" * 101 + '": ["x"]}'},
        {"vp_token": '{"a": ["x"]}', "state": ""},
        {"vp_token": "[" * 1000},
        {"error": ""},
        {"error": "x", "error_description": "y" * 3000},
        {"vp_token": '{"a": ["' + "x" * 1_000_001 + '"]}'},
    ],
)
def test_an_answer_without_the_agreed_form_is_refused(form):
    assert reason_of(form) is Reason.MALFORMED_RESPONSE


@pytest.mark.parametrize("message", ["", "a", "a.b.c.d.e", "....", "x" * (MAX_MESSAGE + 1), "ü.ü.ü.ü.ü"])
def test_what_is_not_encrypted_is_refused(message):
    assert reason_of({"response": message}, SECRET, ENCRYPTION_KEY) is Reason.NOT_DECRYPTABLE


def test_an_encrypted_text_that_is_no_answer_is_refused():
    recipient = Recipient(encryption_jwk(ENCRYPTION_KEY))

    tried: list[dict[str, Json]] = [{}, {"vp_token": []}, {"state": "x"}]
    for claims in tried:
        form = {"response": recipient.encrypt(claims)}
        assert reason_of(form, SECRET, ENCRYPTION_KEY) is Reason.MALFORMED_RESPONSE


@settings(max_examples=60)
@given(st.data())
def test_no_changed_character_of_a_secret_answer_passes(data: st.DataObject):
    message = FORM["response"]
    position = data.draw(st.integers(0, len(message) - 1))
    character = data.draw(st.sampled_from("Aa0-_.").filter(lambda found: found != message[position]))

    reason_of({"response": message[:position] + character + message[position + 1 :]}, SECRET, ENCRYPTION_KEY)


@given(st.dictionaries(st.sampled_from(["vp_token", "state", "error", "response"]), st.text(max_size=30)))
def test_whatever_is_posted_is_an_answer_or_a_named_reason(form):
    for mode in ResponseMode:
        try:
            assert isinstance(
                read_response(form, mode, ENCRYPTION_KEY), (AuthorizationResponse, ErrorResponse)
            )
        except PresentationRefusedError as error:
            assert error.reason in Reason  # noqa: PT017 — either outcome is right, neither is another error


def test_a_wallet_answers_only_with_what_was_chosen():
    several = match(asked(["given_name"]), [held(name=name).as_held() for name in ("a", "b")])
    wallet = {name: held(name=name) for name in ("a", "b")}
    both = several.candidates["diploma"]

    for chosen, code in (((), ErrorCode.ACCESS_DENIED), (both, ErrorCode.INVALID_REQUEST)):
        with pytest.raises(RequestRefusedError) as refused:
            build_response(request(), chosen, wallet, now=NOW)
        assert refused.value.code is code
    many = request(asked(["given_name"], multiple=True))
    assert len(build_response(many, both, wallet, now=NOW).vp_token["diploma"]) == len(both)


def test_an_answer_keeps_claims_out_of_its_repr():
    assert "ey" not in repr(GOOD)
    assert canonical_json(GOOD.to_claims())
