// Charts that are redrawn when assumptions change. Each replaces its static SVG once it is scrolled into view.
"use strict";

const Charts = {
  live: new Map(),
  seen: new Set(),

  start() {
    const watch = new IntersectionObserver(entries => {
      for (const entry of entries) {
        if (entry.isIntersecting) { this.seen.add(entry.target); this.draw(entry.target); } else this.seen.delete(entry.target);
      }
    }, {rootMargin: "200px"});
    for (const place of document.querySelectorAll("[data-chart]")) {
      this.reserve(place);
      watch.observe(place);
    }
    window.addEventListener("resize", () => {
      for (const [id, chart] of this.live) { chart.resize(); this.scale(document.querySelector(`[data-chart=${id}]`), chart); }
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
  },

  // The height of the live chart, reserved so that the layout does not shift when it is drawn.
  reserve(place) {
    const option = this.option(place.dataset.chart);
    if (option) place.style.height = `${option.height}px`;
  },

  // The chart as one SVG, which scales to any paper width.
  scale(place, chart) {
    place.querySelector("svg")?.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
  },

  // Charts in view are drawn now, the others when they are scrolled into view.
  redraw() {
    for (const place of this.seen) this.draw(place);
  },

  draw(place) {
    const id = place.dataset.chart, option = this.option(id);
    if (!option) return;
    const height = option.height;
    delete option.height;
    let chart = this.live.get(id);
    if (!chart) {
      place.replaceChildren();
      place.classList.add("live");
      place.style.height = `${height}px`;
      chart = echarts.init(place, null, {renderer: "svg"});
      this.live.set(id, chart);
    } else if (chart.getHeight() !== height) {
      place.style.height = `${height}px`;
      chart.resize();
    }
    chart.setOption(option, {notMerge: true});
    this.scale(place, chart);
    const about = document.getElementById(id).querySelector("h3").textContent;
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", `Chart: ${about}. The figures are in the table below it.`);
  },

  colour(k) {
    return getComputedStyle(document.documentElement).getPropertyValue(typeof k === "number" ? `--c${k}` : `--${k}`).trim();
  },

  common() {
    const soft = this.colour("soft");
    return {
      animation: false,
      textStyle: {fontFamily: "inherit", color: this.colour("ink")},
      grid: {left: 8, right: 12, top: 12, bottom: 4, containLabel: true},
      tooltip: {trigger: "axis", confine: true, backgroundColor: this.colour("paper"), borderColor: this.colour("rule"),
        textStyle: {color: this.colour("ink"), fontSize: 12}, axisPointer: {type: "shadow"}},
      soft,
    };
  },

  option(id) {
    const chart = DATA.charts.find(c => c.id === id);
    if (chart) return this.overTime(chart);
    if (id === "split") return this.across(DATA.split.map(([line, label, colour]) => {
      const value = Page.figure(line);
      return {label, value, text: written(value, "usd"), colour, base: Page.changed() ? Page.baseFigure(line) : null};
    }));
    if (id === "tornado") return this.tornado();
    if (id === "cases") return this.cases();
    if (id === "bridge") return this.across(DATA.bridges.flatMap(({case: name, steps}) => steps.map(([label, effect]) =>
      ({label: `${name}: ${label}`, value: effect ?? 0, text: points(effect), colour: effect >= 0 ? 1 : 0}))));
    return null;
  },

  overTime({unit, log, marks, series}) {
    const {soft, ...option} = this.common(), {rows, state} = Page.now;
    const sides = Page.changed() ? [Page.now, Page.base] : [Page.now];
    const [from, to] = this.span(sides.flatMap(of => series.map(([line]) => of.rows[line])));
    const years = Array.from({length: to - from}, (_, k) => String(DATA.firstYear + from + k));
    const clean = v => (Number.isFinite(v) && (!log || v > 0) ? v : null);
    const drawn = series.map(([line, label, colour, shape, sign]) => ({
      name: label, type: shape, stack: shape === "bar" ? "all" : undefined, color: this.colour(colour),
      data: Array.from(rows[line].subarray(from, to), v => clean(sign * v)), symbol: "none", lineStyle: {width: 2.2}, barCategoryGap: "22%",
    }));
    if (Page.changed()) {
      const base = Page.base, lines = series.some(s => s[3] === "line") ? series.filter(s => s[3] === "line").slice(0, 1) : series;
      const total = years.map((_, k) =>
        clean(lines.reduce((sum, [line, , , , sign]) => sum + sign * (base.rows[line][from + k] ?? NaN), 0)));
      drawn.push({name: lines.length > 1 ? "Sum, unchanged case" : `${lines[0][1]}, unchanged case`, type: "line", data: total,
        symbol: "none", color: this.colour("base"), lineStyle: {width: 1.6, type: "dashed"}, z: 5});
    }
    for (const [k, [path, label]] of marks.entries()) {
      const level = state.x[path];
      if (typeof level !== "number") continue;
      drawn.push({name: label, type: "line", data: years.map(() => level), symbol: "none", color: this.colour(0),
        lineStyle: {width: 1, type: "dashed"}, endLabel: {show: true, formatter: `${label} ${written(level, "number")}`,
          color: soft, fontSize: 11, align: "right", verticalAlign: k ? "top" : "bottom", offset: [0, k ? 4 : -3]}});
    }
    const step = [1, 2, 5, 10, 20, 50, 100].find(s => years.length / s <= (innerWidth < 640 ? 7 : 12));
    option.tooltip.valueFormatter = v => (v === null || v === undefined || Number.isNaN(v) ? "–" : `${written(v, "number")} ${unit}`);
    return {...option, height: 270,
      xAxis: {type: "category", data: years, axisTick: {show: false}, axisLine: {lineStyle: {color: this.colour("ink")}},
        axisLabel: {color: soft, fontSize: 11.5, interval: (_, year) => year % step === 0}},
      yAxis: {type: log ? "log" : "value", logBase: 2, min: log ? v => Math.min(0.5, 2 ** Math.floor(Math.log2(v.min))) : undefined, axisLabel: {color: soft, fontSize: 11.5, formatter: v => written(v, "number")},
        splitLine: {lineStyle: {color: this.colour("rule")}}},
      series: drawn};
  },

  // First place and end of the nonzero values of all rows, with one more on each side; all places if none.
  span(rows) {
    let first = Infinity, last = -1;
    for (const row of rows) row.forEach((value, k) => { if (Math.abs(value) > 1e-9) { first = Math.min(first, k); last = Math.max(last, k); } });
    const all = Math.max(...rows.map(row => row.length));
    return last < 0 ? [0, all] : [Math.max(first - 1, 0), Math.min(last + 2, all)];
  },

  // Horizontal bars with their texts on the right. rows: {label, value, text, colour, base}
  across(rows) {
    const {soft, ...option} = this.common(), narrow = innerWidth < 640, names = narrow ? 158 : 220;
    const fontSize = narrow ? 11 : 12, side = {type: "category", inverse: true, axisTick: {show: false}};
    return {...option, height: rows.length * 24 + 12, tooltip: {show: false},
      grid: {left: names + 10, right: narrow ? 72 : 82, top: 4, bottom: 4},
      xAxis: {type: "value", show: false},
      yAxis: [
        {...side, data: rows.map(r => r.label), axisLine: {lineStyle: {color: this.colour("ink")}},
          axisLabel: {color: this.colour("ink"), fontSize, width: names, overflow: "truncate", interval: 0}},
        {...side, data: rows.map(r => r.text), position: "right", axisLine: {show: false},
          axisLabel: {color: this.colour("ink"), fontSize, interval: 0}},
      ],
      series: [
        {type: "bar", barWidth: 13, data: rows.map(r => ({value: r.value, itemStyle: {color: this.colour(r.colour)}}))},
        {type: "scatter", symbol: "rect", symbolSize: [2, 18], z: 5, color: this.colour("ink"), data: rows.map(r => r.base ?? null)},
      ]};
  },

  cases() {
    const rows = DATA.cases.flatMap(({name, metrics}) => DATA.bars.map(([metric, label, colour]) =>
      ({label: `${name}: ${label}`, value: metrics[metric], text: written(metrics[metric], "percent"), colour})));
    if (Page.changed()) {
      rows.unshift(...DATA.bars.map(([metric, label, colour]) => {
        const value = Page.figure(DATA.metrics[metric]);
        return {label: `your case: ${label}`, value: Number.isFinite(value) ? value : null, text: written(value, "percent"), colour};
      }));
    }
    return this.across(rows);
  },

  tornado() {
    const {soft, ...option} = this.common(), {bars, base} = Page.tornado();
    const label = bar => bar.path.replace("factors.", "").replace(/_/g, " ");
    const side = (key, name) => ({name, type: "bar", stack: "all", barWidth: 14, data: bars.map(bar => ({
      value: Number.isFinite(bar[key]) ? bar[key] - base : null, itemStyle: {color: this.colour(bar[key] < base ? 0 : 1)}}))});
    option.tooltip.formatter = items => `${label(bars[items[0].dataIndex])}: ${written(bars[items[0].dataIndex].low, "percent")} to `
      + written(bars[items[0].dataIndex].high, "percent");
    return {...option, height: bars.length * 25 + 30, grid: {left: 130, right: 20, top: 4, bottom: 24},
      xAxis: {type: "value", splitNumber: innerWidth < 640 ? 3 : 5,
        axisLabel: {color: soft, fontSize: 11.5, hideOverlap: true, formatter: v => written(base + v, "percent")},
        splitLine: {lineStyle: {color: this.colour("rule")}}},
      yAxis: {type: "category", inverse: true, data: bars.map(label), axisTick: {show: false},
        axisLine: {lineStyle: {color: this.colour("ink")}}, axisLabel: {color: this.colour("ink"), fontSize: 12}},
      series: [side("low", "Lower"), side("high", "Higher")]};
  },
};

function points(effect) {
  if (effect === null || Number.isNaN(effect)) return "–";
  const size = fixed(Math.abs(effect) * 100, 2);
  return `${Number(size) === 0 ? "" : effect > 0 ? "+" : "−"}${size} pt`;
}
