import { chromium } from "playwright-core";
const b = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
});
const p = await b.newPage({ viewport: { width: 1280, height: 900 } });
await p.goto(`file:///tmp/bt/pages/wrong.html`);
await p.waitForTimeout(600);
console.log(
  await p.evaluate(() =>
    [...document.querySelectorAll(".canvas svg *")]
      .filter(
        (e) => e.childElementCount == 0 && /NaN|undefined/.test(e.outerHTML),
      )
      .slice(0, 8)
      .map((e) => e.closest("section").id + " " + e.outerHTML.slice(0, 160)),
  ),
);
await b.close();
