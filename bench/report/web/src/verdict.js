// What the numbers say: pure functions from records to findings.
import { groupBy, spread } from "./statistics.js";

// Closer than this, and which of two layouts is faster may be chance.
const CLOSE = 0.03;
// A change of a trend that is worth a word.
const MOVED = 0.05;
// The limits of the machine moved by more: measure again.
export const DRIFTED = 0.1;

// Which layout is fastest: {cases, wins: [{layout, count}], close, losses}.
// A case is one matrix, type and number of tokens that several layouts were
// measured for; `close` are cases whose runner-up is within 3 %, `losses` those
// that the layout with the most wins does not win, the costliest first. Null
// without cases.
export function fastestLayouts(kernels) {
  const cases = [
    ...groupBy(
      kernels.filter((k) => k.matrix !== "token" && k.us > 0),
      (k) =>
        JSON.stringify([
          k.isa,
          k.threads,
          k.zeros,
          k.type,
          k.shape,
          k.matrix,
          k.tokens,
        ]),
    ).values(),
  ]
    .map((group) => [...group].sort((a, b) => a.us - b.us))
    .filter((group) => new Set(group.map((k) => k.layout)).size > 1);
  if (cases.length === 0) return null;
  const wins = [...groupBy(cases, (group) => group[0].layout)]
    .map(([layout, won]) => ({ layout, count: won.length }))
    .sort((a, b) => b.count - a.count);
  const best = wins[0].layout;
  const losses = cases
    .filter((group) => group[0].layout !== best)
    .map((group) => {
      const own = group.find((k) => k.layout === best);
      return { winner: group[0], slower: own ? own.us / group[0].us : NaN };
    })
    .sort((a, b) => b.slower - a.slower);
  return {
    cases: cases.length,
    wins,
    close: cases.filter((g) => g[1].us < g[0].us * (1 + CLOSE)).length,
    losses,
  };
}

// Decode ("memory") or prefill ("compute") against its limit: the kernels of a
// token in each type's fastest layout, or whole models where they were
// measured: {source, items: [{name, percent}]} from best to worst, or null.
export function againstLimit(part, bound) {
  const models = part.test.filter(
    (t) => t.bound === bound && Number.isFinite(t.percent),
  );
  const kernels = part.kernel.filter(
    (k) =>
      k.matrix === "token" && k.bound === bound && Number.isFinite(k.percent),
  );
  const best = (items, key) =>
    [...groupBy(items, key)]
      .map(([name, group]) => ({
        name,
        percent: Math.max(...group.map((item) => item.percent)),
      }))
      .sort((a, b) => b.percent - a.percent);
  if (models.length > 0) {
    return { source: "models", items: best(models, (t) => t.modelType) };
  }
  if (kernels.length > 0) {
    return { source: "kernels", items: best(kernels, (k) => k.type) };
  }
  return null;
}

// Against peers: {cases, faster, slower, unclear, ratio}. Unclear is a ratio
// within what our own rate varies by.
export function againstPeers(comparisons) {
  const cases = comparisons.filter((c) => Number.isFinite(c.ratio));
  if (cases.length === 0) return null;
  const unclear = cases.filter(
    (c) => c.ratio >= c.sameMin && c.ratio <= c.sameMax,
  );
  const clear = cases.filter((c) => !unclear.includes(c));
  return {
    cases: cases.length,
    faster: clear.filter((c) => c.ratio > 1).length,
    slower: clear.filter((c) => c.ratio < 1).length,
    unclear: unclear.length,
    ratio: spread(cases.map((c) => c.ratio)),
  };
}

// The words of the gate's rows, from what needs a look to what does not.
const GATE_ORDER = ["regression", "changed", "missing", "noisy", "new", "pass"];

// Of these, one is enough for the gate to fail.
const FAILING = ["regression", "changed", "missing"];

export function gateRank(word) {
  const index = GATE_ORDER.indexOf(word);
  return index < 0 ? GATE_ORDER.length : index;
}

