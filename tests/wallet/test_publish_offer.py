"""A person agrees: what leaves the wallet, what is proven about it, what cannot be offered."""

from dataclasses import replace
from decimal import Decimal

import pytest

from consent.log import Entry
from consent.record import verify_consent
from consent.vocabulary import Purpose, RecipientKind
from crypto.curve import Point
from crypto.encoding import b64url_decode, b64url_encode, canonical_json
from crypto.sharing.integer_masked import verify_components
from ssi.credential import verify_record
from ssi.dataset import data_set
from ssi.record import Record
from ssi.status_list import Status
from tests.ssi import parties
from tests.wallet.world import NODES
from wallet.domain.choices import PolicyChoices
from wallet.domain.held_consent import ConsentState
from wallet.errors import (
    ChoiceError,
    LogForkedError,
    NotInWalletError,
    PartnerFaultError,
    PartnerRefusedError,
)

DEFAULTS = PolicyChoices()
HEALTHY = PolicyChoices(explicit_consent=True)


@pytest.fixture
def exam(world, anna):
    return world.services.receive_credential(anna, world.issuers.offer()).credential_id


@pytest.fixture
def health(world, anna):
    link = world.issuers.offer(parties.HEALTH, "health/1")
    return world.services.receive_credential(anna, link).credential_id


def _publish(world, anna, credential_id, choices=DEFAULTS):
    return world.services.publish_offer(anna, credential_id, choices)


def test_a_published_offer_waits_for_the_nodes_with_a_proven_receipt(world, anna, exam):
    held = _publish(world, anna, exam)

    assert held.state(world.clock()) is ConsentState.WAITING
    assert held.receipt.log_index == 0
    assert held.contribution is None
    assert world.services.read.overview(anna).log.size == 1


def test_the_consent_is_signed_by_the_key_of_its_credential_about_exactly_these_inputs(world, anna, exam):
    held = _publish(world, anna, exam)

    contribution = world.market.offers[held.consent_id]
    credential = verify_record(contribution.presentation, parties.registry(), now=world.clock())
    record = verify_consent(
        contribution.consent,
        credential.holder_key,
        subject=credential.handle,
        credential_digest=credential.digest,
        inputs_digest=contribution.inputs_digest,
    )
    assert record.policy == held.policy
    assert record.controller == "market"


def test_the_notice_in_the_record_is_the_text_that_was_kept(world, anna, exam):
    proposal = world.services.publish_offer.propose(anna, exam, PolicyChoices())
    held = _publish(world, anna, exam)

    assert held.notice == proposal.words.text
    assert proposal.words.notice.digest in b64url_decode(held.signed.split(".")[1]).decode()


def test_the_presentation_shows_the_public_attributes_and_nothing_else(world, anna, exam):
    held = _publish(world, anna, exam)

    presentation = world.market.offers[held.consent_id].presentation
    credential = verify_record(presentation, parties.registry(), now=world.clock())
    assert dict(credential.claims) == {"school_type": "girls"}
    assert credential.blinding is None


def test_the_three_envelopes_open_to_components_of_the_signed_commitment(world, anna, exam):
    held = _publish(world, anna, exam)

    contribution = world.market.offers[held.consent_id]
    pairs = [world.opened_bundle(held.consent_id, role) for role in range(3)]
    components = [pair.first for pair in pairs]
    encoded = [sum(values) for values in zip(*(each.values for each in components), strict=True)]
    domain = data_set("exam/1").commitment_domain
    points = [Point.from_bytes(commitment) for commitment in contribution.commitments]
    assert tuple(encoded) == data_set("exam/1").encode(parties.EXAM)
    assert [each.commitment(domain) for each in components] == points
    credential = verify_record(contribution.presentation, parties.registry(), now=world.clock())
    verify_components(Point.from_bytes(credential.commitment.value), points)


def test_nothing_that_leaves_the_wallet_shows_a_private_value(world, anna, health):
    held = _publish(world, anna, health, HEALTHY)

    sent = canonical_json(world.market.offers[held.consent_id].to_json()).decode()
    kept = world.stores.credentials.all(anna)[0]
    hidden = [part for part in kept.compact.split("~")[1:] if part]
    shown = world.market.offers[held.consent_id].presentation.split("~")[1:]
    assert [part for part in hidden if part in sent] == [part for part in shown if part]
    assert "anna" not in sent


def test_two_people_send_contributions_of_the_same_length(world, anna, ben):
    lengths = set()
    for session, values, person in (
        (anna, parties.EXAM, "1"),
        (ben, {**parties.EXAM, "exam_score": -4}, "2"),
    ):
        record = world.services.receive_credential(session, world.issuers.offer(values, person=person))
        held = _publish(world, session, record.credential_id)
        bundles = world.market.offers[held.consent_id].bundles
        lengths.add(tuple(len(bundles[node]) for node in NODES))

    assert len(lengths) == 1


def test_the_defaults_are_the_most_private_choices(world, anna, exam):
    policy = _publish(world, anna, exam).policy

    assert policy.exact_allowed is False
    assert policy.purposes == {
        Purpose.ACADEMIC_RESEARCH,
        Purpose.SCIENTIFIC_RESEARCH,
        Purpose.NON_COMMERCIAL_RESEARCH,
    }
    assert policy.recipient_kinds == {RecipientKind.UNIVERSITY, RecipientKind.RESEARCH_INSTITUTE}
    assert policy.crowd_floor == 50
    assert (policy.epsilon_per_query, policy.epsilon_total) == (Decimal("0.5"), Decimal(2))
    assert (policy.valid_until.year, policy.valid_until.month) == (2026, 9)


