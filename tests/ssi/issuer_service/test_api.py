"""Institutions call with a key; what is not of its form is refused by place, and no value is repeated."""

import pytest

from crypto.encoding import canonical_json
from ssi.issuer_service.api.record_schemas import MAX_BATCH
from tests.ssi.issuer_service.visitors import Institution, Office, problem, record

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer x", "Basic YTpi", "Bearer 000000000000.AAAA"]
)
def test_a_request_without_a_key_in_force_is_refused(office: Office, authorization):
    headers = {"Authorization": authorization} if authorization is not None else {}
    response = office.visitor().post("/api/v1/credentials/search", json={"external_id": "1"}, headers=headers)

    problem(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_with_the_right_id_and_the_wrong_secret_is_refused(office: Office):
    key_id = office.institution.key.partition(".")[0]
    institution = Institution(office.visitor(), f"{key_id}.{'A' * 43}")

    problem(institution.post("/credentials", record()), 401)


def test_a_revoked_key_is_refused_at_once(office: Office):
    key_id = office.institution.key.partition(".")[0]
    office.issuer.api_keys.revoke(key_id, now=office.clock())

    problem(office.institution.post("/credentials", record()), 401)


def test_signing_in_on_screen_opens_no_way_into_the_api(office: Office):
    office.officer.sign_in()

    problem(office.officer.client.post("/api/v1/credentials/search", json={"external_id": "1"}), 401)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"exam_score": 4.001}, "values.exam_score: expected a number from -4"),
        ({"exam_score": "12,5"}, "values.exam_score: expected a number from -4"),
        ({"exam_score": None}, "values.exam_score: a value is required"),
        ({"exam_score": True}, "values.exam_score: expected a number from -4"),
        ({"sex": "Martian"}, "values.sex: expected one of female, male"),
        ({"shoe_size": 43}, "values.shoe_size: exam/1 has no such attribute; it has exam_score"),
    ],
    ids=str,
)
def test_values_outside_the_schema_are_refused_by_name_and_never_repeated(office: Office, values, expected):
    response = office.institution.post("/credentials", record(values=values))

    said = problem(response, 422)
    assert said.startswith(expected)
    assert not any(str(value) in said for value in values.values() if value not in (None, True, 43))


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"external_id": ""}, "external_id"),
        ({"external_id": " "}, "external_id"),
        ({"external_id": "a\nb"}, "external_id"),
        ({"external_id": 4711}, "external_id"),
        ({"valid_days": 0}, "valid_days"),
        ({"valid_days": 4000}, "valid_days"),
        ({"transaction_code": "yes"}, "transaction_code"),
        ({"nonsense": 1}, "nonsense"),
    ],
    ids=str,
)
def test_a_record_that_is_not_of_its_form_is_refused(office: Office, changes, place):
    document = {**record(), **changes}

    assert place in problem(office.institution.post("/credentials", document), 400)


def test_values_that_are_no_object_are_refused(office: Office):
    document = {**record(), "values": [1, 2]}

    assert "values" in problem(office.institution.post("/credentials", document), 400)


@pytest.mark.parametrize("data_set", ["exam/2", "degree/1", "exam"])
def test_a_data_set_that_is_not_offered_is_refused_and_never_taken_for_another(office: Office, data_set):
    said = problem(office.institution.post("/credentials", record(data_set=data_set)), 404)

    assert "offered are exam/1, health/1, organisation/1" in said


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"name": "", "kind": "company", "country": "AT"}, "values.name"),
        ({"name": "X", "kind": "club", "country": "AT"}, "values.kind"),
        ({"name": "X", "kind": "company", "country": "Austria"}, "values.country"),
        ({"name": "X", "kind": "company", "country": "at"}, "values.country"),
        ({"name": "X", "kind": "company", "country": "AT", "vat": "1"}, "values.vat"),
        ({"name": "X", "kind": "company"}, "values.country"),
    ],
    ids=str,
)
def test_an_organisation_needs_name_kind_and_country(office: Office, values, place):
    document = {"data_set": "organisation/1", "external_id": "1", "values": values}

    assert problem(office.institution.post("/credentials", document), 422).startswith(place)


@pytest.mark.parametrize("body", [b"", b"null", b"{", b'{"a":1,"a":2}', b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(office: Office, body: bytes):
    headers = {"Authorization": f"Bearer {office.institution.key}"}
    response = office.visitor().post("/api/v1/credentials", data=body, headers=headers)

    problem(response, 400)


@pytest.mark.parametrize("count", [0, MAX_BATCH + 1])
def test_a_batch_holds_one_to_a_thousand_records(office: Office, count: int):
    response = office.institution.post("/credentials/batch", {"records": [1] * count})

    assert "records" in problem(response, 400)


def test_a_person_is_found_by_the_whole_number_only(office: Office):
    office.institution.hand_in("4711")

    assert office.institution.find("4711").get_json()["total"] == 1
    assert office.institution.find("471").get_json()["total"] == 0


def test_a_search_can_be_narrowed_to_a_data_set(office: Office):
    office.institution.hand_in("4711")

    found = office.institution.find("4711", data_set="health/1")
    assert found.get_json()["total"] == 0
    problem(office.institution.find("4711", data_set="degree/1"), 404)


@pytest.mark.parametrize(
    "asked",
    [{}, {"external_id": " "}, {"external_id": 1}, {"external_id": "x" * 201}, {"external_id": "1", "a": 1}],
)
def test_a_search_without_a_number_is_refused(office: Office, asked: dict[str, object]):
    problem(office.institution.post("/credentials/search", asked), 400)


def test_a_number_of_a_person_is_no_part_of_an_address(office: Office):
    response = office.institution.get("/credentials?external_id=4711")

    assert response.status_code == 405


def test_an_unknown_address_of_the_api_is_a_problem_document(office: Office):
    problem(office.institution.get("/nothing"), 404)


def test_a_body_in_another_character_set_is_refused(office: Office):
    headers = {"Authorization": f"Bearer {office.institution.key}"}
    body = canonical_json(record()).decode().encode("utf-16")

    problem(office.visitor().post("/api/v1/credentials", data=body, headers=headers), 400)
