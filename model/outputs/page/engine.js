// Runs the model in the page: MODEL holds its functions (generated from the line items), DATA its numbers.
"use strict";

function per(a, b, otherwise) {
  return b === 0 ? otherwise : a / b;
}

function interp(v, curve) {
  const [x, y] = curve, last = x.length - 1;
  if (v <= x[0]) return y[0];
  if (v >= x[last]) return y[last];
  let low = 0, high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= v) low = middle; else high = middle;
  }
  return (y[high] - y[low]) / (x[high] - x[low]) * (v - x[low]) + y[low];
}

function total(T, f) {
  let sum = 0;
  for (let t = 0; t < T; t++) sum += f(t);
  return sum;
}

// Over the periods where the row is applicable; NaN where it never is.
function reduced(T, f, step, start) {
  let result = start, count = 0;
  for (let t = 0; t < T; t++) {
    const value = f(t);
    if (!Number.isNaN(value)) { result = step(result, value); count += 1; }
  }
  return [count ? result : NaN, count];
}

const highest = (T, f) => reduced(T, f, Math.max, -Infinity)[0];
const lowest = (T, f) => reduced(T, f, Math.min, Infinity)[0];

function average(T, f) {
  const [sum, count] = reduced(T, f, (a, b) => a + b, 0);
  return sum / count;
}

// What rounding left of a flow that is zero would bring rates near -1.
function irr(T, f) {
  const flows = Float64Array.from({length: T}, (_, t) => f(t));
  const dust = 1e-13 * flows.reduce((most, c) => Math.max(most, Math.abs(c)), 0);
  return irrOfFlows(flows.map(c => Math.abs(c) <= dust ? 0 : c));
}

// The value of a year: the first before the list, the last after it, held or interpolated between.
function atYear({years, values, interpolation}, year) {
  let after = 0;
  while (after < years.length && years[after] <= year) after += 1;
  if (after === 0) return values[0];
  const k = after - 1;
  if (after === years.length || interpolation !== "linear") return values[k];
  return values[k] + (year - years[k]) / (years[after] - years[k]) * (values[after] - values[k]);
}

// The state of the model over `years` years before any line is calculated. One number in place of numbers by year
// stands for all of them.
function bound(inputs, years) {
  const months = inputs["timeline.period_months"], T = years * 12 / months;
  const x = {...inputs};
  for (const [path, given] of Object.entries(DATA.byYear)) {
    x[path] = path in inputs ? new Float64Array(T).fill(inputs[path])
      : Float64Array.from({length: T}, (_, t) => atYear(given, DATA.firstYear + Math.floor(t * months / 12)));
  }
  const state = {T, months, years, x, e: DATA.elements, c: {}};
  for (const [name, knots] of Object.entries(MODEL.curves)) state.c[name] = knots(state);
  return state;
}

// A line and those that it needs, over so many years.
function alone(inputs, years, line) {
  const state = bound(inputs, years);
  for (const place of MODEL.parts[line]) MODEL.groups[place](state);
  return state[line];
}

// Every line for the scenario's inputs and the overrides, on an axis that ends when mine, closure and loans have ended.
function evaluate(overrides) {
  const inputs = {...DATA.scalars, ...overrides};
  const longest = Math.round(alone(inputs, 1, "longest_life")) - DATA.firstYear;
  const ended = alone(inputs, longest, "model_ended").indexOf(1);
  const state = bound(inputs, ended < 0 ? longest : (ended + 1) * inputs["timeline.period_months"] / 12);
  for (const group of MODEL.groups) group(state);
  return state;
}

// How a year's figure comes from its periods, by the kind of line.
const BY_YEAR = {
  flow: values => values.reduce((a, b) => a + b, 0),
  balance: values => values[values.length - 1],
  opening: values => values[0],
  average: values => values.reduce((a, b) => a + b, 0) / values.length,
  flag: values => values.reduce((a, b) => Math.max(a, b)),
};

function byYear(state, row, kind) {
  const each = 12 / state.months;
  return Float64Array.from({length: state.years}, (_, k) => BY_YEAR[kind](row.subarray(k * each, (k + 1) * each)));
}

// Every row by calendar year; a ratio's formula is evaluated again on the year's figures.
function annualOf(state) {
  const found = {...state, T: state.years, x: {...state.x}};
  for (const path of Object.keys(DATA.byYear)) found.x[path] = byYear(state, state.x[path], "average");
  const rows = Object.entries(DATA.lines).filter(([, line]) => line[5]);
  for (const [name, line] of rows) if (line[2] !== "ratio") found[name] = byYear(state, state[name], line[2]);
  for (const [name, line] of rows) {
    if (line[2] !== "ratio") continue;
    const formula = MODEL.ratios[name];
    found[name] = Float64Array.from({length: state.years}, (_, k) => formula(found, k));
  }
  return found;
}

// 2028.5 is 2028-07-01.
function isoDate(decimal) {
  const months = Math.round(decimal * 12 * 1000) / 1000, whole = Math.floor(months);
  const year = Math.floor(whole / 12), month = whole - year * 12;
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month, 1 + Math.round((months - whole) * days))).toISOString().slice(0, 10);
}

// Overrides as numbers within their bounds.
function checked(overrides) {
  const found = {};
  for (const [path, value] of Object.entries(overrides)) {
    const given = Object.hasOwn(DATA.assumptions, path) ? DATA.assumptions[path] : null;
    const byYear = Object.hasOwn(DATA.byYear, path) && !DATA.fixed.includes(path);
    if (!given || (typeof given[0] !== "number" && !byYear)) throw new Error(`'${path}' is not an assumption with one number`);
    if (typeof value !== "number" || !Number.isFinite(value)) throw new Error(`${path}: expected a number`);
    const [low, lowToo] = given[6], [high, highToo] = given[7], unit = given[1] === "1" ? "" : ` ${given[1]}`;
    if (low !== null && (value < low || (value === low && !lowToo))) {
      throw new RangeError(`${path}: expected ${lowToo ? "at least" : "more than"} ${low}${unit}`);
    }
    if (high !== null && (value > high || (value === high && !highToo))) {
      throw new RangeError(`${path}: expected ${highToo ? "at most" : "less than"} ${high}${unit}`);
    }
    if (path === "timeline.period_months" && ![3, 6, 12].includes(value)) {
      throw new RangeError(`${path}: expected 3, 6 or 12`);
    }
    found[path] = value;
  }
  for (const group of DATA.sums) {
    if (!group.some(path => path in found)) continue;
    const sum = group.reduce((a, path) => a + (found[path] ?? DATA.assumptions[path][0]), 0);
    if (Math.abs(sum - 1) > 1e-9) throw new RangeError(`${group[0]} and its likes must sum to 1, they sum to ${sum}`);
  }
  return found;
}

// Rounded to 12 significant digits, so that the last bits decide no order; as in ranking.py.
const significant = value => Number(value.toPrecision(12));

const orNull = value => (Number.isFinite(value) ? value : null);

// The contract of the page: metrics and annual rows under the names of `run --json`.
function run(overrides = {}) {
  const state = evaluate(checked(overrides)), rows = annualOf(state);
  const metrics = {}, annual = {year: Array.from({length: state.years}, (_, k) => DATA.firstYear + k)};
  for (const [name, line] of Object.entries(DATA.metrics)) metrics[name] = orNull(state[line]);
  for (const name of DATA.whole) metrics[name] = Math.round(metrics[name]);
  metrics.first_production = isoDate(state.first_production);
  for (const [name, line] of Object.entries(DATA.lines)) if (line[5]) annual[name] = Array.from(rows[name], orNull);
  return {metrics, annual};
}
