"""Whole jobs where each node holds one summand: what comes out, who takes part, and every lie."""

import statistics
from dataclasses import replace

import numpy as np
import pytest

from consent.dealing import DealStatement, sign_deal
from crypto import goldilocks
from crypto.encoding import b64url_encode, sha256
from crypto.errors import ProtocolError
from crypto.mpc.additive.dealer import Authenticated
from crypto.mpc.additive.part import open_parts
from crypto.mpc.additive.run import Deal, Table
from crypto.sharing.replicated import encode_bundle as encode_replicated
from marketplace.mpc_node.additive import compute
from marketplace.mpc_node.additive.dealing import dealt_to
from marketplace.mpc_node.additive.rows import group_of, table_of
from ssi.dataset import data_set
from ssi.http.errors import UnreachablePeerError
from tests.marketplace.mpc_node.additive.summands import (
    ALONE,
    NOISED,
    SUMS,
    TOGETHER,
    AskOffice,
    answer_of,
    asks,
    computation_of,
    in_the_clear,
    parts_of,
    totals_of,
    town_with_dealer,
)
from tests.marketplace.mpc_node.orders import EXACT, manifest_for
from tests.marketplace.mpc_node.parties import NAMES, NOW, ed25519, registry
from tests.marketplace.mpc_node.people import Offer, contribution_of, people, person, withdrawal_of
from tests.marketplace.mpc_node.town import wait_for_attempts

CROWD = people(12)


@pytest.fixture
def both(tmp_path):
    built, office = town_with_dealer(tmp_path)
    yield built, office
    wait_for_attempts()
    for node in built.nodes.values():
        node.database.close()


@pytest.fixture
def town(both):
    return both[0]


def test_an_exact_answer_is_the_answer_in_the_clear_and_nobody_asks_the_dealer(both):
    town, office = both
    town.settle(CROWD, ALONE)
    manifest = manifest_for(CROWD, SUMS, offer=ALONE)

    ended = town.run(manifest)

    assert {each["state"] for each in ended.values()} == {"DONE"}, ended
    scores = [each.values["exam_score"] for each in CROWD]
    count, mean, deviation = answer_of(town, manifest, CROWD).rows[0].estimates
    assert count.value == 12
    assert mean.value == pytest.approx(statistics.fmean(scores), abs=1e-9)
    assert deviation.value == pytest.approx(statistics.stdev(scores), abs=1e-6)
    assert len(office.dealer.book) == 0


def test_two_nodes_parts_say_nothing_of_the_answer(town):
    town.settle(CROWD, ALONE)
    manifest = manifest_for(CROWD, SUMS, offer=ALONE)
    town.run(manifest)

    parts = parts_of(town, manifest, CROWD)

    truth = in_the_clear(SUMS, CROWD)
    for missing in range(3):
        sums = [part.values for role, part in enumerate(parts) if role != missing]
        assert goldilocks.to_signed(goldilocks.add(*sums)) != truth
        assert min(abs(value) for value in goldilocks.to_signed(goldilocks.add(*sums))) > 2**40


def test_public_groups_are_sums_over_their_rows(town):
    crowd = people(24)
    town.settle(crowd, ALONE)
    query = replace(SUMS, group_by="school_type")
    manifest = manifest_for(crowd, query, offer=ALONE)

    ended = town.run(manifest)

    assert {each["state"] for each in ended.values()} == {"DONE"}, ended
    assert totals_of(town, manifest, crowd) == in_the_clear(query, crowd)


def test_a_covariance_is_the_one_in_the_clear(both):
    town, office = both
    town.settle(CROWD, ALONE)
    manifest = manifest_for(CROWD, TOGETHER, offer=ALONE)

    ended = town.run(manifest)

    assert {each["state"] for each in ended.values()} == {"DONE"}, ended
    assert totals_of(town, manifest, CROWD) == in_the_clear(TOGETHER, CROWD)
    assert len(office.dealer.book) == 1


