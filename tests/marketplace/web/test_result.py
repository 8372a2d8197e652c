"""What the page that opens a result is given."""

from crypto.signing import VerifyingKey
from marketplace.sdk.result import read_result
from marketplace.web.result import labels_of
from tests.marketplace.web.house import House, Visitor
from tests.marketplace.web.queries import BY_REASONING, BY_SCHOOL, HEALTH, NOISY
from tests.ssi import parties


def test_the_page_gets_the_sealed_result_and_the_pinned_key(house: House, buyer: Visitor):
    order = house.answer(buyer, NOISY)

    document = buyer.get(f"/orders/{order.order_id}/result").json

    assert document is not None
    assert VerifyingKey.from_jwk(document["authority"]) == parties.AUTHORITY.public
    sealed = read_result(document, parties.AUTHORITY.public, now=house.clock.now)
    assert (sealed.order_id, sealed.query.to_json()) == (order.order_id, NOISY.to_json())


def test_labels_name_everything_that_the_answer_names_by_code():
    labels = labels_of(BY_REASONING)

    assert labels["attributes"] == {"exam_score": "Exam score", "verbal_reasoning": "Verbal reasoning"}
    assert labels["categories"] == {
        "verbal_reasoning": {"bottom": "lowest quarter", "middle": "middle half", "top": "highest quarter"}
    }
    assert labels["protection"] == "Medium protection"
    assert labels_of(BY_SCHOOL)["protection"] == "No noise: the exact answer"


def test_units_are_written_as_people_do():
    assert labels_of(HEALTH)["units"] == {"age": "years", "sex": "", "systolic": "mmHg"}


def test_what_is_withheld_is_said_in_the_words_of_the_python_tools():
    assert labels_of(NOISY)["withheld"] == {
        "too_few_people": "Not shown: there are too few people in this group.",
        "noise_too_large": "Not shown: the random error is as large as the number itself.",
        "undetermined": ("Not shown: the numbers do not vary, or say the same, so there is no one answer."),
    }
