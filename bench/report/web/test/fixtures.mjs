// Made-up results of every kind, the same in each run:
// node fixtures.mjs FOLDER writes FOLDER/CASE/*.json for the test of the page.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// A small generator of numbers in [0, 1) (mulberry32).
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const MACHINE = {
  cpu: "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz",
  family: 6,
  model: 143,
  stepping: 8,
  isas: ["scalar", "avx2", "avx512", "avx512vnni", "amx"],
  cpus: 2,
  memory_bytes: 25165824000,
  last_level_cache_bytes: 110100480,
  os: "Linux 6.1.0",
  transparent_huge_pages: "always",
  fingerprint: "00112233aabbccdd",
};

export function envelope(table, records, extra = {}) {
  return {
    schema: "tessera-bench",
    schema_version: 1,
    time: "2026-11-29T12:00:00Z",
    build: {
      version: "0.1.0",
      commit: COMMIT,
      dirty: false,
      compiler: "GCC 12.2.0",
      kernel_abi: 1,
    },
    machine: MACHINE,
    options: {
      isa: "amx",
      threads: 2,
      huge_pages: "auto",
      flags: { shapes: "tinyllama-1.1b", seconds: "0.3" },
    },
    table,
    notes: ["limits moved by 3 % during the run"],
    records,
    ...extra,
  };
}

// Type: bits per weight, decode % and prefill % of limit, interleaved.
const TYPES = {
  F32: [32, 99, 62],
  F16: [16, 94, 174],
  BF16: [16, 96, 17],
  Q8_0: [8.5, 93, 103],
  INT8: [8.03, 94, 106],
  Q4_0: [4.5, 89, 120],
  Q4_K: [4.5, 82, 106],
  Q5_K: [5.5, 82, 106],
  Q6_K: [6.5625, 86, 105],
  Q4_1: [5, 92, 107],
  Q5_0: [5.5, 90, 105],
  Q5_1: [6, 90, 106],
  IQ4_NL: [4.5, 87, 110],
  IQ4_XS: [4.25, 88, 109],
  MXFP4: [4.25, 87, 128],
  Q2_K: [2.625, 72, 119],
  Q3_K: [3.4375, 68, 116],
  TQ1_0: [1.6875, 54, 121],
  TQ2_0: [2.0625, 70, 130],
};
// Layout: how much of that one token and many tokens reach.
const LAYOUTS = {
  interleaved: [1, 1],
  transposed: [0.72, 0.9],
  swizzled: [0.82, 0.84],
  rowmajor: [0.1, 0.018],
};
const MATRICES = [
  ["attn_q", 2048, 2048, 22],
  ["attn_k", 256, 2048, 44],
  ["ffn_up", 5632, 2048, 44],
  ["ffn_down", 2048, 5632, 22],
  ["output", 32000, 2048, 1],
];
const READ = 36;
const RATES = { F32: 226, F16: 226, BF16: 3170 };

function kernelRecord(random, type, layout, tokens, matrix) {
  const [bits, decode, prefill] = TYPES[type];
  const [name, rows, columns, times] = matrix;
  const limitRead = READ * (0.98 + 0.04 * random());
  const limitGmac = (RATES[type] ?? 890) * (0.98 + 0.04 * random());
  const bytes = (rows * columns * bits) / 8;
  const macs = rows * columns * tokens;
  const readSeconds = bytes / (limitRead * 1e9);
  const multiplySeconds = macs / (limitGmac * 1e9);
  const memory = readSeconds > multiplySeconds;
  const reached = (memory ? decode : prefill) * LAYOUTS[layout][memory ? 0 : 1];
  // Layouts come close to each other here and there.
  const share = (reached / 100) * (0.85 + 0.3 * random());
  const seconds = Math.max(readSeconds, multiplySeconds) / share;
  return {
    build_commit: "0.1.0",
    cpu_info: MACHINE.cpu,
    test_time: "2026-11-29T12:00:00Z",
    n_threads: 2,
    isa: "amx",
    type,
    layout,
    has_kernel: layout !== "rowmajor",
    shape: "tinyllama-1.1b",
    matrix: name,
    rows: name === "token" ? 0 : rows,
    columns: name === "token" ? 0 : columns,
    times_per_token: times,
    n_tokens: tokens,
    zero_share: 0,
    time_us: seconds * 1e6,
    bandwidth_gb_s: (bytes / seconds) * 1e-9,
    gmac_s: (macs / seconds) * 1e-9,
    percent_of_limit: share * 100,
    bound: memory ? "memory" : "compute",
    limit_read_gb_s: limitRead,
    limit_gmac_s: limitGmac,
  };
}

