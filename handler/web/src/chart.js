// Draws the table marked data-source in the figure marked data-chart: "lines"
// over days, "bars" over names. The table says everything; the chart is a second
// look at it, so that screen readers are led to the table.
(() => {
  "use strict";
  const figure = document.querySelector("[data-chart]");
  const table = document.querySelector("table[data-source]");
  if (!figure || !table) return;

  const share = (cell) => {
    const text = cell.querySelector(".hint");
    return text ? parseFloat(text.textContent) : null;
  };
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  const rows = [...table.tBodies[0].rows];
  const lines = figure.dataset.chart === "lines";
  // The shares stand in every column but the names, and the first number where
  // it is a whole without a share.
  const columns = heads.map((_, i) => i).filter((i) => i > 0 && share(rows[0].cells[i]) !== null);
  const shown = lines ? columns : columns.slice(0, 1);
  if (lines) rows.reverse();

  const names = rows.map((row) => row.cells[0].textContent.trim());
  const days = rows.map((row) => lines && Date.parse(`${row.querySelector("time").dateTime}T00:00:00+08:00`) / 1000);
  const x = lines ? days : rows.map((_, i) => i);
  const data = [x, ...shown.map((i) => rows.map((row) => share(row.cells[i])))];
  // Told apart in light and dark, and by dashes where colours are not seen.
  const strokes = ["#067a3f", "#2f6fd0", "#b8860b", "#8a55c9", "#c2412d", "#0e8c94", "#8a8a8a", "#b0568a"];
  const dashes = [[], [], [8, 4], [], [3, 3], [8, 4], [2, 4], [10, 3, 2, 3]];
  let plot;

  function draw() {
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue(name).trim();
    const font = `13px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: color("--weui-FG-0"), grid: { stroke: color("--weui-FG-3"), width: 1 }, ticks: { stroke: color("--weui-FG-3"), width: 1 }, font };
    const most = figure.clientWidth < 600 ? 4 : 8;
    const short = (name) => (/^\d+ /.test(name) && most < 8 ? name.split(" ")[0] : name.length > most ? `${name.slice(0, most - 1)}…` : name);
    const day = (seconds) => new Intl.DateTimeFormat("zh-CN", { month: "numeric", day: "numeric", timeZone: "Asia/Shanghai" }).format(seconds * 1000);
    const percent = (_, value) => (value === null || value === undefined ? "–" : `${value.toFixed(2)}%`);
    if (plot) plot.destroy();
    plot = new uPlot(
      {
        width: figure.clientWidth - 20,
        height: 320,
        scales: { x: { time: false, range: lines ? undefined : (_, min, max) => [min - 0.6, max + 0.6] }, y: { range: (_, min, max) => [0, Math.min(100, Math.max(1, max * 1.1))] } },
        axes: [
          lines
            ? { ...axis, values: (_, splits) => splits.map(day), incrs: [86400, 2 * 86400, 7 * 86400, 14 * 86400, 28 * 86400] }
            : { ...axis, grid: { show: false }, splits: () => x, values: (_, splits) => splits.map((i) => short(names[i] || "")), rotate: -35, size: 80, gap: 2 },
          { ...axis, size: 56, values: (_, splits) => splits.map((v) => `${v}%`) },
        ],
        cursor: { drag: { x: false, y: false } },
        series: [
          { label: heads[0], value: (_, v) => (v === null || v === undefined ? "–" : lines ? day(v) : names[v]) },
          ...shown.map((i, k) => ({
            label: columns.length === 1 ? "比例" : heads[i],
            value: percent,
            stroke: strokes[k % strokes.length],
            dash: dashes[k % dashes.length],
            width: k === 0 ? 3 : 1.5,
            points: { show: rows.length < 3 },
            ...(lines ? { paths: uPlot.paths.stepped({ align: 1 }) } : { fill: strokes[k], paths: uPlot.paths.bars({ size: [0.6, 60] }), points: { show: false } }),
          })),
        ],
      },
      data,
      figure,
    );
  }

  figure.hidden = false;
  figure.setAttribute("role", "img");
  figure.setAttribute("aria-label", `${table.caption.textContent}的图，数据见下表`);
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  let width = figure.clientWidth;
  new ResizeObserver(() => {
    if (figure.clientWidth === width) return;
    width = figure.clientWidth;
    draw();
  }).observe(figure);
})();
