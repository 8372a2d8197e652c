"""What belongs to an agreement of any kind is put together, and holds when somebody else looks at it."""

import json
from dataclasses import replace

import pytest

from consent.examination import Part
from consent.receipt import DeletionReceipt
from consent.receipt_credential import issue_deletion_credential
from tests.ssi import parties
from tests.wallet import crowd_steps, scoring
from tests.wallet.score_market import EQUAL
from wallet.domain.choices import PolicyChoices
from wallet.errors import NotInWalletError, PartnerFaultError, ReceiptError


def _given(world, session):
    record = world.services.receive_credential(session, world.issuers.offer())
    return world.services.publish_offer(session, record.credential_id, PolicyChoices())


def _checked(world, session, consent_id):
    paper = world.services.keep_receipts(session, consent_id)
    _, found = world.services.check_receipt(json.dumps(paper.kept.to_json()))
    return found


@pytest.mark.database
def test_an_agreement_holds_through_its_life_on_any_database(stored_world):
    world = stored_world
    anna = world.services.create_wallet("anna", "a quiet harbour")
    consent_id = _given(world, anna).consent_id
    assert _checked(world, anna, consent_id).holds
    world.market.use(consent_id, "job-1", 75)
    world.clock.forward(days=1)
    world.market.use(consent_id, "job-2", 50)
    world.services.refresh(anna)
    world.services.pause_consents(anna, consent_id, paused=True)
    paused = _checked(world, anna, consent_id)
    world.services.withdraw_consent(anna, consent_id)
    world.services.refresh(anna)

    found = _checked(world, anna, consent_id)

    assert (paused.holds, paused.paused, paused.ended_at) == (True, True, None)
    assert found.holds, found.findings
    assert found.ended_at == world.clock()
    assert sorted(use.amount_cents for use in found.uses) == [50, 75]
    assert [each.about for each in found.findings if each.part is Part.DELETION] == [
        "node-a",
        "node-b",
        "node-c",
    ]
    assert [each.about for each in found.findings if each.part is Part.STATUS] == ["1", "2"]
    kept = world.services.keep_receipts(anna, consent_id).kept
    assert set(kept.deletion_credentials) == {"node-a", "node-b", "node-c"}


def test_an_agreement_that_ran_out_has_a_receipt_that_says_so(world, anna):
    held = _given(world, anna)
    world.clock.forward(days=400)
    world.services.refresh(anna)

    found = _checked(world, anna, held.consent_id)

    assert found.holds, found.findings
    assert [each.about for each in found.findings if each.part is Part.STATUS] == ["1", "2"]


def test_a_receipt_that_takes_a_status_back_is_told_and_not_taken(world, anna):
    held = _given(world, anna)
    world.services.withdraw_consent(anna, held.consent_id)
    world.services.refresh(anna)
    world.market.ended.clear()

    report = world.services.refresh(anna)

    assert report.alarms == ["The marketplace sent a receipt that it did not sign, or that is not yours."]
    assert len(world.services.keep_receipts(anna, held.consent_id).kept.statuses) == 2


def test_an_offer_whose_receipt_as_a_credential_is_another_ones_is_not_believed(world, anna, ben):
    _given(world, ben)
    others = next(iter(world.market.answers.values())).statuses
    world.market.statuses = lambda _record, _ended: others

    with pytest.raises(PartnerFaultError, match="does not hold"):
        _given(world, anna)


def test_a_deletion_that_its_credential_contradicts_stays_pending(world, anna):
    held = _given(world, anna)
    honest = world.nodes.withdraw
    other = parties.ed25519("stranger")
    lie = issue_deletion_credential(DeletionReceipt("node-a", held.consent_id, world.clock()), other)
    world.nodes.withdraw = lambda node, token: replace(honest(node, token), credential=lie)

    ended = world.services.withdraw_consent(anna, held.consent_id)

    assert ended.nodes_to_ask == ("node-a", "node-b", "node-c")


def test_what_is_told_of_it_is_what_the_wallet_knows(world, anna):
    held = _given(world, anna)
    world.market.use(held.consent_id, cents=75)
    world.services.refresh(anna)

    paper = world.services.keep_receipts(anna, held.consent_id)

    assert (paper.words, paper.partners, paper.log_index) == (held.notice, held.policy.node_ids, 0)
    assert (paper.earned_cents, len(paper.uses)) == (75, 1)


def test_scores_are_receipted_too(world, anna):
    held = scoring.offered(world, anna)
    request, _ = scoring.answered(world, anna, EQUAL)
    world.scores.pay(request)
    world.services.refresh(anna)

    found = _checked(world, anna, held.consent_id)

    assert found.holds, found.findings
    assert [use.name for use in found.uses] == [request.request_id]


def test_crowd_sums_are_receipted_too(world, anna):
    held = crowd_steps.offered(world, anna)
    world.crowds.pay(crowd_steps.heard(world, anna))
    world.services.refresh(anna)

    found = _checked(world, anna, held.consent_id)

    assert found.holds, found.findings
    assert len(found.uses) == 1


def test_an_agreement_that_was_not_sent_yet_has_no_receipt_and_says_so(world, anna):
    world.market.down = True
    held = _given(world, anna)

    found = _checked(world, anna, held.consent_id)

    assert [each.part for each in found.findings if not each.holds] == [Part.RECEIPT, Part.LOG]


def test_another_wallet_has_no_such_agreement(world, anna, ben):
    held = _given(world, anna)

    with pytest.raises(NotInWalletError):
        world.services.keep_receipts(ben, held.consent_id)


def test_a_file_of_another_kind_is_refused_by_name(world):
    with pytest.raises(ReceiptError, match="not an agreement file"):
        world.services.check_receipt(b"\x00")
