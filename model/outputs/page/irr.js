// Internal rate of return per period of evenly spaced flows, by the method of model/arithmetic/returns.py and, as only + - * /
// and comparisons are used, to the same bits; NaN where there is none. The names are those of that file.
"use strict";

const irrOfFlows = (() => {
  const CLEAR = 1e-8, ZERO = 1e-12, STEP = 1e-10, NEAR = 1e-4, AGREE = 1e-13, SHRINK = 0.75, ALIKE = 0.75, REACH = 2;
  const CURVE = 0.25, FAR = 1.6, STEEP = 1e9, ROUNDS = 500, EPS = Number.EPSILON, NARROW = 4 * EPS;
  const SMALL = 2 ** -200, LARGE = 2 ** 200, LEAST = 2 ** -1022, LOWEST = -1 + EPS / 2, HIGHEST = Number.MAX_VALUE;

  const above = x => x > LEAST ? (1 - x) / x : HIGHEST;
  const below = y => y - 1 > LOWEST ? y - 1 : LOWEST;

  // Inflows and outflows at a discount factor, and both weighted by their time.
  function discounted(row, x) {
    let inflow = 0, outflow = 0, inflows = 0, outflows = 0, factor = 1, time = 0;
    for (const c of row) {
      const term = c * factor;
      if (c > 0) {
        inflow += term;
        inflows += term * time;
      } else if (c < 0) {
        outflow -= term;
        outflows -= term * time;
      }
      factor *= x;
      time += 1;
    }
    return {inflow, outflow, inflows, outflows};
  }

  // The one root between two bounds, from a point between them and the sums at that point.
  function bracketed(row, x, low, high, rising, at) {
    let before = Infinity, value0 = NaN, inverse0 = NaN, step0 = NaN;
    for (let k = 0; k < ROUNDS; k++) {
      const {inflow, outflow, inflows, outflows} = at;
      if (inflow === outflow) return x;
      let value = NaN, inverse = NaN;
      if (inflow > 0 && outflow > 0) {
        const q = Math.min(inflow / outflow, STEEP);
        value = (((11 * q + 27) * q - 27) * q - 11) / (3 * (((q + 9) * q + 9) * q + 1));
        const slope = inflows / inflow - outflows / outflow;
        inverse = slope === 0 ? NaN : 1 / slope;
      }
      const newton = -(value * inverse), size = Math.abs(newton);
      let gap = NaN, step = newton / (1 - CURVE * Math.min(Math.abs(value), FAR));
      if (!Number.isNaN(value0)) {
        const rise = value - value0, over = rise === 0 ? NaN : 1 / rise, secant = step0 * over;
        const bend = (inverse - secant) * over, twist = (bend - (secant - inverse0) * over) * over;
        const cubic = newton + value * value * (bend - value0 * twist);
        gap = Math.abs(cubic - newton);
        step = gap <= ALIKE * size ? cubic : newton;
      }
      step = Math.max(Math.min(step, REACH), -REACH);
      let moved = x * ((12 + step * (6 + step)) / (12 - step * (6 - step)));
      if (size <= STEP || (size <= NEAR && gap <= AGREE)) return moved;
      if ((inflow > outflow) === rising) high = x; else low = x;
      if (high - low <= NARROW * x) return x;
      if (low < moved && moved < high && size <= SHRINK * before) {
        [before, value0, inverse0, step0] = [Math.abs(step), value, inverse, step];
      } else {
        [before, value0] = [Infinity, NaN];
        moved = low > 0 ? 0.5 * (low + high) : 0.125 * high;
      }
      x = moved;
      at = discounted(row, x);
    }
    return NaN;
  }

  // What the signs of the flows, of their running total and of its running total say about the roots in (0, 1).
  function signs(row) {
    const turns = [0, 0, 0], sides = [0, 0, 0];
    const see = (which, x) => {
      if (x === 0) return;
      if (x * sides[which] < 0) turns[which] += 1;
      sides[which] = Math.sign(x);
    };
    let inflow = 0, outflow = 0, twice = 0;
    for (const c of row) {
      if (c > 0) inflow += c; else outflow -= c;
      twice += inflow - outflow;
      see(0, c);
      see(1, inflow - outflow);
      see(2, twice);
    }
    const clear = Math.abs(inflow - outflow) > CLEAR * (inflow + outflow);
    see(2, sides[1]);  // after the last period the total is constant
    return {changes: turns[0], last: sides[0], clear, bound: clear ? Math.min(...turns) : turns[0]};
  }

  // The sign of inflows less outflows, 0 where it is within rounding error.
  function sideOf(at, level) {
    if (at.inflow > 0 && at.outflow > 0) {
      const time = at.inflows / at.inflow + at.outflows / at.outflow;
      const noise = 0.5 * EPS * (16 + level + time);
      if (Math.abs(at.inflow - at.outflow) <= noise * (at.inflow + at.outflow)) return 0;
    }
    return Math.sign(at.inflow - at.outflow);
  }

  // (t - m) c_t, with m halfway within a change of sign, counted from 0.
  function differentiated(row, change) {
    const at = [...row.keys()].filter(t => row[t] !== 0);
    const changes = at.slice(1).map((t, k) => [at[k], t]).filter(([a, b]) => row[a] > 0 !== row[b] > 0);
    const middle = 0.5 * (changes[change][0] + changes[change][1]);
    const product = row.map((c, t) => c * (t - middle));
    const top = product.reduce((a, c) => Math.max(a, Math.abs(c)), 0);
    return top > LARGE ? product.map(c => c * SMALL) : product;
  }

  // The roots in (0, 1), the largest first, of which at most one lies between neighbouring cuts.
  function between(row, level, cuts) {
    const at = discounted(row, 1), first = Math.sign(row.find(c => c !== 0)), found = [];
    let side = sideOf(at, level), right = 1;
    for (const left of [...cuts, 0]) {
      const near = left > 0 ? sideOf(discounted(row, left), level) : first;
      if (near * side < 0) {
        const x = right === 1 ? 1 : 0.5 * (left + right);
        found.push(bracketed(row, x, left, right, side > 0, x === 1 ? at : discounted(row, x)));
      } else if (near === 0 && side !== 0) {
        found.push(left);  // a double root
      }
      [side, right] = [near, left];
    }
    return found;
  }

  // All roots in (0, 1), the largest first.
  function sideRoots(row, seen) {
    if (seen.bound === 0) return [];
    const levels = [row];
    for (; seen.bound > 1; seen = signs(levels.at(-1))) {
      levels.push(differentiated(levels.at(-1), Math.floor(seen.changes / 2)));
    }
    return levels.reduceRight((found, level, number) => between(level, number, found), []);
  }

  return flows => {
    const top = flows.reduce((a, c) => Math.max(a, Math.abs(c)), 0);
    if (!(top > 0) || top === Infinity) return NaN;
    let scale = 1;
    while (top * scale > LARGE) scale *= SMALL;
    while (top * scale < SMALL) scale *= LARGE;
    const end = flows.findLastIndex(c => c !== 0) + 1, row = Array.from(flows.slice(0, end), c => c * scale);
    const back = row.slice().reverse(), seen = signs(row);
    if (seen.changes === 0) return NaN;
    const total = discounted(row, 1);
    const single = (part, at) => bracketed(part, 1, 0, 1, at.inflow > at.outflow, at);
    if (seen.changes === 1) {
      const earns = (total.inflow >= total.outflow) === (seen.last > 0);
      return earns ? above(single(row, total)) : below(single(back, discounted(back, 1)));
    }
    const gains = sideRoots(row, seen);
    if (gains.length && seen.clear) return above(gains[0]);
    const losses = sideRoots(back, signs(back));
    if (!seen.clear) {
      const zero = losses.findLast(y => below(y) >= -ZERO);
      if (zero !== undefined) return below(zero);
      if (sideOf(total, 0) === 0) return 0;
    }
    return gains.length ? above(gains[0]) : losses.length ? below(losses[0]) : NaN;
  };
})();
