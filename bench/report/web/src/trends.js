// The section of trends: small charts of how each row went from run to run.
import * as Plot from "@observablehq/plot";
import { chart, sweepCharts } from "./chart.js";
import { absent, h, picker } from "./dom.js";
import { commit, count, number, short, tick, time } from "./format.js";
import { distinct } from "./statistics.js";
import { foldedTable } from "./table.js";
import { movements } from "./verdict.js";

const SHOWN = 12;
const HEIGHT = 140;
const MOVED = 0.05;

const change = (share) =>
  Number.isFinite(share)
    ? `${share > 0 ? "+" : ""}${number(share * 100, 1)} %`
    : "–";

const columns = [
  { label: "row", value: (s) => s.row, wide: true },
  { label: "unit", value: (s) => s.unit },
  { label: "points", value: (s) => s.points.length, number: true },
  {
    label: "first",
    value: (s) => s.points[0].value,
    number: true,
    format: short,
  },
  { label: "last", value: (s) => s.last.value, number: true, format: short },
  { label: "last step", value: (s) => s.step, number: true, format: change },
  { label: "in all", value: (s) => s.total, number: true, format: change },
  { label: "last time", line: true, value: (s) => s.last.time, format: time },
  { label: "last commit", value: (s) => s.last.commit, format: commit },
];

function draw(series, width) {
  const last = series.last;
  return Plot.plot({
    width,
    height: HEIGHT,
    marginLeft: 40,
    marginRight: 46,
    marginTop: 12,
    marginBottom: 36,
    x: {
      type: "utc",
      label: null,
      ticks: Math.max(2, Math.floor(width / 90)),
      nice: false,
    },
    y: { label: null, ticks: 3, grid: true, nice: true, tickFormat: tick },
    marks: [
      Plot.line(series.points, {
        x: "date",
        y: "value",
        stroke: "var(--c0)",
        strokeWidth: 2,
      }),
      Plot.dot(series.points, {
        x: "date",
        y: "value",
        fill: "var(--c0)",
        r: 2.5,
      }),
      Plot.text([last], {
        x: "date",
        y: "value",
        text: (p) => short(p.value),
        dx: 7,
        textAnchor: "start",
        fontWeight: 600,
        fill: "currentColor",
      }),
      Plot.tip(
        series.points,
        Plot.pointerX({
          x: "date",
          y: "value",
          title: (p) =>
            `${short(p.value)} ${series.unit}\n${time(p.time)}\n${commit(p.commit)}`,
        }),
      ),
    ],
  });
}

function multiple(series) {
  const tone =
    series.step < -MOVED ? "regression" : series.step > MOVED ? "pass" : "";
  return h(
    "div",
    {},
    h("h3", {}, series.row),
    h(
      "p",
      { class: "soft" },
      `${series.unit}, last step `,
      h("span", { class: `word ${tone}` }, change(series.step)),
    ),
    chart({
      label:
        `${series.row}: ${count(series.points.length, "point")}, last ` +
        `${short(series.last.value)} ${series.unit}`,
      draw: (width) => draw(series, width),
    }),
  );
}

export function trendSection(part) {
  const section = h("section", {
    id: "trends",
    "aria-labelledby": "trends-head",
  });
  const head = h("h2", { id: "trends-head" }, "Trends");
  const all = movements(part.series);
  if (all.length === 0) {
    section.append(
      head,
      absent(
        "No history was given. bench keeps one, and shows it here with",
        "--history",
      ),
    );
    return section;
  }
  const units = distinct(all.map((s) => s.unit));
  const state = { unit: "all", many: "some" };
  const render = () => {
    const chosen = all.filter(
      (s) => state.unit === "all" || s.unit === state.unit,
    );
    const shown = state.many === "all" ? chosen : chosen.slice(0, SHOWN);
    const set = (field) => (value) => {
      state[field] = value;
      render();
      section.querySelector(`[data-field="${field}"] select`)?.focus();
    };
    section.replaceChildren(
      head,
      h(
        "div",
        { class: "controls" },
        h(
          "span",
          { "data-field": "unit" },
          picker(
            "Unit",
            [
              { value: "all", label: "all" },
              ...(units.length > 1
                ? units.map((u) => ({ value: u, label: u }))
                : []),
            ],
            state.unit,
            set("unit"),
          ),
        ),
        h(
          "span",
          { "data-field": "many" },
          chosen.length > SHOWN || state.many === "all"
            ? picker(
                "Charts",
                [
                  { value: "some", label: `the ${SHOWN} that moved most` },
                  { value: "all", label: `all ${chosen.length}` },
                ],
                state.many,
                set("many"),
              )
            : null,
        ),
      ),
      h(
        "p",
        { class: "soft" },
        "Sorted by how far the last point is from the one before. Axes do not " +
          "begin at zero.",
      ),
      h("div", { class: "multiples" }, shown.map(multiple)),
      foldedTable("trends", columns, chosen),
    );
    sweepCharts();
  };
  render();
  return section;
}
