"""Which jobs a node takes part in at all, and that every flaw of a manifest is refused by name."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from consent.job import Manifest, sign_manifest
from consent.order import EscrowReceipt, sign_escrow_receipt, sign_mandate
from consent.query import Condition, Statistic
from consent.vocabulary import Engine, StatisticKind
from ssi.issuance import IssuerKey
from ssi.jws import sign_jws
from tests.marketplace.mpc_node.orders import (
    BUYER_KEY,
    EXACT,
    MANDATE,
    buyer_credential,
    manifest_for,
    receipt_for,
)
from tests.marketplace.mpc_node.parties import (
    MARKET_KEY,
    NOW,
    REGISTRAR,
    REGISTRAR_KEY,
    REGISTRAR_STATUS_URI,
    assembled,
    es256,
    parts,
)
from tests.marketplace.mpc_node.people import PLAIN, credential_of, people, person
from tests.marketplace.mpc_node.town import Town

CROWD = people(12)


@pytest.fixture
def manifest() -> Manifest:
    """A manifest that every node would take."""
    return manifest_for(CROWD)


def refusal(town: Town, manifest: Manifest | str, *, node: str = "node-a") -> str:
    """Why a node does not take part; the job leaves no trace there."""
    (answer,) = town.ask(manifest, of=[node])
    assert answer.status_code == 422, answer.text
    assert answer.content_type == "application/problem+json"
    assert town.get(node, "/v1/jobs/job-1").status_code == 404
    reason: str = answer.json["detail"].partition(":")[0]
    return reason


def test_a_manifest_of_somebody_else_than_the_marketplace_is_refused(town: Town, manifest):
    forged = sign_manifest(manifest, es256("somebody else"))

    assert refusal(town, forged) == "not_from_the_marketplace"


def test_a_manifest_with_an_altered_byte_is_refused(town: Town, manifest):
    head, payload, signature = sign_manifest(manifest, MARKET_KEY).split(".")
    altered = payload[:100] + ("A" if payload[100] != "A" else "B") + payload[101:]

    assert refusal(town, f"{head}.{altered}.{signature}") in {"not_from_the_marketplace", "unreadable"}


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.e30"])
def test_what_is_no_manifest_is_refused(town: Town, token):
    assert refusal(town, token) == "unreadable"


def test_another_document_of_the_marketplace_is_no_manifest(town: Town, manifest):
    other = sign_jws(manifest.to_json(), MARKET_KEY, typ="usage-receipt+jwt")

    assert refusal(town, other) == "unreadable"


def test_a_manifest_that_has_run_out_is_refused(town: Town, manifest):
    assert refusal(town, replace(manifest, expires_at=NOW)) == "expired"


def test_a_manifest_from_the_future_is_refused(town: Town, manifest):
    assert refusal(town, replace(manifest, issued_at=NOW + timedelta(minutes=5))) == "expired"


def test_a_node_named_twice_is_refused(town: Town, manifest):
    twice = replace(manifest, nodes=("node-a", "node-b", "node-a"))

    (answer,) = town.ask(twice, of=["node-a"])

    assert answer.status_code == 422
    assert "nodes: an entry stands twice" in answer.json["detail"]


def test_an_unknown_node_is_refused(town: Town, manifest):
    assert refusal(town, replace(manifest, nodes=("node-a", "node-b", "node-x"))) == "unknown_node"


def test_a_job_of_other_nodes_is_refused(town: Town, manifest):
    assert refusal(town, replace(manifest, nodes=("node-d", "node-b", "node-c"))) == "not_a_party"


def test_a_contribution_named_twice_is_refused(town: Town, manifest):
    document = manifest.to_json()
    named = document["contributions"]
    assert isinstance(named, list)
    document["contributions"] = [*named, named[0]]

    assert refusal(town, sign_jws(document, MARKET_KEY, typ="job-manifest+jwt")) == "unreadable"


def test_an_unknown_data_set_is_refused(town: Town):
    query = replace(EXACT, data_set="exam/99")

    assert refusal(town, manifest_for(CROWD, query)) == "unknown_data_set"


@pytest.mark.parametrize(
    "query",
    [
        replace(EXACT, statistics=(Statistic(StatisticKind.MEAN, "shoe_size"),)),
        replace(EXACT, statistics=(Statistic(StatisticKind.HISTOGRAM, "exam_score"),)),
        replace(EXACT, group_by="sex"),
        replace(EXACT, floor=9),
        replace(EXACT, where=(Condition("sex", "female"),)),
        replace(EXACT, where=(Condition("school_type", "grammar"),)),
        replace(EXACT, epsilon=Decimal(11)),
        replace(EXACT, engine=Engine.ADDITIVE, where=(Condition("sex", "female"),)),
        replace(EXACT, statistics=(Statistic(StatisticKind.COUNT),), engine=Engine.FUNCTIONAL),
    ],
    ids=[
        "unknown attribute",
        "exact histogram",
        "exact private groups",
        "tiny crowd",
        "private filter",
        "unknown category",
        "no privacy",
        "an engine these nodes do not have",
        "an engine that needs no nodes",
    ],
)
def test_a_query_against_the_rules_is_refused(town: Town, query):
    assert refusal(town, manifest_for(CROWD, query)) == "query"


def test_a_fourth_attempt_is_refused(town: Town, manifest):
    assert refusal(town, replace(manifest, attempt=4)) == "attempts_used_up"


def test_a_buyer_without_a_credential_is_refused(town: Town, manifest):
    assert refusal(town, replace(manifest, buyer_presentation="none")) == "buyer_credential"


def test_a_person_is_no_buyer(town: Town, manifest):
    private = credential_of(person(1), PLAIN)

    assert refusal(town, replace(manifest, buyer_presentation=private)) == "buyer_credential"


def test_a_buyer_vouched_for_by_an_unknown_issuer_is_refused(town: Town, manifest):
    stranger = IssuerKey("did:web:shell-company.example", "k1", es256("mill"))
    made = replace(manifest, buyer_presentation=buyer_credential(signer=stranger))

    assert refusal(town, made) == "buyer_credential"


def test_a_buyer_credential_with_a_forged_signature_is_refused(town: Town, manifest):
    forged = IssuerKey(REGISTRAR, REGISTRAR_KEY.kid, es256("mill"))
    made = replace(manifest, buyer_presentation=buyer_credential(signer=forged))

    assert refusal(town, made) in {"buyer_credential", "unreadable"}


def test_a_buyer_whose_credential_was_taken_back_is_refused(town: Town, manifest):
    town.statuses.revoked[REGISTRAR_STATUS_URI] = {7}

    assert refusal(town, manifest) == "buyer_revoked"


def test_a_buyer_whose_status_cannot_be_asked_is_refused(town: Town, manifest):
    town.statuses.unreachable.add(REGISTRAR_STATUS_URI)

    assert refusal(town, manifest) == "buyer_status_unknown"


def test_a_mandate_signed_by_somebody_else_is_refused(town: Town, manifest):
    forged = sign_mandate(MANDATE, es256("market insider"))

    assert refusal(town, replace(manifest, mandate=forged)) == "mandate"


def test_a_mandate_for_another_marketplace_is_refused(town: Town, manifest):
    elsewhere = sign_mandate(replace(MANDATE, marketplace="did:web:other.example"), BUYER_KEY)

    assert refusal(town, replace(manifest, mandate=elsewhere)) == "mandate"


def test_a_mandate_that_has_run_out_is_refused(town: Town, manifest):
    old = sign_mandate(replace(MANDATE, valid_until=NOW), BUYER_KEY)

    assert refusal(town, replace(manifest, mandate=old)) == "mandate"


def test_result_keys_that_anybody_could_open_are_refused(town: Town, manifest):
    weak = replace(MANDATE, result_keys=(bytes(32), *MANDATE.result_keys[1:]))

    assert refusal(town, replace(manifest, mandate=sign_mandate(weak, BUYER_KEY))) == "mandate"


def test_a_job_without_escrow_is_refused(town: Town, manifest):
    assert refusal(town, replace(manifest, escrow_receipt="none")) == "unreadable"


def test_an_escrow_receipt_of_somebody_else_is_refused(town: Town, manifest):
    receipt = EscrowReceipt("order-1", EXACT.digest, 100_000, 100, NOW)
    forged = sign_escrow_receipt(receipt, es256("somebody else"))

    assert refusal(town, replace(manifest, escrow_receipt=forged)) == "escrow"


def test_an_escrow_receipt_for_another_order_is_refused(town: Town, manifest):
    other = receipt_for(EXACT, "order-2")

    assert refusal(town, replace(manifest, escrow_receipt=other)) == "escrow"


def test_an_escrow_receipt_for_another_query_is_refused(town: Town, manifest):
    other = receipt_for(replace(EXACT, floor=11))

    assert refusal(town, replace(manifest, escrow_receipt=other)) == "escrow"


def test_another_compensation_than_was_paid_is_refused(town: Town, manifest):
    assert refusal(town, replace(manifest, compensation_cents=101)) == "escrow"


def test_escrow_that_does_not_cover_everybody_is_refused(town: Town, manifest):
    short = receipt_for(EXACT, amount=1199)

    assert refusal(town, replace(manifest, escrow_receipt=short)) == "escrow"


def test_a_registry_that_has_run_out_stops_every_job(town: Town, manifest):
    town.registry = assembled(parts(), end=NOW)

    (answer,) = town.ask(manifest, of=["node-a"])

    assert answer.status_code == 503


def test_the_same_manifest_again_gets_the_same_answer(town: Town, manifest):
    town.settle(CROWD)
    town.run(manifest)

    again = town.ask(manifest)

    assert {answer.status_code for answer in again} == {202}
    assert all(answer.json == {"job_id": "job-1", "attempt": 1, "state": "DONE"} for answer in again)


def test_a_replayed_attempt_with_another_body_is_refused(town: Town, manifest):
    town.settle(CROWD)
    town.run(manifest)
    fewer = dict(list(manifest.contributions.items())[:11])

    answers = town.ask(replace(manifest, contributions=fewer))

    assert {answer.status_code for answer in answers} == {409}


def test_a_replayed_order_under_a_new_job_id_is_refused(town: Town, manifest):
    town.settle(CROWD)
    town.run(manifest)

    answers = town.ask(replace(manifest, job_id="job-2"))

    assert {answer.status_code for answer in answers} == {409}


def test_a_higher_attempt_on_other_terms_is_refused(town: Town, manifest):
    town.settle(CROWD)
    town.run(manifest)
    other_keys = replace(MANDATE, result_keys=tuple(reversed(MANDATE.result_keys)))
    changed = replace(manifest, attempt=2, mandate=sign_mandate(other_keys, BUYER_KEY))

    answers = town.ask(changed)

    assert {answer.status_code for answer in answers} == {409}


def test_a_lower_attempt_does_not_come_back(town: Town, manifest):
    town.settle(CROWD)
    town.run(replace(manifest, attempt=2))

    answers = town.ask(manifest)

    assert {answer.status_code for answer in answers} == {409}


def test_a_finished_job_can_be_tried_again_as_a_higher_attempt(town: Town, manifest):
    town.settle(CROWD)
    town.run(manifest)

    ended = town.run(replace(manifest, attempt=2))

    assert {(each["attempt"], each["state"]) for each in ended.values()} == {(2, "DONE")}


def test_only_the_marketplace_may_start_a_job(town: Town, manifest):
    token = sign_manifest(manifest, MARKET_KEY)

    for caller in (None, "node-b"):
        answer = town.post("node-a", "/v1/jobs", {"manifest": token}, caller=caller)

        assert answer.status_code == 403


def test_a_refused_manifest_is_counted_by_its_reason(town: Town, manifest):
    refusal(town, replace(manifest, attempt=4))

    published = town.get("node-a", "/metrics").text

    assert 'mpc_manifests_refused_total{reason="attempts_used_up"} 1.0' in published
