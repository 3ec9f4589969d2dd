// Reads what bench put into the page: result files and trends. Whatever is in
// them, the rest of the page gets records with all fields, numbers that are
// numbers or NaN, and text that is text.
import { groupBy } from "./statistics.js";

const SCHEMA = "tessera-bench";
const VERSION = 1;
const TABLES = ["kernel", "test", "comparison", "gate"];

const isObject = (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value);
const object = (value) => (isObject(value) ? value : {});
const array = (value) => (Array.isArray(value) ? value : []);
const text = (value) =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";
// No measurement is greater; scales of charts cannot take what numbers can.
const GREATEST = 1e15;
const isReal = (value) =>
  typeof value === "number" && Math.abs(value) <= GREATEST;
const real = (value) => (isReal(value) ? value : NaN);
const reals = (value) => array(value).filter(isReal);

// Of which rate of multiply-adds a type is limited: bench/roofline.cc.
export function rateOf(type) {
  if (type === "F32" || type === "F16") return "float32";
  return type === "BF16" ? "bfloat16" : "integers";
}

function kernel(r) {
  const gbs = real(r.bandwidth_gb_s);
  const gmac = real(r.gmac_s);
  return {
    isa: text(r.isa),
    threads: real(r.n_threads),
    type: text(r.type),
    layout: text(r.layout),
    hasKernel: r.has_kernel !== false,
    shape: text(r.shape),
    matrix: text(r.matrix),
    rows: real(r.rows),
    columns: real(r.columns),
    tokens: real(r.n_tokens),
    zeros: real(r.zero_share) || 0,
    us: real(r.time_us),
    gbs,
    gmac,
    percent: real(r.percent_of_limit),
    bound: text(r.bound),
    limitRead: real(r.limit_read_gb_s),
    limitGmac: real(r.limit_gmac_s),
    rate: rateOf(text(r.type)),
    // Multiply-adds for each byte of weights that is read.
    intensity: gmac > 0 && gbs > 0 ? gmac / gbs : NaN,
  };
}

function test(r) {
  const percent = real(r.percent_of_limit);
  const rate = real(r.avg_ts);
  return {
    model: text(r.model_filename),
    modelType: text(r.model_type),
    layout: text(r.layout),
    isa: text(r.isa),
    threads: real(r.n_threads),
    test: text(r.test),
    prompt: real(r.n_prompt),
    gen: real(r.n_gen),
    depth: real(r.n_depth) || 0,
    rate,
    deviation: real(r.stddev_ts) || 0,
    gbs: real(r.bandwidth_gb_s),
    gmac: real(r.gmac_s),
    percent,
    limit: percent > 0 ? (rate * 100) / percent : NaN,
    bound: text(r.bound),
    loadSeconds: real(r.load_seconds),
    hugeShare: real(r.huge_page_share),
    residentBytes: real(r.resident_bytes),
    limitRead: real(r.limit_read_gb_s),
    limitInteger: real(r.limit_integer_gmac_s),
    limitFloat: real(r.limit_float_gmac_s),
    limitBfloat: real(r.limit_bfloat_gmac_s),
  };
}

function comparison(r) {
  return {
    model: text(r.model_filename),
    modelType: text(r.model_type),
    layout: text(r.layout),
    isa: text(r.isa),
    threads: real(r.n_threads),
    test: text(r.test),
    prompt: real(r.n_prompt),
    gen: real(r.n_gen),
    depth: real(r.n_depth) || 0,
    peer: text(r.peer),
    build: text(r.peer_build),
    arguments: text(r.peer_args),
    rounds: real(r.rounds),
    rate: real(r.ts),
    peerRate: real(r.peer_ts),
    ratio: real(r.ratio),
    ratioMin: real(r.ratio_min),
    ratioMax: real(r.ratio_max),
    sameMin: real(r.same_min),
    sameMax: real(r.same_max),
    samples: reals(r.samples_ts),
    peerSamples: reals(r.peer_samples_ts),
  };
}

// A missing row has no value, a new one nothing to compare with; their zeros
// are fillers.
function gate(r) {
  const missing = r.verdict === "missing";
  const fresh = r.verdict === "new";
  const baseline = fresh ? NaN : real(r.baseline);
  // The noise floor is a ratio of at least 1, either way.
  const noise = r.noise >= 1 ? real(r.noise) : NaN;
  const counted = r.unit === "count";
  return {
    row: text(r.row),
    unit: text(r.unit),
    value: missing ? NaN : real(r.value),
    lower: missing || counted ? NaN : real(r.lower),
    upper: missing || counted ? NaN : real(r.upper),
    baseline,
    noiseLower: counted ? NaN : baseline / noise,
    noiseUpper: counted ? NaN : baseline * noise,
    samples: real(r.samples),
    verdict: text(r.verdict) || "unknown",
    why: text(r.why),
  };
}

