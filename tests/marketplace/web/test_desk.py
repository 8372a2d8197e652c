"""The operator's desk: what is due, who may do what, and no personal data without breaking the glass."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from marketplace.domain.act import Register
from marketplace.services.keep_nodes import KeepNodes
from tests.marketplace.web.desk import (
    BREACH,
    IBAN,
    NAME,
    NOTICE,
    PAYOUT,
    REQUEST,
    WORDS,
    ask_for_a_copy,
    ask_for_a_payout,
)
from tests.marketplace.web.house import House, Visitor, text_of

PAGES = [
    "/operations/breaches",
    "/operations/requests",
    "/operations/payouts",
    "/operations/processing",
    "/operations/processing/record.jsonld",
    "/operations/processing/health/1",
    "/operations/processing/health/1/skeleton.jsonld",
    "/operations/looks",
    "/operations/nodes",
]
FORMS = [
    "/operations/breaches",
    "/operations/breaches/some/report",
    "/operations/breaches/some/no-report",
    "/operations/breaches/some/notice",
    "/operations/breaches/some/no-notice",
    "/operations/breaches/some/note",
    "/operations/breaches/some/close",
    "/operations/requests/some/look",
    "/operations/requests/some/extension",
    "/operations/requests/some/answer",
    "/operations/payouts/some/approval",
    "/operations/payouts/some/look",
    "/operations/payouts/some/paid",
    "/operations/payouts/some/refusal",
    "/operations/payouts/file",
    "/operations/processing/health/1/approval",
    "/operations/processing/health/1/end",
    "/operations/nodes/approval",
]


@pytest.mark.parametrize("path", PAGES)
def test_the_desk_is_for_operators_only(standing: House, standing_buyer: Visitor, path: str):
    assert standing.visitor().get(path).status_code == 302
    assert standing_buyer.get(path).status_code == 403


@pytest.mark.parametrize("path", FORMS)
def test_nobody_else_sends_a_form_of_the_desk(standing: House, standing_buyer: Visitor, path: str):
    assert standing.visitor().send(path).status_code == 302
    assert standing_buyer.send(path).status_code == 403


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_the_token_of_its_page_does_nothing(standing_operator: Visitor, path: str):
    assert standing_operator.client.post(path, data={"because": "x"}).status_code == 400


@pytest.mark.parametrize("path", [each for each in FORMS if "some" in each])
def test_what_is_not_there_is_said_to_be_not_there(standing_operator: Visitor, path: str):
    words = dict.fromkeys(
        ("text", "reference", "because", "reason", "words", "what", "consequences", "measures", "contact"),
        "x",
    )

    assert standing_operator.send(path, **words, outcome="granted").status_code in {404, 422}


@pytest.mark.parametrize("path", PAGES)
def test_an_idle_desk_opens_every_page(standing_operator: Visitor, path: str):
    assert standing_operator.get(path).status_code == 200


def test_a_breach_is_recorded_reported_told_and_closed(house: House):
    operator = house.operator()
    answer = operator.send("/operations/breaches", **BREACH)
    page = "/operations/breaches/breach-1"
    assert (answer.status_code, answer.location) == (302, page)
    assert "The clock runs Tell the authority by" in text_of(operator.get(page))

    for act, form in (
        ("report", {"reference": "DSB-17"}),
        ("notice", NOTICE),
        ("note", {"text": "Two copies."}),
        ("close", {"outcome": "Found."}),
    ):
        assert operator.send(f"{page}/{act}", **form).status_code == 302

    text = text_of(operator.get(page))
    assert "closed" in text
    assert "Reported to the authority operator@market.example DSB-17" in text
    assert "Published a notice for the people operator@market.example" in text
    assert len(house.visitor().get("/api/v1/breach-notices").get_json()["notices"]) == 1


def test_an_overdue_breach_is_the_first_thing_on_the_desk(house: House):
    operator = house.operator()
    operator.send("/operations/breaches", **BREACH)
    assert "A breach is overdue" not in text_of(operator.get("/operations"))

    house.clock.forward(hours=71, seconds=1)
    operator = house.visitor("operator@market.example")

    assert "A breach is overdue" in text_of(operator.get("/operations"))
    late = operator.send("/operations/breaches/breach-1/report", reference="DSB-17")
    assert (late.status_code, "within 72 hours" in text_of(late)) == (422, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"aware_at": "yesterday"},
        {"kinds": []},
        {"people": "many"},
        {"data_set": "nothing/1"},
        {"what": ""},
        {"until": "2020-01-01T00:00"},
        {"aware_at": "9" * 100},
    ],
)
def test_a_breach_that_cannot_be_recorded_keeps_what_was_typed(house: House, wrong: dict[str, Any]):
    answer = house.operator().send("/operations/breaches", **{**BREACH, **wrong})

    assert answer.status_code == 422
    assert "Not recorded" in text_of(answer)
    assert str(BREACH["measures"]) in answer.text


def test_a_payout_above_the_limit_takes_two_operators(house: House):
    ask_for_a_payout(house)
    one, two = house.operator(), house.operator("second@market.example")
    bank = {"debtor_name": "Market", "debtor_iban": "DE89370400440532013000"}
    assert one.send("/operations/payouts/file", **bank).status_code == 422

    assert "Another operator" in text_of(_after(one, f"/operations/payouts/{PAYOUT}/approval"))
    again = one.send(f"/operations/payouts/{PAYOUT}/approval")
    assert (again.status_code, "another operator" in text_of(again)) == (409, True)
    assert "It may be paid" in text_of(_after(two, f"/operations/payouts/{PAYOUT}/approval"))

    file = one.send("/operations/payouts/file", **bank)
    assert (file.status_code, file.headers["Cache-Control"]) == (200, "no-store")
    assert IBAN in file.text
    assert "Noted as paid" in text_of(_after(two, f"/operations/payouts/{PAYOUT}/paid"))
    assert "Nothing is to be paid" in text_of(one.get("/operations/payouts"))


def _after(visitor: Visitor, path: str, **form: Any):
    answer = visitor.send(path, **form)
    assert answer.status_code == 302, text_of(answer)
    return visitor.get(answer.location)


def test_who_is_paid_is_seen_once_with_a_reason_that_stays(house: House):
    ask_for_a_payout(house)
    operator = house.operator()
    assert NAME not in operator.get("/operations/payouts").text
    assert operator.send(f"/operations/payouts/{PAYOUT}/look", because=" ").status_code == 422

    seen = operator.send(f"/operations/payouts/{PAYOUT}/look", because="The bank sent it back.")

    assert (NAME in seen.text, IBAN in seen.text) == (True, True)
    assert seen.headers["Cache-Control"] == "no-store"
    assert NAME not in operator.get("/operations/payouts").text
    looks = text_of(operator.get("/operations/looks"))
    assert f"operator@market.example payout {PAYOUT} The bank sent it back." in looks
    assert NAME not in looks


def test_a_payout_is_refused_with_a_reason(house: House):
    ask_for_a_payout(house)
    operator = house.operator()

    page = _after(operator, f"/operations/payouts/{PAYOUT}/refusal", reason="No such account.")

    assert "The money went back" in text_of(page)


def test_a_request_is_looked_at_prolonged_and_answered(house: House):
    ask_for_a_copy(house)
    operator = house.operator()
    page = f"/operations/requests/{REQUEST}"
    assert "A copy of her data (access)" in text_of(operator.get("/operations/requests"))
    assert WORDS not in operator.get(page).text

    seen = operator.send(f"{page}/look", because="To answer it.")
    assert (WORDS in seen.text, seen.headers["Cache-Control"]) == (True, "no-store")
    operator.send(f"{page}/extension", because="There are many.")
    assert operator.send(f"{page}/answer", outcome="maybe", words="x").status_code == 422
    operator.send(f"{page}/answer", outcome="granted", words="Your wallet has it.")

    text = text_of(operator.get(page))
    assert "Prolonged by two months operator@market.example There are many." in text
    assert "Answered operator@market.example granted · Your wallet has it." in text
    assert WORDS not in operator.get(page).text


def test_a_request_whose_time_is_over_is_said_on_the_desk(house: House):
    ask_for_a_copy(house)
    house.clock.now += timedelta(days=32)

    text = text_of(house.operator().get("/operations"))

    assert "People wait for an answer" in text


def test_the_record_of_processing_is_for_people_and_for_machines(standing_operator: Visitor):
    page = text_of(standing_operator.get("/operations/processing"))
    document = standing_operator.get("/operations/processing/record.jsonld")

    assert "100 to 250" in page
    assert "To be filled in by a person" in page
    assert document.mimetype == "application/ld+json"
    assert json.loads(document.text)["@type"] == "dpv:RecordsOfActivities"
    assert "urn:argonauta:person" not in page + document.text


def test_an_assessment_is_linked_by_two_operators_on_its_page(house: House):
    one, two = house.operator(), house.operator("second@market.example")
    page = "/operations/processing/health/1"

    one.send(f"{page}/approval", reference="DSFA 3")
    assert "Waits for a second operator DSFA 3" in text_of(one.get(page))
    two.send(f"{page}/approval", reference="DSFA 3")
    assert "Approved DSFA 3" in text_of(two.get(page))
    one.send(f"{page}/end", because="The engine changed.")

    assert "Ended operator@market.example The engine changed." in text_of(one.get(page))
    assert two.get("/operations/processing/nothing/1").status_code == 404


def test_a_look_is_written_down_even_where_nothing_was_written(house: House):
    ask_for_a_copy(house)
    house.operator().send(f"/operations/requests/{REQUEST}/look", because="Why not.")

    with house.store.reading() as books:
        assert len(books.acts.of_register(Register.GLASS)) == 1


def test_jobs_say_what_to_do_and_a_silent_worker_is_noticed(house: House):
    text = text_of(house.operator().get("/operations"))

    assert "No worker is running" in text
    assert "Who is trusted, and until when" in text


def test_changed_nodes_are_told_and_approved_by_two(house: House):
    operator, other = house.operator(), house.operator("second@market.example")
    known = house.services.oversight.nodes.desk.registry()
    before = replace(known, nodes=(replace(known.nodes[0], operator="Old Ltd."), *known.nodes[1:]))
    KeepNodes(replace(house.services.oversight.nodes.desk, registry=lambda: before)).take_first()
    content = house.services.oversight.nodes.seen().nodes.digest

    assert "The nodes changed" in text_of(operator.get("/operations"))
    page = text_of(operator.get("/operations/nodes"))
    assert "With another operator, address or key node-a" in page
    assert content in page
    first = operator.send("/operations/nodes/approval", content=content)
    assert "You approved them. Another operator has to as well." in text_of(operator.get(first.location))
    assert operator.send("/operations/nodes/approval", content=content).status_code == 409
    other.send("/operations/nodes/approval", content=content)

    assert "The nodes changed" not in text_of(other.get("/operations"))
    assert "other@" not in text_of(other.get("/operations/nodes"))


def test_a_question_waits_for_changed_nodes_in_words(house: House, buyer: Visitor):
    known = house.services.oversight.nodes.desk.registry()
    before = replace(known, nodes=(replace(known.nodes[0], operator="Old Ltd."), *known.nodes[1:]))
    KeepNodes(replace(house.services.oversight.nodes.desk, registry=lambda: before)).take_first()

    page = buyer.get("/ask/exam/1/price?statistic=mean:exam_score&level=1")

    assert page.status_code == 422
    assert "The computing nodes of this market changed" in text_of(page)
    assert "Two operators of this market have to approve it first." in text_of(page)
