// Tables that can be sorted by any column, by mouse and keyboard.
import { h } from "./dom.js";

let tables = 0;

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") {
    if (Number.isNaN(a) || Number.isNaN(b)) {
      return Number.isNaN(a) - Number.isNaN(b);
    }
    return a - b;
  }
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

function cell(column, row) {
  const value = column.value(row);
  const shown = column.element
    ? column.element(row)
    : column.format
      ? column.format(value)
      : value;
  const name = ["number", "wide", "line"].find((kind) => column[kind]);
  return h("td", { class: name }, shown);
}

// columns: {label, value(row), format?(value), element?(row)} and:
// one of number, wide and line (no breaks). Rows are sorted by `value`; what is
// shown is the element, the formatted value or the value.
export function table(caption, columns, rows) {
  const id = `table-${++tables}`;
  const body = h("tbody");
  const fill = (sorted) =>
    body.replaceChildren(
      ...sorted.map((row) =>
        h(
          "tr",
          {},
          columns.map((column) => cell(column, row)),
        ),
      ),
    );

  const heads = columns.map((column) => {
    const head = h("th", {
      scope: "col",
      class: column.number ? "number" : null,
    });
    const sort = () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const sorted = [...rows].sort((a, b) =>
        compare(column.value(a), column.value(b)),
      );
      fill(up ? sorted : sorted.reverse());
    };
    head.append(h("button", { type: "button", onclick: sort }, column.label));
    return head;
  });

  fill(rows);
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": id },
    h(
      "table",
      {},
      h("caption", { id }, caption),
      h("thead", {}, h("tr", {}, heads)),
      body,
    ),
  );
}

// A table that is made when it is first opened, or by fill(): for print, for
// which the event comes too late, those that are `printed`.
export function foldedTable(caption, columns, rows, { printed = false } = {}) {
  const details = h(
    "details",
    { class: printed ? "printed" : null },
    h("summary", {}, `Table: ${caption} (${rows.length})`),
  );
  details.fill = () => {
    if (details.childElementCount === 1) {
      details.append(table(caption, columns, rows));
    }
  };
  details.addEventListener("toggle", () => details.open && details.fill());
  return details;
}
