"""Another data space buys an answer: every message over loopback, held against the protocol on both sides."""

from dataclasses import replace
from decimal import Decimal

import pytest

from consent.odrl import CONTEXT
from consent.order_terms import OrderTerms, read_asked_offer
from consent.vocabulary import Purpose
from marketplace.clients.callbacks import HttpCallbacks
from marketplace.domain.dsp import BASE
from marketplace.domain.negotiation import MOST_ATTEMPTS, MOST_OPEN
from marketplace.errors import RefusedError
from tests.marketplace.connector import OFFER_ID, ROOT, asking
from tests.marketplace.data_space_talk import NIL, ROOMY, TWELVE, another_buyer, fault
from tests.marketplace.dsp_schemas import require_valid
from tests.marketplace.mpc_node.orders import BUYER_HANDLE, NOISY
from tests.marketplace.mpc_node.parties import MARKET


def test_the_version_is_told_to_everybody_at_the_root(standing):
    told = standing.web.get("/.well-known/dspace-version").json

    require_valid("VersionResponse", told)
    (version,) = told["protocolVersions"]
    assert (version["version"], version["path"]) == ("2025-1", BASE)


def test_the_catalogue_offers_every_data_set_to_everybody(standing):
    found = standing.post("catalog/request", "CatalogRequestMessage", key={})

    require_valid("Catalog", found.json)
    exam = next(each for each in found.json["dataset"] if each["@id"] == "urn:argonauta:dataset:exam/1")
    assert [policy["@id"] for policy in exam["hasPolicy"]] == [OFFER_ID]
    assert found.json["service"][0]["endpointURL"] == ROOT + BASE


@pytest.mark.parametrize("name", ["urn:argonauta:dataset:exam/1", "exam/1"])
def test_a_data_set_is_shown_by_its_name(standing, name):
    found = standing.web.get(f"{BASE}/catalog/datasets/{name}")

    require_valid("Dataset", found.json)
    assert found.json["@id"] == "urn:argonauta:dataset:exam/1"


def test_a_data_set_that_there_is_not_is_not_found(standing):
    found = standing.web.get(f"{BASE}/catalog/datasets/gossip/1")

    assert fault(found, "CatalogError") == (404, "unknown-data-set")


@pytest.mark.parametrize(
    "change",
    [
        {"filter": ["x"]},
        {"filter": 3},
        {"@type": "Catalog"},
        {"@context": []},
        {"@context": "x"},
        {"@context": ["https://w3id.org/dspace/2024/1/context.json"]},
    ],
)
def test_a_catalogue_request_that_is_not_understood_is_refused(standing, change):
    document = {"@context": list(CONTEXT), "@type": "CatalogRequestMessage"} | change

    found = standing.web.post(f"{BASE}/catalog/request", json=document)

    assert fault(found, "CatalogError") == (400, "malformed")


def test_a_negotiated_answer_is_agreed_ordered_and_fetched(any_connector):
    asks, market = any_connector, any_connector.market
    begun = asks.request()
    require_valid("ContractNegotiation", begun.json)
    assert (begun.status_code, begun.json["state"]) == (201, "REQUESTED")

    asks.work()
    path, message = asks.listener.heard[-1]
    agreement = message["agreement"]
    assert path == f"negotiations/{begun.json['consumerPid']}/agreement"
    assert (agreement["assigner"], agreement["assignee"]) == (MARKET, BUYER_HANDLE)
    assert asks.state(begun.json) == "AGREED"
    assert asks.verify(begun.json).json["state"] == "VERIFIED"
    asks.work()
    assert asks.listener.last("ContractNegotiationEventMessage")["eventType"] == "FINALIZED"
    assert asks.state(begun.json) == "FINALIZED"
    assert list(market.services.list_orders(asks.account.account_id)) == []  # an agreement is no order

    delivery = asks.transfer(agreement["@id"])
    require_valid("TransferProcess", delivery.json)
    assert (delivery.status_code, delivery.json["state"]) == (201, "REQUESTED")
    asks.work()
    assert asks.state(delivery.json, "transfers") == "REQUESTED"  # it is being computed
    market.drive()
    market.clock.forward(seconds=5)
    asks.work()

    address = asks.listener.last("TransferStartMessage")["dataAddress"]
    assert asks.state(delivery.json, "transfers") == "STARTED"
    fetched = asks.web.get(address["endpoint"].removeprefix(ROOT), headers=asks.key)
    assert (fetched.status_code, len(fetched.json["outputs"])) == (200, 3)
    done = asks.about_transfer(delivery.json, "completion", "TransferCompletionMessage")
    assert done.json["state"] == "COMPLETED"
    (order,) = market.services.list_orders(asks.account.account_id)
    assert (order.query, order.price.gross_cents) == (NOISY, TWELVE)


