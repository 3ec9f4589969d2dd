// The switch between the system's colours, light and dark.
import { h } from "./dom.js";

const KEY = "tessera-report-theme";
const CHOICES = { auto: "System", light: "Light", dark: "Dark" };

// Storage may be forbidden, as it is for files in some browsers.
function stored() {
  try {
    const choice = localStorage.getItem(KEY);
    return Object.hasOwn(CHOICES, choice) ? choice : "auto";
  } catch {
    return "auto";
  }
}

function store(choice) {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // Then it holds until the page is closed.
  }
}

function apply(choice) {
  const root = document.documentElement;
  if (choice === "auto") root.removeAttribute("data-theme");
  else root.setAttribute("data-theme", choice);
}

export function themeSwitch() {
  const chosen = stored();
  apply(chosen);
  return h(
    "fieldset",
    { class: "theme" },
    h("legend", { class: "hidden" }, "Colours"),
    Object.entries(CHOICES).map(([value, label]) =>
      h(
        "label",
        {},
        h("input", {
          type: "radio",
          name: "theme",
          value,
          checked: value === chosen,
          onchange: () => {
            apply(value);
            store(value);
          },
        }),
        h("span", {}, label),
      ),
    ),
  );
}
