/** A slider for the number at the cursor of a text area. */

// A number that stands alone: the 2 of conv2d is none, the 28 and the 1 of 28x28x1 are.
const NUMBER = /(?<![\w.])\d+(?![\w.])|(?<=\dx)\d+(?![\w.])|(?<![\w.])\d+(?=x\d)|(?<=\dx)\d+(?=x\d)/g;

// Numbers beyond this are typed.
const LARGEST = 100_000;

export class NumberSlider {
  #box;
  #range;
  #onChange;
  #area = null;
  #start = 0;
  #end = 0;

  /**
   * @param {HTMLElement} box what holds a label, an `input` of type `range` and an `output`
   * @param {(area: HTMLTextAreaElement) => void} onChange called when the text was changed
   */
  constructor(box, onChange) {
    this.#box = box;
    this.#range = box.querySelector("input");
    this.#onChange = onChange;
    this.#range.addEventListener("input", () => this.#write(this.#range.value));
  }

  /** Put the cursor of a text area to its first argument, and take that. */
  begin(area) {
    const found = [...area.value.matchAll(NUMBER)].find(({ index }) => area.value[index - 1] === ":");
    area.setSelectionRange(found?.index ?? 0, found?.index ?? 0);
    this.follow(area);
  }

  /** Take the number at the cursor of a text area. */
  follow(area) {
    const cursor = area.selectionStart;
    const found = [...area.value.matchAll(NUMBER)].find(
      ({ 0: text, index }) => index <= cursor && cursor <= index + text.length,
    );
    this.#box.hidden = found === undefined || Number(found[0]) > LARGEST;
    if (this.#box.hidden) return;
    const value = Number(found[0]);
    this.#area = area;
    this.#start = found.index;
    this.#end = found.index + found[0].length;
    this.#range.max = Math.max(16, 2 * value);
    this.#range.value = value;
    this.#show(value);
  }

  #write(value) {
    const text = this.#area.value;
    this.#area.value = text.slice(0, this.#start) + value + text.slice(this.#end);
    this.#end = this.#start + value.length;
    this.#area.setSelectionRange(this.#end, this.#end);
    this.#show(value);
    this.#onChange(this.#area);
  }

  /** Show the value, and the word that it stands in. */
  #show(value) {
    const text = this.#area.value;
    const before = text.slice(0, this.#start).match(/\S*$/)[0];
    const after = text.slice(this.#end).match(/^\S*/)[0];
    this.#box.querySelector("output").textContent = `${value} in ${before}${value}${after}`;
  }
}