def test_private_groups_are_products_and_a_person_stands_in_one(town):
    crowd = people(24)
    town.settle(crowd, ALONE)
    query = replace(NOISED, statistics=NOISED.statistics[:2], group_by="sex")
    manifest = manifest_for(crowd, query, offer=ALONE)

    ended = town.run(manifest)

    assert {each["state"] for each in ended.values()} == {"DONE"}, ended
    computation = computation_of(query, crowd)
    assert computation.verified
    deviations = [np.sqrt(float(each.variance)) for each in computation.measures]
    found, truth = totals_of(town, manifest, crowd), in_the_clear(query, crowd)
    assert found != truth
    assert abs(found[0] - truth[0]) < 12 * deviations[0]


def test_verified_sums_are_dealt_for_and_right(both):
    town, office = both
    town.settle(CROWD, ALONE)
    manifest = manifest_for(CROWD, replace(SUMS, verified=True), offer=ALONE)

    ended = town.run(manifest)

    assert {each["state"] for each in ended.values()} == {"DONE"}, ended
    assert totals_of(town, manifest, CROWD) == in_the_clear(SUMS, CROWD)
    assert len(office.dealer.book) == 1


def test_a_noised_answer_has_the_noise_of_three_nodes_and_the_same_again_for_the_same_people(town):
    town.settle(CROWD, ALONE)
    first = manifest_for(CROWD, NOISED, offer=ALONE)
    town.run(first)
    before = totals_of(town, first, CROWD)
    second = replace(first, attempt=2)

    ended = town.run(second)

    assert {each["state"] for each in ended.values()} == {"DONE"}
    assert totals_of(town, second, CROWD) == before
    measure = computation_of(NOISED, CROWD).measures[0]
    assert before[0] != 12
    assert abs(before[0] - 12) < 12 * np.sqrt(measure.noise_variance)


def test_a_part_that_was_altered_after_all_checks_is_noticed_by_the_buyer(town):
    town.settle(CROWD, ALONE)
    manifest = manifest_for(CROWD, TOGETHER, offer=ALONE)
    town.run(manifest)
    parts = parts_of(town, manifest, CROWD)
    values = parts[1].values.copy()
    values[0] = (int(values[0]) + 1) % goldilocks.PRIME

    with pytest.raises(ProtocolError, match="do not agree with their tags"):
        open_parts([parts[0], replace(parts[1], values=values), parts[2]])


def _failed(ended, reason):
    assert {each["state"] for each in ended.values()} == {"FAILED"}, ended
    reasons = {each["reason"] for each in ended.values()}
    assert reason in reasons
    assert reasons <= {reason, "peer_failed"}


def test_a_node_that_alters_somebodys_summand_gets_no_answer(town, monkeypatch):
    """With the buyer's help it would read her other value out of the product."""
    town.settle(CROWD, ALONE)
    honest = table_of

    def lying(selection, columns):
        table = honest(selection, columns)
        if selection.partitions[0].file.path.parent.parent.name == "node-b":
            assert table.summands is not None
            summands = table.summands.copy()
            summands[0, 0] = (int(summands[0, 0]) + (1 << 40)) % goldilocks.PRIME
            return Table(table.columns, summands)
        return table

    monkeypatch.setattr(compute, "table_of", lying)

    ended = town.run(manifest_for(CROWD, TOGETHER, offer=ALONE))

    _failed(ended, "protocol_violation")
    assert all(each["culprits"] == [] for each in ended.values() if each["reason"] == "protocol_violation")


def test_a_dealer_that_deals_what_is_no_product_gets_no_answer(town, monkeypatch):
    town.settle(CROWD, ALONE)
    honest, dealt = dealt_to, {}

    def wrong(request, role, ask, key):
        deal = honest(request, role, ask, key)
        dealt[role] = deal.dealt.key
        if role != 2:
            return deal
        assert deal.dealt.c.tags is not None
        values, tags = deal.dealt.c.values.copy(), deal.dealt.c.tags.copy()
        values[0] = (int(values[0]) + 1) % goldilocks.PRIME
        return Deal(replace(deal.dealt, c=Authenticated(values, tags)), deal.name)

    monkeypatch.setattr(compute, "dealt_to", wrong)

    _failed(town.run(manifest_for(CROWD, TOGETHER, offer=ALONE)), "protocol_violation")


