"use strict";

const UNITS = { ns: 1, "µs": 1e3, ms: 1e6, s: 1e9, "/s": 1, "k/s": 1e3, "M/s": 1e6, "G/s": 1e9 };

// The value of a cell: its data-value, or the quantity that its words begin with ("1.2 µs to 3 µs"); what has none sorts last.
function valueOf(cell) {
  if (cell.dataset.value !== undefined) return Number(cell.dataset.value);
  const [, number, unit] = cell.textContent.trim().match(/^([\d.,]+)\s*([^\s\d]*)/) || [];
  return number === undefined ? Infinity : Number(number.replaceAll(",", "")) * (UNITS[unit] || 1);
}

// Sorts a table by one column: numbers by their value, words by their text. Rows that compare equal keep their order.
function sortBy(header) {
  const body = header.closest("table").tBodies[0];
  const column = header.cellIndex;
  const numeric = header.querySelector("button").dataset.kind === "number";
  const descending = header.getAttribute("aria-sort") === "ascending";
  for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const key = (row) => (numeric ? valueOf(row.cells[column]) : row.cells[column].textContent.trim());
  const compare = numeric ? (a, b) => (a === b ? 0 : a - b) : (a, b) => a.localeCompare(b);
  const rows = Array.from(body.rows, (row) => [key(row), row]);
  rows.sort((a, b) => (descending ? compare(b[0], a[0]) : compare(a[0], b[0])));
  body.append(...rows.map(([, row]) => row));
}

const search = document.getElementById("filter");
const chooser = document.getElementById("subject");
const cases = document.getElementById("cases");

// The subjects that a row of a table or an item of a list is about.
function subjectsOf(element) {
  return element.dataset.subjects === undefined
    ? [element.querySelector("th").textContent.trim()]
    : element.dataset.subjects.split("|");
}

// Shows what is about the subject chosen, and of the raw data what has all the words typed.
function filter() {
  const subject = chooser.value;
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const element of document.querySelectorAll(".by-subject > tbody > tr, .by-subject > li")) {
    element.hidden = Boolean(subject) && !subjectsOf(element).includes(subject);
  }
  const rows = Array.from(cases.tBodies[0].rows);
  for (const row of words.length ? rows : []) {
    const text = row.textContent.toLowerCase();
    row.hidden = row.hidden || !words.every((word) => text.includes(word));
  }
  const shown = `${rows.filter((row) => !row.hidden).length} of ${rows.length} rows`;
  for (const status of document.querySelectorAll(".filtered")) status.textContent = subject || words.length ? shown : "";
}

for (const button of document.querySelectorAll(".sortable thead button")) {
  button.addEventListener("click", () => sortBy(button.closest("th")));
}
if (cases) {
  search.addEventListener("input", filter);
  chooser.addEventListener("change", filter);
}
// A link to a row must show it, even if a filter hides it.
window.addEventListener("hashchange", () => {
  const row = document.getElementById(location.hash.slice(1));
  if (cases && row && row.hidden) {
    search.value = chooser.value = "";
    filter();
    row.scrollIntoView();
  }
});
