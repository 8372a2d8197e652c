"""Attempts, messages and budgets as a node keeps them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import update

from consent.spending import spending
from crypto.sealing import Vault
from crypto.signing import generate_ed25519
from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.errors import (
    AttemptFailedError,
    Failure,
    NoOutputError,
    ReplayedError,
    UnknownJobError,
)
from marketplace.mpc_node.state import State
from marketplace.mpc_node.storage.contributions import (
    ContributionStore,
    Tombstone,
)
from marketplace.mpc_node.storage.jobs import JobStore
from marketplace.mpc_node.storage.ledger import PrivacyLedger, Purchase, account_of, runs_of, totals
from marketplace.mpc_node.storage.messages import Heard, MessageStore, Slot
from marketplace.mpc_node.storage.share_files import ShareFiles
from marketplace.mpc_node.storage.tables import ChargeRow
from ssi.hosting.database import Database, migrate, open_database
from ssi.jws import sign_jws
from tests.marketplace.mpc_node.stored import (
    NOW,
    ONE,
    PEERS,
    attempt,
    contribution,
    output,
    put,
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated database."""
    opened = open_database(database_url)
    migrate(opened.engine, MIGRATIONS)
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database, tmp_path: Path) -> ContributionStore:
    """The contributions of a node with an empty folder."""
    return ContributionStore(database, ShareFiles(tmp_path / "shares", Vault(bytes(32))))


def test_an_attempt_is_opened_once(database: Database):
    jobs = JobStore(database)

    assert jobs.open(attempt())
    assert not jobs.open(attempt())
    assert jobs.knows(attempt())
    assert jobs.status("job-1").state is State.ADMITTING


@pytest.mark.parametrize(
    "replay",
    [
        replace(attempt(), manifest_digest="other"),
        attempt(job="job-2"),
        attempt(order="order-2"),
        attempt(2, terms="other"),
    ],
    ids=["other manifest", "order again", "other order", "other terms"],
)
def test_an_id_with_another_body_is_a_replay(database: Database, replay):
    jobs = JobStore(database)
    jobs.open(attempt())

    with pytest.raises(ReplayedError):
        jobs.open(replay)


def test_a_higher_attempt_ends_the_running_one(database: Database):
    jobs = JobStore(database)
    jobs.open(attempt())
    jobs.open(attempt(2))

    assert not jobs.is_running("job-1", 1)
    assert jobs.is_running("job-1", 2)
    with pytest.raises(AttemptFailedError) as caught:
        jobs.advance("job-1", 1, State.COMPUTING)
    assert caught.value.failure is Failure.SUPERSEDED


def test_a_final_state_is_never_left(database: Database):
    jobs = JobStore(database)
    jobs.open(attempt())
    failure = AttemptFailedError(Failure.PEER_TIMEOUT, "silence", culprits=("node-b",))

    assert jobs.fail("job-1", 1, failure, {"c-1": "expired"})
    assert not jobs.fail("job-1", 1, AttemptFailedError(Failure.EXPIRED, "late"), {})
    with pytest.raises(AttemptFailedError):
        jobs.release("job-1", 1, (), output)
    status = jobs.status("job-1")
    assert (status.reason, status.culprits, status.refusals) == (
        "peer_timeout",
        ("node-b",),
        {"c-1": "expired"},
    )


def test_an_output_exists_only_when_the_attempt_is_done(database: Database):
    jobs = JobStore(database)
    jobs.open(attempt())
    with pytest.raises(NoOutputError):
        jobs.output("job-1")

    jobs.release("job-1", 1, ("c-1", "c-2"), output)

    assert jobs.output("job-1") == output()
    assert jobs.status("job-1").state is State.DONE


def test_who_withdrew_a_moment_before_stops_the_release(store: ContributionStore, database: Database):
    jobs = JobStore(database)
    put(store, contribution())
    jobs.open(attempt())
    store.bury(Tombstone("c-1", {}, NOW, "receipt"))
    made: list[str] = []

    with pytest.raises(AttemptFailedError) as caught:
        jobs.release("job-1", 1, ("c-1",), lambda: made.append("output") or output())  # type: ignore[func-returns-value]

    assert caught.value.failure is Failure.WITHDRAWN_DURING_COMPUTATION
    assert caught.value.consents == ("c-1",)
    assert made == []
    assert jobs.is_running("job-1", 1)


