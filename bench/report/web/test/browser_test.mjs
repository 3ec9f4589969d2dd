// The pages in headless Chromium. The environment says which:
//   PAGES     folder of CASE.html for the cases of fixtures.mjs
//   TEMPLATE  the page that nobody has filled
//   SHOTS     folder for screenshots and PDF; none are taken without
//   CHROMIUM  the program, /usr/bin/chromium if not given
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import test, { after, before } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { STEPS } from "../src/steps.js";
import { cases } from "./fixtures.mjs";

const { PAGES, TEMPLATE, SHOTS, CHROMIUM } = process.env;
const SECTIONS = [
  "verdict",
  "kernels",
  "models",
  "trends",
  "gate",
  "machine",
  "reading",
];
const WIDTHS = { desktop: 1280, phone: 375 };

let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: CHROMIUM || "/usr/bin/chromium",
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
  if (SHOTS) mkdirSync(SHOTS, { recursive: true });
});
after(() => browser.close());

// Opens a page and calls check(page, trouble): `trouble` collects what the
// console and the network say.
async function open(file, options, check) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const url = pathToFileURL(resolve(file)).href;
  const trouble = [];
  page.on("console", (m) => trouble.push(`${m.type()}: ${m.text()}`));
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url() !== url) trouble.push(`request: ${request.url()}`);
  });
  try {
    await page.goto(url);
    await settled(page);
    await check(page, trouble);
  } finally {
    await context.close();
  }
}

// Charts are drawn in the frames after the page is there.
async function settled(page) {
  await page.evaluate(
    () =>
      new Promise((done) =>
        requestAnimationFrame(() => requestAnimationFrame(() => done())),
      ),
  );
}

const sized = (width, more = {}) => ({
  viewport: { width, height: 800 },
  ...more,
});

// What every page must be, whatever its results.
async function checkPage(page, trouble) {
  assert.deepEqual(trouble, []);
  const found = await page.evaluate(() => {
    const all = (selector) => [...document.querySelectorAll(selector)];
    const ids = all("[id]").map((e) => e.id);
    const levels = all("h1, h2, h3, h4").map((e) => Number(e.tagName[1]));
    return {
      sections: all("main > section").map((e) => e.id),
      titles: all("h1").length,
      skipped: levels.filter((level, n) => n > 0 && level > levels[n - 1] + 1),
      twice: ids.filter((id, n) => ids.indexOf(id) !== n),
      links: all("a").filter((a) => !document.getElementById(a.hash.slice(1)))
        .length,
      unnamed: all(".canvas > svg, .canvas > figure > svg:last-of-type").filter(
        (svg) =>
          svg.getAttribute("role") !== "img" || !svg.getAttribute("aria-label"),
      ).length,
      empty: all(".canvas").filter((e) => e.childElementCount === 0).length,
      broken: all("main").filter((e) => /could not be drawn/.test(e.innerText))
        .length,
      nan: all(".canvas svg").filter((e) => /NaN|undefined/.test(e.outerHTML))
        .length,
      harmed: window.harmed ?? null,
      images: all("main img").length,
      over: document.documentElement.scrollWidth - window.innerWidth,
    };
  });
  assert.deepEqual(found, {
    sections: SECTIONS,
    titles: 1,
    skipped: [],
    twice: [],
    links: 0,
    unnamed: 0,
    empty: 0,
    broken: 0,
    nan: 0,
    harmed: null,
    images: 0,
    over: 0,
  });
}

const charts = (page) => page.locator(".canvas svg[role=img]").count();

// How many charts each case has: roofline, heat maps, bars, ratios, trends,
// intervals of the gate.
const CHARTS = {
  full: 1 + 2 + 2 + 2 + 1 + 12 + 2,
  empty: 0,
  kernels: 3,
  one: 3,
  models: 2,
  gate_pass: 2,
  gate_noisy: 2,
  two_machines: 3,
};

