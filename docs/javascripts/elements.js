/** Elements that the figures are made of. Text is only ever set as text, never parsed. */

/** An HTML element with attributes and children; `null` children are left out. */
export function html(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** An SVG element with attributes and children. */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A rectangle of a drawing. */
export function rectangle(className, x, y, width, height) {
  return svg("rect", { class: className, x, y, width, height });
}

/** A range with its label and its value beside it: {label, input, show}; `show` sets the value. */
export function slider(text, { min, max, value }) {
  const input = html("input", { type: "range", min, max, value });
  // Hidden from screen readers, which tell the value of the range itself.
  const beside = html("span", { "aria-hidden": "true" }, String(value));
  const show = (number, shown = number) => {
    input.value = number;
    beside.textContent = shown;
  };
  const label = html("label", { class: "figure-field" }, html("span", {}, text), beside, input);
  return { label, input, show };
}

/** A choice with its label: {label, select}. */
export function choice(text, options, value) {
  const select = html("select", {}, ...options.map((option) => html("option", {}, option)));
  select.value = value;
  const label = html("label", { class: "figure-field" }, html("span", {}, text), select);
  return { label, select };
}

/** A whole number from `min` to `max`, or `otherwise` where the text is none. */
export function wholeNumber(text, { min, max, value: otherwise }) {
  const number = Number(text);
  const isOne = text !== null && text !== "" && Number.isInteger(number);
  return isOne ? Math.min(Math.max(number, min), max) : otherwise;
}
