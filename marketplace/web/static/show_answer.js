// Showing an opened answer: a table and a chart for each statistic, withheld groups named in words.

const NAMES = { count: "Number of people", mean: "Average", sd: "Spread (standard deviation)", histogram: "Distribution" };

export function showAnswer(place, result, groups) {
  const labels = result.labels;
  const parts = result.computation.statistics.flatMap((statistic, index) =>
    statistic.kind === "histogram"
      ? groups.map((group) => chartOfBars(statistic, group, index, labels))
      : [chartOfGroups(statistic, groups, index, labels, result.computation.withheld)]);
  place.replaceChildren(checked(result), ...parts.map(figure));
  place.dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true }));
}

function checked(result) {
  const text = `Opened and checked: ${result.admitted} people took part, all three nodes signed the same answer, and each part of it arrived twice.`;
  const box = element("div", "notice notice-good", text);
  box.setAttribute("role", "status");
  return box;
}

function title(statistic, labels) {
  const about = statistic.attribute ? ` · ${labels.attributes[statistic.attribute]}` : "";
  return NAMES[statistic.kind] + about;
}

function bar(label, estimate) {
  if (estimate.withheld) return { label, withheld: estimate.withheld };
  const noisy = estimate.noiseSd > 0;
  return { label, value: estimate.value, low: noisy ? estimate.low : null, high: noisy ? estimate.high : null };
}

function chartOfGroups(statistic, groups, index, labels, withheld) {
  const rows = groups.map((group) => bar(labels.groups[group.group] ?? "Everybody", group.statistics[index].estimates[0]));
  const hidden = withheld.map((code) => ({ label: labels.groups[code], withheld: "Too few people in this group." }));
  return chart(statistic, title(statistic, labels), "Group", [...rows, ...hidden], labels);
}

function chartOfBars(statistic, group, index, labels) {
  const codes = labels.categories[statistic.attribute] ?? {};
  const rows = group.statistics[index].estimates.map((each) => bar(codes[each.label] ?? each.label, each));
  const about = group.group === null ? "" : ` · ${labels.groups[group.group]}`;
  return chart(statistic, title(statistic, labels) + about, labels.attributes[statistic.attribute], rows, labels);
}

function chart(statistic, heading, label, rows, labels) {
  const noisy = rows.some((row) => row.low !== undefined && row.low !== null);
  const counted = statistic.kind === "count" || statistic.kind === "histogram";
  return {
    title: heading,
    description: noisy ? "Noise protects the people; the whiskers hold the true value 95 % of the time." : "Exact, without noise.",
    unit: counted ? "people" : labels.units[statistic.attribute] ?? "",
    label,
    decimals: counted ? 0 : 3,
    interval_label: noisy ? "95 %: noise" : "",
    rows,
  };
}

function figure(chart) {
  const whole = element("figure", "chart");
  whole.dataset.chart = "";
  const caption = element("figcaption");
  caption.append(element("span", "chart-title", chart.title), " ", element("span", "chart-about", chart.description));
  const canvas = element("div", "chart-canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${chart.title}. ${chart.description} The table has the figures.`);
  canvas.hidden = true;
  const data = element("script", "", JSON.stringify(chart));
  data.type = "application/json";
  whole.append(caption, canvas, data, table(chart));
  return whole;
}

function table(chart) {
  const number = (value) => value.toLocaleString("en", { minimumFractionDigits: chart.decimals, maximumFractionDigits: chart.decimals });
  const heads = [chart.label, "Answer", chart.interval_label || "Range"];
  const whole = element("table", "data-table");
  whole.setAttribute("role", "table");
  whole.append(element("caption", "visually-hidden", `${chart.title}, as a table`));
  const head = element("tr");
  head.append(...heads.map((text, index) => {
    const cell = element("th", index ? "is-number" : "", text);
    cell.scope = "col";
    return cell;
  }));
  const top = element("thead");
  top.append(head);
  const body = element("tbody");
  for (const row of chart.rows) {
    const range = row.withheld ?? (row.low === null ? "exact" : `${number(row.low)} to ${number(row.high)}`);
    const value = row.withheld ? "withheld" : `${number(row.value)} ${chart.unit}`;
    const line = element("tr");
    line.append(...[row.label, value, range].map((text, index) => {
      const cell = element("td", index ? "is-number" : "");
      cell.dataset.label = heads[index];
      cell.append(element("span", "cell", text));
      return cell;
    }));
    body.append(line);
  }
  whole.append(top, body);
  const frame = element("div", "table-frame");
  frame.append(whole);
  return frame;
}

function element(name, className = "", text = null) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== null) made.textContent = text;
  return made;
}