export function kernels(types = Object.keys(TYPES)) {
  const random = randomNumbers(1);
  const token = ["token", 32768, 32768, 1];
  const records = [];
  for (const type of types) {
    for (const layout of Object.keys(LAYOUTS)) {
      for (const tokens of [1, 512]) {
        for (const matrix of [...MATRICES, token]) {
          records.push(kernelRecord(random, type, layout, tokens, matrix));
        }
      }
    }
  }
  return envelope("kernel", records);
}

// [name, type, prefill t/s, decode t/s, their % of limit]
const MODELS = [
  ["tinyllama-1.1b-Q4_0", "llama 1.10 B Q4_0", 724.8, 51.5, 79.5, 86.3],
  ["tinyllama-1.1b-Q4_K_M", "llama 1.10 B Q4_K", 797.5, 45.6, 83.8, 79.1],
  ["tinyllama-1.1b-Q8_0", "llama 1.10 B Q8_0", 582.4, 29.5, 65.6, 90],
  ["tinyllama-1.1b-F16", "llama 1.10 B F16", 354.2, 16, 152.7, 92],
];

function modelFields([name, type]) {
  return {
    build_commit: "0.1.0",
    cpu_info: MACHINE.cpu,
    test_time: "2026-11-29T12:00:00Z",
    n_threads: 2,
    isa: "amx",
    model_filename: `/tmp/models/${name}-interleaved.arena`,
    model_type: type,
    model_size: 640000000,
    layout: "interleaved",
  };
}

function tests(prefill) {
  return prefill
    ? { n_prompt: 512, n_gen: 0, n_depth: 0, test: "pp512" }
    : { n_prompt: 0, n_gen: 128, n_depth: 0, test: "tg128" };
}

export function models() {
  return envelope(
    "test",
    MODELS.flatMap((model) =>
      [true, false].map((prefill) => ({
        ...modelFields(model),
        ...tests(prefill),
        avg_ts: model[prefill ? 2 : 3],
        stddev_ts: model[prefill ? 2 : 3] * 0.02,
        load_seconds: 0.036,
        huge_page_share: 0.99,
        resident_bytes: 632815616,
        bandwidth_gb_s: prefill ? 1.9 : 31,
        gmac_s: model[prefill ? 2 : 3] * 1.03,
        percent_of_limit: model[prefill ? 4 : 5],
        bound: prefill ? "compute" : "memory",
        limit_read_gb_s: 35.9,
        limit_integer_gmac_s: 890,
        limit_float_gmac_s: 226,
        limit_bfloat_gmac_s: 3170,
      })),
    ),
  );
}

export function peers() {
  const random = randomNumbers(2);
  const programs = [
    ["/opt/llama.cpp/llama-bench", "d32676d77 (9749)", "", 3.4, 1.45],
    ["/opt/ik_llama.cpp/llama-bench", "8337e4cd3 (4840)", "-rtr 1", 4.1, 1.02],
  ];
  const around = (value, by) =>
    Array.from({ length: 5 }, () => value * (1 + by * (random() - 0.5)));
  const records = [];
  for (const model of MODELS) {
    for (const prefill of [true, false]) {
      for (const [peer, build, args, fast, slow] of programs) {
        const ratio = (prefill ? fast : slow) * (0.95 + 0.1 * random());
        const rate = model[prefill ? 2 : 3];
        records.push({
          ...modelFields(model),
          ...tests(prefill),
          peer,
          peer_build: build,
          peer_args: args,
          rounds: 5,
          repetitions: 1,
          ts: rate,
          peer_ts: rate / ratio,
          ratio,
          ratio_min: ratio * 0.95,
          ratio_max: ratio * 1.06,
          same_min: 0.96,
          same_max: 1.04,
          samples_ts: around(rate, 0.06),
          peer_samples_ts: around(rate / ratio, 0.06),
        });
      }
    }
  }
  return envelope("comparison", records);
}

