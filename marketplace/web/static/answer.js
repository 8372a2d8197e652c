// Opened sums become estimates with their error: the formulas of consent/answer.py, which explains them. An
// estimate that noise could have made out of nothing is withheld with a reason.

const NORMAL_95 = 1.96;
const RELIABLE_DEVIATIONS = 5;
const LEAST_SPREAD_DEVIATIONS = 2;
const LEAST_FOR_SPREAD = 2;

// `totals` are BigInts in the order of the computation's cells. Each row is one group, with its estimates in
// the order of the query's statistics; the group of everybody is null.
export function decode(computation, totals) {
  const table = tabulate(computation, totals);
  return computation.groups.map((group) => ({
    group,
    estimates: computation.statistics.flatMap((estimator, statistic) =>
      estimatesOf(estimator, table.get(group), computation.floor).map((each) => ({ statistic, ...each }))),
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

function estimatesOf(estimator, table, floor) {
  const read = estimator.measures.map((measure) => table.get(measure));
  if (estimator.kind === "histogram") {
    return read[0].map((total, index) => ({ label: estimator.labels[index], ...counted(total) }));
  }
  const [people, ...sums] = read.map(summed);
  if (estimator.kind === "count") return [counted(people)];
  const reliable = Math.max(floor, LEAST_FOR_SPREAD, RELIABLE_DEVIATIONS * Math.sqrt(people.variance));
  if (Number(people.value) < reliable) return [{ withheld: "too_few_people" }];
  return [estimator.kind === "mean" ? mean(estimator, people, sums[0]) : spread(estimator, people, ...sums)];
}

// The mean c + S/n with S = Σ(x - c), and its variance (Var S + (S/n)² Var n) / n².
function mean(estimator, people, values) {
  const scale = 10 ** estimator.decimals;
  const n = Number(people.value);
  const offset = Number(values.value - BigInt(estimator.centre) * people.value) / n;
  const variance = (values.variance + offset ** 2 * people.variance) / n ** 2;
  const value = estimator.minimum + (estimator.centre + offset) / scale;
  return shown(value, Math.sqrt(variance) / scale, [estimator.minimum, estimator.maximum]);
}

// The root of s² = (Q - S²/n) / (n - 1) with Q = Σ(x - c)², and the variance of s² divided by 4 s².
function spread(estimator, people, values, squares) {
  const scale = 10 ** estimator.decimals;
  const centre = BigInt(estimator.centre);
  const n = Number(people.value);
  // In whole numbers: Q and S²/n agree in most of their digits, which floats would lose.
  const aboutCentre = values.value - centre * people.value;
  const squaresAbout = squares.value - 2n * centre * values.value + centre ** 2n * people.value;
  const centred = Number(people.value * squaresAbout - aboutCentre ** 2n) / n;
  const squared = Math.max(0, centred / (n - 1));
  const offset = Number(aboutCentre) / n;
  const byValues = (-2 * offset) / (n - 1);
  const byPeople = offset ** 2 / (n - 1) - centred / (n - 1) ** 2;
  const variance = squares.variance / (n - 1) ** 2 + byValues ** 2 * values.variance + byPeople ** 2 * people.variance;
  if (variance === 0) return shown(Math.sqrt(squared) / scale, 0);
  if (squared <= LEAST_SPREAD_DEVIATIONS * Math.sqrt(variance)) return { withheld: "noise_too_large" };
  return shown(Math.sqrt(squared) / scale, Math.sqrt(variance) / (2 * Math.sqrt(squared)) / scale);
}

const counted = (total) => shown(Number(total.value), Math.sqrt(total.variance));

function shown(value, noiseSd, [least, most] = [0, Infinity]) {
  const clip = (number) => Math.min(Math.max(number, least), most);
  const within = clip(value);
  const margin = NORMAL_95 * noiseSd;
  return { value: within, noiseSd, low: clip(within - margin), high: clip(within + margin) };
}

function summed(totals) {
  return totals.reduce(
    (sum, each) => ({ value: sum.value + each.value, variance: sum.variance + each.variance }),
    { value: 0n, variance: 0 },
  );
}