def test_a_dealer_that_deals_two_nodes_of_different_deals_gets_no_answer(both):
    """One that was started anew in between, for instance."""
    town, _ = both
    _, another = town_with_dealer(town.folder / "elsewhere", names=())
    town.settle(CROWD, ALONE)
    asks(town, "node-c", AskOffice(another, "node-c"))

    _failed(town.run(manifest_for(CROWD, TOGETHER, offer=ALONE)), "protocol_violation")


def _signed(office, request, packet, **changes):
    statement = DealStatement(request.digest, "A" * 43, 0, b64url_encode(sha256(packet)), NOW)
    return sign_deal(replace(statement, **changes), ed25519("dealer"))


@pytest.mark.parametrize(
    "answer",
    [
        lambda office, request: (_signed(office, request, b"other"), b"nothing"),
        lambda office, request: (_signed(office, request, b"nothing"), b"nothing"),
        lambda office, request: (_signed(office, request, b"x", role=1), b"x"),
        lambda office, request: (_signed(office, request, b"x", request_digest="B" * 42 + "A"), b"x"),
        lambda office, request: ("", b""),
        lambda office, request: (_ for _ in ()).throw(UnreachablePeerError("dealer: no answer")),
    ],
    ids=["another packet", "no packet", "another role", "another request", "nothing", "silence"],
)
def test_a_dealer_that_cannot_be_used_ends_the_attempt_with_that_reason(both, answer):
    town, office = both
    town.settle(CROWD, ALONE)
    asks(town, "node-a", lambda request: answer(office, request))

    ended = town.run(manifest_for(CROWD, TOGETHER, offer=ALONE))

    assert ended["node-a"]["reason"] == "dealer_failed"
    assert {each["state"] for each in ended.values()} == {"FAILED"}


def test_a_packet_of_another_number_of_triples_is_not_used(both):
    town, office = both
    town.settle(CROWD, ALONE)
    honest = AskOffice(office, "node-a")

    def fewer(request):
        _, packet = honest(replace(request, count=request.count - 1))
        return _signed(office, request, packet), packet

    asks(town, "node-a", fewer)

    assert town.run(manifest_for(CROWD, TOGETHER, offer=ALONE))["node-a"]["reason"] == "dealer_failed"


def test_the_next_attempt_is_dealt_other_numbers_and_succeeds(both):
    town, office = both
    town.settle(CROWD, ALONE)
    asks(town, "node-a", lambda request: ("", b""))
    first = manifest_for(CROWD, TOGETHER, offer=ALONE)
    town.run(first)
    asks(town, "node-a", AskOffice(office, "node-a"))

    ended = town.run(replace(first, attempt=2))

    assert {each["state"] for each in ended.values()} == {"DONE"}, ended
    assert len(office.dealer.book) == 2


def test_without_a_dealer_products_are_refused_with_the_reason_and_sums_are_computed(town):
    town.settle(CROWD, ALONE)
    town.registry = registry()

    answers = town.ask(manifest_for(CROWD, TOGETHER, offer=ALONE))

    assert [answer.status_code for answer in answers] == [422] * 3
    assert all("no_dealer" in answer.text for answer in answers)
    ended = town.run(manifest_for(CROWD, SUMS, offer=ALONE, order_id="order-2"))
    assert {each["state"] for each in ended.values()} == {"DONE"}


def test_a_bundle_that_two_nodes_would_open_is_refused_where_three_must_collude(town):
    lax = replace(ALONE, bundle=encode_replicated)

    for name in NAMES:
        (verdict,) = town.contribute(name, contribution_of(CROWD[0], lax))
        assert verdict["reason"] == "malformed"


