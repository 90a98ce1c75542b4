/** The tables of the playground. */

const MOST_ROWS_AT_FIRST = 400;

function cell(text, tag = "td", className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className !== "") made.className = className;
  return made;
}

function line(cells) {
  const row = document.createElement("tr");
  row.append(...cells);
  return row;
}

/**
 * Show the rows of an architecture.
 *
 * @param {HTMLTableElement} table where
 * @param {object} found the answer to the question `table`
 */
export function showTable(table, found) {
  table.caption.textContent = `${found.name}, input ${found.input}`;
  const titles = ["Layer", "Type", "Output shape", ...found.columns];
  table.tHead.replaceChildren(line(titles.map((title, place) => heading(title, place > 2))));
  const first = found.rows.slice(0, MOST_ROWS_AT_FIRST).map(layerRow);
  table.tBodies[0].replaceChildren(...first);
  const more = found.rows.length - first.length;
  if (more > 0) table.tBodies[0].append(restRow(table, found.rows, more, titles.length));
}

function heading(title, isNumber) {
  const made = cell(title, "th", isNumber ? "pg-number" : "");
  made.scope = "col";
  return made;
}

/** The row of a layer. Its name is a button, so that the keyboard can point at it too. */
function layerRow({ path, depth, name, class_name, output_shape, values, notes }) {
  const button = cell(name, "button");
  button.type = "button";
  button.style.marginLeft = `${depth}em`;
  const head = document.createElement("th");
  head.scope = "row";
  head.append(button);
  const row = line([
    head,
    cell(class_name),
    cell(output_shape),
    ...values.map((value) => cell(value, "td", "pg-number")),
  ]);
  row.dataset.path = path;
  row.dataset.name = name;
  if (notes.length > 0) row.title = notes.join("\n");
  return row;
}

function restRow(table, rows, more, width) {
  const button = cell(`Show ${more} more layers`, "button");
  button.type = "button";
  const place = document.createElement("td");
  place.colSpan = width;
  place.append(button);
  const row = line([place]);
  button.addEventListener("click", () => {
    row.remove();
    table.tBodies[0].append(...rows.slice(MOST_ROWS_AT_FIRST).map(layerRow));
  });
  return row;
}

/**
 * Show two architectures side by side.
 *
 * @param {HTMLElement} box what holds the table
 * @param {object} found the answer to the question `comparison`
 */
export function showComparison(box, found) {
  const table = box.querySelector("table");
  const titles = ["", ...found.names, "Change"];
  table.tHead.replaceChildren(line(titles.map((title, place) => heading(title, place > 0))));
  const rows = found.rows.map(([title, ...cells]) => {
    const head = cell(title, "th");
    head.scope = "row";
    return line([head, ...cells.map((text) => cell(text, "td", "pg-number"))]);
  });
  table.tBodies[0].replaceChildren(...rows);
}
