// How far may an average be off because these people were asked and not others like them? s / √n, where the same
// answer tells the spread s and the number of people n of the same group: marketplace/sdk/table.py in a browser.
// Both carry noise themselves, so it is an estimate of that error and not a bound.

const NORMAL_95 = 1.96;

// The rows of an answer, with `samplingError` on each average of which it can be told.
export function withSampling(computation, rows) {
  return rows.map((row) => ({ ...row, estimates: row.estimates.map((each) => withError(computation, row, each)) }));
}

function withError({ statistics }, { estimates }, estimate) {
  const { kind, attribute } = statistics[estimate.statistic];
  if (kind !== "mean" || estimate.withheld) return estimate;
  const value = (wanted, of) => estimates.find((each) =>
    statistics[each.statistic].kind === wanted && statistics[each.statistic].attribute === of && !each.withheld)?.value;
  const people = value("count", null);
  const spread = value("sd", attribute) ?? rootOf(value("variance", attribute));
  if (!(people >= 1) || spread === undefined) return estimate;
  return { ...estimate, samplingError: spread / Math.sqrt(people) };
}

const rootOf = (variance) => (variance === undefined ? undefined : Math.sqrt(Math.max(variance, 0)));

// The interval of noise and sampling together; null where the second is not known.
export function bothOf({ value, noiseSd, samplingError }) {
  if (samplingError === undefined || noiseSd === undefined) return null;
  const margin = NORMAL_95 * Math.hypot(noiseSd, samplingError);
  return [value - margin, value + margin];
}
