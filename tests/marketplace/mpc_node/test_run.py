"""Whole jobs at three nodes: what comes out, and that nothing comes out when something is wrong."""

import statistics
import threading
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from consent.computation import Computation
from consent.errors import TermsError
from consent.query import Statistic
from consent.vocabulary import StatisticKind
from crypto.errors import ProtocolError
from crypto.mpc.output import Summand, encode_output
from crypto.mpc.release import Finished
from marketplace.mpc_node import run
from marketplace.mpc_node.storage.ledger import account_of
from ssi.dataset import data_set
from tests.marketplace.mpc_node.buyer import open_outputs
from tests.marketplace.mpc_node.orders import EXACT, NOISY, manifest_for
from tests.marketplace.mpc_node.parties import NAMES, NOW, UNIVERSITY
from tests.marketplace.mpc_node.people import POLICY, Offer, people, person, withdrawal_of
from tests.marketplace.mpc_node.town import Town, step_of, wait_for_attempts


def test_three_nodes_compute_the_exact_count_mean_and_deviation(town: Town):
    crowd = people(12)
    town.settle(crowd)
    manifest = manifest_for(crowd)

    ended = town.run(manifest)

    assert {each["state"] for each in ended.values()} == {"DONE"}
    assert {each["admitted"] for each in ended.values()} == {12}
    scores = [each.values["exam_score"] for each in crowd]
    count, mean, deviation = open_outputs(town, manifest, crowd).answer().rows[0].estimates
    assert count.value == 12
    assert mean.value == pytest.approx(statistics.fmean(scores), abs=1e-9)
    assert deviation.value == pytest.approx(statistics.stdev(scores), abs=1e-6)


def test_a_public_group_below_the_floor_is_left_out_of_the_computation(town: Town):
    crowd = [person(index) for index in (*range(1, 24, 2), 2, 4)]
    town.settle(crowd)
    manifest = manifest_for(crowd, replace(EXACT, group_by="school_type"))

    ended = town.run(manifest)

    assert {each["state"] for each in ended.values()} == {"DONE"}
    answer = open_outputs(town, manifest, crowd).answer()
    assert [row.group for row in answer.rows] == ["girls"]
    assert answer.rows[0].estimates[0].value == 12
    assert "mixed" in answer.withheld_groups


def test_private_groups_are_products_of_shares_and_need_noise(town: Town):
    crowd = people(24)
    town.settle(crowd)
    query = replace(NOISY, group_by="sex", statistics=(Statistic(StatisticKind.COUNT),))
    manifest = manifest_for(crowd, query)

    ended = town.run(manifest)

    assert {each["state"] for each in ended.values()} == {"DONE"}
    totals = open_outputs(town, manifest, crowd).totals()
    assert len(totals) == 2
    assert all(abs(total - 12) < 200 for total in totals)


def test_the_same_people_again_meet_the_same_noise(town: Town):
    crowd = people(12)
    town.settle(crowd)
    first = manifest_for(crowd, NOISY)
    town.run(first)
    before = open_outputs(town, first, crowd).totals()
    second = replace(first, attempt=2)

    ended = town.run(second)

    assert {each["state"] for each in ended.values()} == {"DONE"}
    assert open_outputs(town, second, crowd).totals() == before


def test_other_people_meet_fresh_noise(town: Town):
    crowd = people(13)
    town.settle(crowd)
    first = manifest_for(crowd[:12], NOISY)
    town.run(first)
    before = open_outputs(town, first, crowd[:12]).totals()
    second = replace(manifest_for(crowd, NOISY), attempt=2)

    town.run(second)

    after = open_outputs(town, second, crowd).totals()
    described = data_set("exam/1")
    encoded = described.encode(crowd[12].values)
    cells = open_outputs(town, second, crowd).computation.cells
    added = [encoded[cell.left] for cell in cells]
    assert [more - less for more, less in zip(after, before, strict=True)] != added


def test_two_orders_of_one_query_meet_different_noise(town: Town):
    crowd = people(12)
    town.settle(crowd)
    first = manifest_for(crowd, NOISY)
    town.run(first)
    other = replace(manifest_for(crowd, NOISY, order_id="order-2"), job_id="job-2")

    town.run(other)

    assert open_outputs(town, first, crowd).totals() != open_outputs(town, other, crowd).totals()


def lying_about_its_own_summand(finished: Finished) -> bytes:
    """The output of a node that shifts its own summand after everything was stated."""
    shifted = finished.own.values + np.uint64(1000)
    return encode_output(Summand(finished.own.role, shifted, finished.own.salt), finished.held)


def lying_about_its_copy(finished: Finished) -> bytes:
    """The output of a node that shifts its copy of the next node's summand."""
    shifted = finished.held.values + np.uint64(1000)
    return encode_output(finished.own, Summand(finished.held.role, shifted, finished.held.salt))


