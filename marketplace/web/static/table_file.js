// The opened answer as a CSV file (RFC 4180) or as JSON, made here: the market does not know the numbers.

import { bothOf } from "./sampling.js";

const NUMBERS = 8;
const COLUMNS = ["question", "statistic", "group_or_class", "answer", "noise_95_low", "noise_95_high", "noise_standard_deviation", "noise_in_place_people", "standard_error", "both_95_low", "both_95_high", "unit", "withheld"];

export function csvOf(result, parts) {
  const lines = linesOf(result, parts);
  return [COLUMNS, ...lines].map((line) => `${line.map(field).join(",")}\r\n`).join("");
}

// The same for programs: null is a number that is not there.
export function jsonOf(result, parts) {
  const rows = linesOf(result, parts).map((line) =>
    Object.fromEntries(COLUMNS.map((name, index) => [name, line[index] === "" ? null : line[index]])));
  return JSON.stringify({ order_id: result.order_id, query: result.query, people: result.admitted, rows }, null, 1);
}

function linesOf(result, parts) {
  return parts.flatMap((part) => part.rows.map((row) => [
    result.labels.question,
    part.kind === "figures" ? row.label : part.title,
    part.kind === "figures" ? "" : row.label,
    ...numbers(row),
    row.unit,
    row.withheld ?? "",
  ]));
}

// In full precision: whoever computes on should round last.
function numbers({ estimate, withheld }) {
  if (withheld) return Array(NUMBERS).fill("");
  const { value, low, high, noiseSd, noiseRankSd, standardError, samplingError } = estimate;
  const both = bothOf(estimate) ?? [];
  return [value, low, high, noiseSd, noiseRankSd, standardError ?? samplingError, both[0], both[1]].map((each) => each ?? "");
}

function field(value) {
  // A text that a spreadsheet would take for a formula stays a text.
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