def test_a_bundle_of_one_component_is_refused_where_two_are_needed(town):
    short = Offer(bundle=ALONE.encode)

    (verdict,) = town.contribute("node-a", contribution_of(CROWD[0], short))

    assert verdict["reason"] == "malformed"


def test_a_component_that_was_not_committed_to_is_refused_and_the_others_are_not(town):
    lying = replace(ALONE, shared_values={**CROWD[0].values, "exam_score": 3.9})
    wrong, right = contribution_of(CROWD[0], lying), contribution_of(CROWD[1], ALONE)

    verdicts = [town.contribute(name, wrong, right) for name in NAMES]

    assert {each[0]["reason"] for each in verdicts} == {"commitments_do_not_combine"}
    assert all(each[1]["accepted"] for each in verdicts)


def test_a_component_of_another_split_does_not_open_its_commitment(town):
    made = contribution_of(CROWD[0], ALONE)

    def other(role, components):
        return ALONE.encode(
            role, [*components[:2], replace(components[2], values=(1,) * len(components[2].values))]
        )

    swapped = contribution_of(CROWD[0], replace(ALONE, bundle=other))
    assert made.commitments == swapped.commitments
    (verdict,) = town.contribute("node-c", swapped)

    assert verdict["reason"] == "shares_do_not_open"


def test_who_shared_so_that_two_nodes_open_it_takes_part_in_no_job_that_takes_three(town):
    town.settle(CROWD)

    ended = town.run(manifest_for(CROWD, SUMS))

    refusals = [reason for each in ended.values() for reason in each["refusals"].values()]
    assert set(refusals) == {"engine"}


def test_who_gave_each_node_one_component_takes_part_by_no_other_engine(town):
    town.settle(CROWD, ALONE)

    ended = town.run(manifest_for(CROWD, EXACT, offer=ALONE))

    assert {reason for each in ended.values() for reason in each["refusals"].values()} == {"engine"}


def test_a_node_keeps_one_component_and_no_other(town):
    her, described = CROWD[0], data_set("exam/1")
    town.settle([her], ALONE)
    node = town.nodes["node-b"]

    with node.contributions.selected([her.consent_id], group_of(described, 1)) as selection:
        assert selection.missing == ()
        (part,) = selection.partitions
        assert part.file.lines == 1 + len(described.bits) + 5 + 13
    assert node.contributions.shares([her.consent_id]) == {}


def test_whoever_withdrew_is_in_no_later_sum_and_her_row_is_gone(town):
    town.settle(CROWD, ALONE)
    her = CROWD[0]
    for name in NAMES:
        assert town.post(name, "/v1/withdrawals", {"withdrawal": withdrawal_of(her)}).status_code == 200

    ended = town.run(manifest_for(CROWD, TOGETHER, offer=ALONE))

    assert {each["admitted"] for each in ended.values()} == {11}
    for role, name in enumerate(NAMES):
        group = group_of(data_set("exam/1"), role)
        with town.nodes[name].contributions.selected([her.consent_id], group) as selection:
            assert selection.missing == (her.consent_id,)


def test_somebody_who_was_not_admitted_is_in_no_sum(town):
    town.settle(CROWD, ALONE)
    stranger = person(40)
    manifest = manifest_for(CROWD, SUMS, offer=ALONE)

    ended = town.run(
        replace(manifest, contributions={**manifest.contributions, stranger.consent_id: "A" * 43})
    )

    assert {each["admitted"] for each in ended.values()} == {12}


def test_one_node_down_and_the_job_fails_naming_it(tmp_path):
    town, _ = town_with_dealer(tmp_path, peer_timeout_seconds=3.0)
    town.settle(CROWD, ALONE)

    town.ask(manifest_for(CROWD, SUMS, offer=ALONE), of=NAMES[:2])

    ended = town.ended()
    assert ["node-c"] in [ended[name]["culprits"] for name in NAMES[:2]]
