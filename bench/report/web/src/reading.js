// How to read the page, and whose software draws it.
import { h } from "./dom.js";

const MEANINGS = [
  [
    "Limit",
    "What this machine can do at most, measured by the same run: reading main " +
      "memory in order, and multiply-adds in registers (integers, float32, " +
      "bfloat16). They are measured before and after each result.",
  ],
  [
    "% of limit",
    "The least possible time over the time taken. The least time is that of " +
      "reading the weights once (bound: memory) or of multiplying them by all " +
      "tokens (bound: compute), whichever is longer. Activations and attention " +
      "are not counted. Quantized types are compared with integer " +
      "multiply-adds, F16 with float32, so a machine with matrix units may " +
      "pass 100 %.",
  ],
  [
    "Decode and prefill",
    "Decode makes one token after the other and reads every weight each time: " +
      "memory limits it. Prefill takes many tokens at once: multiplying limits " +
      "it. pp512 is a prefill of 512 tokens, tg128 a decode of 128, “@ d1900” " +
      "after 1900 that are not timed.",
  ],
  [
    "Roofline",
    "How fast a kernel is (up) against how much it multiplies for each byte it " +
      "reads (right), both logarithmic. Left of the bend memory is the limit, " +
      "right of it multiplying.",
  ],
  [
    "Layout",
    "The order in which an arena stores the weights of a matrix. A case of the " +
      "verdict is one matrix, type and number of tokens for which several " +
      "layouts were measured in one run.",
  ],
  [
    "A/A",
    "Tessera's own rate divided by that of the round before: what a ratio looks " +
      "like when nothing differs. A ratio within that range shows nothing.",
  ],
  [
    "Gate",
    "Times of two builds, taken in turn; 1.1 is ten percent slower. Pass: a " +
      "slowdown that matters can be excluded. Regression: the whole interval " +
      "is slower than noise explains, and by enough to matter. Noisy: neither " +
      "could be shown on this machine now. Changed: a count is not that of the " +
      "baseline. New and missing: the row is only in this result, or only in " +
      "the baseline.",
  ],
  [
    "Trend",
    "One row of one machine over the runs that its history keeps. Speed drifts " +
      "by 10 to 30 % on shared machines; percent of limit drifts less.",
  ],
];

export function readingSection() {
  return h(
    "section",
    { id: "reading", "aria-labelledby": "reading-head" },
    h("h2", { id: "reading-head" }, "How to read this"),
    h(
      "dl",
      { class: "meaning" },
      MEANINGS.map(([word, meaning]) => [
        h("dt", {}, word),
        h("dd", {}, meaning),
      ]),
    ),
  );
}

// `licenses` is [{packages, text}], made when the page was bundled.
export function pageFooter(report, licenses) {
  return h(
    "footer",
    {},
    h(
      "p",
      {},
      `Made by Tessera ${report.version}`.trim(),
      report.made ? ` at ${report.made}` : "",
      ". The page is one file and asks nothing of the network.",
    ),
    h(
      "details",
      {},
      h("summary", {}, "Software in this page and its licences"),
      licenses.map(({ packages, text }) => [
        h("p", {}, packages.join(", ")),
        h("pre", { tabindex: "0" }, text),
      ]),
    ),
  );
}
