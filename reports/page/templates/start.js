// Wires the page: filters, keys, and all that opens the panel.
const form = document.getElementById("filters");
const field = (name) => document.getElementById(name);
let drawing = 0;
let sizesOf = data.chosen;

function fill(select, options) {
  const added = options.map(([value, name]) => html`<option value="${value}">${name}</option>`);
  select.insertAdjacentHTML("beforeend", asHtml(added));
}

fill(field("family"), families.map((name) => [name, name.replaceAll("_", " ")]));
const inOrder = Object.keys(data.documented.requirement).filter((name) => requirementNames.includes(name));
fill(field("requirement"), inOrder.map((name) => [requirementNames.indexOf(name), name.replaceAll("_", " ")]));
fill(field("column"), columns.map((column, i) => [i, column.name]));
field("routes").innerHTML = asHtml(routeNames.map((name) => html`<option value="${name}">`));

function readFilters() {
  for (const name of ["family", "route", "requirement", "column", "axis"]) wanted[name] = field(name).value.trim();
  wanted.text = field("search").value.trim();
}

function redraw() {
  cancelAnimationFrame(drawing);
  drawing = requestAnimationFrame(() => {
    readFilters();
    drawMatrix();
  });
}

// The search also covers messages, as soon as they are unpacked.
async function searchNotes() {
  const text = field("search").value.trim().toLowerCase();
  if (text.length < 3) {
    notesThatMatch = null;
    return;
  }
  const {texts} = await details();
  if (text !== field("search").value.trim().toLowerCase()) return;
  notesThatMatch = new Set();
  texts.forEach((note, i) => {
    const parts = [note.message, ...(note.deviations ?? []), ...(note.shortfalls ?? []).map((shortfall) => shortfall.message)];
    if (parts.some((each) => each && each.toLowerCase().includes(text))) notesThatMatch.add(i);
  });
  redraw();
}

form.addEventListener("input", (event) => {
  if (event.target.id === "search") {
    notesThatMatch = null;
    searchNotes();
  }
  redraw();
});
form.addEventListener("change", redraw);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => {
  wanted.outcome = "";
  notesThatMatch = null;
  setTimeout(redraw);
});

const CLICKED = "[data-outcome], [data-evidence], [data-cell], [data-close], [data-back], [data-copy], .square[data-at]";

document.addEventListener("click", (event) => {
  const target = event.target.closest(CLICKED);
  if (!target) return;
  const {outcome, evidence, cell, copy} = target.dataset;
  if (outcome !== undefined) {
    wanted.outcome = wanted.outcome === outcome ? "" : outcome;
    redraw();
    requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector(`[data-outcome="${outcome}"]`)?.focus()));
  } else if (evidence !== undefined) {
    openedFrom = target;
    const [title, found, column] = data.evidence[Number(evidence)];
    if (found.length === 1) openCell(found[0], column);
    else openList(title, found, column);
  } else if (cell !== undefined) {
    openCell(Number(cell), Number(target.dataset.in));
  } else if (target.dataset.close !== undefined) {
    closePanel();
  } else if (target.dataset.back !== undefined) {
    openList(lastList.title, lastList.found, lastList.column);
  } else if (copy !== undefined) {
    copyFrom(target);
  } else {
    openSquare(target);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return closePanel();
  if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    field("search").focus();
    return undefined;
  }
  const square = event.target.closest?.(".square[data-at]");
  if (!square || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    openSquare(square);
  } else if (moveFocus(square, event.key)) {
    event.preventDefault();
  }
  return undefined;
});

// Tables that the page has once for every run.
document.addEventListener("change", (event) => {
  const chooser = event.target.closest("[data-chooses]");
  if (chooser?.dataset.chooses === "sizes") {
    sizesOf = Number(chooser.value);
    drawSizes(sizesOf);
  } else if (chooser) {
    const tables = chooser.closest("section").querySelectorAll("[data-run]");
    for (const table of tables) table.hidden = table.dataset.run !== chooser.value;
  } else if (event.target.id === "sized") {
    drawSizes(sizesOf);
  }
});

window.addEventListener("hashchange", openFromHash);
readFilters();
drawMatrix();
drawSizes(sizesOf);
openFromHash();
