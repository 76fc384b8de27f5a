// Charts that follow the assumptions. Each takes the place of its drawing once it comes into view.
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
    for (const place of document.querySelectorAll("[data-chart]")) watch.observe(place);
    window.addEventListener("resize", () => { for (const chart of this.live.values()) chart.resize(); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    window.addEventListener("beforeprint", () => {
      for (const place of document.querySelectorAll("[data-chart]")) this.draw(place);
      for (const chart of this.live.values()) chart.resize({width: 640});
    });
    window.addEventListener("afterprint", () => { for (const chart of this.live.values()) chart.resize({width: "auto"}); });
  },

  // Those in view at once; the others when they come into view.
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
      chart = echarts.init(place, null, {renderer: "svg", height});
      this.live.set(id, chart);
    }
    if (chart.getHeight() !== height) { place.style.height = height + "px"; chart.resize({height}); }
    chart.setOption(option, {notMerge: true});
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
    if (id === "split") return this.across(DATA.split.map(([line, label], k) => {
      const value = Page.figure(line);
      return {label, value, text: written(value, "usd"), colour: k % 8, base: Page.changed() ? Page.baseFigure(line) : null};
    }));
    if (id === "tornado") return this.tornado();
    if (id === "bridge") return this.across(DATA.bridges.flatMap(({case: name, steps}) => steps.map(([label, effect]) =>
      ({label: `${name}: ${label}`, value: effect ?? 0, text: points(effect), colour: effect >= 0 ? 1 : 0}))));
    return null;
  },

  overTime({unit, log, marks, series}) {
    const {soft, ...option} = this.common(), {rows, state} = Page.now;
    const years = Array.from({length: state.years}, (_, k) => String(DATA.firstYear + k));
    const clean = v => (Number.isFinite(v) && (!log || v > 0) ? v : null);
    const drawn = series.map(([line, label, colour, shape, sign]) => ({
      name: label, type: shape, stack: shape === "bar" ? "all" : undefined, color: this.colour(colour % 8),
      data: Array.from(rows[line], v => clean(sign * v)), symbol: "none", lineStyle: {width: 2.2}, barCategoryGap: "22%",
    }));
    if (Page.changed()) {
      const base = Page.base, lines = series.some(s => s[3] === "line") ? series.filter(s => s[3] === "line").slice(0, 1) : series;
      const total = Array.from({length: base.state.years}, (_, k) =>
        clean(lines.reduce((sum, [line, , , , sign]) => sum + sign * base.rows[line][k], 0)));
      drawn.push({name: lines.length > 1 ? "Sum, unchanged case" : `${lines[0][1]}, unchanged case`, type: "line", data: total,
        symbol: "none", color: this.colour("base"), lineStyle: {width: 1.6, type: "dashed"}, z: 5});
    }
    for (const [path, label] of marks) {
      const level = state.x[path];
      if (typeof level !== "number") continue;
      drawn.push({name: label, type: "line", data: years.map(() => level), symbol: "none", color: this.colour(0),
        lineStyle: {width: 1, type: "dashed"}, endLabel: {show: true, formatter: `${label} ${written(level, "number")}`,
          color: soft, fontSize: 11, align: "right", verticalAlign: "bottom", offset: [0, -3]}});
    }
    option.tooltip.valueFormatter = v => (v === null || v === undefined || Number.isNaN(v) ? "–" : `${written(v, "number")} ${unit}`);
    return {...option, height: 270,
      xAxis: {type: "category", data: years, axisTick: {show: false}, axisLine: {lineStyle: {color: this.colour("ink")}},
        axisLabel: {color: soft, fontSize: 11.5}},
      yAxis: {type: log ? "log" : "value", axisLabel: {color: soft, fontSize: 11.5, formatter: v => written(v, "number")},
        splitLine: {lineStyle: {color: this.colour("rule")}}},
      series: drawn};
  },

  // Lying bars. rows: {label, value, text, colour, base}
  across(rows) {
    const {soft, ...option} = this.common();
    const narrow = innerWidth < 640;
    return {...option, height: rows.length * 24 + 12, tooltip: {show: false}, grid: {...option.grid, right: 84, top: 4, bottom: 4},
      xAxis: {type: "value", show: false},
      yAxis: {type: "category", inverse: true, data: rows.map(r => r.label), axisTick: {show: false},
        axisLine: {lineStyle: {color: this.colour("ink")}},
        axisLabel: {color: this.colour("ink"), fontSize: 12, width: narrow ? 130 : 220, overflow: "truncate"}},
      series: [{type: "bar", barWidth: 13, data: rows.map(r => ({value: r.value, itemStyle: {color: this.colour(r.colour)},
        label: {show: true, position: r.value < 0 ? "left" : "right", formatter: () => r.text, color: this.colour("ink"), fontSize: 12}}))},
      ...(rows.some(r => r.base !== null && r.base !== undefined) ? [{type: "scatter", symbol: "rect", symbolSize: [2, 18], z: 5,
        color: this.colour("base"), data: rows.map(r => r.base)}] : [])]};
  },

  tornado() {
    const {soft, ...option} = this.common(), {bars, base} = Page.tornado();
    const label = bar => bar.path.replace("factors.", "").replace(/_/g, " ");
    const side = (key, name) => ({name, type: "bar", stack: "all", barWidth: 14, data: bars.map(bar => ({
      value: Number.isFinite(bar[key]) ? bar[key] - base : null, itemStyle: {color: this.colour(bar[key] < base ? 0 : 1)}}))});
    option.tooltip.formatter = items => `${label(bars[items[0].dataIndex])}: ${written(bars[items[0].dataIndex].low, "percent")} to `
      + written(bars[items[0].dataIndex].high, "percent");
    return {...option, height: bars.length * 25 + 30,
      xAxis: {type: "value", axisLabel: {color: soft, fontSize: 11.5, formatter: v => written(base + v, "percent")},
        splitLine: {lineStyle: {color: this.colour("rule")}}},
      yAxis: {type: "category", inverse: true, data: bars.map(label), axisTick: {show: false},
        axisLine: {lineStyle: {color: this.colour("ink")}}, axisLabel: {color: this.colour("ink"), fontSize: 12}},
      series: [side("low", "Lower"), side("high", "Higher")]};
  },
};

const points = effect => (effect === null || Number.isNaN(effect) ? "–" : `${effect >= 0 ? "+" : "−"}${fixed(Math.abs(effect) * 100, 2)} pt`);
