"""A person pauses and goes on: each node heeds her latest word, and nobody else's or an earlier one."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from consent.pause import PauseStatement, sign_pause, verify_pause
from consent.pause_receipt import verify_pause_receipt
from tests.marketplace.mpc_node.orders import NOISY, manifest_for
from tests.marketplace.mpc_node.parties import NAMES, NOW, es256, node_keys
from tests.marketplace.mpc_node.people import Person, contribution_of, people, person, withdrawal_of
from tests.marketplace.mpc_node.town import Town, step_of

HER = person(1)


def word_of(someone: Person, *, paused: bool = True, sequence: int = 1) -> str:
    """Her signed word."""
    return sign_pause(PauseStatement(someone.consent_id, paused, sequence, NOW), someone.key)


def tell(town: Town, token: str, *, node: str = "node-a"):
    """Tell a node as somebody who shows no certificate."""
    return town.post(node, "/v1/pauses", {"pause": token}, caller=None)


def tell_all(town: Town, someone: Person, *, paused: bool = True, sequence: int = 1) -> None:
    """Tell each node."""
    for name in NAMES:
        answer = tell(town, word_of(someone, paused=paused, sequence=sequence), node=name)
        assert (answer.status_code, answer.json["paused"]) == (200, paused)


def is_paused(town: Town, node: str = "node-a") -> bool:
    """Whether a node takes her to have paused."""
    return HER.consent_id in town.nodes[node].contributions.paused([HER.consent_id, person(2).consent_id])


@pytest.fixture
def settled(town: Town) -> Town:
    """Nodes that hold her contribution."""
    town.settle([HER])
    return town


def test_the_next_job_goes_on_without_her_and_after_she_goes_on_with_her(town: Town):
    crowd = people(13)
    town.settle(crowd)
    tell_all(town, HER)
    without = town.run(manifest_for(crowd, NOISY))
    tell_all(town, HER, paused=False, sequence=2)

    with_her = town.run(replace(manifest_for(crowd, NOISY, order_id="order-2"), job_id="job-2"))

    assert {each["state"] for each in without.values()} == {"DONE"}
    assert {each["admitted"] for each in without.values()} == {12}
    assert all(each["refusals"] == {HER.consent_id: "paused"} for each in without.values())
    assert {each["state"] for each in with_her.values()} == {"DONE"}
    assert {each["admitted"] for each in with_her.values()} == {13}


def test_her_shares_stay_while_she_pauses(settled: Town):
    before = settled.nodes["node-a"].contributions.shares([HER.consent_id])

    tell(settled, word_of(HER))

    assert settled.nodes["node-a"].contributions.shares([HER.consent_id]) == before


def test_one_node_that_knows_is_enough_for_her_to_be_left_out(town: Town):
    crowd = people(13)
    town.settle(crowd)
    tell(town, word_of(HER), node="node-b")

    ended = town.run(manifest_for(crowd))

    assert {each["admitted"] for each in ended.values()} == {12}
    assert all(each["refusals"] == {HER.consent_id: "paused"} for each in ended.values())


def test_who_pauses_while_the_job_runs_is_in_no_output(town: Town):
    crowd = people(13)
    town.settle(crowd)
    one_at_a_time, told = threading.Lock(), threading.Event()

    def pause_before_the_word(sender: str, receiver: str, token: str) -> list[str]:
        with one_at_a_time:
            if step_of(token) == "summand" and not told.is_set():
                told.set()
                tell_all(town, HER)
        return [token]

    town.wire = pause_before_the_word

    ended = town.run(manifest_for(crowd))

    reasons = {each["reason"] for each in ended.values()}
    assert {each["state"] for each in ended.values()} == {"FAILED"}
    assert "paused_during_computation" in reasons
    assert reasons <= {"paused_during_computation", "peer_failed"}
    named = [each for each in ended.values() if each["reason"] == "paused_during_computation"]
    assert all(each["refusals"][HER.consent_id] == "paused" for each in named)
    assert all(town.get(name, "/v1/jobs/job-1/output").status_code == 409 for name in NAMES)


@pytest.mark.parametrize("node", NAMES)
@pytest.mark.parametrize("paused", [True, False], ids=["pause", "resume"])
def test_each_node_signs_what_it_noted(settled: Town, node, paused):
    word = word_of(HER, paused=paused)

    answer = tell(settled, word, node=node)

    said = verify_pause(word, HER.key.public)
    key = node_keys(node).signing.public
    receipt = verify_pause_receipt(answer.json["pause_receipt"], key, node_id=node, said=said)
    assert receipt.noted_at == NOW


def test_the_first_receipt_for_a_word_is_the_only_one_also_after_a_restart(settled: Town):
    first = tell(settled, word_of(HER)).json
    settled.moment += timedelta(hours=1)
    again = tell(settled, word_of(HER)).json
    settled.nodes["node-a"].database.close()
    settled.start("node-a")
    after = tell(settled, word_of(HER)).json
    next_word = tell(settled, word_of(HER, paused=False, sequence=2)).json

    assert first == again == after
    assert next_word["pause_receipt"] != first["pause_receipt"]


def test_who_told_a_node_before_her_contribution_came_gets_the_receipt_afterwards(town: Town):
    early = tell(town, word_of(HER))
    town.settle([HER])

    late = tell(town, word_of(HER))

    assert (early.status_code, late.status_code) == (404, 200)
    said = verify_pause(word_of(HER), HER.key.public)
    key = node_keys("node-a").signing.public
    assert verify_pause_receipt(late.json["pause_receipt"], key, node_id="node-a", said=said).paused


def test_the_same_word_again_changes_nothing(settled: Town):
    first = tell(settled, word_of(HER))

    again = tell(settled, word_of(HER))

    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert is_paused(settled)


def test_an_earlier_word_cannot_be_played_back_over_a_later_one(settled: Town):
    tell(settled, word_of(HER, paused=False, sequence=1))
    tell(settled, word_of(HER, sequence=2))

    replayed = tell(settled, word_of(HER, paused=False, sequence=1))
    still_paused = is_paused(settled)
    tell(settled, word_of(HER, paused=False, sequence=3))
    replayed_pause = tell(settled, word_of(HER, sequence=2))

    assert (replayed.status_code, replayed_pause.status_code) == (409, 409)
    assert still_paused
    assert not is_paused(settled)


FORGED = {
    "somebody else's key": sign_pause(PauseStatement(HER.consent_id, True, 1, NOW), es256("somebody else")),
    "another person's key": sign_pause(PauseStatement(HER.consent_id, True, 1, NOW), person(2).key),
    "a withdrawal": withdrawal_of(HER),
    "her consent": contribution_of(HER).consent[:4000],
    "no token": "a.b.c",
    "nothing": "",
    "too much": "x" * 5000,
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
def test_what_is_not_her_word_about_a_pause_is_refused(settled: Town, token):
    answer = tell(settled, token)

    assert answer.status_code in {400, 422}
    assert answer.content_type == "application/problem+json"
    assert not is_paused(settled)


def test_a_pause_is_no_withdrawal(settled: Town):
    answer = settled.post("node-a", "/v1/withdrawals", {"withdrawal": word_of(HER)}, caller=None)

    assert answer.status_code == 422
    assert settled.nodes["node-a"].contributions.find([HER.consent_id])


def test_a_pause_that_comes_before_the_contribution_counts_when_it_comes(town: Town):
    early = tell(town, word_of(HER, paused=False, sequence=1))
    tell(town, word_of(HER, sequence=2))
    tell(town, sign_pause(PauseStatement(HER.consent_id, False, 9, NOW), es256("somebody else")))

    town.settle([HER])

    assert early.status_code == 404
    assert is_paused(town)
    assert not is_paused(town, "node-b")


def test_a_paused_consent_can_be_withdrawn_and_the_pause_goes_with_it(settled: Town):
    tell(settled, word_of(HER))

    answer = settled.post("node-a", "/v1/withdrawals", {"withdrawal": withdrawal_of(HER)}, caller=None)

    assert answer.status_code == 200
    assert not is_paused(settled)
    assert tell(settled, word_of(HER, paused=False, sequence=2)).status_code == 404


def test_a_pause_survives_a_restart(settled: Town):
    tell(settled, word_of(HER))
    settled.nodes["node-a"].database.close()

    settled.start("node-a")

    assert is_paused(settled)
