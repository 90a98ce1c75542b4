// Tables whose rows a reader sorts and filters: each in a box of the class "sortable".
// Without this file they are plain tables.

const natural = new Intl.Collator(undefined, {numeric: true, sensitivity: "base"});

/** What a cell is sorted by: its data-value as a number where it is one, or else its text. */
function keyOf(cell) {
  const text = cell.dataset.value ?? cell.textContent.trim();
  const number = Number(text);
  return text === "" || Number.isNaN(number) ? text : number;
}

function compare(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return natural.compare(String(one), String(other));
}

/** Sort the rows by a column. Those that are equal in it keep their order. */
function sort(table, column, direction) {
  const body = table.tBodies[0];
  const sign = direction === "ascending" ? 1 : -1;
  const rows = Array.from(body.rows, (row) => [keyOf(row.cells[column]), row]);
  rows.sort(([one], [other]) => sign * compare(one, other));
  body.append(...rows.map(([, row]) => row));
  for (const [place, header] of Array.from(table.tHead.rows[0].cells).entries()) {
    if (place === column) header.setAttribute("aria-sort", direction);
    else header.removeAttribute("aria-sort");
  }
}

/** Make each header a button that sorts by its column, and the other way at the next press. */
function makeSortable(table) {
  for (const [column, header] of Array.from(table.tHead.rows[0].cells).entries()) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const isAscending = header.getAttribute("aria-sort") === "ascending";
      sort(table, column, isAscending ? "descending" : "ascending");
    });
  }
}

/** Put a field before the box, which leaves the rows that have each of its words. */
function makeFilter(box, table) {
  const rows = Array.from(table.tBodies[0].rows);
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const label = document.createElement("label");
  const field = document.createElement("input");
  const count = document.createElement("output");
  label.className = "table-filter";
  field.type = "search";
  label.append("Filter ", field);
  const line = document.createElement("p");
  line.append(label, " ", count);
  box.before(line);

  function filter() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const has = words.every((word) => texts.get(row).includes(word));
      row.hidden = !has;
      if (has) shown += 1;
    }
    count.textContent = words.length ? `${shown} of ${rows.length}` : "";
  }

  field.addEventListener("input", filter);
}

for (const box of document.querySelectorAll(".sortable")) {
  const table = box.querySelector("table");
  makeSortable(table);
  makeFilter(box, table);
}
