// Draws <figure data-chart>: bars with error bars, and hatched places where an answer is withheld. The table in
// the figure says the same in figures, so the drawing is one image with a description of its own (ECharts'
// automatic one reads withheld cells as "NaN").
(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const whiskers = (rows) => (_parameters, api) => {
    const row = rows[api.value(0)];
    if (row.low === undefined || row.low === null) return null;
    const [x, top] = api.coord([api.value(0), row.high]);
    const [, bottom] = api.coord([api.value(0), row.low]);
    const style = { stroke: colour("--ink"), lineWidth: 1.5, fill: null };
    const half = Math.min(7, api.size([1, 0])[0] / 6);
    const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style });
    return {
      type: "group",
      children: [line(x, top, x, bottom), line(x - half, top, x + half, top), line(x - half, bottom, x + half, bottom)],
    };
  };

  const hatching = (rows) => (_parameters, api) => {
    if (!rows[api.value(0)].withheld) return null;
    const area = _parameters.coordSys;
    const width = api.size([1, 0])[0] * 0.56;
    const [x] = api.coord([api.value(0), 0]);
    return {
      type: "rect",
      shape: { x: x - width / 2, y: area.y, width, height: area.height },
      style: {
        fill: colour("--quiet-tint"),
        decal: { symbol: "rect", color: colour("--line-strong"), dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4 },
      },
    };
  };

  const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

  const told = (chart, row) => {
    if (row.withheld) return `${escaped(row.label)}: withheld. ${escaped(row.withheld)}`;
    const number = (value) => value.toLocaleString("en", { minimumFractionDigits: chart.decimals, maximumFractionDigits: chart.decimals });
    const range = row.low === undefined || row.low === null ? "" : `<br>${escaped(chart.interval_label)}: ${number(row.low)} to ${number(row.high)}`;
    return `${escaped(row.label)}: <strong>${number(row.value)} ${escaped(chart.unit)}</strong>${range}`;
  };

  const options = (chart, narrow) => {
    const { rows } = chart;
    const places = rows.map((_row, index) => [index, 0]);
    const text = { color: colour("--ink-soft"), fontFamily: "Inter, system-ui, sans-serif", fontSize: 13 };
    const legend = chart.interval_label && rows.some((row) => row.low !== undefined && row.low !== null);
    return {
      animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      aria: { enabled: false },
      textStyle: text,
      grid: { left: 8, right: 8, top: 34, bottom: 4, containLabel: true },
      tooltip: {
        trigger: "axis",
        renderMode: "html",
        confine: true,
        axisPointer: { type: "shadow" },
        backgroundColor: colour("--surface"),
        borderColor: colour("--line-strong"),
        textStyle: { color: colour("--ink") },
        formatter: (parameters) => told(chart, rows[parameters[0].dataIndex]),
      },
      xAxis: {
        type: "category",
        data: rows.map((row) => row.label),
        axisLabel: { ...text, interval: 0, rotate: narrow && rows.length > 4 ? 40 : 0, width: 90, overflow: "break" },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colour("--line-strong") } },
      },
      yAxis: {
        type: "value",
        name: [chart.unit, legend ? `whiskers: ${chart.interval_label}` : ""].filter(Boolean).join(", "),
        nameTextStyle: { ...text, align: "left" },
        nameLocation: "end",
        axisLabel: text,
        splitLine: { lineStyle: { color: colour("--line") } },
      },
      series: [
        { type: "bar", data: rows.map((row) => (row.withheld ? null : row.value)), barWidth: "56%", itemStyle: { color: colour("--bar"), borderRadius: [5, 5, 0, 0] } },
        { type: "custom", data: places, renderItem: hatching(rows), silent: true },
        { type: "custom", data: places, renderItem: whiskers(rows), silent: true, z: 5 },
      ],
    };
  };

  const draw = (figure) => {
    const chart = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    const place = figure.querySelector(".chart-canvas");
    place.hidden = false;
    figure.dataset.drawn = "yes";
    const drawn = window.echarts.init(place, null, { renderer: "svg" });
    const fit = () => drawn.setOption(options(chart, place.clientWidth < 480), true);
    fit();
    new ResizeObserver(() => { drawn.resize(); fit(); }).observe(place);
    new MutationObserver(fit).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  };

  const drawAll = (root) => root.querySelectorAll("figure[data-chart]:not([data-drawn])").forEach(draw);
  drawAll(document);
  document.addEventListener("htmx:afterSettle", (event) => drawAll(event.target));
})();
