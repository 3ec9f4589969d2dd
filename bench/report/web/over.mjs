import { chromium } from "playwright-core";
const b = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
});
for (const name of process.argv.slice(2))
  for (const w of [375, 1280]) {
    const p = await b.newPage({ viewport: { width: w, height: 900 } });
    await p.goto(`file:///tmp/pages/${name}.html`);
    await p.waitForTimeout(400);
    const r = await p.evaluate(() => {
      const out = [];
      for (const e of document.querySelectorAll("body *")) {
        const r = e.getBoundingClientRect();
        if (r.right > innerWidth + 1 && r.width > 0)
          out.push(
            e.tagName +
              "." +
              e.getAttribute("class") +
              " " +
              Math.round(r.width) +
              " " +
              e.textContent.slice(0, 40) +
              " < " +
              e.parentElement.className +
              " " +
              e.closest("section")?.id,
          );
      }
      return out.slice(0, 12);
    });
    console.log(name, w, r);
  }
await b.close();
