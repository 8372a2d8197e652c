"""The rules of the ledger, as a machine that tries everything and as single refusals by name."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from marketplace.domain import chart
from marketplace.domain.ledger import Balance, EntryKind, Ledger, Transfer
from marketplace.errors import (
    AmountError,
    InsufficientFundsError,
    LedgerCorruptError,
    TransferConflictError,
)
from tests.marketplace.fake_ledger import MemoryLedgerBook
from tests.marketplace.mpc_node.parties import NOW

BUYER = chart.buyer_available("b1")
ESCROW = chart.escrow("o1")
GUARDED = (BUYER, ESCROW, chart.subject_earned("urn:uuid:1"), chart.node_fee("node-a"), chart.PLATFORM_FEE)
ACCOUNTS = (*GUARDED, chart.SANDBOX)


def payment(transfer_id: str, debit: str, credit: str, amount_cents: int) -> Transfer:
    return Transfer(transfer_id, EntryKind.PAYMENT, debit, credit, amount_cents, NOW)


def hold(transfer_id: str, amount_cents: int, *, hours: int = 24, debit: str = BUYER) -> Transfer:
    until = NOW + timedelta(hours=hours)
    return Transfer(transfer_id, EntryKind.HOLD, debit, ESCROW, amount_cents, NOW, valid_until=until)


def funded(amount_cents: int) -> Ledger:
    ledger = Ledger(MemoryLedgerBook())
    ledger.record([payment("top-up", chart.SANDBOX, BUYER, amount_cents)])
    return ledger


class LedgerMachine(RuleBasedStateMachine):
    """Transfers of every kind in any order, against sums kept by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.book = MemoryLedgerBook()
        self.ledger = Ledger(self.book)
        self.now = NOW
        self.posted: Counter[str] = Counter()
        self.open: dict[str, Transfer] = {}
        self.seen: dict[str, Transfer] = {}
        self.written: list[Transfer] = []
        self.count = 0

    def fresh_id(self) -> str:
        self.count += 1
        return f"t{self.count}"

    def available(self, account: str) -> int:
        held = sum(each.amount_cents for each in self.open.values() if each.debit == account)
        return self.posted[account] - held

    def allows(self, account: str, amount_cents: int) -> bool:
        return not chart.is_guarded(account) or self.available(account) >= amount_cents

    def sweep(self) -> None:
        """By hand: what has run out is free for whoever needs it, also before anybody swept."""
        for name, each in list(self.open.items()):
            if each.valid_until is not None and each.valid_until <= self.now:
                del self.open[name]

    def spend(self, entry: Transfer) -> bool:
        """Record an entry where it can be paid; otherwise it has to be refused."""
        if not self.allows(entry.debit, entry.amount_cents):
            self.sweep()
        if not self.allows(entry.debit, entry.amount_cents):
            with pytest.raises(InsufficientFundsError):
                self.ledger.record([entry])
            return False
        self.ledger.record([entry])
        self.seen[entry.transfer_id] = entry
        return True

    def move(self, debit: str, credit: str, amount_cents: int) -> None:
        self.posted[debit] -= amount_cents
        self.posted[credit] += amount_cents

    @rule(accounts=st.permutations(ACCOUNTS), amount_cents=st.integers(1, 500))
    def pay(self, accounts, amount_cents):
        made = payment(self.fresh_id(), accounts[0], accounts[1], amount_cents)
        entry = replace(made, at=self.now)
        if self.spend(entry):
            self.move(entry.debit, entry.credit, amount_cents)

    @rule(amount_cents=st.integers(1, 500), hours=st.integers(1, 5))
    def set_aside(self, amount_cents, hours):
        until = self.now + timedelta(hours=hours)
        entry = replace(hold(self.fresh_id(), amount_cents), at=self.now, valid_until=until)
        if self.spend(entry):
            self.open[entry.transfer_id] = entry

    @rule(amount=st.sampled_from([0, -1, 2**53, 1.0, 0.5, True, "1", None]))
    def offer_what_is_no_amount(self, amount):
        with pytest.raises(AmountError):
            self.ledger.record([payment(self.fresh_id(), chart.SANDBOX, BUYER, amount)])

    @precondition(lambda self: self.open and self.seen)
    @rule(data=st.data())
    def resolve_under_an_id_that_is_taken(self, data):
        name = data.draw(st.sampled_from(sorted(self.open)))
        taken = data.draw(st.sampled_from(sorted(self.seen)))
        with pytest.raises(TransferConflictError):
            self.ledger.charge(name, transfer_id=taken, amount_cents=1, at=self.now)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def charge(self, data):
        entry = self.open[data.draw(st.sampled_from(sorted(self.open)))]
        amount = data.draw(st.integers(1, entry.amount_cents))
        new_id = self.fresh_id()
        assert entry.valid_until is not None
        if entry.valid_until <= self.now:
            with pytest.raises(TransferConflictError):
                self.ledger.charge(entry.transfer_id, transfer_id=new_id, amount_cents=amount, at=self.now)
            return
        for _ in range(2):  # the second time changes nothing
            self.ledger.charge(entry.transfer_id, transfer_id=new_id, amount_cents=amount, at=self.now)
        del self.open[entry.transfer_id]
        self.move(entry.debit, entry.credit, amount)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def void(self, data):
        entry = self.open.pop(data.draw(st.sampled_from(sorted(self.open))))
        self.ledger.void(entry.transfer_id, transfer_id=self.fresh_id(), at=self.now)

    @rule(hours=st.integers(1, 3))
    def let_time_pass(self, hours):
        self.now += timedelta(hours=hours)

    @rule()
    def expire(self):
        due = {name for name, each in self.open.items() if (each.valid_until or self.now) <= self.now}

        assert self.ledger.expire_due(self.now) == len(due)
        for name in due:
            del self.open[name]

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def send_again(self, data):
        entry = self.seen[data.draw(st.sampled_from(sorted(self.seen)))]
        self.ledger.record([entry])
        other: dict[str, object] = {
            "amount_cents": entry.amount_cents + 1,
            "debit": "subject:another:earned",
            "credit": "subject:another:earned",
            "order_id": "another",
            "kind": EntryKind.HOLD if entry.kind is EntryKind.PAYMENT else EntryKind.PAYMENT,
        }
        member = data.draw(st.sampled_from(sorted(other)))
        with pytest.raises(TransferConflictError):
            self.ledger.record([replace(entry, **{member: other[member]})])  # type: ignore[arg-type]

    @precondition(lambda self: self.posted[BUYER] >= 0)
    @rule(amount_cents=st.integers(1, 200))
    def a_batch_that_cannot_end_leaves_no_trace(self, amount_cents):
        before = dict(self.book.rows)
        last = payment(self.fresh_id(), ESCROW, BUYER, self.posted[ESCROW] + 10**9)
        with pytest.raises(InsufficientFundsError):
            self.ledger.record([payment(self.fresh_id(), chart.SANDBOX, BUYER, amount_cents), last])
        assert self.book.rows == before

    @invariant()
    def balances_are_what_was_counted_by_hand(self):
        for account in ACCOUNTS:
            balance = self.ledger.balance(account)
            assert balance.posted_cents == self.posted[account]
            assert balance.available_cents == self.available(account)

    @invariant()
    def what_was_written_stays_as_it_was_written(self):
        rows = list(self.book.rows.values())
        assert rows[: len(self.written)] == self.written
        self.written = rows

    @invariant()
    def a_hold_is_resolved_at_most_once_and_with_at_most_what_was_held(self):
        resolved = [row for row in self.book.rows.values() if row.hold_id is not None]
        assert len({row.hold_id for row in resolved}) == len(resolved)
        for row in resolved:
            held = self.book.rows[row.hold_id or ""]
            assert (held.kind, held.debit, held.credit) == (EntryKind.HOLD, row.debit, row.credit)
            assert row.amount_cents <= held.amount_cents

    @invariant()
    def the_trial_balance_is_zero_and_no_guarded_account_is_below_zero(self):
        summed = self.ledger.trial_balance()
        assert sum(balance.posted_cents for balance in summed.values()) == 0
        assert all(summed.get(account, Balance()).available_cents >= 0 for account in GUARDED)


LedgerMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestLedgerMachine = LedgerMachine.TestCase


@pytest.mark.parametrize("amount_cents", [0, -1, 2**53, 1.0, 1.5, True, "5", None])
def test_an_amount_must_be_a_positive_number_of_cents(amount_cents):
    with pytest.raises(AmountError):
        funded(100).record([payment("p", BUYER, ESCROW, amount_cents)])


def test_a_hold_counts_as_spent():
    ledger = funded(100)
    ledger.record([hold("h", 80)])

    with pytest.raises(InsufficientFundsError) as raised:
        ledger.record([payment("p", BUYER, ESCROW, 30)])
    assert raised.value.missing_cents == 10


def test_a_hold_cannot_be_charged_with_more_than_was_held():
    ledger = funded(100)
    ledger.record([hold("h", 80)])

    with pytest.raises(AmountError):
        ledger.charge("h", transfer_id="c", amount_cents=81, at=NOW)


def test_charging_less_frees_the_rest():
    ledger = funded(100)
    ledger.record([hold("h", 80)])

    ledger.charge("h", transfer_id="c", amount_cents=50, at=NOW)

    assert ledger.balance(BUYER) == Balance(posted_debits=50, posted_credits=100, held_debits=0)


def test_a_hold_is_resolved_once():
    ledger = funded(100)
    ledger.record([hold("h", 80)])
    ledger.void("h", transfer_id="v", at=NOW)

    with pytest.raises(TransferConflictError):
        ledger.charge("h", transfer_id="c", amount_cents=80, at=NOW)
    with pytest.raises(TransferConflictError):
        ledger.void("h", transfer_id="another", at=NOW)


