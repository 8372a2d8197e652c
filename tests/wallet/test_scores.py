"""A person offers scores of her record, is asked, decides, is paid, and ends it."""

from dataclasses import replace

import pytest

from consent.record_document import Notice
from consent.score_terms import ScoreRefusal
from consent.vocabulary import Purpose
from tests.wallet.score_market import (
    EQUAL,
    request_id,
)
from tests.wallet.scoring import BY_ITSELF, CHOICES, SCORE, answered, held_id, offered
from wallet.domain.asked_score import AskState
from wallet.domain.held_score_offer import ScoreOfferState
from wallet.errors import ConflictError


def test_an_offer_reaches_the_market_encrypted_proven_and_signed(world, anna):
    held = offered(world, anna)

    found = world.scores.verified(held.consent_id)
    assert held.state(world.clock()) is ScoreOfferState.ACTIVE
    assert found.consent.terms == held.terms
    assert found.credential.claims == {"school_type": "girls"}
    assert found.consent.notice == Notice.of(held.notice, "en")
    assert held.receipt is not None


def test_a_person_who_agrees_gives_exactly_the_score_that_was_asked(world, anna):
    offered(world, anna)

    request, asked = answered(world, anna, EQUAL)

    assert asked.state is AskState.GRANTED
    assert asked.sent
    assert world.scores.score(request) == pytest.approx(SCORE)


def test_a_person_who_declines_gives_nothing_but_that_answer(world, anna):
    offered(world, anna)

    request, asked = answered(world, anna, EQUAL, agree=False)

    assert asked.refusal is ScoreRefusal.DECLINED
    assert world.scores.answered(request).refusal is ScoreRefusal.DECLINED
    _, again = answered(world, anna, EQUAL, number=2)
    assert again.state is AskState.GRANTED


def test_nothing_is_answered_before_the_person_has_decided(world, anna):
    held = offered(world, anna)
    world.scores.ask(held.consent_id, EQUAL)

    world.services.refresh(anna)

    ((waiting, asked),) = world.services.scores.read.waiting(anna)
    assert waiting.consent_id == held.consent_id
    assert (asked.buyer.name, asked.weights) == ("Harbour Works", EQUAL)
    assert not world.scores.answers


def test_a_standing_rule_answers_what_the_terms_allow_and_refuses_the_rest(world, anna):
    held = offered(world, anna, BY_ITSELF)
    good = world.scores.ask(held.consent_id, EQUAL, 1)
    bad = world.scores.ask(held.consent_id, {"exam_score": 1}, 2)
    cheap = world.scores.ask(held.consent_id, EQUAL, 3, compensation_cents=499)
    other = world.scores.ask(held.consent_id, EQUAL, 4, purpose=Purpose.SCIENTIFIC_RESEARCH)

    world.services.refresh(anna)

    assert world.scores.score(good) == pytest.approx(SCORE)
    assert world.scores.answered(bad).refusal is ScoreRefusal.SINGLE_VALUE
    assert world.scores.answered(cheap).refusal is ScoreRefusal.COMPENSATION_TOO_LOW
    assert world.scores.answered(other).refusal is ScoreRefusal.PURPOSE_NOT_ALLOWED


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ({"reading_score": 1}, ScoreRefusal.SINGLE_VALUE),
        ({"exam_score": 1, "reading_score": 31, "school_average": 961}, ScoreRefusal.DOMINATED),
        ({"exam_score": 100, "reading_score": 1, "school_average": 1}, ScoreRefusal.DOMINATED),
    ],
    ids=["unit vector", "digits", "dominating weight"],
)
def test_the_authority_refuses_even_if_the_person_agrees(world, anna, weights, reason):
    offered(world, anna)

    request, asked = answered(world, anna, weights)

    assert asked.refusal is reason
    assert world.scores.answered(request).sealed is None


def test_a_second_buyer_cannot_complete_the_record_with_what_a_first_one_has(world, anna):
    offered(world, anna)
    answered(world, anna, EQUAL, 1)

    _, second = answered(world, anna, {"exam_score": 1, "reading_score": -1}, 2)
    request, again = answered(world, anna, EQUAL, 3)

    assert second.refusal is ScoreRefusal.SINGLE_VALUE
    assert again.state is AskState.GRANTED
    assert world.scores.score(request, 3) == pytest.approx(SCORE)


def test_a_spent_budget_refuses(world, anna):
    offered(world, anna, replace(CHOICES, budget_bits=13))

    _, asked = answered(world, anna, EQUAL)

    assert asked.refusal is ScoreRefusal.BUDGET_SPENT


def test_ending_and_offering_again_does_not_forget_what_was_told(world, anna):
    held = offered(world, anna)
    answered(world, anna, EQUAL, 1)
    world.services.scores.end(anna, held.consent_id)

    again = world.services.scores.offer(anna, held.credential_id, CHOICES)
    _, asked = answered(world, anna, {"exam_score": 1, "reading_score": -1}, 2)

    assert again.master_key != held.master_key
    assert asked.refusal is ScoreRefusal.SINGLE_VALUE


def test_a_reissued_record_is_the_same_record(world, anna):
    held = offered(world, anna)
    answered(world, anna, EQUAL, 1)
    world.services.scores.end(anna, held.consent_id)
    world.clock.forward(days=1)

    offered(world, anna)
    _, asked = answered(world, anna, {"exam_score": 1, "reading_score": 2}, 2)

    assert asked.refusal is ScoreRefusal.SINGLE_VALUE


def test_what_is_told_is_remembered_before_the_answer_leaves(world, anna):
    offered(world, anna)
    world.scores.ask(held_id(world, anna), EQUAL)
    world.services.refresh(anna)
    world.scores.down = True

    asked = world.services.scores.answer(anna, held_id(world, anna), request_id(1), agree=True)

    (memory,) = world.stores.score_memories.all(anna)
    assert memory.functions == ((1, 1, 0),)
    assert asked.waits_to_be_sent
    world.scores.down = False
    world.services.refresh(anna)
    assert request_id(1) in world.scores.answers


def test_two_windows_cannot_grant_two_scores_that_add_up(world, anna):
    # Both read the same memory; the store lets only the first of them write.
    offered(world, anna)
    (memory,) = world.stores.score_memories.all(anna)
    answered(world, anna, EQUAL, 1)

    with pytest.raises(ConflictError):
        world.stores.score_memories.save(anna, memory.granting(((1, -1, 0),)))
