// The matrix: a line per route, a square per case or column, with the worst outcome that the filters leave.
const wanted = {text: "", family: "", route: "", requirement: "", column: "", outcome: "", axis: "cases"};
const NOT_APPLICABLE = byLetter.get("n").rank;
let notesThatMatch = null; // the notes that the search found, once they are unpacked

// Returns for each square what the filters leave: its worst rank, and how many cells hold and were judged.
function squares() {
  const across = wanted.axis === "cases" ? caseNames.length : columns.length;
  const size = routeNames.length * across;
  const worst = new Uint8Array(size).fill(NO_OUTCOME);
  const held = new Uint16Array(size);
  const judged = new Uint16Array(size);
  const counts = new Uint32Array(NO_OUTCOME + 1);
  const short = new Uint16Array(routeNames.length * requirementNames.length); // cells that do not hold
  const asked = new Uint16Array(short.length);
  const caseOk = caseNames.map((_, i) => !wanted.family || familyOf[i] === wanted.family);
  const routePattern = wanted.route && matcher(wanted.route);
  const routeOk = routeNames.map((name) => !routePattern || routePattern.test(name));
  const requirement = wanted.requirement === "" ? -1 : Number(wanted.requirement);
  const only = wanted.column === "" ? -1 : Number(wanted.column);
  const onlyRank = wanted.outcome === "" ? -1 : byLetter.get(wanted.outcome).rank;
  const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
  const named = words.length ? nameMatches(words) : null;
  const firstColumn = only < 0 ? 0 : only;
  const pastColumn = only < 0 ? columns.length : only + 1;
  for (let i = 0; i < cells.length; i++) {
    if (!caseOk[caseOf[i]] || !routeOk[routeOf[i]] || (requirement >= 0 && requirementOf[i] !== requirement)) continue;
    for (let column = firstColumn; column < pastColumn; column++) {
      const here = rankOf[i * columns.length + column];
      if (here === NO_OUTCOME) continue;
      if (named && !named(i) && !notesThatMatch?.has(noteOf(i, column))) continue;
      counts[here]++;
      if (onlyRank >= 0 && here !== onlyRank) continue;
      const square = routeOf[i] * across + (wanted.axis === "cases" ? caseOf[i] : column);
      if (here < worst[square]) worst[square] = here;
      if (here !== NOT_APPLICABLE) {
        const line = routeOf[i] * requirementNames.length + requirementOf[i];
        judged[square]++;
        asked[line]++;
        if (outcomes[here].kind === "fine") held[square]++;
        else short[line]++;
      }
    }
  }
  return {across, worst, held, judged, counts, short, asked};
}

// Returns a function that tells whether a cell's names, or its route's title, have all these words in them.
function nameMatches(words) {
  const lower = (names) => names.map((name) => (name ?? "").toLowerCase());
  const [inCases, inRoutes, inTitles, inRequirements] = [caseNames, routeNames, routeTitles, requirementNames].map(lower);
  return (i) => {
    const text = `${inCases[caseOf[i]]}/${inRoutes[routeOf[i]]}/${inRequirements[requirementOf[i]]}`;
    return words.every((word) => text.includes(word) || inTitles[routeOf[i]].includes(word));
  };
}

function drawMatrix() {
  const grid = document.getElementById("grid");
  const {across, worst, held, judged, counts, short, asked} = squares();
  const byCase = wanted.axis === "cases";
  const showAll = wanted.outcome === byLetter.get("n").letter;
  const rows = [];
  const used = new Uint8Array(across);
  for (let route = 0; route < routeNames.length; route++) {
    let shown = false;
    for (let column = 0; column < across; column++) {
      const here = worst[route * across + column];
      if (here < NOT_APPLICABLE || (showAll && here === NOT_APPLICABLE)) {
        shown = true;
        used[column] = 1;
      }
    }
    if (shown) rows.push(route);
  }
  const shownColumns = [...used.keys()].filter((column) => used[column]);
  grid.className = `grid columns-are-${wanted.axis}`;
  grid.setAttribute("aria-rowcount", rows.length + 1);
  const lines = [gridHead(shownColumns, byCase).text];
  let saver = null;
  rows.forEach((route, r) => {
    const isFirst = routes[route].loader === null || routes[route].saver !== saver;
    saver = routes[route].saver;
    lines.push(`<div class="grid-row" role="row" data-route="${route}">${rowHead(route, isFirst).text}`);
    shownColumns.forEach((column, c) => {
      const square = route * across + column;
      const first = startsFamily(shownColumns, c, byCase);
      lines.push(squareText(worst[square], held[square], judged[square], `${r},${c}`, column, first));
    });
    lines.push(`<span class="tail" role="gridcell">${shortText(route, short, asked)}</span></div>`);
  });
  grid.innerHTML = lines.join("");
  grid.querySelector(".square")?.setAttribute("tabindex", "0");
  drawOutcomes(counts);
  let total = 0;
  let holding = 0;
  for (let square = 0; square < judged.length; square++) [total, holding] = [total + judged[square], holding + held[square]];
  document.getElementById("status").textContent = rows.length
    ? `${holding} of ${total} judged cells hold, on ${rows.length} savers and routes.`
    : "Nothing matches these filters.";
}

function startsFamily(shown, position, byCase) {
  return byCase && (position === 0 || familyOf[shown[position]] !== familyOf[shown[position - 1]]);
}