const readers = { kernel, test, comparison, gate };

// What makes two records measurements of the same thing.
const keys = {
  kernel: (r) => [
    r.isa,
    r.threads,
    r.type,
    r.layout,
    r.shape,
    r.matrix,
    r.rows,
    r.columns,
    r.tokens,
    r.zeros,
  ],
  test: (r) => [r.model, r.layout, r.isa, r.threads, r.test],
  comparison: (r) => [
    r.model,
    r.layout,
    r.isa,
    r.threads,
    r.test,
    r.peer,
    r.build,
    r.arguments,
  ],
  gate: (r) => [r.row],
};

function readFile(name, result, report) {
  if (result.schema !== SCHEMA || result.schema_version !== VERSION) {
    report.problems.push(
      `${name} is left out: it is ${text(result.schema) || "no result"} ` +
        `version ${text(result.schema_version) || "?"}; this page reads ` +
        `${SCHEMA} version ${VERSION}.`,
    );
    return;
  }
  const table = text(result.table);
  const file = {
    name,
    table,
    time: text(result.time),
    build: object(result.build),
    machine: object(result.machine),
    options: object(result.options),
    notes: array(result.notes).map(text),
    count: array(result.records).length,
    verdict: text(result.verdict),
  };
  file.fingerprint = text(file.machine.fingerprint) || "unknown";
  report.files.push(file);
  if (!TABLES.includes(table)) {
    report.problems.push(
      `${name} has a table of kind "${table}", which this page does not know.`,
    );
    return;
  }
  for (const record of array(result.records)) {
    if (!isObject(record)) continue;
    const read = readers[table](record);
    report[table].push({ ...read, file, fingerprint: file.fingerprint });
  }
}

function readSeries(trends) {
  return array(object(trends).series)
    .filter(isObject)
    .map((series) => ({
      row: text(series.row),
      fingerprint: text(series.machine),
      unit: text(series.unit),
      points: array(series.points)
        .filter(isObject)
        .map((point) => ({
          time: text(point.time),
          date: new Date(text(point.time)),
          commit: text(point.commit),
          value: real(point.value),
        }))
        .filter((p) => Number.isFinite(p.value) && !isNaN(p.date))
        .sort((a, b) => a.date - b.date),
    }))
    .filter((series) => series.points.length > 0);
}

// Of several measurements of one thing on one machine the newest.
function newest(records, key) {
  const groups = groupBy(records, (r) =>
    JSON.stringify([r.fingerprint, ...key(r)]),
  );
  return [...groups.values()].map((group) =>
    group.reduce((a, b) => (b.file.time >= a.file.time ? b : a)),
  );
}

// {files, problems, kernel, test, comparison, gate, series, older}: `older`
// counts the records that a newer one has replaced.
export function readReport(data) {
  const report = { files: [], problems: [], older: 0 };
  for (const table of TABLES) report[table] = [];
  for (const input of array(object(data).files)) {
    readFile(text(object(input).name), object(object(input).result), report);
  }
  for (const table of TABLES) {
    const all = report[table];
    report[table] = newest(all, keys[table]);
    report.older += all.length - report[table].length;
  }
  report.series = readSeries(object(data).trends);
  report.made = text(object(data).made);
  report.version = text(object(data).version);
  return report;
}

// The machines: {fingerprint, label}; those of results first, newest first.
export function machinesOf(report) {
  const files = [...report.files].sort((a, b) => (a.time < b.time ? 1 : -1));
  const names = new Map();
  for (const file of files) {
    const cpu = text(file.machine.cpu) || "unknown CPU";
    if (!names.has(file.fingerprint)) names.set(file.fingerprint, cpu);
  }
  for (const series of report.series) {
    if (series.fingerprint && !names.has(series.fingerprint)) {
      names.set(series.fingerprint, "trends only");
    }
  }
  return [...names].map(([fingerprint, cpu]) => ({
    fingerprint,
    label: `${cpu} (${fingerprint.slice(0, 8)})`,
  }));
}

// The part of the report that is about one machine.
export function onMachine(report, fingerprint) {
  const here = (item) => item.fingerprint === fingerprint;
  const part = { ...report, fingerprint, files: report.files.filter(here) };
  for (const table of TABLES) part[table] = report[table].filter(here);
  part.series = report.series.filter((s) => !s.fingerprint || here(s));
  return part;
}
