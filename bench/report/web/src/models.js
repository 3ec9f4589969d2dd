// The section of whole models: decode and prefill, alone and beside peers.
import { absent, h } from "./dom.js";
import { bytes, clip, count, list, number, percent, stem } from "./format.js";
import { groupBy } from "./statistics.js";
import { foldedTable } from "./table.js";
import { peerBars, ratioIntervals, testBars } from "./model_charts.js";

// "tinyllama-1.1b-Q4_0-interleaved", with the layout unless it is in there, and
// threads and instruction set where they differ among `all`.
function modelNames(all) {
  const several = (field) => new Set(all.map((r) => r[field])).size > 1;
  const threads = several("threads");
  const isas = several("isa");
  return (r) => {
    const name = stem(r.model) || r.modelType || "model";
    const layout = r.layout && !name.includes(r.layout) ? ` ${r.layout}` : "";
    return (
      name +
      layout +
      (threads ? `, ${count(r.threads, "thread")}` : "") +
      (isas ? `, ${r.isa}` : "")
    );
  };
}

// "llama-bench d32676d77 (9749) -rtr 1"
export function peerName(c) {
  return [stem(c.peer), c.build, c.arguments].filter(Boolean).join(" ");
}

// Decode first, then prefill, each in the order of the results.
export function byTest(records) {
  const groups = [...groupBy(records, (r) => r.test)].map(([test, group]) => ({
    test,
    group,
    decode: group[0].gen > 0,
  }));
  return groups.sort((a, b) => b.decode - a.decode);
}

// "tg128" in words.
export function testTitle({ test, group }) {
  const { prompt, gen, depth } = group[0];
  const what =
    gen > 0 ? `Decode of ${number(gen)}` : `Prefill of ${number(prompt)}`;
  const after = depth > 0 ? ` after ${number(depth)}` : "";
  return `${what} tokens${after} (${test})`;
}

const digits = (n) => (value) => number(value, n);

const testColumns = (name) => [
  { label: "model", value: name, wide: true },
  { label: "test", value: (t) => t.test },
  { label: "t/s", value: (t) => t.rate, number: true, format: digits(2) },
  { label: "±", value: (t) => t.deviation, number: true, format: digits(2) },
  {
    label: "limit t/s",
    value: (t) => t.limit,
    number: true,
    format: digits(1),
  },
  {
    label: "% of limit",
    value: (t) => t.percent,
    number: true,
    format: digits(1),
  },
  { label: "bound", value: (t) => t.bound },
  { label: "GB/s", value: (t) => t.gbs, number: true, format: digits(1) },
  { label: "G madd/s", value: (t) => t.gmac, number: true, format: digits(0) },
  {
    label: "load s",
    value: (t) => t.loadSeconds,
    number: true,
    format: digits(3),
  },
  {
    label: "huge pages",
    value: (t) => t.hugeShare * 100,
    number: true,
    format: percent,
  },
  {
    label: "resident",
    value: (t) => t.residentBytes,
    number: true,
    format: bytes,
  },
];

const peerColumns = (name) => [
  { label: "model", value: name, wide: true },
  { label: "test", value: (c) => c.test },
  { label: "peer", value: peerName, wide: true },
  { label: "ours t/s", value: (c) => c.rate, number: true, format: digits(2) },
  {
    label: "peer t/s",
    value: (c) => c.peerRate,
    number: true,
    format: digits(2),
  },
  { label: "ratio", value: (c) => c.ratio, number: true, format: digits(2) },
  { label: "min", value: (c) => c.ratioMin, number: true, format: digits(2) },
  { label: "max", value: (c) => c.ratioMax, number: true, format: digits(2) },
  {
    label: "A/A min",
    value: (c) => c.sameMin,
    number: true,
    format: digits(2),
  },
  {
    label: "A/A max",
    value: (c) => c.sameMax,
    number: true,
    format: digits(2),
  },
  { label: "rounds", value: (c) => c.rounds, number: true, format: number },
];

// A heading, what it is about, and its charts: on one page of paper.
function together(title, about, charts) {
  return h(
    "div",
    { class: "together" },
    h("h3", {}, title),
    h("p", { class: "soft" }, about),
    h("div", { class: "panels" }, charts),
  );
}

function aloneParts(tests) {
  if (tests.length === 0) return [];
  const name = modelNames(tests);
  return [
    together(
      "Against the machine",
      "Bars are tokens per second with the standard deviation of the " +
        "repetitions; the upright mark is the limit.",
      byTest(tests).map((t) => testBars(testTitle(t), t.group, name)),
    ),
    foldedTable("models", testColumns(name), tests, { printed: true }),
  ];
}

function peerParts(comparisons) {
  if (comparisons.length === 0) return [];
  const name = modelNames(comparisons);
  const peers = [...new Set(comparisons.map(peerName))];
  const ratios = ratioIntervals(comparisons, name, peerName);
  return [
    together(
      "Against peers",
      `Tessera in turn with ${clip(list(peers), 400)}. Bars are medians of ` +
        "rounds, thin lines the slowest and the fastest round.",
      byTest(comparisons).map((t) =>
        peerBars(testTitle(t), t.group, name, peerName),
      ),
    ),
    ratios ? [h("h3", {}, "How many times as fast as peers"), ratios] : null,
    foldedTable("comparison with peers", peerColumns(name), comparisons, {
      printed: true,
    }),
  ];
}

export function modelSection(part) {
  const parts = [...aloneParts(part.test), ...peerParts(part.comparison)];
  return h(
    "section",
    { id: "models", "aria-labelledby": "models-head" },
    h("h2", { id: "models-head" }, "Decode and prefill"),
    parts.length > 0
      ? parts
      : absent(
          "No models among the inputs. Measure them with",
          "bench --synthetic=tinyllama-1.1b --output=json > models.json",
        ),
  );
}
