// The panel: a list of cells, or one cell with all that is known of it.
const panel = document.getElementById("panel");
const MOST_LISTED = 300;
let openedFrom = null; // what had the focus before
let lastList = null; // what to go back to from a cell

function showPanel(html) {
  if (panel.hidden) openedFrom = document.activeElement;
  panel.innerHTML = `<div class="panel-top">${lastList && panel.dataset.shows === "cell" ? '<button type="button" class="copy" data-back>Back</button>' : ""}${panel.dataset.shows === "cell" ? '<button type="button" class="copy" data-copy="link">Copy link</button>' : ""}<button type="button" class="copy" data-close aria-label="Close">Close ✕</button></div>${html}`;
  panel.hidden = false;
  panel.scrollTop = 0;
  panel.focus();
}

function closePanel() {
  if (panel.hidden) return;
  panel.hidden = true;
  lastList = null;
  if (location.hash.startsWith("#cell=")) history.replaceState(null, "", location.pathname + location.search);
  openedFrom?.isConnected && openedFrom.focus();
}

const signHtml = (outcome) => `<span class="sign ${outcome ? outcome.kind : "none"}" aria-hidden="true">${outcome ? outcome.sign : ""}</span>`;

// The outcome to show for a cell in a list: of one column, or the worst of all.
function outcomeFor(cell, column) {
  if (column >= 0) return outcomes[rank(cell, column)];
  let worst = NO_OUTCOME;
  for (let each = 0; each < columns.length; each++) worst = Math.min(worst, rank(cell, each));
  return outcomes[worst];
}

function entryHtml(cell, column, name, current = false) {
  const outcome = outcomeFor(cell, column);
  return `<li><button type="button" class="entry" data-cell="${cell}" data-in="${column}" aria-current="${current}">${signHtml(outcome)}<span class="entry-name">${escaped(name)}</span><span class="outcome">${outcome ? outcome.name : "no such cell"}</span></button></li>`;
}

function openList(title, found, column) {
  panel.dataset.shows = "list";
  lastList = {title, found, column};
  const sorted = [...found].sort((a, b) => (outcomeFor(a, column)?.rank ?? NO_OUTCOME) - (outcomeFor(b, column)?.rank ?? NO_OUTCOME) || a - b);
  const oneCaseAndRoute = new Set(found.map((cell) => caseOf[cell] * routeNames.length + routeOf[cell])).size === 1;
  const name = (cell) => (oneCaseAndRoute ? nameOf(cell)[2] : nameOf(cell).join(" / "));
  const docs = oneCaseAndRoute ? namesHtml(found[0], false) : "";
  const more = sorted.length > MOST_LISTED ? `<p class="quiet">and ${sorted.length - MOST_LISTED} more</p>` : "";
  const where = column >= 0 && columns.length > 1 ? `<p class="quiet">${escaped(columns[column].name)}: ${escaped(columns[column].title)}</p>` : "";
  showPanel(`<h2 id="panel-title">${escaped(title)}</h2>${where}${docs}<ul>${sorted.slice(0, MOST_LISTED).map((cell) => entryHtml(cell, column, name(cell))).join("")}</ul>${more}`);
}

function namesHtml(cell, withRequirement) {
  const [ofCase, route, requirement] = nameOf(cell);
  const [saver, loader] = route.split(":");
  const lines = [["case", ofCase, data.documented.case[ofCase]], ["saved by", saver, data.documented.saver[saver]]];
  if (loader) lines.push(["loaded by", loader, data.documented.loader[loader]]);
  if (withRequirement) lines.push(["must hold", requirement, data.documented.requirement[requirement]]);
  return `<dl class="names">${lines.map(([what, name, doc]) => `<dt>${what}</dt><dd><code>${escaped(name)}</code>${doc ? `<small>${escaped(doc)}</small>` : ""}</dd>`).join("")}</dl>`;
}

async function openCell(cell, column) {
  panel.dataset.shows = "cell";
  const chosen = column >= 0 && rank(cell, column) !== NO_OUTCOME ? column : worstColumn(cell);
  const [ofCase, route, requirement] = nameOf(cell);
  const name = `${ofCase}/${route}/${requirement}`;
  history.replaceState(null, "", `#cell=${name}${columns.length > 1 ? `@${columns[chosen].name}` : ""}`);
  const {texts, scripts, scriptOf} = await details();
  const outcome = outcomes[rank(cell, chosen)];
  const note = texts[noteOf(cell, chosen)];
  const script = scripts[scriptOf[`${cell}:${chosen}`]];
  const parts = [`<h2 id="panel-title">${escaped(`${ofCase} / ${route} / ${requirement}`)}</h2>`];
  parts.push(columns.length > 1 ? columnsHtml(cell, chosen) : "");
  parts.push(`<p>${signHtml(outcome)} <strong>${outcome.name}</strong>${columns.length > 1 ? ` <span class="quiet">${escaped(columns[chosen].title)}</span>` : ""}</p>`);
  parts.push(noteHtml(note));
  for (const id of note.deviations ?? []) parts.push(deviationHtml(id));
  if (note.shrunk) parts.push(copiedHtml("Smallest input that shows it", "shrunk", note.shrunk));
  if (script) parts.push(copiedHtml("Script that shows it with TensorFlow alone", "script", script));
  if (note.log) parts.push(`<details><summary>Log</summary><pre>${escaped(note.log)}</pre></details>`);
  parts.push(`<h3>What is what</h3>${namesHtml(cell, true)}`);
  parts.push(`<h3>Same case, same route</h3><ul>${siblings(cell).map((each) => entryHtml(each, chosen, nameOf(each)[2], each === cell)).join("")}</ul>`);
  showPanel(parts.join(""));
}