def test_an_output_that_cannot_be_made_leaves_none(database: Database):
    jobs = JobStore(database)
    jobs.open(attempt())

    with pytest.raises(ZeroDivisionError):
        jobs.release("job-1", 1, (), lambda: 1 / 0)  # type: ignore[arg-type,return-value]

    with pytest.raises(NoOutputError):
        jobs.output("job-1")


def test_what_a_crash_left_is_interrupted_and_what_is_final_stays(database: Database):
    jobs = JobStore(database)
    jobs.open(attempt())
    jobs.open(attempt(job="job-2", order="order-2"))
    jobs.release("job-2", 1, (), output)

    (left,) = jobs.unfinished()
    assert (left.job_id, left.attempt, left.state) == ("job-1", 1, State.ADMITTING)
    assert left.manifest == attempt().manifest
    assert jobs.interrupt("job-1", 1)
    assert not jobs.interrupt("job-2", 1)
    assert not jobs.unfinished()
    assert jobs.status("job-1").reason == "interrupted"
    assert jobs.status("job-2").state is State.DONE


def test_an_unknown_job_is_an_error(database: Database):
    with pytest.raises(UnknownJobError):
        JobStore(database).status("job-1")
    with pytest.raises(UnknownJobError):
        JobStore(database).output("job-1")


def test_a_message_is_kept_once_and_a_second_one_is_a_conflict(database: Database):
    messages = MessageStore(database)
    slot = Slot("job-1", 1, "summand", "node-b")

    assert messages.put(slot, "token", "digest", now=NOW) is Heard.NEW
    assert messages.put(slot, "token", "digest", now=NOW) is Heard.SAME
    assert messages.put(slot, "other", "other digest", now=NOW) is Heard.CONFLICT
    (kept,) = messages.of_attempt("job-1", 1, PEERS)
    assert (kept.token, kept.conflict) == ("token", True)
    assert messages.of_attempt("job-1", 2, PEERS) == ()


def test_old_messages_are_forgotten(database: Database):
    messages = MessageStore(database)
    messages.put(Slot("job-1", 1, "summand", "node-b"), "token", "digest", now=NOW)
    messages.put(Slot("job-2", 1, "summand", "node-b"), "token", "digest", now=NOW + timedelta(days=1))

    messages.forget_before(NOW + timedelta(hours=1))

    assert messages.of_attempt("job-1", 1, PEERS) == ()
    assert len(messages.of_attempt("job-2", 1, PEERS)) == 1


def test_messages_of_other_nodes_are_not_read(database: Database):
    messages = MessageStore(database)
    messages.put(Slot("job-1", 1, "summand", "node-d"), "token", "digest", now=NOW)

    assert messages.of_attempt("job-1", 1, PEERS) == ()


def test_a_peer_without_room_takes_no_room_of_another(database: Database):
    messages = MessageStore(database, most=2)
    for job in ("job-1", "job-2"):
        assert messages.put(Slot(job, 1, "summand", "node-b"), "token", "digest", now=NOW) is Heard.NEW

    assert messages.put(Slot("job-3", 1, "summand", "node-b"), "token", "digest", now=NOW) is Heard.NO_ROOM
    assert messages.put(Slot("job-1", 1, "summand", "node-b"), "token", "digest", now=NOW) is Heard.SAME
    assert messages.put(Slot("job-3", 1, "summand", "node-c"), "token", "digest", now=NOW) is Heard.NEW

    messages.forget("job-1", 1)
    assert messages.of_attempt("job-1", 1, PEERS) == ()
    assert messages.put(Slot("job-3", 1, "summand", "node-b"), "token", "digest", now=NOW) is Heard.NEW


def test_everybody_is_charged_or_nobody(database: Database):
    ledger = PrivacyLedger(database)
    purchase = Purchase("job-1", "root", Decimal("0.6"))

    over = ledger.spend(purchase, {"rich": ONE, "poor": Decimal("0.5")}, now=NOW)

    assert over == {"poor"}
    assert ledger.charges(["rich", "poor"]) == ()


def test_the_same_purchase_is_charged_once(database: Database):
    ledger = PrivacyLedger(database)
    purchase = Purchase("job-1", "root", ONE)

    for _ in range(2):
        assert ledger.spend(purchase, {"her": ONE}, now=NOW) == frozenset()
    assert len(ledger.charges(["her"])) == 1


def test_budgets_add_up_over_jobs_and_sets(database: Database):
    ledger = PrivacyLedger(database)
    cap = {"her": ONE}
    ledger.spend(Purchase("job-1", "root", Decimal("0.5")), cap, now=NOW)
    ledger.spend(Purchase("job-1", "other root", Decimal("0.5")), cap, now=NOW)

    assert ledger.spend(Purchase("job-2", "root", Decimal("0.01")), cap, now=NOW) == {"her"}