@pytest.mark.parametrize("lie", [lying_about_its_own_summand, lying_about_its_copy])
@pytest.mark.parametrize("liar", NAMES)
def test_a_node_that_alters_an_output_share_is_named(tmp_path: Path, liar, lie):
    town = Town(tmp_path, outputs={liar: lie})
    crowd = people(12)
    town.settle(crowd)
    manifest = manifest_for(crowd)
    town.run(manifest)

    with pytest.raises(ProtocolError) as caught:
        open_outputs(town, manifest, crowd).totals()

    assert caught.value.culprits == (NAMES.index(liar),)


def failing_to_write(finished: Finished) -> bytes:
    """The output of a node whose disk is full."""
    raise OSError("no space left")


def test_any_error_before_the_output_leaves_none(tmp_path: Path):
    town = Town(tmp_path, outputs={"node-b": failing_to_write})
    crowd = people(12)
    town.settle(crowd)

    ended = town.run(manifest_for(crowd))

    assert (ended["node-b"]["state"], ended["node-b"]["reason"]) == ("FAILED", "internal_error")
    answer = town.get("node-b", "/v1/jobs/job-1/output")
    assert answer.status_code == 409
    assert "envelope" not in answer.json


def test_people_whose_stored_papers_somebody_altered_are_in_no_output(town: Town):
    crowd = people(12)
    town.settle(crowd)
    with town.nodes["node-b"].database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM kept_papers")  # so that it has to read the papers themselves
        connection.exec_driver_sql("UPDATE contribution SET consent = 'e30.e30.e30'")

    ended = town.run(manifest_for(crowd))

    assert {each["reason"] for each in ended.values()} == {"crowd_too_small"}
    assert set(ended["node-b"]["refusals"].values()) == {"papers_altered"}


def test_who_withdraws_while_the_job_runs_is_in_no_output(town: Town):
    crowd = people(13)
    town.settle(crowd)
    leaving = crowd[4]

    gone: list[str] = []
    one_at_a_time = threading.Lock()

    def withdraw_before_the_word(sender: str, receiver: str, token: str) -> list[str]:
        with one_at_a_time:
            if step_of(token) == "summand" and not gone:
                gone.extend(NAMES)
                for name in NAMES:
                    town.post(name, "/v1/withdrawals", {"withdrawal": withdrawal_of(leaving)}, caller=None)
        return [token]

    town.wire = withdraw_before_the_word

    ended = town.run(manifest_for(crowd))

    assert {each["state"] for each in ended.values()} == {"FAILED"}
    reasons = {each["reason"] for each in ended.values()}
    assert "withdrawn_during_computation" in reasons
    assert reasons <= {"withdrawn_during_computation", "peer_failed"}
    told = [each for each in ended.values() if each["reason"] == "withdrawn_during_computation"]
    assert all(each["refusals"][leaving.consent_id] == "withdrawn" for each in told)
    assert all(town.get(name, "/v1/jobs/job-1/output").status_code == 409 for name in NAMES)


def test_the_next_attempt_goes_on_without_her(town: Town):
    crowd = people(13)
    town.settle(crowd)
    for name in NAMES:
        town.post(name, "/v1/withdrawals", {"withdrawal": withdrawal_of(crowd[0])}, caller=None)

    ended = town.run(manifest_for(crowd))

    assert {each["state"] for each in ended.values()} == {"DONE"}
    assert {each["admitted"] for each in ended.values()} == {12}
    assert all(each["refusals"] == {crowd[0].consent_id: "withdrawn"} for each in ended.values())


def test_a_consent_that_runs_out_while_the_job_runs_fails_the_attempt(town: Town):
    crowd = people(12)
    soon = NOW.replace(minute=1)
    town.settle(crowd[:11])
    town.settle([crowd[11]], Offer(policy=replace(POLICY, valid_until=soon)))
    manifest = manifest_for(crowd[:11])
    named = {**manifest.contributions, **manifest_of_last(crowd[11], soon)}

    def later(sender, receiver, token):
        if town.nodes["node-a"].jobs.status("job-1").state == "COMPUTING":
            town.moment = soon
        return [token]

    town.wire = later

    ended = town.run(replace(manifest, contributions=named))

    reasons = {each["reason"] for each in ended.values()}
    assert "consent_ended" in reasons
    assert not any(each["state"] == "DONE" for each in ended.values())


def manifest_of_last(someone, valid_until):
    """How a manifest names the contribution of somebody whose consent ends soon."""
    made = manifest_for([someone], offer=Offer(policy=replace(POLICY, valid_until=valid_until)))
    return made.contributions