for (const name of Object.keys(cases())) {
  for (const [kind, width] of Object.entries(WIDTHS)) {
    for (const colorScheme of ["light", "dark"]) {
      test(`${name} on a ${kind}, ${colorScheme}`, async () => {
        const file = join(PAGES, `${name}.html`);
        await open(
          file,
          sized(width, { colorScheme }),
          async (page, trouble) => {
            await checkPage(page, trouble);
            if (name in CHARTS) assert.equal(await charts(page), CHARTS[name]);
            if (SHOTS) {
              const path = join(SHOTS, `${name}-${kind}-${colorScheme}.png`);
              await page.screenshot({ path, fullPage: true });
            }
          },
        );
      });
    }
  }
}

const full = () => join(PAGES, "full.html");

test("a page that nobody has filled says so", async () => {
  await open(TEMPLATE, sized(1280), async (page, trouble) => {
    await checkPage(page, trouble);
    assert.match(await page.innerText("#verdict"), /no results/);
  });
});

test("the verdict has winner, limits, peers and gate", async () => {
  await open(full(), sized(1280), async (page) => {
    const text = await page.innerText("#verdict");
    assert.match(text, /Regression/);
    assert.match(text, /Interleaved is the fastest layout in \d+ of 190 cases/);
    assert.match(text, /Decode reaches .* memory bandwidth .*F16 92/s);
    assert.match(text, /Against peers, Tessera is faster in \d+/);
    assert.match(text, /trends fell/);
  });
});

test("hostile names are text", async () => {
  await open(join(PAGES, "hostile.html"), sized(1280), async (page) => {
    assert.match(
      await page.innerText("#gate"),
      /<\/script><script>window\.harmed=1<\/script>/,
    );
    assert.equal(await page.locator("main script").count(), 0);
  });
});

test("no script but the page's own runs", async () => {
  await open(full(), sized(1280), async (page, trouble) => {
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.harmed = 1";
      document.body.append(script);
    });
    assert.equal(await page.evaluate(() => window.harmed), undefined);
    assert.match(trouble.join(), /Content Security Policy/);
  });
});

test("all of it can be had from the keyboard", async () => {
  await open(full(), sized(1280), async (page) => {
    await page.keyboard.press("Tab");
    const focused = () =>
      page.evaluate(() => {
        const e = document.activeElement;
        const box = e.getBoundingClientRect();
        const outline = getComputedStyle(e).outlineStyle;
        return { text: e.innerText, seen: box.left >= 0, outline };
      });
    assert.deepEqual(await focused(), {
      text: "Skip to the verdict",
      seen: true,
      outline: "solid",
    });
    await page.keyboard.press("Enter");
    assert.equal(
      await page.evaluate(() => document.activeElement.id),
      "verdict",
    );

    // A table is opened, sorted up and down, and scrolled to.
    const summary = page.locator("#kernels summary");
    await summary.focus();
    await page.keyboard.press("Enter");
    const head = page.locator("#kernels th", { hasText: "% of limit" });
    await head.locator("button").focus();
    await page.keyboard.press("Enter");
    assert.equal(await head.getAttribute("aria-sort"), "ascending");
    const column = await head.evaluate((e) => e.cellIndex);
    const first = () =>
      page.evaluate((n) => {
        const row = document.querySelector("#kernels tbody").rows[0];
        return Number(row.cells[n].innerText);
      }, column);
    const least = await first();
    await page.keyboard.press("Enter");
    assert.equal(await head.getAttribute("aria-sort"), "descending");
    assert.ok((await first()) > least);
    assert.equal(await page.locator("#kernels tbody tr").count(), 912);
    assert.ok(await page.locator('#kernels .scroll[tabindex="0"]').count());

    // Of the trends the whole ones come first; others can be had.
    const whole = page.locator("#trends .multiples h3");
    assert.match(await whole.first().innerText(), / token | (pp|tg)/);
    await page.selectOption('#trends select[data-field="charts"]', "all");
    assert.equal(await whole.count(), 38 + 8);
    await page.selectOption('#trends select[data-field="rows"]', "every");
    assert.equal(await whole.count(), 76 + 8);
    await page.selectOption('#trends select[data-field="charts"]', "some");

    // A choice draws again and keeps the focus.
    const select = page.locator('#kernels select[data-field="matrix"]');
    await select.selectOption("ffn_up");
    assert.equal(
      await page.evaluate(() => document.activeElement.dataset.field),
      "matrix",
    );
    await settled(page);
    assert.equal(await charts(page), CHARTS.full);
  });
});

