"""Consents come, pause, end, run out and are revoked in any order, also while a job runs and nodes restart.

Three nodes compute for real, and the marketplace shows its log when it likes. Whatever happens: no output
that a node releases holds a person whose consent did not hold there at that moment, or leaves over a log that
was not shown lately or lacks a withdrawal for too long; what a node has confirmed as withdrawn never comes
back; and the log is the one that each node cosigned last.
"""

import tempfile
import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from consent.pause import PauseStatement, sign_pause
from consent.record import sign_withdrawal
from marketplace.mpc_node.config import LOGGED_WITHIN_SECONDS, MAX_LOG_AGE_SECONDS
from tests.marketplace.mpc_node.market_log import BEGINNING, MarketLog
from tests.marketplace.mpc_node.orders import NOISY, manifest_for
from tests.marketplace.mpc_node.parties import MARKET, NAMES, NOW, STATUS_URI
from tests.marketplace.mpc_node.people import POLICY, Offer, Person, contribution_of, people, person
from tests.marketplace.mpc_node.town import Town, step_of, wait_for_attempts

pytestmark = pytest.mark.timeout(900)  # its length is what Hypothesis makes of it, on a busy machine too
CROWD = 13
LASTING = Offer(replace(POLICY, epsilon_total=Decimal(60)))
SHORT = Offer(replace(LASTING.policy, valid_until=NOW + timedelta(days=3)))
STEPS = ("admission", "summand")
NUMBERS, NODES = st.integers(1, CROWD), st.sets(st.sampled_from(NAMES), min_size=1)
WHAT = st.sampled_from(["withdraw", "pause", "go on", "run out", "a while"])
LOG_WORDS = {"log_stale", "log_ahead", "withdrawal_hidden"}
WHILE = timedelta(seconds=MAX_LOG_AGE_SECONDS)
assert LOGGED_WITHIN_SECONDS == MAX_LOG_AGE_SECONDS


@dataclass
class Known:
    """What each node has confirmed of one person."""

    withdrawn: set[str] = field(default_factory=set)
    since: dict[str, datetime] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    log_index: int | None = None
    paused: dict[str, bool] = field(default_factory=dict)
    sequence: int = 0


def offer_of(someone: Person) -> Offer:
    """Every third person agreed for three days only."""
    return SHORT if someone.index % 3 == 0 else LASTING


