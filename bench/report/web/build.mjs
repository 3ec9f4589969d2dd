// Bundles the page into one file: node build.mjs OUTPUT. Its libraries come
// from node_modules beside it.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));

// What bench replaces: bench/report/report_page.cc knows it too. A template
// that nobody has filled is a page without results.
const MARKER = '{"tessera_results": "go here"}';

// The folders of the packages that the bundle took something from.
function packageFolders(inputs) {
  const folders = new Set();
  for (const path of Object.keys(inputs)) {
    const found = path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/);
    if (found) folders.add(join(here, found[0]));
  }
  return [...folders].sort();
}

// [{packages, text}]: one entry for each different licence text.
function licensesOf(inputs) {
  const texts = new Map();
  for (const folder of packageFolders(inputs)) {
    const info = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE"]
      .map((name) => join(folder, name))
      .find(existsSync);
    const text = file ? readFileSync(file, "utf8").trim() : info.license;
    if (!text) throw new Error(`${info.name} has no licence`);
    const packages = texts.get(text) ?? [];
    texts.set(text, [...packages, `${info.name} ${info.version}`]);
  }
  return [...texts].map(([text, packages]) => ({ packages, text }));
}

async function bundle(entry, options = {}) {
  const result = await build({
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    charset: "ascii",
    legalComments: "none",
    target: ["chrome123", "firefox121", "safari17.5"],
    ...options,
  });
  return {
    text: result.outputFiles[0].text.trim(),
    inputs: result.metafile.inputs,
  };
}

async function main(output) {
  const first = await bundle("src/main.js", { define: { LICENSES: "[]" } });
  const licenses = JSON.stringify(licensesOf(first.inputs));
  const script = await bundle("src/main.js", {
    define: { LICENSES: licenses },
  });
  const style = await bundle("src/style.css");
  // esbuild writes "<\/script" for strings; this is for what it might miss.
  if (/<\/script|<!--/i.test(script.text))
    throw new Error("the script would end early");
  const hash = createHash("sha256").update(script.text).digest("base64");
  const parts = {
    "%SCRIPT_HASH%": `sha256-${hash}`,
    "%STYLE%": style.text,
    "%RESULTS%": MARKER,
    "%SCRIPT_ELEMENT%": `<script>${script.text}</script>`,
  };
  const page = readFileSync(join(here, "page.html"), "utf8").replace(
    /%[A-Z_]+%/g,
    (name) => parts[name] ?? name,
  );
  if (page.split(MARKER).length !== 2)
    throw new Error("the marker must occur once");
  writeFileSync(output, page);
}

if (process.argv.length !== 3) {
  console.error("usage: node build.mjs OUTPUT");
  process.exit(2);
}
await main(process.argv[2]);
