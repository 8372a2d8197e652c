from datetime import timedelta

import pytest

from crypto.errors import MalformedError, SignatureError
from ssi.key_binding import MAX_AGE, Challenge, bind_presentation, verify_key_binding
from ssi.sd_jwt import Selective, issue_sd_jwt, parse_sd_jwt, present_sd_jwt
from tests.ssi.parties import HOLDER, NOW, es256, random_of

CHALLENGE = Challenge("https://verifier.example", "n-0S6_WzA2Mj")
TOKEN = issue_sd_jwt(
    {"a": Selective(1), "b": Selective(2)}, es256("issuer"), typ="example+sd-jwt", random=random_of("salts")
)
BOUND = bind_presentation(TOKEN, HOLDER, CHALLENGE, now=NOW)


def check(token: str, challenge: Challenge = CHALLENGE, *, after: timedelta = timedelta()) -> None:
    verify_key_binding(parse_sd_jwt(token, "token"), HOLDER.public, challenge, now=NOW + after)


def test_a_presentation_bound_to_this_challenge_just_now_is_accepted():
    check(BOUND)
    check(BOUND, after=MAX_AGE)
    check(BOUND, after=timedelta(seconds=-60))


@pytest.mark.parametrize(
    "challenge",
    [Challenge("https://verifier.example/", CHALLENGE.nonce), Challenge(CHALLENGE.audience, "n-0S6_WzA2MJ")],
    ids=["another verifier", "another nonce"],
)
def test_a_presentation_made_for_another_challenge_is_refused(challenge: Challenge):
    with pytest.raises(SignatureError, match="bound to another one than expected"):
        check(BOUND, challenge)


@pytest.mark.parametrize(
    "after", [MAX_AGE + timedelta(seconds=1), timedelta(seconds=-61)], ids=["old", "future"]
)
def test_a_presentation_that_was_not_made_just_now_is_refused(after: timedelta):
    with pytest.raises(SignatureError, match="not made just now"):
        check(BOUND, after=after)


def test_a_presentation_signed_with_another_key_is_refused():
    with pytest.raises(SignatureError, match="does not verify"):
        check(bind_presentation(TOKEN, es256("thief"), CHALLENGE, now=NOW))


def test_a_disclosure_cannot_be_taken_out_of_a_bound_presentation():
    binding = BOUND.rpartition("~")[2]

    with pytest.raises(SignatureError, match="sd_hash"):
        check(present_sd_jwt(TOKEN, [("a",)]) + binding)


def test_a_key_binding_cannot_be_moved_to_another_credential():
    other = issue_sd_jwt({"a": 1}, es256("issuer"), typ="example+sd-jwt")

    with pytest.raises(SignatureError, match="sd_hash"):
        check(other + BOUND.rpartition("~")[2])


def test_a_presentation_without_key_binding_is_refused():
    with pytest.raises(MalformedError, match="expected a presentation bound to its holder's key"):
        check(TOKEN)


def test_another_token_of_the_holder_is_no_key_binding():
    with pytest.raises(MalformedError, match=r"expected a token of type kb\+jwt"):
        check(TOKEN + BOUND.split("~")[0])


def test_a_presentation_is_bound_once():
    with pytest.raises(MalformedError, match="without key binding"):
        bind_presentation(BOUND, HOLDER, CHALLENGE, now=NOW)


def test_presenting_drops_the_key_binding():
    assert present_sd_jwt(BOUND, [("a",)]) == present_sd_jwt(TOKEN, [("a",)])
