"""What a marketplace, a buyer or another wallet could try in a crowd sum, and what a wallet makes of it."""

from dataclasses import replace

import pytest

from consent.crowd_cohort import JoinPapers, sign_cohort
from consent.crowd_message import Round
from consent.crowd_terms import CrowdRefusal
from crypto.errors import MalformedError
from tests.consent.crowds import others
from tests.ssi import parties
from tests.wallet.crowd_plays import _replaced, _unreadable
from tests.wallet.crowd_steps import (
    OTHERS_MORE,
    heard,
    holder_key,
    joined,
    offered,
    part_in,
    refreshed,
)
from wallet.domain.crowd_news import Stage
from wallet.domain.crowd_part import PartState
from wallet.errors import PartnerFaultError


def test_a_roster_that_changes_between_rounds_is_seen_and_the_wallet_leaves(world, anna):
    """The marketplace swaps one member for another after the wallet has shared."""
    offered(world, anna)
    played = joined(world, anna)
    refreshed(world, anna)
    played.end_sharing()
    swapped = [*others()[:-1], *others(OTHERS_MORE)[-1:]]
    played.fix(swapped)
    played.end_sharing()

    alarms = refreshed(world, anna)

    assert any("two different lists" in each for each in alarms)
    part = part_in(world, anna, played)
    assert (part.state, part.seed) == (PartState.ENDED, b"")
    assert Round.MASKING not in played.said


def test_other_members_than_the_marketplace_signed_are_seen(world, anna):
    offered(world, anna)
    played = joined(world, anna)
    world.crowds.tampered["members"] = tuple(played.papers[::-1])

    assert any("do not hold" in each for each in refreshed(world, anna))
    assert not played.said


def test_a_member_who_did_not_sign_for_this_order_is_seen(world, anna):
    """A marketplace reuses what people signed for another order."""
    offered(world, anna)
    played = joined(world, anna)
    other = replace(played.order, order_id=played.order.order_id[:-1] + "9")
    stranger = others()[0].sit(other, parties.es256("company"), world.clock())
    _replaced(played, 0, stranger.papers)

    assert any("do not hold" in each for each in refreshed(world, anna))
    assert not played.said


def test_a_member_with_a_credential_that_no_issuer_signed_is_seen(world, anna):
    offered(world, anna)
    played = joined(world, anna)
    issuer_signed, tilde, _ = played.others[0].who.compact.partition("~")
    head, body, signature = issuer_signed.split(".")
    forged = f"{head}.{body}.{signature[::-1]}{tilde}"
    _replaced(played, 0, JoinPapers(played.others[0].part.join, forged))

    assert any("do not hold" in each for each in refreshed(world, anna))


def test_a_person_who_is_counted_twice_is_seen(world, anna):
    offered(world, anna)
    played = joined(world, anna)
    again = replace(played.others[1].who, index=999).sit(
        played.order, parties.es256("company"), world.clock()
    )
    _replaced(played, 0, again.papers)

    assert any("do not hold" in each for each in refreshed(world, anna))
    assert not played.said


def test_a_cohort_below_the_floor_is_refused(world, anna):
    offered(world, anna)
    played = world.crowds.ask()
    refreshed(world, anna)
    with pytest.raises(Exception, match="expected 10 to 12 people"):
        played.fix(others()[:8])
    world.crowds.tampered = {"stage": Stage.SHARING}
    played.stage = Stage.SHARING

    assert any("do not hold" in each for each in refreshed(world, anna))
    assert not played.said


def test_a_cohort_without_the_wallet_itself_is_refused(world, anna):
    offered(world, anna)
    played = joined(world, anna)
    stranger = others(OTHERS_MORE)[-1].sit(played.order, parties.es256("company"), world.clock())
    own = played.wallet_join
    played.papers = [stranger.papers if each == own else each for each in played.papers]
    played.statement = sign_cohort(played.order, played.papers, played.now, played.key)

    assert any("do not hold" in each for each in refreshed(world, anna))
    assert set(played.said) == {Round.LEAVING}


def test_a_second_sum_over_people_who_differ_by_one_is_refused(world, anna):
    """Their difference would be one person: everybody who is in both refuses."""
    offered(world, anna)
    first = heard(world, anna, 1)
    world.crowds.pay(first)
    refreshed(world, anna)

    second = joined(world, anna, 2, others()[:-1], people=12, floor=10)
    refreshed(world, anna)

    part = part_in(world, anna, second)
    assert part.state is PartState.LEFT
    assert part.refusal in {CrowdRefusal.SINGLE_VALUE, CrowdRefusal.CROWD_TOO_SMALL, CrowdRefusal.DOMINATED}
    assert second.message(Round.LEAVING, holder_key(world, anna)).refusal is part.refusal
    assert Round.SHARING not in second.said


