"""Both sides negotiate at random over a wire that loses messages, and never contradict each other."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from consent.moves import IllegalMoveError, Side
from consent.negotiation import NEGOTIATION, NegotiationMove, NegotiationState
from consent.order_terms import OrderTerms
from crypto.encoding import parse_json
from marketplace.domain.dsp import ContractRequest, TransferRequest
from marketplace.domain.negotiation import Negotiation
from marketplace.services.data_space_suite import SpaceSide
from ssi.http.errors import PeerError, UnreachablePeerError
from tests.marketplace.connector import ROOT, asking
from tests.marketplace.market import open_market
from tests.marketplace.mpc_node.orders import NOISY

ADDRESS = "https://buyer.example/dsp"
C, P = Side.CONSUMER, Side.PROVIDER
MOVES = {
    "ContractOfferMessage": NegotiationMove.OFFER,
    "ContractAgreementMessage": NegotiationMove.AGREE,
    "ContractNegotiationEventMessage": NegotiationMove.FINALIZE,
    "ContractNegotiationTerminationMessage": NegotiationMove.TERMINATE,
}
PRICES = st.sampled_from([100, 1_714, 1_715, 5_000])


@dataclass
class Wire:
    """The `Callbacks` port with a consumer behind it: it takes a message, loses it, or loses its answer."""

    state: NegotiationState | None = NegotiationState.REQUESTED
    fate: str = "arrives"
    agreements: set[str] = field(default_factory=set)
    offer_id: str | None = None

    def allow(self, address: str) -> None:
        assert address == ADDRESS

    def deliver(self, url: str, body: bytes, signature: str) -> None:
        assert url.startswith(f"{ADDRESS}/negotiations/")
        if self.fate == "lost":
            raise UnreachablePeerError("no answer in time")
        message: Any = parse_json(body)
        move = MOVES[message["@type"]]
        try:
            self.state = NEGOTIATION.after(self.state, move, P)
        except IllegalMoveError as error:
            # A repeated message, whose acknowledgement was lost, is acknowledged again.
            if self.state is not NEGOTIATION.table.get((_before(move), move, P)):
                raise PeerError("answered 400") from error
        if move is NegotiationMove.AGREE:
            self.agreements.add(message["agreement"]["@id"])
        if move is NegotiationMove.OFFER:
            self.offer_id = message["offer"]["@id"]
        if self.fate == "unanswered":
            raise UnreachablePeerError("no answer in time")


def _before(move: NegotiationMove) -> NegotiationState:
    firsts = {
        NegotiationMove.OFFER: NegotiationState.REQUESTED,
        NegotiationMove.AGREE: NegotiationState.ACCEPTED,
        NegotiationMove.FINALIZE: NegotiationState.VERIFIED,
        NegotiationMove.TERMINATE: NegotiationState.REQUESTED,
    }
    return firsts[move]


class NegotiationMachine(RuleBasedStateMachine):
    """One buyer's connector and the market, which hears everything the connector sends."""

    def __init__(self) -> None:
        super().__init__()
        self.wire = Wire()
        self.market = open_market(space=SpaceSide(ROOT, self.wire))
        self.ended: NegotiationState | None = None
        self.said_blindly = False

    @initialize(cents=PRICES)
    def begin(self, cents):
        self.market.stock(12)
        self.account = self.market.buyer()
        space = self.market.services.data_space
        assert space is not None
        self.space = space
        space.register_connector(self.account.account_id, ADDRESS)
        first = ContractRequest("urn:uuid:c", None, asking(OrderTerms(NOISY, cents)), ADDRESS)
        self.pid = space.begin_negotiation(self.account, first).provider_pid

    @property
    def now(self) -> Negotiation:
        return self.space.read_negotiation(self.account.account_id, self.pid)

    @rule(fate=st.sampled_from(["arrives", "lost", "unanswered"]), minutes=st.sampled_from([1, 90]))
    def hear(self, fate, minutes):
        self.work(fate, minutes)

    def work(self, fate: str, minutes: int) -> None:
        self.wire.fate = fate
        self.market.clock.forward(minutes=minutes)
        assert self.market.duties.space is not None
        self.market.duties.space.negotiate()

    @rule()
    def play_along(self):
        """The connector does what it is expected to, and hears of it."""
        expected = {
            NegotiationState.OFFERED: NegotiationMove.ACCEPT,
            NegotiationState.AGREED: NegotiationMove.VERIFY,
        }
        move = expected.get(self.wire.state) if self.wire.state is not None else None
        if move is not None:
            self.say(move)
        self.work("arrives", 90)

    @rule(move=st.sampled_from([NegotiationMove.ACCEPT, NegotiationMove.VERIFY, NegotiationMove.FINALIZE]))
    def say_anything(self, move):
        self.say(move)

    def say(self, move: NegotiationMove) -> None:
        self.send(move, lambda: self.space.answer_negotiation.move(*self.names, move))

    @rule()
    @precondition(lambda self: self.now.version > 4)
    def give_up(self):
        self.send(
            NegotiationMove.TERMINATE,
            lambda: self.space.answer_negotiation.move(*self.names, NegotiationMove.TERMINATE),
        )

    @rule(cents=PRICES)
    @precondition(lambda self: self.wire.offer_id is not None)
    def ask_otherwise(self, cents):
        offer = asking(OrderTerms(NOISY, cents))
        message = ContractRequest("urn:uuid:c", self.pid, offer, ADDRESS)
        self.send(
            NegotiationMove.REQUEST,
            lambda: self.space.answer_negotiation.request(self.account, self.pid, message),
        )

    @property
    def names(self) -> tuple[str, str, str]:
        return self.account.account_id, self.pid, "urn:uuid:c"

    def send(self, move: NegotiationMove, act: Any) -> None:
        """The connector sends a message, whether it may or not: the market refuses just the illegal ones."""
        before, legal = self.now, _may(self.wire.state, move)
        try:
            act()
        except IllegalMoveError:
            assert not legal or before.state is NegotiationState.TERMINATED, (self.wire.state, move)
            assert self.now == before
            return
        if legal:
            self.wire.state = NEGOTIATION.after(self.wire.state, move, C)
        else:  # it answered an offer that is on its way, which the market takes as having arrived
            assert before.outgoing is not None
            self.said_blindly = True
            self.wire.state = self.now.state

    @rule()
    def transfer(self):
        """An answer is to be had exactly where an agreement was finalized."""
        found = self.now
        named = found.agreement_id or "urn:uuid:none"
        message = TransferRequest("urn:uuid:t", named, ADDRESS)
        orders = len(self.market.services.list_orders(self.account.account_id))
        try:
            self.space.begin_transfer(self.account, message)
        except Exception:  # noqa: BLE001 — whatever the reason: nothing was ordered
            assert len(self.market.services.list_orders(self.account.account_id)) == orders
            return
        assert found.state is NegotiationState.FINALIZED
        assert named in self.wire.agreements or self.said_blindly
        assert len(self.market.services.list_orders(self.account.account_id)) == 1

    @invariant()
    def what_has_ended_stays_ended(self):
        if not hasattr(self, "pid"):
            return
        found = self.now
        if self.ended is not None:
            assert found.state is self.ended
        self.ended = found.state if not found.is_open else None

    @invariant()
    def both_sides_know_the_same_but_for_what_is_on_its_way(self):
        if not hasattr(self, "pid"):
            return
        found = self.now
        if found.state is self.wire.state or found.state is NegotiationState.TERMINATED:
            return
        assert found.outgoing is not None, (found.state, self.wire.state)
        assert NEGOTIATION.after(found.state, found.outgoing.move, P) is self.wire.state


def _may(state: NegotiationState | None, move: NegotiationMove) -> bool:
    return (state, move, C) in NEGOTIATION.table


NegotiationMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestNegotiations = NegotiationMachine.TestCase
