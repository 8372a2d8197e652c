"""The page about a connector: what it needs, what it talks about, and that only its own buyer ends that."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from consent.negotiation import NegotiationState
from marketplace.domain.member import Role
from marketplace.web.app import create_app
from tests.marketplace.web.house import INSTITUTE, JARGON, House, Visitor, text_of
from tests.marketplace.web.talking import Talking, talking
from tests.ssi import parties

PLACE = "/organisation/connector"


@pytest.fixture
def talk(house: House, buyer: Visitor) -> Iterator[Talking]:
    with talking(house, buyer) as opened:
        yield opened


def end_of(begun: dict[str, str], kind: str = "negotiations") -> str:
    return f"{PLACE}/{kind}/{begun['providerPid']}/end"


def test_it_says_where_we_are_and_what_key_is_needed(buyer: Visitor):
    page = buyer.get(PLACE)

    assert "/dsp/2025-1" in page.text
    assert "/.well-known/dspace-version" in page.text
    assert f'href="{PLACE}"' in buyer.get("/organisation").text
    said = text_of(page)
    assert "Nothing yet" in said
    assert "nowhere yet" in said
    assert "Make a key" in said
    assert JARGON.search(said) is None


def test_each_state_is_told_with_what_it_waits_for(talk: Talking, buyer: Visitor):
    talk.asks()
    assert "We look at the request" in text_of(buyer.get(PLACE))
    talk.work()
    assert "Your connector has to verify the agreement" in text_of(buyer.get(PLACE))
    transfer = talk.transfers(talk.agreed())
    page = buyer.get(PLACE)

    said = text_of(page)
    assert said.index("see its order") < said.index("Your connector can ask for the answer")
    assert page.text.count("Its order") == 2  # the transfer's, and that of its negotiation
    assert "127.0.0.1" in said
    assert "/callback" not in page.text
    assert transfer["providerPid"] in page.text


def test_a_connector_that_cannot_be_reached_is_told_of(talk: Talking, buyer: Visitor):
    talk.listener.status = 500
    talk.asks()
    talk.work()

    assert "try 1 of 12 failed" in text_of(buyer.get(PLACE))


def test_what_is_ended_is_told_to_the_connector_and_then_over(talk: Talking, buyer: Visitor):
    begun = talk.asks()
    talk.work()
    assert buyer.send(end_of(begun)).location == PLACE
    said = text_of(buyer.get(PLACE))
    assert "being ended" in said
    assert "End it" not in said
    assert talk.connector.state(begun) == "AGREED"  # until the connector knows
    assert talk.connector.verify(begun).status_code == 400
    heard = len(talk.listener.heard)

    buyer.send(end_of(begun))  # twice is once
    talk.work()

    assert len(talk.listener.heard) == heard + 1
    assert "member" in talk.listener.last("ContractNegotiationTerminationMessage")["reason"][0]
    assert talk.connector.state(begun) == NegotiationState.TERMINATED
    assert "Your connector can begin another one" in text_of(buyer.get(PLACE))
    buyer.send(end_of(begun))
    assert "It was over already" in text_of(buyer.get(PLACE))
    talk.work()
    assert len(talk.listener.heard) == heard + 1


def test_a_transfer_is_ended_and_its_order_goes_on(talk: Talking, buyer: Visitor):
    begun = talk.transfers(talk.agreed())
    buyer.send(end_of(begun, "transfers"))
    buyer.send(end_of(begun, "transfers"))
    talk.work()

    talk.listener.last("TransferTerminationMessage")
    assert talk.connector.state(begun, "transfers") == "TERMINATED"
    (order,) = talk.house.services.list_orders(talk.connector.account.account_id)
    assert buyer.get(f"/orders/{order.order_id}").status_code == 200


def test_a_connector_that_ends_it_first_is_not_told(talk: Talking, buyer: Visitor):
    begun = talk.asks()
    buyer.send(end_of(begun))
    assert talk.connector.terminate(begun).status_code == 200
    talk.work()

    assert talk.listener.heard == []


def test_another_account_sees_and_ends_nothing_of_it(talk: Talking, house: House):
    transfer, begun = talk.transfers(talk.agreed()), talk.asks()
    stranger = house.buyer("stranger@example.org")

    assert "Nothing yet" in text_of(stranger.get(PLACE))
    assert stranger.send(end_of(begun)).status_code == 404
    assert stranger.send(end_of(transfer, "transfers")).status_code == 404
    assert stranger.send(end_of(transfer)).status_code == 404
    assert talk.connector.state(transfer, "transfers") == "REQUESTED"


def test_a_form_without_its_token_ends_nothing(talk: Talking, buyer: Visitor):
    begun = talk.asks()
    assert buyer.client.post(end_of(begun)).status_code == 400
    assert talk.connector.state(begun) == "REQUESTED"
    assert "End it" in text_of(buyer.get(PLACE))


def test_a_reader_looks_and_ends_nothing(talk: Talking, house: House, buyer: Visitor):
    begun = talk.asks()
    with house.store.writing() as books:
        found = books.members.find(buyer.email or "")
        assert found is not None
        books.members.save(replace(found[0], role=Role.READER))

    said = text_of(buyer.get(PLACE))
    assert "We look at the request" in said
    assert "End it" not in said
    assert "Make a key" not in said
    assert buyer.send(end_of(begun)).status_code == 403


def test_a_long_list_comes_in_pages(talk: Talking, buyer: Visitor):
    for _ in range(21):
        talk.asks()
    first, second = buyer.get(PLACE), buyer.get(f"{PLACE}?page=2")

    assert first.text.count("We look at the request") == 20
    assert second.text.count("We look at the request") == 1
    assert "Page 1 of 2, 21 negotiations" in text_of(first)


def test_a_market_without_a_data_space_says_so(house: House, settings):
    alone = replace(house.services, data_space=None)
    app: Flask = create_app(alone, settings, interfaces=lambda *_: (), authority=parties.AUTHORITY.public)
    house.app = app
    buyer = house.buyer("alone@institute.example", INSTITUTE)

    assert "takes no part in a data space" in text_of(buyer.get(PLACE))
    assert buyer.send(f"{PLACE}/transfers/some/end").status_code == 404