def test_a_price_that_is_too_low_is_answered_with_another_offer_which_can_be_accepted(connector):
    begun = connector.request(cents=100).json
    connector.work()
    offer = connector.listener.last("ContractOfferMessage")["offer"]
    terms = read_asked_offer(offer, buyer=BUYER_HANDLE).terms
    assert terms == OrderTerms(NOISY, ROOMY)
    assert connector.state(begun) == "OFFERED"

    assert connector.event(begun).json["state"] == "ACCEPTED"
    connector.work()

    agreement = connector.listener.last("ContractAgreementMessage")["agreement"]
    limits = {each["leftOperand"]: each["rightOperand"] for each in agreement["permission"][0]["constraint"]}
    assert limits["mk:priceCents"] == str(ROOMY)


def test_the_markets_offer_can_be_asked_for_by_its_name_or_answered_with_another_one(connector):
    begun = connector.request(cents=100).json
    connector.work()
    offer = connector.listener.last("ContractOfferMessage")["offer"]
    path = f"negotiations/{begun['providerPid']}/request"
    answer = {**connector.about(begun), "offer": asking(OrderTerms(NOISY, 200), offer["@id"])}

    assert connector.post(path, "ContractRequestMessage", **answer).json["state"] == "REQUESTED"
    connector.work()
    again = connector.listener.last("ContractOfferMessage")["offer"]
    named = {**connector.about(begun), "offer": {"@id": again["@id"]}}
    assert connector.post(path, "ContractRequestMessage", **named).json["state"] == "REQUESTED"
    connector.work()

    assert again["@id"] != offer["@id"]
    assert connector.listener.last("ContractAgreementMessage")


def test_where_too_few_permit_it_a_similar_query_is_offered(connector):
    connector.request(query=replace(NOISY, epsilon=Decimal(4)))
    connector.work()

    offer = connector.listener.last("ContractOfferMessage")["offer"]
    terms = read_asked_offer(offer, buyer=BUYER_HANDLE).terms
    assert terms is not None
    assert terms.query == NOISY


def test_a_query_that_nobody_permits_ends_the_negotiation_with_the_reason(connector):
    begun = connector.request(query=replace(NOISY, purpose=Purpose.PERSONNEL_HIRING)).json

    connector.work()

    (reason,) = connector.listener.last("ContractNegotiationTerminationMessage")["reason"]
    assert reason.startswith("fewer than 10 people take part in this")
    assert connector.state(begun) == "TERMINATED"


@pytest.mark.parametrize(
    ("offer", "status", "code"),
    [
        ({"@id": OFFER_ID}, 422, "refused"),
        ({"@id": "urn:uuid:elsewhere"}, 422, "refused"),
        (asking(OrderTerms(NOISY, 1), "urn:uuid:elsewhere"), 404, "unknown-negotiation"),
        (asking(OrderTerms(replace(NOISY, floor=1), 1)), 422, "query-refused"),
        (asking(OrderTerms(replace(NOISY, data_set="gossip/1"), 1)), 404, "unknown-data-set"),
        ({"@id": OFFER_ID, "permission": []}, 400, "malformed"),
        ([], 400, "malformed"),
        (None, 400, "malformed"),
    ],
)
def test_an_offer_that_cannot_be_talked_about_is_refused(standing, offer, status, code):
    assert fault(standing.request(offer=offer)) == (status, code)


@pytest.mark.parametrize(
    "pid", ["", "..", ".", "a/b", "a?b", "a#b", "ä", "a b", "a\x00", "a" * 201, "%2e%2e", 3, None]
)
def test_an_id_that_would_lead_a_message_astray_is_refused(standing, pid):
    assert fault(standing.request(consumerPid=pid)) == (400, "malformed")


@pytest.mark.parametrize("address", ["https://elsewhere.example", "http://127.0.0.1:1/callback", ""])
def test_a_callback_address_that_is_not_the_accounts_is_refused(standing, address):
    status, _ = fault(standing.request(callbackAddress=address))

    assert status in {400, 422}


def test_the_registered_address_may_be_named_with_a_slash_at_its_end(standing):
    assert standing.request(callbackAddress=standing.callback + "/").status_code == 201


@pytest.mark.parametrize(
    "address", ["http://buyer.example", "https://user:pw@buyer.example", "https://buyer.example/?to=", "x"]
)
def test_an_address_that_nothing_may_be_sent_to_cannot_be_registered(address):
    with pytest.raises(RefusedError):
        HttpCallbacks().allow(address)


def test_an_address_is_registered_read_and_forgotten_by_its_account(connector):
    assert (
        connector.web.put(
            "/api/v1/account/connector",
            json={"callback_address": "http://buyer.example"},
            headers=connector.key,
        ).status_code
        == 422
    )
    assert connector.web.get("/api/v1/account/connector", headers=connector.key).json == {
        "callback_address": connector.callback
    }

    connector.web.put("/api/v1/account/connector", json={"callback_address": None}, headers=connector.key)

    assert fault(connector.request()) == (422, "refused")


