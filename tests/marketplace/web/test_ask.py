"""Building a question: its words and price while it grows, and refusals with what could be asked instead."""

import re
from html import unescape

import pytest

from consent.query import Condition
from consent.vocabulary import Purpose
from marketplace.domain.job import NodeJobStatus
from marketplace.web.earlier import earlier_orders
from marketplace.web.query_form import QueryForm
from ssi.dataset import data_set, data_sets
from tests.marketplace.web.house import COMPANY, House, Visitor, text_of
from tests.marketplace.web.queries import BY_SCHOOL, COUNT, EXACT, MEAN_SCORE, NOISY, ask

AVERAGE = "statistic=count&statistic=mean:exam_score&level=2&floor=50"


def link_to(page: str, label: str) -> str:
    """Where the link or button with this label leads."""
    found = re.search(rf'<a class="btn[^"]*" href="([^"]+)">(?:<svg.*?</svg>)?{label}', page)
    assert found is not None, page
    return unescape(found[1])


def test_an_empty_builder_explains_itself(standing_buyer: Visitor):
    text = text_of(standing_buyer.get("/ask/exam/1"))

    assert "Tick what you want to know." in text
    assert "Nothing is bought before you have seen the price" in text


def test_a_filled_builder_shows_the_question_in_words_its_price_and_its_error(standing_buyer: Visitor):
    text = text_of(standing_buyer.get(f"/ask/exam/1?{AVERAGE}"))

    assert "Number of people and average exam score, over at least 50 people, with a random error." in text
    assert "People today 100 to 250 Price at most €171.43" in text
    assert re.search(r"Average: exam score ± 0\.\d+", text)


def test_the_preview_is_the_same_as_in_the_builder(standing_buyer: Visitor):
    part = standing_buyer.get(f"/ask/exam/1/glance?{AVERAGE}")

    assert "<html" not in part.text
    assert "Price at most €171.43" in text_of(part)


def test_what_was_filled_in_stays_filled_in(standing_buyer: Visitor):
    page = standing_buyer.get(f"/ask/exam/1?{AVERAGE}&group_by=sex&where_school_type=girls").text

    assert page.count(" checked>") == 4  # two statistics, one level and the way of computing
    assert page.count(" selected") == 3  # the group, the condition and the purpose
    assert 'name="floor" type="text" value="50"' in page


def test_the_price_shows_every_part_of_itself(standing_buyer: Visitor):
    text = text_of(standing_buyer.get(f"/ask/exam/1/price?{AVERAGE}"))

    assert "€1.00 to each of them €120.00" in text
    assert "The three computing nodes €25.71 This market €25.72 Without tax €163.22" in text
    assert "Value added tax in the fees (DE, 19 %) €8.21 You pay at most €171.43" in text
    assert "For academic research." in text


def test_a_number_that_noise_will_swallow_is_announced(standing_buyer: Visitor):
    text = text_of(standing_buyer.get("/ask/exam/1/price?statistic=sd:exam_score&level=1"))

    assert "Spread: exam score probably not shown: the noise is as large as the answer" in text
    assert "A larger crowd or a lighter protection makes them readable." in text


def test_an_exact_answer_is_called_exact(standing_buyer: Visitor):
    text = text_of(standing_buyer.get("/ask/exam/1/price?statistic=mean:exam_score&level=exact"))

    assert "Average: exam score exact" in text


def test_an_incomplete_form_names_what_is_missing_and_keeps_the_rest(standing_buyer: Visitor):
    response = standing_buyer.get("/ask/exam/1/price?floor=many&group_by=sex")

    assert response.status_code == 422
    assert 'href="#field-statistic">Choose at least one thing to compute.' in response.text
    assert 'href="#field-floor">Give the smallest crowd as a whole number' in response.text
    assert 'value="many"' in response.text


def test_an_unsafe_question_is_refused_with_a_remedy(standing_buyer: Visitor):
    response = standing_buyer.get("/ask/exam/1/price?statistic=histogram:exam_score&level=exact")

    assert response.status_code == 422
    assert (
        "A distribution shows single people where it is thin, so it is answered with noise only."
        " Choose a protection with noise." in text_of(response)
    )


