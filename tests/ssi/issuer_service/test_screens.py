"""Every page asks for a password first; the overview counts what the register lists."""

import re

import pytest

from tests.ssi.issuer_service.visitors import CHEAP, Office, text_of

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    "path", ["/", "/issue", "/issue/exam/1", "/records", "/records/x", "/records/x/link"]
)
def test_every_page_asks_for_a_password_first(office: Office, path: str):
    response = office.visitor().get(path)

    assert (response.status_code, response.location) == (302, "/sign-in")


def test_nothing_can_be_changed_without_signing_in(office: Office):
    credential_id = office.institution.hand_in()["credential_id"]
    form = {"status": "revoked", "reason": "x", "sure": "yes"}

    response = office.officer.send("/sign-in", f"/records/{credential_id}/status", **form)

    assert response.location == "/sign-in"
    assert office.institution.hand_in()["status"] == "valid"


def test_a_wrong_password_is_refused_in_words(office: Office):
    response = office.officer.sign_in("guess")

    assert response.status_code == 422
    assert "This password is not right" in text_of(response)
    assert office.officer.client.get("/").location == "/sign-in"


def test_five_wrong_passwords_close_the_door_for_five_minutes(office: Office):
    for _ in range(5):
        office.officer.sign_in("guess")
    closed = office.officer.sign_in()
    office.clock.move(minutes=5, seconds=1)
    opened = office.officer.sign_in()

    assert (closed.status_code, closed.headers["Retry-After"]) == (429, "300")
    assert opened.location == "/"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(office: Office):
    cookie = office.officer.sign_in().headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_form_without_its_token_is_refused(office: Office, officer):
    response = officer.client.post("/records/x/status", data={"status": "revoked"})

    assert response.status_code == 400


def test_signing_out_ends_the_session(office: Office, officer):
    officer.send("/", "/sign-out")

    assert officer.client.get("/").location == "/sign-in"


def test_a_new_password_ends_every_session(office: Office, officer):
    officer.password = office.issuer.set_password(CHEAP)

    assert officer.client.get("/").location == "/sign-in"
    assert officer.sign_in().location == "/"


def test_who_is_signed_in_already_is_led_to_the_overview(officer):
    assert officer.client.get("/sign-in").location == "/"


def test_an_empty_office_offers_the_first_step(officer):
    page = officer.page("/")

    assert "No records yet" in page
    assert page.count('href="/issue"') == 2  # in the navigation, and as the one thing to do


def test_each_number_leads_to_what_it_counts(office: Office, officer):
    collected = office.institution.hand_in("s-1")
    office.wallet().collect(collected["offer_uri"])
    office.institution.hand_in("s-2")
    held = office.institution.hand_in("s-3")
    office.institution.set_status(held["credential_id"], "suspended")
    gone = office.institution.hand_in("s-4")
    office.institution.set_status(gone["credential_id"], "revoked")

    page = officer.page("/")

    for state, person in {"collected": "s-1", "waiting": "s-2", "suspended": "s-3", "revoked": "s-4"}.items():
        (count,) = re.findall(rf'href="/records\?state={state}".*?stat-value">(\d+)<', page, re.DOTALL)
        listed = re.findall(r"/records/[0-9a-f]{32}\">([^<]+)<", officer.page(f"/records?state={state}"))
        assert (count, listed) == ("1", [person])


def test_pages_load_nothing_from_elsewhere_and_keep_no_copy(officer):
    response = officer.client.get("/")

    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"


def test_health_and_metrics_answer_without_signing_in(office: Office):
    health, metrics = office.visitor().get("/health"), office.visitor().get("/metrics")

    assert health.get_json() == {"role": "issuer", "status": "ok", "checks": {"database": "ok"}}
    assert "http_requests_total" in text_of(metrics)