def test_jobs_are_counted_up_to_the_most_that_somebody_allows(database: Database):
    ledger, free = PrivacyLedger(database), Decimal(0)
    cap, runs = {"her": ONE, "him": ONE}, {"her": 2}

    def spend(job_id: str, root: str = "root") -> frozenset[str]:
        return ledger.spend(Purchase(job_id, root, free), cap, now=NOW, run_caps=runs)

    assert [spend("job-1"), spend("job-1", "other root"), spend("job-2")] == [frozenset()] * 3
    assert spend("job-3") == {"her"}
    assert spend("job-2", "third root") == frozenset()
    assert runs_of(ledger.charges(["her", "him"]), but="job-2") == {"her": 1, "him": 1}


def test_a_handle_at_another_issuer_is_another_account(database: Database):
    ledger, purchase = PrivacyLedger(database), Purchase("job-1", "root", ONE)
    hers, copied = account_of("did:web:one.example", "her"), account_of("did:web:two.example", "her")

    assert ledger.spend(purchase, {copied: ONE}, now=NOW) == frozenset()

    assert ledger.charges([hers]) == ()
    assert ledger.spend(Purchase("job-2", "root", ONE), {hers: ONE}, now=NOW) == frozenset()
    assert [charge.account for charge in ledger.charges([hers, copied])].count(hers) == 1


def test_what_was_charged_under_a_bare_handle_counts_for_its_account(database: Database):
    ledger, hers = PrivacyLedger(database), account_of("did:web:one.example", "her|self")
    ledger.spend(Purchase("job-1", "root", ONE), {"her|self": ONE}, now=NOW)

    assert ledger.spend(Purchase("job-2", "root", ONE), {hers: ONE}, now=NOW) == {hers}
    assert ledger.spend(Purchase("job-1", "root", ONE), {hers: ONE}, now=NOW) == frozenset()
    assert totals(ledger.charges([hers])) == {hers: ONE}


@pytest.mark.parametrize(("root", "is_released"), [("root 1", True), ("root 2", False)])
def test_an_exact_answer_is_released_over_one_set_of_people_only(database: Database, root, is_released):
    jobs = JobStore(database)
    stated = sign_jws({"admitted_root": "root 1"}, generate_ed25519(), typ="statement")
    jobs.open(attempt())
    jobs.release("job-1", 1, (), lambda: replace(output(), statement=stated), only_root="root 1")
    jobs.open(attempt(2))

    if is_released:
        jobs.release("job-1", 2, (), output, only_root=root)
    else:
        with pytest.raises(AttemptFailedError) as caught:
            jobs.release("job-1", 2, (), output, only_root=root)
        assert caught.value.failure is Failure.RELEASED_ALREADY
        with pytest.raises(NoOutputError):
            jobs.output("job-1")


def test_what_a_person_was_charged_stands_in_both_accounts(database):
    ledger, small = PrivacyLedger(database), Decimal("0.1")
    caps = {"her": Decimal(10), "him": Decimal(10)}
    for number in range(20):
        assert not ledger.spend(Purchase(f"job-{number}", "root", small), caps, now=NOW)
    assert not ledger.spend(Purchase("exact", "root", Decimal(0)), {"her": Decimal(10)}, now=NOW)

    spent = dict(ledger.spendings())

    assert spent == dict.fromkeys(("her", "him"), spending([small] * 20))
    assert spent["her"].epsilon == Decimal(2)
    assert spent["her"].composed < Decimal("0.7")


def test_charges_of_an_earlier_version_have_the_rho_of_their_epsilon(database):
    ledger = PrivacyLedger(database)
    assert not ledger.spend(Purchase("job-1", "root", ONE), {"her": ONE}, now=NOW)
    with database.writing() as session:
        session.execute(update(ChargeRow).values(rho=None))

    assert dict(ledger.spendings()) == {"her": spending([ONE])}


def test_the_sum_is_what_is_enforced_however_little_the_answers_come_to(database):
    ledger, small = PrivacyLedger(database), Decimal("0.1")
    for number in range(10):
        assert not ledger.spend(Purchase(f"job-{number}", "root", small), {"her": ONE}, now=NOW)

    over = ledger.spend(Purchase("one more", "root", small), {"her": ONE}, now=NOW)

    assert over == {"her"}
    assert dict(ledger.spendings())["her"].composed < ONE