def test_too_few_people_are_answered_with_a_question_that_reaches_enough(standing_buyer: Visitor):
    response = standing_buyer.get(
        "/ask/exam/1/price?statistic=mean:exam_score&floor=25&level=2&where_school_type=boys"
    )
    nearby = standing_buyer.get(link_to(response.text, "Ask this instead"))

    assert response.status_code == 422
    assert "Fewer than 25 people take part in this." in text_of(response)
    assert "This one can, over 100 to 250 people" in text_of(response)
    assert nearby.status_code == 200
    assert "Average exam score, over at least 25 people" in text_of(nearby)
    assert "Price at most" in text_of(nearby)


def test_an_unsafe_question_is_taken_over_as_a_safe_one_with_one_click(standing_buyer: Visitor):
    response = standing_buyer.get("/ask/exam/1/price?statistic=maximum:exam_score&level=exact&floor=50")
    nearby = standing_buyer.get(link_to(response.text, "Ask this instead"))

    assert response.status_code == 422
    assert "This one can, over 100 to 250 people: Middle value" in text_of(response)
    assert "Price at most" in text_of(nearby)


def test_an_exact_question_that_differs_from_an_answered_one_by_too_few_leads_to_one_with_noise(
    house: House, buyer: Visitor
):
    asked = "/ask/exam/1/price?statistic=count&statistic=mean:exam_score&level=exact&floor=115"
    before = buyer.get(asked)
    house.answer(buyer, EXACT)
    with house.store.writing() as books:
        (one, *_) = books.offers.active("exam/1", now=house.clock.now)
        books.offers.withdraw(one.consent_id, withdrawal="signed", at=house.clock.now, log_index=0)

    response = buyer.get(asked)
    nearby = buyer.get(link_to(response.text, "Ask this instead"))

    assert before.status_code == 200
    assert response.status_code == 422
    assert "would differ by too few people from those of exact answers given before" in text_of(response)
    assert "with a random error" in text_of(nearby)
    assert "Price at most" in text_of(nearby)


def test_a_crowd_that_does_not_exist_is_refused_with_the_main_reason(standing_buyer: Visitor):
    response = standing_buyer.get("/ask/exam/1/price?statistic=count&purpose=dpv:PersonnelHiring")

    assert response.status_code == 422
    reason = "The main reason why others are left out: The question has a purpose that is not allowed."
    assert reason in text_of(response)
    assert "Ask this instead" not in response.text


def test_every_nearby_question_fills_the_form(standing_buyer: Visitor):
    # What people allow ends at a level of 2, so the nearby question has another level.
    response = standing_buyer.get("/ask/exam/1/price?statistic=count&level=4&floor=50")
    nearby = standing_buyer.get(
        link_to(response.text, "Ask this instead").replace("/ask/exam/1?", "/ask/exam/1/price?")
    )

    assert nearby.status_code == 200


def test_a_level_that_is_not_on_the_list_stays_chosen(standing_buyer: Visitor):
    page = standing_buyer.get("/ask/exam/1?statistic=count&level=0.37").text

    assert re.search(r'value="0.37" checked', page)


def test_who_is_not_registered_sees_the_question_and_is_led_to_register(house: House):
    fresh = house.buyer("fresh@institute.example")

    builder = fresh.get(f"/ask/exam/1?{AVERAGE}")
    price = fresh.get(f"/ask/exam/1/price?{AVERAGE}")

    assert "Register your organisation to see the price" in text_of(builder)
    assert price.status_code == 403
    assert "First register your organisation" in text_of(price)
    assert link_to(price.text, "Register now") == "/organisation"


def test_whom_people_do_not_allow_is_told_so(house: House):
    company = house.buyer("seller@company.example")
    house.services.register_organisation(
        house.account_of(company).account_id,
        credential=COMPANY.credential("company"),
        mandate=COMPANY.mandate(),
    )

    response = company.get(f"/ask/exam/1/price?{AVERAGE}")

    assert "The organisation that asks is not allowed." in text_of(response)


