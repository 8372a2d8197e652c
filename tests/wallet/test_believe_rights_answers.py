"""What the marketplace says about a request is believed only as far as it holds together and is the law's."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.rights_request import Right
from crypto.errors import MalformedError
from tests.wallet.filing import agreed_to, filed, kept_case
from tests.wallet.rights_market import MONTH, THREE_MONTHS
from wallet.domain.rights_case import CaseOutcome, CaseStanding, CaseState
from wallet.errors import PartnerFaultError


@pytest.fixture
def agreed(world, anna):
    return agreed_to(world, anna)


def _other_standing(**changes):
    return lambda answer: replace(answer, standing=replace(answer.standing, **changes))


def _moved(days):
    return lambda answer: replace(
        answer,
        standing=replace(
            answer.standing,
            filed_at=answer.standing.filed_at + timedelta(days=days),
            due_at=answer.standing.due_at + timedelta(days=days),
        ),
    )


def _answered(days):
    return lambda answer: _other_standing(
        state=CaseState.ANSWERED,
        outcome=CaseOutcome.GRANTED,
        answer="Done.",
        answered_at=answer.standing.filed_at + timedelta(days=days),
    )(answer)


LIES = {
    "another request": lambda answer: replace(answer, request_id="00000000-0000-4000-8000-000000000001"),
    "another agreement": lambda answer: replace(
        answer, consent_id="urn:uuid:00000000-0000-4000-8000-000000000001"
    ),
    "another right": lambda answer: replace(answer, right=Right.PORTABILITY),
    "filed before it was signed": _moved(-1),
    "filed in days to come": _moved(1),
    "answered before it was filed": _answered(-1),
    "answered in days to come": _answered(1),
}


@pytest.mark.parametrize("name", LIES)
def test_an_answer_that_does_not_hold_is_not_believed(world, anna, agreed, name):
    case = filed(world, anna, agreed)
    world.rights.lie = LIES[name]

    report = world.services.refresh(anna)

    assert report.problems == ["The marketplace gave an answer about a request that does not hold."]
    assert kept_case(world, anna) == case


@pytest.mark.parametrize("name", LIES)
def test_a_first_answer_that_does_not_hold_leaves_the_request_to_be_sent_again(world, anna, agreed, name):
    world.rights.lie = LIES[name]
    with pytest.raises(PartnerFaultError):
        filed(world, anna, agreed)
    world.rights.lie = lambda answer: answer

    before = kept_case(world, anna)
    world.services.refresh(anna)

    assert before.state is CaseState.SENDING
    assert kept_case(world, anna).state is CaseState.OPEN


@pytest.mark.parametrize(
    "lie",
    [
        _answered(0),
        lambda answer: _other_standing(
            state=CaseState.EXTENDED, because="x", due_at=answer.standing.filed_at + THREE_MONTHS
        )(answer),
    ],
    ids=["answered", "extended"],
)
def test_nobody_can_have_decided_on_what_was_only_just_asked(world, anna, agreed, lie):
    world.rights.lie = lie

    with pytest.raises(PartnerFaultError):
        filed(world, anna, agreed)
    assert kept_case(world, anna).state is CaseState.SENDING


def test_a_due_date_is_not_moved_without_a_reason(world, anna, agreed):
    case = filed(world, anna, agreed)
    world.rights.lie = lambda answer: _other_standing(due_at=answer.standing.due_at - timedelta(days=1))(
        answer
    )

    assert world.services.refresh(anna).problems
    assert kept_case(world, anna) == case


@pytest.mark.parametrize("because", [None, "another reason"])
def test_a_prolongation_is_neither_taken_back_nor_told_otherwise(world, anna, agreed, because):
    filed(world, anna, agreed)
    world.rights.extend("Many requests at once.")
    world.services.refresh(anna)
    case = kept_case(world, anna)
    state, span = (CaseState.EXTENDED, THREE_MONTHS) if because else (CaseState.OPEN, MONTH)
    world.rights.lie = lambda answer: _other_standing(
        state=state, because=because, due_at=answer.standing.filed_at + span
    )(answer)

    assert world.services.refresh(anna).problems
    assert kept_case(world, anna) == case


@pytest.mark.parametrize(
    ("state", "days", "because"),
    [
        (CaseState.OPEN, 27, None),
        (CaseState.OPEN, 32, None),
        (CaseState.EXTENDED, 88, "why"),
        (CaseState.EXTENDED, 93, "why"),
        (CaseState.OPEN, 31, "why"),
        (CaseState.EXTENDED, 92, None),
        (CaseState.ANSWERED, 31, None),
        (CaseState.SENDING, 31, None),
        (CaseState.NOT_TAKEN, 31, None),
    ],
)
def test_a_standing_that_the_law_does_not_know_is_none(world, state, days, because):
    now = world.clock()

    with pytest.raises(MalformedError):
        CaseStanding(state, now, now + timedelta(days=days), because)
