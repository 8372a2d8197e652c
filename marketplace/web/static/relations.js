// Covariances, correlations and regressions with the error of their noise: consent/relations.py in a browser.
// Each moment is moved by one standard deviation of its noise both ways; half of the difference is its part.

import { areTooFew, middleOf, shown, summed, unitOf } from "./estimate.js";
import { Moments, Undetermined, fit } from "./moments.js";

const WIDTH = { covariance: 4, correlation: 6 };

export function related(estimator, read, floor) {
  const width = WIDTH[estimator.kind];
  const totals = read.map(summed);
  return estimator.with.map((other, index) => ({
    index, label: other.attribute,
    ...pair(estimator, other, totals.slice(width * index, width * (index + 1)), floor),
  }));
}

export function regressed(estimator, read, floor) {
  const [people, ...rest] = read.map(summed);
  const labels = ["intercept", ...estimator.with.map((scale) => scale.attribute), "r_squared"];
  const withheld = (reason) => labels.map((label, index) => ({ index, label, withheld: reason }));
  if (areTooFew(people, floor)) return withheld("too_few_people");
  const scales = [...estimator.with, estimator];
  const noisy = new Noisy(people, rest.slice(0, scales.length), rest.slice(scales.length), scales);
  const origin = estimator.with.map((scale) => -middleOf(scale) * unitOf(scale));
  const terms = (found) => [found.intercept, ...found.slopes, found.rSquared];
  return noisy.answer((moments) => terms(fit(moments, origin)), (deviations) => {
    const found = fit(noisy.moments, origin);
    const unit = unitOf(estimator);
    const units = [unit, ...estimator.with.map((scale) => unit / unitOf(scale)), 1];
    return terms(found).map((value, index) => ({
      index, label: labels[index],
      ...shown((index === 0 ? middleOf(estimator) : 0) + value / units[index], deviations[index] / units[index],
        index === labels.length - 1 ? [0, 1] : undefined),
      standardError: found.errors && index < labels.length - 1 ? found.errors[index] / units[index] : null,
    }));
  }, withheld);
}

function pair(estimator, other, [people, left, right, product, ...squares], floor) {
  if (areTooFew(people, floor)) return { withheld: "too_few_people" };
  const products = squares.length ? [squares[0], product, squares[1]] : [product];
  const noisy = new Noisy(people, [left, right], products, [estimator, other]);
  const isCovariance = estimator.kind === "covariance";
  const unit = isCovariance ? unitOf(estimator) * unitOf(other) : 1;
  const result = (moments) => [isCovariance ? moments.covariance(0, 1) : moments.correlation(0, 1)];
  return noisy.answer(result, ([deviation]) =>
    shown(result(noisy.moments)[0] / unit, deviation / unit, isCovariance ? undefined : [-1, 1]), (reason) => ({ withheld: reason }));
}

// Moments about the centres as they were opened, and how far noise carries each of them.
class Noisy {
  constructor(people, sums, products, scales) {
    const centres = scales.map((scale) => BigInt(scale.centre));
    this.pairs = products.length === 1 ? [[0, 1]] : pairsOf(scales.length);
    this.columns = scales.length;
    const about = sums.map((total, j) => total.value - centres[j] * people.value);
    const crossed = products.map((total, place) => {
      const [j, k] = this.pairs[place];
      return total.value - centres[j] * sums[k].value - centres[k] * sums[j].value + centres[j] * centres[k] * people.value;
    });
    this.values = [people.value, ...about, ...crossed];
    this.deviations = [people, ...sums, ...products].map((total) => Math.sqrt(total.variance));
    this.moments = Moments.exactly(people.value, about, this.table(crossed, 0n));
  }

  table(crossed, zero) {
    const products = Array.from({ length: this.columns }, () => Array(this.columns).fill(zero));
    this.pairs.forEach(([j, k], place) => { products[j][k] = crossed[place]; products[k][j] = crossed[place]; });
    return products;
  }

  moved(place, step) {
    const values = this.values.map(Number);
    values[place] += step;
    return Moments.of(values[0], values.slice(1, 1 + this.columns), this.table(values.slice(1 + this.columns), 0));
  }

  deviationsOf(results) {
    const variances = results(this.moments).map(() => 0);
    this.deviations.forEach((deviation, place) => {
      if (deviation === 0) return;
      const [above, below] = [deviation, -deviation].map((step) => results(this.moved(place, step)));
      above.forEach((high, index) => { variances[index] += ((high - below[index]) / 2) ** 2; });
    });
    return variances.map(Math.sqrt);
  }

  answer(results, told, withheld) {
    try {
      return told(this.deviationsOf(results));
    } catch (error) {
      if (!(error instanceof Undetermined)) throw error;
      return withheld(this.deviations.some((deviation) => deviation > 0) ? "noise_too_large" : "undetermined");
    }
  }
}

function pairsOf(columns) {
  const places = [...Array(columns).keys()];
  return places.flatMap((j) => places.slice(j).map((k) => [j, k]));
}
