"""Of which agreement a person is reminded, what she answers, and how what ended is offered again."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from consent.vocabulary import Purpose, RecipientKind
from ssi.dataset import data_set
from tests.wallet.fakes import NOW
from wallet.domain.boundary_choices import BoundaryChoices
from wallet.domain.choices import PolicyChoices
from wallet.domain.offer_draft import STEPS
from wallet.domain.reminder import LATER, Life, PutOff, Reason, reason_to_remind
from wallet.domain.renewal import choices_of, makes_the_same
from wallet.errors import ChoiceError, NotInWalletError

CHOICES = PolicyChoices(
    attributes=("exam_score", "sex"),
    purposes=(Purpose.ACADEMIC_RESEARCH,),
    recipient_kinds=(RecipientKind.UNIVERSITY, RecipientKind.COMPANY),
    crowd_floor=80,
    epsilon_total=Decimal(3),
    compensation_cents=120,
    months=9,
    boundaries=BoundaryChoices(
        never_kinds=(RecipientKind.INSURER,),
        never_purposes=(Purpose.PERSONNEL_HIRING,),
        countries=("AT", "DE"),
        runs=40,
        public_filters_only=True,
    ),
)


def _given(world, session, choices=CHOICES):
    record = world.services.receive_credential(session, world.issuers.offer())
    return world.services.publish_offer(session, record.credential_id, choices)


@pytest.mark.parametrize(
    ("age", "left", "idle", "reason"),
    [
        (89, 31, 59, None),
        (90, 200, 1, Reason.OLD),
        (70, 30, 1, Reason.ENDS_SOON),
        (200, 29, 100, Reason.ENDS_SOON),
        (60, 200, 60, Reason.UNUSED),
        (100, 200, 61, Reason.UNUSED),
    ],
)
def test_the_most_pressing_reason_is_told(age, left, idle, reason):
    life = Life(NOW - timedelta(days=age), NOW + timedelta(days=left), NOW - timedelta(days=idle))

    assert reason_to_remind(life, PutOff(), NOW) is reason


def test_an_agreement_that_was_never_used_is_idle_since_it_was_given():
    life = Life(NOW - timedelta(days=60), NOW + timedelta(days=300), None)

    assert reason_to_remind(life, PutOff(), NOW) is Reason.UNUSED


def test_what_was_put_off_gives_way_to_the_next_reason():
    life = Life(NOW - timedelta(days=200), NOW + timedelta(days=9), None)
    put_off = PutOff().answered(Reason.ENDS_SOON, None).answered(Reason.UNUSED, NOW + LATER)

    assert reason_to_remind(life, put_off, NOW) is Reason.OLD
    assert reason_to_remind(life, put_off.answered(Reason.OLD, None), NOW) is None
    assert reason_to_remind(life, put_off, NOW + LATER) is Reason.UNUSED


def test_a_reminder_is_told_until_it_is_answered_on_any_database(stored_world):
    world = stored_world
    anna = world.services.create_wallet("anna", "a quiet harbour")
    held = _given(world, anna)
    assert world.services.remind.due(anna) == {}
    world.clock.forward(days=61)
    assert world.services.remind.due(anna) == {held.row_id: Reason.UNUSED}

    world.services.remind.answer(anna, held.row_id, Reason.UNUSED, for_good=False)
    later = world.services.remind.due(anna)
    world.clock.forward(days=30)
    again = world.services.remind.due(anna)
    world.services.remind.answer(anna, held.row_id, Reason.UNUSED, for_good=True)
    world.services.remind.answer(anna, held.row_id, Reason.OLD, for_good=True)
    world.clock.forward(days=60)

    assert (later, again) == ({}, {held.row_id: Reason.UNUSED})
    assert world.services.remind.due(anna) == {}
    assert world.services.read.consent(anna, held.row_id).state(world.clock()).is_active


def test_what_is_paused_or_ended_is_not_reminded_of(world, anna):
    held = _given(world, anna)
    world.clock.forward(days=100)
    world.services.pause_consents(anna, held.consent_id, paused=True)
    paused = world.services.remind.due(anna)
    world.services.withdraw_consent(anna, held.consent_id)

    assert (paused, world.services.remind.due(anna)) == ({}, {})


def test_an_agreement_gives_back_the_choices_it_was_made_of(world, anna):
    policy = _given(world, anna).policy
    described = data_set("exam/1")

    choices = choices_of(policy, described)

    assert replace(choices, node_ids=None) == CHOICES
    assert makes_the_same(choices, policy, described)


def test_choices_that_lose_a_boundary_do_not_make_the_same(world, anna):
    policy = _given(world, anna).policy
    choices = choices_of(policy, data_set("exam/1"))

    for changed in (
        replace(choices, boundaries=replace(choices.boundaries, never_kinds=())),
        replace(choices, compensation_cents=1),
        replace(choices, node_ids=("node-a",)),
    ):
        assert not makes_the_same(changed, policy, data_set("exam/1"))


def test_what_ended_is_offered_again_at_the_last_step(world, anna):
    held = _given(world, anna)
    world.services.withdraw_consent(anna, held.consent_id)

    draft = world.services.remind.renew(anna, held.row_id)

    assert draft.next_step == STEPS[-1]
    again = world.services.publish_offer(anna, draft.credential_id, draft.choices)
    assert replace(again.policy, given_at=held.policy.given_at) == held.policy


def test_what_goes_on_cannot_be_offered_again(world, anna):
    held = _given(world, anna)

    with pytest.raises(ChoiceError, match="already share"):
        world.services.remind.renew(anna, held.row_id)


def test_another_wallet_can_neither_answer_nor_renew(world, anna, ben):
    held = _given(world, anna)

    with pytest.raises(NotInWalletError):
        world.services.remind.answer(ben, held.row_id, Reason.OLD, for_good=True)
    with pytest.raises(NotInWalletError):
        world.services.remind.renew(ben, held.row_id)
