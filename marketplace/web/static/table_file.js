// The opened answer as a CSV file (RFC 4180), made here: the market does not know the numbers.

const COLUMNS = ["question", "statistic", "group_or_class", "answer", "noise_95_low", "noise_95_high", "noise_standard_deviation", "noise_in_place_people", "standard_error", "unit", "withheld"];

export function csvOf(result, parts) {
  const lines = parts.flatMap((part) => part.rows.map((row) => [
    result.labels.question,
    part.kind === "figures" ? row.label : part.title,
    part.kind === "figures" ? "" : row.label,
    ...numbers(row),
    row.unit,
    row.withheld ?? "",
  ]));
  return [COLUMNS, ...lines].map((line) => `${line.map(field).join(",")}\r\n`).join("");
}

// In full precision: whoever computes on should round last.
function numbers({ estimate, withheld }) {
  if (withheld) return ["", "", "", "", "", ""];
  const { value, low, high, noiseSd, noiseRankSd, standardError } = estimate;
  return [value, low, high, noiseSd, noiseRankSd, standardError].map((each) => each ?? "");
}

function field(value) {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
