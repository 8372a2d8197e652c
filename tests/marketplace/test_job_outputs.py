"""Outputs that contradict each other or their signatures name who is to blame."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from consent.statement import SummandStatement, sign_summand
from tests.marketplace.driving import OTHER_DIGEST, altered, assert_refunded
from tests.marketplace.mpc_node.parties import NAMES, node_keys
from tests.marketplace.mpc_node.people import person


@pytest.mark.parametrize(
    ("tamper", "culprits"),
    [
        (altered(1, job_id="another job"), ("node-b",)),
        (altered(1, attempt=2), ("node-b",)),
        (altered(1, role=2), ("node-b",)),
        (altered(2, query_digest=OTHER_DIGEST), ("node-c",)),
        (altered(0, admitted_root=OTHER_DIGEST), ("node-a",)),
        (altered(0, admitted=11), ("node-a",)),
        (altered(1, cells_digest=OTHER_DIGEST), ("node-b",)),
        (altered(2, envelope_digest=OTHER_DIGEST), ("node-c",)),
        (altered(1, own_digest=OTHER_DIGEST), ("node-b",)),
        (altered(1, held_digest=OTHER_DIGEST), ("node-b",)),
    ],
    ids=[
        "another job",
        "another attempt",
        "another role",
        "another query",
        "other people",
        "another number of people",
        "other cells",
        "another envelope",
        "another digest of its own summand than it gave its neighbour",
        "another digest of its neighbour's summand than it was given",
    ],
)
def test_a_node_that_signs_something_else_is_named_and_the_order_refunded(ordered, tamper, culprits):
    market, account, placed = ordered
    market.nodes.tamper = tamper
    market.drive()

    assert_refunded(market, account, placed, *culprits)


def test_a_held_statement_that_its_maker_did_not_sign_names_the_holder(ordered):
    market, account, placed = ordered

    def forge(role: int, token: str) -> str:
        if role != 0:
            return token
        return sign_summand(
            SummandStatement(placed.job_id, 1, 1, OTHER_DIGEST, OTHER_DIGEST), node_keys("node-a").signing
        )

    market.nodes.held_tamper = forge
    market.drive()

    assert_refunded(market, account, placed, "node-a")


def test_a_held_statement_of_another_run_names_the_holder(ordered):
    market, account, placed = ordered

    def replay(role: int, token: str) -> str:
        if role != 0:
            return token
        return sign_summand(
            SummandStatement(placed.job_id, 1, 1, OTHER_DIGEST, OTHER_DIGEST), node_keys("node-b").signing
        )

    market.nodes.held_tamper = replay
    market.drive()

    assert_refunded(market, account, placed, "node-a")


def test_a_node_that_names_other_people_than_it_signed_for_is_named(ordered):
    market, account, placed = ordered
    market.nodes.names = lambda role, admitted: admitted[1:] if role == 2 else admitted
    market.drive()

    assert_refunded(market, account, placed, "node-c")


def test_nodes_that_compute_on_somebody_who_was_not_asked_hand_out_nothing(ordered, monkeypatch):
    market, account, placed = ordered
    market.nodes.people[person(99).consent_id] = person(99)
    honest = market.nodes.start

    def sneak_in(node_id: str, manifest: str, pieces: Sequence[bytes] = ()) -> None:
        honest(node_id, manifest)
        read = market.nodes.jobs[node_id, placed.job_id]
        wider = {**read.contributions, person(99).consent_id: OTHER_DIGEST}
        market.nodes.jobs[node_id, placed.job_id] = replace(read, contributions=wider)

    monkeypatch.setattr(market.nodes, "start", sneak_in)
    market.drive()

    assert_refunded(market, account, placed, *NAMES)
