/**
 * <convolution-figure size="6" kernel="3" stride="1" padding="valid" dilation="1">: a window that
 * slides over a square input, and the arithmetic of its output.
 */

import { effectiveKernel, slide, slideFormulas, taps } from "./arithmetic.js";
import { choice, html, rectangle, slider, svg, wholeNumber } from "./elements.js";

const CELL = 20;
const STEP_MILLISECONDS = 600;
const NUMBERS = {
  size: { text: "Input size", min: 1, max: 16, value: 6 },
  kernel: { text: "Kernel", min: 1, max: 7, value: 3 },
  stride: { text: "Stride", min: 1, max: 4, value: 1 },
  dilation: { text: "Dilation", min: 1, max: 4, value: 1 },
};
const PADDINGS = ["valid", "same"];

class ConvolutionFigure extends HTMLElement {
  #window = {};
  #place = 0;
  #timer = null;
  #parts = null;
  #stillness = window.matchMedia("(prefers-reduced-motion: reduce)");
  #onStillness = () => this.#pause();

  connectedCallback() {
    if (this.#parts === null) this.#build();
    this.#stillness.addEventListener("change", this.#onStillness);
    this.#pause();
  }

  disconnectedCallback() {
    this.#stillness.removeEventListener("change", this.#onStillness);
    clearInterval(this.#timer);
  }

  #build() {
    const controls = html("div", { class: "figure-controls", role: "group" });
    controls.setAttribute("aria-label", "The convolution");
    for (const [name, range] of Object.entries(NUMBERS)) {
      const value = wholeNumber(this.getAttribute(name), range);
      const { label, input, show } = slider(range.text, { ...range, value });
      input.name = name;
      input.addEventListener("input", () => {
        this.#window[name] = Number(input.value);
        show(input.value);
        this.#draw();
      });
      this.#window[name] = value;
      controls.append(label);
    }
    const given = this.getAttribute("padding");
    this.#window.padding = PADDINGS.includes(given) ? given : "valid";
    const padding = choice("Padding", PADDINGS, this.#window.padding);
    padding.select.name = "padding";
    padding.select.addEventListener("change", () => {
      this.#window.padding = padding.select.value;
      this.#draw();
    });
    controls.append(padding.label);

    const position = slider("Output cell", { min: 0, max: 0, value: 0 });
    position.input.name = "cell";
    position.input.addEventListener("input", () => this.#move(Number(position.input.value)));
    position.input.addEventListener("keydown", (event) => this.#moveByRow(event));
    const play = html("button", { type: "button", class: "md-button figure-button" });
    play.addEventListener("click", () => this.#play());

    this.#parts = {
      position,
      play,
      moving: html("div", { class: "figure-controls" }, position.label, play),
      drawing: html("div", { class: "figure-grids" }),
      reads: html("p", { class: "figure-reads" }),
      formulas: html("dl", { class: "figure-formulas" }),
      result: html("p", { class: "figure-result", "aria-live": "polite" }),
    };
    const { moving, drawing, reads, formulas, result } = this.#parts;
    this.replaceChildren(controls, drawing, reads, moving, formulas, result);
    this.#draw();
  }

  get #output() {
    return slide(this.#window.size, this.#window);
  }

  #draw() {
    const { drawing, moving, reads, position } = this.#parts;
    const { size, before, after, fits } = this.#output;
    for (const part of [drawing, moving, reads]) part.hidden = !fits;
    this.#tell();
    if (!fits) {
      this.#pause();
      return;
    }
    position.input.max = size * size - 1;

    const inputs = this.#window.size;
    const cells = inputs + before + after;
    this.#parts.window = svg("g");
    this.#parts.present = svg("g");
    const input = svg("g", { transform: `translate(${before * CELL} ${before * CELL})` });
    for (let row = -before; row < inputs + after; row += 1) {
      for (let column = -before; column < inputs + after; column += 1) {
        const isInput = [row, column].every((place) => place >= 0 && place < inputs);
        const names = isInput ? "figure-cell" : "figure-cell figure-cell--padding";
        input.append(cell(names, row, column));
      }
    }
    input.append(this.#parts.window);
    const output = svg("g");
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        const square = cell("figure-cell figure-cell--choosable", row, column);
        square.addEventListener("click", () => this.#move(row * size + column));
        output.append(square);
      }
    }
    output.append(this.#parts.present);
    const padded = before + after > 0 ? `, padded to ${cells} x ${cells}` : "";
    drawing.replaceChildren(
      grid(`Input ${inputs} x ${inputs}${padded}`, cells, input),
      grid(`Output ${size} x ${size}`, size, output),
    );
    this.#move(Math.min(this.#place, size * size - 1));
  }

  #move(place) {
    const { size } = this.#output;
    const [row, column] = [Math.floor(place / size), place % size];
    const rows = taps(this.#window.size, this.#window, row);
    const columns = taps(this.#window.size, this.#window, column);
    const extent = effectiveKernel(this.#window) * CELL;
    this.#place = place;
    this.#parts.window.replaceChildren(
      rectangle("figure-window", columns[0] * CELL, rows[0] * CELL, extent, extent),
      ...rows.flatMap((y) => columns.map((x) => cell("figure-tap", y, x, 3))),
    );
    this.#parts.present.replaceChildren(cell("figure-present", row, column));

    const { position, reads } = this.#parts;
    const between = (places) => `${places[0]} to ${places.at(-1)}`;
    position.show(place, `(${row}, ${column})`);
    position.input.setAttribute("aria-valuetext", `row ${row}, column ${column}`);
    const isPadded = [...rows, ...columns].some((at) => at < 0 || at >= this.#window.size);
    const { kernel, dilation } = this.#window;
    const step = kernel > 1 && dilation > 1 ? `, every ${ordinal(dilation)}` : "";
    reads.textContent =
      `Output (${row}, ${column}) reads rows ${between(rows)} and columns ${between(columns)}` +
      `${step}${isPadded ? "; what lies outside the input is padding, 0." : "."}`;
  }

  #moveByRow(event) {
    const { size } = this.#output;
    const step = { ArrowUp: -size, ArrowDown: size }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const place = this.#place + step;
    if (place >= 0 && place < size * size) this.#move(place);
  }

  #play() {
    if (this.#stillness.matches) {
      this.#step();
    } else if (this.#timer !== null) {
      this.#pause();
    } else {
      this.#timer = setInterval(() => this.#step(), STEP_MILLISECONDS);
      this.#parts.play.textContent = "Pause";
      this.#step();
    }
  }

  /** Where no motion is wanted each press of the button is one step. */
  #pause() {
    clearInterval(this.#timer);
    this.#timer = null;
    this.#parts.play.textContent = this.#stillness.matches ? "Next cell" : "Play";
  }

  #step() {
    const { size } = this.#output;
    this.#move((this.#place + 1) % (size * size));
  }

  #tell() {
    const { size: inputs, kernel, padding } = this.#window;
    const { effective, size, fits, excluded } = this.#output;
    const texts = slideFormulas(inputs, this.#window);
    const weights = kernel * kernel + 1;
    const formulas = {
      "Effective kernel": texts.effective,
      Output: fits ? texts.size : null,
      Padding: padding === "same" ? texts.padding : null,
      "Weights of a filter for one channel": `${kernel} x ${kernel} + 1 bias = ${weights}`,
    };
    this.#parts.formulas.replaceChildren(
      ...Object.entries(formulas)
        .filter(([, text]) => text !== null)
        .map(([name, text]) => html("div", {}, html("dt", {}, name), html("dd", {}, text))),
    );
    const result = fits
      ? `The output is ${size} x ${size}.`
      : `The window spans ${effective} and does not fit into an input of ${inputs}. Choose a ` +
        "smaller kernel or dilation, a larger input, or padding same.";
    const refused = excluded ? " Keras refuses a stride and a dilation above 1 together." : "";
    this.#parts.result.textContent = result + refused;
  }
}

function cell(className, row, column, inset = 0) {
  const side = CELL - 2 * inset;
  return rectangle(className, column * CELL + inset, row * CELL + inset, side, side);
}

function grid(text, cells, content) {
  const side = cells * CELL + 4;
  const edges = { viewBox: `-2 -2 ${side} ${side}`, width: side, height: side };
  const drawn = svg("svg", { ...edges, role: "img" }, content);
  drawn.setAttribute("aria-label", text);
  const caption = html("figcaption", { "aria-hidden": "true" }, text);
  return html("figure", { class: "figure-grid" }, drawn, caption);
}

function ordinal(number) {
  return { 2: "second", 3: "third", 4: "fourth" }[number];
}

customElements.define("convolution-figure", ConvolutionFigure);
