"""The marketplace and three real nodes in one process: from contributions to an opened answer, and lies."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
import pytest

from crypto.encoding import parse_json
from crypto.mpc.output import encode_output
from crypto.mpc.release import Finished
from marketplace.clients.nodes import HttpNodes
from marketplace.domain.account import Account
from marketplace.domain.job import JobState
from marketplace.domain.offer import OfferState
from marketplace.domain.view import OrderView
from marketplace.sdk.errors import LyingNodeError
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.result import OpenedResult, Placed, open_result, read_result
from ssi.http.client import Body
from ssi.http.errors import PeerError, RefusedByPeerError, UnreachablePeerError
from ssi.http.problem import Problem
from tests.marketplace.fakes import HandClock
from tests.marketplace.market import ENOUGH_CENTS, Market, open_market
from tests.marketplace.mpc_node.orders import BUYER_KEY, EXACT, NOISY, RESULT_KEYS
from tests.marketplace.mpc_node.parties import NAMES, NOW, STATUS_URI, ed25519, registry
from tests.marketplace.mpc_node.people import Offer, Person, people, person, withdrawal_of
from tests.marketplace.mpc_node.town import Town, wait_for_attempts

ENOUGH_TURNS = 60


@dataclass
class PieceWire:
    """What carries pieces of rolls to nodes, until it breaks."""

    left: int | None = None
    carried: list[tuple[str, str]] = field(default_factory=list)

    def carry(self, node_id: str, path: str) -> None:
        if self.left == 0:
            raise UnreachablePeerError(f"{node_id} does not answer")
        self.left = None if self.left is None else self.left - 1
        self.carried.append((node_id, path))


class Answer(NamedTuple):
    """What a client gives back of an answer that is no JSON."""

    body: bytes


@dataclass
class TownClient:
    """What `ssi.http.client.Client` does, without a socket: requests to one real node of a town."""

    town: Town
    node_id: str
    clock: HandClock
    down: set[str]
    wire: "PieceWire"

    def get_json(self, path: str) -> Any:
        return self._read(lambda: self.town.get(self.node_id, path))

    def post_json(self, path: str, document: object, *, repeatable: bool = False) -> Any:
        return self._read(lambda: self.town.post(self.node_id, path, document))

    def send(self, method: str, path: str, *, body: Body, repeatable: bool = False) -> Answer:
        if method == "PUT":
            self.wire.carry(self.node_id, path)
            return Answer(self._answer(lambda: self.town.put(self.node_id, path, body.content)).data)
        return Answer(self._answer(lambda: self.town.show(self.node_id, body.content)).data)

    def close(self) -> None:
        pass

    def _read(self, ask: Callable[[], Any]) -> Any:
        answer = self._answer(ask)
        return parse_json(answer.data) if answer.data else None

    def _answer(self, ask: Callable[[], Any]) -> Any:
        if self.node_id in self.down:
            raise UnreachablePeerError(f"{self.node_id} does not answer")
        self.town.moment = self.clock.now
        answer = ask()
        if answer.status_code >= 400:
            problem = Problem.parse(answer.data, status=answer.status_code)
            raise RefusedByPeerError(self.node_id, answer.status_code, problem, body=answer.data)
        return answer


@dataclass
class Stage:
    """A marketplace over a town of real nodes."""

    market: Market
    town: Town
    down: set[str]
    wire: PieceWire

    def supply(self, crowd: list[Person], offer: Offer | None = None) -> None:
        self.market.supply(crowd, *([offer] if offer else []))
        self.market.forward()

    def drive(self) -> None:
        """Turn until nothing is due, letting the nodes compute in between."""
        turns = 0
        while self.market.turn():
            self.show_log()
            wait_for_attempts()
            turns += 1
            assert turns < ENOUGH_TURNS, "a job does not come to an end"

    def show_log(self) -> None:
        """What the worker does besides: nodes that can be reached cosign the log as it is now."""
        for _ in range(2):  # the second time for those who were asked before the state was published
            for node_id in NAMES:
                with suppress(PeerError):
                    self.market.duties.witness_log(node_id)

    def released(self, account: Account, query=EXACT) -> OrderView:
        placed = self.market.order(account, query)
        self.drive()
        return self.market.services.read_order(account.account_id, placed.order_id)

    def opened(self, account: Account, order: OrderView) -> OpenedResult:
        document = self.market.services.fetch_result(account.account_id, order.order_id)
        sealed = read_result(document, ed25519("authority").public, now=self.market.clock.now)
        keys = BuyerKeys(BUYER_KEY, RESULT_KEYS)
        return open_result(sealed, keys, Placed(order.order_id, order.query))

    def states(self) -> dict[str, OfferState]:
        rows = self.market.store.books.offers.rows  # type: ignore[attr-defined]
        return {consent_id: kept.offer.state for consent_id, kept in rows.items()}


def stage_over(town: Town) -> Stage:
    down: set[str] = set()
    wire = PieceWire()

    def connect(clock: HandClock) -> HttpNodes:
        return HttpNodes(
            registry,
            lambda entry, _: TownClient(town, entry.id, clock, down, wire),  # type: ignore[arg-type, return-value]
            clock=clock,
        )

    return Stage(open_market(real_nodes=connect), town, down, wire)


@pytest.fixture
def stage(tmp_path) -> Stage:
    return stage_over(Town(tmp_path))


def clear(crowd: list[Person]) -> tuple[int, float, float]:
    scores = [float(each.values["exam_score"]) for each in crowd]
    return len(scores), float(np.mean(scores)), float(np.std(scores, ddof=1))


def values(result: OpenedResult) -> list[float | None]:
    return [each.value for each in result.answer.rows[0].estimates]


def test_an_exact_answer_equals_the_one_in_the_clear_and_everybody_is_paid(stage):
    crowd = people(14)
    stage.supply(crowd)
    account = stage.market.buyer()
    order = stage.released(account)
    result = stage.opened(account, order)
    settled = stage.market.services.confirm_result(account.account_id, order.order_id)

    assert values(result) == pytest.approx(clear(crowd), abs=1e-9)
    assert (settled.state, settled.admitted, settled.charged_cents) == (JobState.SETTLED, 14, 2000)
    history = stage.market.services.read_history(person(1).consent_id, person(1).key.public)
    assert history["earnings"] == {"total_cents": 100, "currency": "EUR"}
    assert stage.market.services.trial_balance().total_cents == 0


def test_a_noisy_answer_lies_within_its_stated_error(stage):
    crowd = people(40)
    stage.supply(crowd)
    account = stage.market.buyer()
    result = stage.opened(account, stage.released(account, NOISY))
    count = result.answer.rows[0].estimates[0]

    assert count.value is not None
    assert count.noise_sd is not None
    assert abs(count.value - 40) < 8 * count.noise_sd
    assert 0 < count.noise_sd < 20


def test_a_contribution_that_does_not_open_the_issuers_commitment_never_becomes_active(stage):
    honest, liar = people(12), person(50)
    stage.supply(honest)
    stage.supply([liar], Offer(shared_values={**liar.values, "exam_score": 3.9}))

    assert stage.states()[liar.consent_id] is OfferState.REFUSED
    account = stage.market.buyer()
    assert stage.released(account).admitted == 12


def test_a_person_who_withdrew_is_in_no_later_answer_and_her_shares_are_deleted(stage):
    crowd = people(13)
    stage.supply(crowd)
    stage.market.services.withdraw_offer(withdrawal_of(crowd[0], stage.market.clock.now))
    for node_id in NAMES:
        assert stage.market.duties.relay_withdrawals(node_id) == 1
    account = stage.market.buyer()
    result = stage.opened(account, stage.released(account))

    assert values(result) == pytest.approx(clear(crowd[1:]), abs=1e-9)
    told: Any = stage.market.services.read_history(crowd[0].consent_id, crowd[0].key.public)
    assert len(told["deletion_receipts"]) == 3


def test_a_revoked_credential_is_left_out_by_the_nodes_and_its_share_of_the_price_returned(stage):
    crowd = people(13)
    stage.supply(crowd)
    stage.town.statuses.revoked[STATUS_URI] = {crowd[2].index}
    account = stage.market.buyer()
    order = stage.released(account)
    settled = stage.market.services.confirm_result(account.account_id, order.order_id)

    assert (settled.admitted, settled.charged_cents, settled.returned_cents) == (12, 1715, 143)
    told: Any = stage.market.services.read_history(crowd[2].consent_id, crowd[2].key.public)
    assert (told["others"][0]["outcome"], told["earnings"]["total_cents"]) == ("left_out", 0)


def test_a_node_that_is_killed_and_comes_back_costs_an_attempt_and_no_money(stage):
    stage.supply(people(12))
    account = stage.market.buyer()
    placed = stage.market.order(account)
    stage.down.add("node-b")
    for _ in range(3):
        stage.market.turn()
    waiting = stage.market.services.read_order(account.account_id, placed.order_id).state
    stage.down.clear()
    stage.town.start("node-b")
    stage.drive()

    order = stage.market.services.read_order(account.account_id, placed.order_id)
    assert (waiting, order.state) == (JobState.QUEUED, JobState.RELEASED)
    assert values(stage.opened(account, order)) == pytest.approx(clear(people(12)), abs=1e-9)


@pytest.fixture
def rolled(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than five people stand on a roll, of which a piece holds four."""
    monkeypatch.setattr("marketplace.services.start_attempt.MOST_INLINE", 5)
    monkeypatch.setattr("consent.roll.PIECE_RECORDS", 4)


