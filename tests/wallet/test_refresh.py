"""Bringing a wallet up to date: who used it, what is proven, what is reported."""

from dataclasses import replace
from decimal import Decimal

import pytest

from consent.log import Entry
from consent.query import Statistic
from consent.spending import spending
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from ssi.dataset import data_set
from ssi.status_list import Status
from tests.ssi import parties
from wallet.domain.choices import PolicyChoices
from wallet.domain.held_consent import ConsentState, Delivery
from wallet.domain.record import RecordState
from wallet.domain.use import Buyer, Outcome, Proof, UseEntry
from wallet.domain.use_words import computed_text
from wallet.errors import PartnerFaultError


@pytest.fixture
def given(world, anna):
    record = world.services.receive_credential(anna, world.issuers.offer())
    return world.services.publish_offer(anna, record.credential_id, PolicyChoices())


def _other(given, outcome=Outcome.LEFT_OUT, job_id="job-9"):
    return UseEntry(
        consent_id=given.consent_id,
        job_id=job_id,
        at=parties.NOW,
        buyer=Buyer("Acme", RecipientKind.COMPANY, "DE"),
        purpose=Purpose.COMMERCIAL_RESEARCH,
        statistics=(Statistic(StatisticKind.COUNT),),
        group_by=None,
        outcome=outcome,
        reason="The group of people is smaller than allowed.",
    )


def test_a_use_is_shown_with_its_checked_proof(world, anna, given):
    world.market.use(given.consent_id, cents=75)

    report = world.services.refresh(anna)

    (use,) = world.services.history(anna)
    assert (use.outcome, use.amount_cents, use.proof) == (Outcome.PAID, 75, Proof.CHECKED)
    assert use.buyer.name == "Institute of Public Health"
    assert (report.problems, report.alarms) == ([], [])


def test_the_whole_question_is_told_if_it_is_the_one_in_the_log(world, anna, given):
    world.market.tells_questions = True
    world.market.use(given.consent_id)
    world.services.refresh(anna)

    (use,) = world.services.history(anna)

    assert computed_text(use, data_set("exam/1")) == (
        "Average exam score, only type of school: girls only, over at least 50 people, with a random error"
    )
    assert use.buyer.country == "AT"


def test_another_question_than_the_one_in_the_log_is_not_told(world, anna, given):
    world.market.tells_questions = True
    world.market.use(given.consent_id)
    entry = world.market.log.entries[-1]
    world.market.log.entries[-1] = replace(entry, body={**entry.body, "query_digest": "another"})
    world.services.refresh(anna)

    (use,) = world.services.history(anna)

    assert use.query is None
    assert computed_text(use, data_set("exam/1")) == "Number of people and average exam score"


def test_another_amount_in_the_log_than_on_the_receipt_is_reported(world, anna, given):
    world.market.use(given.consent_id, amount_cents=76)

    report = world.services.refresh(anna)

    assert len(report.alarms) == 1
    assert world.services.history(anna)[0].proof is Proof.BROKEN


def test_earnings_add_up_to_the_cent(world, anna, given):
    for number, cents in enumerate((1, 33, 66)):
        world.market.use(given.consent_id, f"job-{number}", cents)
    world.clock.forward(days=40)
    world.market.use(given.consent_id, "job-3", 7)

    world.services.refresh(anna)

    earnings = world.services.earnings(anna)
    assert earnings.total_cents == 107
    assert earnings.cents_of(given.consent_id) == 107
    assert earnings.cents_in_month_of(world.clock()) == 7


def test_a_job_that_did_not_pay_is_shown_with_its_reason(world, anna, given):
    world.market.others = [_other(given)]

    world.services.refresh(anna)

    (use,) = world.services.history(anna)
    assert (use.outcome, use.amount_cents) == (Outcome.LEFT_OUT, 0)
    assert world.services.earnings(anna).total_cents == 0


def test_the_state_at_the_nodes_is_taken_over(world, anna, given):
    world.market.delivery, world.market.refusal = Delivery.REFUSED, "the credential is revoked"

    world.services.refresh(anna)

    held = world.services.read.consent(anna, given.row_id)
    assert held.state(world.clock()) is ConsentState.REFUSED
    assert held.refusal == "the credential is revoked"


def test_a_consent_runs_out(world, anna, given):
    world.clock.forward(days=200)

    assert given.state(world.clock()) is ConsentState.EXPIRED


def test_a_revoked_record_shows_within_one_refresh(world, anna, given):
    world.issuers.revoked = {0: Status.INVALID}

    world.services.refresh(anna)

    (record,) = world.services.records(anna)
    assert record.state is RecordState.REVOKED


def test_a_suspended_record_counts_again_when_the_issuer_says_so(world, anna, given):
    world.issuers.revoked = {0: Status.SUSPENDED}
    world.services.refresh(anna)
    (suspended,) = world.services.records(anna)
    world.issuers.revoked = {}
    world.services.refresh(anna)

    (record,) = world.services.records(anna)
    assert (suspended.state, record.state) == (RecordState.SUSPENDED, RecordState.VALID)


def test_an_issuer_that_is_down_is_a_problem_said_once_and_costs_nothing_else(world, anna, given):
    world.services.receive_credential(anna, world.issuers.offer(person="2"))
    world.market.use(given.consent_id)
    world.issuers.status_down = True

    report = world.services.refresh(anna)

    assert len(report.problems) == 1
    assert len(world.services.history(anna)) == 1


def test_a_marketplace_that_is_down_is_a_problem_and_what_is_known_stays(world, anna, given):
    world.market.use(given.consent_id)
    world.services.refresh(anna)
    world.market.down = True

    report = world.services.refresh(anna)

    assert len(report.problems) == 1
    assert len(world.services.history(anna)) == 1


