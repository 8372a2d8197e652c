// Showing an opened answer: what was checked, the figures and charts with their tables, and how it was made.

import { button, dataTable, element, notice } from "./elements.js";
import { save } from "./key_file.js";
import { methodCard } from "./method.js";
import { numberText, partsOf, rangeText, withheldGroups } from "./report.js";
import { csvOf } from "./table_file.js";

export function showAnswer(place, opened) {
  const { result, rows } = opened;
  const parts = partsOf(result, rows);
  place.replaceChildren(checked(opened), ...withheldNotice(result), ...parts.map(shown), methodCard(opened, downloads(opened, parts)));
  // charts.js draws what htmx brings into a page; this part of the page was brought by us.
  place.dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true }));
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

const shown = (part) => (part.kind === "figures" ? figures(part) : chart(part));

function figures(part) {
  const tiles = part.rows.map((row) => element("div", "card figure",
    element("div", "figure-label", row.label),
    element("div", "figure-value", ...(row.withheld ? ["withheld"] : [numberText(row.value, row.decimals), unit(row)])),
    element("div", "figure-note", note(row))));
  const table = element("div", "chart", element("span", "chart-title", part.title), tableOf(part, "What"));
  return element("div", "", element("div", "figures", ...tiles), table);
}

const unit = (row) => element("span", "unit", row.unit ? ` ${row.unit}` : "");

function note(row) {
  if (row.withheld) return row.withheld;
  return row.low === null ? "exact, without noise" : `95 %: noise, ${rangeText(row)}`;
}

function chart(part) {
  const whole = element("figure", "chart");
  whole.dataset.chart = "";
  const caption = element("figcaption", "", element("span", "chart-title", part.title), " ", element("span", "chart-about", part.description));
  const canvas = element("div", "chart-canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${part.title}. ${part.description} The table has the figures.`);
  canvas.hidden = true;
  const data = element("script", "", JSON.stringify(part));
  data.type = "application/json";
  whole.append(caption, canvas, data, tableOf(part, part.label));
  return whole;
}

function tableOf(part, label) {
  const lines = part.rows.map((row) => [
    row.label,
    row.withheld ? element("span", "tag tag-quiet", "withheld") : `${numberText(row.value, row.decimals)}${row.unit ? ` ${row.unit}` : ""}`,
    rangeText(row),
  ]);
  return dataTable(`${part.title}, as a table`, [label, "Answer", part.interval_label || "Error"], lines);
}

function downloads({ result }, parts) {
  const name = `argonauta-${result.order_id}`;
  return element("div", "actions",
    button("Save as a table (CSV)", "quiet", "download", () => save(`${name}.csv`, csvOf(result, parts), "text/csv;charset=utf-8")),
    button("Save the signed documents", "quiet", "certificate", () => save(`${name}.json`, JSON.stringify(result, null, 1), "application/json")));
}
