// The section of the machine, the builds and the inputs.
import { absent, h } from "./dom.js";
import { bytes, commit, count, number, time } from "./format.js";
import { table } from "./table.js";
import { limitsOf } from "./verdict.js";

const text = (value) => {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};

function facts(machine, fingerprint) {
  const pairs = [
    ["CPU", text(machine.cpu)],
    [
      "Family, model, stepping",
      ["family", "model", "stepping"].map((f) => text(machine[f])).join(", "),
    ],
    ["Instruction sets", [machine.isas ?? []].flat().map(text).join(", ")],
    ["CPUs", text(machine.cpus)],
    ["Memory", bytes(Number(machine.memory_bytes))],
    ["Last-level cache", bytes(Number(machine.last_level_cache_bytes))],
    ["System", text(machine.os)],
    ["Transparent huge pages", text(machine.transparent_huge_pages)],
    ["Fingerprint", h("code", {}, fingerprint)],
  ];
  return h(
    "dl",
    { class: "facts" },
    pairs.map(([name, value]) => [
      h("dt", {}, name),
      h("dd", {}, value || "–"),
    ]),
  );
}

const limitColumns = [
  { label: "limit", value: (l) => l.name },
  { label: "unit", value: (l) => l.unit },
  {
    label: "least",
    value: (l) => l.min,
    number: true,
    format: (v) => number(v, 1),
  },
  {
    label: "median",
    value: (l) => l.median,
    number: true,
    format: (v) => number(v, 1),
  },
  {
    label: "greatest",
    value: (l) => l.max,
    number: true,
    format: (v) => number(v, 1),
  },
];

// {"layouts": "interleaved"} as "--layouts=interleaved".
function flagsOf(options) {
  const flags = options.flags;
  if (flags === null || typeof flags !== "object") return text(flags);
  return Object.entries(flags)
    .map(([name, value]) => `--${name}=${[value].flat().map(text).join(",")}`)
    .join(" ");
}

function buildOf(build) {
  const dirty = build.dirty === true ? " with changes" : "";
  return `${text(build.version)} ${commit(text(build.commit))}${dirty}`.trim();
}

const fileColumns = [
  { label: "file", value: (f) => f.name, wide: true },
  { label: "table", value: (f) => f.table },
  { label: "records", value: (f) => f.count, number: true, format: number },
  { label: "time", line: true, value: (f) => f.time, format: time },
  { label: "build", line: true, value: (f) => buildOf(f.build) },
  { label: "compiler", line: true, value: (f) => text(f.build.compiler) },
  { label: "kernel ABI", value: (f) => text(f.build.kernel_abi), number: true },
  { label: "ISA", value: (f) => text(f.options.isa) },
  { label: "threads", value: (f) => text(f.options.threads), number: true },
  { label: "huge pages", value: (f) => text(f.options.huge_pages) },
  { label: "flags", value: (f) => flagsOf(f.options), wide: true },
];

function warnings(part) {
  const dirty = part.files.filter((f) => f.build.dirty === true);
  const commits = new Set(part.files.map((f) => text(f.build.commit)));
  return [
    dirty.length > 0 &&
      `${count(dirty.length, "result")} came from a build with uncommitted changes.`,
    commits.size > 1 &&
      `The results come from ${commits.size} commits; compare only within one run.`,
    part.older > 0 &&
      `${count(part.older, "older measurement")} of the same rows ` +
        "are left out in favour of newer ones.",
  ].filter(Boolean);
}

export function machineSection(part) {
  const section = h("section", {
    id: "machine",
    "aria-labelledby": "machine-head",
  });
  section.append(h("h2", { id: "machine-head" }, "Machine and inputs"));
  if (part.files.length === 0) {
    section.append(absent("There are no results."));
    return section;
  }
  const newest = part.files.reduce((a, b) => (b.time >= a.time ? b : a));
  const limits = limitsOf(part);
  const noted = part.files.filter((f) => f.notes.length > 0);
  section.append(
    facts(newest.machine, part.fingerprint),
    ...warnings(part).map((warning) => h("p", { class: "warn" }, warning)),
    h("h3", {}, "Limits that were measured"),
    limits.length > 0
      ? table("measured limits", limitColumns, limits)
      : absent("These results have no limits."),
    h("h3", {}, "Inputs"),
    table("result files", fileColumns, part.files),
  );
  if (noted.length > 0) {
    section.append(
      h("h3", {}, "Notes of the results"),
      // Lines, some of them of tables in columns.
      ...noted
        .map((f) => [
          h("p", {}, f.name),
          h("pre", { class: "notes", tabindex: "0" }, f.notes.join("\n")),
        ])
        .flat(),
    );
  }
  return section;
}
