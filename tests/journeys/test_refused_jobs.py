"""Jobs that no node takes part in, whatever the marketplace signs: each node checks by itself.

The tests have the marketplace's own key and certificate, so what they send is what a dishonest marketplace
could send.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from consent.job import Manifest, sign_manifest
from consent.query import Condition, Statistic
from consent.vocabulary import Purpose, StatisticKind
from crypto.signing import generate_ed25519
from examples.buyers import Organisation
from examples.town import API_KEY, Town
from marketplace.sdk.keys import BuyerKeys
from ssi.http.client import Client
from ssi.http.errors import RefusedByPeerError
from tests.journeys.crowds import BY_SEX, COMPENSATION_CENTS, OF_ALL, OF_ALL_WITH_NOISE
from tests.journeys.customers import Customer, Purchase, enrolled
from tests.journeys.market_side import MarketSide
from tests.journeys.neighbourhood import Neighbourhood

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

COMPANY = Organisation("Hire and Fire Limited", "company")
FLOOR = OF_ALL.floor


@dataclass(frozen=True)
class Honest:
    """A manifest that was really carried out, and the means to make others like it.

    It may have run out since: the order was the first of all, and the tests before these take their time.
    """

    manifest: Manifest
    side: MarketSide

    def but(self, **changes: Any) -> Manifest:
        """Another job for another order, with changes."""
        return self.side.forged(self.manifest, **changes)


@pytest.fixture(scope="module")
def honest(neighbourhood: Neighbourhood, market_side: MarketSide, exact: Purchase) -> Honest:
    """What the marketplace sent for an order that was computed and paid, about those who are still there."""
    manifest = market_side.manifest_of(exact.placed)
    there = {person.consent_id for person in neighbourhood.people}
    still = {consent: inputs for consent, inputs in manifest.contributions.items() if consent in there}
    return Honest(replace(manifest, query=OF_ALL, contributions=still), market_side)


def names_a_node_twice(honest: Honest) -> Manifest:
    return honest.but(nodes=("node-a", "node-b", "node-a"))


def names_an_unknown_node(honest: Honest) -> Manifest:
    return honest.but(nodes=("node-a", "node-b", "node-z"))


def asks_about_an_unknown_data_set(honest: Honest) -> Manifest:
    return honest.but(query=replace(OF_ALL, data_set="salaries/1"))


def asks_about_an_unknown_attribute(honest: Honest) -> Manifest:
    return honest.but(query=replace(OF_ALL, statistics=(Statistic(StatisticKind.MEAN, "income"),)))


def hides_people_among_too_few(honest: Honest) -> Manifest:
    return honest.but(query=replace(OF_ALL, floor=5))


def asks_exactly_by_a_private_group(honest: Honest) -> Manifest:
    return honest.but(query=replace(BY_SEX, epsilon=None))


def selects_by_a_private_attribute(honest: Honest) -> Manifest:
    return honest.but(query=replace(OF_ALL, where=(Condition("sex", "female"),)))


def has_no_money_behind_it(honest: Honest) -> Manifest:
    return honest.but(escrow_receipt=honest.side.receipt(honest.but(), cents=10**6))


def has_too_little_money_behind_it(honest: Honest) -> Manifest:
    manifest = honest.but()
    owed = COMPENSATION_CENTS * len(manifest.contributions)
    return replace(manifest, escrow_receipt=honest.side.receipt(manifest, cents=owed - 1))


def was_paid_for_another_question(honest: Honest) -> Manifest:
    manifest = honest.but()
    return replace(manifest, escrow_receipt=honest.side.receipt(manifest, query=BY_SEX))


def has_a_receipt_that_somebody_else_signed(honest: Honest) -> Manifest:
    forger = replace(honest.side, key=generate_ed25519())
    manifest = honest.but()
    return replace(manifest, escrow_receipt=forger.receipt(manifest))


def has_a_buyer_whose_kind_was_changed(honest: Honest) -> Manifest:
    issuer_signed, *rest = honest.manifest.buyer_presentation.split("~")
    header, payload, signature = issuer_signed.split(".")
    changed = "~".join([f"{header}.{payload[:-8]}AAAAAAAA.{signature}", *rest])
    return honest.but(buyer_presentation=changed)


def has_a_mandate_of_other_keys(honest: Honest) -> Manifest:
    now = datetime.now(UTC)
    mandate = BuyerKeys.create().mandate(
        buyer="urn:argonauta:organisation:x",
        marketplace="did:web:market.example",
        now=now,
        valid_for=timedelta(days=1),
    )
    return honest.but(mandate=mandate)


def has_run_out(honest: Honest) -> Manifest:
    now = datetime.now(UTC).replace(microsecond=0)
    return honest.but(issued_at=now - timedelta(hours=2), expires_at=now - timedelta(hours=1))


def is_tried_for_the_fourth_time(honest: Honest) -> Manifest:
    return honest.but(attempt=4)


REFUSED: dict[Callable[[Honest], Manifest], str] = {
    names_a_node_twice: "unreadable",
    names_an_unknown_node: "unknown_node",
    asks_about_an_unknown_data_set: "unknown_data_set",
    asks_about_an_unknown_attribute: "query",
    hides_people_among_too_few: "query",
    asks_exactly_by_a_private_group: "query",
    selects_by_a_private_attribute: "query",
    has_no_money_behind_it: "escrow",
    has_too_little_money_behind_it: "escrow",
    was_paid_for_another_question: "escrow",
    has_a_receipt_that_somebody_else_signed: "escrow",
    has_a_buyer_whose_kind_was_changed: "buyer_credential",
    has_a_mandate_of_other_keys: "mandate",
    has_run_out: "expired",
    is_tried_for_the_fourth_time: "attempts_used_up",
}


@pytest.mark.parametrize("build", REFUSED, ids=lambda build: build.__name__)
def test_no_node_takes_part_in_a_job_that(
    build: Callable[[Honest], Manifest], honest: Honest, market_side: MarketSide
):
    manifest = build(honest)

    for node in ("node-a", "node-b"):
        with pytest.raises(RefusedByPeerError) as refusal:
            market_side.ask(manifest, node=node)

        assert refusal.value.status == 422
        assert f"{REFUSED[build]}: " in str(refusal.value)


def test_a_job_that_the_marketplace_did_not_sign_is_refused(honest: Honest, market_side: MarketSide):
    token = sign_manifest(honest.but(), generate_ed25519())

    with pytest.raises(RefusedByPeerError, match="not_from_the_marketplace") as refusal:
        market_side.ask(token)

    assert refusal.value.status == 422


def for_hiring(honest: Honest) -> Manifest:
    return honest.but(query=replace(OF_ALL, purpose=Purpose.PERSONNEL_HIRING))


def with_a_statistic_that_nobody_allowed(honest: Honest) -> Manifest:
    histogram = (Statistic(StatisticKind.HISTOGRAM, "verbal_reasoning"),)
    return honest.but(query=replace(BY_SEX, group_by=None, statistics=histogram))


def telling_more_than_one_answer_may(honest: Honest) -> Manifest:
    return honest.but(query=replace(BY_SEX, epsilon=BY_SEX.epsilon and BY_SEX.epsilon + 1))


def for_less_than_people_ask(honest: Honest) -> Manifest:
    return honest.but(compensation_cents=1)


def by_other_nodes_than_people_chose(honest: Honest) -> Manifest:
    return honest.but(nodes=("node-b", "node-c", "node-a"))


NOBODY_ADMITTED: dict[Callable[[Honest], Manifest], str] = {
    for_hiring: "purpose_not_allowed",
    with_a_statistic_that_nobody_allowed: "statistic_not_allowed",
    telling_more_than_one_answer_may: "budget_per_query",
    for_less_than_people_ask: "compensation_too_low",
    by_other_nodes_than_people_chose: "other_nodes",
}


@pytest.mark.parametrize("build", NOBODY_ADMITTED, ids=lambda build: build.__name__)
def test_every_node_leaves_out_everybody_whose_consent_does_not_cover_a_job(
    build: Callable[[Honest], Manifest], honest: Honest, market_side: MarketSide
):
    manifest = build(honest)

    ended = market_side.run(manifest)

    nobody = left_out(ended)
    assert nobody == [dict.fromkeys(manifest.contributions, NOBODY_ADMITTED[build])] * len(Town.NODES)
    failed_for_want_of_people(ended)
    no_node_has_an_output(market_side, manifest)


def test_every_node_leaves_out_everybody_when_a_kind_of_buyer_asks_that_no_consent_covers(
    neighbourhood: Neighbourhood, honest: Honest, market_side: MarketSide
):
    company = neighbourhood.market.get_account(enrolled(neighbourhood, COMPANY).account_id).organisation
    assert company is not None
    manifest = honest.but(buyer_presentation=company.credential, mandate=company.mandate)

    ended = market_side.run(manifest)

    nobody = dict.fromkeys(manifest.contributions, "recipient_not_allowed")
    assert left_out(ended) == [nobody] * len(Town.NODES)
    failed_for_want_of_people(ended)


def test_a_buyer_whose_credential_was_taken_back_gets_no_node_to_work(
    neighbourhood: Neighbourhood, honest: Honest, market_side: MarketSide
):
    customer = enrolled(neighbourhood)
    organisation = neighbourhood.market.get_account(customer.account_id).organisation
    assert organisation is not None
    manifest = honest.but(buyer_presentation=organisation.credential, mandate=organisation.mandate)
    take_back(neighbourhood, customer)

    with pytest.raises(RefusedByPeerError, match="buyer_revoked") as refusal:
        market_side.ask(manifest)

    assert refusal.value.status == 422


def test_no_node_computes_on_fewer_people_than_the_floor(honest: Honest, market_side: MarketSide):
    few = dict(list(honest.manifest.contributions.items())[: FLOOR - 1])
    manifest = honest.but(contributions=few)

    ended = market_side.run(manifest)

    failed_for_want_of_people(ended)
    no_node_has_an_output(market_side, manifest)


def test_somebody_who_never_offered_and_somebody_with_other_inputs_are_left_out(
    honest: Honest, market_side: MarketSide
):
    named = dict(honest.manifest.contributions)
    (somebody, digest), (other, _), *_ = named.items()
    invented = f"urn:uuid:{uuid4()}"
    manifest = honest.but(
        query=OF_ALL_WITH_NOISE,  # an exact answer would leave more people out with her
        contributions={**named, other: digest, invented: digest},
    )

    ended = market_side.run(manifest)

    for refusals in left_out(ended):
        assert refusals[invented] == "unknown_here"
        assert refusals[other] == "other_inputs"
        assert somebody not in refusals
    assert {each["state"] for each in ended} == {"DONE"}


def test_the_same_manifest_again_starts_nothing(honest: Honest, market_side: MarketSide):
    manifest = honest.but(query=OF_ALL_WITH_NOISE)
    before, *_ = market_side.run(manifest)

    market_side.ask(manifest)

    assert market_side.status("node-a", manifest.job_id) == before
    assert before["state"] == "DONE"


def test_another_question_under_the_same_job_is_a_replay(honest: Honest, market_side: MarketSide):
    fresh = honest.but(job_id=honest.manifest.job_id)

    with pytest.raises(RefusedByPeerError) as refusal:
        market_side.ask(fresh)

    assert refusal.value.status == 409


def test_the_same_order_under_another_job_is_a_replay(honest: Honest, market_side: MarketSide):
    fresh = honest.but(order_id=honest.manifest.order_id)

    with pytest.raises(RefusedByPeerError) as refusal:
        market_side.ask(fresh)

    assert refusal.value.status == 409


def take_back(neighbourhood: Neighbourhood, customer: Customer) -> None:
    """The register of organisations revokes what it said about a buyer."""
    town = neighbourhood.town
    key = {"Authorization": f"Bearer {town.secret('registrar', API_KEY)}"}
    client = Client(town.url("registrar"), headers=key)
    found: Any = client.post_json("/api/v1/credentials/search", {"external_id": customer.email})
    (credential,) = found["credentials"]
    client.post_json(
        f"/api/v1/credentials/{credential['credential_id']}/status",
        {"status": "revoked", "reason": "closed down"},
    )


def left_out(ended: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Whom each node left out, and why."""
    return [each["refusals"] for each in ended]


def failed_for_want_of_people(ended: list[dict[str, Any]]) -> None:
    """All nodes failed, the first of them for this reason; the others may have heard from it."""
    assert {each["state"] for each in ended} == {"FAILED"}
    assert "crowd_too_small" in {each["reason"] for each in ended} <= {"crowd_too_small", "peer_failed"}
    assert {each["admitted"] for each in ended} == {0}


def no_node_has_an_output(market_side: MarketSide, manifest: Manifest) -> None:
    """Nothing came out of a job anywhere."""
    for node in Town.NODES:
        with pytest.raises(RefusedByPeerError, match="409"):
            market_side.client(node).get_json(f"/v1/jobs/{manifest.job_id}/output")
