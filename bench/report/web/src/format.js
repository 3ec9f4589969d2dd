// Numbers, times and names as people read them.

const NONE = "–";

// `digits` after the point.
export function number(value, digits = 0) {
  if (!Number.isFinite(value)) return NONE;
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

// About three significant digits, for values of unknown size.
export function short(value) {
  if (!Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  return number(value, size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : 2);
}

// The same without zeros at the end, for axes.
export function tick(value) {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

export function percent(value, digits = 0) {
  return Number.isFinite(value) ? `${number(value, digits)}\u00a0%` : NONE;
}

export function bytes(value) {
  if (!(value > 0)) return NONE;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(Math.floor(Math.log2(value) / 10), 4);
  return `${short(value / 1024 ** power)} ${units[power]}`;
}

// "2026-11-29T12:00:00Z" as "2026-11-29 12:00 UTC"; anything else as it is.
export function time(text) {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/.test(text)
    ? `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`
    : text || NONE;
}

export function commit(text) {
  return /^[0-9a-f]{40}$/.test(text) ? text.slice(0, 10) : text || NONE;
}

export function count(n, one, many = `${one}s`) {
  return `${number(n)} ${n === 1 ? one : many}`;
}

// "interleaved" at the start of a sentence.
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// "a, b and c"
export function list(words) {
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

// The file's name without folders and extension.
export function stem(path) {
  return path.replace(/^.*\//, "").replace(/\.(arena|gguf)$/, "");
}

// Cut to `length` characters, for labels in charts; tables have all of it. What
// tells names apart is rather at their ends.
export function clip(text, length) {
  if (text.length <= length) return text;
  const end = Math.floor(length * 0.6);
  return `${text.slice(0, Math.max(length - end - 1, 1))}…${text.slice(-end)}`;
}

// The words that all names begin with, if they leave something of each.
export function sharedPrefix(names) {
  const words = names.map((name) => name.split(" "));
  let shared = 0;
  while (
    words.length > 1 &&
    words.every((w) => w.length > shared + 1 && w[shared] === words[0][shared])
  ) {
    ++shared;
  }
  return words.length > 0 ? words[0].slice(0, shared).join(" ") : "";
}
