"""What is a running node made of? Everything that a use case needs, put together once in `bootstrap`.

Time, randomness, transport, status lists, where large sums are computed and the writing of outputs are given
from outside, so that a test can stand still in time, lose a message, or build a node that lies.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crypto.mpc.partitions import Spread
from crypto.randomness import RandomBytes, random_bytes
from marketplace.mpc_node.additive.compute import EncodePart, encode_part_honestly
from marketplace.mpc_node.additive.dealing import AskDealer, nobody
from marketplace.mpc_node.aggregation.release import Aggregation, OpenSum, open_honestly
from marketplace.mpc_node.channel import Ways
from marketplace.mpc_node.config import LOGGED_WITHIN_SECONDS, MAX_LOG_AGE_SECONDS
from marketplace.mpc_node.keys import NodeKeys
from marketplace.mpc_node.mailbox import Mailbox
from marketplace.mpc_node.meter import Meter
from marketplace.mpc_node.opening import Checkpoints
from marketplace.mpc_node.output import EncodeOutput, encode_honestly
from marketplace.mpc_node.papers import PapersOnFile
from marketplace.mpc_node.peers import PeerTransport
from marketplace.mpc_node.status import FetchStatusList
from marketplace.mpc_node.storage.answered import AnsweredStore
from marketplace.mpc_node.storage.contributions import ContributionStore
from marketplace.mpc_node.storage.jobs import JobStore
from marketplace.mpc_node.storage.ledger import PrivacyLedger
from marketplace.mpc_node.storage.logged import LoggedWithdrawals
from marketplace.mpc_node.storage.noise_pins import NoisePins
from marketplace.mpc_node.storage.notes import NoteStore
from marketplace.mpc_node.storage.pauses import PauseStore
from marketplace.mpc_node.storage.pieces import Pieces
from marketplace.mpc_node.storage.questions import Questions
from marketplace.mpc_node.storage.witnessed import WitnessStore
from ssi.hosting.database import Database
from ssi.trust import TrustRegistry


@dataclass(frozen=True)
class Surroundings:
    """What lies outside a node: the registry, the issuers, the peers, the clock."""

    registry: Callable[[], TrustRegistry]
    fetch_status: FetchStatusList
    transport: PeerTransport
    ways: Ways
    clock: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    random: RandomBytes = random_bytes
    encode_output: EncodeOutput = encode_honestly
    open_sum: OpenSum = open_honestly
    encode_part: EncodePart = encode_part_honestly
    ask_dealer: AskDealer = nobody
    spread: Spread = map


@dataclass(frozen=True)
class Limits:
    """How long a step waits for the peers, in seconds, and how many attempts run at the same time.

    `max_log_age` is how long ago the log may have been shown, `logged_within` how soon a withdrawal is to be
    shown in it.
    """

    peer_timeout_seconds: float
    max_running: int
    max_log_age: timedelta = timedelta(seconds=MAX_LOG_AGE_SECONDS)
    logged_within: timedelta = timedelta(seconds=LOGGED_WITHIN_SECONDS)


@dataclass(frozen=True)
class Node:
    """One node with its memory and its surroundings."""

    node_id: str
    keys: NodeKeys = field(repr=False)
    around: Surroundings = field(repr=False)
    limits: Limits
    database: Database
    contributions: ContributionStore
    notes: NoteStore
    pauses: PauseStore
    witnessed: WitnessStore
    logged: LoggedWithdrawals
    jobs: JobStore
    ledger: PrivacyLedger
    answered: AnsweredStore
    questions: Questions
    noise_pins: NoisePins
    papers: PapersOnFile
    mailbox: Mailbox
    checkpoints: Checkpoints
    pieces: Pieces
    aggregation: Aggregation
    meter: Meter

    def now(self) -> datetime:
        """The present moment, in whole seconds as documents state it."""
        return self.around.clock().replace(microsecond=0)
