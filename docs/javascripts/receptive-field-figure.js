/**
 * <receptive-field-figure stack="conv:3 pool:2 conv:3" size="12">: what one unit of a stack of
 * layers sees of the input, along one axis, and how that grows from layer to layer.
 */

import { grow, readStack, seen, slide, smallestInput } from "./arithmetic.js";
import { choice, html, rectangle, slider, svg, wholeNumber } from "./elements.js";

const MOST_INPUTS = 64;
const MOST_LAYERS = 8;
const TOP_UNITS = 3;
const ROW = 52;
const CELL_HEIGHT = 18;
const LABELS = 76;
const KINDS = ["conv", "pool"];
const PADDINGS = ["valid", "same"];
const NUMBERS = {
  kernel: { text: "Kernel", min: 1, max: 9 },
  stride: { text: "Stride", min: 1, max: 4 },
  dilation: { text: "Dilation", min: 1, max: 4 },
};

class ReceptiveFieldFigure extends HTMLElement {
  #layers = [];
  #size = 1;
  #unit = 0;
  #width = 0;
  #parts = null;
  #observer = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (width === this.#width) return;
    this.#width = width;
    this.#draw();
  });

  connectedCallback() {
    if (this.#parts === null) {
      try {
        this.#layers = readStack(this.getAttribute("stack") ?? "conv:3 pool:2 conv:3");
      } catch (error) {
        this.textContent = error.message;
        return;
      }
      this.#build();
    }
    this.#observer.observe(this.#parts.drawing);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
  }

  #build() {
    const range = { min: 1, max: MOST_INPUTS, value: defaultSize(this.#layers) };
    this.#size = wholeNumber(this.getAttribute("size"), range);
    const size = slider("Input size", { ...range, value: this.#size });
    size.input.name = "size";
    size.input.addEventListener("input", () => {
      this.#size = Number(size.input.value);
      this.#update();
    });
    const unit = slider("Unit of the last layer", { min: 0, max: 0, value: 0 });
    unit.input.name = "unit";
    unit.input.addEventListener("input", () => {
      this.#unit = Number(unit.input.value);
      this.#draw();
    });
    const add = html("button", { type: "button", class: "md-button figure-button" }, "Add a layer");
    add.addEventListener("click", () => {
      this.#layers.push(readStack("conv:3")[0]);
      this.#listLayers();
      this.#changeLayers();
    });
    this.#parts = {
      size,
      unit,
      add,
      layers: html("div", { class: "figure-layers" }),
      drawing: html("div", { class: "figure-rows" }),
      reads: html("p", { class: "figure-reads" }),
      rows: html("tbody"),
      result: html("p", { class: "figure-result", "aria-live": "polite" }),
    };
    const { layers, drawing, reads, rows, result } = this.#parts;
    const names = ["Layer", "Units", "Size r", "Stride j", "Start"];
    const head = html("tr", {}, ...names.map((name) => html("th", { scope: "col" }, name)));
    const table = html("table", { class: "figure-table" }, html("thead", {}, head), rows);
    this.replaceChildren(
      layers,
      html("div", { class: "figure-controls" }, add, size.label, unit.label),
      drawing,
      reads,
      html("p", { class: "figure-rule" }, "r = r + (k_eff - 1) x j, then j = j x s"),
      table,
      result,
    );
    this.#listLayers();
    this.#update();
    this.#choose(Math.floor((this.#rows.at(-1).size - 1) / 2));
  }

  get #rows() {
    return grow(this.#size, this.#layers);
  }

  #listLayers() {
    const { layers, add } = this.#parts;
    const controls = this.#layers.map((layer, index) => this.#layerControls(layer, index));
    layers.replaceChildren(...controls);
    add.disabled = this.#layers.length >= MOST_LAYERS;
  }

  #layerControls(layer, index) {
    const fields = html("fieldset", { class: "figure-layer" });
    fields.append(html("legend", {}, `Layer ${index + 1}`));
    const kind = choice("Kind", KINDS, layer.kind);
    const padding = choice("Padding", PADDINGS, layer.padding);
    kind.select.name = "kind";
    padding.select.name = "padding";
    padding.select.addEventListener("change", () => {
      layer.padding = padding.select.value;
      this.#changeLayers();
    });
    const numbers = Object.entries(NUMBERS).map(([name, { text, ...range }]) => {
      const input = html("input", { type: "number", name, ...range, value: layer[name] });
      const read = () => wholeNumber(input.value, { ...range, value: layer[name] });
      input.disabled = name === "dilation" && layer.kind === "pool";
      input.addEventListener("input", () => {
        layer[name] = read();
        this.#changeLayers();
      });
      input.addEventListener("change", () => {
        input.value = layer[name];
      });
      return [name, html("label", { class: "figure-field" }, html("span", {}, text), input), input];
    });
    kind.select.addEventListener("change", () => {
      layer.kind = kind.select.value;
      const [, , dilation] = numbers.find(([name]) => name === "dilation");
      // Pooling in Keras has no dilation.
      dilation.disabled = layer.kind === "pool";
      if (dilation.disabled) dilation.value = layer.dilation = 1;
      this.#changeLayers();
    });
    const remove = html("button", { type: "button", class: "md-button figure-button" }, "Remove");
    remove.setAttribute("aria-label", `Remove layer ${index + 1}`);
    remove.addEventListener("click", () => {
      this.#layers.splice(index, 1);
      this.#listLayers();
      this.#changeLayers();
      const others = this.#parts.layers.querySelectorAll("button");
      (others[Math.min(index, others.length - 1)] ?? this.#parts.add).focus();
    });
    fields.append(kind.label, ...numbers.map(([, label]) => label), padding.label, remove);
    return fields;
  }

  /** The input grows with the layers, as far as it may, so that a layer more does fit. */
  #changeLayers() {
    this.#size = smallestInput(this.#layers, this.#size, MOST_INPUTS) ?? this.#size;
    this.#update();
  }

  #update() {
    const { size, rows } = this.#parts;
    size.show(this.#size);
    rows.replaceChildren(
      ...this.#rows.map((row, index) => {
        const name = index === 0 ? "input" : `${index} ${word(this.#layers[index - 1])}`;
        const cells = ["field", "stride", "start"].map((quantity) => numberCell(row, quantity));
        const units = html("td", {}, row.fits ? String(row.size) : "-");
        return html("tr", {}, html("th", { scope: "row" }, name), units, ...cells);
      }),
    );
    this.#tell();
    this.#choose(this.#unit);
  }

  #choose(unit) {
    this.#unit = Math.max(Math.min(unit, this.#rows.at(-1).size - 1), 0);
    this.#draw();
  }

  #tell() {
    const rows = this.#rows;
    const top = rows.at(-1);
    const below = rows.at(-2);
    const told = [];
    if (top.fits) {
      const place = rows.length === 1 ? "input" : "last layer";
      told.push(`The receptive field of the ${place} is ${top.field}, its stride ${top.stride}.`);
    } else {
      const { effective } = slide(below.size, this.#layers[rows.length - 2]);
      told.push(
        `Layer ${rows.length - 1} does not fit: its window spans ${effective}, and there are ` +
          `${below.size} units below it. Choose a larger input, a smaller kernel or padding same.`,
      );
    }
    const excluded = rows.findIndex((row) => row.excluded);
    if (excluded > 0) {
      told.push(`Layer ${excluded}: Keras refuses a stride and a dilation above 1 together.`);
    }
    this.#parts.result.textContent = told.join(" ");
  }

  #draw() {
    const { drawing, reads, unit } = this.#parts;
    const rows = this.#rows;
    const top = rows.at(-1);
    for (const part of [drawing, reads, unit.label]) part.hidden = !top.fits;
    if (!top.fits) return;
    const lit = seen(this.#size, this.#layers, this.#unit);
    const inputs = lit[0];
    const text =
      inputs.length === 0
        ? `Unit ${this.#unit} sees padding only.`
        : `Unit ${this.#unit} sees ${inputs.length} of ${this.#size} inputs, from ${inputs[0]} ` +
          `to ${inputs.at(-1)}.`;
    unit.input.max = top.size - 1;
    unit.show(this.#unit);
    unit.input.setAttribute("aria-valuetext", text);
    reads.textContent = text;
    if (this.#width > 0) drawing.replaceChildren(this.#picture(rows, lit, text));
  }

  #picture(rows, lit, text) {
    const slides = this.#layers.map((layer, index) => slide(rows[index].size, layer));
    const padding = rows.map((_, index) => slides[index] ?? { before: 0, after: 0 });
    const edge = (row, place, side) =>
      row.start + (row.field - 1) / 2 + place * row.stride + (side * row.stride) / 2;
    const lefts = rows.map((row, index) => edge(row, -padding[index].before, -1));
    const rights = rows.map((row, index) => edge(row, row.size - 1 + padding[index].after, 1));
    const origin = Math.min(...lefts);
    const scale = (this.#width - LABELS - 2) / (Math.max(...rights) - origin);
    const x = (place) => LABELS + (place - origin) * scale;
    const y = (index) => (rows.length - 1 - index) * ROW + 4;
    const height = rows.length * ROW - (ROW - CELL_HEIGHT) + 8;

    const cones = this.#layers.map((layer, index) => {
      const [above, below] = [rows[index + 1], rows[index]];
      const units = lit[index + 1];
      const { before, effective } = slides[index];
      if (units.length === 0) return null;
      const first = units[0] * layer.stride - before;
      const last = units.at(-1) * layer.stride - before + effective - 1;
      const corners = [
        [x(edge(above, units[0], -1)), y(index + 1) + CELL_HEIGHT],
        [x(edge(above, units.at(-1), 1)), y(index + 1) + CELL_HEIGHT],
        [x(edge(below, last, 1)), y(index)],
        [x(edge(below, first, -1)), y(index)],
      ];
      return svg("polygon", { class: "figure-cone", points: corners.map(String).join(" ") });
    });
    const cells = rows.flatMap((row, index) => {
      const seenHere = new Set(lit[index]);
      const isTop = index === rows.length - 1;
      const { before, after } = padding[index];
      const gap = Math.min(2, (row.stride * scale) / 6);
      return Array.from({ length: row.size + before + after }, (_, at) => {
        const place = at - before;
        const isPadding = place < 0 || place >= row.size;
        const names = ["figure-cell"];
        if (isPadding) names.push("figure-cell--padding");
        if (seenHere.has(place)) names.push(isTop ? "figure-present" : "figure-cell--seen");
        if (isTop) names.push("figure-cell--choosable");
        const left = x(edge(row, place, -1)) + gap / 2;
        const width = row.stride * scale - gap;
        const drawn = rectangle(names.join(" "), left, y(index), width, CELL_HEIGHT);
        if (isTop) drawn.addEventListener("click", () => this.#choose(place));
        return drawn;
      });
    });
    const labels = rows.map((row, index) => {
      const name = index === 0 ? "input" : word(this.#layers[index - 1], false);
      return svg("text", { class: "figure-label", x: 0, y: y(index) + 13 }, `${name}: ${row.size}`);
    });
    const edges = `0 0 ${this.#width} ${height}`;
    const drawn = svg("svg", { viewBox: edges, width: this.#width, height, role: "img" });
    drawn.setAttribute("aria-label", text);
    drawn.append(...cones.filter((cone) => cone !== null), ...cells, ...labels);
    return drawn;
  }
}

function numberCell(row, quantity) {
  const formula = row.formulas?.[quantity];
  const small = formula ? html("small", {}, formula.split(" = ")[0]) : null;
  return html("td", {}, html("strong", {}, String(row[quantity])), small);
}

function word({ kind, kernel, stride, dilation, padding }, isFull = true) {
  const usual = kind === "pool" ? kernel : 1;
  const numbers = [kernel];
  if (stride !== usual || dilation > 1) numbers.push(stride);
  if (dilation > 1) numbers.push(dilation);
  const end = isFull && padding === "same" ? ",same" : "";
  return `${kind}:${numbers.join(",")}${end}`;
}

/** The smallest input that gives a few units on top, so that there is something to choose from. */
function defaultSize(layers) {
  for (let size = 1; size <= MOST_INPUTS; size += 1) {
    const top = grow(size, layers).at(-1);
    if (top.fits && top.size >= TOP_UNITS) return size;
  }
  return MOST_INPUTS;
}

customElements.define("receptive-field-figure", ReceptiveFieldFigure);
