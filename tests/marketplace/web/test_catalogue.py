"""What can be asked about, for everybody to see."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from marketplace.config import Settings
from marketplace.services.desk import Terms
from marketplace.web.ask import query_text
from tests.marketplace.web.filled import Filled
from tests.marketplace.web.house import INSTITUTE, House, Visitor, open_house, text_of
from tests.marketplace.web.queries import HEALTH, NOISY


def test_people_are_counted_in_bands_only(standing: House):
    text = text_of(standing.visitor().get("/"))

    assert "Exam results" in text
    assert "100 to 250 people" in text
    assert "fewer than 50 people" in text  # nobody offers the heart study
    assert "120" not in text


def test_the_least_compensation_is_shown_where_somebody_offers(standing: House):
    text = text_of(standing.visitor().get("/"))

    assert text.count("from €1.00 per person") == 3


def test_the_catalogue_can_be_narrowed_to_a_field(standing: House):
    health = text_of(standing.visitor().get("/?about=health"))
    nonsense = text_of(standing.visitor().get("/?about=gossip"))

    assert "Health check" in health
    assert "Exam results" not in health
    assert "Exam results" in nonsense


def test_strangers_read_how_an_answer_is_made(standing: House):
    assert "Only you open the answer" in text_of(standing.visitor().get("/"))


def test_a_new_buyer_is_led_to_the_first_answer(house: House):
    text = text_of(house.buyer("buyer@institute.example").get("/"))

    assert "To your first answer 1 Register your organisation 2 Add money to your account" in text


def test_steps_that_are_done_are_ticked(house: House):
    page = house.buyer("buyer@institute.example", INSTITUTE).get("/")

    assert "Register your organisation (done)" in text_of(page)
    assert 'href="/money">Add money to your account' in page.text


def test_the_steps_disappear_with_the_first_question(house: House, buyer: Visitor):
    house.order(buyer, NOISY)

    assert "To your first answer" not in text_of(buyer.get("/"))


def test_a_data_set_says_what_is_shown_and_what_is_not(standing: House):
    page = standing.visitor().get("/data/health/1")
    text = text_of(page)

    assert "Blood pressure, upper value" in text
    assert "60 to 260 mmHg" in text
    assert "not everyone" in text
    assert text.count("shown with the offer") == 1  # the age band
    assert "Health data, specially protected" in text


def test_every_question_to_begin_with_can_be_asked(house: House, buyer: Visitor):
    page = buyer.get("/data/exam/1").text
    links = [part.split('"')[0].replace("&amp;", "&") for part in page.split('href="/ask/')[1:]]

    builders = [buyer.get(f"/ask/{link}") for link in links]

    assert len(links) == 6  # one empty form and five questions
    assert [response.status_code for response in builders] == [200] * 6
    assert all("Price at most" in text_of(response) for response in builders[1:])


def test_what_is_looked_for_is_found_and_stays_in_the_form(standing: House):
    page = standing.visitor().get("/?purpose=dpv:AcademicResearch&people=100&q=Reasoning")
    text = text_of(page)

    assert "1 kind of data found." in text
    assert "Health check" not in text
    assert '<option value="dpv:AcademicResearch" selected>' in page.text
    assert 'value="reasoning"' in page.text


def test_where_nothing_is_found_the_way_back_is_shown(standing: House):
    text = text_of(standing.visitor().get("/?q=gossip"))

    assert "Nothing here is like that" in text
    assert "Show everything" in text


def test_words_that_were_looked_for_are_shown_as_words(standing: House):
    page = standing.visitor().get("/", query_string={"q": '"><script>alert(1)</script>'})

    assert "<script>alert" not in page.text


def test_a_data_set_says_what_enough_people_allow(standing: House):
    text = text_of(standing.visitor().get("/data/exam/1"))

    assert "Allowed by at least 50 people Academic research, Scientific research" in text
    assert "Who may ask University, Research institute" in text
    assert "At least 50 people joined since 1 Mar 2026" in text


def test_of_a_data_set_that_few_offer_nothing_is_said(standing: House):
    text = text_of(standing.visitor().get("/data/framingham/1"))

    assert "Compensation –" in text
    assert "Allowed by at least 50 people –" in text


def test_a_preview_says_that_it_is_made_up_from_nobodys_data(standing: House):
    text = text_of(standing.visitor().get("/data/health/1"))

    assert "Made up from the description alone, from nobody’s data." in text
    assert "Example 4" in text


def test_the_list_can_be_had_by_other_catalogues(standing: House):
    visitor = standing.visitor()

    assert visitor.get("/catalog.ttl").mimetype == "text/turtle"
    assert 'href="/catalog.jsonld"' in visitor.get("/").text


def test_programs_of_others_need_no_token_of_a_form(standing: House):
    client = standing.visitor().client

    listed: Any = client.post("/api/3/action/package_list", json={})
    asked: Any = client.post("/dsp/2025-1/negotiations/request", json={})

    assert (listed.status_code, listed.get_json()["success"]) == (200, True)
    assert (asked.status_code, asked.get_json()["@type"]) == (401, "ContractNegotiationError")


@pytest.fixture
def strict(tmp_path: Path, settings: Settings, database: Filled) -> Iterator[House]:
    """A market that demands an impact assessment, before there is one."""
    opened = open_house(tmp_path, settings=settings, database=database, terms=Terms(require_dpia=True))
    yield opened
    opened.store.database.close()


def test_a_data_set_without_its_assessment_is_shown_and_said_not_to_be_open_yet(strict: House):
    page = text_of(strict.visitor().get("/data/health/1"))
    other = text_of(strict.visitor().get("/data/exam/1"))

    assert "Not open yet An impact assessment is missing." in page
    assert "What a record holds" in page
    assert "Not open yet" not in other
    assert "/data/health/1" in strict.visitor().get("/").text


def test_what_is_not_assessed_is_refused_on_every_page_of_a_question(strict: House):
    buyer = strict.buyer("buyer@institute.example", INSTITUTE, euros=1000)
    asked = "statistic=count&level=2&floor=50"
    order: dict[str, Any] = {
        "order_id": str(uuid4()),
        "query": query_text(HEALTH),
        "accepted_price_cents": 100_000,
    }

    builder = buyer.get(f"/ask/health/1?{asked}")
    refused = [buyer.get(f"/ask/health/1/price?{asked}"), buyer.send("/orders", **order)]

    assert builder.status_code == 200
    assert [each.status_code for each in refused] == [422, 422]
    for each in (builder, *refused):
        assert "no assessment of the risks to people is approved" in text_of(each)
