// One number of an answer, with its error or the reason why it is not shown: consent/estimate.py in a browser.

const NORMAL_95 = 1.96;
const LEAST_FOR_SPREAD = 2;
export const RELIABLE_DEVIATIONS = 5;
export const AMOUNT = [0, Infinity];

export function shown(value, noiseSd, [least, most] = [-Infinity, Infinity]) {
  const clip = (number) => Math.min(Math.max(number, least), most);
  const within = clip(value);
  const margin = NORMAL_95 * noiseSd;
  return { value: within, noiseSd, low: clip(within - margin), high: clip(within + margin) };
}

export const counted = (total) => shown(Number(total.value), Math.sqrt(total.variance), AMOUNT);

export function areTooFew(people, floor) {
  return Number(people.value) < Math.max(floor, LEAST_FOR_SPREAD, RELIABLE_DEVIATIONS * Math.sqrt(people.variance));
}

export function summed(totals) {
  return totals.reduce(
    (sum, each) => ({ value: sum.value + each.value, variance: sum.variance + each.variance }),
    { value: 0n, variance: 0 },
  );
}

// How many steps make one unit of an attribute, and its centre as a value.
export const unitOf = (scale) => 10 ** scale.decimals;
export const middleOf = (scale) => scale.minimum + scale.centre / unitOf(scale);
