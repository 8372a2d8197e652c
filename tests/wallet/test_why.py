"""Why was a person in an answer, or not? Her policy is evaluated again by her wallet."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from consent.query import Query, Statistic
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from ssi.dataset import data_set
from tests.wallet.world import QUESTION
from wallet.domain.asking import Asking, surplus_of
from wallet.domain.choices import PolicyChoices
from wallet.domain.held_consent import HeldConsent
from wallet.domain.pausing import PauseChange, Pausing
from wallet.domain.use import Buyer, Outcome, UseEntry
from wallet.domain.why import Why, explained
from wallet.domain.withdrawal import WithdrawalProgress

ASKED = Query.from_json(QUESTION)
EXAM = data_set("exam/1")
HOUR = timedelta(hours=1)
NODES = ("node-a", "node-b", "node-c")


@pytest.fixture
def held(world):
    policy = PolicyChoices(crowd_floor=50).policy(EXAM, known_nodes=NODES, now=world.clock())
    return HeldConsent("row", "urn:uuid:1", "credential", policy, "signed", "notice")


@pytest.fixture
def use(held):
    return UseEntry(
        consent_id=held.consent_id,
        job_id="job-1",
        at=held.policy.given_at + 3 * HOUR,
        buyer=Buyer("Institute", RecipientKind.RESEARCH_INSTITUTE, "AT", "urn:argonauta:organisation:iph"),
        purpose=ASKED.purpose,
        statistics=ASKED.statistics,
        group_by=None,
        outcome=Outcome.PAID,
        amount_cents=75,
        query=ASKED,
        asked_at=held.policy.given_at + HOUR,
        offered_cents=75,
    )


def _judged(held: HeldConsent, use: UseEntry, earlier: Iterable[UseEntry]) -> Why:
    why = explained(held, use, earlier)
    assert why is not None
    return why


def _broken(why: Why) -> set[str]:
    return {finding.operand for rule in why.broken for finding in rule.findings}


def test_a_use_within_the_agreement_was_permitted(held, use):
    why = _judged(held, use, [])

    assert why.permits
    assert why.was_in
    assert why.untold == frozenset()


def test_a_use_whose_question_is_not_told_is_not_judged(held, use):
    assert explained(held, replace(use, query=None), []) is None


@pytest.mark.parametrize(
    ("changes", "operand"),
    [
        ({"buyer": Buyer("Acme", RecipientKind.INSURER)}, "mk:recipientKind"),
        ({"query": replace(ASKED, purpose=Purpose.COMMERCIAL_RESEARCH)}, "purpose"),
        ({"query": replace(ASKED, epsilon=None)}, "mk:exact"),
        ({"query": replace(ASKED, epsilon=Decimal(1))}, "mk:epsilonPerQuery"),
        ({"query": replace(ASKED, floor=20, group_by="sex")}, "mk:crowd"),
        ({"amount_cents": 10}, "mk:compensationCents"),
    ],
)
def test_a_rule_that_was_not_kept_is_named(held, use, changes, operand):
    assert _broken(_judged(held, replace(use, **changes), [])) == {operand}


def test_what_earlier_answers_cost_is_counted(held, use):
    earlier = [replace(use, job_id=f"job-{each}", at=use.at - HOUR * each) for each in (1, 2, 3, 4)]
    later = [replace(use, job_id="job-9", at=use.at + HOUR)]
    unpaid = [replace(each, outcome=Outcome.LEFT_OUT) for each in earlier]

    assert _judged(held, use, [*earlier[:3], *later, *unpaid]).permits
    assert _broken(_judged(held, use, earlier)) == {"mk:epsilonTotal"}


def test_a_use_that_was_asked_for_after_the_end_was_not_permitted(held, use):
    ended = replace(held, withdrawal=WithdrawalProgress("signed", use.asked_at - HOUR / 2))

    assert _broken(_judged(ended, use, [])) == {"mk:withdrawn"}


def test_an_end_while_the_answer_was_made_is_not_held_against_it(held, use):
    ended = replace(held, withdrawal=WithdrawalProgress("signed", use.at - HOUR))

    why = _judged(ended, use, [])

    assert why.permits
    assert why.untold == {"mk:withdrawn"}


def test_where_it_is_not_told_when_somebody_asked_an_earlier_end_decides_nothing(held, use):
    ended = replace(held, withdrawal=WithdrawalProgress("signed", use.at - HOUR))

    assert _judged(ended, replace(use, asked_at=None), []).untold == {"mk:withdrawn"}


def test_a_pause_counts_from_when_it_was_said_until_it_ended(held, use):
    def paused(*changes):
        return replace(held, pausing=Pausing("signed", 1, tuple(changes)))

    before, after = use.asked_at - HOUR / 2, use.asked_at + HOUR
    going_on = PauseChange(paused=False, at=use.asked_at - HOUR / 4)

    assert _broken(_judged(paused(PauseChange(True, before)), use, [])) == {"mk:paused"}
    assert _judged(paused(PauseChange(True, before), going_on), use, []).permits
    assert _judged(paused(PauseChange(True, after)), use, []).untold == {"mk:paused"}


def test_how_many_took_part_is_not_told_where_more_than_the_question_demands_would_do(held, use):
    wide = replace(held, policy=replace(held.policy, crowd_floor=80))
    public = replace(ASKED, where=())

    assert _judged(wide, replace(use, query=public), []).untold == {"mk:crowd"}
    in_groups = replace(ASKED, where=(), group_by="sex")
    assert _broken(_judged(wide, replace(use, query=in_groups), [])) == {"mk:crowd"}


def test_what_would_have_been_paid_is_not_told_by_every_marketplace(held, use):
    left_out = replace(use, outcome=Outcome.LEFT_OUT, amount_cents=0)

    assert _broken(_judged(held, replace(left_out, offered_cents=10), [])) == {"mk:compensationCents"}
    assert _judged(held, replace(left_out, offered_cents=None), []).untold == {"mk:compensationCents"}


def test_a_use_keeps_what_it_was_told_when_it_is_sealed(held, use):
    kept = replace(held, uses=(use, replace(use, asked_at=None, offered_cents=None)))

    assert HeldConsent.from_document(kept.to_document(), "row", 0).uses == kept.uses


def test_a_question_that_nobody_may_ask_has_no_flag():
    assert surplus_of(replace(ASKED, data_set="nothing/1")) == ()
    assert surplus_of(replace(ASKED, statistics=(Statistic(StatisticKind.MEAN, "shoe_size"),))) == ()


def test_more_people_excuse_no_flag():
    few = Asking(Purpose.ACADEMIC_RESEARCH, RecipientKind.UNIVERSITY, StatisticKind.MEAN, "exam_score", 50)
    exact = replace(few, exact=True)

    for people in (50, 500, 5_000, 50_000):
        flags = {each.kind for each in surplus_of(replace(exact, people=people).query(EXAM))}
        assert {each.kind for each in surplus_of(exact.query(EXAM))} <= flags
