// Percent of limit by type and layout, one panel for each shape and number of
// tokens.
import * as Plot from "@observablehq/plot";
import { chart, layoutDomain } from "./chart.js";
import { h } from "./dom.js";
import { clip, count, number, percent } from "./format.js";
import { distinct, groupBy } from "./statistics.js";
import { STEPS, stepOf } from "./steps.js";

const ROW = 24;
const LEFT = 58;

function title(k) {
  return [
    `${k.type} ${k.layout}: ${percent(k.percent, 1)} of its limit (${k.bound})`,
    `${number(k.gbs, 1)} GB/s, ${number(k.gmac, 1)} G madd/s`,
    k.hasKernel ? "" : "no kernel: dequantized to float32",
  ]
    .filter(Boolean)
    .join("\n");
}

// The fastest cell of each type.
function winners(kernels) {
  return [...groupBy(kernels, (k) => k.type).values()]
    .filter((group) => group.length > 1)
    .map((group) => group.reduce((a, b) => (b.us < a.us ? b : a)));
}

function draw(kernels, types, layouts, width) {
  const slanted = (width - LEFT) / layouts.length < 84;
  const right = slanted ? 28 : 4;
  const cell = Math.min((width - LEFT - right) / layouts.length, 128);
  const ink = (k) => `var(--i${stepOf(k.percent)})`;
  const best = winners(kernels);
  const top = slanted ? 62 : 24;
  return Plot.plot({
    width: Math.floor(LEFT + right + cell * layouts.length),
    height: types.length * ROW + top + 4,
    marginLeft: LEFT,
    marginRight: right,
    marginTop: top,
    marginBottom: 4,
    padding: 0.06,
    x: {
      domain: layouts,
      axis: "top",
      label: null,
      tickSize: 0,
      tickRotate: slanted ? -40 : 0,
      tickFormat: (layout) => clip(layout, 12),
    },
    y: {
      domain: types,
      label: null,
      tickSize: 0,
      tickFormat: (type) => clip(type, 8),
    },
    marks: [
      Plot.cell(kernels, {
        x: "layout",
        y: "type",
        fill: { value: (k) => `var(--h${stepOf(k.percent)})`, scale: null },
      }),
      Plot.cell(best, {
        x: "layout",
        y: "type",
        fill: "none",
        stroke: { value: ink, scale: null },
        strokeWidth: 1.5,
        inset: 2.5,
      }),
      ...[best, kernels.filter((k) => !best.includes(k))].map((some) =>
        Plot.text(some, {
          x: "layout",
          y: "type",
          text: (k) => `${number(k.percent)}${k.hasKernel ? "" : "*"}`,
          fill: { value: ink, scale: null },
          fontWeight: some === best ? 700 : 400,
        }),
      ),
      Plot.tip(kernels, Plot.pointer({ x: "layout", y: "type", title })),
    ],
  });
}

export function heatLegend() {
  const label = (from, n) =>
    n === STEPS.length - 1 ? `${from} % and more` : `${from}–${STEPS[n + 1]} %`;
  return h(
    "ul",
    { class: "legend", "aria-label": "Colours of the heat map" },
    STEPS.map((from, n) => h("li", {}, swatch(n), label(from, n))),
  );
}

function swatch(n) {
  const element = h("span", { class: "swatch", "aria-hidden": "true" });
  element.style.background = `var(--h${n})`;
  return element;
}

// Panels for the kernels of one matrix; null if there are none.
export function heatmaps(kernels) {
  const drawn = kernels.filter((k) => Number.isFinite(k.percent));
  if (drawn.length === 0) return null;
  const types = distinct(drawn.map((k) => k.type));
  const layouts = layoutDomain(distinct(drawn.map((k) => k.layout)));
  const panels = groupBy(drawn, (k) => JSON.stringify([k.shape, k.tokens]));
  return [
    heatLegend(),
    h(
      "div",
      { class: "panels" },
      [...panels.values()].map((panel) => {
        const name = `${panel[0].shape}, ${count(panel[0].tokens, "token")}`;
        return chart({
          label:
            `Heat map of ${name}: percent of limit by type and layout. The ` +
            "table of kernels has every cell.",
          title: name,
          draw: (width) => draw(panel, types, layouts, width),
        });
      }),
    ),
    h(
      "p",
      { class: "soft" },
      "Numbers are percent of the limit; bold in a frame is the fastest " +
        "layout of the type. ",
      drawn.some((k) => !k.hasKernel)
        ? "* has no kernel: rows are dequantized to float32."
        : null,
    ),
  ];
}
