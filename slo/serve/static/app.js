// Charts, their tables, and copying: all that the pages need a script for. Without it they are read as they are.
"use strict";

const COLORS = ["ok", "critical", "warning", "none", "link"];
const sync = uPlot.sync("charts");
const css = (name) => {
  const probe = document.createElement("canvas").getContext("2d");
  const node = document.querySelector(".top");
  const span = document.createElement("span");
  span.className = "probe" + name;
  node.append(span);
  const color = getComputedStyle(span).color;
  span.remove();
  probe.fillStyle = color;
  return probe.fillStyle;
};

const clock = (at) => new Date(at * 1000).toLocaleString("sv");
const FORMATS = {
  ratio: (value) => `${+(value * 100).toPrecision(4)}%`,
  times: (value) => `${+value.toPrecision(3)}×`,
  rate: (value) => `${+value.toPrecision(3)}/s`,
  "": (value) => `${+value.toPrecision(5)}`,
};
const shown = (unit, value) => (value === null || value === undefined ? "–" : (FORMATS[unit] || FORMATS[""])(value));

// Times of the axis: on 24 hours, with the date where it changes.
const AXIS = [
  [86400, "{YYYY}-{MM}-{DD}", null, null, null, null, null, null, 1],
  [3600, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, null, null, null, null, 1],
  [60, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, null, null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{YYYY}-{MM}-{DD}", null, null, null, null, null, 1],
];

function options(data, box, relative) {
  const times = { stroke: css("soft"), grid: { stroke: css("line"), width: 1 }, ticks: { stroke: css("line"), width: 1 }, values: AXIS };
  const axis = { stroke: css("soft"), grid: { stroke: css("line"), width: 1 }, ticks: { stroke: css("line"), width: 1 } };
  const lines = data.thresholds.map((each) => each.value);
  const range = (_, low, high) => {
    if (low === null) return [0, 1];
    let [from, to] = [low, high];
    if (!relative) {
      from = Math.min(from, 0);
      to = Math.max(to, data.unit === "ratio" && to > 0.5 ? 1 : to);
      for (const line of lines) if (line <= to * 4) to = Math.max(to, line);
    }
    const room = (to - from || Math.abs(to) || 1) * 0.06;
    return [from === 0 ? 0 : from - room, to + room];
  };
  return {
    width: box.clientWidth,
    height: box.classList.contains("tall") ? 340 : 210,
    cursor: { sync: { key: sync.key }, drag: { x: true, y: false, setScale: false } },
    scales: { y: { range } },
    axes: [times, { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => shown(data.unit, tick)) }],
    series: [
      { value: (_, at) => (at === null ? "–" : clock(at)) },
      ...data.series.map((each, index) => ({
        label: each.label,
        stroke: css(COLORS[index % COLORS.length]),
        width: 1.75,
        dash: index >= COLORS.length ? [6, 4] : [],
        value: (_, value) => shown(data.unit, value),
      })),
    ],
    hooks: { draw: [(plot) => thresholds(plot, data)], setSelect: [(plot) => select(plot)] },
  };
}

function thresholds(plot, data) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.strokeStyle = ctx.fillStyle = css("soft");
  ctx.textAlign = "right";
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const { label, value } of data.thresholds) {
    const y = plot.valToPos(value, "y", true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillText(label, bbox.left + bbox.width - 4 * devicePixelRatio, y - 4 * devicePixelRatio);
  }
  ctx.restore();
}

function select(plot) {
  if (plot.select.width < 10) return;
  const at = (x) => Math.round(plot.posToVal(x, "x"));
  const range = { from: at(plot.select.left), to: at(plot.select.left + plot.select.width) };
  plot.setSelect({ width: 0, height: 0 }, false);
  document.querySelectorAll("figure.chart").forEach((figure) => draw(figure, range));
}

function summarize(figure, data) {
  const parts = data.series.slice(0, 3).map(({ label, values }) => {
    const known = values.filter((value) => value !== null);
    if (!known.length) return `${label}: no data`;
    const text = [Math.min(...known), Math.max(...known), known.at(-1)].map((value) => shown(data.unit, value));
    return `${label}: ${text[2]} now, between ${text[0]} and ${text[1]}`;
  });
  if (data.left_off) parts.push(`${data.left_off} more series are not drawn`);
  figure.querySelector(".summary").textContent = parts.join("; ") || "no data in this range";
  
}

function tabulate(figure, data) {
  const rows = 50;
  const step = Math.max(1, Math.ceil(data.times.length / rows));
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const text of ["Time (UTC)", ...data.series.map((each) => each.label)]) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = text;
    head.append(cell);
  }
  const body = table.createTBody();
  for (let index = data.times.length - 1; index >= 0; index -= step) {
    const row = body.insertRow();
    row.insertCell().textContent = new Date(data.times[index] * 1000).toISOString().slice(0, 19).replace("T", " ");
    for (const each of data.series) row.insertCell().textContent = shown(data.unit, each.values[index]);
  }
  figure.querySelector(".values").replaceChildren(table);
}

async function draw(figure, range) {
  const box = figure.querySelector(".plot");
  const url = new URL(figure.dataset.src, location.href);
  if (range) for (const name of ["from", "to"]) url.searchParams.set(name, range[name]);
  const problem = figure.querySelector(".problem");
  try {
    const answer = await fetch(url);
    const data = await answer.json();
    if (data.error) throw new Error(data.error);
    problem.textContent = "";
    figure.data = data;
    paint(figure);
    summarize(figure, data);
    tabulate(figure, data);
  } catch (error) {
    problem.textContent = `This chart has no data: ${error.message}`;
  }
  return box;
}

function paint(figure) {
  if (!figure.data) return;
  const box = figure.querySelector(".plot");
  const relative = document.getElementById("relative")?.checked || false;
  figure.plot?.destroy();
  const columns = [figure.data.times, ...figure.data.series.map((each) => each.values)];
  figure.plot = new uPlot(options(figure.data, box, relative), columns, box);
}

function start() {
  const figures = [...document.querySelectorAll("figure.chart")];
  const repaint = () => figures.forEach(paint);
  figures.forEach((figure) => draw(figure));
  new ResizeObserver(() => figures.forEach((figure) => {
    const box = figure.querySelector(".plot");
    if (figure.plot && figure.plot.width !== box.clientWidth) figure.plot.setSize({ width: box.clientWidth, height: figure.plot.height });
  })).observe(document.body);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  document.getElementById("relative")?.addEventListener("change", repaint);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (button) navigator.clipboard.writeText(button.dataset.text).then(() => { button.textContent = "Copied"; });
  });
}

function edit() {
  const area = document.getElementById("expr");
  if (area && globalThis.promqlEditor) promqlEditor.open(area, () => area.form.requestSubmit()).focus();
}

start();
edit();
