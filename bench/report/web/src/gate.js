// The section of the performance gate: its rows with value and interval.
import * as Plot from "@observablehq/plot";
import { chart } from "./chart.js";
import { absent, h } from "./dom.js";
import { capital, clip, count, number, percent, tick, time } from "./format.js";
import { groupBy, spread } from "./statistics.js";
import { table } from "./table.js";
import { gateRank, gateVerdict } from "./verdict.js";

const SYMBOLS = {
  regression: "times",
  missing: "times",
  noisy: "triangle",
  changed: "diamond",
  new: "star",
  pass: "circle",
};
const SHOWN = 40;
const ROW = 38;
const LETTER = 6.6;

// A ratio is of times, now to baseline.
const UNIT_LABELS = {
  ratio: "times as long as the baseline; more is slower →",
  "%": "percent of the limit; more is faster →",
};

const MEANING = {
  pass: "Nothing is slower than the noise and the least effect allow.",
  regression: "Something is slower, and by more than noise can explain.",
  noisy: "The machine was too noisy to tell; measure again when it is quiet.",
};

const color = (row) =>
  Object.hasOwn(SYMBOLS, row.verdict)
    ? `var(--${{ missing: "regression", changed: "regression" }[row.verdict] ?? row.verdict})`
    : "var(--plain)";

function shown(unit, value) {
  if (unit === "%") return percent(value, 1);
  return number(value, unit === "count" ? 0 : 3);
}

function interval(row) {
  return Number.isFinite(row.lower) && Number.isFinite(row.upper)
    ? `${shown(row.unit, row.lower)} … ${shown(row.unit, row.upper)}`
    : "–";
}

function noise(row) {
  return Number.isFinite(row.noiseLower) && Number.isFinite(row.noiseUpper)
    ? `${shown(row.unit, row.noiseLower)} … ${shown(row.unit, row.noiseUpper)}`
    : "–";
}

const columns = [
  {
    label: "verdict",
    value: (row) => gateRank(row.verdict),
    element: (row) => h("span", { class: `word ${row.verdict}` }, row.verdict),
  },
  {
    label: "row",
    value: (row) => row.row,
    element: (row) => [
      row.row,
      row.why ? h("span", { class: "soft" }, row.why) : null,
    ],
    wide: true,
  },
  {
    label: "value",
    value: (row) => row.value,
    element: (row) => shown(row.unit, row.value),
    number: true,
  },
  {
    label: "interval",
    value: (row) => row.lower,
    element: interval,
    number: true,
  },
  {
    label: "baseline",
    value: (row) => row.baseline,
    element: (row) => shown(row.unit, row.baseline),
    number: true,
  },
  {
    label: "noise",
    value: (row) => row.noiseLower,
    element: noise,
    number: true,
  },
  {
    label: "samples",
    value: (row) => row.samples,
    number: true,
    format: number,
  },
];

function draw(unit, rows, width) {
  const names = rows.map((row) => row.row);
  const all = rows.flatMap((row) => [
    row.value,
    row.lower,
    row.upper,
    row.baseline,
    row.noiseLower,
    row.noiseUpper,
  ]);
  const { min, max } = spread(all);
  const room = (max - min || Math.abs(max) || 1) * 0.05;
  const fill = { value: color, scale: null };
  return Plot.plot({
    width,
    height: rows.length * ROW + 44,
    marginLeft: 4,
    marginRight: 16,
    marginTop: 4,
    marginBottom: 38,
    x: {
      domain: [min - room, max + room],
      label: UNIT_LABELS[unit] ?? `${unit} →`,
      labelAnchor: "right",
      labelOffset: 32,
      grid: true,
      ticks: Math.max(3, Math.floor(width / 110)),
      tickFormat: tick,
    },
    y: { domain: names, axis: null, padding: 0 },
    symbol: { type: "identity" },
    marks: [
      Plot.text(rows, {
        y: "row",
        frameAnchor: "left",
        text: (row) =>
          clip(`${row.verdict}: ${row.row}`, Math.floor((width - 24) / LETTER)),
        fill: "currentColor",
        dy: -9,
        dx: 2,
      }),
      Plot.barX(rows, {
        x1: "noiseLower",
        x2: "noiseUpper",
        y: "row",
        insetTop: ROW * 0.52,
        insetBottom: 3,
        fill: "var(--band)",
      }),
      Plot.tickX(rows, {
        x: "baseline",
        y: "row",
        insetTop: ROW * 0.5,
        insetBottom: 2,
        stroke: "currentColor",
        strokeWidth: 2,
      }),
      Plot.ruleY(rows, {
        x1: "lower",
        x2: "upper",
        y: "row",
        dy: ROW / 4 + 0.5,
        stroke: fill,
        strokeWidth: 2,
      }),
      Plot.dot(rows, {
        x: "value",
        y: "row",
        dy: ROW / 4 + 0.5,
        r: 5,
        strokeWidth: 2,
        symbol: (row) => SYMBOLS[row.verdict] ?? "square",
        stroke: fill,
        fill: "var(--card)",
      }),
      Plot.tip(
        rows,
        Plot.pointerY({
          x: "value",
          y: "row",
          title: (row) =>
            [
              row.row,
              `${row.verdict}: ${shown(unit, row.value)} (${interval(row)})`,
              `baseline ${shown(unit, row.baseline)}, noise ${noise(row)}`,
              row.why,
            ]
              .filter(Boolean)
              .join("\n"),
        }),
      ),
    ],
  });
}

function unitChart(unit, all) {
  const rows = all.filter((row) => Number.isFinite(row.value)).slice(0, SHOWN);
  if (rows.length === 0) return null;
  const left = all.length - rows.length;
  return chart({
    label:
      `Gate rows in ${unit}: value, interval, baseline and noise of ` +
      `${count(rows.length, "row")}. The table below has the numbers.`,
    note:
      "Mark and line: value and its interval; upright: the baseline; grey: " +
      "what noise alone does." +
      (left > 0 ? ` ${count(left, "row")} more only in the table.` : ""),
    draw: (width) => draw(unit, rows, width),
  });
}

export function gateSection(part) {
  const section = h("section", { id: "gate", "aria-labelledby": "gate-head" });
  section.append(h("h2", { id: "gate-head" }, "Performance gate"));
  const gate = gateVerdict(part);
  if (!gate) {
    section.append(
      absent("No result of the performance gate is among the inputs."),
    );
    return section;
  }
  const rows = gate.rows;
  section.append(
    h(
      "p",
      {},
      h("span", { class: `word ${gate.verdict}` }, capital(gate.verdict)),
      ` at ${time(gate.file.time)}. ${MEANING[gate.verdict] ?? ""}`,
    ),
  );
  const drawn = groupBy(
    rows.filter((row) => row.unit !== "count"),
    (row) => row.unit,
  );
  for (const [unit, group] of drawn) {
    const figure = unitChart(unit, group);
    if (figure) section.append(figure);
  }
  section.append(
    rows.length > 0
      ? table("rows of the gate", columns, rows)
      : absent("The gate has no rows."),
  );
  return section;
}
