"""What does a node let an attacker have? Its rules on its own stores, with records in the clear beside."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from consent.differencing import Member, held_back, key_of
from consent.errors import TooFewDifferError
from consent.query import LEAST_FLOOR
from crypto.mpc.noise_plan import GaussianPlan
from crypto.randomness import RandomBytes
from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.storage.answered import AnsweredStore
from marketplace.mpc_node.storage.ledger import PrivacyLedger, Purchase
from ssi.hosting.database import migrate, open_database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MOST_ANSWERS = 1000
Draws = NDArray[np.int64]


@dataclass(frozen=True)
class Told:
    """One exact answer: whom it is about, and their sum. The attacker is told both."""

    people: frozenset[int]
    total: int


@dataclass(frozen=True)
class House:
    """A node's memory. A data set stands for one play: nothing is remembered from one to the next."""

    answered: AnsweredStore
    ledger: PrivacyLedger

    def exact(self, data_set: str, crowd: Sequence[int], values: Sequence[int]) -> Told | None:
        """The exact sum over a crowd, as far as its people may be in it; None where the node refuses."""
        members = [Member(str(each), key_of(str(each)), b"", LEAST_FLOOR) for each in crowd]
        history = self.answered.histories({data_set: [each.account for each in members]})[data_set]
        out = held_back(members, history)
        left = [each for each in members if each.row not in out]
        if len(left) < LEAST_FLOOR:
            return None
        try:
            self.answered.note({data_set: left})
        except TooFewDifferError:
            return None
        people = frozenset(int(each.row) for each in left)
        return Told(people, sum(values[each] for each in people))

    def answers_with_noise(self, epsilon: Decimal, budget: Decimal, buyers: Sequence[str]) -> int:
        """How many answers all buyers together get of somebody with that budget, if they ask in turn."""
        account = f"somebody of {len(buyers)} buyers"
        for turn in range(MOST_ANSWERS):
            job = f"{buyers[turn % len(buyers)]} {turn}"
            over = self.ledger.spend(Purchase(job, "root", epsilon), {account: budget}, now=NOW)
            if over:
                return turn
        return MOST_ANSWERS


@contextmanager
def house() -> Iterator[House]:
    """A node's stores, empty, for as long as they are used."""
    with TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'node.sqlite'}")
        migrate(database.engine, MIGRATIONS)
        try:
            yield House(AnsweredStore(database), PrivacyLedger(database))
        finally:
            database.close()


def draw(plan: GaussianPlan, shape: tuple[int, ...], random: RandomBytes) -> Draws:
    """Noise by the odds that nodes draw it by on shares, digit by digit, here in the clear."""
    number = int(np.prod(shape))
    digits = np.zeros(number, dtype=np.uint64)
    for thresholds in plan.thresholds:
        ones = _words(number, random) < thresholds[digits.astype(np.int64)]
        digits = digits * np.uint64(2) + ones.astype(np.uint64)
    for _ in range(plan.low_bits):
        digits = digits * np.uint64(2) + (_words(number, random) & np.uint64(1))
    return (digits.astype(np.int64) - plan.offset).reshape(shape)


def _words(number: int, random: RandomBytes) -> NDArray[np.uint64]:
    return np.frombuffer(random(8 * number), dtype="<u8").astype(np.uint64)
