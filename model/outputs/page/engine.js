// Runs the model in the page: MODEL holds its functions (generated from the line items), DATA its numbers.
"use strict";

// The knots of a curve's axis, and by segment its start, its value there and its slope: see model/arithmetic/curves.py.
function segments(x, y) {
  const slopes = [0];
  for (let k = 0; k < x.length - 1; k++) {
    const width = x[k + 1] - x[k];
    slopes.push(width > 0 ? (y[k + 1] - y[k]) / width : 0);
  }
  return [x, [x[0], ...x], [y[0], ...y], [...slopes, 0]];
}

// The number of knots at or below a value.
function segment(knots, value) {
  let low = 0, high = knots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value < knots[middle]) high = middle; else low = middle + 1;
  }
  return low;
}

// Rounding errors of zero flows would otherwise give rates near -1.
function irr(flows) {
  const dust = 1e-13 * flows.reduce((most, c) => Math.max(most, Math.abs(c)), 0);
  return irrOfFlows(flows.map(c => Math.abs(c) <= dust ? 0 : c));
}

// The value of a year: the first before the list, the last after it, stepwise or interpolated between.
function atYear({years, values, interpolation}, year) {
  let after = 0;
  while (after < years.length && years[after] <= year) after += 1;
  if (after === 0) return values[0];
  const k = after - 1;
  if (after === years.length || interpolation !== "linear") return values[k];
  return values[k] + (year - years[k]) / (years[after] - years[k]) * (values[after] - values[k]);
}

// The state of the model over `years` years before any line is calculated. One number in place of numbers by year
// applies to all years.
function bound(inputs, years) {
  const months = inputs["timeline.period_months"], T = years * 12 / months;
  const x = {...inputs};
  for (const [path, given] of Object.entries(DATA.byYear)) {
    x[path] = path in inputs ? new Float64Array(T).fill(inputs[path])
      : Float64Array.from({length: T}, (_, t) => atYear(given, DATA.firstYear + Math.floor(t * months / 12)));
  }
  return {T, months, years, x, e: DATA.elements};
}

// Every line for the scenario's inputs and the overrides, on an axis that ends when mine, closure and loans have ended.
function evaluate(overrides) {
  const inputs = {...DATA.scalars, ...overrides};
  const over = (years, program) => {
    const state = bound(inputs, years);
    return [state, program(state.T, state.x, state.e)];
  };
  const [, {longest_life: longest}] = over(1, MODEL.longest_life);
  const [{months}, periods] = over(Math.round(longest) - DATA.firstYear, MODEL.life);
  const [state, lines] = over(periods * months / 12, MODEL.whole);
  return Object.assign(state, lines);
}

function byYear(state, row, kind) {
  const each = 12 / state.months;
  return Float64Array.from({length: state.years}, (_, k) => MODEL.by_year[kind](row.subarray(k * each, (k + 1) * each)));
}

// Every row by calendar year; ratios are recalculated from yearly values.
function annualOf(state) {
  const found = {...state, T: state.years, x: {...state.x}};
  for (const path of Object.keys(DATA.byYear)) found.x[path] = byYear(state, state.x[path], DATA.inputKind);
  const rows = Object.entries(DATA.lines).filter(([, line]) => line[5]);
  for (const [name, line] of rows) if (line[2] !== "ratio") found[name] = byYear(state, state[name], line[2]);
  return Object.assign(found, MODEL.ratios(found.T, found.x, found.e, found));
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

// Rounded to 12 significant digits, so that rounding errors do not change an order; as in ranking.py.
const significant = value => Number(value.toPrecision(12));

const orNull = value => (Number.isFinite(value) ? value : null);

// The public interface of the page: metrics and annual rows under the names of `run --json`.
function run(overrides = {}) {
  const state = evaluate(checked(overrides)), rows = annualOf(state);
  const metrics = {}, annual = {year: Array.from({length: state.years}, (_, k) => DATA.firstYear + k)};
  for (const [name, line] of Object.entries(DATA.metrics)) metrics[name] = orNull(state[line]);
  for (const [name, shown] of Object.entries(DATA.shown)) {
    if (metrics[name] !== null) metrics[name] = shown === "date" ? isoDate(metrics[name]) : Math.round(metrics[name]);
  }
  for (const [name, line] of Object.entries(DATA.lines)) if (line[5]) annual[name] = Array.from(rows[name], orNull);
  return {metrics, annual};
}
