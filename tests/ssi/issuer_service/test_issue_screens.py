"""An officer fills in a form, looks at the record as its holder will, and hands over a link and a code."""

import re

import pytest

from tests.ssi.issuer_service.visitors import Office, text_of
from tests.ssi.parties import EXAM

pytestmark = pytest.mark.database


FORM = "/issue/exam/1"
FILLED = {
    "external_id": "4711",
    "valid_days": "90",
    **{f"value-{name}": str(value) for name, value in EXAM.items()},
}


def issue(officer, **changes: str) -> str:
    """Issue a record on screen; the address of its link page."""
    response = officer.send(FORM, FORM, **{**FILLED, **changes, "step": "issue"})
    assert response.status_code == 302, text_of(response)
    return str(response.location)


def test_the_form_is_made_from_the_data_set(officer):
    page = officer.page(FORM)

    for words in ("Exam score", "Enter -4 to 4.", "lowest quarter", "Type of school", "Number of the person"):
        assert words in page


def test_every_kind_on_offer_can_be_chosen(officer):
    page = officer.page("/issue")

    assert re.findall(r'href="(/issue/[^"]+)"', page) == [
        "/issue/exam/1",
        "/issue/health/1",
        "/issue/organisation/1",
    ]


def test_a_kind_that_is_not_offered_is_not_found(officer):
    assert officer.client.get("/issue/degree/1").status_code == 404
    assert officer.client.get("/issue/exam/2").status_code == 404
    assert officer.client.get(f"/issue/exam/{10**30}").status_code == 404


def test_what_is_wrong_is_said_at_each_field_and_nothing_typed_is_lost(officer):
    typed = {**FILLED, "external_id": "", "valid_days": "x", "value-exam_score": "7", "value-sex": ""}
    response = officer.send(FORM, FORM, **typed, step="check")

    page = text_of(response)
    assert response.status_code == 422
    for field in ("external_id", "valid_days", "value-exam_score", "value-sex"):
        assert f'href="#field-{field}"' in page
        assert f'id="error-{field}"' in page
    assert "Exam score: expected a number from -4" in page
    assert 'value="7"' in page


def test_the_preview_shows_the_record_as_its_holder_will_see_it(officer):
    page = text_of(officer.send(FORM, FORM, **FILLED, step="check"))

    for words in ("Example University", "Exam score", "0.261", "highest quarter", "girls only", "90 days"):
        assert words in page


def test_the_preview_warns_when_the_person_has_such_a_record(office: Office, officer):
    office.institution.hand_in("4711")

    assert "This person has one" in text_of(officer.send(FORM, FORM, **FILLED, step="check"))


def test_one_can_go_back_from_the_preview_and_find_what_was_typed(officer):
    response = officer.send(FORM, FORM, **FILLED, step="edit")

    assert response.status_code == 200
    assert 'value="0.261"' in text_of(response)


def test_an_issued_record_leads_to_a_link_and_a_code_that_work(office: Office, officer, trusted):
    page = officer.page(issue(officer))

    (link,) = re.findall(r'value="(openid-credential-offer://[^"]+)"', page)
    (code,) = re.findall(r'value="(\d{6})"', page)
    assert office.wallet().collect(link, code)


def test_pressing_twice_issues_once(office: Office, officer):
    assert issue(officer) == issue(officer)
    assert office.institution.find("4711").get_json()["total"] == 1


def test_an_invalid_record_is_not_issued_even_if_the_preview_is_skipped(office: Office, officer):
    response = officer.send(FORM, FORM, **{**FILLED, "value-exam_score": "99"}, step="issue")

    assert response.status_code == 422
    assert office.institution.find("4711").get_json()["total"] == 0


def test_an_organisation_is_certified_on_screen(officer):
    form = {"external_id": "iph", "valid_days": "365", "value-name": "Institute", "value-kind": "company"}
    refused = officer.send(
        "/issue", "/issue/organisation/1", **form, **{"value-country": "Austria"}, step="issue"
    )
    issued = officer.send("/issue", "/issue/organisation/1", **form, **{"value-country": "AT"}, step="issue")

    assert refused.status_code == 422
    assert issued.location.endswith("/link")
