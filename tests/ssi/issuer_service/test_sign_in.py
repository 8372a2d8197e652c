"""Passwords are guessed slowly, keys not at all."""

from datetime import timedelta

import pytest

from ssi.issuer_service.domain.scope import ALL_SCOPES
from ssi.issuer_service.errors import TooManyAttemptsError, UnauthorisedError
from ssi.issuer_service.services.sign_in import MAX_FAILURES_IN_ALL, MAX_FAILURES_PER_ADDRESS, WINDOW, SignIn
from tests.ssi.issuer_service.visitors import CHEAP, Office
from tests.ssi.parties import NOW

pytestmark = pytest.mark.database
HERE, THERE = b"h" * 32, b"t" * 32


@pytest.fixture
def sign_in(office: Office) -> SignIn:
    return SignIn(office.issuer.books)


def fail(sign_in: SignIn, times: int, address: bytes = HERE) -> None:
    for _ in range(times):
        with pytest.raises(UnauthorisedError):
            sign_in("guess", address=address, now=NOW)


def test_the_right_password_gives_a_mark_that_holds(office: Office, sign_in: SignIn):
    mark = sign_in(office.officer.password, address=HERE, now=NOW)

    assert sign_in.still_holds(mark)


@pytest.mark.parametrize("mark", ["", "x", "é"])
def test_a_made_up_mark_does_not_hold(office: Office, sign_in: SignIn, mark: str):
    assert not sign_in.still_holds(mark)


def test_an_old_mark_does_not_hold_under_a_new_password(office: Office, sign_in: SignIn):
    mark = sign_in(office.officer.password, address=HERE, now=NOW)
    office.issuer.set_password(CHEAP)

    assert not sign_in.still_holds(mark)


def test_too_many_failures_close_one_address_only(office: Office, sign_in: SignIn):
    fail(sign_in, MAX_FAILURES_PER_ADDRESS)
    with pytest.raises(TooManyAttemptsError) as refused:
        sign_in(office.officer.password, address=HERE, now=NOW)

    assert refused.value.retry_after_seconds == 300
    assert sign_in(office.officer.password, address=THERE, now=NOW)


def test_guessing_from_many_addresses_closes_all(office: Office, sign_in: SignIn):
    for number in range(MAX_FAILURES_IN_ALL):
        fail(sign_in, 1, number.to_bytes(32, "big"))

    with pytest.raises(TooManyAttemptsError):
        sign_in(office.officer.password, address=THERE, now=NOW)


def test_the_door_opens_again_after_the_window(office: Office, sign_in: SignIn):
    fail(sign_in, MAX_FAILURES_PER_ADDRESS)

    assert sign_in(office.officer.password, address=HERE, now=NOW + WINDOW + timedelta(seconds=1))


def test_a_success_forgets_the_failures_before_it(office: Office, sign_in: SignIn):
    for _ in range(2):
        fail(sign_in, MAX_FAILURES_PER_ADDRESS - 1)
        sign_in(office.officer.password, address=HERE, now=NOW)


def test_an_api_key_names_who_acts(office: Office):
    key = office.issuer.api_keys.create(now=NOW)

    assert office.issuer.api_keys.admit(key) == (key.partition(".")[0], ALL_SCOPES)


def test_a_revoked_key_is_not_in_force(office: Office):
    key = office.issuer.api_keys.create(now=NOW)
    office.issuer.api_keys.revoke(key.partition(".")[0], now=NOW)

    with pytest.raises(UnauthorisedError):
        office.issuer.api_keys.admit(key)
    with pytest.raises(UnauthorisedError, match="no API key"):
        office.issuer.api_keys.revoke(key.partition(".")[0], now=NOW)
