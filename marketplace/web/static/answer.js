// Opened sums become estimates with their error; the same formulas as consent/answer.py, which explains them.

const NORMAL_95 = 1.96;
const RELIABLE_DEVIATIONS = 5;
const LEAST_SPREAD_DEVIATIONS = 2;

export function decode(computation, totals) {
  const table = tabulate(computation, totals);
  return computation.groups.map((group) => ({
    group,
    statistics: computation.statistics.map((each) => ({
      statistic: each, estimates: estimates(each, table.get(group), computation.floor),
    })),
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

function estimates(statistic, table, floor) {
  const read = statistic.measures.map((measure) => table.get(measure));
  if (statistic.kind === "histogram") {
    return read[0].map((total, index) => ({
      label: statistic.labels[index], ...shown(Number(total.value), Math.sqrt(total.variance)),
    }));
  }
  const [people, ...sums] = read.map(summed);
  if (statistic.kind === "count") return [shown(Number(people.value), Math.sqrt(people.variance))];
  if (Number(people.value) < Math.max(floor, 2, RELIABLE_DEVIATIONS * Math.sqrt(people.variance))) {
    return [{ withheld: "Too few people have a value here." }];
  }
  return [statistic.kind === "mean" ? mean(statistic, people, sums[0]) : spread(statistic, people, ...sums)];
}

function mean(statistic, people, values) {
  const scale = 10 ** statistic.decimals;
  const count = Number(people.value);
  const average = Number(values.value) / count;
  const variance = (values.variance + average ** 2 * people.variance) / count ** 2;
  return shown(statistic.minimum + average / scale, Math.sqrt(variance) / scale, statistic.minimum, statistic.maximum);
}

function spread(statistic, people, values, squares) {
  const scale = 10 ** statistic.decimals;
  const n = Number(people.value);
  const average = Number(values.value) / n;
  // In whole numbers: the two terms agree in most of their digits, which floats would lose.
  const centred = Number(people.value * squares.value - values.value ** 2n) / n;
  const squared = Math.max(0, centred / (n - 1));
  const byPeople = average ** 2 / (n - 1) - centred / (n - 1) ** 2;
  const byValues = (-2 * average) / (n - 1);
  const variance = squares.variance / (n - 1) ** 2 + byValues ** 2 * values.variance + byPeople ** 2 * people.variance;
  if (variance === 0) return shown(Math.sqrt(squared) / scale, 0);
  if (squared <= LEAST_SPREAD_DEVIATIONS * Math.sqrt(variance)) {
    return { withheld: "The noise is larger than the spread itself." };
  }
  return shown(Math.sqrt(squared) / scale, Math.sqrt(variance) / (2 * Math.sqrt(squared)) / scale);
}

function shown(value, noiseSd, least = 0, most = Infinity) {
  const clip = (number) => Math.min(Math.max(number, least), most);
  const within = clip(value);
  const margin = NORMAL_95 * noiseSd;
  return { value: within, noiseSd, low: clip(within - margin), high: clip(within + margin) };
}

function summed(totals) {
  return totals.reduce((sum, each) => ({ value: sum.value + each.value, variance: sum.variance + each.variance }),
    { value: 0n, variance: 0 });
}