def test_a_receipt_that_the_marketplace_did_not_sign_is_reported_and_not_counted(world, anna, given):
    world.market.use(given.consent_id)
    (owner, receipt, index) = world.market.uses[0]
    world.market.uses = [(owner, receipt[:-6] + "AAAAAA", index)]

    report = world.services.refresh(anna)

    assert len(report.alarms) == 1
    assert world.services.history(anna) == ()


def test_a_receipt_about_another_consent_is_reported_and_not_counted(world, anna, given):
    world.market.use(given.consent_id, consent_id="urn:uuid:00000000-0000-4000-8000-000000000000")

    report = world.services.refresh(anna)

    assert len(report.alarms) == 1
    assert world.services.history(anna) == ()


def test_a_use_whose_entry_is_about_another_job_is_marked_and_reported(world, anna, given):
    world.market.use(given.consent_id, "job-1")
    world.market.log.entries[-1] = Entry.of(
        "use", parties.NOW, {"consent_id": given.consent_id, "job_id": "job-2"}
    )

    report = world.services.refresh(anna)

    assert len(report.alarms) == 1
    assert world.services.history(anna)[0].proof is Proof.BROKEN


def test_a_use_at_another_place_than_the_receipt_says_is_marked_and_reported(world, anna, given):
    world.market.use(given.consent_id, log_index=0)

    report = world.services.refresh(anna)

    assert len(report.alarms) == 1
    assert world.services.history(anna)[0].proof is Proof.BROKEN


def test_a_log_that_shrank_is_reported_with_the_evidence(world, anna, given):
    world.market.use(given.consent_id)
    world.services.refresh(anna)
    del world.market.log.entries[1:]
    world.market.uses.clear()

    report = world.services.refresh(anna)

    alarm = world.services.read.overview(anna).log.alarm
    assert "shorter" in report.alarms[0]
    assert alarm.earlier.startswith("market\n2\n")
    assert alarm.later.startswith("market\n1\n")


def test_a_log_that_was_rewritten_is_reported(world, anna, given):
    world.market.use(given.consent_id)
    world.services.refresh(anna)
    world.market.log.entries[0] = Entry.of("offer", parties.NOW, {"consent_id": "another"})
    world.market.log.append(Entry.of("use", parties.NOW, {}))

    report = world.services.refresh(anna)

    assert any("contradicts" in alarm for alarm in report.alarms)
    assert world.services.read.overview(anna).log.size == 2


def test_a_second_log_of_the_same_size_is_reported(world, anna, given):
    world.services.refresh(anna)
    world.market.log.entries[0] = Entry.of("offer", parties.NOW, {"consent_id": "another"})

    report = world.services.refresh(anna)

    assert any("contradicts" in alarm for alarm in report.alarms)


def test_an_alarm_stays_after_the_log_looks_right_again(world, anna, given):
    entries = list(world.market.log.entries)
    world.market.log.entries[0] = Entry.of("offer", parties.NOW, {"consent_id": "another"})
    world.services.refresh(anna)
    world.market.log.entries[:] = entries

    world.services.refresh(anna)

    assert world.services.read.overview(anna).log.alarm is not None


def test_a_checkpoint_of_somebody_else_is_a_problem(world, anna, given):
    world.market.key = parties.ed25519("somebody else")

    report = world.services.refresh(anna)

    assert any("log" in problem for problem in report.problems)


def test_a_growing_log_is_remembered_since_its_first_sight(world, anna, given):
    world.clock.forward(days=1)
    world.market.use(given.consent_id)

    world.services.refresh(anna)

    log = world.services.read.overview(anna).log
    assert (log.size, log.since) == (2, parties.NOW)
    assert log.checked_at == world.clock()


def test_what_was_paid_stays_when_the_marketplace_stops_telling_of_it(world, anna, given):
    world.market.use(given.consent_id)
    world.services.refresh(anna)
    world.market.uses.clear()

    world.services.refresh(anna)

    assert world.services.earnings(anna).total_cents == 75


def test_a_registry_that_cannot_be_used_is_a_problem_and_no_crash(world, anna, given):
    world.trust.error = PartnerFaultError("The list of verified organisations cannot be used.")

    report = world.services.refresh(anna)

    assert "list of verified" in report.problems[0]


def test_an_empty_wallet_asks_nobody(world, anna):
    world.market.down = True

    assert world.services.refresh(anna).problems == []


def test_a_job_told_as_running_is_replaced_by_its_receipt(world, anna, given):
    world.market.others = [_other(given, Outcome.RUNNING, "job-1")]
    world.services.refresh(anna)
    world.market.use(given.consent_id, "job-1")
    world.market.others = [replace(_other(given, Outcome.RUNNING, "job-1"))]

    world.services.refresh(anna)

    (use,) = world.services.history(anna)
    assert use.outcome is Outcome.PAID


def test_what_answers_have_told_together_is_kept_with_the_agreement(world, anna, given):
    world.market.tells_questions = True
    world.market.use(given.consent_id)
    world.market.spent = spending([Decimal("0.5"), Decimal(1)])  # one more is computed, and not paid yet

    report = world.services.refresh(anna)
    world.market.spent = None
    world.services.refresh(anna)

    assert report.alarms == []
    assert world.services.read.consent(anna, given.row_id).spent == spending([Decimal("0.5"), Decimal(1)])


def test_a_marketplace_that_counts_less_than_it_paid_for_is_not_believed(world, anna, given):
    world.market.tells_questions = True
    world.market.use(given.consent_id)
    world.market.spent = spending([Decimal("0.4")])

    report = world.services.refresh(anna)

    assert report.alarms == ["The marketplace counts fewer answers with a random error than it paid you for."]
    assert world.services.read.consent(anna, given.row_id).spent is None
