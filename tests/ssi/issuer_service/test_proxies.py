"""Wrong passwords are counted per client, also behind proxies, and nobody chooses whose count it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from ssi.issuer_service.services.sign_in import MAX_FAILURES_PER_ADDRESS
from tests.ssi.issuer_service.offices import found_office
from tests.ssi.issuer_service.visitors import Office, Officer

PROXY, CLIENT, OTHER = "10.0.0.1", "203.0.113.7", "203.0.113.8"


@pytest.fixture
def behind_one(tmp_path: Path) -> Iterator[Office]:
    office = found_office(tmp_path / "u", f"sqlite:///{tmp_path / 'issuer.sqlite'}", trusted_proxies=1)
    yield office
    office.issuer.database.close()


def attempt(office: Office, forwarded_for: str, typed: str = "a guess") -> TestResponse:
    """Send the sign-in form through the proxy, which says by whom it was asked."""
    client = office.visitor()
    client.environ_base |= {"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": forwarded_for}
    return Officer(client, typed).sign_in()


def fail(office: Office, forwarded_for: str) -> None:
    for number in range(MAX_FAILURES_PER_ADDRESS):
        assert attempt(office, forwarded_for.format(number)).status_code == 422


def test_whoever_fails_behind_a_trusted_proxy_closes_the_door_for_himself_only(behind_one: Office):
    fail(behind_one, CLIENT)

    assert attempt(behind_one, CLIENT, behind_one.officer.password).status_code == 429
    assert attempt(behind_one, OTHER, behind_one.officer.password).status_code == 302


def test_what_a_client_says_about_itself_does_not_count(behind_one: Office):
    fail(behind_one, "198.51.100.{}, " + CLIENT)

    assert attempt(behind_one, CLIENT, behind_one.officer.password).status_code == 429


def test_without_a_trusted_proxy_the_header_does_not_count(office: Office):
    fail(office, "198.51.100.{}")

    assert attempt(office, OTHER, office.officer.password).status_code == 429
