// How is an opened answer told? Figures for single numbers, charts for groups and distributions, each with its
// table; what is withheld stands there in words. Pure functions from the answer to what is shown.

import { bothOf } from "./sampling.js";

const NAMES = {
  count: "Number of people", sum: "Sum", mean: "Average", variance: "Variance", sd: "Spread", histogram: "Distribution",
  minimum: "Smallest value", maximum: "Largest value", median: "Middle value", quantiles: "Quantiles",
  top_categories: "Most frequent", covariance: "Covariance", correlation: "Correlation",
  linear_regression: "Regression of", logistic_regression: "Yes-or-no regression of", k_means: "Groups of similar people by",
};
const LEAST_DECIMALS = 1;
const MOST_DECIMALS = 3;
const NOISE = "95 %: noise";
const SAMPLING = "95 %: sampling";
const BOTH = "95 %: noise + sampling";
const PLACE = "95 %: place off by";
const WIDE_ABOUT = "The dashed lines also hold what comes of asking these people and not others like them.";
const NORMAL_95 = 1.96;

// Statistics of one number each; every other one has several, and so a part of its own in each group.
const SINGLE = new Set(["count", "sum", "mean", "variance", "sd", "minimum", "maximum", "median"]);

const PARTS = {
  histogram: distribution, top_categories: distribution, quantiles, covariance: relations, correlation: relations,
  linear_regression: regression, logistic_regression: regression, k_means: clusters,
};

// One part for each statistic, or for each group of a statistic that has several numbers.
export function partsOf(result, rows) {
  const { computation, labels } = result;
  const grouped = computation.group_by !== null;
  const of = (row, statistic) => row.estimates.filter((each) => each.statistic === statistic);
  const charts = computation.statistics.flatMap((estimator, statistic) => {
    if (!SINGLE.has(estimator.kind)) return rows.map((row) => PARTS[estimator.kind](estimator, row, of(row, statistic), result));
    return grouped ? [comparison(estimator, rows.map((row) => [row.group, of(row, statistic)[0]]), result)] : [];
  });
  if (grouped) return charts;
  const single = computation.statistics.flatMap((estimator, statistic) =>
    SINGLE.has(estimator.kind) ? [row(titleOf(estimator, labels), estimator, of(rows[0], statistic)[0], labels)] : []);
  if (single.length === 0) return charts;
  return [{ kind: "figures", title: "The figures", label: "What", rows: single, unit: "", interval_label: intervalOf(single), wide_label: wideOf(single) }, ...charts];
}

export function titleOf(estimator, labels) {
  if (estimator.attribute === null) return NAMES[estimator.kind];
  if (estimator.kind === "count") return `Number of readings: ${labels.attributes[estimator.attribute]}`;
  const join = estimator.kind === "k_means" || estimator.kind.endsWith("regression") ? " " : ": ";
  const others = estimator.kind === "k_means" ? estimator.with : [];
  const names = [estimator, ...others].map((scale) => labels.attributes[scale.attribute]);
  return `${NAMES[estimator.kind]}${join}${names.join(", ")}`;
}

// The groups of public codes that nobody computed, in words.
export function withheldGroups(result) {
  const { computation, labels } = result;
  return computation.withheld.map((code) => labelOfGroup(code, result));
}

// What rounds to zero has no sign.
export const numberText = (value, decimals) =>
  value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    .replace(/^-(?=0(\.0*)?$)/, "").replace("-", "−");

export const wideText = (row) =>
  row.wide ? `${numberText(row.wide[0], row.decimals)} to ${numberText(row.wide[1], row.decimals)}` : "not known";

export function rangeText(row) {
  if (row.withheld) return row.withheld;
  if (row.places !== undefined) return `${numberText(row.places, 0)} people`;
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
  const unit = labels.units[estimator.attribute];
  const heading = labels.attributes[estimator.attribute] + (unit ? ` in ${unit}` : "");
  return chart(titleOf(estimator, labels) + about(group, result), heading, rows, { estimator, labels });
}

// A box from the first to the last fraction with a line at each of them, and the same as a table.
function quantiles(estimator, { group }, estimates, result) {
  const { labels } = result;
  const rows = estimates.map((each) => ({ ...row(`${each.label} are below`, estimator, each, labels), mark: each.label }));
  const part = chart(titleOf(estimator, labels) + about(group, result), "Of the people", rows, { estimator, labels });
  return { ...part, box: true, description: placeText(rows) ?? part.description };
}

function relations(estimator, { group }, estimates, result) {
  const { labels } = result;
  const rows = estimates.map((each) => row(labels.attributes[each.label], estimator, each, labels));
  const part = chart(titleOf(estimator, labels) + about(group, result), "With", rows, { estimator, labels });
  return estimator.kind === "correlation" ? { ...part, whole: [-1, 1] } : part;
}

// One line for each term: how much the answer changes with it.
function regression(estimator, { group }, estimates, result) {
  const { labels } = result;
  const isLinear = estimator.kind === "linear_regression";
  const rows = estimates.map((each) => row(labels.terms[each.label] ?? labels.attributes[each.label], estimator, each, labels));
  const withErrors = isLinear && estimates.some((each) => each.standardError != null);
  const lines = rows.map((each) => [
    each.label,
    each.withheld ? null : numberText(each.value, each.decimals),
    ...(withErrors ? [standardErrorOf(each)] : []),
    isLinear || each.withheld ? rangeText(each) : "none",
  ]);
  const columns = ["Term", "Coefficient", ...(withErrors ? ["Standard error"] : []), intervalOf(rows) || "Error from noise"];
  const units = estimates.filter((each) => labels.attributes[each.label])
    .map((each) => `each ${labels.units[each.label] || "unit"} of ${labels.attributes[each.label]}`);
  const description = isLinear
    ? `How much it changes with ${listOf(units)}.`
    : `How the odds of “${lastCategory(estimator, labels)}” change with ${listOf(units)}, as logarithms. Approximate: found by a fixed number of steps.`;
  return { kind: "table", title: titleOf(estimator, labels) + about(group, result), description, rows, columns, lines };
}

