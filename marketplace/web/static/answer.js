// Opened numbers become estimates with their error: the formulas of consent/answer.py and what it uses, which
// explain them. An estimate that noise could have made out of nothing is withheld with a reason.

import { averaged } from "./averages.js";
import { counted, summed } from "./estimate.js";
import { regressed, related } from "./relations.js";
import { answered, outputsOf } from "./task_answers.js";

const OF_SUMS = {
  count: (_, read) => [counted(summed(read[0]))],
  histogram: (estimator, read) => read[0].map((total, index) => ({ index, label: estimator.labels[index], ...counted(total) })),
  sum: averaged, mean: averaged, variance: averaged, sd: averaged,
  covariance: related, correlation: related, linear_regression: regressed,
};

// How many numbers are opened: one for each cell, then those of each task, group by group.
export function resultsOf({ cells, tasks, groups }) {
  return cells.length + tasks.reduce((sum, task) => sum + outputsOf(task) * groups.length, 0);
}

// `totals` are BigInts in the order of the computation. Each row is one group, with its estimates in the order
// of the query's statistics; the group of everybody is null.
export function decode(computation, totals) {
  const table = tabulate(computation, totals);
  const tasks = tasksOf(computation, totals);
  return computation.groups.map((group, place) => ({
    group,
    estimates: computation.statistics.flatMap((estimator, statistic) =>
      estimatesOf(computation, estimator, table.get(group), tasks.map((groups) => groups[place]))
        .map((each) => ({ statistic, ...each }))),
  }));
}

function tabulate(computation, totals) {
  const variance = new Map(computation.measures.map((each) => [each.measure, each.noise_variance]));
  const table = new Map(computation.groups.map((group) => [group, new Map()]));
  computation.cells.forEach((cell, index) => {
    const measures = table.get(cell.group);
    if (!measures.has(cell.measure)) measures.set(cell.measure, []);
    measures.get(cell.measure).push({ value: totals[index], variance: variance.get(cell.measure) });
  });
  return table;
}

// For each task the numbers of each group.
function tasksOf({ cells, tasks, groups }, totals) {
  let start = cells.length;
  return tasks.map((task) => groups.map(() => {
    start += outputsOf(task);
    return totals.slice(start - outputsOf(task), start);
  }));
}

function estimatesOf(computation, estimator, table, tasks) {
  const read = estimator.measures.map((measure) => table.get(measure));
  if (estimator.task !== null) {
    return answered(estimator, computation.tasks[estimator.task], tasks[estimator.task], read, computation.floor);
  }
  return OF_SUMS[estimator.kind](estimator, read, computation.floor);
}