function rowHead(route, isFirst) {
  const {saver, loader} = routes[route];
  const name = isFirst ? html`<b>${saver}</b>${loader && `:${loader}`}` : html`:<b>${loader}</b>`;
  const title = [routeNames[route], routeTitles[route]].filter(Boolean).join("\n");
  return html`<div class="row-head ${isFirst ? "" : "loader"}" role="rowheader" data-id="${routeNames[route]}"
    title="${title}">${name}</div>`;
}

function gridHead(shown, byCase) {
  return html`<div class="grid-row grid-head" role="row">
    <div class="corner" role="columnheader">route</div>
    ${shown.map((column, i) => (byCase ? caseHead(column, startsFamily(shown, i, byCase)) : columnHead(column)))}
    <div class="tail" role="columnheader">falls short of</div></div>`;
}

function caseHead(column, first) {
  const family = familyOf[column];
  const name = caseNames[column].slice(family.length + 1).replaceAll("_", " ");
  return html`<div class="column-head ${first && "first"}" role="columnheader" title="${caseNames[column]}">
    <small>${first && `${family.replaceAll("_", " ")}: `}</small>${name}</div>`;
}

function columnHead(column) {
  const {name, title} = columns[column];
  const [first, ...rest] = name.split("/");
  return html`<div class="column-head" role="columnheader" title="${title}">
    ${first}${rest.length > 0 && html`<br><small>${rest.join("/")}</small>`}</div>`;
}

// Returns text, not a piece: there are thousands of squares, and nothing in them comes from the report.
function squareText(here, held, judged, at, column, first) {
  const margin = first ? " first" : "";
  if (here === NO_OUTCOME) return `<i class="square empty${margin}" role="gridcell"></i>`;
  const {kind, letter, name, sign} = outcomes[here];
  const look = {b: " blocked", g: " changed"}[letter] ?? "";
  const count = held === judged ? held : `${held}/${judged}`;
  return `<i class="square ${kind}${look}${margin}" role="gridcell" tabindex="-1" data-at="${at}" data-column="${column}"`
    + ` aria-label="${name}, ${held} of ${judged} hold">`
    + `${sign}${wanted.axis === "cases" || judged === 0 ? "" : ` ${count}`}</i>`;
}

// The requirements that a route falls short of, as "weights 10/11".
function shortText(route, short, asked) {
  return requirementNames.map((name, requirement) => [name, route * requirementNames.length + requirement])
    .filter(([, line]) => short[line])
    .map(([name, line]) => `${name.replaceAll("_", " ")} ${asked[line] - short[line]}/${asked[line]}`).join(", ");
}

function drawOutcomes(counts) {
  const shown = outcomes.filter(({letter, rank}) => counts[rank] || wanted.outcome === letter);
  document.getElementById("outcomes").innerHTML = asHtml(shown.map((outcome) => html`
    <button type="button" data-outcome="${outcome.letter}" aria-pressed="${String(wanted.outcome === outcome.letter)}">
    <b class="sign ${outcome.kind}" aria-hidden="true">${outcome.sign}</b> ${outcome.name}
    <span class="quiet">${counts[outcome.rank]}</span></button>`));
}

// Returns the cells of a square that the filters leave, and the column to look at.
function cellsOfSquare(route, across) {
  const byCase = wanted.axis === "cases";
  const column = byCase ? (wanted.column === "" ? -1 : Number(wanted.column)) : across;
  const inColumns = column < 0 ? [...columns.keys()] : [column];
  const found = [];
  for (let i = 0; i < cells.length; i++) {
    if (routeOf[i] !== route || (byCase && caseOf[i] !== across)) continue;
    if (!byCase && wanted.family && familyOf[caseOf[i]] !== wanted.family) continue;
    if (wanted.requirement !== "" && requirementOf[i] !== Number(wanted.requirement)) continue;
    const letters = inColumns.map((each) => outcomes[rank(i, each)]?.letter);
    if (letters.every((letter) => letter === undefined || (!byCase && letter === "n" && wanted.outcome !== "n"))) continue;
    if (!wanted.outcome || letters.includes(wanted.outcome)) found.push(i);
  }
  return {found, column};
}

function openSquare(square) {
  const route = Number(square.parentElement.dataset.route);
  const across = Number(square.dataset.column);
  const {found, column} = cellsOfSquare(route, across);
  const where = wanted.axis === "cases" ? caseNames[across] : columns[across].title;
  openList(`${where}: ${routeNames[route]}`, found, column);
}

const STEPS = {
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -Infinity], End: [0, Infinity],
};

// Moves the focus to a neighbour of the square. Only the square with the focus is in the tab order.
function moveFocus(square, key) {
  const [row, column] = square.dataset.at.split(",").map(Number);
  const step = STEPS[key];
  if (!step) return false;
  const grid = document.getElementById("grid");
  if (Number.isFinite(step[1])) {
    for (let r = row + step[0], c = column + step[1]; r >= 0 && c >= 0; r += step[0], c += step[1]) {
      const line = grid.children[r + 1];
      if (!line || c >= line.children.length - 2) break;
      if (focusSquare(square, line.children[c + 1])) break;
    }
  } else {
    const all = square.parentElement.querySelectorAll("[data-at]");
    focusSquare(square, key === "Home" ? all[0] : all[all.length - 1]);
  }
  return true;
}

function focusSquare(before, after) {
  if (!after?.dataset.at) return false;
  document.querySelector('#grid [tabindex="0"]')?.setAttribute("tabindex", "-1");
  before.setAttribute("tabindex", "-1");
  after.setAttribute("tabindex", "0");
  after.focus();
  after.scrollIntoView({block: "nearest", inline: "nearest"});
  return true;
}
