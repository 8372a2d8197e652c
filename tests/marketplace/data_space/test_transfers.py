"""Another data space fetches what it bought: orders that are placed once, and answers that are told of."""

from datetime import timedelta

import pytest

from marketplace.domain.dsp import BASE
from marketplace.domain.negotiation import AGREED_FOR
from tests.marketplace.data_space_talk import NIL, another_buyer, fault
from tests.marketplace.mpc_node.people import withdrawal_of


def test_an_agreement_is_ordered_once_however_often_it_is_transferred(connector):
    agreement = connector.agreed()
    first = connector.transfer(agreement["@id"])
    second = connector.transfer(agreement["@id"])
    connector.market.drive()
    connector.market.clock.forward(seconds=5)
    connector.work()

    orders = connector.market.services.list_orders(connector.account.account_id)
    assert len(orders) == 1
    assert {connector.state(each.json, "transfers") for each in (first, second)} == {"STARTED"}


def test_the_same_transfer_request_gets_the_same_transfer(connector):
    agreement, pid = connector.agreed(), connector.new_pid()
    first = connector.transfer(agreement["@id"], consumerPid=pid)

    assert connector.transfer(agreement["@id"], consumerPid=pid).json == first.json
    other = connector.agreed()
    again = connector.transfer(other["@id"], consumerPid=pid)
    assert fault(again, "TransferError") == (409, "negotiation-conflict")


def test_what_was_not_agreed_or_not_by_this_buyer_is_not_transferred(connector):
    begun = connector.request().json
    connector.work()
    unfinished = connector.listener.last("ContractAgreementMessage")["agreement"]["@id"]
    key = another_buyer(connector).key

    assert connector.state(begun) == "AGREED"
    for agreement, shown in ((unfinished, None), (NIL, None), (unfinished, key)):
        answer = connector.transfer(agreement, key=shown)
        assert fault(answer, "TransferError") == (404, "unknown-negotiation")


@pytest.mark.parametrize(
    "change",
    [
        {"format": "HttpData-PULL"},
        {"dataAddress": {"@type": "DataAddress", "endpointType": "x", "endpoint": "https://x.example"}},
        {"consumerPid": "../.."},
        {"agreementId": 3},
    ],
)
def test_a_transfer_that_is_not_understood_is_refused(standing, change):
    answer = standing.transfer(NIL, **change)

    assert fault(answer, "TransferError") == (400, "malformed")


def test_an_agreement_that_has_run_out_is_not_ordered_any_more(connector):
    agreement = connector.agreed()
    connector.market.clock.forward(seconds=(AGREED_FOR + timedelta(hours=1)).total_seconds())

    answer = connector.transfer(agreement["@id"])

    assert fault(answer, "TransferError") == (422, "refused")


def test_a_transfer_ends_where_there_will_be_no_answer(connector):
    crowd = connector.market.nodes.people
    agreement = connector.agreed()
    delivery = connector.transfer(agreement["@id"]).json
    for someone in list(crowd.values())[:6]:  # too few are left
        connector.market.services.withdraw_offer(withdrawal_of(someone))
    connector.market.drive()
    connector.market.clock.forward(seconds=5)
    connector.work()

    assert connector.listener.last("TransferTerminationMessage")["reason"]
    assert connector.state(delivery, "transfers") == "TERMINATED"


def test_a_transfer_is_suspended_and_goes_on(connector):
    delivery = connector.transfer(connector.agreed()["@id"]).json
    early = connector.about_transfer(delivery, "suspension", "TransferSuspensionMessage")
    assert fault(early, "TransferError") == (400, "illegal-move")
    connector.market.drive()
    connector.market.clock.forward(seconds=5)
    connector.work()

    paused = connector.about_transfer(delivery, "suspension", "TransferSuspensionMessage")
    resumed = connector.about_transfer(delivery, "start", "TransferStartMessage")
    ended = connector.about_transfer(delivery, "termination", "TransferTerminationMessage")

    assert [each.json["state"] for each in (paused, resumed, ended)] == ["SUSPENDED", "STARTED", "TERMINATED"]


def test_a_buyer_without_money_is_told_so_at_the_transfer(connector):
    poor = another_buyer(connector, cents=0)
    agreement = poor.agreed()

    assert fault(poor.transfer(agreement["@id"]), "TransferError") == (402, "insufficient-funds")


def test_a_body_that_is_no_message_is_refused_by_name(standing):
    for path in ("negotiations/request", "transfers/request", "catalog/request"):
        kind = {"n": "ContractNegotiationError", "t": "TransferError", "c": "CatalogError"}[path[0]]
        for raw in (b"", b"{", b"[]", b'"\xff"', b'{"@context": null}', b"[" * 5000):
            answer = standing.web.post(
                f"{BASE}/{path}", data=raw, headers=standing.key | {"Content-Type": "application/json"}
            )
            assert fault(answer, kind) == (400, "malformed"), raw
