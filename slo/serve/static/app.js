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

const clock = (at) => new Date(at * 1000).toISOString().slice(0, 19).replace("T", " ");
const FORMATS = {
  ratio: (value) => `${+(value * 100).toPrecision(4)}%`,
  times: (value) => `${+value.toPrecision(3)}×`,
  rate: (value) => `${+value.toPrecision(3)}/s`,
  seconds: (value) => (Math.abs(value) >= 1 ? `${+value.toPrecision(3)} s` : `${+(value * 1000).toPrecision(3)} ms`),
  "": (value) => `${+value.toPrecision(5)}`,
};
const shown = (unit, value) => (value === null || value === undefined ? "–" : (FORMATS[unit] || FORMATS[""])(value));

// Times of the axis: on 24 hours, with the date where it changes.
const AXIS = [
  [86400, "{MM}-{DD}", null, null, null, null, null, null, 1],
  [3600, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, null, null, null, null, 1],
  [60, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, null, null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{YYYY}-{MM}-{DD}", null, null, null, null, null, 1],
];

function options(data, box, relative) {
  const times = { stroke: css("soft"), grid: { stroke: css("line"), width: 1 }, ticks: { stroke: css("line"), width: 1 }, values: AXIS, space: 80 };
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
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    cursor: { sync: { key: sync.key }, drag: { x: true, y: false, setScale: false } },
    scales: { y: { range } },
    axes: [times, { ...axis, size: 76, values: (_, ticks) => ticks.map((tick) => shown(data.unit, tick)) }],
    series: [
      { value: (_, at) => (at === null ? "–" : clock(at)) },
      ...data.series.map((each, index) => ({
        label: each.label,
        stroke: css(COLORS[index % COLORS.length]),
        width: 1.75,
        dash: each.forecast ? [2, 5] : index >= COLORS.length ? [6, 4] : [],
        value: (_, value) => shown(data.unit, value),
      })),
    ],
    hooks: {
      drawClear: [(plot) => shade(plot, data)],
      draw: [(plot) => thresholds(plot, data), (plot) => dots(plot, data)],
      setSelect: [(plot) => select(plot)],
    },
  };
}

function thresholds(plot, data) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.strokeStyle = ctx.fillStyle = css("soft");
  ctx.textAlign = "right";
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  let [before, shift] = [Infinity, 0];
  for (const { label, value } of [...data.thresholds].sort((a, b) => b.value - a.value)) {
    const y = plot.valToPos(value, "y", true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    shift = Math.abs(y - before) < 13 * devicePixelRatio ? shift + ctx.measureText(label).width + 14 * devicePixelRatio : 0;
    before = y;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillText(label, bbox.left + bbox.width - shift - 4 * devicePixelRatio, y - 4 * devicePixelRatio);
  }
  ctx.restore();
}

// Times of maintenance and of firing alerts, behind the lines.
const SHADES = { maintenance: "none", page: "critical" };
function shade(plot, data) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.globalAlpha = 0.13;
  for (const { kind, start, end } of data.bands || []) {
    const left = Math.max(plot.valToPos(start, "x", true), bbox.left);
    const right = Math.min(plot.valToPos(end, "x", true), bbox.left + bbox.width);
    ctx.fillStyle = css(SHADES[kind] || "warning");
    if (right >= left) ctx.fillRect(left, bbox.top, Math.max(right - left, devicePixelRatio), bbox.height);
  }
  ctx.restore();
}

