/**
 * The playground: what is typed, opened or chosen, and what the calculator tells of it.
 *
 * All that the page shows follows from `state`, which stands in the fragment of the address, so that
 * a link shares it. Names and messages come from files that nobody has checked: they are set as
 * text, never as HTML.
 */
import { Calculator } from "./calculator.js";
import { showField } from "./field.js";
import { NumberSlider } from "./slider.js";
import { showComparison, showTable } from "./table.js";

const EXAMPLE =
  "28x28x1 conv:32,3,relu maxpool:2 conv:64,3,relu maxpool:2 conv:64,3,relu " +
  "flatten dense:64,relu dense:10,softmax";
const COLUMNS = {
  params: "params",
  trainable_params: "trainable params",
  macs: "MACs",
  weight_bytes: "weight bytes",
  activation_bytes: "activation bytes",
  peak_activation_bytes: "memory at once",
  receptive_field: "receptive field",
};
const SHOWN_AT_FIRST = ["params", "macs", "receptive_field"];
const TYPING_PAUSE_MS = 120;

const root = document.getElementById("calculator");
const find = (selector) => root.querySelector(selector);
const boxes = [...root.querySelectorAll(".pg-source")];
const areas = boxes.map((box) => box.querySelector("textarea"));
const files = [null, null]; // Of each place the opened file, and its path once the worker has it.

const state = {
  sources: ["", ""],
  isComparing: false,
  columns: SHOWN_AT_FIRST,
};

const calculator = new Calculator(({ stage, ready, failed }) => {
  if (failed !== undefined) {
    for (const file of files) if (file) file.path = null;
    tell(`The calculator stopped: ${failed}. It starts again with what you ask next.`);
  } else {
    tell(ready ? "" : `${stage} …`);
  }
});

function tell(text) {
  find("#pg-status").textContent = text;
}

/* What is asked ------------------------------------------------------------------------------ */

/** The source in a place, as the calculator takes it: a text, or the path of the opened file. */
async function sourceOf(place) {
  const file = files[place];
  if (file === null) return state.sources[place].trim();
  file.path ??= await calculator.ask("open", { place, file: file.blob });
  return file.path;
}

let isAsking = false;
let isStale = false;

/** Calculate anew, one question after the other: what was asked meanwhile is asked once more. */
async function update() {
  isStale = true;
  if (isAsking) return;
  isAsking = true;
  while (isStale) {
    isStale = false;
    writeAddress();
    try {
      await calculate();
      showError("");
    } catch (error) {
      showError(error.message);
    }
  }
  isAsking = false;
}

async function calculate() {
  const source = await sourceOf(0);
  if (source === "") throw new Error("Type a stack, such as 28x28x1 conv:32,3 flatten dense:10.");
  const started = performance.now();
  const found = await calculator.ask("table", { source, columns: state.columns });
  find(".pg-results").hidden = false;
  showTable(find(".pg-table"), found);
  find(".pg-totals").textContent = found.totals.join("\n");
  root.dataset.milliseconds = (performance.now() - started).toFixed(1);
  await calculateComparison(source);
  await draw();
}

async function calculateComparison(first) {
  const box = find(".pg-comparison");
  box.hidden = !state.isComparing;
  if (box.hidden) return;
  const second = await sourceOf(1);
  box.hidden = second === "";
  if (box.hidden) return;
  showComparison(box, await calculator.ask("comparison", { first, second }));
}

/** Show why a source can't be calculated, beside what was told of the one before. */
function showError(message) {
  const place = find("#pg-error");
  place.hidden = message === "";
  place.textContent = message;
  find(".pg-results").classList.toggle("pg-outdated", message !== "");
}

/* The diagram, where it is open -------------------------------------------------------------- */

let picture = null;

async function draw() {
  const box = find(".pg-diagram");
  if (!box.open) return;
  const theme = document.body.dataset.mdColorScheme === "slate" ? "dark" : "light";
  const svg = await calculator.ask("diagram", { source: await sourceOf(0), theme });
  if (picture !== null) URL.revokeObjectURL(picture);
  picture = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  const image = box.querySelector("img");
  image.src = picture;
  image.alt = "The architecture: a line for each layer, with shapes, parameters and what it sees";
  box.querySelector("a").href = picture;
}

/* The layer that is pointed at --------------------------------------------------------------- */

let pointedAt = null;

async function explain(path, name) {
  if (path === pointedAt) return;
  pointedAt = path;
  const source = await sourceOf(0);
  let found;
  try {
    found = await calculator.ask("explanation", { source, columns: state.columns, path });
  } catch (error) {
    found = { lines: [error.message], fields: [] };
  }
  if (path !== pointedAt) return; // Another layer is pointed at by now.
  find(".pg-row-name").textContent = name;
  const lines = found.lines.map((line) => {
    const paragraph = document.createElement("p");
    paragraph.textContent = line;
    return paragraph;
  });
  find(".pg-row-lines").replaceChildren(...lines);
  showField(find(".pg-field"), found.fields);
}