function worstColumn(cell) {
  let worst = 0;
  for (let column = 1; column < columns.length; column++) if (rank(cell, column) <= rank(cell, worst)) worst = column;
  return worst;
}

function siblings(cell) {
  const found = [];
  for (let i = 0; i < cells.length; i++) if (caseOf[i] === caseOf[cell] && routeOf[i] === routeOf[cell]) found.push(i);
  return found;
}

function columnsHtml(cell, chosen) {
  const entries = columns.map((column, i) => {
    const outcome = outcomes[rank(cell, i)];
    return `<li><button type="button" class="entry" data-cell="${cell}" data-in="${i}" aria-current="${i === chosen}">${signHtml(outcome)}<span class="entry-name">${escaped(column.name)}</span><span class="outcome">${outcome ? outcome.name : "no such cell"}</span></button></li>`;
  });
  return `<ul>${entries.join("")}</ul>`;
}

function noteHtml(note) {
  const parts = [];
  if (note.message) parts.push(`<p class="message">${escaped(note.message)}</p>`);
  for (const found of note.found ?? []) {
    if (found.message !== note.message) parts.push(`<p class="message">${escaped(found.message)}</p>`);
    if (found.expected) parts.push(`<h4>Expected</h4><pre>${escaped(found.expected)}</pre>`);
    if (found.seen) parts.push(`<h4>Seen</h4><pre>${escaped(found.seen)}</pre>`);
    if (found.inputs?.length) parts.push(`<h4>Inputs that show it</h4><p>${found.inputs.map((input) => `<code>${escaped(input)}</code>`).join(", ")}</p>`);
  }
  const facts = {...note.facts};
  if (note.largest_ulp !== undefined) facts["largest error in ulp"] = note.largest_ulp || "0, equal to the bit";
  if (note.largest_absolute) facts["largest absolute error"] = note.largest_absolute;
  if (note.contract) facts.signatures = note.contract;
  const told = Object.entries(facts);
  if (told.length) parts.push(`<h3>Facts</h3><table class="facts"><tbody>${told.map(([name, value]) => `<tr><th scope="row">${escaped(name.replaceAll("_", " "))}</th><td>${factHtml(value)}</td></tr>`).join("")}</tbody></table>`);
  return parts.join("");
}

function factHtml(value) {
  if (Array.isArray(value) && value.every((part) => typeof part !== "object")) return escaped(value.join(", ") || "none");
  if (value !== null && typeof value === "object") return `<pre>${escaped(JSON.stringify(value, null, 1))}</pre>`;
  return escaped(typeof value === "number" ? value.toLocaleString("en-GB", {maximumSignificantDigits: 6}) : value);
}

function deviationHtml(id) {
  const deviation = data.deviations[id];
  if (!deviation) return `<h3>Known deviation</h3><p>${escaped(id)}</p>`;
  const link = deviation.link ? ` <a href="${escaped(deviation.link)}">${escaped(deviation.link.replace("https://", ""))}</a>` : "";
  return `<h3>Known deviation</h3><p><strong>${escaped(id.replaceAll("-", " "))}</strong> <span class="tag">${escaped(deviation.kind)}</span></p><p class="message">${escaped(deviation.reason)}${link}</p>`;
}

function copiedHtml(title, what, text) {
  return `<div class="headed"><h3>${title}</h3><button type="button" class="copy" data-copy="${what}">Copy</button></div><pre class="${what}" tabindex="0">${escaped(text)}</pre>`;
}

async function copyFrom(button) {
  const what = button.dataset.copy;
  const text = what === "link" ? location.href : panel.querySelector(`pre.${what}`).textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea"); // where a page may not write to the clipboard by itself
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

// `#cell=case/route/requirement`, with `@column` where there are several.
function openFromHash() {
  if (!location.hash.startsWith("#cell=")) return;
  const [, name, column] = decodeURIComponent(location.hash).match(/^#cell=([^@]*)(?:@(.*))?$/) ?? [];
  const cell = cellOfName.get(name);
  if (cell === undefined) {
    panel.dataset.shows = "list";
    showPanel(`<h2 id="panel-title">No such cell</h2><p>This report has no cell <code>${escaped(name)}</code>.</p>`);
  } else {
    openCell(cell, columns.findIndex((each) => each.name === column));
  }
}
