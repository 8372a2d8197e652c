"""Why did an attempt fail, who is to blame, and is another one worth it? From what three nodes report.

The words are those of the node's interface. A node that stops because another one did says so with a word
beginning with ``peer_``; such a report tells less than one about the cause itself.

A node is named as culprit if two others accuse it. Where nobody is accused twice, all who are accused by a
report about the cause are named together: one of them it was, and which cannot be told.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.domain.job import NodeJobStatus

FAILED = "FAILED"
_PASSING = frozenset(
    {
        "interrupted",
        "superseded",
        "expired",
        "peer_timeout",
        "peer_failed",
        "peer_refused",
        "dealer_failed",
        "consent_ended",
        "withdrawn_during_computation",
        "paused_during_computation",
        "internal_error",
        "log_stale",
        "withdrawal_hidden",
    }
)
_WORDS = {
    "interrupted": "a node was interrupted",
    "superseded": "a newer attempt took its place",
    "expired": "the nodes did not finish in time",
    "peer_timeout": "a node did not answer the others in time",
    "peer_failed": "a node gave up",
    "peer_refused": "a node refused to take part",
    "peer_conflict": "a node said two different things",
    "peer_violation": "a node sent something that the protocol does not allow",
    "manifests_differ": "the nodes were not given the same job",
    "disagreement": "the nodes did not agree on who takes part",
    "crowd_too_small": "too few people could be admitted",
    "query_refused": "the query cannot be computed over those who could be admitted",
    "consent_ended": "a consent ended while it was computed",
    "budget_exhausted": "too many people have reached their privacy limit",
    "dealer_failed": "the dealer of random numbers could not be used",
    "protocol_violation": "a node broke the protocol",
    "withdrawn_during_computation": "a person withdrew while it was computed",
    "paused_during_computation": "a person paused while it was computed",
    "released_already": "the exact answer over other people was released already",
    "differs_by_too_few": (
        "the people differ by too few from those of exact answers given before; ask with noise, with fewer "
        "conditions or larger groups, or again when more people take part"
    ),
    "asked_too_often": "so many questions about these data were asked today that the next has to wait a day",
    "internal_error": "a node had an error of its own",
    "log_stale": "a node was not shown the public log lately",
    "withdrawal_hidden": "a withdrawal that a node knows was not in the public log in time",
}
_UNTIL_SHOWN = {
    "log_stale": "it was not shown the public log lately",
    "log_ahead": "it was not shown the public log as far as this order was made over",
    "withdrawal_hidden": "a withdrawal that it knows was not in the public log in time",
}
_BEFORE_CHARGE = frozenset({"crowd_too_small", "query_refused", "asked_too_often"})
"""A node charges nobody before all three have agreed on who takes part, which these keep from happening."""

_AFTER_CHARGE = frozenset({"COMPUTING", "DONE"})
MAX_REASON = 400


@dataclass(frozen=True)
class AttemptFailure:
    """Why an attempt failed in words, the nodes to blame, and whether trying again may help.

    `before_charge` says that no node charged anybody for the attempt, as far as all reports can be believed;
    where that is not certain, it is false.
    """

    reason: str
    culprits: tuple[str, ...] = ()
    may_try_again: bool = False
    before_charge: bool = False


def explain(reports: Mapping[str, NodeJobStatus]) -> AttemptFailure | None:
    """The failure that the nodes' reports add up to, or None if none of them failed.

    `reports` holds the last word of each node that answered, by node id.
    """
    failed = {node: status for node, status in reports.items() if status.state == FAILED}
    if not failed:
        return None
    telling = {
        node: status for node, status in failed.items() if not (status.reason or "").startswith("peer_")
    }
    words = sorted({status.reason or "no reason given" for status in (telling or failed).values()})
    return AttemptFailure(
        reason="; ".join(_WORDS.get(word, word) for word in words)[:MAX_REASON],
        culprits=_culprits(failed, telling),
        may_try_again=all(word in _PASSING for word in words),
        before_charge=all(word in _BEFORE_CHARGE for word in words)
        and not any(status.state in _AFTER_CHARGE for status in reports.values()),
    )


def until_shown(node_id: str, said: str) -> AttemptFailure | None:
    """Why a node waits to be shown the log before it takes part, if that is what it says; it may pass."""
    words = _UNTIL_SHOWN.get(said.partition(":")[0])
    return None if words is None else AttemptFailure(f"{node_id}: {words}", may_try_again=True)


def _culprits(failed: Mapping[str, NodeJobStatus], telling: Mapping[str, NodeJobStatus]) -> tuple[str, ...]:
    accusations = Counter(
        accused for node, status in failed.items() for accused in set(status.culprits) if accused != node
    )
    twice = tuple(sorted(accused for accused, times in accusations.items() if times > 1))
    once = {accused for status in (telling or failed).values() for accused in status.culprits}
    return twice or tuple(sorted(once))
