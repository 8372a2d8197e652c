"""What a person sees of her offer, and what the log proves to her."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from consent.log import Entry, InclusionProof, verify_checkpoint, verify_growth
from consent.query import Query
from consent.receipt import verify_deletion_receipt, verify_usage_receipt
from consent.receipt_credential import verify_status_credential
from consent.spending import Spending, spending
from consent.status_receipt import is_chain
from consent.vocabulary import ConsentStatus
from crypto.encoding import b64url_decode, canonical_json
from crypto.reading import Fields
from marketplace.domain.job import NodeJobStatus
from marketplace.errors import UnknownEntryError, UnknownOfferError
from tests.marketplace.mpc_node.orders import EXACT, NOISY
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NAMES, node_keys
from tests.marketplace.mpc_node.people import person, withdrawal_of

ANNA = person(1)


def history(market, someone=ANNA) -> Any:
    return market.services.read_history(someone.consent_id, someone.key.public)


def verified(logged: Any) -> Entry:
    fields = Fields.of(logged["entry"], "entry")
    entry = Entry(fields.text("kind"), fields.moment("at"), logged["entry"]["body"], fields.binary("salt"))
    InclusionProof.from_json(logged["proof"]).verify_entry(entry, MARKET, MARKET_KEY.public)
    return entry


def test_a_paid_use_is_told_with_receipt_amount_and_proof(any_market):
    any_market.stock(12)
    account = any_market.buyer()
    order = any_market.released(account)
    any_market.services.confirm_result(account.account_id, order.order_id)
    told = history(any_market)

    (use,) = told["uses"]
    entry = verified(use["log"])
    receipt = verify_usage_receipt(use["receipt"], MARKET_KEY.public)
    assert told["earnings"] == {"total_cents": 100, "currency": "EUR"}
    assert (use["outcome"], use["amount_cents"]) == ("paid", 100)
    assert use["buyer"]["name"] == "Institute of Education"
    assert use["sentence"].startswith("Number of people")
    assert (entry.kind, entry.body["consent_id"], entry.body["amount_cents"]) == (
        "use",
        ANNA.consent_id,
        100,
    )
    assert (receipt.job_id, receipt.amount_cents) == (order.job_id, 100)
    assert receipt.log_index == InclusionProof.from_json(use["log"]["proof"]).index
    assert told["others"] == []


def test_a_use_is_told_from_the_order_on_with_the_orders_proof(market):
    market.stock(12)
    order = market.order(market.buyer())
    (use,) = history(market)["others"]

    entry = verified(use["log"])
    assert (use["outcome"], use["receipt"], use["amount_cents"]) == ("running", None, 0)
    assert (entry.kind, entry.body["order_id"]) == ("order", order.order_id)
    assert use["purpose"] == EXACT.purpose.value
    assert Query.from_json(use["query"]).digest == entry.body["query_digest"]
    assert use["compensation_cents"] == order.price.compensation_cents


def test_a_failed_job_and_one_that_left_her_out_are_told_with_the_reason(market):
    market.stock(12)
    account = market.buyer()
    market.nodes.says = {"node-b": NodeJobStatus("FAILED", 1, "disagreement")}
    market.released(account)
    market.nodes.says.clear()
    market.nodes.leave_out = {ANNA.consent_id: "revoked"}
    market.released(account)
    left_out, failed = history(market)["others"]

    assert (failed["outcome"], failed["reason"]) == (
        "failed",
        "the nodes did not agree on who takes part",
    )
    assert (left_out["outcome"], left_out["reason"]) == ("left_out", "revoked")


def test_a_withdrawal_and_the_deletions_are_told_with_their_proofs(market):
    market.stock(1)
    market.services.withdraw_offer(withdrawal_of(ANNA))
    for node_id in NAMES:
        market.duties.relay_withdrawals(node_id)
    told = history(market)

    assert told["state"] == "withdrawn"
    assert verified(told["withdrawal"]["log"]).kind == "withdrawal"
    assert len(told["deletion_receipts"]) == 3
    for node in told["nodes"]:
        verify_deletion_receipt(
            node["deletion_receipt"],
            node_keys(node["node"]).signing.public,
            node_id=node["node"],
            consent_id=ANNA.consent_id,
        )


def test_every_status_is_receipted_as_a_credential_and_each_receipt_replaces_the_one_before(any_market):
    market = any_market
    market.stock(1)
    given = history(market)["status_receipts"]
    market.clock.forward(hours=1)
    withdrawn = market.services.withdraw_offer(withdrawal_of(ANNA))["status_receipts"]
    market.clock.forward(days=400)

    told = history(market)["status_receipts"]
    receipts = [verify_status_credential(each, MARKET_KEY.public) for each in told]

    assert (told, told[:1]) == (withdrawn, given)
    assert is_chain(receipts)
    assert [each.status for each in receipts] == [ConsentStatus.GIVEN, ConsentStatus.WITHDRAWN]
    assert {each.agreement.consent_id for each in receipts} == {ANNA.consent_id}


def test_an_agreement_that_ran_out_is_receipted_so(market):
    market.stock(1)
    market.clock.forward(days=400)

    last = verify_status_credential(history(market)["status_receipts"][-1], MARKET_KEY.public)

    assert last.status is ConsentStatus.EXPIRED
    assert last.history[-1].at < market.clock()


def test_what_each_node_said_is_told(market):
    market.nodes.refuse[ANNA.consent_id] = "revoked"
    market.supply([ANNA])
    market.duties.forward_contributions("node-b")

    nodes = {node["node"]: (node["answer"], node["reason"]) for node in history(market)["nodes"]}
    assert nodes == {
        "node-a": ("waiting", None),
        "node-b": ("refused", "revoked"),
        "node-c": ("waiting", None),
    }


def test_a_history_is_for_the_holder_of_the_credential_only(market):
    market.stock(2)

    with pytest.raises(UnknownOfferError) as foreign:
        market.services.read_history(ANNA.consent_id, person(2).key.public)
    with pytest.raises(UnknownOfferError) as unknown:
        market.services.read_history(person(9).consent_id, ANNA.key.public)
    assert str(foreign.value) == str(unknown.value)


def test_a_history_holds_no_value_of_an_attribute(market):
    market.stock(12)
    account = market.buyer()
    order = market.released(account)
    market.services.confirm_result(account.account_id, order.order_id)
    told = canonical_json(history(market)).decode()

    for value in (ANNA.values["exam_score"], ANNA.values["reading_score"]):
        assert f":{value}" not in told


def test_the_log_grows_consistently_and_proves_every_earlier_entry(any_market):
    any_market.stock(3)
    early = any_market.services.read_log.checkpoint()
    any_market.services.withdraw_offer(withdrawal_of(person(2)))
    any_market.supply([person(number) for number in range(4, 9)])
    late = any_market.services.read_log.checkpoint()
    old = verify_checkpoint(early, MARKET, MARKET_KEY.public)
    new = verify_checkpoint(late, MARKET, MARKET_KEY.public)

    proof: Any = any_market.services.read_log.consistency(old.size)
    verify_growth(old, new, [b64url_decode(each) for each in proof["hashes"]])
    assert proof["checkpoint"] == late
    assert any_market.services.read_log.checkpoint(old.size) == early
    for index in range(new.size):
        shown = InclusionProof.from_json(any_market.services.read_log.entry(index))
        assert shown.verify(MARKET, MARKET_KEY.public) == new
    first = InclusionProof.from_json(any_market.services.read_log.entry(0, size=old.size))
    assert first.verify(MARKET, MARKET_KEY.public) == old


def test_an_empty_log_has_a_checkpoint(market):
    state = verify_checkpoint(market.services.read_log.checkpoint(), MARKET, MARKET_KEY.public)

    assert (state.size, market.services.read_log.size()) == (0, 0)


@pytest.mark.parametrize(
    "ask",
    [
        lambda log: log.entry(1),
        lambda log: log.entry(0, size=2),
        lambda log: log.entry(-1),
        lambda log: log.checkpoint(2),
        lambda log: log.checkpoint(-1),
        lambda log: log.consistency(2),
        lambda log: log.consistency(1, 2),
        lambda log: log.consistency(-1),
    ],
)
def test_what_the_log_does_not_have_is_refused(market, ask):
    market.supply([ANNA])

    with pytest.raises(UnknownEntryError):
        ask(market.services.read_log)


def test_bodies_of_the_log_hold_no_number_of_people(market):
    market.stock(12)
    account = market.buyer()
    order = market.released(account)
    market.services.confirm_result(account.account_id, order.order_id)

    with market.store.reading() as books:
        bodies = [books.log.entry(index) for index in range(books.log.size())]
    for entry in bodies:
        assert entry is not None
        assert not {"people", "admitted", "price"} & set(entry.body)


def test_what_answers_told_together_stands_beside_their_sum(any_market):
    any_market.stock(12)
    account = any_market.buyer()
    any_market.released(account, replace(NOISY, epsilon=Decimal("0.5")))
    any_market.released(account, replace(NOISY, epsilon=Decimal("0.5")))
    any_market.released(account, EXACT)
    any_market.order(account, replace(NOISY, epsilon=Decimal("0.25")))  # not computed yet

    privacy = history(any_market)["privacy"]

    assert privacy == spending([Decimal("0.5"), Decimal("0.5")]).to_json()
    assert Spending.from_fields(Fields.of(privacy, "privacy")).to_json() == privacy
    assert Decimal(privacy["epsilon_composed"]) < Decimal(privacy["epsilon_sum"]) == 1