function gateRow(verdict, fields) {
  const row = {
    kind: "kernel",
    isa: "avx512vnni",
    type: "Q4_0",
    layout: "interleaved",
    rows: 5632,
    columns: 2048,
    n_tokens: 1,
    unit: "ratio",
    value: 1,
    lower: fields.value ?? 1,
    upper: fields.value ?? 1,
    baseline: 1,
    noise: 1.02,
    samples: 40,
    why: "",
    samples_ns: [1e5, 1.01e5],
    limit_samples_ns: [],
    ...fields,
  };
  const { type, layout, rows, columns, n_tokens } = row;
  return {
    row: `kernel ${type} ${layout} ${rows}x${columns} t${n_tokens}`,
    ...row,
    verdict,
  };
}

// A measured row, whose interval is that wide to each side.
const measured = (verdict, value, wide, fields) =>
  gateRow(verdict, {
    value,
    lower: value - wide,
    upper: value + wide,
    ...fields,
  });

const counted = (verdict, name, value, baseline) =>
  gateRow(verdict, {
    row: name,
    kind: "count",
    type: "",
    layout: "",
    unit: "count",
    value,
    baseline,
    noise: 1,
    samples: 0,
  });

export function gate(verdict = "regression") {
  const random = randomNumbers(3);
  const records = [];
  for (const type of ["Q4_0", "Q4_K", "Q8_0", "F16"]) {
    for (const n_tokens of [1, 64, 512]) {
      const value = 0.99 + 0.025 * random();
      records.push(measured("pass", value, 0.012, { type, n_tokens }));
    }
    records.push(
      measured("pass", 88 + 4 * random(), 1.2, {
        row: `floor ${type} interleaved t1`,
        kind: "floor",
        type,
        unit: "%",
        baseline: 85,
      }),
    );
  }
  if (verdict !== "pass") {
    const why = "a slowdown of 4 % can be neither shown nor excluded";
    const noise = 1.13;
    records.push(measured("noisy", 1.03, 0.13, { type: "Q5_K", noise, why }));
  }
  if (verdict === "regression") {
    const type = "Q6_K";
    const why = "12 % slower, where noise explains 2 %";
    records.push(
      measured("regression", 1.12, 0.02, { type, why }),
      gateRow("missing", { type, n_tokens: 64, value: 0 }),
      measured("new", 1.01, 0.02, { type, n_tokens: 8, baseline: 0, noise: 0 }),
      counted("changed", "count instructions Q4_0 t1", 120944, 118220),
    );
  }
  records.push(counted("pass", "count types with kernels", 19, 19));
  return envelope("gate", records, { verdict });
}

export function trends() {
  const random = randomNumbers(4);
  const series = [];
  const add = (row, unit, value) => {
    const points = [];
    const drop = random() < 0.2 ? 0.9 : 1;
    for (let day = 1; day <= 20; ++day) {
      const factor = (0.985 + 0.03 * random()) * (day > 19 ? drop : 1);
      points.push({
        time: `2026-11-${String(day).padStart(2, "0")}T06:00:00Z`,
        commit: (COMMIT + day).slice(-40),
        value: value * factor * (1 + day / 400),
      });
    }
    series.push({ row, machine: MACHINE.fingerprint, unit, points });
  };
  for (const [type, [, decode, prefill]] of Object.entries(TYPES)) {
    for (const matrix of ["token", "ffn_up"]) {
      const row = `${type} interleaved tinyllama-1.1b ${matrix}`;
      add(`${row} t1 amx 2 threads`, "% of limit", decode);
      add(`${row} t512 amx 2 threads`, "% of limit", prefill);
    }
  }
  for (const [name, , prefill, decode] of MODELS) {
    add(`${name} pp512`, "t/s", prefill);
    add(`${name} tg128`, "t/s", decode);
  }
  return { schema: "tessera-bench-trends", schema_version: 1, series };
}