@pytest.mark.usefixtures("rolled")
def test_an_order_over_a_roll_is_answered_and_paid_like_any_other(stage):
    crowd = people(14)
    stage.supply(crowd)
    stage.town.statuses.revoked[STATUS_URI] = {crowd[2].index}
    account = stage.market.buyer()
    order = stage.released(account)
    left = [each for each in crowd if each is not crowd[2]]

    assert values(stage.opened(account, order)) == pytest.approx(clear(left), abs=1e-9)
    settled = stage.market.services.confirm_result(account.account_id, order.order_id)
    assert (settled.state, settled.admitted) == (JobState.SETTLED, 13)
    told: Any = stage.market.services.read_history(crowd[2].consent_id, crowd[2].key.public)
    assert told["others"][0]["outcome"] == "left_out"
    assert stage.market.services.trial_balance().total_cents == 0


@pytest.mark.usefixtures("rolled")
def test_pieces_that_a_crash_kept_from_a_node_are_sent_again_and_no_others(stage):
    crowd = people(14)
    stage.supply(crowd)
    account = stage.market.buyer()
    placed = stage.market.order(account)
    stage.wire.left = 2
    stage.market.turn()
    stage.market.turn()
    arrived = list(stage.wire.carried)
    stage.wire.left = None
    stage.drive()

    order = stage.market.services.read_order(account.account_id, placed.order_id)
    assert (len(arrived), order.state) == (2, JobState.RELEASED)
    assert len(stage.wire.carried) == len(set(stage.wire.carried)) == 3 * 4
    assert values(stage.opened(account, order)) == pytest.approx(clear(crowd), abs=1e-9)


