"""Whom the nodes admit to a job, decided on each contribution by itself and by name."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from consent.policy import Use
from consent.prohibition import Operand, Operator, never
from consent.query import Condition, Query, Statistic
from consent.query_rules import LEAST_PUBLISHED_FLOOR
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from marketplace.mpc_node.candidate import Candidate, Past, Uses, newest_of_each
from marketplace.mpc_node.kept_papers import KeptPapers, PublicAttributes, Terms
from tests.marketplace.mpc_node.buyer import open_outputs
from tests.marketplace.mpc_node.orders import BUYER_HANDLE, EXACT, NOISY, manifest_for, receipt_for
from tests.marketplace.mpc_node.parties import NAMES, NOW, STATUS_URI, UNIVERSITY, assembled, parts
from tests.marketplace.mpc_node.people import POLICY, Offer, contribution_of, people, person, withdrawal_of
from tests.marketplace.mpc_node.town import Town

CROWD = people(12)
SHE = person(13)


def refused(town: Town, offer: Offer, query: Query = EXACT, **changes: Any) -> str | None:
    """Why she, who offers like this, is left out of a job of thirteen; everybody else takes part."""
    town.settle(CROWD)
    town.settle([SHE], offer)
    manifest = manifest_for(CROWD, query)
    named = {**manifest.contributions, **manifest_for([SHE], offer=offer).contributions}
    ended = town.run(replace(manifest, contributions=named, **changes))
    assert {each["state"] for each in ended.values()} == {"DONE"}, ended
    refusals = [each["refusals"] for each in ended.values()]
    assert refusals[0] == refusals[1] == refusals[2]
    assert set(refusals[0]) <= {SHE.consent_id}
    assert {each["admitted"] for each in ended.values()} == {13 - len(refusals[0])}
    reason: str | None = refusals[0].get(SHE.consent_id)
    return reason


def test_who_permits_the_use_is_admitted(town: Town):
    assert refused(town, Offer()) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"purposes": frozenset({Purpose.COMMERCIAL_RESEARCH})}, "purpose_not_allowed"),
        ({"recipient_kinds": frozenset({RecipientKind.INSURER})}, "recipient_not_allowed"),
        ({"excluded_recipients": frozenset({BUYER_HANDLE})}, "recipient_not_allowed"),
        ({"statistics": frozenset({StatisticKind.COUNT})}, "statistic_not_allowed"),
        ({"attributes": frozenset({"reading_score"})}, "attribute_not_allowed"),
        ({"exact_allowed": False}, "exact_not_allowed"),
        ({"crowd_floor": 14}, "crowd_too_small"),
        ({"compensation_cents": 101}, "compensation_too_low"),
        (
            {"altruism": True, "compensation_cents": 0, "purposes": frozenset({Purpose.PUBLIC_BENEFIT})},
            "purpose_not_allowed",
        ),
        ({"given_at": NOW + timedelta(hours=1)}, "not_yet_valid"),
        ({"recipient_countries": frozenset({"DE"})}, "country_not_allowed"),
        ({"prohibitions": frozenset({never(Operand.RECIPIENT_KIND, "research_institute")})}, "prohibited"),
        ({"prohibitions": frozenset({never(Operand.COUNTRY, "EU")})}, "prohibited"),
    ],
)
def test_a_consent_that_does_not_cover_the_use_leaves_her_out(town: Town, change, reason):
    assert refused(town, Offer(policy=replace(POLICY, **change))) == reason


@pytest.mark.parametrize(
    "change",
    [
        {"recipient_countries": frozenset({"EU"})},
        {"prohibitions": frozenset({never(Operand.COUNTRY, "EU", operator=Operator.IS_NONE_OF)})},
        {"filters": frozenset()},
        {"runs": 1},
        {"altruism": True, "compensation_cents": 0},
    ],
)
def test_who_narrows_the_use_and_is_asked_within_that_is_admitted(town: Town, change):
    assert refused(town, Offer(policy=replace(POLICY, **change))) is None


@pytest.mark.parametrize("query", [EXACT, NOISY])
def test_a_record_is_computed_on_as_often_as_its_owner_allows(town: Town, query: Query):
    once, they = Offer(policy=replace(POLICY, runs=1)), [person(index) for index in range(13, 23)]
    town.settle(CROWD)
    town.settle(they, once)
    manifest = manifest_for(CROWD, query)
    named = {**manifest.contributions, **manifest_for(they, offer=once).contributions}
    other = manifest_for(CROWD, query, order_id="order-2")

    first = town.run(replace(manifest, contributions=named))
    again = town.run(replace(manifest, contributions=named, attempt=2))
    second = town.run(replace(other, job_id="job-2", contributions=named))

    assert [each["refusals"] for each in (first["node-a"], again["node-a"])] == [{}, {}]
    assert {each["state"] for each in again.values()} == {"DONE"}
    refusals = dict.fromkeys((each.consent_id for each in they), "runs_spent")
    assert all(each["refusals"] == refusals for each in second.values())


def test_a_consent_that_ran_out_since_it_came_leaves_her_out(town: Town):
    short = Offer(policy=replace(POLICY, valid_until=NOW + timedelta(minutes=30)))
    town.settle(CROWD)
    town.settle([SHE], short)
    town.moment = NOW + timedelta(minutes=30)
    manifest = manifest_for(CROWD)
    named = {**manifest.contributions, **manifest_for([SHE], offer=short).contributions}

    ended = town.run(replace(manifest, contributions=named))

    assert ended["node-a"]["refusals"] == {SHE.consent_id: "expired"}


def test_a_dearer_query_than_she_allows_leaves_her_out(town: Town):
    careful = Offer(policy=replace(POLICY, epsilon_per_query=Decimal("0.9")))

    assert refused(town, careful, NOISY) == "budget_per_query"


def test_who_does_not_allow_everybody_to_see_it_is_left_out_of_what_is_published(town: Town):
    for_everybody = replace(
        NOISY, statistics=(Statistic(StatisticKind.COUNT),), floor=LEAST_PUBLISHED_FLOOR, publication=True
    )
    crowd = [person(index) for index in range(100, 100 + LEAST_PUBLISHED_FLOOR)]
    allowing = Offer(policy=replace(POLICY, publication=True))
    town.settle(crowd, allowing)
    town.settle([SHE])
    manifest = manifest_for(crowd, for_everybody, offer=allowing)
    named = {**manifest.contributions, **manifest_for([SHE]).contributions}

    ended = town.run(replace(manifest, contributions=named))

    assert all(each["refusals"] == {SHE.consent_id: "publication_not_allowed"} for each in ended.values())


def test_shares_in_another_order_of_nodes_leave_her_out(town: Town):
    turned = Offer(policy=replace(POLICY, node_ids=("node-b", "node-c", "node-a")))

    assert refused(town, turned) == "other_nodes"


def test_a_revoked_credential_leaves_her_out(town: Town):
    town.statuses.revoked[STATUS_URI] = {SHE.index}

    assert refused(town, Offer()) == "credential_revoked"


def test_a_credential_that_expired_since_it_came_leaves_her_out(town: Town):
    short = Offer(expires_at=NOW + timedelta(minutes=30))
    town.settle(CROWD)
    town.settle([SHE], short)
    town.moment = NOW + timedelta(minutes=30)
    manifest = manifest_for(CROWD)
    named = {**manifest.contributions, **manifest_for([SHE], offer=short).contributions}

    ended = town.run(replace(manifest, contributions=named))

    assert ended["node-a"]["refusals"] == {SHE.consent_id: "credential_expired"}


def test_an_issuer_that_left_the_registry_takes_its_people_along(town: Town):
    town.settle(CROWD)
    town.registry = assembled(parts(with_university=False))

    ended = town.run(manifest_for(CROWD))

    assert {each["reason"] for each in ended.values()} == {"crowd_too_small"}
    assert set(ended["node-a"]["refusals"].values()) == {"credential_not_trusted"}


def test_an_unreachable_status_list_refuses_its_people(town: Town):
    town.settle(CROWD)
    town.statuses.unreachable.add(STATUS_URI)

    ended = town.run(manifest_for(CROWD))

    assert {each["reason"] for each in ended.values()} == {"crowd_too_small"}
    assert set(ended["node-a"]["refusals"].values()) == {"status_unknown"}


def test_a_silent_issuer_is_asked_once_for_each_node(town: Town):
    town.settle(CROWD)
    town.statuses.unreachable.add(STATUS_URI)

    town.run(manifest_for(CROWD))

    assert town.statuses.asked.count(STATUS_URI) == 3


def test_a_forged_status_list_refuses_its_people(town: Town):
    town.settle(CROWD)
    town.statuses.forged.add(STATUS_URI)

    ended = town.run(manifest_for(CROWD))

    assert set(ended["node-a"]["refusals"].values()) == {"status_unknown"}


def test_a_list_that_does_not_reach_as_far_as_her_credential_refuses_her(town: Town):
    beyond = person(5000)
    town.settle([*CROWD, beyond])

    ended = town.run(manifest_for([*CROWD, beyond]))

    assert ended["node-a"]["refusals"] == {beyond.consent_id: "status_unknown"}


def test_other_inputs_than_the_manifest_names_leave_her_out(town: Town):
    other = manifest_for([person(14)]).contributions[person(14).consent_id]
    town.settle([*CROWD, SHE])
    manifest = manifest_for([*CROWD, SHE])
    named = {**manifest.contributions, SHE.consent_id: other}

    ended = town.run(replace(manifest, contributions=named))

    assert ended["node-a"]["refusals"] == {SHE.consent_id: "other_inputs"}


def test_who_is_unknown_at_one_node_is_left_out_by_all(town: Town):
    town.settle(CROWD)
    for name in NAMES[:2]:
        town.contribute(name, contribution_of(SHE))

    ended = town.run(manifest_for([*CROWD, SHE]))

    assert {each["state"] for each in ended.values()} == {"DONE"}
    assert all(each["refusals"] == {SHE.consent_id: "unknown_here"} for each in ended.values())


def test_who_withdrew_at_one_node_is_left_out_by_all(town: Town):
    town.settle([*CROWD, SHE])
    town.post("node-c", "/v1/withdrawals", {"withdrawal": withdrawal_of(SHE)}, caller=None)

    ended = town.run(manifest_for([*CROWD, SHE]))

    assert all(each["refusals"] == {SHE.consent_id: "withdrawn"} for each in ended.values())


def test_one_person_is_counted_once_and_her_newest_consent_counts(town: Town):
    newer = Offer(
        handle_of=SHE.index, policy=replace(POLICY, given_at=NOW - timedelta(hours=1), crowd_floor=11)
    )
    twin = person(20)
    town.settle([*CROWD, SHE])
    town.settle([twin], newer)
    manifest = manifest_for([*CROWD, SHE])
    named = {**manifest.contributions, **manifest_for([twin], offer=newer).contributions}

    ended = town.run(replace(manifest, contributions=named))

    assert {each["admitted"] for each in ended.values()} == {13}
    assert all(each["refusals"] == {SHE.consent_id: "counted_already"} for each in ended.values())


def candidate(consent_id: str, issuer: str, given_at: int) -> Candidate:
    """Somebody with a handle that is the same at every issuer."""
    terms = Terms(issuer, "digest", STATUS_URI, POLICY)
    shown = PublicAttributes({})
    papers = KeptPapers(consent_id, "her handle", "row", "inputs", given_at, 0, 0, 0, b"", terms, shown)
    return Candidate(papers, Past(Decimal(0), 0), Uses(cast("Use", None)))


def test_an_issuer_that_learns_a_handle_displaces_nobody_of_another_issuer():
    hers = candidate("hers", UNIVERSITY, 1)
    copied = candidate("copied", "did:web:elsewhere.example", 2)
    newer = candidate("newer", UNIVERSITY, 3)

    assert newest_of_each([hers, copied]) == {"hers": hers, "copied": copied}
    assert newest_of_each([hers, copied, newer]) == {"newer": newer, "copied": copied}
    assert not hers.caps.keys() & copied.caps.keys()
    assert hers.caps.keys() == newer.caps.keys()


def test_a_public_condition_selects_people(town: Town):
    crowd = people(22)
    town.settle(crowd)
    query = replace(
        EXACT, where=(Condition("school_type", "girls"),), statistics=(Statistic(StatisticKind.COUNT),)
    )
    manifest = manifest_for(crowd, query)

    ended = town.run(manifest)

    girls = [each for each in crowd if each.values["school_type"] == "girls"]
    assert {each["admitted"] for each in ended.values()} == {11}
    assert set(ended["node-a"]["refusals"].values()) == {"not_asked_about"}
    assert open_outputs(town, manifest, girls).answer().rows[0].estimates[0].value == 11


def test_fewer_people_than_the_floor_get_no_answer(town: Town):
    crowd = people(9)
    town.settle(crowd)

    ended = town.run(manifest_for(crowd))

    assert {each["reason"] for each in ended.values()} == {"crowd_too_small"}
    assert all(town.get(name, "/v1/jobs/job-1/output").status_code == 409 for name in NAMES)


def test_the_crowd_shrinks_until_everybody_in_it_is_hidden_enough(town: Town):
    shy = Offer(policy=replace(POLICY, crowd_floor=13))
    shyer = Offer(policy=replace(POLICY, crowd_floor=14))
    town.settle(people(11))
    town.settle([person(12)], shy)
    town.settle([person(13)], shyer)
    manifest = manifest_for(people(11))
    named = {
        **manifest.contributions,
        **manifest_for([person(12)], offer=shy).contributions,
        **manifest_for([person(13)], offer=shyer).contributions,
    }

    ended = town.run(replace(manifest, contributions=named))

    # Thirteen are named; the one who asks for fourteen leaves, and then the one who asks for thirteen.
    assert {each["admitted"] for each in ended.values()} == {11}
    assert ended["node-b"]["refusals"] == {
        person(12).consent_id: "crowd_too_small",
        person(13).consent_id: "crowd_too_small",
    }


def test_nobody_is_admitted_for_less_than_she_asks(town: Town):
    cheap = replace(manifest_for(CROWD), compensation_cents=99, escrow_receipt=receipt_for(EXACT, cents=99))
    town.settle(CROWD)

    ended = town.run(cheap)

    assert set(ended["node-a"]["refusals"].values()) == {"compensation_too_low"}


def test_reasons_are_counted_without_names(town: Town):
    town.statuses.revoked[STATUS_URI] = {SHE.index}
    refused(town, Offer())

    published = town.get("node-a", "/metrics").text

    assert 'mpc_admission_refusals_total{reason="credential_revoked"} 1.0' in published
    assert SHE.consent_id not in published
