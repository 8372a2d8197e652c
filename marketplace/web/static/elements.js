// Making parts of a page. Texts are set as text, never as markup: what comes from elsewhere stays what it is.

export function element(name, className = "", ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

// An icon of the design, from the file that the icons of this page came from.
export function icon(name) {
  const [file] = document.querySelector("svg use").getAttribute("href").split("#");
  return svg("svg", { class: "glyph", width: 20, height: 20, "aria-hidden": "true" }, svg("use", { href: `${file}#${name}` }));
}

export function notice(tone, title, ...texts) {
  const body = element("div", "", element("strong", "notice-title", title), ...texts.map((text) => element("p", "", text)));
  const mark = { good: "circle-check", bad: "circle-x", warning: "alert-triangle" }[tone];
  return element("div", `notice notice-${tone}`, icon(mark), body);
}

export function button(label, kind, iconName, onClick) {
  const made = element("button", `btn btn-${kind}`, icon(iconName), label);
  made.type = "button";
  made.addEventListener("click", onClick);
  return made;
}

// A table in the design's form, which turns into small cards on a narrow screen. Columns are labels; those
// after the first hold figures.
export function dataTable(caption, columns, rows) {
  const head = columns.map((label, index) => withRole("th", "columnheader", index, label));
  const lines = rows.map((texts) => row(texts.map((text, index) => {
    const cell = withRole("td", "cell", index, element("span", "cell", text));
    cell.dataset.label = columns[index];
    return cell;
  })));
  const table = element("table", "data-table", element("caption", "visually-hidden", caption),
    group("thead", [row(head)]), group("tbody", lines));
  table.setAttribute("role", "table");
  return element("div", "table-frame", table);
}

function withRole(name, role, index, child) {
  const cell = element(name, index ? "is-number" : "", child);
  cell.setAttribute("role", role);
  if (name === "th") cell.scope = "col";
  return cell;
}

function row(cells) {
  const made = element("tr", "", ...cells);
  made.setAttribute("role", "row");
  return made;
}

function group(name, rows) {
  const made = element(name, "", ...rows);
  made.setAttribute("role", "rowgroup");
  return made;
}
