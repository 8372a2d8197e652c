"""Logistic regressions and clusters over public crowds: exact answers, in several steps that stay inside."""

import numpy as np

from crypto.goldilocks import from_integers
from crypto.mpc.arithmetic import multiply
from crypto.mpc.clusters import Plan as ClusterPlan
from crypto.mpc.clusters import cluster
from crypto.mpc.division import is_not_negative
from crypto.mpc.logistic import FEATURE, fit
from crypto.mpc.logistic import Plan as LogisticPlan
from crypto.mpc.menu.features import scaled
from crypto.mpc.menu.holdings import Holdings
from crypto.mpc.menu.plan import Clusters, Logistic
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, together
from crypto.mpc.selections import RowMask
from crypto.mpc.shares import Elements


def logistic(party: Party, holdings: Holdings, task: Logistic) -> Protocol[Elements]:
    """For each crowd the weight of the constant and of every feature, with 12 fractional bits, flat.

    Raises:
        OutOfRangeError: a column is not held, or a plan does not fit.
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    table = yield from scaled(party, holdings, task.features)
    labels = holdings.table(party.role, [task.label]).reshape(-1)
    found = yield from together(
        [_fitted(party, _of(table, rows), _of(labels, rows), plan) for rows, plan in task.crowds]
    )
    return Elements.join(found)


def clusters(party: Party, holdings: Holdings, task: Clusters) -> Protocol[Elements]:
    """For each crowd the sums of every cluster, cluster by cluster, then their sizes, flat.

    Raises:
        OutOfRangeError: a column is not held, or a plan does not fit.
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    table = yield from scaled(party, holdings, task.features)
    found = yield from together(
        [_clustered(party, _of(table, rows), plan, task.floor) for rows, plan in task.crowds]
    )
    return Elements.join(found)


def _fitted(party: Party, table: Elements, labels: Elements, plan: LogisticPlan) -> Protocol[Elements]:
    one = np.full((1, plan.records), 1 << FEATURE.fraction, dtype=np.uint64)
    constant = Elements.public(party.role, one)
    whole = Elements(
        party.role,
        np.concatenate([constant.first, table.first]),
        np.concatenate([constant.second, table.second]),
    )
    return (yield from fit(party, whole, labels, plan))


def _clustered(party: Party, table: Elements, plan: ClusterPlan, floor: int) -> Protocol[Elements]:
    found = yield from cluster(party, table, plan)
    spare = found.counts.plus(from_integers([-floor] * len(plan.centres)))
    width = max(plan.records, floor).bit_length() + 1
    shown = yield from is_not_negative(party, spare, width=width)
    results = Elements.join([found.sums, found.counts])
    each = np.concatenate(
        [np.repeat(np.arange(len(plan.centres)), plan.features), np.arange(len(plan.centres))]
    )
    return (yield from multiply(party, results, shown.take(each)))


def _of(values: Elements, rows: RowMask | None) -> Elements:
    if rows is None:
        return values
    halves = (np.ascontiguousarray(half[..., rows]) for half in (values.first, values.second))
    return Elements(values.role, *halves)