def test_a_charged_hold_cannot_be_voided():
    ledger = funded(100)
    ledger.record([hold("h", 80)])
    ledger.charge("h", transfer_id="c", amount_cents=80, at=NOW)

    with pytest.raises(TransferConflictError):
        ledger.void("h", transfer_id="v", at=NOW)


def test_a_hold_that_has_run_out_cannot_be_charged_even_before_it_is_swept():
    ledger = funded(100)
    ledger.record([hold("h", 80, hours=1)])

    with pytest.raises(TransferConflictError):
        ledger.charge("h", transfer_id="c", amount_cents=80, at=NOW + timedelta(hours=1))


@pytest.mark.parametrize("amount_cents", [1.0, True, "5"])
def test_a_charge_must_be_a_whole_number_of_cents(amount_cents):
    ledger = funded(100)
    ledger.record([hold("h", 80)])

    with pytest.raises(AmountError):
        ledger.charge("h", transfer_id="c", amount_cents=amount_cents, at=NOW)


def test_what_a_hold_that_has_run_out_held_can_be_spent_before_it_is_swept():
    ledger = funded(100)
    ledger.record([hold("h", 80, hours=1)])
    later = NOW + timedelta(hours=1)

    ledger.record([replace(payment("p", BUYER, ESCROW, 100), at=later)])

    assert ledger.balance(BUYER) == Balance(posted_debits=100, posted_credits=100)
    assert ledger.expire_due(later) == 0


def test_voiding_an_expired_hold_changes_nothing():
    ledger = funded(100)
    ledger.record([hold("h", 80, hours=1)])
    ledger.expire_due(NOW + timedelta(hours=1))

    ledger.void("h", transfer_id="v", at=NOW + timedelta(hours=2))

    assert ledger.balance(BUYER).available_cents == 100


@pytest.mark.parametrize("kind", [EntryKind.CHARGE, EntryKind.VOID, EntryKind.EXPIRY])
def test_a_resolution_cannot_be_smuggled_in_as_an_entry(kind):
    ledger = funded(100)
    with pytest.raises(TransferConflictError):
        ledger.record([replace(payment("p", BUYER, ESCROW, 10), kind=kind)])


def test_an_id_cannot_stand_twice_in_one_batch():
    entry = payment("p", BUYER, ESCROW, 10)
    with pytest.raises(TransferConflictError):
        funded(100).record([entry, entry])


def test_a_transfer_needs_two_accounts():
    with pytest.raises(TransferConflictError):
        funded(100).record([payment("p", BUYER, BUYER, 10)])


def test_resolving_a_hold_that_does_not_exist_is_refused():
    with pytest.raises(TransferConflictError):
        funded(100).void("nothing", transfer_id="v", at=NOW)


def test_a_balance_that_somebody_changed_by_hand_is_found():
    book = MemoryLedgerBook()
    ledger = Ledger(book)
    ledger.record([payment("top-up", chart.SANDBOX, BUYER, 100)])
    book.kept[BUYER] = Balance(posted_credits=1_000)

    with pytest.raises(LedgerCorruptError):
        ledger.trial_balance()


def test_a_transfer_that_somebody_removed_is_found():
    book = MemoryLedgerBook()
    ledger = Ledger(book)
    ledger.record([payment("a", chart.SANDBOX, BUYER, 100), payment("b", BUYER, ESCROW, 60)])
    del book.rows["b"]

    with pytest.raises(LedgerCorruptError):
        ledger.trial_balance()
