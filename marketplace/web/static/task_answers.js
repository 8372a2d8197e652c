// What ran inside a computation: quantiles, top categories, a logistic regression, clusters. The formulas of
// consent/task_answers.py, which explains them.

import { AMOUNT, RELIABLE_DEVIATIONS, areTooFew, shown, summed, unitOf } from "./estimate.js";

const WEIGHT_UNIT = 2 ** 12;
const FEATURE_UNIT = 2 ** 8;

export const outputsOf = (task) => ({
  quantiles: task.fractions.length,
  top_categories: 2 * task.count,
  logistic_regression: task.features.length + 1,
  k_means: (task.features.length + 1) * task.count,
})[task.kind];

// `results` are the numbers of one group, `read` the totals of the measures that go with them.
export function answered(estimator, task, results, read, floor) {
  return ANSWERS[task.kind](estimator, task, results.map(Number), read.length ? summed(read[0]) : null, floor);
}

function quantiles(estimator, task, results, people, floor) {
  const noiseRankSd = Math.sqrt(task.noise_variance);
  const withheld = hides(people, floor, noiseRankSd);
  return results.map((encoded, index) => {
    const place = { index, label: fractionLabel(task.fractions[index]) };
    if (withheld) return { ...place, withheld };
    const value = estimator.minimum + encoded / unitOf(estimator);
    if (noiseRankSd === 0) return { ...place, ...shown(value, 0) };
    return { ...place, value: Math.min(Math.max(value, estimator.minimum), estimator.maximum), noiseRankSd };
  });
}

function hides(people, floor, rankSd) {
  if (people === null) return null;
  if (areTooFew(people, floor)) return "too_few_people";
  return Number(people.value) < RELIABLE_DEVIATIONS * rankSd ? "noise_too_large" : null;
}

// "0.025" is "2.5 %": digits move two places, without a detour over floating point.
function fractionLabel(text) {
  const [whole, part = ""] = text.split(".");
  const digits = part.padEnd(2, "0");
  const percent = `${whole}${digits.slice(0, 2)}`.replace(/^0+(?=\d)/, "");
  return `${digits.length > 2 ? `${percent}.${digits.slice(2)}` : percent} %`;
}

function top(estimator, task, results) {
  const deviation = Math.sqrt(task.noise_variance);
  return results.slice(task.count).map((count, index) => {
    const code = Math.min(Math.max(results[index], 0), estimator.labels.length - 1);
    return { index, label: estimator.labels[code], ...shown(count, deviation, AMOUNT) };
  });
}

// Weights of features that were scaled about their centre, as weights of values.
function logistic(estimator, task, results) {
  const [first, ...weights] = results.map((weight) => weight / WEIGHT_UNIT);
  const slopes = weights.map((weight, place) =>
    (weight * scaleOf(task.features[place])) / FEATURE_UNIT * unitOf(estimator.with[place]));
  const intercept = slopes.reduce((sum, slope, place) => {
    const scale = estimator.with[place];
    return sum - slope * (scale.minimum + task.features[place].offset / unitOf(scale));
  }, first);
  const labels = ["intercept", ...estimator.with.map((scale) => scale.attribute)];
  return [intercept, ...slopes].map((value, index) => ({ index, label: labels[index], ...shown(value, 0) }));
}

// For each cluster the mean of every attribute, then how many people are in it.
function clusters(estimator, task, results) {
  const scales = [estimator, ...estimator.with];
  const width = task.features.length;
  return results.slice(width * task.count).flatMap((people, index) => {
    const of = (label, value) => ({ index, label, ...(people > 0 ? shown(value, 0) : { withheld: "too_few_people" }) });
    const means = scales.map((scale, place) =>
      of(scale.attribute, scale.minimum + results[width * index + place] / people / scaleOf(task.features[place]) / unitOf(scale)));
    return [...means, of("people", people)];
  });
}

const scaleOf = (feature) => feature.multiplier / 2 ** feature.shift;

const ANSWERS = { quantiles, top_categories: top, logistic_regression: logistic, k_means: clusters };
