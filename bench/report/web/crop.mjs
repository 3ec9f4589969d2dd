// node crop.mjs name width scheme selector... -> /tmp/report_shots/crop-N.png
import { chromium } from "playwright-core";
const [name, w, scheme, ...sels] = process.argv.slice(2);
const b = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
});
const p = await b.newPage({
  viewport: { width: +w, height: 900 },
  colorScheme: scheme,
});
await p.goto(`file:///tmp/pages/${name}.html`);
await p.waitForTimeout(400);
let i = 0;
for (const s of sels)
  await p
    .locator(s)
    .first()
    .screenshot({ path: `/tmp/report_shots/crop-${i++}.png` });
await b.close();
