// How is an opened answer told? Figures for single numbers, charts for groups and distributions, each with its
// table; what is withheld stands there in words. Pure functions from the answer to what is shown.

const NAMES = {
  count: "Number of people", mean: "Average", sd: "Spread", histogram: "Distribution",
};
const LEAST_DECIMALS = 1;
const MOST_DECIMALS = 3;
const NOISE = "95 %: noise";

// One part for each statistic, or for each group of a distribution.
export function partsOf(result, rows) {
  const { computation, labels } = result;
  const grouped = computation.group_by !== null;
  const of = (row, statistic) => row.estimates.filter((each) => each.statistic === statistic);
  const charts = computation.statistics.flatMap((estimator, statistic) => {
    if (estimator.kind === "histogram") return rows.map((row) => distribution(estimator, row, of(row, statistic), result));
    return grouped ? [comparison(estimator, rows.map((row) => [row.group, of(row, statistic)[0]]), result)] : [];
  });
  if (grouped) return charts;
  const single = computation.statistics.flatMap((estimator, statistic) =>
    estimator.kind === "histogram" ? [] : [row(titleOf(estimator, labels), estimator, of(rows[0], statistic)[0], labels)]);
  if (single.length === 0) return charts;
  return [{ kind: "figures", title: "The figures", label: "What", rows: single, unit: "", interval_label: intervalOf(single) }, ...charts];
}

export function titleOf(estimator, labels) {
  if (estimator.attribute === null) return NAMES[estimator.kind];
  return `${NAMES[estimator.kind]}: ${labels.attributes[estimator.attribute]}`;
}

// The groups of public codes that nobody computed, in words.
export function withheldGroups(result) {
  const { computation, labels } = result;
  return computation.withheld.map((code) => labelOfGroup(code, result));
}

export const numberText = (value, decimals) =>
  value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).replace("-", "−");

export function rangeText(row) {
  if (row.withheld) return row.withheld;
  return row.low === null ? "exact" : `${numberText(row.low, row.decimals)} to ${numberText(row.high, row.decimals)}`;
}

function comparison(estimator, found, result) {
  const { labels, computation } = result;
  const shown = found.map(([group, estimate]) => row(labelOfGroup(group, result), estimator, estimate, labels));
  const hidden = computation.withheld.map((code) =>
    row(labelOfGroup(code, result), estimator, { withheld: "too_few_people" }, labels));
  return chart(titleOf(estimator, labels), labels.attributes[computation.group_by], [...shown, ...hidden], { estimator, labels });
}

function distribution(estimator, { group }, estimates, result) {
  const { labels } = result;
  const words = labels.categories[estimator.attribute] ?? {};
  const rows = estimates.map((each) => row((words[each.label] ?? each.label).replaceAll("-", "−"), estimator, each, labels));
  const about = group === null ? "" : `, ${labelOfGroup(group, result)}`;
  const unit = labels.units[estimator.attribute];
  const heading = labels.attributes[estimator.attribute] + (unit ? ` in ${unit}` : "");
  return chart(titleOf(estimator, labels) + about, heading, rows, { estimator, labels });
}

function chart(title, label, rows, { estimator, labels }) {
  const interval = intervalOf(rows);
  const description = interval
    ? "The whiskers hold the number without noise in 95 of 100 answers."
    : "Exact, without noise.";
  return {
    kind: "chart", title, label, description, rows, unit: unitOf(estimator, labels), bars: isCount(estimator),
    interval_label: interval,
  };
}

function row(label, estimator, estimate, labels) {
  const told = { label, decimals: decimalsOf(estimator), unit: unitOf(estimator, labels), estimate };
  if (estimate.withheld) return { ...told, withheld: labels.withheld[estimate.withheld] };
  const noisy = estimate.noiseSd > 0;
  return { ...told, value: estimate.value, low: noisy ? estimate.low : null, high: noisy ? estimate.high : null };
}

function labelOfGroup(code, { computation, labels }) {
  return code === null ? "Everybody" : labels.categories[computation.group_by][code] ?? code;
}

const isCount = (estimator) => estimator.kind === "count" || estimator.kind === "histogram";
const unitOf = (estimator, labels) => (isCount(estimator) ? "people" : labels.units[estimator.attribute]);
const decimalsOf = (estimator) => (isCount(estimator) ? 0 : Math.min(Math.max(estimator.decimals, LEAST_DECIMALS), MOST_DECIMALS));
const intervalOf = (rows) => (rows.some((each) => each.low !== undefined && each.low !== null) ? NOISE : "");
