"""An organisation has its events sent to an address, sees what arrived, and ends it."""

import re

import pytest

from marketplace.domain.event import EventKind
from marketplace.services.send_webhooks import SendWebhooks
from marketplace.services.tell_events import tell
from tests.marketplace.hooks import URL, Heard, side
from tests.marketplace.web.house import JARGON, House, Visitor, text_of
from tests.marketplace.web.test_orders import form_on

PLACE = "/organisation/webhooks"


def register(buyer: Visitor, url: str = URL):
    """Register an address; the page with its secret, and where the webhook is."""
    hidden = form_on(buyer.get(PLACE).text)["webhook_id"]
    return buyer.send(PLACE, webhook_id=hidden, url=url), f"{PLACE}/{hidden}"


def happen(house: House, buyer: Visitor) -> None:
    assert buyer.email is not None
    with house.work.desk.store.writing() as books:
        found = books.members.find(buyer.email)
        assert found is not None
        tell(books, found[0].account_id, house.work.desk.now(), EventKind.ORDER_STATE)


def send(house: House, heard: Heard) -> None:
    while SendWebhooks(house.work.desk, side(heard))():
        pass


def test_an_empty_list_says_what_it_is_for(buyer: Visitor):
    said = text_of(buyer.get(PLACE))
    assert "Nothing is sent anywhere yet" in said
    assert JARGON.search(said) is None
    assert f'href="{PLACE}"' in buyer.get("/organisation").text


def test_the_secret_is_shown_once(buyer: Visitor):
    page, place = register(buyer)
    (secret,) = re.findall(r'value="(whsec_[^"]+)"', page.text)

    assert "shown once" in text_of(page)
    assert secret not in buyer.get(place).text
    assert URL in buyer.get(PLACE).text
    again = buyer.send(PLACE, webhook_id=place.rsplit("/", 1)[1], url=URL)
    assert again.location == place


@pytest.mark.parametrize("url", ["", "http://buyer.example/", "<script>"])
def test_an_address_that_may_not_be_called_is_refused_where_it_was_typed(buyer: Visitor, url: str):
    page, _ = register(buyer, url)
    assert page.status_code == 422
    assert "<script>" not in page.text.split("</head>")[1]


def test_what_arrived_and_what_did_not_is_told(house: House, buyer: Visitor):
    _, place = register(buyer)
    buyer.send(f"{place}/test")
    buyer.send(f"{place}/test")
    heard = Heard()
    send(house, heard)
    assert len(heard.messages) == 1
    assert "arrived" in text_of(buyer.get(place))

    happen(house, buyer)
    send(house, Heard("answered 500"))
    said = text_of(buyer.get(place))
    assert "answered 500" in said
    assert "tried again later" in text_of(buyer.get(PLACE))
    buyer.send(f"{place}/going-on")
    send(house, heard)
    assert len(heard.messages) == 2


def test_one_that_stopped_says_what_to_do(house: House, buyer: Visitor):
    _, place = register(buyer)
    happen(house, buyer)
    for _ in range(12):
        send(house, Heard("no answer in time"))
        house.clock.forward(hours=3)
    buyer = house.visitor(buyer.email)

    said = text_of(buyer.get(place))
    assert "Stopped" in said
    assert "let it go on" in said
    assert "Send a test" not in said


def test_events_are_sent_once_more_from_a_number(house: House, buyer: Visitor):
    _, place = register(buyer)
    happen(house, buyer)
    heard = Heard()
    send(house, heard)
    assert buyer.send(f"{place}/replay", **{"from": "1"}).location == place
    send(house, heard)

    assert len(heard.messages) == 2
    for wrong in ("", "0", "x", "99", "9" * 40):
        assert buyer.send(f"{place}/replay", **{"from": wrong}).status_code == 422


def test_a_new_secret_and_the_end(buyer: Visitor):
    _, place = register(buyer)
    assert "whsec_" in buyer.send(f"{place}/secret").text
    assert "signs as well until" in text_of(buyer.get(place))
    buyer.send(f"{place}/end")

    assert URL not in buyer.get(place).text
    assert "ended" in text_of(buyer.get(PLACE))
    assert buyer.send(f"{place}/test").status_code == 409


def test_another_organisation_sees_nothing_of_it(house: House, buyer: Visitor):
    _, place = register(buyer)
    stranger = house.buyer("stranger@example.org")

    assert stranger.get(place).status_code == 404
    assert stranger.send(f"{place}/end").status_code == 404