// The gate's word: {verdict, counts, rows, file}, or null. Its file's where it
// gives one, else that of its rows, which come in order.
export function gateVerdict(part) {
  const files = part.files.filter((file) => file.table === "gate");
  if (files.length === 0) return null;
  const newest = files.reduce((a, b) => (b.time >= a.time ? b : a));
  const rows = [...part.gate].sort(
    (a, b) => gateRank(a.verdict) - gateRank(b.verdict),
  );
  const counts = new Map();
  for (const row of rows) {
    counts.set(row.verdict, (counts.get(row.verdict) ?? 0) + 1);
  }
  const own = FAILING.some((word) => counts.has(word))
    ? "regression"
    : counts.has("noisy")
      ? "noisy"
      : "pass";
  return {
    verdict: newest.verdict || own,
    counts,
    rows,
    file: newest,
  };
}

// How far each trend went: adds `last`, `step` (against the point before) and
// `total` (against the first), as shares, and sorts by the size of the step.
export function movements(series) {
  return series
    .map((s) => {
      const points = s.points;
      const last = points[points.length - 1];
      const before = points[points.length - 2];
      return {
        ...s,
        last,
        step: before ? last.value / before.value - 1 : NaN,
        total: before ? last.value / points[0].value - 1 : NaN,
      };
    })
    .sort((a, b) => Math.abs(b.step || 0) - Math.abs(a.step || 0));
}

// Whole tokens and models. Rows of single matrices are many, and jump more than
// what they add up to.
export const isWhole = (series) =>
  series.unit !== "% of limit" || / token /.test(series.row);

// {series, fell, rose}: by more than 5 % since the point before, of the whole
// ones if there are any. Null without any trend of two points.
export function trendSummary(series) {
  const whole = series.filter(isWhole);
  const moved = movements(whole.length > 0 ? whole : series).filter((s) =>
    Number.isFinite(s.step),
  );
  if (moved.length === 0) return null;
  return {
    series: moved.length,
    fell: moved.filter((s) => s.step < -MOVED),
    rose: moved.filter((s) => s.step > MOVED),
  };
}

// How far a limit of the machine moved while it was measured, as a share, at
// most; null without limits.
export function unsteadiness(part) {
  const moves = limitsOf(part).map((limit) => limit.max / limit.min - 1);
  return moves.length > 0 ? Math.max(...moves) : null;
}

// The limits that the results were compared with: {name, unit, min, median,
// max, drifted} each, those that were measured.
export function limitsOf(part) {
  const rows = [];
  const add = (name, unit, values) => {
    const found = spread(values.filter((v) => v > 0));
    if (found === null) return;
    rows.push({
      name,
      unit,
      ...found,
      drifted: found.max / found.min - 1 > DRIFTED,
    });
  };
  const isas = new Set(
    [...part.kernel, ...part.test].map((r) => r.isa).filter(Boolean),
  );
  const multiply = (name, rate, field) => {
    for (const isa of isas) {
      add(isas.size > 1 ? `${name} (${isa})` : name, "G madd/s", [
        ...part.kernel
          .filter((k) => k.rate === rate && k.isa === isa)
          .map((k) => k.limitGmac),
        ...part.test.filter((t) => t.isa === isa).map((t) => t[field]),
      ]);
    }
  };
  const threads = new Set([...part.kernel, ...part.test].map((r) => r.threads));
  for (const n of threads) {
    const suffix = threads.size > 1 ? ` (${n} threads)` : "";
    add(
      `Reading memory${suffix}`,
      "GB/s",
      [...part.kernel, ...part.test]
        .filter((r) => Object.is(r.threads, n))
        .map((r) => r.limitRead),
    );
  }
  if (threads.size <= 1) {
    multiply("Multiply-adds, integers", "integers", "limitInteger");
    multiply("Multiply-adds, float32", "float32", "limitFloat");
    multiply("Multiply-adds, bfloat16", "bfloat16", "limitBfloat");
  }
  return rows;
}
