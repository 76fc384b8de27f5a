// Internal rate of return of evenly spaced flows, by the rule of model/rates.py: the smallest root that is not
// negative; if all are negative, the one nearest to zero; NaN where there is none. Rates are per period, and held
// inside as u = log(1 + r).
"use strict";

const irrOfFlows = (() => {
  const EPS = Number.EPSILON, STEP = 1e-10, SHRINK = 0.75, MAX_STEPS = 200, ZERO = 1e-12;
  const HIGHEST = Number.MAX_VALUE, LOWEST = -1 + EPS / 2;

  function rate(u) {
    return Math.min(Math.max(Math.expm1(u), LOWEST), HIGHEST);
  }

  // 1 for one change of sign from - to +, -1 for one from + to -, else 0.
  function singleChange(c) {
    let first = 0, last = 0, changes = 0;
    for (const flow of c) {
      const sign = Math.sign(flow);
      if (sign === 0) continue;
      if (first === 0) first = sign;
      if (last !== 0 && sign !== last) changes += 1;
      last = sign;
    }
    return changes === 1 ? last : 0;
  }

  // Root of f, positive at low and negative at high: Newton's method, with bisection where a step leaves the
  // bracket or is not much shorter than the one before. f returns [value, slope].
  function newton(f, u, low, high) {
    let before = high - low;
    for (let k = 0; k < MAX_STEPS; k++) {
      const [value, slope] = f(u);
      if (Number.isNaN(value)) return NaN;
      const step = value === 0 ? 0 : value / slope;
      if (Math.abs(step) <= STEP) return u - step;
      if (value > 0) low = u;
      if (value < 0) high = u;
      if (high - low <= 4 * EPS * Math.max(1, Math.abs(u))) return u;
      const next = u - step;
      const good = next > low && next < high && Math.abs(step) <= SHRINK * before;
      const following = good ? next : 0.5 * (low + high);
      before = Math.abs(following - u);
      u = following;
    }
    return NaN;
  }

  // Outflow first, one root (or one above zero): log of inflows over outflows, both discounted, is nearly linear.
  function solve(c) {
    let inflow = 0, outflow = 0, first = 0;
    for (const flow of c) {
      if (first === 0) first = Math.abs(flow);
      if (flow > 0) inflow += flow; else outflow -= flow;
    }
    const f = u => {
      const x = Math.exp(-u);
      let plus = 0, plusSlope = 0, minus = 0, minusSlope = 0;
      for (let t = c.length - 1; t >= 0; t--) {
        plusSlope = plusSlope * x + plus;
        plus = plus * x + Math.max(c[t], 0);
        minusSlope = minusSlope * x + minus;
        minus = minus * x + Math.max(-c[t], 0);
      }
      return [Math.log(plus / minus), x * (minusSlope / minus - plusSlope / plus)];
    };
    const undiscounted = Math.log(inflow / outflow);
    const low = undiscounted > 0 ? 0 : undiscounted - 1e-3;
    const high = (undiscounted > 0 ? Math.log(inflow / first) : 0) + 1e-3;
    return newton(f, 0, low, high);
  }

  // All real roots, ascending. One change of sign fewer after each derivative of exp(u m) f(u), whose roots
  // separate those of f; down to none, and back up.
  function logRoots(flows) {
    const t = [], sign = [], size = [];
    flows.forEach((flow, k) => {
      if (flow !== 0) { t.push(k); sign.push(Math.sign(flow)); size.push(Math.log(Math.abs(flow))); }
    });
    const levels = [];
    let s = sign, z = size;
    for (;;) {
      const changes = [];
      for (let k = 0; k + 1 < s.length; k++) if (s[k] !== s[k + 1]) changes.push(k);
      if (!changes.length) break;
      const top = Math.max(...z);
      z = z.map(v => v - top);
      levels.push([s, z]);
      const at = changes[Math.floor(changes.length / 2)], m = 0.5 * (t[at] + t[at + 1]);
      s = s.map((v, k) => t[k] > m ? v : -v);
      z = z.map((v, k) => v + Math.log(Math.abs(t[k] - m)));
    }
    const since = t.map(v => v - t[0]);
    return levels.reverse().reduce((roots, [signs, sizes]) => rootsBetween(roots, since, signs, sizes), []);
  }

  function rootsBetween(cuts, t, sign, size) {
    const half = (u, wanted) => {
      let top = -Infinity, total = 0, time = 0, noise = 0;
      for (let k = 0; k < t.length; k++) if (sign[k] === wanted) top = Math.max(top, size[k] - u * t[k]);
      for (let k = 0; k < t.length; k++) {
        if (sign[k] !== wanted) continue;
        const weight = Math.exp(size[k] - u * t[k] - top);
        total += weight;
        time += weight * t[k];
        noise += weight * Math.abs(size[k]) + Math.abs(u) * weight * t[k];
      }
      return [top + Math.log(total), time / total, 4 + noise / total];
    };
    const logRatio = u => {
      const [inside, timeIn, noiseIn] = half(u, 1), [outside, timeOut, noiseOut] = half(u, -1);
      return [inside - outside, timeOut - timeIn, 2 * EPS * (noiseIn + noiseOut)];
    };
    const n = t.length - 1;
    let high = -Infinity, low = -Infinity;
    for (let k = 1; k <= n; k++) high = Math.max(high, (size[k] - size[0]) / t[k]);
    for (let k = 0; k < n; k++) low = Math.max(low, (size[k] - size[n]) / (t[n] - t[k]));
    high += 0.7;
    low = -low - 0.7;
    if (cuts.length) { low = Math.min(low, cuts[0] - 1); high = Math.max(high, cuts[cuts.length - 1] + 1); }
    const inner = cuts.map(u => {
      const [value, , noise] = logRatio(u);
      return Math.abs(value) <= noise ? 0 : Math.sign(value);
    });
    const nodes = [low, ...cuts, high], side = [sign[n], ...inner, sign[0]];
    const found = cuts.filter((_, k) => inner[k] === 0);
    for (let k = 0; k + 1 < nodes.length; k++) {
      if (side[k] * side[k + 1] >= 0) continue;
      const falling = side[k];
      const f = u => { const [value, slope] = logRatio(u); return [falling * value, falling * slope]; };
      found.push(newton(f, 0.5 * (nodes[k] + nodes[k + 1]), nodes[k], nodes[k + 1]));
    }
    return found.sort((a, b) => a - b);
  }

  return flows => {
    const scale = Math.max(...flows.map(Math.abs));
    if (flows.length < 2 || !(scale > 0) || !Number.isFinite(scale)) return NaN;
    const c = Float64Array.from(flows, flow => flow / scale);
    let kind = singleChange(c);
    if (kind === 0) {
      let sum = 0, size = 0;
      const total = c.map(flow => { sum += flow; size += Math.abs(flow); return sum; });
      kind = Math.abs(sum) > 1e-8 * size ? singleChange(total) : 0;
    }
    if (kind !== 0) {
      const u = solve(kind > 0 ? c : c.map(flow => -flow));
      if (!Number.isNaN(u)) return rate(u);
    }
    const roots = logRoots(Array.from(c)).map(rate);
    if (!roots.length) return NaN;
    return roots.find(r => r >= -ZERO) ?? roots[roots.length - 1];
  };
})();
