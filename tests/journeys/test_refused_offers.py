"""Offers that must not come in: the marketplace refuses what it can see, each node all of it by itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from consent.contribution import Contribution
from consent.record import CONSENT_TYP
from crypto.encoding import b64url_encode, canonical_json, parse_json
from crypto.signing import generate_es256
from examples.records import exam_records
from examples.town import MARKETPLACE, Town
from marketplace.domain.offer import NodeAnswer
from ssi.credential import present
from ssi.disclosures import Disclosure
from ssi.http.client import Client
from ssi.http.errors import RefusedByPeerError
from ssi.issuance import IssuerKey
from ssi.jws import parse_jws, sign_jws
from tests.journeys.applicants import Applicant, altered
from tests.journeys.market_side import MarketSide
from tests.journeys.neighbourhood import Neighbourhood
from tests.journeys.patience import until
from wallet.domain.held_consent import Delivery
from wallet.domain.offering import SignedOffer

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

NEWCOMER = exam_records(200)[-1]
"""A student whom nobody else in the town is."""

Build = Callable[[Applicant], Contribution]


@pytest.fixture(scope="module")
def applicant(neighbourhood: Neighbourhood) -> Applicant:
    """Somebody who holds a real record and has offered nothing yet."""
    return Applicant.arrive(neighbourhood, NEWCOMER)


def names_an_unknown_node(applicant: Applicant) -> Contribution:
    policy = replace(applicant.proposal.policy, node_ids=("node-a", "node-b", "node-z"))
    return applicant.offer(policy=policy).contribution


def names_a_node_twice(applicant: Applicant) -> Contribution:
    made = applicant.offer().contribution
    payload = canonical_json(parse_jws(made.consent, "consent").payload)
    twice = parse_json(payload.replace(b'"rightOperand":"node-c"', b'"rightOperand":"node-a"'))
    assert isinstance(twice, dict)
    return replace(made, consent=sign_jws(twice, applicant.held.holder_key, typ=CONSENT_TYP))


def is_about_an_unknown_data_set(applicant: Applicant) -> Contribution:
    made = applicant.offer().contribution
    payload = canonical_json(parse_jws(made.consent, "consent").payload)
    unknown = parse_json(payload.replace(b"exam/1", b"exam/9"))
    assert isinstance(unknown, dict)
    return replace(made, consent=sign_jws(unknown, applicant.held.holder_key, typ=CONSENT_TYP))


def is_by_an_issuer_that_nobody_knows(applicant: Applicant) -> Contribution:
    key = generate_es256()
    nobody = IssuerKey("did:web:diploma-mill.example", key.public.thumbprint(), key)
    return applicant.offer(held=applicant.reissued(nobody)).contribution


def is_in_the_name_of_a_known_issuer(applicant: Applicant) -> Contribution:
    key = generate_es256()
    impostor = replace(applicant.university, key=key)
    return applicant.offer(held=applicant.reissued(impostor)).contribution


def has_expired(applicant: Applicant) -> Contribution:
    held = applicant.reissued(applicant.university, valid_for=timedelta(days=-1))
    return applicant.offer(held=held).contribution


def shows_another_school(applicant: Applicant) -> Contribution:
    made = applicant.offer().contribution
    issuer_signed, disclosure, _ = made.presentation.split("~")
    true = Disclosure.parse(disclosure, "test")
    school = "girls" if true.value != "girls" else "boys"
    other = b64url_encode(canonical_json([b64url_encode(bytes(16)), true.name, school]))
    return applicant.signed_again(replace(made, presentation=f"{issuer_signed}~{other}~"))


def says_it_lasts_longer(applicant: Applicant) -> Contribution:
    made = applicant.offer().contribution
    jws, _, disclosures = made.presentation.partition("~")
    header, _, signature = jws.split(".")
    payload = dict(parse_jws(jws, "credential").payload)
    payload["exp"] = int(str(payload["exp"])) + 86_400
    longer = f"{header}.{b64url_encode(canonical_json(payload))}.{signature}~{disclosures}"
    return applicant.signed_again(replace(made, presentation=longer))


def shows_a_private_value(applicant: Applicant) -> Contribution:
    made = applicant.offer().contribution
    shown = present(applicant.held.compact, {"school_type", "exam_score"})
    return applicant.signed_again(replace(made, presentation=shown))


def is_signed_by_somebody_else(applicant: Applicant) -> Contribution:
    return applicant.signed_again(applicant.offer().contribution, key=generate_es256())


def ran_out_yesterday(applicant: Applicant) -> Contribution:
    agreed = applicant.proposal.policy
    given_at = agreed.given_at - timedelta(days=9)
    policy = replace(agreed, given_at=given_at, valid_until=given_at + timedelta(days=8))
    return applicant.offer(policy=policy).contribution


def swaps_the_shares_on_the_way(applicant: Applicant) -> Contribution:
    made, other = applicant.offer().contribution, applicant.offer().contribution
    return replace(made, bundles=other.bundles)


@dataclass(frozen=True)
class Case:
    """An offer, and with which words the marketplace and each node refuse it."""

    build: Build
    status: int
    market: str
    node: str


CASES = (
    Case(names_an_unknown_node, 422, "unknown-node", "unknown_node"),
    Case(names_a_node_twice, 422, "contribution-refused", "consent_terms"),
    Case(is_about_an_unknown_data_set, 422, "contribution-refused", "malformed"),
    Case(is_by_an_issuer_that_nobody_knows, 422, "unknown-issuer", "untrusted_issuer"),
    Case(is_in_the_name_of_a_known_issuer, 422, "altered-credential", "altered_credential"),
    Case(has_expired, 422, "expired", "credential_expired"),
    Case(shows_another_school, 422, "malformed-credential", "credential_refused"),
    Case(says_it_lasts_longer, 422, "altered-credential", "altered_credential"),
    Case(shows_a_private_value, 422, "contribution-refused", "shows_private_attribute"),
    Case(is_signed_by_somebody_else, 422, "contribution-refused", "consent_signature"),
    Case(ran_out_yesterday, 422, "contribution-refused", "consent_expired"),
    Case(swaps_the_shares_on_the_way, 422, "contribution-refused", "consent_mismatch"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.build.__name__)
def test_the_marketplace_refuses_an_offer_that(
    case: Case, neighbourhood: Neighbourhood, applicant: Applicant
):
    contribution = case.build(applicant)

    with pytest.raises(RefusedByPeerError) as refusal:
        publish(neighbourhood, contribution)

    assert refusal.value.problem is not None
    kind = refusal.value.problem.kind.rpartition(":")[2]
    assert (refusal.value.status, kind) == (case.status, case.market)
    with neighbourhood.house.store.reading() as books:
        assert books.offers.get(record_id(contribution)) is None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.build.__name__)
def test_a_node_refuses_by_itself_an_offer_that(case: Case, market_side: MarketSide, applicant: Applicant):
    contribution = case.build(applicant)

    reason = market_side.contribute("node-a", contribution.for_node("node-a").to_json())

    assert reason == case.node


def test_every_node_refuses_shares_of_another_record_than_the_issuer_committed_to(
    neighbourhood: Neighbourhood, applicant: Applicant
):
    better = altered(applicant.record, exam_score=3.999)
    offer = applicant.offer(record=better)

    publish(neighbourhood, offer.contribution)

    reasons = answers(neighbourhood, offer.record.consent_id)
    assert reasons == dict.fromkeys(Town.NODES, "commitments_do_not_combine")
    market = neighbourhood.wallets.refresh.market
    history = market.history(offer.record.consent_id, applicant.held.holder_key)
    assert (history.delivery, history.refusal) == (Delivery.REFUSED, "commitments_do_not_combine")


def test_an_offer_is_never_active_whose_shares_do_not_open_at_the_two_nodes_that_hold_the_wrong_one(
    neighbourhood: Neighbourhood, applicant: Applicant
):
    first, second, third = applicant.components()
    shifted = replace(third, values=(third.values[0], third.values[1] + 1, *third.values[2:]))
    contribution = applicant.with_shares((first, second, third), (first, second, shifted))

    publish(neighbourhood, contribution)

    reasons = answers(neighbourhood, record_id(contribution))
    wrong = "shares_do_not_open"
    assert reasons == {"node-a": None, "node-b": wrong, "node-c": wrong}
    history = neighbourhood.wallets.refresh.market.history(record_id(contribution), applicant.held.holder_key)
    assert history.delivery is Delivery.REFUSED


def test_another_contribution_under_the_same_consent_is_refused_everywhere(
    neighbourhood: Neighbourhood, market_side: MarketSide, applicant: Applicant
):
    with standing(neighbourhood, market_side, applicant) as offer:
        other = applicant.offer(consent_id=offer.record.consent_id).contribution

        with pytest.raises(RefusedByPeerError, match="409"):
            publish(neighbourhood, other)
        reasons = {market_side.contribute(node, other.for_node(node).to_json()) for node in Town.NODES}

        assert reasons == {"other_body"}


def test_the_same_contribution_again_is_the_same_offer(
    neighbourhood: Neighbourhood, market_side: MarketSide, applicant: Applicant
):
    with standing(neighbourhood, market_side, applicant) as offer:
        first = publish(neighbourhood, offer.contribution)

        again = publish(neighbourhood, offer.contribution)
        reasons = {
            market_side.contribute(node, offer.contribution.for_node(node).to_json()) for node in Town.NODES
        }

        assert again == first
        assert reasons == {None}


def test_a_withdrawn_consent_does_not_come_back(
    neighbourhood: Neighbourhood, market_side: MarketSide, applicant: Applicant
):
    with standing(neighbourhood, market_side, applicant) as offer:
        pass

    with pytest.raises(RefusedByPeerError, match="409"):
        publish(neighbourhood, offer.contribution)
    reasons = {
        market_side.contribute(node, offer.contribution.for_node(node).to_json()) for node in Town.NODES
    }
    assert reasons == {"withdrawn"}


@contextmanager
def standing(
    neighbourhood: Neighbourhood, market_side: MarketSide, applicant: Applicant
) -> Iterator[SignedOffer]:
    """An honest offer that all nodes accept, and that is withdrawn everywhere at the end."""
    offer = applicant.offer()
    publish(neighbourhood, offer.contribution)
    assert set(answers(neighbourhood, offer.record.consent_id).values()) == {None}
    try:
        yield offer
    finally:
        withdrawal = applicant.withdrawal(offer)
        neighbourhood.wallets.refresh.market.withdraw(withdrawal)
        for node in Town.NODES:
            stranger = market_side.client(node, certificate_of=None)
            stranger.post_json("/v1/withdrawals", {"withdrawal": withdrawal})


def publish(neighbourhood: Neighbourhood, contribution: Contribution) -> object:
    """Hand an offer in, as wallets do."""
    client = Client(neighbourhood.town.url(MARKETPLACE))
    return client.post_json("/api/v1/offers", contribution.to_json())


def answers(neighbourhood: Neighbourhood, consent_id: str) -> dict[str, str | None]:
    """What each node said to an offer, once all have: why it refuses, None if it accepts."""

    def sides() -> dict[str, tuple[NodeAnswer, str | None]]:
        with neighbourhood.house.store.reading() as books:
            return {side.node_id: (side.answer, side.reason) for side in books.offers.node_sides(consent_id)}

    told = until(sides, lambda found: all(answer is not NodeAnswer.WAITING for answer, _ in found.values()))
    return {node: reason for node, (_, reason) in told.items()}


def record_id(contribution: Contribution) -> str:
    """The consent id that a contribution names."""
    return str(parse_jws(contribution.consent, "consent").payload["consent_id"])
