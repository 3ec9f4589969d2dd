// The first section: who wins, how near the limits, what the gate says.
import { h } from "./dom.js";
import {
  capital,
  count,
  list,
  number,
  percent,
  sharedPrefix,
} from "./format.js";
import {
  DRIFTED,
  againstLimit,
  againstPeers,
  fastestLayouts,
  gateVerdict,
  limitsOf,
  trendSummary,
  unsteadiness,
} from "./verdict.js";

const GATE_WORDS = {
  pass: "Pass",
  regression: "Regression",
  noisy: "Too noisy to tell",
};

function tile(what, value, more, tone = null) {
  return h(
    "li",
    { class: tone ? `tile ${tone}` : "tile" },
    h("span", { class: "what" }, what),
    h("strong", {}, value),
    h("span", { class: "more" }, more),
  );
}

function gateTile(part) {
  const gate = gateVerdict(part);
  if (!gate) return null;
  const counts = [...gate.counts].map(([word, n]) => `${number(n)} ${word}`);
  return tile(
    "Performance gate",
    GATE_WORDS[gate.verdict] ?? gate.verdict,
    counts.length > 0 ? `rows: ${counts.join(", ")}` : "no rows",
    Object.hasOwn(GATE_WORDS, gate.verdict) ? gate.verdict : "noisy",
  );
}

function layoutTile(fastest) {
  if (!fastest) return null;
  const best = fastest.wins[0];
  return tile(
    "Fastest layout",
    capital(best.layout),
    `in ${number(best.count)} of ${count(fastest.cases, "case")}`,
  );
}

// "llama 1.10 B Q4_0" without what it shares with all others.
function nameIn(reached, item) {
  const prefix = sharedPrefix(reached.items.map((other) => other.name));
  return item.name.slice(prefix.length).trim();
}

function limitTile(reached, what, limit) {
  if (!reached) return null;
  const best = reached.items[0];
  const worst = reached.items[reached.items.length - 1];
  return tile(
    what,
    percent(best.percent),
    reached.items.length === 1
      ? `of ${limit}, with ${best.name}`
      : `of ${limit}, with ${nameIn(reached, best)}; ` +
          `${percent(worst.percent)} with ${nameIn(reached, worst)}`,
  );
}

function peerTile(peers) {
  if (!peers) return null;
  const { min, max } = peers.ratio;
  const low = number(min, 2);
  const high = number(max, 2);
  return tile(
    "Speed against peers",
    low === high ? `${low}×` : `${low}–${high}×`,
    `faster in ${number(peers.faster)} of ${count(peers.cases, "case")}`,
    peers.slower > 0 ? "noisy" : "pass",
  );
}

function layoutFindings(fastest) {
  if (!fastest) return [];
  const [best, ...others] = fastest.wins;
  const rest = others.map((w) => `${w.layout} in ${number(w.count)}`);
  const findings = [
    `${capital(best.layout)} is the fastest layout in ${number(best.count)} of ` +
      `${count(fastest.cases, "case")} (matrix, type, tokens)` +
      `${rest.length > 0 ? `, ${list(rest)}` : ""}. In ` +
      `${number(fastest.close)} the runner-up is within 3 %.`,
  ];
  const worst = fastest.losses[0];
  if (worst && Number.isFinite(worst.slower)) {
    const w = worst.winner;
    findings.push(
      `It loses most on ${w.type} ${w.shape}/${w.matrix} with ` +
        `${count(w.tokens, "token")}, where ${w.layout} is ` +
        `${number(worst.slower, 2)} times as fast.`,
    );
  }
  return findings;
}

function limitFinding(reached, duty, limit) {
  if (!reached) return [];
  const items = reached.items;
  const of = reached.source === "models" ? "whole models" : "all matrices";
  const prefix = sharedPrefix(items.map((item) => item.name));
  const text = (item) => `${nameIn(reached, item)} ${percent(item.percent)}`;
  const names =
    items.length <= 6
      ? list(items.map(text))
      : `${list(items.slice(0, 3).map(text))} at best, ` +
        `${text(items[items.length - 1])} at least`;
  return [
    `${duty} reaches this share of ${limit} ` +
      `(${of}${prefix ? `, ${prefix}` : ""}): ` +
      `${names}.`,
  ];
}

