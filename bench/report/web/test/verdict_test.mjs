// What the page says about made-up results.
import assert from "node:assert/strict";
import test from "node:test";
import { readReport, machinesOf, onMachine } from "../src/results.js";
import { stepOf } from "../src/steps.js";
import { clip, commit, percent, sharedPrefix, time } from "../src/format.js";
import {
  againstLimit,
  againstPeers,
  fastestLayouts,
  gateVerdict,
  limitsOf,
  trendSummary,
  unsteadiness,
} from "../src/verdict.js";
import { cases, envelope, gate, kernels, models, peers } from "./fixtures.mjs";

function partOf(files, trends = null) {
  const report = readReport({
    files: Object.entries(files).map(([name, result]) => ({ name, result })),
    trends,
  });
  return onMachine(report, machinesOf(report)[0]?.fingerprint);
}

const record = (layout, us, more = {}) => ({
  isa: "avx2",
  n_threads: 2,
  type: "Q4_0",
  layout,
  shape: "s",
  matrix: "m",
  n_tokens: 1,
  time_us: us,
  ...more,
});

test("the layout with the least time wins its case", () => {
  const fastest = fastestLayouts(
    partOf({
      a: envelope("kernel", [
        record("interleaved", 10),
        record("rowmajor", 20),
        record("interleaved", 10, { n_tokens: 512 }),
        record("swizzled", 5, { n_tokens: 512 }),
        record("interleaved", 10, { matrix: "n" }),
        record("swizzled", 10.2, { matrix: "n" }),
        // Neither a sum nor what has no rival is a case.
        record("interleaved", 10, { matrix: "token" }),
        record("swizzled", 5, { matrix: "token" }),
        record("swizzled", 5, { type: "F16" }),
      ]),
    }).kernel,
  );
  assert.equal(fastest.cases, 3);
  assert.deepEqual(fastest.wins, [
    { layout: "interleaved", count: 2 },
    { layout: "swizzled", count: 1 },
  ]);
  assert.equal(fastest.close, 1);
  assert.equal(fastest.losses.length, 1);
  assert.equal(fastest.losses[0].slower, 2);
  assert.equal(fastestLayouts([]), null);
});

test("whole models count before kernels", () => {
  const kernelsOnly = againstLimit(partOf({ a: kernels(["Q4_0"]) }), "memory");
  assert.equal(kernelsOnly.source, "kernels");
  assert.equal(kernelsOnly.items[0].name, "Q4_0");
  const both = partOf({ a: kernels(["Q4_0"]), b: models() });
  const reached = againstLimit(both, "memory");
  assert.equal(reached.source, "models");
  assert.deepEqual(reached.items[0], { name: "llama 1.10 B F16", percent: 92 });
  assert.equal(againstLimit(partOf({}), "memory"), null);
});

test("a ratio within our own noise is unclear", () => {
  const row = { ratio: 1.5, same_min: 0.9, same_max: 1.1 };
  const rows = [1.5, 1.05, 0.8].map((ratio, n) => ({
    ...row,
    ratio,
    test: `${n}`,
  }));
  const result = againstPeers(
    partOf({ a: envelope("comparison", rows) }).comparison,
  );
  assert.equal(result.cases, 3);
  assert.equal(result.faster, 1);
  assert.equal(result.slower, 1);
  assert.equal(result.unclear, 1);
  assert.equal(againstPeers(partOf({ a: peers() }).comparison).cases, 16);
});

test("the gate has the word that its file says", () => {
  assert.equal(gateVerdict(partOf({ a: gate("noisy") })).verdict, "noisy");
  assert.equal(gateVerdict(partOf({ a: kernels(["F16"]) })), null);
  const silent = { ...gate("regression"), verdict: undefined };
  assert.equal(gateVerdict(partOf({ a: silent })).verdict, "regression");
});

test("rows without a value or a baseline have none", () => {
  const rows = partOf({ a: gate("regression") }).gate;
  const find = (word) => rows.find((row) => row.verdict === word);
  assert.ok(Number.isNaN(find("missing").value));
  assert.ok(Number.isNaN(find("new").baseline));
  assert.equal(find("new").value, 1.01);
});

