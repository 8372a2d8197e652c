"""What an operator sees, and that it is no person's and no buyer's secret."""

from sqlalchemy import text as sql

from marketplace.domain.job import NodeJobStatus
from marketplace.domain.offer import NodeAnswer
from tests.marketplace.web.crowd import students
from tests.marketplace.web.house import House, Visitor, text_of
from tests.marketplace.web.queries import COUNT, NOISY, ask


def test_nodes_are_shown_with_their_health_and_their_refusals(house: House):
    house.nodes.unwell = {"node-c"}
    refused = {student.consent_id: (NodeAnswer.REFUSED, "credential_revoked") for student in students(3)}
    with house.store.writing() as books:
        books.offers.answer("node-b", refused)

    text = text_of(house.operator().get("/operations"))

    assert "node-a reachable" in text
    assert "node-c no answer" in text
    assert "Refused 3 Credential revoked: 3" in text
    assert "Offers accepted 357" in text


def test_an_idle_market_says_so(standing_operator: Visitor):
    assert "No jobs yet" in text_of(standing_operator.get("/operations"))


def test_jobs_are_shown_with_state_reason_and_node(house: House, buyer: Visitor):
    house.nodes.fails = NodeJobStatus("FAILED", 1, "protocol_violation", ("node-b",))
    house.answer(buyer, NOISY)

    text = text_of(house.operator().get("/operations"))

    assert "failed, money returned 1 100 to 250" in text
    assert "a node broke the protocol (node-b)" in text


def test_the_books_add_up_on_screen(house: House, buyer: Visitor):
    order = house.answer(buyer, NOISY)
    buyer.send(f"/orders/{order.order_id}/confirmation")

    text = text_of(house.operator().get("/operations"))

    assert "All accounts add up to €0.00" in text
    assert "platform:fee €17.51" in text  # 25.72 without the tax in all fees, 8.21


def test_books_that_do_not_add_up_raise_an_alarm_beside_everything_else(house: House, buyer: Visitor):
    operator = house.operator()
    with house.store.database.writing() as session:
        session.execute(sql("UPDATE balances SET posted_credits = posted_credits + 1"))

    page = operator.get("/operations")

    assert page.status_code == 200
    assert "The books do not add up. Stop the market" in text_of(page)
    assert "node-a reachable" in text_of(page)


def test_the_signed_state_of_the_log_is_shown(house: House, buyer: Visitor):
    house.order(buyer, NOISY)

    text = text_of(house.operator().get("/operations"))

    assert "1 entry, of which more than half of the nodes have confirmed 0." in text
    assert "The others wait for the nodes" in text
    assert "— market" in text


def test_no_person_and_no_buyer_is_named(house: House, buyer: Visitor):
    house.answer(buyer, NOISY)

    page = house.operator().get("/operations").text

    assert "urn:argonauta:person" not in page
    assert "Institute of Education" not in page
    assert "exam_score" not in page


def test_a_question_that_asks_for_more_than_its_purpose_needs_is_flagged(house: House, buyer: Visitor):
    house.order(buyer, ask(COUNT, epsilon=None))
    house.order(buyer, NOISY)

    text = text_of(house.operator().get("/operations"))

    assert text.count("asks too much") == 1
    assert "Questions that ask for more than their purpose needs: 1" in text
    assert "This asks for an exact answer, which is not needed for academic research." in text


def test_without_such_a_question_nothing_is_said(house: House, buyer: Visitor):
    house.order(buyer, NOISY)

    assert "purpose needs" not in text_of(house.operator().get("/operations"))
