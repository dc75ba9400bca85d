// The panel: a list of cells, or one cell with everything that is known about it.
const panel = document.getElementById("panel");
const MOST_LISTED = 300;
let openedFrom = null; // the element that had the focus before
let lastList = null; // the list to go back to from a cell

function showPanel(content) {
  const isCell = panel.dataset.shows === "cell";
  if (panel.hidden) openedFrom = document.activeElement;
  panel.innerHTML = html`<div class="panel-top">
    ${isCell && lastList && html`<button type="button" class="copy" data-back>Back</button>`}
    ${isCell && html`<button type="button" class="copy" data-copy="link">Copy link</button>`}
    <button type="button" class="copy" data-close aria-label="Close">Close ✕</button></div>${content}`.text;
  panel.hidden = false;
  panel.scrollTop = 0;
  panel.focus();
}

function closePanel() {
  if (panel.hidden) return;
  panel.hidden = true;
  lastList = null;
  if (location.hash.startsWith("#cell=")) history.replaceState(null, "", location.pathname + location.search);
  if (openedFrom?.isConnected) openedFrom.focus();
}

function signOf(outcome) {
  return html`<span class="sign ${outcome?.kind ?? "none"}" aria-hidden="true">${outcome?.sign}</span>`;
}

// Returns the outcome to show for a cell in a list: that of one column, or the worst of all.
function outcomeFor(cell, column) {
  if (column >= 0) return outcomes[rank(cell, column)];
  return outcomes[Math.min(...columns.map((_, each) => rank(cell, each)))];
}

function entryOf(cell, column, name, isCurrent = false) {
  const outcome = outcomeFor(cell, column);
  return html`<li>
    <button type="button" class="entry" data-cell="${cell}" data-in="${column}" aria-current="${String(isCurrent)}">
    ${signOf(outcome)}<span class="entry-name">${name}</span>
    <span class="outcome">${outcome?.name ?? "no such cell"}</span></button></li>`;
}

function openList(title, found, column) {
  panel.dataset.shows = "list";
  lastList = {title, found, column};
  const rankInList = (cell) => outcomeFor(cell, column)?.rank ?? NO_OUTCOME;
  const sorted = [...found].sort((a, b) => rankInList(a) - rankInList(b) || a - b);
  const isOneSquare = new Set(found.map((cell) => caseOf[cell] * routeNames.length + routeOf[cell])).size === 1;
  const name = (cell) => (isOneSquare ? nameOf(cell)[2] : nameOf(cell).join(" / "));
  const where = column >= 0 && columns.length > 1 && `${columns[column].name}: ${columns[column].title}`;
  const more = sorted.length - MOST_LISTED;
  showPanel(html`<h2 id="panel-title">${title}</h2>
    ${where && html`<p class="quiet">${where}</p>`}
    ${isOneSquare && description(found[0], false)}
    <ul>${sorted.slice(0, MOST_LISTED).map((cell) => entryOf(cell, column, name(cell)))}</ul>
    ${more > 0 && html`<p class="quiet">and ${more} more</p>`}`);
}

function description(cell, withRequirement) {
  const [ofCase, , requirement] = nameOf(cell);
  const {saver, loader} = routes[routeOf[cell]];
  const lines = [["case", ofCase], ["saver", saver]];
  if (loader) lines.push(["loader", loader]);
  if (withRequirement) lines.push(["requirement", requirement]);
  const title = routeTitles[routeOf[cell]];
  return html`${title && html`<p class="quiet">${title}</p>`}<dl class="names">${lines.map(([kind, name]) => html`<dt>${kind}</dt>
    <dd><code>${name}</code><small>${data.documented[kind][name]}</small></dd>`)}</dl>`;
}