function peerFindings(peers) {
  if (!peers) return [];
  const parts = [
    peers.faster > 0 && `faster in ${number(peers.faster)}`,
    peers.slower > 0 && `slower in ${number(peers.slower)}`,
    peers.unclear > 0 && `within its own noise in ${number(peers.unclear)}`,
  ].filter(Boolean);
  return [
    `Against peers, Tessera is ${list(parts)} of ` +
      `${count(peers.cases, "case")}: ${number(peers.ratio.min, 2)} to ` +
      `${number(peers.ratio.max, 2)} times as fast, ` +
      `${number(peers.ratio.median, 2)} in the middle.`,
  ];
}

function gateFindings(part) {
  const bad = ["regression", "changed", "missing", "noisy"].flatMap((word) =>
    part.gate.filter((row) => row.verdict === word),
  );
  return bad
    .slice(0, 5)
    .map((row) => [
      h("span", { class: `word ${row.verdict}` }, capital(row.verdict)),
      `: ${row.row}${row.why ? ` (${row.why})` : ""}`,
    ])
    .concat(
      bad.length > 5
        ? [`${number(bad.length - 5)} more rows are in the gate's table.`]
        : [],
    );
}

function trendFindings(summary) {
  if (!summary) return [];
  const { fell, rose } = summary;
  if (fell.length + rose.length === 0) {
    return [
      `None of ${count(summary.series, "trend")} moved by more than 5 % at ` +
        "its last point.",
    ];
  }
  const farthest = fell[0] ?? rose[0];
  return [
    `At their last points ${number(fell.length)} of ` +
      `${count(summary.series, "trend")} fell by more than 5 %, ` +
      `${number(rose.length)} rose; ${
        fell[0] ? "the deepest fall" : "the " + "highest rise"
      } is ${farthest.row}: ` +
      `${number(farthest.step * 100, 1)} %.`,
  ];
}

// Said before everything else that is measured.
function driftWarning(part) {
  const drifted = limitsOf(part).filter((limit) => limit.drifted);
  if (drifted.length === 0) return null;
  const ranges = drifted.map(
    (limit) =>
      `${limit.name} ${number(limit.min, 1)} to ${number(limit.max, 1)} ` +
      limit.unit,
  );
  return h(
    "p",
    { class: "warn" },
    h("strong", {}, "The machine was not steady: "),
    `${list(ranges)}. Each result is compared with the limits beside it, but ` +
      "where they move by more than 10 %, winners and percentages may be " +
      "chance. Measure again while nothing else runs.",
  );
}

function steadyTile(part) {
  const moved = unsteadiness(part);
  if (moved === null) return null;
  const steady = moved <= DRIFTED;
  return tile(
    "Machine while measuring",
    steady ? "Steady" : "Not steady",
    `its limits moved by ${percent(moved * 100)}`,
    steady ? "pass" : "noisy",
  );
}

export function verdictSection(part) {
  const fastest = fastestLayouts(part.kernel);
  const decode = againstLimit(part, "memory");
  const prefill = againstLimit(part, "compute");
  const peers = againstPeers(part.comparison);
  const tiles = [
    gateTile(part),
    layoutTile(fastest),
    limitTile(decode, "Decode at best", "memory bandwidth"),
    limitTile(prefill, "Prefill at best", "the multiply limit"),
    peerTile(peers),
    steadyTile(part),
  ].filter(Boolean);
  const findings = [
    ...gateFindings(part),
    ...layoutFindings(fastest),
    ...limitFinding(decode, "Decode", "memory bandwidth"),
    ...limitFinding(prefill, "Prefill", "the limit of multiply-adds"),
    ...peerFindings(peers),
    ...trendFindings(trendSummary(part.series)),
  ];
  return h(
    "section",
    { id: "verdict", tabindex: "-1", "aria-labelledby": "verdict-head" },
    h("h2", { id: "verdict-head" }, "Verdict"),
    tiles.length > 0 ? h("ul", { class: "tiles" }, tiles) : null,
    driftWarning(part),
    findings.length > 0
      ? h(
          "ul",
          { class: "findings" },
          findings.map((finding) => h("li", {}, finding)),
        )
      : null,
    tiles.length + findings.length === 0
      ? h("p", { class: "absent" }, "There are no results to judge.")
      : null,
    part.problems.map((problem) => h("p", { class: "warn" }, problem)),
  );
}