// One line for each cluster: the average of every attribute in it, and how many people it has.
function clusters(estimator, { group }, estimates, result) {
  const { labels } = result;
  const scales = [estimator, ...estimator.with];
  const scaleOf = (name) => scales.find((scale) => scale.attribute === name);
  const rows = estimates.map((each) => {
    const scale = scaleOf(each.label);
    const label = `Group ${each.index + 1}: ${scale ? labels.attributes[each.label] : labels.terms[each.label]}`;
    const told = row(label, estimator, each, labels);
    return { ...told, decimals: scale ? decimalsIn(scale) : 0, unit: scale ? labels.units[each.label] : "people" };
  });
  const width = scales.length + 1;
  const lines = [...Array(rows.length / width).keys()].map((place) => [
    `Group ${place + 1}`,
    ...rows.slice(width * place, width * (place + 1)).map((each) => (each.withheld ? null : numberText(each.value, each.decimals))),
  ]);
  const units = scales.map((scale) => labels.attributes[scale.attribute] + (labels.units[scale.attribute] ? `, ${labels.units[scale.attribute]}` : ""));
  const floor = numberText(result.computation.floor, 0);
  const description = `The average of each group of people who are alike. A group of fewer than ${floor} people is withheld.`;
  return {
    kind: "table", title: titleOf(estimator, labels) + about(group, result), description, rows,
    columns: ["Group", ...units, "People"], lines,
  };
}

const standardErrorOf = ({ withheld, estimate, decimals }) =>
  withheld || estimate.standardError == null ? "" : numberText(estimate.standardError, decimals);

const listOf = (words) => [words.slice(0, -1).join(", "), words.at(-1)].filter(Boolean).join(" and ");

const about = (group, result) => (group === null ? "" : `, ${labelOfGroup(group, result)}`);

const lastCategory = (estimator, labels) => Object.values(labels.categories[estimator.attribute] ?? {}).at(-1) ?? "";

function placeText(rows) {
  const places = rows.find((each) => each.places !== undefined)?.places;
  if (places === undefined) return null;
  return `With noise: each value stands, among the people in order, within about ${numberText(places, 0)} of its place in 95 of 100 answers.`;
}

function chart(title, label, rows, { estimator, labels }) {
  const interval = intervalOf(rows);
  const description = interval === PLACE
    ? placeText(rows)
    : interval
    ? "The whiskers hold the number without noise in 95 of 100 answers."
    : "Exact, without noise.";
  const wide = wideOf(rows);
  return {
    kind: "chart", title, label, description: wide ? `${description} ${WIDE_ABOUT}` : description, rows,
    unit: unitOf(estimator, labels), bars: isCount(estimator), interval_label: interval, wide_label: wide,
  };
}

function row(label, estimator, estimate, labels) {
  const told = { label, decimals: decimalsOf(estimator), unit: unitOf(estimator, labels), estimate };
  if (estimate.withheld) return { ...told, withheld: labels.withheld[estimate.withheld] };
  if (estimate.noiseRankSd !== undefined) {
    return { ...told, value: estimate.value, low: null, high: null, places: Math.ceil(NORMAL_95 * estimate.noiseRankSd) };
  }
  const noisy = estimate.noiseSd > 0;
  const ends = { low: noisy ? estimate.low : null, high: noisy ? estimate.high : null };
  return { ...told, value: estimate.value, ...ends, wide: bothOf(estimate) };
}

function labelOfGroup(code, { computation, labels }) {
  return code === null ? "Everybody" : labels.categories[computation.group_by][code] ?? code;
}

const isCount = ({ kind }) => kind === "count" || kind === "histogram" || kind === "top_categories";
const PURE = new Set(["correlation", "covariance", "linear_regression", "logistic_regression"]);
const FINE = new Set([...PURE, "variance"]);

function unitOf(estimator, labels) {
  if (isCount(estimator)) return labels.readings?.includes(estimator.attribute) ? "readings" : "people";
  const unit = PURE.has(estimator.kind) ? "" : labels.units[estimator.attribute];
  return unit && estimator.kind === "variance" ? `(${unit})²` : unit;
}

const decimalsIn = (scale) => Math.min(Math.max(scale.decimals, LEAST_DECIMALS), MOST_DECIMALS);

function decimalsOf(estimator) {
  if (isCount(estimator)) return 0;
  return FINE.has(estimator.kind) ? MOST_DECIMALS : decimalsIn(estimator);
}

// What the interval is about that also holds the choice of people; empty where no number of them has one.
function wideOf(rows) {
  if (!rows.some((each) => each.wide)) return "";
  return intervalOf(rows) ? BOTH : SAMPLING;
}

function intervalOf(rows) {
  if (rows.some((each) => each.places !== undefined)) return rows.every((each) => each.low == null) ? PLACE : NOISE;
  return rows.some((each) => each.low !== undefined && each.low !== null) ? NOISE : "";
}
