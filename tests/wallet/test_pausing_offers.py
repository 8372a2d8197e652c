"""While everything is paused a wallet answers no score by itself and takes no step in any sum."""

import pytest

from tests.wallet.crowd_steps import CHOICES as CROWD_CHOICES
from tests.wallet.crowd_steps import heard, joined, part_in, refreshed
from tests.wallet.crowd_steps import offered as offered_to_crowds
from tests.wallet.score_market import EQUAL
from tests.wallet.scoring import BY_ITSELF, CHOICES, SCORE, offered
from wallet.domain.asked_score import AskState
from wallet.domain.held_crowd_offer import HeldCrowdOffer
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.services.pause_consents import Standing


def everything(world, anna, *, paused: bool = True) -> None:
    world.services.pause_consents.everything(anna, paused=paused)


def test_a_request_for_a_score_waits_while_she_pauses_and_is_answered_when_she_goes_on(world, anna):
    held = offered(world, anna, BY_ITSELF)
    everything(world, anna)
    request = world.scores.ask(held.consent_id, EQUAL, 1)
    world.services.refresh(anna)
    (waiting,) = world.services.scores.read.offers(anna)
    answered_meanwhile = dict(world.scores.answers)
    everything(world, anna, paused=False)

    world.services.refresh(anna)

    assert [each.state for each in waiting.asked] == [AskState.WAITING]
    assert answered_meanwhile == {}
    assert world.scores.score(request) == pytest.approx(SCORE)


def test_she_can_still_answer_a_request_herself(world, anna):
    held = offered(world, anna, CHOICES)
    everything(world, anna)
    request = world.scores.ask(held.consent_id, EQUAL, 1)
    world.services.refresh(anna)

    asked = world.services.scores.answer(anna, held.consent_id, request.request_id, agree=True)

    assert asked.state is AskState.GRANTED


def test_a_wallet_that_pauses_joins_no_sum_and_joins_when_she_goes_on(world, anna):
    offered_to_crowds(world, anna)
    everything(world, anna)
    played = world.crowds.ask(1)
    refreshed(world, anna)
    meanwhile = part_in(world, anna, played)
    everything(world, anna, paused=False)

    refreshed(world, anna)

    assert meanwhile is None
    assert part_in(world, anna, played) is not None


def test_a_wallet_that_pauses_in_a_running_sum_takes_no_further_step(world, anna):
    offered_to_crowds(world, anna)
    played = joined(world, anna)
    before = part_in(world, anna, played)
    everything(world, anna)

    refreshed(world, anna)

    assert part_in(world, anna, played) == before


def test_what_was_never_paused_takes_part_as_before(world, anna):
    offered_to_crowds(world, anna)

    played = heard(world, anna)

    assert part_in(world, anna, played) is not None


def test_offers_count_among_everything_and_one_that_comes_later_is_not_paused(world, anna):
    held = offered(world, anna)
    everything(world, anna)
    paused = world.services.pause_consents.standing(anna)

    world.services.crowds.offer(anna, held.credential_id, CROWD_CHOICES)

    assert (paused, paused.all_paused) == (Standing(1, 1), True)
    assert world.services.pause_consents.standing(anna) == Standing(2, 1)


def test_an_ended_offer_is_neither_paused_nor_counted(world, anna):
    held = offered(world, anna)
    everything(world, anna)
    world.services.scores.end(anna, held.consent_id)

    (ended,) = world.services.scores.read.offers(anna)

    assert not ended.is_paused
    assert world.services.pause_consents.standing(anna) == Standing(0, 0)


def test_pauses_of_offers_survive_being_written_and_documents_of_before_read(world, anna):
    held = offered(world, anna)
    world.services.crowds.offer(anna, held.credential_id, CROWD_CHOICES)
    everything(world, anna)
    (score,) = world.services.scores.read.offers(anna)
    (crowd,) = world.services.crowds.read.offers(anna)

    for each, kind in ((score, HeldScoreOffer), (crowd, HeldCrowdOffer)):
        document = each.to_document()
        assert kind.from_document(document, each.row_id, each.revision) == each
        del document["pauses"]
        assert not kind.from_document(document, each.row_id, each.revision).is_paused
