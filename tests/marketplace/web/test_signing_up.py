"""The page on which an organisation asks for an account, and the operator's page about it."""

import re
from html import unescape

import pytest

from tests.marketplace.web.house import JARGON, PASSWORD, House, Visitor, text_of

FORM = {
    "name": "University of Graz",
    "kind": "university",
    "country": "AT",
    "register_number": "ATU12345678",
    "contact": "Ada Lovelace",
    "email": "ada@uni.example",
}


def ask(house: House, **changes: str):
    return house.visitor().send("/sign-up", seen_on="/sign-up", **(FORM | changes))


def request_id(operator: Visitor) -> str:
    found = re.search(r"/operations/accounts/([\w-]+)/approval", operator.get("/operations/accounts").text)
    assert found is not None
    return found[1]


def test_an_organisation_asks_is_approved_and_joins(house: House):
    operator = house.operator()
    assert "No organisation waits" in text_of(operator.get("/operations/accounts"))
    assert ask(house).location == "/sign-up/sent"
    assert "Your request was sent" in text_of(house.visitor().get("/sign-up/sent"))
    page = operator.send(f"/operations/accounts/{request_id(operator)}/approval")
    link = re.search(r"http://[^\s<\"]+/join#[\w-]+", unescape(page.text))
    assert link is not None
    ada = house.visitor()
    assert ada.send("/join", seen_on="/join", code=link[0], name="Ada", password=PASSWORD).status_code == 302

    assert "is not registered yet" not in text_of(ada.get("/organisation"))
    assert "Register your organisation" in text_of(ada.get("/organisation"))
    assert link[0].partition("#")[2] not in operator.get("/operations/accounts").text
    assert "Opened" in text_of(operator.get("/operations/accounts"))


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"kind": "x"}, {"country": "Austria"}, {"email": "nobody"}, {"contact": ""}]
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(house: House, change: dict[str, str]):
    response = ask(house, **change)

    assert response.status_code == 422
    assert "ATU12345678" in response.text


def test_an_address_with_an_account_is_not_given_away(house: House):
    house.buyer("ada@uni.example")

    assert ask(house).location == "/sign-up/sent"


def test_too_many_requests_from_one_network_have_to_wait(house: House):
    answers = [ask(house, email=f"c{number}@uni{number}.example").status_code for number in range(6)]

    assert answers == [302] * 5 + [429]


def test_a_request_is_refused_with_a_reason(house: House):
    operator = house.operator()
    ask(house)
    asked = request_id(operator)
    assert operator.send(f"/operations/accounts/{asked}/refusal").status_code == 422
    operator.send(f"/operations/accounts/{asked}/refusal", **{f"reason-{asked}": "Not in the register."})

    assert "Refused" in text_of(operator.get("/operations/accounts"))
    assert operator.send(f"/operations/accounts/{asked}/approval").status_code == 409


@pytest.mark.parametrize("path", ["/sign-up", "/sign-up/sent", "/join", "/new-password"])
def test_strangers_read_plain_words(standing: House, path: str):
    assert JARGON.search(text_of(standing.visitor().get(path))) is None
