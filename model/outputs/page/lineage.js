// The lineage of a figure: its formula by name and by number, its inputs as buttons, assumptions with their sources.
"use strict";

const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

const Lineage = {
  dialog: document.getElementById("lineage"),
  trail: [],

  // at: {t} a period, {year} a calendar year counted from the first, or null for a figure of the whole case.
  open(line, at) {
    this.trail = [];
    this.go(line, at);
    if (!this.dialog.open) this.dialog.showModal();
  },

  go(name, at) {
    this.trail.push([name, at]);
    this.draw();
  },

  labels(state) {
    const letter = {12: "", 6: "H", 3: "Q"}[state.months], each = 12 / state.months;
    return Array.from({length: state.T}, (_, t) =>
      `${DATA.firstYear + Math.floor(t / each)}${letter ? letter + (t % each + 1) : ""}`);
  },

  place(state, at) {
    if (!at) return "";
    return at.t !== undefined ? this.labels(state)[at.t] : String(DATA.firstYear + at.year);
  },

  value(name, at) {
    const {state, rows} = Page.now, series = DATA.lines[name][5];
    if (!series) return state[name];
    if (!at) return state[name].reduce((a, b) => a + b, 0);
    return at.t !== undefined ? state[name][at.t] : rows[name][at.year];
  },

  number(value, unit) {
    if (Number.isNaN(value) || value === null) return "not applicable";
    if (unit === "years" && value > 1900 && value < 2300) return isoDate(value);
    const how = DATA.formats[unit];
    if (how === "percent") return FORMATS.percent(value) + " a year";
    if (how === "times") return FORMATS.times(value);
    if (how === "usd") return signed(value, `US$${FORMATS.number(Math.abs(value))}m ${unit.slice(5)}`);
    return FORMATS.number(value) + (unit === "1" ? "" : " " + unit);
  },

  draw() {
    const [name, at] = this.trail[this.trail.length - 1], {state} = Page.now;
    const [label, unit, kind, stage, definition, series] = DATA.lines[name];
    const top = element("div", "path");
    if (this.trail.length > 1) {
      const back = element("button", "close", "← Back");
      back.type = "button";
      back.onclick = () => { this.trail.pop(); this.draw(); };
      top.append(back);
    }
    top.append(element("span", "", `${stage.replace(/_/g, " ")} · ${name}`));
    const close = element("button", "close", "Close");
    close.type = "button";
    close.onclick = () => this.dialog.close();
    top.append(close);
    const title = element("h2", "", label + (at ? `, ${this.place(state, at)}` : series ? ", all years" : ""));
    title.id = "lineage-title";
    const value = this.value(name, at);
    const parts = [top, title, element("p", "value", this.number(value, unit)), element("p", "definition", definition)];
    this.dialog.replaceChildren(...parts, ...this.formula(name, at, value, kind, series));
    close.focus();
  },

  formula(name, at, value, kind, series) {
    const {state} = Page.now, each = 12 / state.months, list = element("ul");
    if (series && !at) {
      for (let year = 0; year < state.years; year++) {
        if (this.value(name, {year})) this.item(list, `${DATA.firstYear + year}`, name, {year});
      }
      return [element("p", "formula", "Sum of all years:"), list];
    }
    if (series && at.year !== undefined && kind !== "ratio") {
      const periods = Array.from({length: each}, (_, k) => at.year * each + k), labels = this.labels(state);
      if (each > 1) {
        for (const t of periods) this.item(list, labels[t], name, {t});
        return [element("p", "formula", DATA.byYearWords[kind]), list];
      }
      at = {t: periods[0]};
    }
    const [words, numbers, operands] = this.written(DATA.lines[name][6], DATA.lines[name][7], at);
    for (const operand of operands) this.operand(list, operand);
    const shown = [element("p", "formula", "= " + words)];
    if (numbers !== words) shown.push(element("p", "formula", `= ${numbers} = ${written(value, "number")}`));
    return [...shown, list];
  },

  // A template filled with names and with numbers, and its operands placed in time.
  written(template, operands, at) {
    const found = [], names = [], numbers = [];
    const last = Page.now.state.T - 1, each = 12 / Page.now.state.months;
    for (const [kind, name, whole, edge] of operands) {
      if (kind === "c") {
        names.push(`“${name}”`); numbers.push(`“${name}”`);
        continue;
      }
      if (kind === "p" || kind === "n") {
        const t = whole || !at ? null : (at.t ?? (kind === "p" ? at.year * each : at.year * each + each - 1)) + (kind === "p" ? -1 : 1);
        if (t !== null && (t < 0 || t > last)) {
          const [words, figures, more] = this.written(edge[0], edge[1], at);
          names.push(words); numbers.push(figures); found.push(...more);
          continue;
        }
        this.push({kind: "l", name, at: t === null ? null : {t}}, names, numbers, found, t === null ? "" : ` of ${this.labels(Page.now.state)[t]}`);
        continue;
      }
      const series = kind === "l" && DATA.lines[name][5];
      this.push({kind, name, at: kind === "l" ? (series && !whole ? at : null) : at, whole}, names, numbers, found, "");
    }
    const fill = values => template.replace(/⟦(\d+)⟧/g, (_, k) => values[k]);
    return [fill(names), fill(numbers), found];
  },

  push(operand, names, numbers, found, suffix) {
    const {kind, name, at, whole} = operand;
    const label = kind === "l" ? DATA.lines[name][0] : kind === "e" ? DATA.elementNames[name] : name;
    names.push(label + suffix);
    const value = this.operandValue(operand);
    operand.row = whole || (kind === "l" && DATA.lines[name][5] && !at);
    numbers.push(operand.row || typeof value !== "number" ? label : value < 0 ? `(${written(value, "number")})` : written(value, "number"));
    found.push(operand);
  },

  operandValue({kind, name, at, whole}) {
    const {state} = Page.now;
    if (kind === "l") return this.value(name, at);
    if (kind === "e") return state.e[name];
    const value = state.x[name];
    if (typeof value === "number") return value;
    return whole || !at ? null : value[at.t ?? at.year * 12 / state.months];
  },

  operand(list, operand) {
    const {kind, name, at} = operand;
    if (kind === "l") {
      this.item(list, DATA.lines[name][0] + (at && at.t !== undefined ? ` ${this.place(Page.now.state, at)}` : ""), name, at);
      return;
    }
    const path = kind === "e" ? DATA.elementNames[name].split("[")[0] : name;
    const [, unit, definition, source, note, place] = DATA.assumptions[path], value = this.operandValue(operand);
    const row = element("li"), line = element("div", "plain");
    line.style.cursor = "default";
    line.append(element("code", "", kind === "e" ? DATA.elementNames[name] : name),
      element("b", "", value === null ? "by year" : this.number(value, unit)));
    const changed = path in Page.overrides ? "Changed on this page. " : "";
    row.append(line, element("small", "", `${changed}${definition}. Source: ${source}${note ? ` (${note})` : ""}. ${place}`));
    list.append(row);
  },

  item(list, label, name, at) {
    const row = element("li"), press = element("button", "plain");
    press.type = "button";
    press.append(element("span", "", label), element("b", "", this.number(this.value(name, at), DATA.lines[name][1])));
    press.onclick = () => this.go(name, at);
    row.append(press);
    list.append(row);
  },
};
