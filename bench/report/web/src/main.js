// Reads the results in the page and builds all sections from them.
import { drawForPrint, drawForScreen, sweepCharts } from "./chart.js";
import { choose, h, picker } from "./dom.js";
import { count, time } from "./format.js";
import { gateSection } from "./gate.js";
import { kernelSection } from "./kernels.js";
import { machineSection } from "./machine.js";
import { modelSection } from "./models.js";
import { pageFooter, readingSection } from "./reading.js";
import { machinesOf, onMachine, readReport } from "./results.js";
import { themeSwitch } from "./theme.js";
import { trendSection } from "./trends.js";
import { verdictSection } from "./verdict_section.js";

/* global LICENSES -- put in by build.mjs */

const SECTIONS = [
  { id: "verdict", title: "Verdict", make: verdictSection },
  { id: "kernels", title: "Kernels", make: kernelSection },
  { id: "models", title: "Decode and prefill", make: modelSection },
  { id: "trends", title: "Trends", make: trendSection },
  { id: "gate", title: "Gate", make: gateSection },
  { id: "machine", title: "Machine", make: machineSection },
  { id: "reading", title: "How to read this", make: readingSection },
];

// A section that cannot be made must not take the others with it.
function makeSection({ id, title, make }, part) {
  try {
    return make(part);
  } catch (error) {
    console.error(`section ${id}:`, error);
    return h(
      "section",
      { id },
      h("h2", {}, title),
      h(
        "p",
        { class: "warn" },
        `This part could not be drawn: ${error.message}`,
      ),
    );
  }
}

function masthead(report, machines, machine, change) {
  const cpu = machines.find((m) => m.fingerprint === machine)?.label;
  const times = report.files
    .filter((f) => f.fingerprint === machine && f.time)
    .map((f) => f.time)
    .sort();
  const span = [...new Set([times[0], times[times.length - 1]])].map(time);
  const facts = [
    cpu,
    times.length > 0 ? span.join(" to ") : null,
    count(report.files.length, "result file"),
  ];
  return h(
    "header",
    {},
    h(
      "div",
      { class: "masthead" },
      h(
        "div",
        {},
        h("h1", {}, "Tessera bench report"),
        h("p", {}, facts.filter(Boolean).join(" · ")),
      ),
      themeSwitch(),
    ),
    h(
      "div",
      { class: "controls" },
      picker(
        "machine",
        "Machine",
        machines.map((m) => ({ value: m.fingerprint, label: m.label })),
        machine,
        change,
      ),
    ),
    h(
      "nav",
      { "aria-label": "Sections" },
      h(
        "ul",
        {},
        SECTIONS.map(({ id, title }) =>
          h("li", {}, h("a", { href: `#${id}` }, title)),
        ),
      ),
    ),
  );
}

function render(page, report, machines, machine) {
  const part = onMachine(report, machine);
  const change = (fingerprint) =>
    choose(page, "machine", () => render(page, report, machines, fingerprint));
  page.replaceChildren(
    masthead(report, machines, machine, change),
    h(
      "main",
      {},
      SECTIONS.map((section) => makeSection(section, part)),
    ),
    pageFooter(report, LICENSES),
  );
  sweepCharts();
}

function prepareForPrint() {
  for (const details of document.querySelectorAll("details.printed")) {
    details.fill();
    details.wasOpen = details.open;
    details.open = true;
  }
  drawForPrint();
}

function returnFromPrint() {
  for (const details of document.querySelectorAll("details.printed")) {
    details.open = details.wasOpen ?? details.open;
  }
  drawForScreen();
}

function start() {
  const data = JSON.parse(document.getElementById("results").textContent);
  const report = readReport(data);
  const machines = machinesOf(report);
  const page = document.getElementById("page");
  render(page, report, machines, machines[0]?.fingerprint ?? "unknown");
  window.addEventListener("beforeprint", prepareForPrint);
  window.addEventListener("afterprint", returnFromPrint);
}

start();
