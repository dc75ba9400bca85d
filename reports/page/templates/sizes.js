// The chart of artifact sizes by saver, for one case of one run.
function humanSize(bytes) {
  return bytes < 1000 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1000).toPrecision(3)} kB` : `${(bytes / 1e6).toPrecision(3)} MB`;
}

function drawSizes(run) {
  const select = document.getElementById("sized");
  const sizes = data.sizes[run];
  const before = select.value;
  select.innerHTML = asHtml(Object.keys(sizes).map((name) => html`<option>${name}</option>`));
  if (before in sizes) select.value = before;
  const bySaver = Object.entries(sizes[select.value] ?? {});
  const most = Math.max(1, ...bySaver.map(([, bytes]) => bytes));
  document.getElementById("size-bars").innerHTML = asHtml(bySaver.map(([saver, bytes]) => html`
    <li><span class="name" title="${saver}">${saver}</span>
    <span class="bar"><i style="width:${((100 * bytes) / most).toFixed(1)}%"></i></span>
    <span class="number">${humanSize(bytes)}</span></li>`));
  document.getElementById("sizes").hidden = bySaver.length === 0;
}