async function openCell(cell, column) {
  panel.dataset.shows = "cell";
  const several = columns.length > 1;
  const chosen = column >= 0 && rank(cell, column) !== NO_OUTCOME ? column : worstColumn(cell);
  const name = nameOf(cell);
  history.replaceState(null, "", `#cell=${name.join("/")}${several ? `@${columns[chosen].name}` : ""}`);
  const {texts, scripts, scriptOf} = await details();
  const outcome = outcomes[rank(cell, chosen)];
  const note = texts[noteOf(cell, chosen)];
  const script = scripts[scriptOf[`${cell}:${chosen}`]];
  showPanel(html`<h2 id="panel-title">${name.join(" / ")}</h2>
    ${several && html`<ul>${columns.map((each, i) => entryOf(cell, i, each.name, i === chosen))}</ul>`}
    <p>${signOf(outcome)} <strong>${outcome.name}</strong>
    ${several && html`<span class="quiet">${columns[chosen].title}</span>`}</p>
    ${shortfallsOf(note)}
    ${warningsOf(note)}
    ${factsOf(note)}
    ${note.deviations?.map(deviation)}
    ${note.shrunk && copied("Smallest input that shows the shortfall", "shrunk", note.shrunk)}
    ${script && copied("Script that shows the shortfall with TensorFlow alone", "script", script)}
    ${script && "reproduced" in note && html`<p class="quiet">${note.reproduced
      ? "The run executed this script, and it reproduced the shortfall."
      : "The run executed this script, and it did not reproduce the shortfall."}</p>`}
    ${note.log && html`<details><summary>Log</summary><pre>${note.log}</pre></details>`}
    <h3>Case, route and requirement</h3>
    ${description(cell, true)}
    <h3>Same case, same route</h3>
    <ul>${siblings(cell).map((each) => entryOf(each, chosen, nameOf(each)[2], each === cell))}</ul>`);
}

function worstColumn(cell) {
  let worst = 0;
  for (let column = 1; column < columns.length; column++) if (rank(cell, column) <= rank(cell, worst)) worst = column;
  return worst;
}

function siblings(cell) {
  return [...cells.keys()].filter((each) => caseOf[each] === caseOf[cell] && routeOf[each] === routeOf[cell]);
}

function shortfallsOf(note) {
  return html`${note.message && html`<p class="message">${note.message}</p>`}
    ${note.shortfalls?.map(({message, expected, seen, inputs}) => html`
      ${message !== note.message && html`<p class="message">${message}</p>`}
      ${expected && html`<h4>Expected</h4><pre>${expected}</pre>`}
      ${seen && html`<h4>Seen</h4><pre>${seen}</pre>`}
      ${inputs && html`<h4>Inputs that show it</h4><p><code>${inputs.join(", ")}</code></p>`}`)}`;
}

function warningsOf(note) {
  return note.warnings && html`<h3>Warnings while saving and loading</h3><ul class="warnings">${note.warnings.map(
    ({step, source, text}) => html`<li><span class="tag">${step}</span> <code>${source}: ${text}</code></li>`)}</ul>`;
}

function factsOf(note) {
  const facts = {...note.facts};
  if (note.largest_ulp !== undefined) facts["largest error in ulp"] = note.largest_ulp || "0, equal to the bit";
  if (note.largest_absolute) facts["largest absolute error"] = note.largest_absolute;
  if (note.contract) facts.signatures = note.contract;
  const lines = Object.entries(facts);
  return lines.length > 0 && html`<h3>Facts</h3><table class="facts"><tbody>${lines.map(([name, value]) => html`
    <tr><th scope="row">${name.replaceAll("_", " ")}</th><td>${fact(value)}</td></tr>`)}</tbody></table>`;
}

function fact(value) {
  if (Array.isArray(value) && value.every((part) => typeof part !== "object")) return value.join(", ") || "none";
  if (value !== null && typeof value === "object") return html`<pre>${JSON.stringify(value, null, 1)}</pre>`;
  return typeof value === "number" ? value.toLocaleString("en-GB", {maximumSignificantDigits: 6}) : String(value);
}

function deviation(id) {
  const {kind, reason, link} = data.deviations[id];
  return html`<h3>Known deviation</h3>
    <p><strong>${id.replaceAll("-", " ")}</strong> <span class="tag">${kind}</span></p>
    <p class="message">${reason} ${link && html`<a href="${link}">${link.replace("https://", "")}</a>`}</p>`;
}

function copied(title, what, text) {
  return html`<div class="headed"><h3>${title}</h3><button type="button" class="copy" data-copy="${what}">Copy</button></div>
    <pre class="${what}" tabindex="0">${text}</pre>`;
}

async function copyFrom(button) {
  const what = button.dataset.copy;
  const text = what === "link" ? location.href : panel.querySelector(`pre.${what}`).textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea"); // for browsers that do not let a page write to the clipboard
    area.value = text;
    panel.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const label = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = label; }, 1500);
}

// Opens the cell of a link: `#cell=case/route/requirement`, with `@column` if there are several.
function openFromHash() {
  const [, name, column] = decodeURIComponent(location.hash).match(/^#cell=([^@]*)(?:@(.*))?$/) ?? [];
  if (name === undefined) return;
  const cell = cellOfName.get(name);
  if (cell === undefined) {
    panel.dataset.shows = "list";
    showPanel(html`<h2 id="panel-title">No such cell</h2><p>This report has no cell <code>${name}</code>.</p>`);
  } else {
    openCell(cell, columns.findIndex((each) => each.name === column));
  }
}
