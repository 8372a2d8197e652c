// Showing an opened answer: what was checked, the figures and charts with their tables, and how it was made.

import { drawing } from "./drawing.js";
import { button, dataTable, element, notice } from "./elements.js";
import { save } from "./key_file.js";
import { methodCard } from "./method.js";
import { saveProof } from "./proof_file.js";
import { numberText, partsOf, rangeText, wideText, withheldGroups } from "./report.js";
import { withSampling } from "./sampling.js";
import { csvOf, jsonOf } from "./table_file.js";

export function showAnswer(place, opened) {
  const { result, rows } = opened;
  const parts = partsOf(result, withSampling(result.computation, rows));
  place.replaceChildren(checked(opened), ...withheldNotice(result), ...parts.map(shown), methodCard(opened, downloads(opened, parts)));
}

function checked({ agreement }) {
  const people = numberText(agreement.admitted, 0);
  return notice("good", "Opened and checked",
    `${people} people took part. All three nodes signed the same answer, and each part of it came twice and agreed.`);
}

function withheldNotice(result) {
  const names = withheldGroups(result);
  if (names.length === 0) return [];
  const told = `Not computed, because fewer than ${numberText(result.computation.floor, 0)} people are in the group, or none: ${names.join(", ")}.`;
  return [notice("warning", names.length === 1 ? "One group is withheld" : "Some groups are withheld", told)];
}

const SHOWN = { figures, chart, table: coefficients };
const shown = (part) => SHOWN[part.kind](part);

function figures(part) {
  const tiles = part.rows.map((row) => element("div", "card figure",
    element("div", "figure-label", row.label),
    element("div", "figure-value", ...(row.withheld ? ["withheld"] : [numberText(row.value, row.decimals), unit(row)])),
    element("div", "figure-note", note(row)),
    ...(row.wide ? [element("div", "figure-note", `${part.wide_label}, ${wideText(row)}`)] : [])));
  const table = element("div", "chart", element("span", "chart-title", part.title), tableOf(part));
  return element("div", "", element("div", "figures", ...tiles), table);
}

const unit = (row) => element("span", "unit", row.unit ? ` ${row.unit}` : "");

function note(row) {
  if (row.withheld) return row.withheld;
  if (row.places !== undefined) return `95 %: place off by ${rangeText(row)} at most`;
  return row.low === null ? "exact, without noise" : `95 %: noise, ${rangeText(row)}`;
}

function coefficients(part) {
  const lines = part.lines.map((line) => line.map((text) => text ?? element("span", "tag tag-quiet", "withheld")));
  const caption = element("figcaption", "", element("span", "chart-title", part.title), " ", element("span", "chart-about", part.description));
  return element("figure", "chart", caption, dataTable(`${part.title}, as a table`, part.columns, lines));
}

function chart(part) {
  const caption = element("figcaption", "", element("span", "chart-title", part.title), " ", element("span", "chart-about", part.description));
  const whole = element("figure", "chart", caption, drawing(part), tableOf(part));
  whole.dataset.drawn = "yes";
  return whole;
}

function tableOf(part) {
  // The unit stands above the column, or beside each number where they differ.
  const answer = (row) => numberText(row.value, row.decimals) + (part.unit || !row.unit ? "" : ` ${row.unit}`);
  const lines = part.rows.map((row) => [
    row.label,
    row.withheld ? element("span", "tag tag-quiet", "withheld") : answer(row),
    rangeText(row),
    ...(part.wide_label ? [row.withheld ? "" : wideText(row)] : []),
  ]);
  const heading = part.unit ? `Answer, ${part.unit}` : "Answer";
  return dataTable(`${part.title}, as a table`, columnsOf(part, heading), lines);
}

const columnsOf = (part, heading) =>
  [part.label, heading, part.interval_label || "Error", ...(part.wide_label ? [part.wide_label] : [])];

function downloads(opened, parts) {
  const { result } = opened;
  const name = `argonauta-${result.order_id}`;
  const failed = element("p", "field-error", "The market does not hand out the papers of this order now. Please try again later.");
  failed.setAttribute("role", "alert");
  failed.hidden = true;
  const prove = async () => {
    failed.hidden = await saveProof(opened, `${name}-proof.json`);
  };
  const actions = element("div", "actions",
    button("Save as a table (CSV)", "quiet", "download", () => save(`${name}.csv`, csvOf(result, parts), "text/csv;charset=utf-8")),
    button("Save for programs", "quiet", "download", () => save(`${name}-answer.json`, jsonOf(result, parts), "application/json")),
    button("Save a proof for others", "quiet", "shield-check", prove),
    button("Save the signed documents", "quiet", "certificate", () => save(`${name}.json`, JSON.stringify(result, null, 1), "application/json")));
  return element("div", "", actions, failed);
}
