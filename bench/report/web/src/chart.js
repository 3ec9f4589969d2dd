// Puts charts of Observable Plot on the page: as wide as there is room, drawn
// again when that changes and for print, with a name for those who cannot see
// them.
import { h } from "./dom.js";

const PRINT_WIDTH = 680;
const MIN_WIDTH = 240;

const charts = new Set();

function draw(chart, width) {
  chart.width = width;
  try {
    const drawn = chart.draw(Math.max(width, MIN_WIDTH));
    const svg = drawn.matches("svg")
      ? drawn
      : drawn.querySelector(":scope > svg");
    svg?.setAttribute("role", "img");
    svg?.setAttribute("aria-label", chart.label);
    chart.canvas.replaceChildren(drawn);
  } catch (error) {
    console.error(chart.label, error);
    chart.canvas.replaceChildren(
      h(
        "p",
        { class: "warn" },
        `This chart could not be drawn: ${error.message}`,
      ),
    );
  }
}

const observer = new ResizeObserver((entries) => {
  for (const entry of entries) {
    const chart = entry.target.chart;
    const width = Math.floor(entry.contentRect.width);
    if (width > 0 && width !== chart.width) draw(chart, width);
  }
});

// draw(width) returns what Plot.plot did. `label` says what the chart shows to
// those who do not see it; a title stands above it, or a note below.
export function chart({ label, title, note, draw }) {
  const canvas = h("div", { class: "canvas" });
  canvas.chart = { label, draw, canvas, width: 0 };
  charts.add(canvas.chart);
  observer.observe(canvas);
  return h(
    "figure",
    { class: "chart" },
    title ? h("figcaption", { class: "title" }, title) : null,
    canvas,
    note ? h("figcaption", { class: "soft" }, note) : null,
  );
}

// Forgets charts that were on the page and no longer are.
export function sweepCharts() {
  for (const chart of charts) {
    if (chart.width === 0 || chart.canvas.isConnected) continue;
    observer.unobserve(chart.canvas);
    charts.delete(chart);
  }
}

// Paper is narrower than most screens; drawn for a screen and shrunk, letters
// would be too small.
export function drawForPrint() {
  for (const chart of charts) {
    const full = chart.canvas.closest(".panels, .multiples") === null;
    const width = full ? PRINT_WIDTH : Math.min(chart.width, PRINT_WIDTH / 2);
    if (chart.canvas.isConnected) draw(chart, width || PRINT_WIDTH / 2);
  }
}

export function drawForScreen() {
  for (const chart of charts) {
    const width = Math.floor(chart.canvas.clientWidth);
    if (chart.canvas.isConnected && width > 0) draw(chart, width);
  }
}

// Colour and symbol of the n-th thing of a chart.
export const COLORS = [0, 1, 2, 3, 4, 5].map((n) => `var(--c${n})`);
export const SYMBOLS = [
  "circle",
  "triangle",
  "square",
  "diamond",
  "star",
  "times",
];

// The known layouts always look the same.
const LAYOUTS = ["interleaved", "transposed", "swizzled", "rowmajor"];

export function layoutDomain(layouts) {
  const known = LAYOUTS.filter((layout) => layouts.includes(layout));
  return [...known, ...layouts.filter((l) => !LAYOUTS.includes(l)).sort()];
}

export function layoutIndex(layout) {
  const index = LAYOUTS.indexOf(layout);
  return index < 0 ? LAYOUTS.length : index;
}