def test_the_budget_is_spent_before_anything_is_computed(town: Town):
    crowd = people(12)
    town.settle(crowd)
    town.run(manifest_for(crowd, NOISY))

    for node in town.nodes.values():
        stored = node.contributions.find([crowd[0].consent_id])[crowd[0].consent_id]
        charges = node.ledger.charges([account_of(UNIVERSITY, stored.handle)])
        assert [charge.epsilon for charge in charges] == [Decimal("1.0")]


def test_a_query_that_cannot_be_computed_costs_nobody_anything(town: Town, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> Computation:
        raise TermsError("there is nothing to compute")

    monkeypatch.setattr(run, "compile_query", refuse)
    crowd = people(12)
    town.settle(crowd)

    ended = town.run(manifest_for(crowd, NOISY))

    assert "query_refused" in {each["reason"] for each in ended.values()}
    for node in town.nodes.values():
        stored = node.contributions.find([crowd[0].consent_id])[crowd[0].consent_id]
        assert node.ledger.charges([account_of(UNIVERSITY, stored.handle)]) == ()


def test_the_exact_answer_over_other_people_is_not_released_after_the_first(town: Town):
    crowd = people(24)
    town.settle(crowd)
    town.run(manifest_for(crowd[:12]))

    others = town.run(replace(manifest_for(crowd), attempt=2))
    same = town.run(replace(manifest_for(crowd[:12]), attempt=3))

    assert "released_already" in {each["reason"] for each in others.values()}
    assert {each["state"] for each in others.values()} == {"FAILED"}
    assert {each["state"] for each in same.values()} == {"DONE"}


def test_what_peers_said_is_forgotten_when_an_attempt_ends(town: Town):
    crowd = people(12)
    town.settle(crowd)

    town.run(manifest_for(crowd))

    for name, node in town.nodes.items():
        assert node.mailbox.messages("job-1", 1, [each for each in NAMES if each != name]) == ()


def test_who_has_spent_her_budget_is_left_out(town: Town):
    crowd = people(13)
    frugal = Offer(policy=replace(POLICY, epsilon_total=Decimal(1)))
    town.settle(crowd[:12])
    town.settle([crowd[12]], frugal)
    manifest = manifest_for(crowd[:12], NOISY)
    named = {**manifest.contributions, **manifest_for([crowd[12]], offer=frugal).contributions}
    town.run(replace(manifest, contributions=named))
    other = manifest_for(crowd[:12], NOISY, order_id="order-2")

    ended = town.run(replace(other, job_id="job-2", contributions=named))
    again = town.ended("job-2")

    assert ended["node-a"]["state"] == "DONE"
    assert {each["admitted"] for each in again.values()} == {12}
    assert all(each["refusals"] == {crowd[12].consent_id: "budget_spent"} for each in again.values())


def test_repeating_a_failed_attempt_on_the_same_people_costs_them_nothing(town: Town):
    crowd = people(12)
    tight = Offer(policy=replace(POLICY, epsilon_total=Decimal(1)))
    town.settle(crowd, tight)
    named = manifest_for(crowd, offer=tight).contributions
    first = manifest_for(crowd, NOISY, contributions=named)
    town.run(first)

    ended = town.run(replace(first, attempt=2))

    assert {each["state"] for each in ended.values()} == {"DONE"}
    assert {each["admitted"] for each in ended.values()} == {12}


def test_another_set_of_the_same_job_is_charged_again(town: Town):
    crowd = people(13)
    tight = Offer(policy=replace(POLICY, epsilon_total=Decimal(1)))
    town.settle(crowd, tight)
    named = manifest_for(crowd, offer=tight).contributions
    first = manifest_for(crowd, NOISY, contributions=named)
    town.run(first)
    for name in NAMES:
        town.post(name, "/v1/withdrawals", {"withdrawal": withdrawal_of(crowd[0])}, caller=None)

    ended = town.run(replace(first, attempt=2))

    assert {each["reason"] for each in ended.values()} == {"crowd_too_small"}
    assert set(ended["node-a"]["refusals"].values()) == {"withdrawn", "budget_spent"}


def test_the_outputs_of_two_jobs_do_not_mix(town: Town):
    crowd = people(12)
    town.settle(crowd)
    first = manifest_for(crowd)
    town.run(first)
    second = replace(manifest_for(crowd, order_id="order-2"), job_id="job-2")
    town.run(second)

    ours, theirs = open_outputs(town, first, crowd), open_outputs(town, second, crowd)

    mixed = replace(ours, outputs=(theirs.outputs[0], *ours.outputs[1:]))
    with pytest.raises(ProtocolError):
        mixed.totals()


def test_no_thread_is_left_behind(town: Town):
    crowd = people(12)
    town.settle(crowd)

    town.run(manifest_for(crowd))

    wait_for_attempts()
    assert not town.nodes["node-a"].jobs.is_running("job-1", 1)
