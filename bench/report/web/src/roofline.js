// The roofline: how fast each kernel is against what memory and the
// multipliers allow at its intensity.
import * as Plot from "@observablehq/plot";
import { chart, COLORS, layoutDomain, layoutIndex, SYMBOLS } from "./chart.js";
import { clip, count, number, percent, short, tick } from "./format.js";
import { distinct, groupBy, median } from "./statistics.js";

const MARGIN = { left: 48, right: 22, top: 26, bottom: 46 };

// The roofs as {name, roof, ridge}: multiply limits from high to low, and the
// intensity at which each meets memory's slope.
function roofsOf(kernels, read) {
  return [...groupBy(kernels, (k) => k.rate)]
    .map(([name, group]) => {
      const roof = median(group.map((k) => k.limitGmac));
      return { name, roof, ridge: roof / read };
    })
    .filter((r) => r.roof > 0)
    .sort((a, b) => b.roof - a.roof);
}

function domains(kernels, read, roofs) {
  const xs = kernels.map((k) => k.intensity);
  const ys = kernels.map((k) => k.gmac);
  const x = [Math.min(...xs) / 1.8, Math.max(...xs) * 2.2];
  const top = Math.max(...roofs.map((r) => r.roof), ...ys);
  const y = [Math.min(...ys, read * x[0]) / 1.8, top * 2];
  return { x, y };
}

// The slope of memory is drawn up to the highest roof, or the right edge.
function slope(read, roofs, x) {
  const end = roofs.length > 0 ? Math.min(roofs[0].ridge, x[1]) : x[1];
  return [
    { x: x[0], y: read * x[0] },
    { x: end, y: read * end },
  ];
}

function degrees(domain, width, height) {
  const across = width - MARGIN.left - MARGIN.right;
  const up = height - MARGIN.top - MARGIN.bottom;
  const decadesX = Math.log10(domain.x[1] / domain.x[0]);
  const decadesY = Math.log10(domain.y[1] / domain.y[0]);
  return (-Math.atan(up / decadesY / (across / decadesX)) * 180) / Math.PI;
}

function limitMarks(read, roofs, domain, rotate, narrow) {
  const line = { stroke: "currentColor", strokeWidth: 1.5 };
  const middle = Math.sqrt(
    domain.x[0] * Math.min(roofs[0]?.ridge ?? domain.x[1], domain.x[1]),
  );
  return [
    Plot.line(slope(read, roofs, domain.x), { x: "x", y: "y", ...line }),
    Plot.text([middle], {
      x: (d) => d,
      y: (d) => read * d,
      text: () => `memory ${number(read, 1)} GB/s`,
      rotate,
      dy: -9,
      dx: -6,
      fill: "currentColor",
    }),
    Plot.ruleY(roofs, {
      x1: (r) => Math.max(r.ridge, domain.x[0]),
      x2: domain.x[1],
      y: "roof",
      ...line,
    }),
    Plot.text(roofs, {
      x: (r) => Math.max(r.ridge, domain.x[0]),
      y: "roof",
      text: (r) => `${r.name} ${number(r.roof)}${narrow ? "" : " G madd/s"}`,
      textAnchor: "start",
      dx: 4,
      dy: -8,
      fill: "currentColor",
      stroke: "var(--card)",
      strokeWidth: 4,
    }),
  ];
}

function title(k) {
  return [
    `${k.type} ${k.layout}, ${k.shape}/${k.matrix}`,
    count(k.tokens, "token"),
    `${short(k.gmac)} G madd/s at ${short(k.intensity)} madd/B`,
    `${percent(k.percent, 1)} of its limit (${k.bound})`,
    k.hasKernel ? "" : "no kernel: dequantized to float32",
  ]
    .filter(Boolean)
    .join("\n");
}

function draw(kernels, width) {
  const read = median(kernels.map((k) => k.limitRead));
  const roofs = roofsOf(kernels, read);
  const domain = domains(kernels, read, roofs);
  const height = Math.round(Math.min(Math.max(width * 0.55, 340), 520));
  const layouts = layoutDomain(distinct(kernels.map((k) => k.layout)));
  const many = kernels.length > 300;
  return Plot.plot({
    width,
    height,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    x: {
      type: "log",
      domain: domain.x,
      label: "multiply-adds per byte of weights →",
      labelAnchor: "right",
      labelOffset: 36,
      grid: true,
      ticks: width < 500 ? 4 : 8,
      tickFormat: tick,
    },
    y: {
      type: "log",
      domain: domain.y,
      label: "↑ G multiply-adds/s",
      grid: true,
      ticks: 5,
      tickFormat: tick,
    },
    color: {
      domain: layouts,
      range: layouts.map((l) => COLORS[layoutIndex(l)]),
    },
    symbol: {
      domain: layouts,
      range: layouts.map((l) => SYMBOLS[layoutIndex(l)]),
      legend: true,
      tickFormat: (layout) => clip(layout, 24),
    },
    marks: [
      ...limitMarks(
        read,
        roofs,
        domain,
        degrees(domain, width, height),
        width < 500,
      ),
      Plot.dot(kernels, {
        x: "intensity",
        y: "gmac",
        stroke: "layout",
        symbol: "layout",
        r: many ? 3 : 4.5,
        strokeWidth: 1.6,
        strokeOpacity: 0.9,
      }),
      Plot.tip(
        kernels,
        Plot.pointer({ x: "intensity", y: "gmac", title, fontSize: 12 }),
      ),
    ],
  });
}

// A chart of those kernels that can be drawn; null if there are none.
export function rooflineChart(kernels) {
  const drawn = kernels.filter((k) => k.intensity > 0 && k.limitRead > 0);
  if (drawn.length === 0) return null;
  return chart({
    label:
      `Roofline of ${count(drawn.length, "kernel")}: multiply-adds per second ` +
      "over multiply-adds per byte, with the limits of memory and of " +
      "multiplying. The table of kernels has every point.",
    note:
      "The slope is what reading memory allows, a level line what multiplying " +
      "allows for that kind of type. The nearer to its line, the better. " +
      "Point at a mark to see what it is; the table of kernels has them all.",
    draw: (width) => draw(drawn, width),
  });
}
