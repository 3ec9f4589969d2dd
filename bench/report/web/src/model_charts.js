// Bars of tokens per second, and intervals of ratios.
import * as Plot from "@observablehq/plot";
import { chart, COLORS, SYMBOLS } from "./chart.js";
import { clip, number, percent, short, tick } from "./format.js";
import { distinct, spread } from "./statistics.js";

const BAR = 22;
// About what a letter of a chart's label takes.
const LETTER = 6.6;

const axis = (label, width) => ({
  label: `${label} →`,
  labelAnchor: "right",
  labelOffset: 30,
  nice: true,
  grid: true,
  ticks: Math.max(2, Math.floor(width / 90)),
  tickFormat: tick,
});

const rateAxis = (width) => ({
  ...axis("tokens per second", width),
  zero: true,
});

// Room for bars whose name stands above them, one facet for each model.
function facetOptions(models, bars, width) {
  return {
    width,
    height: models.length * (bars * BAR + 30) + 46,
    marginLeft: 12,
    marginRight: 54,
    marginTop: 6,
    marginBottom: 36,
    fy: { domain: models, label: null, axis: null, padding: 0.06 },
    y: { axis: null, padding: 0.12, label: null },
  };
}

function nameAbove(models, width) {
  return Plot.text(models, {
    fy: (d) => d,
    frameAnchor: "top-left",
    text: (d) => clip(d, Math.floor((width - 8) / LETTER)),
    fill: "currentColor",
    fontWeight: 600,
    stroke: "var(--card)",
    strokeWidth: 4,
    dx: -10,
    dy: 1,
  });
}

// Bars begin below the name: an empty first band of y holds it.
const NAME_BAND = "\u0000name";

// One test of several models, with the limit of each.
export function testBars(title, tests, name) {
  const models = distinct(tests.map(name));
  const draw = (width) =>
    Plot.plot({
      ...facetOptions(models, 1, width),
      x: rateAxis(width),
      y: { axis: null, domain: [NAME_BAND, "bar"], padding: 0.1 },
      marks: [
        Plot.barX(tests, {
          x: "rate",
          y: () => "bar",
          fy: name,
          fill: COLORS[0],
        }),
        Plot.ruleY(tests, {
          x1: (t) => t.rate - t.deviation,
          x2: (t) => t.rate + t.deviation,
          y: () => "bar",
          fy: name,
          stroke: "currentColor",
          strokeWidth: 1.5,
        }),
        Plot.tickX(
          tests.filter((t) => t.limit > 0),
          {
            x: "limit",
            y: () => "bar",
            fy: name,
            stroke: "currentColor",
            strokeWidth: 3,
          },
        ),
        Plot.text(tests, {
          x: (t) => Math.max(t.rate + t.deviation, t.limit || 0),
          y: () => "bar",
          fy: name,
          text: (t) => `${short(t.rate)} (${percent(t.percent)})`,
          textAnchor: "start",
          dx: 5,
          fill: "currentColor",
        }),
        nameAbove(models, width),
        Plot.tip(
          tests,
          Plot.pointerY({
            x: "rate",
            y: () => "bar",
            fy: name,
            title: (t) =>
              `${name(t)}\n${number(t.rate, 2)} ± ${number(t.deviation, 2)} ` +
              `tokens/s\n${percent(t.percent, 1)} of ${number(t.limit, 1)} ` +
              `(${t.bound})`,
          }),
        ),
      ],
      marginRight: 92,
    });
  return chart({
    label:
      `${title}: tokens per second of ${models.length} models, with the limit. ` +
      "The table of models has the numbers.",
    title,
    draw,
  });
}

// Ours once for each model, and every peer.
function programBars(comparisons, name, peerName) {
  const bars = [];
  const seen = new Set();
  for (const c of comparisons) {
    const model = name(c);
    if (!seen.has(model)) {
      seen.add(model);
      bars.push({
        model,
        program: "Tessera",
        rate: c.rate,
        range: spread(c.samples),
      });
    }
    bars.push({
      model,
      program: peerName(c),
      rate: c.peerRate,
      range: spread(c.peerSamples),
      ratio: c.ratio,
    });
  }
  return bars;
}