class ConsentMachine(RuleBasedStateMachine):
    """Thirteen people, three nodes, and a marketplace that names everybody in each of its jobs."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.town = Town(Path(self.folder.name))
        self.known = {someone.consent_id: Known() for someone in people(CROWD)}
        self.revoked: set[str] = set()
        self.jobs = 0
        self.town.shows_log = False
        self.cosigned: dict[str, datetime] = {}

    def teardown(self) -> None:
        wait_for_attempts()
        for node in self.town.nodes.values():
            node.database.close()
        self.folder.cleanup()

    @initialize()
    def everybody_agrees(self):
        for offer in (SHORT, LASTING):
            self.town.settle([each for each in people(CROWD) if offer_of(each) is offer], offer)

    @rule(number=NUMBERS, nodes=NODES, what=WHAT)
    def change_her_mind(self, number, nodes, what):
        self.do(person(number), nodes, what)

    @rule(number=NUMBERS)
    def revoke_her_credential(self, number):
        self.town.statuses.revoked.setdefault(STATUS_URI, set()).add(number)
        self.revoked.add(person(number).consent_id)

    @rule(number=NUMBERS, node=st.sampled_from(NAMES))
    def hand_in_again(self, number, node):
        someone = person(number)
        verdict = self.town.contribute(node, contribution_of(someone, offer_of(someone)))[0]

        assert not (verdict["accepted"] and node in self.known[someone.consent_id].withdrawn)

    @rule(nodes=NODES)
    def show_the_log(self, nodes):
        for node in sorted(nodes):
            (answer,) = self.town.show_log(node)
            assert answer.status_code == 200, answer.text
            self.cosigned[node] = self.town.moment

    @rule(nodes=NODES)
    def log_withdrawals_and_show_them(self, nodes):
        """As an honest marketplace does with what the nodes know."""
        for node in sorted(nodes):
            for told in self.town.get(node, "/v1/log/withdrawals").json["withdrawals"]:
                known = self.known[told["consent_id"]]
                if known.log_index is None:
                    known.log_index = self.town.log.withdraw(told["consent_id"], told["withdrawal"])
        self.show_the_log(nodes)
        for node in sorted(nodes):
            for told in self.town.get(node, "/v1/log/withdrawals").json["withdrawals"]:
                known = self.known[told["consent_id"]]
                assert known.log_index is not None
                shown = {"withdrawals": [self.town.log.shown(known.log_index).to_json()]}
                answer = self.town.post(node, "/v1/log/withdrawals", shown)
                assert answer.json["results"][0]["shown"], answer.text
                known.shown.add(node)

    @rule(number=st.integers(1, 30))
    def show_another_log(self, number):
        """Nobody cosigns a log that does not continue the one before."""
        other = MarketLog([*self.town.log.entries, *[BEGINNING] * number])
        other.entries[0] = replace(BEGINNING, kind="another")
        for node in self.cosigned:
            last = self.town.nodes[node].witnessed.last(MARKET)
            assert last is not None
            answer = self.town.show(node, other.request(last.size))

            assert answer.status_code in {409, 422}

    @rule(node=st.sampled_from(NAMES))
    def start_a_node_anew(self, node):
        self.town.nodes[node].database.close()
        self.town.start(node)

    @precondition(lambda self: self.jobs < 8)
    @rule()
    def compute(self):
        self.run()

    @precondition(lambda self: self.jobs < 8)
    @rule(number=NUMBERS, nodes=NODES, what=WHAT, step=st.sampled_from(STEPS))
    def compute_and_change_her_mind_meanwhile(self, number, nodes, what, step):
        """It happens before the first word of a step arrives anywhere, so no node can have released yet."""
        once, happened = threading.Lock(), threading.Event()

        def before_the_word(sender: str, receiver: str, token: str) -> list[str]:
            with once:
                if step_of(token) == step and not happened.is_set():
                    happened.set()
                    self.do(person(number), nodes, what)
            return [token]

        self.town.wire = before_the_word
        try:
            self.run()
        finally:
            self.town.wire = lambda sender, receiver, token: [token]

    @invariant()
    def the_log_is_the_one_that_was_cosigned_last(self):
        for name, node in self.town.nodes.items():
            last = node.witnessed.last(MARKET)
            assert (last is not None) == (name in self.cosigned)
            if last is not None:
                assert self.town.log.state(last.size).root == last.root

    @invariant()
    def what_was_withdrawn_is_gone(self):
        for name, node in self.town.nodes.items():
            gone = [each for each, known in self.known.items() if name in known.withdrawn]
            assert node.contributions.find(gone) == {}

    def do(self, someone: Person, nodes: set[str], what: str) -> None:
        """What she does, told to some of the nodes; or three days and more go by."""
        if what == "run out":
            self.town.moment = max(self.town.moment, SHORT.policy.valid_until)
            return
        if what == "a while":
            self.town.moment += WHILE / 2 + timedelta(seconds=1)
            return
        known = self.known[someone.consent_id]
        known.sequence += 1
        for node in sorted(nodes):
            if what == "withdraw":
                token = sign_withdrawal(someone.consent_id, self.town.moment, someone.key)
                answer = self.town.post(node, "/v1/withdrawals", {"withdrawal": token}, caller=None)
                assert answer.status_code == 200, answer.text
                known.withdrawn.add(node)
                known.since.setdefault(node, self.town.moment)
            elif node not in known.withdrawn:
                said = PauseStatement(someone.consent_id, what == "pause", known.sequence, self.town.moment)
                told = {"pause": sign_pause(said, someone.key)}
                answer = self.town.post(node, "/v1/pauses", told, caller=None)
                assert answer.status_code == 200, answer.text
                known.paused[node] = said.paused

    def run(self) -> None:
        """A job over all who are not withdrawn in the log; each output is held against what its node knew."""
        self.jobs += 1
        now, name = self.town.moment, f"{self.jobs}"
        before = {each: self.refused_everywhere(each) for each in self.known}
        manifest = manifest_for(people(CROWD), NOISY, order_id=f"order-{name}", **window(now))
        named = {
            each.consent_id: contribution_of(each, offer_of(each)).inputs_digest
            for each in people(CROWD)
            if self.known[each.consent_id].log_index is None
        }
        manifest = replace(manifest, job_id=f"job-{name}", contributions=named, log=self.town.log.state())
        reluctant = [node for node in NAMES if self.distrusts(node) or self.is_behind(node)]
        if reluctant:  # the others would wait for them
            words = {each.json["detail"].partition(":")[0] for each in self.town.ask(manifest, of=reluctant)}
            assert words <= LOG_WORDS
            return
        answers = dict(zip(NAMES, self.town.ask(manifest), strict=True))
        assert {each.status_code for each in answers.values()} <= {202, 422}
        wait_for_attempts()
        started = [node for node, answer in answers.items() if answer.status_code == 202]
        ended = {node: self.town.get(node, f"/v1/jobs/job-{name}").json for node in started}
        for node, status in ended.items():
            assert status["state"] in {"DONE", "FAILED"}, status
            if status["state"] == "DONE":
                output = self.town.get(node, f"/v1/jobs/job-{name}/output").json
                assert len(output["admitted"]) >= NOISY.floor
                assert not self.distrusts(node)
                for each in output["admitted"]:
                    assert not before[each]
                    assert not self.refused_at(each, node)

    def is_behind(self, node: str) -> bool:
        """Whether a node was not shown all of the log yet."""
        last = self.town.nodes[node].witnessed.last(MARKET)
        return last is None or last.size < len(self.town.log.entries)

    def distrusts(self, node: str) -> bool:
        """Whether a node hands out nothing: the log is stale, or a withdrawal that it took is not in it."""
        now = self.town.moment
        stale = node not in self.cosigned or now - self.cosigned[node] > WHILE
        return stale or any(
            now - known.since[node] > WHILE and node not in known.shown
            for known in self.known.values()
            if node in known.withdrawn
        )

    def refused_everywhere(self, consent_id: str) -> bool:
        """Whether no node may compute on her: one that knows is enough."""
        return consent_id in self.revoked or any(self.refused_at(consent_id, node) for node in NAMES)

    def refused_at(self, consent_id: str, node: str) -> bool:
        """Whether a node knows by now that it may not hand out anything with her."""
        known = self.known[consent_id]
        short = offer_of(next(each for each in people(CROWD) if each.consent_id == consent_id)) is SHORT
        ran_out = short and self.town.moment >= SHORT.policy.valid_until
        return node in known.withdrawn or known.paused.get(node, False) or ran_out


def window(now: Any) -> dict[str, Any]:
    """When a manifest holds: an hour from its moment, or long enough for consents to run out meanwhile."""
    return {"issued_at": now - timedelta(minutes=1), "expires_at": now + timedelta(days=4)}


ConsentMachine.TestCase.settings = settings(max_examples=6, stateful_step_count=14, deadline=None)
TestConsents = ConsentMachine.TestCase


def test_everybody_who_still_agrees_is_in_the_answer():
    """What the machine plays does end in answers, so that its promise about them says something."""
    machine = ConsentMachine()
    try:
        machine.everybody_agrees()
        machine.change_her_mind(1, {"node-b"}, "withdraw")
        machine.revoke_her_credential(2)
        machine.log_withdrawals_and_show_them(set(NAMES))

        machine.compute()

        answers = [machine.town.get(name, "/v1/jobs/job-1/output").json["admitted"] for name in NAMES]
        assert answers == [sorted(each.consent_id for each in people(CROWD)[2:])] * 3
    finally:
        machine.teardown()