def test_a_question_that_was_asked_before_leads_to_its_answer(house: House, buyer: Visitor):
    order = house.answer(buyer, NOISY)

    page = buyer.get(f"/ask/exam/1/price?{AVERAGE}")

    assert "You have asked exactly this before" in text_of(page)
    assert f'href="/orders/{order.order_id}"' in page.text


def test_exact_answers_that_could_be_compared_are_flagged(house: House, buyer: Visitor):
    house.answer(buyer, EXACT)

    text = text_of(buyer.get("/ask/exam/1/price?statistic=mean:exam_score&level=exact&floor=25"))

    assert "You have an exact answer that is close to this one" in text


def test_earlier_orders_without_an_answer_do_not_count(house: House, buyer: Visitor):
    house.nodes.fails = NodeJobStatus("FAILED", 1, "protocol_violation")
    house.answer(buyer, NOISY)

    orders = house.services.list_orders(house.account_of(buyer).account_id)

    assert earlier_orders(NOISY, orders).same == ()


@pytest.mark.parametrize(
    ("other", "same", "comparable"),
    [
        (EXACT, True, False),
        (ask(*reversed(EXACT.statistics), epsilon=None), True, False),
        (ask(MEAN_SCORE, epsilon=None, where=(Condition("school_type", "girls"),), floor=25), False, True),
        (NOISY, False, False),
        (ask(COUNT, ref="health/1", epsilon=None), False, False),
        (ask(*EXACT.statistics, epsilon=None, purpose=Purpose.SCIENTIFIC_RESEARCH), False, True),
    ],
)
def test_questions_are_held_against_earlier_ones(
    house: House, buyer: Visitor, other, same: bool, comparable: bool
):
    house.order(buyer, EXACT)
    orders = house.services.list_orders(house.account_of(buyer).account_id)

    earlier = earlier_orders(other, orders)

    assert (bool(earlier.same), bool(earlier.comparable)) == (same, comparable)


def test_the_price_page_holds_the_question_for_programs(standing_buyer: Visitor):
    address = QueryForm.of(BY_SCHOOL, data_set("exam/1")).address

    page = standing_buyer.get("/ask/exam/1/price", query_string=address)

    assert "group_by" in text_of(page)
    assert "The same question for programs (JSON)" in text_of(page)


def test_the_builder_offers_every_other_record_to_be_joined(standing_buyer: Visitor):
    page = standing_buyer.get("/ask/exam/1").text
    (options,) = re.findall(r'<select[^>]*name="join".*?</select>', page, re.DOTALL)

    assert re.findall(r'value="([^"]+)"', options) == sorted(
        each.ref for each in data_sets() if each.ref != "exam/1"
    )
    assert "health/1#age" not in page


def test_a_joined_builder_shows_the_parts_of_both_records_without_scripts(standing_buyer: Visitor):
    page = standing_buyer.get("/ask/exam/1?join=health/1").text

    assert 'value="mean:exam_score"' in page
    assert 'value="mean:health/1#age"' in page
    assert 'name="where_health/1#sex"' in page
    assert "Age (Health check)" in page
    assert 'formaction="/ask/exam/1"' in page


def test_the_first_button_of_the_builder_shows_the_price(standing_buyer: Visitor):
    """Whoever presses Enter in a field presses the first button of the form."""
    page = standing_buyer.get("/ask/exam/1").text
    first = re.search(r"<button[^>]*>", page[page.index('<form class="builder"') :])

    assert first is not None
    assert "formaction" not in first[0]


def test_a_joined_question_is_priced_for_both_records_of_each_person(standing_buyer: Visitor):
    address = "/ask/exam/1/price?join=health/1&statistic=count&statistic=mean:health/1%23age&level=2"
    text = text_of(standing_buyer.get(address))

    assert "Number of people and average age (Health check)" in text
    assert "€1.00 to each of them, for each of 2 records €240.00" in text
    assert "About 100 to 250 people match today" in text
    assert "Average: age (health check)" in text


def test_a_refusal_about_the_second_record_names_it_as_the_form_does(standing_buyer: Visitor):
    address = "/ask/exam/1/price?join=health/1&statistic=mean:health/1%23systolic&level=exact"
    text = text_of(standing_buyer.get(address))

    assert "Not everyone has “Blood pressure, upper value (Health check)”" in text


