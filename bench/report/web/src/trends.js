// The section of trends: small charts of how each row went from run to run.
import * as Plot from "@observablehq/plot";
import { chart, sweepCharts } from "./chart.js";
import { absent, choose, h, picker } from "./dom.js";
import { commit, count, number, short, tick, time } from "./format.js";
import { foldedTable } from "./table.js";
import { isWhole, movements } from "./verdict.js";

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

const ROWS = {
  whole: { label: "whole tokens and models", has: isWhole },
  every: { label: "every row", has: () => true },
};

function controls(rows, chosen, state, set) {
  const option = (value) => ({ value, label: ROWS[value].label });
  return h(
    "div",
    { class: "controls" },
    picker("rows", "Rows", rows.map(option), state.rows, set("rows")),
    picker(
      "charts",
      "Charts",
      chosen.length > SHOWN
        ? [
            { value: "some", label: `the ${SHOWN} that moved most` },
            { value: "all", label: `all ${chosen.length}` },
          ]
        : [],
      state.charts,
      set("charts"),
    ),
  );
}

function trendCharts(chosen, state) {
  const moving = chosen.filter((s) => s.points.length > 1);
  if (moving.length === 0) {
    return absent("Each row was measured once; there is no trend yet.");
  }
  return [
    h(
      "p",
      { class: "soft" },
      "Sorted by how far the last point is from the one before. Axes do not " +
        "begin at zero.",
    ),
    h(
      "div",
      { class: "multiples" },
      (state.charts === "all" ? moving : moving.slice(0, SHOWN)).map(multiple),
    ),
  ];
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
        "--history=runs.db",
      ),
    );
    return section;
  }
  const whole = all.filter(isWhole).length;
  const rows = whole > 0 && whole < all.length ? ["whole", "every"] : ["every"];
  const state = { rows: rows[0], charts: "some" };
  const render = () => {
    const chosen = all.filter(ROWS[state.rows].has);
    const set = (field) => (value) => {
      state[field] = value;
      choose(section, field, render);
    };
    section.replaceChildren(
      head,
      controls(rows, chosen, state, set),
      ...[trendCharts(chosen, state)].flat(),
      foldedTable("trends", columns, chosen),
    );
    sweepCharts();
  };
  render();
  return section;
}
