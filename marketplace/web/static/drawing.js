// Draws one part of an answer, row by row: bars for numbers of people, dots for averages and spreads, whiskers
// for the noise, hatching where something is withheld. The table beside it says the same in figures, so the
// drawing is one image with a description. It is drawn anew for the width there is, so that letters keep their
// size; colours come from the style sheet.

import { svg } from "./elements.js";
import { numberText } from "./report.js";

const ROW = 34;
const STACKED_ROW = 50;
const BAR = 18;
const LEGEND = 30;
const LEGEND_OF_TWO = 48;
const AXIS = 28;
const EDGE = 16;
const LETTER = 7.2;
const MOST_LABEL = 190;
const TICK_ROOM = 80;
const CAP = 5;
const MARGIN = 0.08;

let hatchings = 0;

export function drawing(part) {
  const place = document.createElement("div");
  place.className = "drawing";
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", `${part.title}. ${part.description} The table has the figures.`);
  let width = 0;
  new ResizeObserver(() => {
    if (place.clientWidth === width || place.clientWidth === 0) return;
    width = place.clientWidth;
    place.replaceChildren(draw(part, width));
  }).observe(place);
  return place;
}

function draw(part, width) {
  const frame = frameOf(part, width);
  const drawn = svg("svg", { width, height: frame.bottom + AXIS, "aria-hidden": "true", focusable: "false" });
  const hatching = `hatching-${(hatchings += 1)}`;
  drawn.append(pattern(hatching), ...legend(part, frame), ...axis(part, frame));
  if (part.box) drawn.append(...box(part, frame));
  part.rows.forEach((row, index) => drawn.append(...rowOf(row, frame, { index, part, hatching })));
  return drawn;
}

// A row may have a shorter name in the drawing than in the table.
const nameOf = (row) => row.mark ?? row.label;

// Where things go: labels stand beside the rows if they fit, above them if not.
function frameOf(part, width) {
  const longest = Math.max(...part.rows.map((row) => nameOf(row).length)) * LETTER;
  const beside = longest <= Math.min(MOST_LABEL, width * 0.4);
  const left = beside ? longest + 12 : EDGE / 2;
  const right = width - EDGE;
  const height = beside ? ROW : STACKED_ROW;
  const [least, most] = rangeOf(part);
  const x = (value) => left + ((value - least) / (most - least)) * (right - left);
  const top = part.wide_label ? LEGEND_OF_TWO : LEGEND;
  return { left, right, beside, height, least, most, x, top, bottom: top + part.rows.length * height };
}

// Bars begin at zero, so that their lengths compare; dots need not, unless all that is possible is to be seen.
function rangeOf({ rows, bars, whole }) {
  if (whole) return whole;
  const ends = rows.filter((row) => !row.withheld).flatMap((row) => [row.value, row.low ?? row.value, row.high ?? row.value, ...(row.wide ?? [])]);
  if (bars || ends.length === 0) ends.push(0);
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const room = (most - least || Math.abs(most) || 1) * MARGIN;
  return [bars && least === 0 ? 0 : least - room, most + room];
}

function rowOf(row, frame, { index, part, hatching }) {
  const top = frame.top + index * frame.height;
  const middle = top + frame.height - ROW / 2;
  const label = frame.beside
    ? svg("text", { class: "drawing-label", x: frame.left - 12, y: middle, "text-anchor": "end", "dominant-baseline": "central" }, nameOf(row))
    : svg("text", { class: "drawing-label", x: frame.left, y: top + 12 }, nameOf(row));
  if (row.withheld) return [label, block("drawing-withheld", frame, [frame.left, frame.right], middle, { fill: `url(#${hatching})` })];
  const at = frame.x(row.value);
  const mark = part.bars
    ? block("drawing-bar", frame, [frame.x(0), at].sort((one, other) => one - other), middle)
    : svg("circle", { class: "drawing-dot", cx: at, cy: middle, r: 6 });
  const wide = row.wide ? [dashed(...row.wide.map(frame.x), middle)] : [];
  return [label, ...wide, mark, ...(row.low === null ? [] : whiskers(frame.x(row.low), frame.x(row.high), middle))];
}

// From the first to the last of the values, behind the dots; a line where each of them stands.
function box(part, frame) {
  const values = part.rows.filter((row) => !row.withheld).map((row) => frame.x(row.value));
  if (values.length === 0) return [];
  const [from, to] = [Math.min(...values), Math.max(...values)];
  const whole = { y: frame.top, height: frame.bottom - frame.top };
  return [
    svg("rect", { class: "drawing-box", x: from, width: Math.max(to - from, 1), rx: 3, ...whole }),
    ...values.map((x) => svg("line", { class: "drawing-whisker", x1: x, x2: x, y1: frame.top, y2: frame.bottom })),
  ];
}

function block(name, frame, [from, to], middle, more = {}) {
  return svg("rect", { class: name, x: from, y: middle - BAR / 2, width: Math.max(to - from, 0), height: BAR, rx: 3, ...more });
}

function whiskers(from, to, middle) {
  const line = (x1, y1, x2, y2) => svg("line", { class: "drawing-whisker", x1, y1, x2, y2 });
  return [line(from, middle, to, middle), line(from, middle - CAP, from, middle + CAP), line(to, middle - CAP, to, middle + CAP)];
}

// Noise and the choice of people together: longer than the whiskers, and drawn behind them.
const dashed = (x1, x2, y) => svg("line", { class: "drawing-wide", x1, y1: y, x2, y2: y });

function legend(part, frame) {
  const unit = part.unit ? [svg("text", { class: "drawing-axis", x: frame.right, y: 14, "text-anchor": "end" }, part.unit)] : [];
  const left = EDGE / 2;
  const said = (y, text) => svg("text", { class: "drawing-axis", x: left + 34, y }, text);
  const noise = part.interval_label ? [...whiskers(left, left + 26, 10), said(14, part.interval_label)] : [];
  const wide = part.wide_label ? [dashed(left, left + 26, 28), said(32, part.wide_label)] : [];
  return [...unit, ...noise, ...wide];
}

function axis(part, frame) {
  const step = stepOf((frame.most - frame.least) / Math.max(2, (frame.right - frame.left) / TICK_ROOM), part.bars);
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  const made = [];
  for (let index = Math.ceil(frame.least / step); index * step <= frame.most; index += 1) {
    const x = frame.x(index * step);
    made.push(
      svg("line", { class: index === 0 ? "drawing-zero" : "drawing-grid", x1: x, x2: x, y1: frame.top - 4, y2: frame.bottom }),
      svg("text", { class: "drawing-axis", x, y: frame.bottom + 18, "text-anchor": "middle" }, numberText(index * step, decimals)),
    );
  }
  return made;
}

// The least of 1, 2, 5, 10, 20, 50 … (or their tenths) that is large enough; people come in whole numbers.
function stepOf(wanted, whole) {
  const magnitude = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].find((factor) => factor * magnitude >= wanted) * magnitude;
  return whole ? Math.max(1, step) : step;
}

function pattern(id) {
  const made = svg("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  made.append(svg("rect", { class: "drawing-hatch-ground", width: 7, height: 7 }), svg("line", { class: "drawing-hatch", x1: 0, y1: 0, x2: 0, y2: 7 }));
  return made;
}
