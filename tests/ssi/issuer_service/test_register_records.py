"""Records are taken in once, corrected as new versions, and never undo a decision."""

import pytest

from tests.ssi.issuer_service.visitors import Office, link_of, moment, record
from tests.ssi.parties import HEALTH

pytestmark = pytest.mark.database


def test_a_record_is_answered_with_a_link(office: Office):
    response = office.institution.post("/credentials", record(valid_days=30))

    answer = response.get_json()
    assert response.status_code == 201
    assert answer["offer_uri"].startswith(
        "openid-credential-offer://?credential_offer_uri=http%3A%2F%2F127.0.0.1%3A8701%2Fcredential-offers%2F"
    )
    assert answer["change"] == "issued"
    assert (answer["status"], answer["delivery"], answer["version"]) == ("valid", "waiting", 1)
    assert (moment(answer["expires_at"]) - office.clock()).days == 30


def test_the_same_record_again_gets_the_same_answer(office: Office):
    first = office.institution.post("/credentials", record(transaction_code=True))
    second = office.institution.post("/credentials", record(transaction_code=True))

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.get_json() == {**first.get_json(), "change": "unchanged"}


def test_a_repetition_without_a_code_keeps_the_offer_that_asks_for_one(office: Office):
    first = office.institution.hand_in(transaction_code=True)
    again = office.institution.hand_in()

    assert again == {**first, "change": "unchanged"}


def test_a_repetition_with_a_code_replaces_the_offer_without_one(office: Office):
    first = office.institution.hand_in()
    again = office.institution.hand_in(transaction_code=True)

    assert again["offer_uri"] != first["offer_uri"]
    assert again["tx_code"]


def test_an_offer_that_wrong_codes_locked_is_replaced_by_one_that_asks_for_a_code(office: Office):
    wallet, first = office.wallet(), office.institution.hand_in(transaction_code=True)
    code = wallet.code(first["offer_uri"])
    for _ in range(3):
        wallet.redeem(code, "x")

    again = office.institution.hand_in()

    assert again["offer_uri"] != first["offer_uri"]
    assert again["tx_code"]


def test_the_correction_of_a_record_that_asks_for_a_code_asks_for_one(office: Office):
    office.institution.hand_in(transaction_code=True)

    assert office.institution.hand_in(values={"exam_score": 0.5})["tx_code"]


def test_the_same_values_written_otherwise_are_the_same_record(office: Office):
    first = office.institution.hand_in(values={"exam_score": 1, "reading_score": 0.5})
    second = office.institution.hand_in(values={"exam_score": "1.000", "reading_score": 0.50004})

    assert second["change"] == "unchanged"
    assert second["credential_id"] == first["credential_id"]


def test_changed_values_are_a_new_version_and_revoke_the_old(office: Office):
    first = office.institution.hand_in()
    second = office.institution.hand_in(values={"exam_score": 1.5})

    found = office.institution.find("student-1").get_json()["credentials"]
    assert second["change"] == "corrected"
    assert [(each["version"], each["status"]) for each in found] == [(2, "valid"), (1, "revoked")]
    assert found[1]["credential_id"] == first["credential_id"]


def test_a_link_to_the_old_version_is_dead(office: Office):
    old = office.institution.hand_in()
    code = office.wallet().code(old["offer_uri"])
    office.institution.hand_in(values={"exam_score": 1.5})

    assert office.visitor().get(f"/credential-offers/{link_of(old)}").status_code == 404
    assert office.wallet().redeem(code).get_json()["error"] == "invalid_grant"


def test_the_same_number_in_another_data_set_is_another_record(office: Office):
    exam = office.institution.hand_in("4711")
    health = {"data_set": "health/1", "external_id": "4711", "values": HEALTH}

    answer = office.institution.post("/credentials", health).get_json()

    assert answer["change"] == "issued"
    assert answer["credential_id"] != exam["credential_id"]
    found = office.institution.find("4711").get_json()
    assert {each["data_set"] for each in found["credentials"]} == {"exam/1", "health/1"}


