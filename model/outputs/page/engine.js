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

function irr(T, f) {
  return irrOfFlows(Float64Array.from({length: T}, (_, t) => f(t)));
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

// The state of the model over `years` years before any line is calculated.
function bound(inputs, years) {
  const months = inputs["timeline.period_months"], T = years * 12 / months;
  const x = {...inputs};
  for (const [path, given] of Object.entries(DATA.byYear)) {
    x[path] = Float64Array.from({length: T}, (_, t) => atYear(given, DATA.firstYear + Math.floor(t * months / 12)));
  }
  const state = {T, months, years, x, e: DATA.elements, c: {}};
  for (const [name, knots] of Object.entries(MODEL.curves)) state.c[name] = knots(state);
  return state;
}

// Every line for the scenario's inputs and the overrides, on an axis long enough for the closure that they lead to.
function evaluate(overrides) {
  const inputs = {...DATA.scalars, ...overrides};
  const probe = bound({...inputs, "timeline.period_months": 12}, DATA.probeYears);
  for (const place of MODEL.horizon) MODEL.groups[place](probe);
  const state = bound(inputs, Math.ceil(probe.closure_end - DATA.firstYear - 1e-9) + 1);
  for (const group of MODEL.groups) group(state);
  return state;
}
