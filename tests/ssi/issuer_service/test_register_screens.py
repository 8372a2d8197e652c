"""An officer finds a record, sees where it stands and changes that; nobody reads its values."""

import re

import pytest

from tests.ssi.issuer_service.visitors import Office, record, text_of

pytestmark = pytest.mark.database


def test_the_list_is_paged_with_the_newest_first(office: Office, officer):
    office.institution.post("/credentials/batch", {"records": [record(f"s-{n:03}") for n in range(30)]})

    first, second = officer.page("/records"), officer.page("/records?page=2")

    listed = [re.findall(r"/records/[0-9a-f]{32}\">([^<]+)<", page) for page in (first, second)]
    assert listed[0][0] == "s-029"
    assert [len(names) for names in listed] == [25, 5]
    assert "page 1 of 2" in first
    assert "page=2" in first


def test_a_person_is_found_by_number(office: Office, officer):
    office.institution.hand_in("4711")
    office.institution.hand_in("4712")

    page = text_of(officer.send("/records", "/records", external_id=" 4712 ", state=""))

    assert "1 record" in page
    assert ">4711<" not in page


def test_the_records_of_a_person_are_paged_and_her_number_stands_in_no_address(office: Office, officer):
    for score in range(26):
        office.institution.hand_in("4711", values={"exam_score": score / 100})
    search = {"external_id": "4711", "state": "revoked"}
    office.institution.hand_in("4711", values={"exam_score": 1})

    first = text_of(officer.send("/records", "/records", **search))
    second = text_of(officer.send("/records", "/records", **search, page="2"))

    assert "26 records, page 1 of 2" in first
    assert re.search(r'name="page" value="2"', first)
    assert second.count(">4711<") == 1
    assert not re.findall(r'(?:href|action)="[^"]*4711', first + second)


def test_a_number_in_an_address_is_not_looked_for(office: Office, officer):
    office.institution.hand_in("4711")

    assert "1 record" in officer.page("/records?external_id=4712")


def test_finding_nobody_says_what_to_do(officer):
    assert "Nothing found" in text_of(officer.send("/records", "/records", external_id="nobody"))


@pytest.mark.parametrize("query", ["state=revoked", "page=9"])
def test_finding_nothing_says_what_to_do(officer, query: str):
    assert "Nothing found" in officer.page(f"/records?{query}")


@pytest.mark.parametrize("query", ["state=nonsense", "page=x", "page=-1", "page=99999999999999999999"])
def test_a_query_that_means_nothing_shows_a_page(officer, query: str):
    assert officer.client.get(f"/records?{query}").status_code == 200


def test_the_page_of_a_record_never_shows_its_values(office: Office, officer):
    credential_id = office.institution.hand_in()["credential_id"]

    page = officer.page(f"/records/{credential_id}")

    assert "0.261" not in page
    assert "Waiting" in page


def test_a_record_is_taken_back_with_a_reason_and_the_page_says_when_that_shows(office: Office, officer):
    credential_id = office.institution.hand_in()["credential_id"]
    form = {"status": "revoked", "reason": "issued to the wrong person", "sure": "yes"}

    response = officer.send(f"/records/{credential_id}", f"/records/{credential_id}/status", **form)

    page = officer.page(response.location)
    assert "Wallets and buyers see this within 15 seconds" in page
    assert "Taken back" in page
    assert "issued to the wrong person" in page
    assert 'name="status"' not in page  # revoked is final, so there is nothing left to choose


def test_a_record_is_put_on_hold_and_let_count_again(office: Office, officer):
    credential_id = office.institution.hand_in()["credential_id"]
    for status, state in (("suspended", "On hold"), ("valid", "Waiting")):
        form = {"status": status, "reason": "checking", "sure": "yes"}
        officer.send(f"/records/{credential_id}", f"/records/{credential_id}/status", **form)
        assert state in officer.page(f"/records/{credential_id}")


@pytest.mark.parametrize("left_out", ["status", "reason", "sure"])
def test_taking_back_needs_a_choice_a_reason_and_a_confirmation(office: Office, officer, left_out: str):
    credential_id = office.institution.hand_in()["credential_id"]
    form = {"status": "revoked", "reason": "wrong person", "sure": "yes"}
    del form[left_out]

    response = officer.send(f"/records/{credential_id}", f"/records/{credential_id}/status", **form)

    assert response.status_code == 422
    assert f'id="error-{left_out}"' in text_of(response)
    assert office.institution.hand_in()["status"] == "valid"


def test_a_stale_page_cannot_undo_a_revocation(office: Office, officer):
    credential_id = office.institution.hand_in()["credential_id"]
    office.institution.set_status(credential_id, "revoked")
    form = {"status": "valid", "reason": "oops", "sure": "yes"}

    response = officer.send("/", f"/records/{credential_id}/status", **form)

    assert response.status_code == 409
    assert "taken back for good" in text_of(response)


def test_a_new_link_replaces_one_that_was_locked(office: Office, officer):
    first = office.institution.hand_in(transaction_code=True)
    wallet = office.wallet()
    code = wallet.code(first["offer_uri"])
    for _ in range(3):
        wallet.redeem(code, "x")
    path = f"/records/{first['credential_id']}"
    assert "locked by wrong codes" in officer.page(path)

    page = officer.page(officer.send(path, f"{path}/link").location)

    (link,) = re.findall(r'value="(openid-credential-offer://[^"]+)"', page)
    (digits,) = re.findall(r'value="(\d{6})"', page)
    assert link != first["offer_uri"]
    assert wallet.collect(link, digits)


def test_there_is_no_new_link_for_what_was_collected(office: Office, officer):
    answer = office.institution.hand_in()
    office.wallet().collect(answer["offer_uri"])
    path = f"/records/{answer['credential_id']}"

    response = officer.send(path, f"{path}/link")

    assert response.location == path
    assert "nothing to hand over" in officer.page(path)
    assert officer.client.get(f"{path}/link").location == path


@pytest.mark.parametrize("path", ["/records/unknown", "/records/unknown/link"])
def test_an_unknown_record_is_not_found(officer, path: str):
    assert officer.client.get(path).status_code == 404


def test_what_is_typed_is_never_taken_for_markup(office: Office, officer):
    office.institution.hand_in("<script>alert(1)</script>")
    raw = officer.client.get("/records").get_data(as_text=True)

    assert "<script>alert" not in raw
    assert "&lt;script&gt;alert" in raw