def test_without_a_key_nothing_is_negotiated(standing):
    begun = standing.request().json

    nobody: dict[str, str] = {}
    assert fault(standing.post("negotiations/request", "ContractRequestMessage", key=nobody))[0] == 401
    assert standing.web.get(f"{BASE}/negotiations/{begun['providerPid']}").status_code == 401
    assert standing.web.get(f"{BASE}/transfers/{NIL}").status_code == 401


def test_somebody_elses_negotiation_is_not_told_apart_from_none(standing):
    begun = standing.request().json
    key = another_buyer(standing).key
    path = f"negotiations/{begun['providerPid']}"

    read = standing.web.get(f"{BASE}/{path}", headers=key)
    ended = standing.post(
        f"{path}/termination", "ContractNegotiationTerminationMessage", key=key, **standing.about(begun)
    )

    none = standing.web.get(f"{BASE}/negotiations/{NIL}", headers=key)
    assert fault(read) == fault(ended) == fault(none) == (404, "unknown-negotiation")
    assert standing.state(begun) == "REQUESTED"


def test_a_message_that_may_not_be_sent_now_is_refused_and_changes_nothing(standing):
    begun = standing.request().json

    assert fault(standing.event(begun)) == (400, "illegal-move")
    assert fault(standing.verify(begun)) == (400, "illegal-move")
    assert fault(standing.event(begun, "FINALIZED")) == (400, "illegal-move")
    assert fault(standing.event(begun, "SHAKEN")) == (400, "malformed")
    assert standing.state(begun) == "REQUESTED"


def test_a_negotiation_that_was_ended_stays_so(standing):
    begun = standing.request().json

    assert standing.terminate(begun).json["state"] == "TERMINATED"

    assert fault(standing.terminate(begun)) == (400, "illegal-move")
    standing.work()
    assert standing.state(begun) == "TERMINATED"


def test_a_message_about_another_process_than_its_address_is_refused(standing):
    begun = standing.request().json
    path = f"negotiations/{begun['providerPid']}/termination"
    kind = "ContractNegotiationTerminationMessage"

    other = standing.post(path, kind, providerPid=NIL, consumerPid=begun["consumerPid"])
    stranger = standing.post(path, kind, providerPid=begun["providerPid"], consumerPid=NIL)

    assert (fault(other)[0], fault(stranger)[0]) == (400, 404)


def test_the_same_request_again_gets_the_same_negotiation_and_another_one_does_not(standing):
    pid = standing.new_pid()
    first = standing.request(consumerPid=pid)

    again, other = standing.request(consumerPid=pid), standing.request(consumerPid=pid, cents=9)

    assert again.json == first.json
    assert fault(other) == (409, "negotiation-conflict")


def test_only_so_many_negotiations_are_under_way_at_once(connector):
    begun = [connector.request() for _ in range(MOST_OPEN)]
    assert {each.status_code for each in begun} == {201}

    assert fault(connector.request()) == (429, "too-many-negotiations")

    connector.terminate(begun[0].json)
    assert connector.request().status_code == 201


def test_a_connector_that_is_down_is_tried_again_and_in_the_end_given_up(connector):
    begun = connector.request().json
    connector.listener.status = 503
    connector.work()
    assert connector.state(begun) == "REQUESTED"  # what was not acknowledged has not happened

    connector.listener.status = 200
    connector.market.clock.forward(minutes=1)
    connector.work()

    assert connector.state(begun) == "AGREED"
    agreements = {message["agreement"]["@id"] for _, message in connector.listener.heard}
    assert (len(connector.listener.heard), len(agreements)) == (2, 1)


def test_a_connector_that_never_answers_ends_its_negotiation(connector):
    begun = connector.request().json
    connector.listener.status = 503
    for _ in range(MOST_ATTEMPTS):
        connector.market.clock.forward(hours=2)
        connector.work()

    assert connector.state(begun) == "TERMINATED"
    assert len(connector.listener.heard) == MOST_ATTEMPTS


def test_an_answer_to_a_message_shows_that_the_message_arrived(connector):
    begun = connector.request(cents=100).json
    connector.listener.status = 503  # it hears the offer, and its acknowledgement is lost
    connector.work()
    assert connector.state(begun) == "REQUESTED"

    accepted = connector.event(begun)

    assert accepted.json["state"] == "ACCEPTED"


def test_nothing_is_sent_to_an_address_that_is_not_the_accounts_any_more(connector):
    begun = connector.request().json
    connector.register("http://127.0.0.1:1/elsewhere")

    connector.work()

    assert connector.listener.heard == []
    assert connector.state(begun) == "REQUESTED"