test("pointing at a mark says what it is", async () => {
  await open(full(), sized(1280), async (page) => {
    const mark = page.locator('#kernels g[aria-label="dot"] path').first();
    await mark.scrollIntoViewIfNeeded();
    const box = await mark.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await settled(page);
    const tip = page.locator('#kernels g[aria-label="tip"]').first();
    assert.match(await tip.textContent(), /of its limit/);
  });
});

test("the theme can be chosen, against the system", async () => {
  await open(full(), sized(1280, { colorScheme: "light" }), async (page) => {
    const background = () =>
      page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.locator(".theme input[value=auto]").focus();
    await page.keyboard.press("ArrowLeft");
    assert.notEqual(await background(), light);
    await page.keyboard.press("ArrowLeft");
    assert.equal(await background(), light);
  });
});

test("another machine can be chosen", async () => {
  const file = join(PAGES, "two_machines.html");
  await open(file, sized(1280), async (page) => {
    assert.match(await page.innerText("header"), /AMD EPYC/);
    await page.locator("header select").selectOption({ index: 1 });
    await settled(page);
    assert.equal(await charts(page), 3 + 5);
    assert.match(await page.innerText("#machine"), /Intel\(R\) Xeon/);
  });
});

// The ratio of two colours, as the accessibility guidelines define it.
function contrast(a, b) {
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => {
      const share = v / 255;
      return share <= 0.04045
        ? share / 12.92
        : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

for (const colorScheme of ["light", "dark"]) {
  test(`letters and marks stand out, ${colorScheme}`, async () => {
    const pairs = [];
    const text = ["ink", "soft", "accent", "pass", "regression", "noisy"];
    for (const ink of [...text, "new", "plain"]) {
      for (const ground of ["card", "page"]) pairs.push([ink, ground, 4.5]);
    }
    STEPS.forEach((_, n) => pairs.push([`i${n}`, `h${n}`, 4.5]));
    for (let n = 0; n < 6; ++n) pairs.push([`c${n}`, "card", 3]);
    pairs.push(["focus", "card", 3], ["focus", "page", 3]);
    await open(full(), sized(1280, { colorScheme }), async (page) => {
      const colors = await page.evaluate(
        (names) => {
          const probe = document.body.appendChild(document.createElement("i"));
          return names.map((name) => {
            probe.style.color = `var(--${name})`;
            return getComputedStyle(probe).color.match(/\d+/g).map(Number);
          });
        },
        pairs.flatMap((pair) => pair.slice(0, 2)),
      );
      pairs.forEach(([ink, ground, least], n) => {
        const ratio = contrast(colors[2 * n], colors[2 * n + 1]);
        assert.ok(ratio >= least, `${ink} on ${ground}: ${ratio.toFixed(2)}`);
      });
    });
  });
}

test("nothing moves for those who ask for that", async () => {
  const options = sized(1280, { reducedMotion: "reduce" });
  await open(full(), options, async (page) => {
    const behavior = await page.evaluate(
      () => getComputedStyle(document.documentElement).scrollBehavior,
    );
    assert.equal(behavior, "auto");
  });
});

test("it fits on paper, light and with its tables", async () => {
  const options = sized(688, { colorScheme: "dark" });
  await open(full(), options, async (page) => {
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    await settled(page);
    const found = await page.evaluate(() => ({
      over: document.documentElement.scrollWidth - window.innerWidth,
      ground: getComputedStyle(document.body).backgroundColor,
      tables: document.querySelectorAll("#models tbody tr").length,
      controls: document.querySelector("#kernels .controls").offsetHeight,
    }));
    assert.deepEqual(found, {
      over: 0,
      ground: "rgb(255, 255, 255)",
      tables: 8 + 16,
      controls: 0,
    });
    await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
    const open = await page.locator("details.printed[open]").count();
    assert.equal(open, 0);
    const pdf = await page.pdf({
      format: "A4",
      ...(SHOTS ? { path: join(SHOTS, "full.pdf") } : {}),
    });
    assert.ok(pdf.length > 10000);
  });
});
