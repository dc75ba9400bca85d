// The page's data: cells by number, with an outcome in every column.
const data = JSON.parse(document.getElementById("data").textContent);
const {columns, caseNames, routeNames, routes, routeTitles, requirementNames, cells} = data;
const outcomes = data.outcomes.map(([letter, name, sign, kind], rank) => ({letter, name, sign, kind, rank}));
const byLetter = new Map(outcomes.map((outcome) => [outcome.letter, outcome]));
const NO_OUTCOME = outcomes.length; // the rank after all others: the run has no such cell
const rankOfCharacter = new Uint8Array(128).fill(NO_OUTCOME);
for (const outcome of outcomes) rankOfCharacter[outcome.letter.charCodeAt(0)] = outcome.rank;

const caseOf = Uint16Array.from(cells, (cell) => cell[0]);
const routeOf = Uint16Array.from(cells, (cell) => cell[1]);
const requirementOf = Uint8Array.from(cells, (cell) => cell[2]);
const rankOf = new Uint8Array(cells.length * columns.length); // of a cell in a column
cells.forEach((cell, i) => {
  for (let column = 0; column < columns.length; column++) {
    rankOf[i * columns.length + column] = rankOfCharacter[cell[3].charCodeAt(column)];
  }
});
const familyOf = caseNames.map((name) => name.split(".")[0]);
const families = [...new Set(familyOf)];

const rank = (cell, column) => rankOf[cell * columns.length + column];
const nameOf = (cell) => [caseNames[caseOf[cell]], routeNames[routeOf[cell]], requirementNames[requirementOf[cell]]];
const cellOfName = new Map(cells.map((_, i) => [nameOf(i).join("/"), i]));
const noteOf = (cell, column) => (Array.isArray(cells[cell][4]) ? cells[cell][4][column] : cells[cell][4]);

// Returns the notes and scripts. They are unpacked at the first call.
let unpacked = null;
function details() {
  unpacked ??= (async () => {
    const packed = Uint8Array.from(atob(document.getElementById("details").textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  })();
  return unpacked;
}

function escaped(text) {
  const codes = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"};
  return String(text).replace(/[&<>"']/g, (character) => codes[character]);
}

// A piece of HTML. All values in it are escaped, except for other pieces. Missing and false values leave nothing.
class Piece {
  constructor(text) {
    this.text = text;
  }
}

function html(strings, ...values) {
  return new Piece(strings.map((text, i) => text + (i < values.length ? asHtml(values[i]) : "")).join(""));
}

function asHtml(value) {
  if (value instanceof Piece) return value.text;
  if (Array.isArray(value)) return value.map(asHtml).join("");
  return value === undefined || value === null || value === false ? "" : escaped(value);
}

function matcher(glob) {
  const wild = /[*?]/.test(glob) ? glob : `*${glob}*`;
  const pattern = wild.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".");
  return new RegExp(`^${pattern}$`, "i");
}
