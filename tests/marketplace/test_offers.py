"""People offer, nodes answer, people withdraw: every refusal, and what is never lost on the way."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from consent.log import Entry, InclusionProof
from consent.receipt import verify_consent_receipt, verify_deletion_receipt
from consent.receipt_credential import verify_status_credential
from consent.record import sign_withdrawal
from crypto.encoding import b64url_decode, b64url_encode
from crypto.errors import MalformedError
from crypto.reading import Fields
from marketplace.domain.offer import NodeAnswer, OfferState
from marketplace.errors import ContributionRefusedError, OfferConflictError, UnknownOfferError
from marketplace.services.forward_contributions import ForwardContributions
from ssi.errors import (
    AlteredCredentialError,
    ExpiredError,
    RevokedError,
    UnknownIssuerError,
    UnknownNodeError,
    UntrustedIssuerError,
)
from ssi.http.errors import PeerError, RefusedByPeerError
from ssi.issuance import IssuerKey
from tests.marketplace.mpc_node.parties import (
    MARKET,
    MARKET_KEY,
    NAMES,
    NOW,
    REGISTRAR_KEY,
    es256,
    node_keys,
)
from tests.marketplace.mpc_node.people import (
    PLAIN,
    POLICY,
    Offer,
    contribution_of,
    people,
    person,
    withdrawal_of,
)

ANNA = person(1)


def offered(market, made: Offer = PLAIN) -> dict[str, Any]:
    answer: dict[str, Any] = market.services.accept_offer(contribution_of(ANNA, made).to_json())
    return answer


def entry_of(logged: dict[str, Any]) -> Entry:
    fields = Fields.of(logged["entry"], "entry")
    return Entry(fields.text("kind"), fields.moment("at"), logged["entry"]["body"], fields.binary("salt"))


def state_of(market, consent_id: str = ANNA.consent_id) -> OfferState:
    with market.store.reading() as books:
        offer = books.offers.get(consent_id)
    assert offer is not None
    state: OfferState = offer.state
    return state


def size_of(market) -> int:
    size: int = market.services.read_log.size()
    return size


def test_an_offer_is_answered_with_a_signed_receipt_and_its_place_in_the_log(any_market):
    answer = offered(any_market)

    receipt = verify_consent_receipt(answer["receipt"], MARKET_KEY.public)
    entry = entry_of(answer["log"])
    proof = InclusionProof.from_json(answer["log"]["proof"])
    checkpoint = proof.verify_entry(entry, MARKET, MARKET_KEY.public)
    assert receipt.record.consent_id == answer["consent_id"] == ANNA.consent_id
    assert (entry.kind, entry.body["consent_id"]) == ("offer", ANNA.consent_id)
    assert (proof.index, checkpoint.size) == (0, 1)
    first = verify_status_credential(answer["status_receipts"][0], MARKET_KEY.public)
    assert first.agreement.record_digest == receipt.record.digest == entry.body["consent_digest"]


def test_the_same_contribution_again_gets_the_same_answer_and_is_kept_once(any_market):
    first = offered(any_market)
    any_market.clock.forward(hours=1)

    assert offered(any_market) == first
    assert size_of(any_market) == 1


def test_another_contribution_for_the_same_consent_is_refused(market):
    offered(market)
    other = Offer(consent_id=ANNA.consent_id)

    with pytest.raises(OfferConflictError):
        market.services.accept_offer(contribution_of(person(2), other).to_json())


@pytest.mark.parametrize(
    ("made", "error"),
    [
        (Offer(issuer=IssuerKey("did:web:unknown.example", "k", es256("x"))), UnknownIssuerError),
        (Offer(issuer=REGISTRAR_KEY), UntrustedIssuerError),
        (Offer(issuer=replace(PLAIN.issuer, key=es256("forger"))), AlteredCredentialError),
        (Offer(expires_at=NOW), ExpiredError),
        (Offer(disclose=frozenset({"school_type", "exam_score"})), ContributionRefusedError),
        (Offer(disclose=frozenset({"commitment_opening"})), ContributionRefusedError),
        (Offer(consent_key=es256("somebody else")), ContributionRefusedError),
        (Offer(controller="did:web:other-market.example"), ContributionRefusedError),
        (Offer(policy=replace(POLICY, valid_until=NOW)), ContributionRefusedError),
        (Offer(policy=replace(POLICY, given_at=NOW + timedelta(seconds=1))), ContributionRefusedError),
    ],
    ids=[
        "an unknown issuer",
        "an issuer that does not count for records",
        "a forged credential",
        "an expired credential",
        "a private attribute shown",
        "the opening of the commitment shown",
        "a consent that somebody else signed",
        "a consent to another marketplace",
        "a consent that has run out",
        "a consent that has not begun",
    ],
)
def test_a_contribution_with_bad_papers_is_refused_and_leaves_no_trace(market, made, error):
    with pytest.raises(error):
        offered(market, made)

    assert size_of(market) == 0
    with market.store.reading() as books:
        assert books.offers.get(ANNA.consent_id) is None


def test_an_unknown_node_is_refused(market):
    document = contribution_of(ANNA, Offer(policy=replace(POLICY, node_ids=(*NAMES[:2], "node-d")))).to_json()
    smaller = replace(market.desk.registry(), nodes=market.desk.registry().nodes[:3])

    with pytest.raises(UnknownNodeError):
        replace(market.services.accept_offer, desk=replace(market.desk, registry=lambda: smaller))(document)


def test_bundles_for_other_nodes_than_the_consent_names_are_refused(market):
    document: Any = contribution_of(ANNA).to_json()
    document["bundles"]["node-d"] = document["bundles"].pop("node-c")

    with pytest.raises(ContributionRefusedError):
        market.services.accept_offer(document)


@pytest.mark.parametrize("member", ["commitments", "bundles"])
def test_inputs_that_the_consent_does_not_name_are_refused(market, member):
    document: Any = contribution_of(ANNA).to_json()
    other: Any = contribution_of(person(2)).to_json()
    document[member] = other[member]

    with pytest.raises(ContributionRefusedError):
        market.services.accept_offer(document)


def test_a_credential_of_somebody_else_is_refused(market):
    document: Any = contribution_of(ANNA).to_json()
    document["presentation"] = contribution_of(person(2)).presentation

    with pytest.raises(ContributionRefusedError):
        market.services.accept_offer(document)


def test_a_revoked_credential_is_refused(market):
    contribution = contribution_of(ANNA)
    offered(market, Offer(consent_id=person(9).consent_id, handle_of=9))
    with market.store.reading() as books:
        offer = books.offers.get(person(9).consent_id)
    assert offer is not None
    market.status_lists.revoked.add(offer.person)

    with pytest.raises(RevokedError):
        market.services.accept_offer(
            contribution_of(ANNA, Offer(consent_id=person(8).consent_id, handle_of=9)).to_json()
        )
    assert market.services.accept_offer(contribution.to_json())["consent_id"] == ANNA.consent_id


@pytest.mark.parametrize("document", [None, [], {}, {"consent": "x"}, "text"])
def test_something_that_is_no_contribution_is_refused(market, document):
    with pytest.raises(MalformedError):
        market.services.accept_offer(document)


def test_each_node_gets_its_own_copy_and_the_offer_becomes_active(any_market):
    offered(any_market)
    counts = [any_market.duties.forward_contributions(node_id) for node_id in NAMES]

    assert counts == [1, 1, 1]
    assert any_market.nodes.received == {node_id: [ANNA.consent_id] for node_id in NAMES}
    assert state_of(any_market) is OfferState.ACTIVE


def test_contributions_are_forwarded_in_batches(market):
    market.supply(people(5))
    forward = ForwardContributions(market.desk, market.nodes, batch=2)

    assert [forward("node-a") for _ in range(4)] == [2, 2, 1, 0]


def test_a_node_that_cannot_be_reached_loses_nothing_and_keeps_nobody_waiting(market):
    offered(market)
    market.nodes.down = {"node-b"}

    market.duties.forward_contributions("node-a")
    with pytest.raises(PeerError):
        market.duties.forward_contributions("node-b")
    market.duties.forward_contributions("node-c")
    waiting = state_of(market)
    market.nodes.down.clear()
    market.duties.forward_contributions("node-b")

    assert (waiting, state_of(market)) == (OfferState.WAITING, OfferState.ACTIVE)


def test_a_refusal_of_one_node_refuses_the_offer_and_its_reason_is_kept(market):
    market.nodes.refuse[ANNA.consent_id] = "commitment_not_opened"
    offered(market)
    market.forward()

    with market.store.reading() as books:
        sides = books.offers.node_sides(ANNA.consent_id)
    assert state_of(market) is OfferState.REFUSED
    assert {(side.answer, side.reason) for side in sides} == {(NodeAnswer.REFUSED, "commitment_not_opened")}


def test_a_verdict_about_something_that_was_not_sent_is_ignored(market):
    offered(market)
    stranger = {person(7).consent_id: None, ANNA.consent_id: None}
    market.nodes.contribute = lambda node_id, sent: stranger

    assert market.duties.forward_contributions("node-a") == 1


def test_the_ciphertexts_are_deleted_once_every_node_has_its_copy(market):
    offered(market)
    market.forward()

    assert market.store.books.offers.rows[ANNA.consent_id].contribution is None


def test_a_withdrawal_ends_the_offer_at_once_and_deletes_the_ciphertexts(any_market):
    offered(any_market)
    answer = any_market.services.withdraw_offer(withdrawal_of(ANNA))

    entry = entry_of(answer["log"])
    proof = InclusionProof.from_json(answer["log"]["proof"])
    proof.verify_entry(entry, MARKET, MARKET_KEY.public)
    assert (entry.kind, entry.body["consent_id"]) == ("withdrawal", ANNA.consent_id)
    assert state_of(any_market) is OfferState.WITHDRAWN
    assert [any_market.duties.forward_contributions(node_id) for node_id in NAMES] == [0, 0, 0]


def test_the_body_of_a_withdrawn_offer_is_erased_and_the_log_stays_valid(any_market):
    logged = offered(any_market)["log"]
    any_market.supply([person(2)])
    any_market.services.withdraw_offer(withdrawal_of(ANNA))

    with any_market.store.reading() as books:
        assert books.log.entry(0) is None
    proof = InclusionProof.from_json(any_market.services.read_log.entry(0))
    assert proof.leaf == InclusionProof.from_json(logged["proof"]).leaf
    proof.verify_entry(entry_of(logged), MARKET, MARKET_KEY.public)


def test_withdrawing_twice_keeps_the_first_moment(any_market):
    offered(any_market)
    first = any_market.services.withdraw_offer(withdrawal_of(ANNA))
    any_market.clock.forward(hours=1)
    again = any_market.services.withdraw_offer(sign_withdrawal(ANNA.consent_id, NOW, ANNA.key))

    assert again["withdrawn_at"] == first["withdrawn_at"]
    assert size_of(any_market) == 2


def test_a_withdrawal_that_somebody_else_signed_is_refused(market):
    offered(market)

    with pytest.raises(ContributionRefusedError):
        market.services.withdraw_offer(sign_withdrawal(ANNA.consent_id, NOW, person(2).key))
    assert state_of(market) is OfferState.WAITING


def test_a_withdrawal_of_an_unknown_consent_is_refused(market):
    with pytest.raises(UnknownOfferError):
        market.services.withdraw_offer(withdrawal_of(ANNA))


@pytest.mark.parametrize("token", ["", "a.b.c", "x"])
def test_something_that_is_no_withdrawal_is_refused(market, token):
    with pytest.raises(MalformedError):
        market.services.withdraw_offer(token or " ")


def test_a_withdrawn_offer_cannot_be_offered_again_under_the_same_consent(market):
    offered(market)
    market.services.withdraw_offer(withdrawal_of(ANNA))

    with pytest.raises(OfferConflictError):
        offered(market)


def test_a_withdrawal_is_relayed_to_every_node_and_its_receipts_are_kept(any_market):
    offered(any_market)
    any_market.forward()
    any_market.services.withdraw_offer(withdrawal_of(ANNA))

    counts = [any_market.duties.relay_withdrawals(node_id) for node_id in NAMES * 2]

    assert counts == [1, 1, 1, 0, 0, 0]
    with any_market.store.reading() as books:
        sides = books.offers.node_sides(ANNA.consent_id)
    for side in sides:
        key = node_keys(side.node_id).signing.public
        assert side.deletion_receipt is not None
        verify_deletion_receipt(side.deletion_receipt, key, node_id=side.node_id, consent_id=ANNA.consent_id)


def test_a_withdrawal_waits_for_a_node_that_cannot_be_reached(market):
    offered(market)
    market.services.withdraw_offer(withdrawal_of(ANNA))
    market.nodes.down = {"node-a"}

    with pytest.raises(PeerError):
        market.duties.relay_withdrawals("node-a")
    market.nodes.down.clear()
    assert market.duties.relay_withdrawals("node-a") == 1


def test_a_deletion_receipt_of_another_node_is_not_accepted_and_asked_for_again(market):
    offered(market)
    market.services.withdraw_offer(withdrawal_of(ANNA))
    honest = market.nodes.withdraw
    market.nodes.withdraw = lambda node_id, withdrawal: honest("node-b", withdrawal)

    assert market.duties.relay_withdrawals("node-a") == 0
    market.nodes.withdraw = honest
    assert market.duties.relay_withdrawals("node-a") == 0
    market.clock.forward(minutes=5)
    assert market.duties.relay_withdrawals("node-a") == 1


def test_a_withdrawal_that_a_node_refuses_does_not_hold_up_the_others(market):
    market.supply(people(2))
    for each in people(2):
        market.services.withdraw_offer(withdrawal_of(each))
    honest = market.nodes.withdraw

    def refuse_first(node_id: str, withdrawal: str) -> str:
        if withdrawal == withdrawal_of(ANNA):
            raise RefusedByPeerError(node_id, 422, None)
        return str(honest(node_id, withdrawal))

    market.nodes.withdraw = refuse_first

    assert market.duties.relay_withdrawals("node-a") == 1


def test_a_refused_offer_is_not_in_the_catalogue(market):
    market.nodes.refuse[ANNA.consent_id] = "revoked"
    market.stock(2)
    entries = {entry.data_set.ref: entry for entry in market.services.show_catalogue()}

    assert entries["exam/1"].people.text == "fewer than 50"
    assert entries["exam/1"].from_cents is None
    assert entries["health/1"].from_cents is None


def test_what_is_kept_of_an_offer_holds_no_private_attribute(market):
    offered(market)
    kept = market.store.books.offers.rows[ANNA.consent_id]

    assert kept.offer.public == {"school_type": "girls"}
    assert str(ANNA.values["exam_score"]) not in str(kept.offer)
    assert kept.contribution is not None
    assert b64url_encode(b64url_decode(contribution_of(ANNA).inputs_digest)) == kept.offer.inputs_digest
    assert kept.offer.epsilon_spent == Decimal(0)