def test_the_same_people_can_be_asked_the_same_again_until_the_budget_is_spent(world, anna):
    offered(world, anna)
    states = []
    for number in range(1, 8):
        played = joined(world, anna, number)
        refreshed(world, anna)
        states.append(part_in(world, anna, played).state)
        world.crowds.sums.clear()

    assert states[0] is PartState.SHARED
    assert states[-1] is PartState.LEFT
    (held,) = world.services.crowds.read.offers(anna)
    assert held.parts[-1].refusal is CrowdRefusal.BUDGET_SPENT


def test_leaving_one_person_out_of_what_is_opened_the_second_time_is_refused(world, anna):
    """Same cohort twice, one of them not heard the second time: the difference would be her number."""
    offered(world, anna)
    first = heard(world, anna, 1)
    world.crowds.pay(first)
    refreshed(world, anna)
    second = joined(world, anna, 2)
    refreshed(world, anna)
    second.end_sharing()
    refreshed(world, anna)
    assert part_in(world, anna, second).state is PartState.MASKED
    second.end_masking(silent=[0])

    refreshed(world, anna)

    part = part_in(world, anna, second)
    assert part.state is PartState.LEFT
    assert part.refusal in {CrowdRefusal.SINGLE_VALUE, CrowdRefusal.CROWD_TOO_SMALL, CrowdRefusal.DOMINATED}
    assert Round.REVEALING not in second.said


def test_who_was_heard_is_remembered_and_not_who_was_asked(world, anna):
    """Had the first sum been over fewer, the whole cohort the second time differs by one person."""
    offered(world, anna)
    first = joined(world, anna, 1)
    for step in (first.end_sharing, lambda: first.end_masking(silent=[0]), lambda: None):
        refreshed(world, anna)
        step()
    (memory,) = world.stores.crowd_memories.all(anna)
    assert len(memory.sums[0].handles) == 11
    assert part_in(world, anna, first).state is PartState.REVEALED
    world.crowds.pay(first)
    refreshed(world, anna)

    second = joined(world, anna, 2)
    refreshed(world, anna)

    assert part_in(world, anna, second).state is PartState.LEFT
    assert Round.SHARING not in second.said


def test_a_record_that_cannot_be_read_any_more_is_answered_by_leaving(world, anna, monkeypatch):
    offered(world, anna)
    played = joined(world, anna)
    refreshed(world, anna)
    played.end_sharing()
    monkeypatch.setattr("wallet.services.take_part.verify_record", _unreadable)

    alarms = refreshed(world, anna)

    assert any("do not hold" in each for each in alarms)
    assert part_in(world, anna, played).state is PartState.LEFT


def test_a_full_memory_takes_part_in_no_further_sum(world, anna, monkeypatch):
    monkeypatch.setattr("wallet.domain.crowd_memory.MOST_SUMS", 1)
    offered(world, anna)
    world.crowds.pay(heard(world, anna, 1))
    refreshed(world, anna)

    second = joined(world, anna, 2)
    refreshed(world, anna)

    (memory,) = world.stores.crowd_memories.all(anna)
    with pytest.raises(MalformedError, match="none is ever forgotten"):
        memory.telling(memory.sums[0])
    part = part_in(world, anna, second)
    assert (part.state, part.refusal) == (PartState.LEFT, CrowdRefusal.TOO_MANY_FUNCTIONS)


def test_a_sum_that_was_never_remembered_is_not_opened(world, anna):
    offered(world, anna)
    heard(world, anna)
    (memory,) = world.stores.crowd_memories.all(anna)

    with pytest.raises(MalformedError, match="never remembered"):
        memory.opening(replace(memory.sums[0], order_id="another"))


def test_papers_without_form_for_one_sum_keep_no_other_waiting(world, anna, monkeypatch):
    offered(world, anna)
    first, second = world.crowds.ask(1), world.crowds.ask(2)
    refreshed(world, anna)
    first.fix()
    second.fix()
    papers = world.crowds.papers

    def broken(consent_id, order_id, key):
        if order_id == first.order.order_id:
            raise PartnerFaultError("crowd papers: not of the promised form")
        return papers(consent_id, order_id, key)

    monkeypatch.setattr(world.crowds, "papers", broken)

    alarms = refreshed(world, anna)

    assert any("promised form" in each for each in alarms)
    assert part_in(world, anna, second).state is PartState.SHARED
