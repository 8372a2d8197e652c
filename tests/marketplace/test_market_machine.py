"""Orders, failures, withdrawals, disputes in any order: the money always adds up, and nobody pays twice."""

from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from consent.query import Query
from marketplace.domain.chart import SANDBOX, buyer_available, escrow, subject_earned
from marketplace.domain.job import JobState, NodeJobStatus
from marketplace.domain.view import OrderView
from marketplace.errors import DisputeRefusedError, MarketplaceError, ResultNotReadyError
from marketplace.services.tell_recipients import NOTE
from tests.marketplace.market import ENOUGH_CENTS, open_market
from tests.marketplace.mpc_node.orders import EXACT, NOISY, RESULT_KEYS
from tests.marketplace.mpc_node.parties import NAMES
from tests.marketplace.mpc_node.people import people, person, withdrawal_of

CROWD = 14
REASONS = (
    "interrupted",
    "disagreement",
    "peer_timeout",
    "protocol_violation",
    "withdrawn_during_computation",
)
OVER = {JobState.SETTLED, JobState.REFUNDED}


class PowerCutError(RuntimeError):
    """A process ends in the middle of what it does."""


class MarketMachine(RuleBasedStateMachine):
    """One buyer, fourteen people and three nodes that do what they like."""

    def __init__(self) -> None:
        super().__init__()
        self.market = open_market()
        self.orders: list[str] = []
        self.ended: dict[str, OrderView] = {}

    @initialize()
    def open(self):
        self.market.stock(CROWD)
        self.account = self.market.buyer().account_id

    def view(self, order_id: str) -> OrderView:
        return self.market.services.read_order(self.account, order_id)

    def attempt(self, use: Any, *args: Any, **options: Any) -> None:
        """Do something that the market may refuse."""
        with suppress(MarketplaceError):
            use(*args, **options)

    @rule(query=st.sampled_from([EXACT, NOISY]), number=st.integers(1, 6), price=st.sampled_from([1, 5000]))
    def ask(self, query, number, price):
        self.order(query=query, number=number, price=price)

    @rule(turns=st.integers(1, 4))
    def turn(self, turns):
        self.drive(turns=turns)

    def order(self, *, query: Query, number: int, price: int) -> None:
        order_id = str(UUID(int=number))
        self.attempt(
            self.market.services.place_order,
            self.account,
            order_id=order_id,
            query=query,
            accepted_price_cents=price,
        )
        with self.market.store.reading() as books:
            if books.orders.get(order_id) is not None and order_id not in self.orders:
                self.orders.append(order_id)

    def drive(self, *, turns: int) -> None:
        for _ in range(turns):
            self.market.turn()

    @rule(number=st.integers(1, 6))
    def have_a_good_day(self, number):
        """Everybody does what is expected: most stories need one to get anywhere."""
        self.market.nodes.down, self.market.nodes.says = set(), {}
        self.order(query=EXACT, number=number, price=5000)
        self.drive(turns=5)

    @rule(number=st.integers(1, 6), node=st.sampled_from(NAMES), reason=st.sampled_from(REASONS))
    def have_a_bad_day(self, number, node, reason):
        """A node fails whatever it is given."""
        self.market.nodes.down = set()
        self.fail(node=node, reason=reason)
        self.order(query=NOISY, number=number, price=5000)
        self.drive(turns=8)

    @rule(minutes=st.sampled_from([1, 11, 60 * 24, 60 * 24 * 3]))
    def let_time_pass(self, minutes):
        self.market.clock.forward(minutes=minutes)
        self.market.duties.expire_holds()

    @rule(node=st.sampled_from(NAMES), back=st.booleans())
    def come_and_go(self, node, back):
        self.market.nodes.down = self.market.nodes.down - {node} if back else {node}

    @rule(node=st.sampled_from(NAMES), reason=st.sampled_from(REASONS))
    def start_failing(self, node, reason):
        self.fail(node=node, reason=reason)

    def fail(self, *, node: str, reason: str) -> None:
        self.market.nodes.says = {node: NodeJobStatus("FAILED", 1, reason, ("node-a",))}

    @rule(word=st.sampled_from(["AGREEING", "COMPUTING"]))
    def work(self, word):
        self.market.nodes.says = {node: NodeJobStatus(word, 1) for node in NAMES}

    @rule()
    def finish(self):
        self.market.nodes.says = {}

    @rule(number=st.integers(1, CROWD))
    def leave_out(self, number):
        self.market.nodes.leave_out = {person(number).consent_id: "revoked"}

    @rule(number=st.integers(1, CROWD))
    def withdraw(self, number):
        self.market.services.withdraw_offer(withdrawal_of(person(number)))

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def confirm(self, data):
        self.attempt(
            self.market.services.confirm_result, self.account, data.draw(st.sampled_from(self.orders))
        )

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), role=st.integers(0, 2))
    def dispute(self, data, role):
        try:
            outcome = self.market.services.dispute_result(
                self.account,
                data.draw(st.sampled_from(self.orders)),
                role=role,
                private_key=RESULT_KEYS[role].to_bytes(),
            )
        except (DisputeRefusedError, ResultNotReadyError):
            return
        assert not outcome.proven

    @rule()
    def cut_the_power_in_the_next_ending(self):
        log = self.market.store.books.log  # type: ignore[attr-defined]
        honest = type(log).add

        def cut(*_: object) -> None:
            raise PowerCutError

        log.add = cut.__get__(log)
        try:
            self.market.turn()
        except PowerCutError:
            self.market.clock.forward(minutes=2)
        log.add = honest.__get__(log)

    @invariant()
    def the_books_add_up(self):
        assert self.market.services.trial_balance().total_cents == 0
        assert self.market.balance(SANDBOX) in {0, -ENOUGH_CENTS}

    @invariant()
    def an_order_costs_what_it_says_and_its_escrow_is_empty_in_the_end(self):
        charged = held = 0
        for order_id in self.orders:
            order = self.view(order_id)
            if order.state in OVER:
                assert self.market.balance(escrow(order_id)) == 0
                charged += order.charged_cents or 0
            elif order.state is JobState.RELEASED:
                assert self.market.balance(escrow(order_id)) == order.price.gross_cents
                charged += order.price.gross_cents
            else:
                held += order.price.gross_cents
        if self.orders:
            statement = self.market.services.read_statement(self.account)
            assert self.market.balance(buyer_available(self.account)) == ENOUGH_CENTS - charged
            assert statement.held_cents <= held
            assert statement.available_cents >= 0

    @invariant()
    def what_has_ended_stays_as_it_ended(self):
        for order_id in self.orders:
            order = self.view(order_id)
            # Who is told later that somebody ended her agreement is told nothing else.
            events = [event for event in order.events if event.note != NOTE]
            order = replace(order, events=tuple(events))
            if order.state in OVER:
                assert self.ended.setdefault(order_id, order) == order

    @invariant()
    def people_are_paid_once_for_each_settled_answer(self):
        settled = [self.view(each) for each in self.orders if self.view(each).state is JobState.SETTLED]
        earned = sum(self.market.balance(subject_earned(each.consent_id)) for each in people(CROWD))
        assert earned == sum(100 * (order.admitted or 0) for order in settled)

    @invariant()
    def only_released_answers_are_handed_out(self):
        for order_id in self.orders:
            state = self.view(order_id).state
            try:
                self.market.services.fetch_result(self.account, order_id)
            except ResultNotReadyError:
                assert state not in {JobState.RELEASED, JobState.SETTLED}
            else:
                assert state in {JobState.RELEASED, JobState.SETTLED}


MarketMachine.TestCase.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
TestMarketMachine = MarketMachine.TestCase