// Exemplars: single requests, each with its trace.
function dots(plot, data) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = css("link");
  for (const { at, value } of data.points || []) {
    const [x, y] = [plot.valToPos(at, "x", true), plot.valToPos(value, "y", true)];
    if (x < bbox.left || x > bbox.left + bbox.width || y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.beginPath();
    ctx.arc(x, y, 3 * devicePixelRatio, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.restore();
}

// A part of a chart that was dragged over becomes the range of the page, so that links and Back keep it.
function select(plot) {
  if (plot.select.width < 10) return;
  const at = (x) => Math.round(plot.posToVal(x, "x"));
  const url = new URL(location.href);
  url.searchParams.delete("range");
  url.searchParams.set("from", at(plot.select.left));
  url.searchParams.set("to", Math.min(at(plot.select.left + plot.select.width), Math.floor(Date.now() / 1000)));
  plot.setSelect({ width: 0, height: 0 }, false);
  if (Number(url.searchParams.get("from")) < Number(url.searchParams.get("to"))) location.assign(url);
}

function summarize(figure, data) {
  const parts = data.series.filter((each) => !each.forecast).slice(0, 3).map(({ label, values }) => {
    const known = values.filter((value) => value !== null);
    if (!known.length) return `${label}: no data`;
    const text = [Math.min(...known), Math.max(...known), known.at(-1)].map((value) => shown(data.unit, value));
    return `${label}: last ${text[2]}, from ${text[0]} to ${text[1]}`;
  });
  const shaded = new Map();
  for (const { label } of data.bands || []) shaded.set(label, (shaded.get(label) || 0) + 1);
  if (shaded.size) parts.push(`shaded: ${[...shaded].map(([label, count]) => `${label} (${count})`).join(", ")}`);
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
    row.insertCell().textContent = clock(data.times[index]);
    for (const each of data.series) row.insertCell().textContent = shown(data.unit, each.values[index]);
  }
  figure.querySelector(".values").replaceChildren(...exemplars(data), table);
}

function exemplars(data) {
  if (!data.points?.length) return [];
  const table = document.createElement("table");
  table.createCaption().textContent = "Requests with a trace (exemplars), the newest first";
  const body = table.createTBody();
  for (const { at, value, trace, labels } of data.points) {
    const row = body.insertRow();
    row.insertCell().textContent = clock(at);
    row.insertCell().textContent = shown(data.unit, value);
    row.insertCell().textContent = labels;
    const link = document.createElement("a");
    link.href = `/trace?id=${encodeURIComponent(trace)}`;
    link.textContent = `Trace ${trace.slice(0, 8)}`;
    row.insertCell().append(link);
  }
  return [table];
}

async function draw(figure) {
  const url = new URL(figure.dataset.src, location.href);
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
    problem.textContent = `${figure.data ? "This chart is old" : "This chart has no data"}: ${error.message}`;
  }
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
  keepCurrent(figures);
  new ResizeObserver(() => figures.forEach((figure) => {
    const box = figure.querySelector(".plot");
    if (figure.plot && figure.plot.width !== box.clientWidth) figure.plot.setSize({ width: box.clientWidth, height: figure.plot.height });
  })).observe(document.body);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  const print = (on) => () => { document.documentElement.classList.toggle("printing", on); repaint(); };
  addEventListener("beforeprint", print(true));
  addEventListener("afterprint", print(false));
  document.getElementById("relative")?.addEventListener("change", repaint);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (button) navigator.clipboard.writeText(button.dataset.text).then(() => { button.textContent = "Copied"; });
  });
}

// Charts that end now are asked for again; a page that nobody looks at asks nothing.
function keepCurrent(figures) {
  const seconds = Number(document.querySelector(".charts")?.dataset.live);
  if (!seconds) return;
  setInterval(() => {
    if (!document.hidden) figures.forEach((figure) => draw(figure));
  }, seconds * 1000);
}

// How old the numbers are, between two answers of the server; and a banner if it gives none.
function age() {
  const seen = new WeakMap();
  const show = (seconds) => (seconds < 60 ? `${seconds}s` : seconds < 3600 ? `${Math.floor(seconds / 60)}m ${seconds % 60}s` : `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`);
  setInterval(() => {
    for (const each of document.querySelectorAll(".age[data-age]")) {
      if (!seen.has(each)) seen.set(each, Date.now() - Number(each.dataset.age) * 1000);
      each.textContent = `data ${show(Math.round((Date.now() - seen.get(each)) / 1000))} old`;
    }
  }, 1000);
  const failed = () => {
    const banner = document.getElementById("banner");
    if (banner.querySelector(".unreachable")) return;
    const text = document.createElement("p");
    text.className = "banner error gone unreachable";
    text.textContent = "slo serve does not answer. The page keeps its last numbers and tries again.";
    banner.append(text);
  };
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:timeout", failed);
  document.addEventListener("htmx:afterOnLoad", () => document.querySelector("#banner .unreachable")?.remove());
}

function edit() {
  const area = document.getElementById("expr");
  if (area && globalThis.promqlEditor) promqlEditor.open(area, () => area.form.requestSubmit()).focus();
}

start();
age();
edit();
