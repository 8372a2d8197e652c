"""Jobs over two records of each person: what comes out, and who is left out when something is amiss."""

import statistics
import threading
from dataclasses import replace
from decimal import Decimal

import pytest

from consent.joining import consents_of
from consent.query import Condition
from consent.record import sign_withdrawal
from marketplace.mpc_node.storage.ledger import account_of
from tests.marketplace.mpc_node.pairs import (
    EXAM,
    HEALTH,
    JOINED,
    Half,
    Pair,
    contribution_of,
    manifest_of,
    open_joined,
    pair,
    pairs,
    settle,
)
from tests.marketplace.mpc_node.parties import NAMES, NOW, UNIVERSITY
from tests.marketplace.mpc_node.people import POLICY
from tests.marketplace.mpc_node.town import Town, step_of

CROWD = pairs(12)
NOISY = replace(JOINED, epsilon=Decimal("1.0"))


def changed(one: Pair, left=None, right=None) -> Pair:
    return Pair(replace(one.left, **(left or {})), replace(one.right, **(right or {})))


def refused(town: Town, her: Pair, query=JOINED, **changes) -> str | None:
    """Why she, a thirteenth, is left out of a job; everybody else takes part."""
    settle(town, [*CROWD, her])
    ended = town.run(manifest_of([*CROWD, her], query, **changes))
    assert {each["state"] for each in ended.values()} == {"DONE"}, ended
    refusals = [each["refusals"] for each in ended.values()]
    assert refusals[0] == refusals[1] == refusals[2]
    assert set(refusals[0]) <= {her.row}
    assert {each["admitted"] for each in ended.values()} == {13 - len(refusals[0])}
    reason: str | None = refusals[0].get(her.row)
    return reason


def test_three_nodes_compute_across_both_records_of_each_person(town: Town):
    settle(town, CROWD)
    manifest = manifest_of(CROWD)

    ended = town.run(manifest)

    assert {each["state"] for each in ended.values()} == {"DONE"}, ended
    count, mean, correlation = open_joined(town, manifest, CROWD).answer().rows[0].estimates
    scores = [each.values["exam_score"] for each in CROWD]
    ages = [each.values["health/1#age"] for each in CROWD]
    assert count.value == 12
    assert mean.value == pytest.approx(statistics.fmean(scores))
    assert correlation.value == pytest.approx(statistics.correlation(scores, ages))


def test_rows_are_named_by_both_consents_and_so_is_what_is_signed(town: Town):
    settle(town, CROWD)
    manifest = manifest_of(CROWD)
    town.run(manifest)

    admitted = town.get("node-a", "/v1/jobs/job-1/output").json["admitted"]

    assert admitted == sorted(each.row for each in CROWD)
    assert {consents_of(row) for row in admitted} == {
        (each.left.consent_id, each.right.consent_id) for each in CROWD
    }


def test_who_allows_it_in_both_agreements_takes_part(town: Town):
    assert refused(town, pair(13)) is None


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_marketplace_cannot_join_who_allowed_it_in_one_agreement_only(town: Town, side):
    her = changed(pair(13), **{side: {"allows": False}})

    assert refused(town, her) == "join_not_allowed"


def test_a_marketplace_cannot_join_the_records_of_two_people(town: Town):
    other = pair(14)

    assert refused(town, Pair(pair(13).left, other.right)) == "not_one_person"


def test_handles_of_another_marketplace_are_other_handles(town: Town):
    her = changed(pair(13), right={"marketplace": "did:web:elsewhere.example"})

    assert refused(town, her) == "not_one_person"


def test_two_records_cannot_stand_in_each_others_place(town: Town):
    her = pair(13)

    assert refused(town, Pair(her.right, her.left)) == "other_data_set"


@pytest.mark.parametrize(
    ("side", "changes", "reason"),
    [
        ("left", {"attributes": frozenset({"reading_score"})}, "attribute_not_allowed"),
        ("right", {"attributes": frozenset({"sex"})}, "attribute_not_allowed"),
        ("right", {"exact_allowed": False}, "exact_not_allowed"),
        ("right", {"crowd_floor": 14}, "crowd_too_small"),
        ("right", {"compensation_cents": 101}, "compensation_too_low"),
    ],
)
def test_each_record_is_used_by_its_own_policy(town: Town, side, changes, reason):
    her = changed(pair(13), **{side: {"changes": tuple(changes.items())}})

    assert refused(town, her) == reason


@pytest.mark.parametrize("index", [13, 2013])
def test_a_revoked_credential_of_either_record_leaves_her_out_with_both(town: Town, index):
    town.statuses.revoked["https://university.example/status-lists/1"] = {index}

    assert refused(town, pair(13)) == "credential_revoked"


def test_either_record_withdrawn_before_leaves_her_out_with_both(town: Town):
    her = pair(13)
    settle(town, [*CROWD, her])
    token = sign_withdrawal(her.right.consent_id, NOW, her.right.holder)
    for name in NAMES:
        assert town.post(name, "/v1/withdrawals", {"withdrawal": token}, caller=None).status_code == 200

    ended = town.run(manifest_of([*CROWD, her]))

    assert [each["refusals"] for each in ended.values()] == [{her.row: "withdrawn"}] * 3


