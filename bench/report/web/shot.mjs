import { chromium } from "playwright-core";
import { mkdirSync } from "node:fs";
const names = process.argv.slice(2);
mkdirSync("/tmp/report_shots", { recursive: true });
const b = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
for (const name of names)
  for (const [w, scheme] of [
    [1280, "light"],
    [1280, "dark"],
    [375, "light"],
    [375, "dark"],
  ]) {
    const p = await b.newPage({
      viewport: { width: w, height: 800 },
      colorScheme: scheme,
    });
    p.on("console", (m) => console.log(name, w, m.type(), m.text()));
    p.on("pageerror", (e) => console.log(name, w, "ERR", e.stack));
    p.on("request", (r) => {
      if (!r.url().startsWith("file:")) console.log("REQ", r.url());
    });
    await p.goto(`file:///tmp/pages/${name}.html`);
    await p.waitForTimeout(500);
    const o = await p.evaluate(() => [
      document.documentElement.scrollWidth,
      innerWidth,
      document.body.scrollHeight,
      window.harmed,
    ]);
    console.log(name, w, scheme, o.join(" "));
    await p.screenshot({
      path: `/tmp/report_shots/${name}-${w}-${scheme}.png`,
      fullPage: true,
    });
    if (w == 1280 && scheme == "light")
      await p.pdf({ path: `/tmp/report_shots/${name}.pdf`, format: "A4" });
    await p.close();
  }
await b.close();
