// Covariances, correlations and a regression from moments: the linear algebra of consent/moments.py. Sums and
// products are about the centres of the attributes' ranges, which keeps them from agreeing in all their digits.

const LEAST_PIVOT = 1e-10;

export class Undetermined extends Error {}

// `centred(j, k)` is Σ (x - mean)(y - mean).
export class Moments {
  constructor(count, sums, centred) {
    Object.assign(this, { count, sums, centred });
  }

  static of(count, sums, products) {
    return new Moments(count, sums, (j, k) => (count * products[j][k] - sums[j] * sums[k]) / count);
  }

  // From whole numbers, whose digits are kept until the last division.
  static exactly(count, sums, products) {
    const centred = (j, k) => Number(count * products[j][k] - sums[j] * sums[k]) / Number(count);
    return new Moments(Number(count), sums.map(Number), centred);
  }

  covariance(j, k) {
    return this.centred(j, k) / (this.count - 1);
  }

  correlation(j, k) {
    const spreads = [this.centred(j, j), this.centred(k, k)];
    if (Math.min(...spreads) <= 0) throw new Undetermined();
    return Math.min(Math.max(this.centred(j, k) / Math.sqrt(spreads[0]) / Math.sqrt(spreads[1]), -1), 1);
  }
}

// The last column on all before it; `origin` is where the intercept is taken, about the centres.
export function fit(moments, origin) {
  const target = moments.sums.length - 1;
  const features = [...Array(target).keys()];
  const inverted = inverse(features.map((j) => features.map((k) => moments.centred(j, k))));
  const sides = features.map((j) => moments.centred(j, target));
  const slopes = inverted.map((row) => dot(row, sides));
  const means = moments.sums.map((total) => total / moments.count);
  const away = features.map((j) => means[j] - origin[j]);
  const explained = dot(slopes, sides);
  const spread = moments.centred(target, target);
  const freedom = moments.count - target - 1;
  const residual = spread - explained;
  let errors = null;
  if (freedom > 0 && residual >= 0) {
    const variance = residual / freedom;
    const atCentre = dot(away, inverted.map((row) => dot(row, away)));
    errors = [Math.sqrt(variance * Math.max(0, 1 / moments.count + atCentre)), ...features.map((j) => Math.sqrt(variance * inverted[j][j]))];
  }
  return {
    intercept: means[target] - dot(slopes, away), slopes, errors,
    rSquared: spread > 0 ? Math.min(Math.max(explained / spread, 0), 1) : 0,
  };
}

// Gauss and Jordan, after the columns were brought to one scale.
function inverse(matrix) {
  const size = matrix.length;
  if (matrix.some((row, j) => row[j] <= 0)) throw new Undetermined();
  const scales = matrix.map((row, j) => Math.sqrt(row[j]));
  const rows = matrix.map((row, j) => [...row.map((value, k) => value / scales[j] / scales[k]), ...scales.map((_, k) => Number(j === k))]);
  for (let step = 0; step < size; step += 1) {
    const pivot = rows[step][step];
    if (!(pivot > LEAST_PIVOT)) throw new Undetermined();
    rows[step] = rows[step].map((value) => value / pivot);
    rows.forEach((row, index) => {
      if (index === step) return;
      const factor = row[step];
      rows[index] = row.map((value, place) => value - factor * rows[step][place]);
    });
  }
  return rows.map((row, j) => row.slice(size).map((value, k) => value / scales[j] / scales[k]));
}

const dot = (left, right) => left.reduce((sum, value, place) => sum + value * right[place], 0);