// Text that would do harm if any of it became markup or ended the data.
export const HOSTILE =
  `</script><script>window.harmed=1</script><!--<script>` +
  `<img src=x onerror="window.harmed=1">'"&amp;\u2028\u2029\u0000{{}}%SCRIPT%`;

function hostile(value) {
  if (typeof value === "string") return `${value} ${HOSTILE}`;
  if (Array.isArray(value)) return value.map(hostile);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([k, v]) => [k, hostile(v)]);
  return { ...Object.fromEntries(entries), [HOSTILE]: HOSTILE };
}

// All text of a result made hostile, but for what bench itself checks.
function hostileResult(result) {
  const { schema, schema_version, time, table } = result;
  const machine = { ...hostile(result.machine) };
  machine.fingerprint = result.machine.fingerprint;
  return { ...hostile(result), schema, schema_version, time, table, machine };
}

// Values of the wrong kind in every field of the records, as far as bench
// lets them pass.
function wrong(result) {
  const values = ["x", [], [1, 2], true, -1, 1e308, 0, "1"];
  let next = 0;
  const records = result.records.map((record) =>
    Object.fromEntries(
      Object.keys(record).map((key) => [key, values[next++ % values.length]]),
    ),
  );
  return { ...result, records };
}

const elsewhere = (result) => ({
  ...result,
  time: "2026-11-30T12:00:00Z",
  build: { ...result.build, dirty: true, commit: "unknown" },
  machine: { ...MACHINE, cpu: "AMD EPYC", fingerprint: "ffeeddccbbaa9988" },
});

// Case: {files: {name: result}, trends?}; on disk trends.json is beside them.
export function cases() {
  const all = {
    "kernels.json": kernels(),
    "models.json": models(),
    "peers.json": peers(),
  };
  return {
    full: { files: { ...all, "gate.json": gate() }, trends: trends() },
    empty: { files: { "empty.json": envelope("kernel", []) } },
    kernels: { files: { "kernels.json": kernels() } },
    one: { files: { "one.json": kernels(["Q4_0"]) } },
    models: { files: { "models.json": models() } },
    gate_pass: { files: { "gate.json": gate("pass") } },
    gate_noisy: { files: { "gate.json": gate("noisy") } },
    two_machines: {
      files: { ...all, "other.json": elsewhere(kernels(["Q4_0", "F16"])) },
    },
    hostile: {
      files: {
        "a.json": hostileResult(kernels(["Q4_0", "F16"])),
        "b.json": hostileResult(models()),
        "c.json": hostileResult(peers()),
        "d.json": hostileResult(gate()),
        [`e ' & é.json`]: envelope("kernel", []),
      },
      trends: { ...trends(), series: hostile(trends().series) },
    },
    wrong: {
      files: {
        "a.json": wrong(kernels(["Q4_0"])),
        "b.json": wrong(models()),
        "c.json": wrong(peers()),
        "d.json": wrong(gate()),
      },
      trends: {
        ...trends(),
        series: [null, 1, {}, { points: [{}, null, { value: 1 }] }],
      },
    },
  };
}

function write(folder) {
  for (const [name, { files, trends: history }] of Object.entries(cases())) {
    const inside = join(folder, name);
    mkdirSync(inside, { recursive: true });
    for (const [file, result] of Object.entries(files)) {
      writeFileSync(join(inside, file), JSON.stringify(result, null, 1));
    }
    if (history) {
      writeFileSync(join(inside, "trends.json"), JSON.stringify(history));
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  write(process.argv[2]);
}