@pytest.mark.parametrize("side", ["left", "right"])
def test_one_record_withdrawn_during_the_computation_ends_the_attempt(town: Town, side):
    settle(town, CROWD)
    half = getattr(CROWD[3], side)
    told: list[str] = []
    one_at_a_time = threading.Lock()

    def withdraw_late(sender: str, receiver: str, token: str) -> list[str]:
        with one_at_a_time:
            if step_of(token) == "summand" and not told:
                told.append(half.consent_id)
                withdrawal = sign_withdrawal(half.consent_id, NOW, half.holder)
                for name in NAMES:
                    town.post(name, "/v1/withdrawals", {"withdrawal": withdrawal}, caller=None)
        return [token]

    town.wire = withdraw_late

    ended = town.run(manifest_of(CROWD))

    assert told
    assert {each["state"] for each in ended.values()} == {"FAILED"}
    reasons = {each["reason"] for each in ended.values()}
    assert "withdrawn_during_computation" in reasons
    assert any(each["refusals"] == {CROWD[3].row: "withdrawn"} for each in ended.values())


def test_a_wallet_that_offers_twice_is_counted_once_and_the_newest_counts(town: Town):
    """A second exam record under the same join handle, as from another issuer."""
    later = replace(POLICY, given_at=NOW)
    twin = Pair(Half(EXAM, 14, policy=later, wallet="13"), Half(HEALTH, 14, policy=later, wallet="13"))
    settle(town, [*CROWD, pair(13), twin])

    ended = town.run(manifest_of([*CROWD, pair(13), twin]))

    assert [each["refusals"] for each in ended.values()] == [{pair(13).row: "counted_already"}] * 3


def test_a_public_condition_on_the_second_record_is_about_the_row(town: Town):
    query = replace(JOINED, where=(Condition("health/1#age_band", "adult"),))
    settle(town, CROWD)

    ended = town.run(manifest_of(CROWD, query))

    adults = {each.row for each in CROWD if each.right.values["age_band"] == "adult"}
    left_out = {each.row: "not_asked_about" for each in CROWD if each.row not in adults}
    if len(adults) >= query.floor:
        assert {each["state"] for each in ended.values()} == {"DONE"}
    assert [each["refusals"] for each in ended.values()] == [left_out] * 3


def test_both_budgets_are_charged_and_the_smaller_one_decides(town: Town):
    her = changed(pair(13), right={"changes": (("epsilon_total", Decimal("1.5")),)})
    settle(town, [*CROWD, her])
    first = town.run(manifest_of([*CROWD, her], NOISY))
    assert [each["refusals"] for each in first.values()] == [{}] * 3

    second = town.run(manifest_of([*CROWD, her], NOISY, job_id="job-2", order_id="order-2"))

    assert {each["state"] for each in second.values()} == {"DONE"}
    assert [each["refusals"] for each in second.values()] == [{her.row: "budget_spent"}] * 3
    for half in (CROWD[0].left, CROWD[0].right):
        handle = town.nodes["node-a"].contributions.find([half.consent_id])[half.consent_id].handle
        charges = town.nodes["node-a"].ledger.charges([account_of(UNIVERSITY, handle)])
        assert [charge.epsilon for charge in charges] == [Decimal("1.0")] * 2


def test_other_partners_of_the_same_people_meet_other_noise(town: Town):
    """Who is joined with whom is part of what noise depends on: exchanging partners cannot subtract it."""
    query = replace(NOISY, statistics=JOINED.statistics[:2])
    others = [Pair(each.left, replace(each.right, number=3000 + each.right.index)) for each in CROWD]
    settle(town, CROWD)
    totals = []
    for attempt, crowd in ((1, CROWD), (2, others)):
        if attempt == 2:  # each of them offers the same health record once more, by a newer consent
            settle(town, others)
        manifest = manifest_of(crowd, query, attempt=attempt)
        ended = town.run(manifest)
        assert {each["state"] for each in ended.values()} == {"DONE"}, ended
        totals.append(open_joined(town, manifest, crowd).totals())

    assert totals[0] != totals[1]


def test_the_same_pairs_again_meet_the_same_noise(town: Town):
    settle(town, CROWD)
    first = manifest_of(CROWD, NOISY)
    town.run(first)
    before = open_joined(town, first, CROWD).totals()
    second = replace(first, attempt=2)

    town.run(second)

    assert open_joined(town, second, CROWD).totals() == before


def test_who_has_seen_a_handle_cannot_put_it_into_another_consent(town: Town):
    thief = Half(EXAM, 15, wallet="13", prover="15")

    (verdict,) = town.contribute("node-a", contribution_of(thief))

    assert not verdict["accepted"]
    assert verdict["reason"] == "consent_signature"


def test_two_wallets_in_league_can_pass_for_one_person(town: Town):
    """What is proved is that one wallet's key stands behind both: the limit that the README names."""
    in_league = Pair(pair(13).left, Half(HEALTH, 16, wallet="13"))

    assert refused(town, in_league) is None
