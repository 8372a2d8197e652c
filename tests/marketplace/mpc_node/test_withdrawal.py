"""A person withdraws: her shares go, a signed receipt comes back, and nobody else can do it for her."""

from datetime import timedelta

import pytest

from consent.receipt import verify_deletion_receipt
from consent.receipt_credential import verify_deletion_credential
from consent.record import sign_withdrawal
from ssi.jws import sign_jws
from tests.marketplace.mpc_node.parties import NAMES, NOW, es256, node_keys
from tests.marketplace.mpc_node.people import contribution_of, person, withdrawal_of
from tests.marketplace.mpc_node.town import Town

HER = person(1)


def withdraw(town: Town, token: str, *, node: str = "node-a"):
    """Ask a node as somebody who shows no certificate."""
    return town.post(node, "/v1/withdrawals", {"withdrawal": token}, caller=None)


@pytest.fixture
def settled(town: Town) -> Town:
    """Nodes that hold her contribution."""
    town.settle([HER])
    return town


@pytest.mark.parametrize("node", NAMES)
def test_each_node_deletes_her_shares_and_says_so_over_its_signature(settled: Town, node):
    answer = withdraw(settled, withdrawal_of(HER), node=node)

    receipt = verify_deletion_receipt(
        answer.json["deletion_receipt"],
        node_keys(node).signing.public,
        node_id=node,
        consent_id=HER.consent_id,
    )
    credential = verify_deletion_credential(
        answer.json["credential"],
        node_keys(node).signing.public,
        node_id=node,
        consent_id=HER.consent_id,
    )
    assert answer.status_code == 200
    assert credential == receipt
    assert receipt.deleted_at == NOW
    assert settled.nodes[node].contributions.find([HER.consent_id]) == {}
    assert settled.nodes[node].contributions.shares([HER.consent_id]) == {}


def test_nothing_of_the_contribution_is_left_in_the_table(settled: Town):
    consent = contribution_of(HER).consent
    database = settled.nodes["node-a"].database

    withdraw(settled, withdrawal_of(HER))

    with database.engine.connect() as connection:
        dump = list(connection.exec_driver_sql("SELECT * FROM contribution"))
        tombstones = list(connection.exec_driver_sql("SELECT * FROM withdrawal"))
    assert dump == []
    assert consent not in str(tombstones)


def kept(town: Town) -> tuple[list[str], int]:
    """Whose papers are kept in their short form, and how many different terms."""
    with town.nodes["node-a"].database.engine.connect() as connection:
        people = connection.exec_driver_sql("SELECT consent_id FROM kept_papers").scalars().all()
        terms = connection.exec_driver_sql("SELECT count(*) FROM kept_terms").scalar_one()
    return list(people), terms


def test_the_short_form_of_her_papers_goes_along_and_terms_with_the_last_whose_they_are(settled: Town):
    settled.settle([person(2)])
    both = kept(settled)

    withdraw(settled, withdrawal_of(HER))
    one = kept(settled)
    withdraw(settled, withdrawal_of(person(2)))

    assert (len(both[0]), both[1]) == (2, 1)
    assert one == ([person(2).consent_id], 1)
    assert kept(settled) == ([], 0)


def test_asking_again_gives_the_first_receipt_again(settled: Town):
    first = withdraw(settled, withdrawal_of(HER)).json
    settled.moment = NOW + timedelta(days=1)

    again = withdraw(settled, withdrawal_of(HER, NOW + timedelta(hours=5))).json

    assert again == first


def test_a_withdrawal_that_comes_two_ways_at_one_moment_gets_the_same_receipt(
    settled: Town, monkeypatch: pytest.MonkeyPatch
):
    store, other_way = settled.nodes["node-a"].contributions, []
    find = store.find

    def overtaken(ids):
        monkeypatch.setattr(store, "find", find)
        other_way.append(withdraw(settled, withdrawal_of(HER)).json)
        return find(ids)

    monkeypatch.setattr(store, "find", overtaken)

    answer = withdraw(settled, withdrawal_of(HER))

    assert answer.status_code == 200
    assert [answer.json] == other_way


def test_a_withdrawal_signed_by_somebody_else_deletes_nothing(settled: Town):
    forged = sign_withdrawal(HER.consent_id, NOW, es256("somebody else"))

    answer = withdraw(settled, forged)

    assert answer.status_code == 422
    assert settled.nodes["node-a"].contributions.find([HER.consent_id])


def test_a_strangers_withdrawal_gets_no_receipt_afterwards_either(settled: Town):
    withdraw(settled, withdrawal_of(HER))

    answer = withdraw(settled, sign_withdrawal(HER.consent_id, NOW, es256("somebody else")))

    assert answer.status_code == 422
    assert "deletion_receipt" not in answer.json


def test_an_unknown_consent_is_not_found_and_no_receipt_is_given(settled: Town):
    answer = withdraw(settled, withdrawal_of(person(2)))

    assert answer.status_code == 404
    assert "deletion_receipt" not in answer.json
    assert settled.nodes["node-a"].contributions.tombstone(person(2).consent_id) is None


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "x" * 5000])
def test_what_is_no_withdrawal_is_refused(settled: Town, token):
    answer = withdraw(settled, token)

    assert answer.status_code in {400, 422}
    assert answer.content_type == "application/problem+json"


def test_a_consent_is_no_withdrawal(settled: Town):
    answer = withdraw(settled, contribution_of(HER).consent[:4000])

    assert answer.status_code == 422
    assert settled.nodes["node-a"].contributions.find([HER.consent_id])


def test_another_document_of_hers_is_no_withdrawal(settled: Town):
    payload = {"consent_id": HER.consent_id, "withdrawn_at": "2026-03-01T12:00:00Z"}

    answer = withdraw(settled, sign_jws(payload, HER.key, typ="consent-record+jwt"))

    assert answer.status_code == 422


def test_a_withdrawal_needs_no_certificate_and_no_marketplace(settled: Town):
    assert withdraw(settled, withdrawal_of(HER)).status_code == 200
