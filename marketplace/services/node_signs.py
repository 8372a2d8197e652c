"""Do the nodes answer now, and how fast do they talk? Asked once in some seconds, whoever wants to know.

All nodes are asked at once, so a silent one costs one time-out and not three; while they are asked, others
wait for the same answer. So many visitors cost the nodes no more than one.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from marketplace.domain.pace import NodePace, Pace, pace_of
from marketplace.services.pace_ports import Paces
from marketplace.services.ports import Nodes
from ssi.trust_entries import NodeEntry

FRESH: Final = timedelta(seconds=10)
"""For so long an answer stands."""


@dataclass(frozen=True)
class Signs:
    """Which nodes gave no sign of life, by their operators' names, and the pace of all of them, if known."""

    silent: tuple[str, ...]
    pace: Pace | None


@dataclass(frozen=True)
class _Sign:
    asked_at: datetime
    node: NodeEntry
    is_well: bool
    pace: NodePace | None


@dataclass
class NodeSigns:
    """Asks the nodes, and remembers what they said for a moment. Safe to share between threads."""

    nodes: Nodes
    paces: Paces
    clock: Callable[[], datetime]
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _kept: dict[str, _Sign] = field(default_factory=dict, repr=False)

    def __call__(self, nodes: Sequence[NodeEntry]) -> Signs:
        """What there is to see of these nodes now, or was a moment ago; one sign of each id is kept."""
        with self._lock:
            now = self.clock()
            stale = [node for node in nodes if not self._is_fresh(node, now)]
            if stale:
                with ThreadPoolExecutor(max_workers=len(stale)) as pool:
                    self._kept.update((sign.node.id, sign) for sign in pool.map(self._of, stale))
            signs = [self._kept[node.id] for node in nodes]
        silent = tuple(sign.node.operator for sign in signs if not sign.is_well)
        return Signs(silent, pace_of([sign.pace for sign in signs]))

    def _is_fresh(self, node: NodeEntry, now: datetime) -> bool:
        sign = self._kept.get(node.id)
        return sign is not None and sign.node == node and now < sign.asked_at + FRESH

    def _of(self, node: NodeEntry) -> _Sign:
        is_well = self.nodes.is_well(node.id)
        pace = self.paces.pace(node.id) if is_well else None
        # From the moment after: a silent node took its time to be found silent.
        return _Sign(self.clock(), node, is_well, pace)
