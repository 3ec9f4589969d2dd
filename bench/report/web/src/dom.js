// Elements from data. Text always becomes a text node, so that nothing in a
// result can become markup; there is no other way to make elements here.

// h("p", {class: "soft", onclick: f}, "text", child, [children], null)
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  append(element, children);
  return element;
}

export function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

// A labelled <select> called `field`. `options` are {value, label}; `onchange`
// gets a value. Nothing where there is no choice.
export function picker(field, label, options, value, onchange) {
  if (options.length < 2) return null;
  const select = h(
    "select",
    { "data-field": field, onchange: () => onchange(select.value) },
    options.map((option) =>
      h(
        "option",
        { value: option.value, selected: option.value === value },
        option.label,
      ),
    ),
  );
  return h("label", {}, label, select);
}

// Draws again after a choice, which replaces the <select>, and focuses it.
export function choose(root, field, render) {
  render();
  root.querySelector(`select[data-field="${field}"]`)?.focus();
}

// What a section says when its kind of result is not among the inputs.
export function absent(what, command) {
  return h(
    "p",
    { class: "absent" },
    `${what} `,
    command ? h("code", {}, command) : null,
  );
}
