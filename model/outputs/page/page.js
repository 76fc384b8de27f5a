// The page: assumptions that the reader changes, and the results recalculated from them.
"use strict";

// Bars in the order of a tornado, equal ones by path; as in sensitivity.py.
function widestFirst(bars) {
  const span = bar => significant(Math.abs(significant(bar.high) - significant(bar.low))) || 0;
  return [...bars].sort((a, b) => span(b) - span(a) || (a.path > b.path) - (a.path < b.path));
}

const Page = {
  overrides: {},
  base: null,
  now: null,

  calculate(overrides) {
    const state = evaluate(checked(overrides));
    return {state, rows: annualOf(state)};
  },

  changed: () => Object.keys(Page.overrides).length > 0,

  // The value of a line (of a series, its sum) or of an assumption, by name.
  figure: (name, of = Page.now) => {
    const line = DATA.lines[name];
    if (!line) return of.state.x[name];
    return line[5] ? of.state[name].reduce((a, b) => a + b, 0) : of.state[name];
  },

  baseFigure: name => Page.figure(name, Page.base),

  set(overrides) {
    let found;
    try {
      found = Page.calculate(overrides);
    } catch (problem) {
      document.getElementById("told").textContent = problem.message;
      return false;
    }
    Page.overrides = overrides;
    Page.now = found;
    document.getElementById("told").textContent = "";
    Page.show();
    return true;
  },

  change(path, value) {
    const next = {...Page.overrides};
    if (value === DATA.assumptions[path][0]) delete next[path]; else next[path] = value;
    return Page.set(next);
  },

  show() {
    document.body.classList.toggle("changed", Page.changed());
    document.getElementById("reset").disabled = !Page.changed();
    Page.story();
    Page.tiles();
    for (const table of document.querySelectorAll("details[open] table[data-table]")) Page.table(table);
    for (const field of document.querySelectorAll("input[data-path]")) {
      const value = Page.overrides[field.dataset.path] ?? DATA.assumptions[field.dataset.path][0];
      if (document.activeElement !== field || field.type === "range") field.value = value;
    }
    for (const row of document.querySelectorAll("tr[data-row]")) row.classList.toggle("set", row.dataset.row in Page.overrides);
    Charts.redraw();
    Page.keep();
  },

  press(line, text, year) {
    const made = element("button", "", text);
    made.type = "button";
    made.dataset.line = line;
    if (year !== undefined) made.dataset.year = year;
    return made;
  },

  story() {
    const told = DATA.story.map(paragraph => {
      const made = element("p");
      for (const [text, when] of paragraph) {
        if (!when.every(condition => holds(condition, Page.figure))) continue;
        if (made.childNodes.length) made.append(" ");
        text.split(/\{([^|}]*\|[a-z]*)\}/).forEach((part, k) => {
          const [name, how] = part.split("|");
          made.append(k % 2 === 0 ? part : Page.press(name, written(Page.figure(name), how)));
        });
      }
      return made;
    });
    document.getElementById("story").replaceChildren(...told);
  },

  tiles() {
    for (const tile of document.querySelectorAll(".tile")) {
      const {line, format} = tile.querySelector("button").dataset;
      const value = Page.figure(line), before = Page.baseFigure(line), base = tile.querySelector(".base");
      tile.querySelector(".figure").textContent = written(value, format);
      const same = Object.is(value, before) || Math.abs(value - before) <= 1e-9 * Math.abs(before);
      base.className = "base " + (same ? "" : value > before ? "up" : "down");
      base.textContent = Page.changed() ? (same ? "unchanged" : `${value > before ? "▲" : value < before ? "▼" : ""} from ${written(before, format)}`) : "";
    }
    document.getElementById("brief").textContent = `Project ${written(Page.figure("project_irr"), "percent")}`;
  },

  table(table) {
    const id = table.dataset.table, body = table.tBodies[0], chart = DATA.charts.find(c => c.id === id);
    const row = (label, cells) => {
      const made = element("tr"), head = element("th", "", label);
      head.scope = "row";
      made.append(head, ...cells.map(cell => { const td = element("td"); td.append(cell); return td; }));
      return made;
    };
    if (chart) {
      const {state, rows} = Page.now;
      body.replaceChildren(...Array.from({length: state.years}, (_, k) => {
        const year = DATA.firstYear + k;
        return row(year, chart.series.map(([line]) => Page.press(line, written(rows[line][k], "number"), year)));
      }));
    } else if (id === "metrics") {
      body.replaceChildren(...DATA.figures.map(([line, how]) => row(DATA.lines[line][0], [Page.press(line, written(Page.figure(line), how))])));
    } else if (id === "split") {
      body.replaceChildren(...DATA.split.map(([line, label]) => row(label, [Page.press(line, written(Page.figure(line), "usd"))])));
    } else if (id === "tornado") {
      body.replaceChildren(...Page.tornado().bars.map(bar => row(bar.path.replace("factors.", "").replace(/_/g, " "),
        [`${written(bar.low, "percent")} / ${written(bar.high, "percent")}`])));
    }
  },

  // The sensitivity of the page's own case, each input lower and higher by the same share.
  tornado() {
    if (Page.now.tornado) return Page.now.tornado;
    const {metric, swing, paths} = DATA.tornado, line = DATA.metrics[metric], base = Page.now.state[line];
    const at = (path, share) => {
      const value = (Page.overrides[path] ?? DATA.assumptions[path][0]) * share;
      try { return evaluate(checked({...Page.overrides, [path]: value}))[line]; } catch { return NaN; }
    };
    const bars = paths.map(path => ({path, low: at(path, 1 - swing), high: at(path, 1 + swing)}));
    Page.now.tornado = {base, bars: widestFirst(bars)};
    return Page.now.tornado;
  },

  // The overrides in the address, so that a link includes them.
  keep() {
    const state = Object.entries(Page.overrides).map(([path, value]) => `${path}=${value}`).join("&");
    if (location.hash.slice(1) !== state) history.replaceState(null, "", state ? "#" + state : location.pathname + location.search);
  },

  kept() {
    const found = {};
    for (const part of location.hash.slice(1).split("&")) {
      const [path, value] = part.split("=");
      if (path && Object.hasOwn(DATA.assumptions, path) && value !== "" && Number.isFinite(Number(value))) found[path] = Number(value);
    }
    return found;
  },

  listen() {
    document.addEventListener("click", event => {
      const press = event.target.closest("button[data-line]");
      if (!press) return;
      const {line, year} = press.dataset;
      if (DATA.lines[line]) Lineage.open(line, year === undefined ? null : {year: Number(year) - DATA.firstYear});
      else Page.find(line);
    });
    let waiting = null;
    document.addEventListener("input", event => {
      const field = event.target.closest("input[data-path]");
      if (!field || field.value === "") return;
      const value = Number(field.value);
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => Page.change(field.dataset.path, value));
    });
    document.getElementById("reset").addEventListener("click", () => Page.set({}));
    document.getElementById("link").addEventListener("click", async () => {
      const told = document.getElementById("told");
      try { await navigator.clipboard.writeText(location.href); told.textContent = "Link copied."; }
      catch { told.textContent = "The address of this page holds your changes: copy it."; }
    });
    document.addEventListener("toggle", event => {
      const table = event.target.open && event.target.querySelector?.("table[data-table]");
      if (table) Page.table(table);
    }, true);
    window.addEventListener("hashchange", () => Page.set(Page.kept()));
    const open = document.getElementById("open"), aside = open.parentElement;
    open.addEventListener("click", () => open.setAttribute("aria-expanded", String(aside.classList.toggle("open"))));
    Lineage.dialog.addEventListener("click", event => { if (event.target === Lineage.dialog) Lineage.dialog.close(); });
  },

  find(path) {
    const filter = document.querySelector(".filter"), list = document.querySelector(".assumptions details");
    filter.value = path;
    list.open = true;
    filter.dispatchEvent(new Event("change"));
    filter.scrollIntoView({block: "center"});
  },

  // Makes numbers in the list of assumptions editable, and the list searchable.
  assumptions() {
    for (const row of document.querySelectorAll("tr[data-row]")) {
      const path = row.dataset.row, [value] = DATA.assumptions[path];
      if (typeof value !== "number") continue;
      const field = element("input");
      field.type = "number";
      field.step = "any";
      field.dataset.path = path;
      field.value = value;
      field.setAttribute("aria-label", path);
      row.cells[1].replaceChildren(field);
    }
    const filter = document.querySelector(".filter"), rows = [...document.querySelectorAll("tr[data-row]")];
    filter.hidden = false;
    const search = () => {
      const words = filter.value.toLowerCase();
      if (words) document.querySelector(".assumptions details").open = true;
      for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(words);
    };
    filter.addEventListener("input", search);
    filter.addEventListener("change", search);
  },

  start() {
    Page.base = Page.now = Page.calculate({});
    Page.assumptions();
    Page.listen();
    Charts.start();
    const kept = Page.kept();
    if (!Object.keys(kept).length || !Page.set(kept)) Page.show();
  },
};

Page.start();
window.rekodiq = Object.freeze({run, irr: flows => irrOfFlows(Float64Array.from(flows))});