def test_a_series_is_offered_as_a_whole_and_in_parts(standing_buyer: Visitor):
    page = standing_buyer.get("/ask/activity/1").text

    assert 'value="mean:steps@1,12,12,1"' in page
    assert 'value="mean:steps@1,4,4,3"' in page
    assert "12 readings, one for each week" in text_of(standing_buyer.get("/ask/activity/1"))
    assert 'value="mean:steps_01"' not in page


def test_windows_of_a_series_are_asked_for_in_words(standing_buyer: Visitor):
    text = text_of(standing_buyer.get("/ask/activity/1?statistic=mean:steps@1,4,4,3&level=2"))

    assert "Average steps a day (weeks 1 to 4, weeks 5 to 8 and weeks 9 to 12)" in text


def test_other_windows_than_those_offered_are_kept(standing_buyer: Visitor):
    page = standing_buyer.get("/ask/activity/1?statistic=sum:steps@2,3,1,4")

    assert "Sum of steps a day (weeks 2 to 4" in text_of(page)
    assert 'value="sum:steps@2,3,1,4" checked' in page.text


@pytest.mark.parametrize(
    "text", ["mean:steps@", "mean:steps@1,2", "mean:steps@0,1,1,1", "mean:steps@9,9,9,9", "mean:mood@1,1,1,1"]
)
def test_windows_that_are_none_are_not_asked_for(standing_buyer: Visitor, text: str):
    page = standing_buyer.get(f"/ask/activity/1?statistic={text}&statistic=count")

    assert "Number of people, over at least" in text_of(page)


EVERYBODY = "from_exam_score=-4&to_exam_score=4"
"""A condition that everybody meets."""


def test_a_question_that_asks_too_much_is_said_to_and_one_click_asks_for_less(standing_buyer: Visitor):
    page = standing_buyer.get(f"/ask/exam/1/price?{AVERAGE}&{EVERYBODY}")
    less = standing_buyer.get(link_to(page.text, "Ask for less instead"))

    assert "This asks for more than is needed for academic research" in text_of(page)
    assert "This asks for something that everybody meets: exam score. This would be enough:" in text_of(page)
    assert "You can buy it all the same." in text_of(page)
    assert "You pay at most" in text_of(less)
    assert "Number of people and average exam score, over at least 50 people" in text_of(less)
    assert "This asks for" not in text_of(less)


def test_several_things_too_many_come_down_to_one_question(standing_buyer: Visitor):
    twice = "statistic=sd:exam_score&statistic=variance:exam_score&level=2&floor=50"
    page = standing_buyer.get(f"/ask/exam/1/price?{twice}&{EVERYBODY}")
    less = standing_buyer.get(link_to(page.text, "Ask for less instead"))

    assert "This asks twice for what is known from another answer about exam score." in text_of(page)
    assert "All of it together comes down to: Spread of exam score, over at least 50 people" in text_of(page)
    assert "This asks for" not in text_of(less)


def test_a_smaller_question_that_nobody_allows_is_no_button(standing_buyer: Visitor):
    # Enough for an exact count is a level of 5; what these people allow ends at 2.
    page = standing_buyer.get("/ask/exam/1/price?statistic=count&level=exact&floor=50")

    assert "This asks for an exact answer, which is not needed for academic research." in text_of(page)
    assert "Ask for less instead" not in page.text


def test_a_question_that_its_purpose_needs_is_not_commented(standing_buyer: Visitor):
    page = standing_buyer.get(f"/ask/exam/1/price?{AVERAGE}")

    assert "This asks for" not in page.text


def test_the_price_says_how_it_will_be_computed_and_why_not_otherwise(standing_buyer: Visitor):
    text = text_of(standing_buyer.get(f"/ask/exam/1/price?{AVERAGE}"))

    fold = text[text.index("How this will be computed") :]
    assert "Every record is cut into three parts, and each node holds two of them." in fold
    assert "Compute together on the parts" in fold
    assert "Other ways, and why they were not taken" in fold
    assert "No other way can answer this now." in fold
    assert "This market has not set it up." in fold
    assert "paillier" not in fold