def test_another_person_of_the_same_values_is_another_record(office: Office):
    one, other = office.institution.hand_in("s-1"), office.institution.hand_in("s-2")

    assert one["credential_id"] != other["credential_id"]
    assert one["offer_uri"] != other["offer_uri"]


def test_a_revoked_record_handed_in_unchanged_stays_revoked(office: Office):
    first = office.institution.hand_in()
    office.institution.set_status(first["credential_id"], "revoked")

    again = office.institution.hand_in()

    assert (again["status"], again["change"]) == ("revoked", "unchanged")
    assert "offer_uri" not in again


def test_the_correction_of_a_record_on_hold_is_on_hold(office: Office):
    first = office.institution.hand_in()
    office.institution.set_status(first["credential_id"], "suspended")

    assert office.institution.hand_in(values={"exam_score": 0.5})["status"] == "suspended"


def test_an_expired_record_handed_in_again_is_a_new_version(office: Office):
    office.institution.hand_in(valid_days=1)
    office.clock.move(days=1)

    assert office.institution.hand_in(valid_days=1)["version"] == 2


def test_a_link_that_ran_out_is_replaced_when_the_record_is_handed_in_again(office: Office):
    first = office.institution.hand_in()
    office.clock.move(days=8)
    office.visitor().get("/health")  # any request lets the office tidy up
    lapsed = office.institution.find("student-1").get_json()["credentials"][0]

    second = office.institution.hand_in()

    assert lapsed["delivery"] == "lapsed"
    assert second["credential_id"] == first["credential_id"]
    assert second["offer_uri"] != first["offer_uri"]
    assert office.wallet().collect(second["offer_uri"])


def test_a_wallet_that_failed_half_way_gets_a_new_link_after_its_token_ran_out(office: Office):
    first = office.institution.hand_in()
    office.wallet().token(first["offer_uri"])
    same = office.institution.hand_in()
    office.clock.move(seconds=301)

    second = office.institution.hand_in()

    assert same["offer_uri"] == first["offer_uri"]
    assert second["offer_uri"] != first["offer_uri"]
    assert office.wallet().collect(second["offer_uri"])


def batch(office: Office, *records):
    """Hand records in together; the results."""
    response = office.institution.post("/credentials/batch", {"records": list(records)})
    assert response.status_code == 200, response.text
    return response.get_json()["results"]


def test_a_batch_is_answered_row_by_row_and_the_good_rows_are_issued(office: Office):
    results = batch(
        office,
        record("s-1"),
        record("s-2", values={"exam_score": 99}),
        "not a record",
        record("s-3", data_set="degree/1"),
        record("s-4"),
    )

    assert [result["row"] for result in results] == [0, 1, 2, 3, 4]
    assert [result.get("error", {}).get("status") for result in results] == [None, 422, 400, 404, None]
    assert results[1]["error"]["detail"].startswith("values.exam_score")
    assert "records[2]" in results[2]["error"]["detail"]
    assert office.wallet().collect(results[4]["offer_uri"])


def test_a_batch_handed_in_twice_changes_nothing(office: Office):
    rows = [record(f"s-{number}") for number in range(5)]
    first, second = batch(office, *rows), batch(office, *rows)

    assert [result["change"] for result in second] == ["unchanged"] * 5
    assert [result["offer_uri"] for result in second] == [result["offer_uri"] for result in first]


def test_a_record_that_stands_twice_in_a_batch_is_refused_the_second_time(office: Office):
    results = batch(office, record("s-1"), record("s-1", values={"exam_score": 1}))

    assert results[0]["change"] == "issued"
    assert "stands twice" in results[1]["error"]["detail"]


def test_a_batch_corrects_and_repeats_side_by_side(office: Office):
    batch(office, record("s-1"), record("s-2"))

    results = batch(office, record("s-1"), record("s-2", values={"exam_score": 1}), record("s-3"))

    assert [result["change"] for result in results] == ["unchanged", "corrected", "issued"]
