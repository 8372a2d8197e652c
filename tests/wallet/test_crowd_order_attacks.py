"""Orders, receipts and words of a crowd sum that do not hold are seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.crowd_cohort import verify_member
from consent.crowd_message import Places, Round, sign_places
from consent.crowd_offer import verify_silent
from consent.crowd_terms import CrowdRefusal
from consent.errors import MismatchError
from consent.order import EscrowReceipt, sign_escrow_receipt
from ssi.status_list import Status
from tests.consent.crowds import others
from tests.ssi import parties
from tests.wallet.crowd_steps import (
    CHOICES,
    heard,
    joined,
    offered,
    part_in,
    refreshed,
)
from tests.wallet.score_market import STATUS_INDEX
from wallet.domain.crowd_news import Stage
from wallet.domain.crowd_part import PartState
from wallet.domain.use import Proof


def test_a_member_whose_credential_runs_out_before_the_last_round_is_not_in_a_cohort(world, anna):
    offered(world, anna)
    played = joined(world, anna)
    silent = verify_silent(played.papers[0].presentation, played.registry, now=played.now)
    late = replace(played.order, join_until=silent.expires_at - timedelta(minutes=1))
    stranger = played.others[0].who.sit(late, parties.es256("company"), world.clock())

    with pytest.raises(MismatchError, match="runs out before the last round"):
        verify_member(stranger.papers, late, played.registry, now=played.now)


def test_a_new_offer_of_the_record_remembers_what_was_told(world, anna):
    held = offered(world, anna)
    world.crowds.pay(heard(world, anna))
    refreshed(world, anna)
    world.services.crowds.end(anna, held.consent_id)
    again = world.services.crowds.offer(anna, held.credential_id, CHOICES)

    second = world.crowds.ask(2)
    refreshed(world, anna)
    second.fix(others()[:-1])
    refreshed(world, anna)

    kept = {each.consent_id: each for each in world.services.crowds.read.offers(anna)}
    assert kept[again.consent_id].part(second.order.order_id).state is PartState.LEFT


def test_an_order_that_comes_back_after_it_was_answered_is_not_answered_again(world, anna):
    """The label is replayed: the same order under another offer of the same record."""
    held = offered(world, anna)
    played = heard(world, anna)
    world.services.crowds.end(anna, held.consent_id)
    world.services.crowds.offer(anna, held.credential_id, CHOICES)
    played.stage, played.said = Stage.JOINING, {}
    refreshed(world, anna)
    played.fix()

    refreshed(world, anna)

    offers = world.services.crowds.read.offers(anna)
    (part,) = [each.part(played.order.order_id) for each in offers if each.state(world.clock()).is_active]
    assert (part.state, part.refusal) == (PartState.LEFT, CrowdRefusal.ALREADY_TOLD)


def test_one_who_was_heard_is_not_called_silent_afterwards(world, anna):
    """A wallet answers one list of who was heard, and never a second one."""
    offered(world, anna)
    played = heard(world, anna)
    first = played.said[Round.REVEALING]
    everybody = set(range(12))
    played.heard = played.word(Round.REVEALING, everybody - {played.others[0].place})

    refreshed(world, anna)

    assert played.said[Round.REVEALING] == first


@pytest.mark.parametrize("told", ["another key", "another run", "another round", "too few", "not herself"])
def test_a_word_on_who_counts_that_does_not_hold_is_not_answered(world, anna, told):
    offered(world, anna)
    played = joined(world, anna)
    refreshed(world, anna)
    played.end_sharing()
    everybody = frozenset(range(12))
    order_id, digest = played.order.order_id, played.cohort.digest
    played.partners = {
        "another key": sign_places(
            Places(order_id, digest, Round.MASKING, everybody), parties.ed25519("somebody")
        ),
        "another run": sign_places(Places(order_id, "A" * 43, Round.MASKING, everybody), played.key),
        "another round": played.word(Round.REVEALING, everybody),
        "too few": played.word(Round.MASKING, sorted(everybody)[:9]),
        "not herself": played.word(Round.MASKING, everybody - {played.place}),
    }[told]

    alarms = refreshed(world, anna)

    assert any("do not hold" in each for each in alarms)
    assert Round.MASKING not in played.said
    assert part_in(world, anna, played).state is PartState.LEFT


def test_shares_that_were_changed_on_the_way_are_seen(world, anna):
    offered(world, anna)
    played = joined(world, anna)
    refreshed(world, anna)
    played.end_sharing()
    inbox = dict(played.inbox())
    place = next(iter(inbox))
    world.crowds.tampered["inbox"] = {**inbox, place: inbox[place][::-1]}

    (alarm,) = refreshed(world, anna)
    assert "do not hold" in alarm
    assert f"At fault: the members at the places {place}." in alarm
    assert Round.MASKING not in played.said


def test_an_order_that_does_not_hold_is_an_alarm_and_not_joined(world, anna):
    offered(world, anna)
    played = world.crowds.ask()
    receipt = EscrowReceipt(played.order.order_id, played.order.digest, 1000, 49, world.clock())
    played.escrow_receipt = sign_escrow_receipt(receipt, played.key)

    assert any("does not hold" in each for each in refreshed(world, anna))
    assert played.wallet_join is None


def test_an_order_of_a_buyer_without_a_valid_credential_is_not_joined(world, anna):
    offered(world, anna)
    world.issuers.revoked[STATUS_INDEX] = Status.INVALID
    played = world.crowds.ask()

    assert any("valid credential" in each for each in refreshed(world, anna))
    assert played.wallet_join is None


def test_another_order_under_the_name_of_one_that_runs_is_an_alarm(world, anna):
    offered(world, anna)
    played = joined(world, anna)
    other = world.crowds.ask(1, floor=11)
    other.stage = Stage.SHARING

    assert any("another order" in each for each in refreshed(world, anna))
    assert not played.said


@pytest.mark.parametrize("changes", [{"log_index": 0}, {"entry": {"amount_cents": 1}}], ids=str)
def test_a_receipt_that_is_not_in_the_log_as_it_should_be_is_an_alarm(world, anna, changes):
    offered(world, anna)
    world.crowds.pay(heard(world, anna), **changes)

    assert any("public log" in each for each in refreshed(world, anna))
    (use,) = world.services.history(anna)
    assert use.proof is Proof.BROKEN


@pytest.mark.parametrize(
    "changes",
    [
        {"weights": {"exam_score": 1}},
        {"consent_id": "urn:uuid:00000000-0000-4000-8000-000000000000"},
        {"amount_cents": 49, "entry": {"amount_cents": 49}},
    ],
    ids=["other weights", "another consent", "another amount"],
)
def test_a_receipt_for_something_else_is_an_alarm_and_counts_for_nothing(world, anna, changes):
    offered(world, anna)
    played = heard(world, anna)
    world.crowds.pay(played, **changes)

    assert any("did not sign" in each for each in refreshed(world, anna))
    assert part_in(world, anna, played).payment is None
