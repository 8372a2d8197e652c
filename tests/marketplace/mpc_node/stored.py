"""Contributions and attempts to be stored, for the tests of storage."""

from datetime import UTC, datetime
from decimal import Decimal

import numpy as np

from marketplace.mpc_node.columns.share_rows import Group, ShareRow
from marketplace.mpc_node.state import ReleasedOutput
from marketplace.mpc_node.storage.contributions import (
    ContributionStore,
    Incoming,
    Kept,
    StoredContribution,
)
from marketplace.mpc_node.storage.jobs import NewAttempt

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

ONE = Decimal(1)

PEERS = ("node-b", "node-c")

GROUP = Group("exam/1", 0)


def contribution(consent_id: str = "c-1", *, body: str = "body") -> StoredContribution:
    """A contribution as it is stored."""
    return StoredContribution(consent_id, body, f"handle of {consent_id}", {"kty": "EC"}, "shown", "agreed")


def shares(start: int = 1) -> ShareRow:
    """The shares of one record of two columns."""
    return ShareRow(GROUP, np.arange(start, start + 8, dtype=np.uint64))


def put(store: ContributionStore, stored: StoredContribution, row: ShareRow | None = None) -> Kept:
    """Store one contribution that nobody withdrew."""
    (kept,) = store.put([Incoming(stored, row or shares(), lambda token: False)], now=NOW)
    return kept


def attempt(
    number: int = 1, *, job: str = "job-1", order: str = "order-1", terms: str = "terms"
) -> NewAttempt:
    """A checked attempt."""
    return NewAttempt(job, number, order, terms, f"manifest {number}", f"digest {number}", NOW)


def output() -> ReleasedOutput:
    """What an attempt releases."""
    return ReleasedOutput("statement", "held", b"envelope", ("c-1", "c-2"))