@pytest.mark.usefixtures("rolled")
def test_a_node_that_tells_of_other_people_than_the_roll_has_is_named(stage, monkeypatch):
    stage.supply(people(14))
    account = stage.market.buyer()

    def lying(people: bytes) -> dict[str, Any]:
        told: Any = parse_json(people)
        return {**told, "codes": "eNpjAAAAAQAB"}

    monkeypatch.setattr("marketplace.mpc_node.api.parse_json", lying)
    order = stage.released(account)

    assert order.state is JobState.REFUNDED
    assert order.culprits == ("node-a",)


def altered(finished: Finished) -> bytes:
    """A node that adds one to its own summand after it was fixed."""
    own = replace(finished.own, values=finished.own.values + np.uint64(1))
    return encode_output(own, finished.held)


def test_a_real_node_that_alters_its_output_is_named_and_the_order_refunded(tmp_path):
    stage = stage_over(Town(tmp_path, outputs={"node-c": altered}))
    stage.supply(people(12))
    account = stage.market.buyer()
    order = stage.released(account)

    with pytest.raises(LyingNodeError) as raised:
        stage.opened(account, order)
    outcome = stage.market.services.dispute_result(
        account.account_id, order.order_id, role=raised.value.role, private_key=RESULT_KEYS[2].to_bytes()
    )
    assert (raised.value.node, outcome.proven, outcome.node) == ("node-c", True, "node-c")
    statement = stage.market.services.read_statement(account.account_id)
    assert statement.available_cents == ENOUGH_CENTS


def test_nodes_refuse_a_buyer_whose_credential_was_revoked_after_the_order(stage):
    stage.supply(people(12))
    account = stage.market.buyer()
    placed = stage.market.order(account)
    stage.town.statuses.revoked["https://registrar.example/status-lists/1"] = {7}
    stage.drive()

    order = stage.market.services.read_order(account.account_id, placed.order_id)
    assert order.state is JobState.REFUNDED
    assert "buyer_revoked" in str(order.reason)


def test_the_privacy_budget_holds_across_orders(stage):
    stage.supply(people(12))
    account = stage.market.buyer()
    first, second = (stage.released(account, NOISY) for _ in range(2))

    assert (first.admitted, second.admitted) == (12, 12)
    with pytest.raises(Exception, match="limit for all answers"):
        stage.market.order(account, NOISY)


def test_the_dispute_window_pays_everybody_without_the_buyers_word(stage):
    stage.supply(people(12))
    account = stage.market.buyer()
    order = stage.released(account)
    stage.market.clock.now = NOW + timedelta(days=4)
    stage.drive()

    settled = stage.market.services.read_order(account.account_id, order.order_id)
    assert (settled.state, settled.charged_cents) == (JobState.SETTLED, 1715)