test("of two measurements the newer one counts", () => {
  const older = envelope("kernel", [record("interleaved", 10)]);
  const newer = envelope("kernel", [record("interleaved", 20)], {
    time: "2027-01-01T00:00:00Z",
  });
  for (const files of [
    { a: older, b: newer },
    { a: newer, b: older },
  ]) {
    const part = partOf(files);
    assert.equal(part.kernel.length, 1);
    assert.equal(part.kernel[0].us, 20);
    assert.equal(part.older, 1);
  }
});

test("machines are told apart", () => {
  const { files } = cases().two_machines;
  const report = readReport({
    files: Object.entries(files).map(([name, result]) => ({ name, result })),
  });
  const machines = machinesOf(report);
  assert.equal(machines.length, 2);
  assert.match(machines[0].label, /^AMD EPYC/);
  assert.equal(onMachine(report, machines[0].fingerprint).files.length, 1);
  assert.equal(onMachine(report, machines[1].fingerprint).test.length, 8);
});

test("files of another kind are named, not read", () => {
  const report = readReport({
    files: [
      { name: "new.json", result: { ...gate(), schema_version: 2 } },
      { name: "odd.json", result: envelope("odd", []) },
      { name: "none.json" },
    ],
  });
  assert.equal(report.problems.length, 3);
  assert.match(report.problems[0], /^new.json is left out/);
  assert.equal(report.gate.length, 0);
});

test("anything at all can be read", () => {
  for (const data of [null, [], {}, { files: 1 }, { files: [null, 2] }]) {
    assert.deepEqual(readReport(data).kernel, []);
  }
  const { files, trends } = cases().wrong;
  const part = partOf(files, trends);
  fastestLayouts(part.kernel);
  againstLimit(part, "memory");
  assert.equal(trendSummary(part.series), null);
});

test("trends that moved are counted", () => {
  const series = (values) => ({
    row: "r",
    machine: "",
    unit: "t/s",
    points: values.map((value, n) => ({
      time: `2026-11-0${n + 1}T00:00:00Z`,
      value,
    })),
  });
  const trends = {
    series: [[10, 9], [10, 10.1], [10, 11], [10]].map(series),
  };
  const summary = trendSummary(partOf({}, trends).series);
  assert.equal(summary.series, 3);
  assert.equal(summary.fell.length, 1);
  assert.equal(summary.rose.length, 1);
});

test("a machine whose limits move is not steady", () => {
  const limits = (read) => record("interleaved", 1, { limit_read_gb_s: read });
  const steady = partOf({
    a: envelope("kernel", [limits(30), { ...limits(31), matrix: "n" }]),
  });
  assert.equal(limitsOf(steady)[0].drifted, false);
  const moved = partOf({
    a: envelope("kernel", [limits(30), { ...limits(45), matrix: "n" }]),
  });
  assert.equal(limitsOf(moved)[0].drifted, true);
  assert.equal(unsteadiness(moved), 0.5);
  assert.equal(unsteadiness(partOf({})), null);
});

test("text is short and right", () => {
  assert.equal(percent(87.6), "88\u00a0%");
  assert.equal(percent(NaN), "–");
  assert.equal(time("2026-11-29T12:34:56Z"), "2026-11-29 12:34 UTC");
  assert.equal(time("yesterday"), "yesterday");
  assert.equal(
    commit("0123456789abcdef0123456789abcdef01234567"),
    "0123456789",
  );
  assert.equal(clip("abcdefghij", 6), "ab…hij");
  assert.equal(sharedPrefix(["llama 1 B F16", "llama 1 B Q8_0"]), "llama 1 B");
  assert.equal(sharedPrefix(["F16", "F16"]), "");
  assert.equal(sharedPrefix([]), "");
  assert.deepEqual([0, 9.9, 10, 100, 300, -1].map(stepOf), [0, 0, 1, 7, 7, 0]);
});
