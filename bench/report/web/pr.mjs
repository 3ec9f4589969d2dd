import { chromium } from "playwright-core";
const b = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
});
const p = await b.newPage({ viewport: { width: 688, height: 900 } });
await p.goto(`file:///tmp/bt/pages/full.html`);
await p.waitForTimeout(400);
await p.emulateMedia({ media: "print" });
await p.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
await p.waitForTimeout(200);
console.log(
  await p.evaluate(() =>
    [...document.querySelectorAll("table,svg,figure,section,.panels,th")]
      .filter((e) => e.getBoundingClientRect().right > innerWidth)
      .map(
        (e) =>
          e.tagName +
          " " +
          Math.round(e.getBoundingClientRect().width) +
          " " +
          e.closest("section").id +
          " " +
          e.textContent.slice(0, 50),
      ),
  ),
);
await b.close();
