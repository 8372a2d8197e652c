from datetime import timedelta

import pytest

from ssi.credential import present
from ssi.errors import AlteredCredentialError, ExpiredError, MalformedCredentialError
from ssi.key_binding import Challenge, bind_presentation
from ssi.presentation import verify_presentation
from tests.ssi.parties import HOLDER, NOW, YEAR, es256, exam_credential, registry

CHALLENGE = Challenge("market", "one time only")
SHOWN = present(exam_credential(), {"school_type"})


def test_the_holder_shows_what_she_chose_to_whom_she_chose():
    bound = bind_presentation(SHOWN, HOLDER, CHALLENGE, now=NOW)

    assert verify_presentation(bound, registry(), CHALLENGE, now=NOW).claims == {"school_type": "girls"}


def test_a_copied_credential_is_of_no_use_without_its_key():
    stolen = bind_presentation(SHOWN, es256("thief"), CHALLENGE, now=NOW)

    with pytest.raises(AlteredCredentialError, match="does not verify"):
        verify_presentation(stolen, registry(), CHALLENGE, now=NOW)


@pytest.mark.parametrize(
    "asked", [Challenge("market", "another time"), Challenge("insurer", "one time only")]
)
def test_a_presentation_is_for_one_verifier_and_one_time(asked: Challenge):
    bound = bind_presentation(SHOWN, HOLDER, CHALLENGE, now=NOW)

    with pytest.raises(AlteredCredentialError, match="bound to another one"):
        verify_presentation(bound, registry(), asked, now=NOW)


def test_an_old_presentation_is_refused():
    bound = bind_presentation(SHOWN, HOLDER, CHALLENGE, now=NOW)

    with pytest.raises(AlteredCredentialError, match="not made just now"):
        verify_presentation(bound, registry(), CHALLENGE, now=NOW + timedelta(minutes=6))


def test_a_presentation_without_key_binding_is_refused():
    with pytest.raises(MalformedCredentialError, match="bound to its holder's key"):
        verify_presentation(SHOWN, registry(), CHALLENGE, now=NOW)


def test_key_binding_does_not_make_an_expired_credential_valid():
    later = NOW + YEAR - timedelta(seconds=1)
    bound = bind_presentation(SHOWN, HOLDER, CHALLENGE, now=later)

    verify_presentation(bound, registry(), CHALLENGE, now=later)
    with pytest.raises(ExpiredError):
        verify_presentation(bound, registry(), CHALLENGE, now=later + timedelta(seconds=1))
