"""Status lists are signed afresh when they must be, and only then."""

import pytest

from ssi.status_list import verify_status_list
from tests.ssi.issuer_service.visitors import URL, Office

pytestmark = pytest.mark.database


@pytest.fixture
def collected(office: Office):
    answer = office.institution.hand_in()
    office.wallet().collect(answer["offer_uri"])
    return answer


def fetch(office: Office) -> str:
    response = office.visitor().get("/status-lists/0")
    assert response.status_code == 200
    return response.text


def test_an_unchanged_list_is_signed_once_within_its_time_to_live(office: Office, collected):
    first = fetch(office)
    office.clock.move(seconds=14)

    assert fetch(office) == first


def test_a_list_is_signed_again_when_its_time_to_live_is_over(office: Office, collected):
    first = fetch(office)
    office.clock.move(seconds=15)

    assert fetch(office) != first


def test_a_list_is_signed_again_at_once_when_it_changed(office: Office, collected):
    first = fetch(office)
    office.institution.set_status(collected["credential_id"], "revoked")

    assert fetch(office) != first


def test_a_list_says_how_long_a_copy_may_be_kept(office: Office, collected):
    key = office.issuer.identity.issuer.key.public
    published = verify_status_list(fetch(office), key, uri=f"{URL}/status-lists/0", now=office.clock())

    assert published.ttl_seconds == 15
    assert (published.expires_at - published.issued_at).total_seconds() == 60
    assert len(published.statuses) == 2**10


def test_a_list_that_nothing_points_to_is_not_there(office: Office):
    assert office.visitor().get("/status-lists/0").status_code == 404
    assert office.visitor().get("/status-lists/x").status_code == 404


@pytest.mark.parametrize("number", ["1", "00", "-1", "2147483648", "9" * 25, "9" * 5000, "٠", "0/", "0x0"])
def test_a_list_of_an_impossible_number_is_not_there(office: Office, collected, number: str):
    assert office.visitor().get(f"/status-lists/{number}").status_code == 404


def test_revoking_what_was_never_collected_changes_no_list(office: Office, collected):
    waiting = office.institution.hand_in("s-2")
    before = fetch(office)
    office.institution.set_status(waiting["credential_id"], "revoked")

    assert fetch(office) == before
