"use strict";

// Sorts a table by one column: numbers by data-value, words by their text. Rows that compare equal keep their order.
function sortBy(header) {
  const body = header.closest("table").tBodies[0];
  const column = header.cellIndex;
  const numeric = header.querySelector("button").dataset.kind === "number";
  const descending = header.getAttribute("aria-sort") === "ascending";
  for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const key = (row) => (numeric ? Number(row.cells[column].dataset.value) : row.cells[column].textContent.trim());
  const compare = numeric ? (a, b) => a - b : (a, b) => a.localeCompare(b);
  const rows = Array.from(body.rows, (row) => [key(row), row]);
  rows.sort((a, b) => (descending ? compare(b[0], a[0]) : compare(a[0], b[0])));
  body.append(...rows.map(([, row]) => row));
}

// Hides the rows of the table that lack any of the words typed.
function filterRows(input, table, status) {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of table.tBodies[0].rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
    shown += !row.hidden;
  }
  status.textContent = words.length ? `${shown} of ${table.tBodies[0].rows.length} rows` : "";
}

for (const button of document.querySelectorAll(".sortable thead button")) {
  button.addEventListener("click", () => sortBy(button.closest("th")));
}
const input = document.getElementById("filter");
if (input) {
  const table = document.getElementById("cases");
  const status = document.getElementById("filtered");
  input.addEventListener("input", () => filterRows(input, table, status));
}
// A link to a row must show it, even if the filter hides it.
window.addEventListener("hashchange", () => {
  const row = document.getElementById(location.hash.slice(1));
  if (input && row && row.hidden) {
    input.value = "";
    input.dispatchEvent(new Event("input"));
    row.scrollIntoView();
  }
});