def test_health_data_need_an_explicit_act(world, anna, health):
    with pytest.raises(ChoiceError) as refusal:
        _publish(world, anna, health)

    assert refusal.value.field == "explicit_consent"
    assert world.market.published == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"attributes": ()}, "attributes"),
        ({"attributes": ("grade",)}, "attributes"),
        ({"purposes": ()}, "purposes"),
        ({"recipient_kinds": ()}, "recipient_kinds"),
        ({"statistics": ()}, "statistics"),
        ({"crowd_floor": 9}, "crowd_floor"),
        ({"crowd_floor": 100_001}, "crowd_floor"),
        ({"epsilon_per_query": Decimal(3)}, "epsilon_total"),
        ({"epsilon_total": Decimal(21)}, "epsilon_total"),
        ({"compensation_cents": -1}, "compensation_cents"),
        ({"months": 0}, "months"),
        ({"months": 13}, "months"),
        ({"node_ids": ("node-a", "node-a", "node-b")}, "node_ids"),
        ({"node_ids": ("node-a", "node-b", "node-x")}, "node_ids"),
        ({"node_ids": ("node-a", "node-b")}, "node_ids"),
    ],
)
def test_a_choice_that_cannot_be_offered_is_named(world, anna, exam, change, field):
    with pytest.raises(ChoiceError) as refusal:
        _publish(world, anna, exam, replace(PolicyChoices(), **change))

    assert refusal.value.field == field
    assert world.market.published == 0
    assert world.services.consents(anna) == ()


def test_a_record_is_offered_once_at_a_time(world, anna, exam):
    first = _publish(world, anna, exam)

    with pytest.raises(ChoiceError, match="already"):
        _publish(world, anna, exam)
    world.services.withdraw_consent(anna, first.consent_id)
    assert _publish(world, anna, exam).consent_id != first.consent_id


def test_another_version_of_an_offered_record_cannot_be_offered_beside_it(world, anna, exam):
    _publish(world, anna, exam)
    world.clock.forward(days=1)
    newer = world.services.receive_credential(anna, world.issuers.offer())

    with pytest.raises(ChoiceError, match="already"):
        _publish(world, anna, newer.credential_id)


def test_a_record_that_does_not_count_any_more_is_not_offered(world, anna, exam):
    world.issuers.revoked = {0: Status.INVALID}
    world.services.refresh(anna)

    with pytest.raises(ChoiceError, match="not valid"):
        _publish(world, anna, exam)


def test_the_record_of_somebody_else_is_not_there(world, ben, exam):
    with pytest.raises(NotInWalletError):
        _publish(world, ben, exam)


def test_an_unreachable_marketplace_leaves_the_consent_to_be_sent_later(world, anna, exam):
    world.market.down = True
    held = _publish(world, anna, exam)
    world.market.down = False

    report = world.services.refresh(anna)

    assert held.state(world.clock()) is ConsentState.SENDING
    assert world.services.read.consent(anna, held.row_id).state(world.clock()) is ConsentState.ACTIVE
    assert (report.problems, report.alarms) == ([], [])


def test_a_refused_offer_leaves_nothing_behind(world, anna, exam):
    world.market.says_no = True

    with pytest.raises(PartnerRefusedError, match="not in force"):
        _publish(world, anna, exam)

    assert world.services.consents(anna) == ()


def test_an_offer_refused_at_a_later_try_says_why(world, anna, exam):
    world.market.down = True
    held = _publish(world, anna, exam)
    world.market.down, world.market.says_no = False, True

    report = world.services.refresh(anna)

    ended = world.services.read.consent(anna, held.row_id)
    assert ended.state(world.clock()) is ConsentState.REFUSED
    assert "not in force" in ended.refusal
    assert len(report.problems) == 1


def test_a_receipt_of_somebody_else_does_not_count_and_the_consent_can_still_be_ended(world, anna, exam):
    world.market.key = parties.ed25519("somebody else")
    with pytest.raises(PartnerFaultError):
        _publish(world, anna, exam)

    (held,) = world.services.consents(anna)
    ended = world.services.withdraw_consent(anna, held.consent_id)

    assert held.state(world.clock()) is ConsentState.SENDING
    assert ended.state(world.clock()) is ConsentState.WITHDRAWN


def test_a_receipt_for_another_consent_does_not_count(world, anna, ben, exam):
    _publish(world, anna, exam)
    (answer,) = world.market.answers.values()
    record = world.services.receive_credential(ben, world.issuers.offer(person="2"))
    world.market.publish = lambda _: answer

    with pytest.raises(PartnerFaultError, match="something else"):
        _publish(world, ben, record.credential_id)


def test_a_receipt_without_its_place_in_the_log_does_not_count(world, anna, exam):
    right = world.market.publish

    def wrong_place(contribution):
        logged = right(contribution)
        return replace(logged, proof=replace(logged.proof, index=5))

    world.market.publish = wrong_place

    with pytest.raises(PartnerFaultError):
        _publish(world, anna, exam)


def test_an_offer_into_a_forked_log_is_reported(world, anna, exam):
    first = _publish(world, anna, exam)
    world.services.withdraw_consent(anna, first.consent_id)
    world.market.log.entries.clear()
    world.market.log.append(Entry.of("offer", parties.NOW, {"consent_id": "another"}))

    with pytest.raises(LogForkedError):
        _publish(world, anna, exam)
    assert world.services.read.overview(anna).log.alarm is not None


def test_an_opened_record_is_the_encoded_one(world, anna, exam):
    held = world.stores.credentials.get(anna, exam)
    credential = verify_record(held.compact, parties.registry(), now=world.clock())

    assert Record.open(credential).encoded == data_set("exam/1").encode(held.claims)
    assert b64url_encode(credential.commitment.value)