/* Where the state is kept -------------------------------------------------------------------- */

function writeAddress() {
  const fragment = new URLSearchParams();
  if (files[0] === null) fragment.set("source", state.sources[0]);
  if (state.isComparing && files[1] === null) fragment.set("with", state.sources[1]);
  if (String(state.columns) !== String(SHOWN_AT_FIRST)) fragment.set("columns", state.columns);
  history.replaceState(null, "", `#${fragment}`);
}

function readAddress() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  state.sources = [fragment.get("source") ?? EXAMPLE, fragment.get("with") ?? ""];
  state.isComparing = fragment.has("with");
  const columns = (fragment.get("columns") ?? "").split(",").filter((name) => name in COLUMNS);
  state.columns = columns.length > 0 ? columns : SHOWN_AT_FIRST;
}

/** Show the state in the page's own controls. */
function showState() {
  areas.forEach((area, place) => {
    if (area.value !== state.sources[place]) area.value = state.sources[place];
    area.hidden = files[place] !== null;
    const note = boxes[place].querySelector(".pg-file");
    note.hidden = files[place] === null;
    note.querySelector("span").textContent = files[place]?.blob.name ?? "";
  });
  boxes[1].hidden = !state.isComparing;
  find("#pg-compare").setAttribute("aria-pressed", state.isComparing);
  for (const box of find(".pg-columns").querySelectorAll("input")) {
    box.checked = state.columns.includes(box.value);
  }
}

/* What the reader does ----------------------------------------------------------------------- */

/** Put a text or a file into a place, and calculate. */
function setSource(place, text, blob = null) {
  state.sources[place] = text;
  files[place] = blob === null ? null : { blob, path: null };
  pointedAt = null;
  showState();
  slider.begin(areas[place]);
  update();
}

const slider = new NumberSlider(find(".pg-slider"), (area) => {
  state.sources[areas.indexOf(area)] = area.value;
  pointedAt = null;
  update();
});

areas.forEach((area, place) => {
  let pause = null;
  area.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => {
      state.sources[place] = area.value;
      pointedAt = null;
      update();
    }, TYPING_PAUSE_MS);
  });
  for (const event of ["click", "keyup", "focus"]) {
    area.addEventListener(event, () => slider.follow(area));
  }
});

boxes.forEach((box, place) => {
  box.querySelector(".pg-close-file").addEventListener("click", () => setSource(place, ""));
  box.addEventListener("dragover", (event) => {
    event.preventDefault();
    box.classList.add("pg-over");
  });
  box.addEventListener("dragleave", () => box.classList.remove("pg-over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("pg-over");
    if (event.dataTransfer.files.length > 0) setSource(place, "", event.dataTransfer.files[0]);
  });
});

/** The place that a file or an entry of the zoo is put into: the second one while it is empty. */
function placeToFill() {
  return state.isComparing && files[1] === null && state.sources[1] === "" ? 1 : 0;
}

find("#pg-open").addEventListener("change", ({ target }) => {
  if (target.files.length > 0) setSource(placeToFill(), "", target.files[0]);
  target.value = "";
});

find("#pg-zoo").addEventListener("change", ({ target }) => {
  if (target.value !== "") setSource(placeToFill(), target.value);
  target.value = "";
});

find("#pg-compare").addEventListener("click", () => {
  state.isComparing = !state.isComparing;
  showState();
  if (state.isComparing) areas[1].focus();
  update();
});

find("#pg-share").addEventListener("click", async () => {
  if (files.some((file) => file !== null)) {
    tell("A file stays on your machine: a link can't hold it.");
    return;
  }
  try {
    await navigator.clipboard.writeText(location.href);
    tell("The link is copied. It holds all that you see.");
  } catch {
    tell("The address of this page holds all that you see: copy it.");
  }
});

for (const [name, title] of Object.entries(COLUMNS)) {
  const label = document.createElement("label");
  const box = Object.assign(document.createElement("input"), { type: "checkbox", value: name });
  label.append(box, ` ${title}`);
  find(".pg-columns").append(label);
  box.addEventListener("change", () => {
    const chosen = [...find(".pg-columns").querySelectorAll("input:checked")];
    state.columns = chosen.map((one) => one.value);
    pointedAt = null;
    update();
  });
}

for (const event of ["pointerover", "focusin"]) {
  find(".pg-table tbody").addEventListener(event, ({ target }) => {
    const row = target.closest("tr[data-path]");
    if (row !== null) explain(row.dataset.path, row.dataset.name);
  });
}

find(".pg-diagram").addEventListener("toggle", update);
new MutationObserver(update).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
addEventListener("hashchange", () => {
  readAddress();
  files.fill(null);
  showState();
  update();
});

document.querySelector(".pg-missing").remove();
root.hidden = false;
readAddress();
showState();
slider.begin(areas[0]);
update();
