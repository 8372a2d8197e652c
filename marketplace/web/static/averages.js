// Sums, means, variances and spreads from opened sums: the formulas of consent/averages.py, which explains them.

import { AMOUNT, areTooFew, middleOf, shown, summed, unitOf } from "./estimate.js";

const LEAST_SPREAD_DEVIATIONS = 2;

export function averaged(estimator, read, floor) {
  const [people, ...sums] = read.map(summed);
  if (areTooFew(people, floor)) return [{ withheld: "too_few_people" }];
  if (estimator.kind === "sum") return [sum(estimator, people, sums[0])];
  return [estimator.kind === "mean" ? mean(estimator, people, sums[0]) : spread(estimator, people, ...sums)];
}

// The sum n·m + S/k with S = Σ(x - c) and m the centre as a value, and its variance.
function sum(scale, people, values) {
  const offset = Number(values.value - BigInt(scale.centre) * people.value) / unitOf(scale);
  const variance = values.variance / unitOf(scale) ** 2 + middleOf(scale) ** 2 * people.variance;
  const possible = [scale.minimum >= 0 ? 0 : -Infinity, scale.maximum <= 0 ? 0 : Infinity];
  return shown(Number(people.value) * middleOf(scale) + offset, Math.sqrt(variance), possible);
}

// The mean c + S/n with S = Σ(x - c), and its variance (Var S + (S/n)² Var n) / n².
function mean(scale, people, values) {
  const n = Number(people.value);
  const offset = Number(values.value - BigInt(scale.centre) * people.value) / n;
  const variance = (values.variance + offset ** 2 * people.variance) / n ** 2;
  const value = scale.minimum + (scale.centre + offset) / unitOf(scale);
  return shown(value, Math.sqrt(variance) / unitOf(scale), [scale.minimum, scale.maximum]);
}

// s² = (Q - S²/n) / (n - 1) with Q = Σ(x - c)², or its root, whose variance is that of s² over 4 s².
function spread(estimator, people, values, squares) {
  const scale = unitOf(estimator);
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
  if (variance > 0 && squared <= LEAST_SPREAD_DEVIATIONS * Math.sqrt(variance)) return { withheld: "noise_too_large" };
  if (estimator.kind === "variance") return shown(squared / scale ** 2, Math.sqrt(variance) / scale ** 2, AMOUNT);
  const noise = variance === 0 ? 0 : Math.sqrt(variance) / (2 * Math.sqrt(squared));
  return shown(Math.sqrt(squared) / scale, noise / scale, AMOUNT);
}
