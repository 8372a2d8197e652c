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


@dataclass
class NodeSigns:
    """Asks the nodes, and remembers what they said for a moment. Safe to share between threads."""

    nodes: Nodes
    paces: Paces
    clock: Callable[[], datetime]
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _kept: tuple[datetime, tuple[NodeEntry, ...], Signs] | None = field(default=None, repr=False)

    def __call__(self, nodes: Sequence[NodeEntry]) -> Signs:
        """What there is to see of these nodes now, or was a moment ago."""
        asked = tuple(nodes)
        with self._lock:
            now = self.clock()
            if self._kept is not None and self._kept[1] == asked and now < self._kept[0] + FRESH:
                return self._kept[2]
            signs = self._asked(asked)
            # From the moment after: a silent node took its time to be found silent.
            self._kept = (self.clock(), asked, signs)
            return signs

    def _asked(self, nodes: Sequence[NodeEntry]) -> Signs:
        if not nodes:
            return Signs((), None)
        with ThreadPoolExecutor(max_workers=len(nodes)) as pool:
            found = list(pool.map(self._of, nodes))
        silent = tuple(node.operator for node, (well, _) in zip(nodes, found, strict=True) if not well)
        return Signs(silent, pace_of([pace for _, pace in found]))

    def _of(self, node: NodeEntry) -> tuple[bool, NodePace | None]:
        if not self.nodes.is_well(node.id):
            return False, None
        return True, self.paces.pace(node.id)
