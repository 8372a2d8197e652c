"""In which words does a node say why somebody is left out of a job? In those that all nodes know.

A peer's reasons come with its position. They are passed on to the marketplace and to the person, so a peer
must not be able to say there what it likes, or more different things than the outcomes of a roll have room
for.
"""

from collections.abc import Mapping
from typing import Final

from consent.policy import Refusal
from marketplace.mpc_node.admission import AdmissionRefusal
from marketplace.mpc_node.agreement import BUDGET_SPENT, CROWD_TOO_SMALL, NODES_DISAGREE

REFUSED_BY_PEER: Final = "refused_by_peer"
"""Stands for whatever else a peer says."""

REASONS: Final = frozenset(
    {
        *(each.value for each in AdmissionRefusal),
        *(each.value for each in Refusal),
        BUDGET_SPENT,
        CROWD_TOO_SMALL,
        NODES_DISAGREE,
        REFUSED_BY_PEER,
    }
)


def in_known_words(refusals: Mapping[str, str]) -> dict[str, str]:
    """Refusals by row, each by a word of `REASONS`."""
    return {row: reason if reason in REASONS else REFUSED_BY_PEER for row, reason in refusals.items()}
