"""Whatever happens between sending and writing it down, a receiver that passes over ids misses nothing."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from marketplace.domain.event import EventKind
from marketplace.domain.webhook import LEASE, WebhookState
from marketplace.sdk.webhooks import AgainError, Receiver
from marketplace.services.tell_events import tell
from tests.marketplace.hooked import Here
from tests.marketplace.hooks import HOOK


class ReaderMachine(RuleBasedStateMachine):
    """Workers die between sending and writing it down; a receiver that passes over ids misses nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.here = Here()
        self.taken: list[int] = []
        self.receiver = Receiver([self.here.secret], lambda: self.here.market.clock.now)

    @rule(times=st.integers(1, 4))
    def something_happens(self, times: int) -> None:
        self.here.happen(times)

    @rule()
    def a_change_is_taken_back(self) -> None:
        with pytest.raises(ZeroDivisionError), self.here.market.store.writing() as books:
            _tell_and_die(books, self.here.account.account_id, self.here.market.desk.now())

    @rule()
    def a_worker_sends_one(self) -> None:
        self.here.sending()
        self._take()

    @rule(sent=st.booleans())
    def a_worker_dies(self, sent: bool) -> None:
        sending = self.here.sending
        begun = sending._begin()
        if begun is not None and sent:
            assert sending._failure(*begun) is None
        self._take()
        self.here.market.clock.now += LEASE

    @rule()
    def the_receiver_is_away(self) -> None:
        self.here.heard.fails = "no answer in time"
        self.here.sending()
        self.here.heard.fails = None
        self.here.market.clock.forward(hours=2)
        if self.here.view().webhook.state is WebhookState.STOPPED:
            self.here.hooks.go_on(self.here.who, HOOK)

    def _take(self) -> None:
        for headers, body in self.here.heard.messages:
            try:
                self.taken.append(self.receiver.verify(headers, body).number)
            except AgainError:
                continue
        self.here.heard.messages.clear()

    @invariant()
    def each_event_was_taken_once_and_in_order(self) -> None:
        assert self.taken == list(range(1, len(self.taken) + 1))
        webhook = self.here.view().webhook
        assert webhook.sent_until <= len(self.taken)

    def teardown(self) -> None:
        self.here.market.clock.now += LEASE
        while self.here.sending():
            self._take()
        last = self.here.market.services.read_events(self.here.account.account_id, 0).last
        assert self.taken == list(range(1, last + 1))


def _tell_and_die(books, account_id, at) -> None:
    tell(books, account_id, at, EventKind.ORDER_STATE)
    raise ZeroDivisionError


TestReader = ReaderMachine.TestCase
TestReader.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
