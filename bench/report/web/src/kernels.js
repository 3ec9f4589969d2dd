// The section of the matrix kernels: controls, roofline, heat maps, table.
import { absent, choose, h, picker } from "./dom.js";
import { sweepCharts } from "./chart.js";
import { count, number, short } from "./format.js";
import { heatmaps } from "./heatmap.js";
import { rooflineChart } from "./roofline.js";
import { distinct, groupBy } from "./statistics.js";
import { foldedTable } from "./table.js";

// All matrices of a token, one after the other.
const TOKEN = "token";
const EACH = "\u0000each";

const columns = [
  { label: "type", value: (k) => k.type },
  { label: "layout", value: (k) => k.layout },
  { label: "shape", value: (k) => k.shape },
  { label: "matrix", value: (k) => k.matrix },
  { label: "rows", value: (k) => k.rows || NaN, number: true, format: number },
  {
    label: "columns",
    value: (k) => k.columns || NaN,
    number: true,
    format: number,
  },
  { label: "tokens", value: (k) => k.tokens, number: true, format: number },
  {
    label: "µs",
    value: (k) => k.us,
    number: true,
    format: (v) => number(v, 1),
  },
  {
    label: "GB/s",
    value: (k) => k.gbs,
    number: true,
    format: (v) => number(v, 2),
  },
  {
    label: "G madd/s",
    value: (k) => k.gmac,
    number: true,
    format: (v) => number(v, 1),
  },
  { label: "madd/B", value: (k) => k.intensity, number: true, format: short },
  {
    label: "% of limit",
    value: (k) => k.percent,
    number: true,
    format: (v) => number(v, 1),
  },
  {
    label: "bound",
    value: (k) => (k.hasKernel ? k.bound : `${k.bound}, dequantized`),
  },
];

// How something was measured: what cannot be shown in one picture.
function configuration(k) {
  const zeros = k.zeros > 0 ? `, ${number(k.zeros * 100)} % zeros` : "";
  return `${k.isa}, ${count(k.threads, "thread")}${zeros}`;
}

function matrixOptions(kernels) {
  const names = distinct(kernels.map((k) => k.matrix));
  const single = names.filter((name) => name !== TOKEN);
  return [
    ...(names.includes(TOKEN)
      ? [{ value: TOKEN, label: "all of a token together" }]
      : []),
    ...(single.length > 1
      ? [{ value: EACH, label: "each on its own (roofline only)" }]
      : []),
    ...single.map((name) => ({ value: name, label: name })),
  ];
}

function chosenKernels(kernels, matrix) {
  return matrix === EACH
    ? kernels.filter((k) => k.matrix !== TOKEN)
    : kernels.filter((k) => k.matrix === matrix);
}

export function kernelSection(part) {
  const section = h("section", {
    id: "kernels",
    "aria-labelledby": "kernels-head",
  });
  const head = h("h2", { id: "kernels-head" }, "Kernels");
  if (part.kernel.length === 0) {
    section.append(
      head,
      absent(
        "No kernels among the inputs. Measure them with",
        "bench --kernels --output=json > kernels.json",
      ),
    );
    return section;
  }
  const groups = groupBy(part.kernel, configuration);
  const byCount = [...groups].sort((a, b) => b[1].length - a[1].length);
  const state = { configuration: byCount[0][0], matrix: TOKEN };

  const render = () => {
    const kernels = groups.get(state.configuration);
    const matrices = matrixOptions(kernels);
    if (!matrices.some((option) => option.value === state.matrix)) {
      state.matrix = matrices[0].value;
    }
    const set = (field) => (value) => {
      state[field] = value;
      choose(section, field, render);
    };
    const chosen = chosenKernels(kernels, state.matrix);
    const mapped =
      state.matrix === EACH ? chosenKernels(kernels, TOKEN) : chosen;
    section.replaceChildren(
      head,
      controls(byCount, matrices, state, set),
      h("h3", {}, "Roofline"),
      rooflineChart(chosen) ?? absent("These results have no limits to draw."),
      h(
        "div",
        { class: "together" },
        h("h3", {}, "Percent of limit by type and layout"),
        heatmaps(mapped) ?? absent("Nothing to map for this choice."),
      ),
      foldedTable(`kernels, ${state.configuration}`, columns, kernels),
    );
    sweepCharts();
  };
  render();
  return section;
}

function controls(configurations, matrices, state, set) {
  return h(
    "div",
    { class: "controls" },
    picker(
      "configuration",
      "Measured with",
      configurations.map(([name]) => ({ value: name, label: name })),
      state.configuration,
      set("configuration"),
    ),
    picker("matrix", "Matrices", matrices, state.matrix, set("matrix")),
    configurations.length === 1
      ? h("p", { class: "soft" }, `Measured with ${state.configuration}.`)
      : null,
  );
}
