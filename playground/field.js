/** What a unit sees of the input, drawn over it. */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 260;
const MARGIN = 0.15; // Of the input's size, for what lies in the padding.

/**
 * Show what the units of a layer see of each input.
 *
 * @param {HTMLElement} box where
 * @param {object[]} fields the `fields` of the answer to the question `explanation`
 */
export function showField(box, fields) {
  box.replaceChildren(...fields.map(fieldOf));
}

function fieldOf(field) {
  const figure = document.createElement("figure");
  const words = document.createElement("figcaption");
  const unit = field.places.map((count) => Math.floor((count - 1) / 2));
  const picture = pictureOf(field);
  const draw = () => {
    const ends = unit.map((place, axis) => seen(field, axis, place));
    picture.draw(ends);
    words.textContent = sentence(field, unit, ends);
  };
  figure.append(picture.svg, words, ...field.places.map((count, axis) => slider(axis, count)));
  draw();
  return figure;

  function slider(axis, count) {
    const range = Object.assign(document.createElement("input"), {
      type: "range",
      min: 0,
      max: count - 1,
      value: unit[axis],
      disabled: count < 2,
    });
    range.setAttribute("aria-label", `Unit along axis ${axis + 1}`);
    range.addEventListener("input", () => {
      unit[axis] = Number(range.value);
      draw();
    });
    return range;
  }
}

/** From the first to the last input that a unit sees along an axis, padding included. */
function seen({ size, stride, start }, axis, place) {
  const first = start[axis] + stride[axis] * place;
  return [first, first + size[axis] - 1];
}

function sentence({ input, sizes, size }, unit, ends) {
  const spans = ends.map(([first, last], axis) => {
    const inside = [Math.max(first, 0), Math.min(last, sizes[axis] - 1)];
    return `${inside[0]} to ${inside[1]}`;
  });
  return `Unit (${unit.join(", ")}) sees ${spans.join(" x ")} of ${input}: ${size.join(" x ")}.`;
}

/** The input as a square field with its first two axes down and across; one axis lies across. */
function pictureOf({ sizes }) {
  const [height, width] = sizes.length === 1 ? [Math.max(sizes[0] / 12, 1), sizes[0]] : sizes;
  const margin = MARGIN * Math.max(height, width);
  const svg = document.createElementNS(SVG, "svg");
  const [across, down] = [width + 2 * margin, height + 2 * margin];
  svg.setAttribute("viewBox", [-margin, -margin, across, down].join(" "));
  const scale = WIDTH / Math.max(across, down);
  svg.setAttribute("width", across * scale);
  svg.setAttribute("height", down * scale);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", "The input, and the part of it that the unit sees");
  const input = rectangle("pg-input");
  place(input, 0, 0, width, height);
  const field = rectangle("pg-seen");
  svg.append(input, field);
  return {
    svg,
    draw(ends) {
      const [down, across] = ends.length === 1 ? [[0, height - 1], ends[0]] : ends;
      place(field, across[0], down[0], across[1] - across[0] + 1, down[1] - down[0] + 1);
    },
  };
}

function rectangle(className) {
  const made = document.createElementNS(SVG, "rect");
  made.setAttribute("class", className);
  return made;
}

function place(shape, x, y, width, height) {
  for (const [name, value] of Object.entries({ x, y, width, height })) {
    shape.setAttribute(name, value);
  }
}
