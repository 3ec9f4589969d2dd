import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { cases } from "./test/fixtures.mjs";
const t = readFileSync("/tmp/template.html", "utf8");
mkdirSync("/tmp/pages", { recursive: true });
for (const [name, { files, trends }] of Object.entries(cases())) {
  const data = {
    version: "0.1.0",
    made: "2026-11-29T12:34:56Z",
    files: Object.entries(files).map(([name, result]) => ({ name, result })),
    trends: trends ?? null,
  };
  const json = JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"),
  );
  const [a, b] = t.split('{"tessera_results": "go here"}');
  writeFileSync(`/tmp/pages/${name}.html`, a + json + b);
}