export function peerBars(title, comparisons, name, peerName) {
  const bars = programBars(comparisons, name, peerName);
  const models = distinct(bars.map((bar) => bar.model));
  const programs = distinct(bars.map((bar) => bar.program));
  const draw = (width) =>
    Plot.plot({
      ...facetOptions(models, programs.length, width),
      x: rateAxis(width),
      y: { axis: null, domain: [NAME_BAND, ...programs], padding: 0.1 },
      color: {
        domain: programs,
        range: programs.map((_, n) => COLORS[n % COLORS.length]),
        legend: true,
        tickFormat: (program) => clip(program, 40),
      },
      marks: [
        Plot.barX(bars, {
          x: "rate",
          y: "program",
          fy: "model",
          fill: "program",
        }),
        Plot.ruleY(
          bars.filter((bar) => bar.range),
          {
            x1: (bar) => bar.range.min,
            x2: (bar) => bar.range.max,
            y: "program",
            fy: "model",
            stroke: "currentColor",
            strokeWidth: 1.5,
          },
        ),
        Plot.text(bars, {
          x: (bar) => Math.max(bar.rate, bar.range?.max ?? 0),
          y: "program",
          fy: "model",
          text: (bar) => short(bar.rate),
          textAnchor: "start",
          dx: 5,
          fill: "currentColor",
        }),
        nameAbove(models, width),
        Plot.tip(
          bars,
          Plot.pointerY({
            x: "rate",
            y: "program",
            fy: "model",
            title: (bar) =>
              `${bar.model}\n${bar.program}\n${number(bar.rate, 2)} tokens/s` +
              (bar.ratio ? `\nTessera: ${number(bar.ratio, 2)} times` : ""),
          }),
        ),
      ],
    });
  return chart({
    label:
      `${title}: tokens per second of ${programs.length} programs on ` +
      `${models.length} models. The table of the comparison has the numbers.`,
    title,
    draw,
  });
}

// Median ratio and its range, over the range of our own rate against itself;
// null without ratios.
export function ratioIntervals(comparisons, name, peerName) {
  const peers = distinct(comparisons.map(peerName));
  const rows = comparisons
    .filter((c) => c.ratio > 0)
    .map((c) => ({ ...c, label: `${name(c)}, ${c.test}`, peer: peerName(c) }));
  if (rows.length === 0) return null;
  const labels = distinct(rows.map((row) => row.label));
  const y = { y: "peer", fy: "label" };
  const draw = (width) =>
    Plot.plot({
      ...facetOptions(labels, peers.length, width),
      x: {
        ...axis("times as fast as the peer", width),
        domain: ratioDomain(rows),
      },
      y: { axis: null, domain: [NAME_BAND, ...peers], padding: 0.1 },
      color: {
        domain: peers,
        range: peers.map((_, n) => COLORS[(n + 1) % COLORS.length]),
      },
      symbol: {
        domain: peers,
        range: peers.map((_, n) => SYMBOLS[(n + 1) % SYMBOLS.length]),
        legend: true,
        tickFormat: (peer) => clip(peer, 40),
      },
      marginRight: 40,
      marks: [
        Plot.barX(rows, {
          x1: "sameMin",
          x2: "sameMax",
          ...y,
          fill: "var(--band)",
        }),
        Plot.ruleX([1], { stroke: "currentColor", strokeWidth: 1.5 }),
        Plot.ruleY(rows, {
          x1: "ratioMin",
          x2: "ratioMax",
          ...y,
          stroke: "peer",
          strokeWidth: 2,
        }),
        Plot.dot(rows, {
          x: "ratio",
          ...y,
          stroke: "peer",
          symbol: "peer",
          fill: "var(--card)",
          r: 5,
          strokeWidth: 2,
        }),
        Plot.text(rows, {
          x: "ratioMax",
          ...y,
          text: (c) => number(c.ratio, 2),
          textAnchor: "start",
          dx: 6,
          fill: "currentColor",
        }),
        nameAbove(labels, width),
      ],
    });
  return chart({
    label:
      "Ratio of Tessera's speed to each peer's, with the least and the " +
      "greatest of a round. The table of the comparison has the numbers.",
    note:
      "The grey band is Tessera against itself, one round divided by the one " +
      "before: a ratio within it shows nothing.",
    draw,
  });
}

function ratioDomain(rows) {
  const all = rows.flatMap((c) => [
    c.ratioMin,
    c.ratioMax,
    c.sameMin,
    c.sameMax,
    1,
  ]);
  const { min, max } = spread(all);
  return [min, max];
}
