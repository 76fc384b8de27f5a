// Rates of return of a block of scenarios, by the method that model/arithmetic/returns.py describes and to the same bits.
//
// Lanes whose running total goes once from below to above zero are solved together. Others, which can have several
// rates, use the scalar functions of this file, equal to those of model/arithmetic/returns.py. `periods` is at most a
// few thousand: the scalar functions keep a few rows of that length on the stack.
#pragma once
#include "block.hpp"

#ifdef __clang__
#pragma clang diagnostic ignored "-Wvla"  // rows of a length known only at run time, on the stack
#pragma clang diagnostic ignored "-Wvla-extension"
#endif

namespace rates {

static const double DUST = 1e-13, CLEAR = 1e-8, ZERO = 1e-12, STEP = 1e-10, CLOSE = 1e-4, AGREE = 1e-13, SHRINK = 0.75,
                    ALIKE = 0.75, REACH = 2.0, CURVE = 0.25, DISTANT = 1.6, STEEP = 1e9, EPS = 0x1p-52,
                    NARROW = 4.0 * EPS, SMALL = 0x1p-200, LARGE = 0x1p200, LEAST = 0x1p-1022, LOWEST = -1.0 + 0x1p-53,
                    HIGHEST = 0x1.fffffffffffffp1023;
static const int ROUNDS = 500;

// T is a block or one number; conditions of either are joined by & and |.
template <class T> struct Sums { T inflow, outflow, inflows, outflows; };

// A point, its bracket, the length of the step to it and the point before (not a number where there is none).
template <class T> struct Search { T x, low, high, before, value, inverse, step; };

template <class T> static inline T size_of(T x) { return x < T{} ? -x : x; }

template <class T> static inline Sums<T> discounted(const T *row, long periods, T limit, T x) {
  Sums<T> s = {};
  T factor = T{} + 1.0, floor = -limit, none = {};
  for (long t = 0; t < periods; t++) {
    T c = row[t], term = c * factor, in = c > limit ? term : none, out = c < floor ? term : none;
    s.inflow += in;
    s.outflow -= out;
    s.inflows += in * (double)t;
    s.outflows -= out * (double)t;
    factor *= x;
  }
  return s;
}

template <class T> static inline Search<T> from(T x, T low, T high) {
  T none = T{} + NOT_APPLICABLE;
  return {x, low, high, T{} + INFINITE, none, none, none};
}

// One step: true where the search has ended, then with the root; `s` is the next point.
template <class T, class Mask> static inline Mask advance(Search<T> &s, const Sums<T> &a, Mask rising, T &root) {
  T none = T{} + NOT_APPLICABLE, zero = {};
  T q = a.inflow / a.outflow;
  q = q < STEEP ? q : zero + STEEP;
  T value = (((11.0 * q + 27.0) * q - 27.0) * q - 11.0) / (3.0 * (((q + 9.0) * q + 9.0) * q + 1.0));
  T slope = a.inflows / a.inflow - a.outflows / a.outflow, inverse = slope != zero ? 1.0 / slope : none;
  Mask both = (a.inflow > zero) & (a.outflow > zero);
  value = both ? value : none;
  T newton = -(value * inverse), size = size_of(newton);
  T rise = value - s.value, over = rise != zero ? 1.0 / rise : none, secant = s.step * over;
  T bend = (inverse - secant) * over, twist = (bend - (secant - s.inverse) * over) * over;
  T cubic = newton + value * value * (bend - s.value * twist), gap = size_of(cubic - newton);
  T far = size_of(value), first = newton / (1.0 - CURVE * (far < DISTANT ? far : zero + DISTANT));
  T step = s.value == s.value ? (gap <= ALIKE * size ? cubic : newton) : first;
  step = step > REACH ? zero + REACH : step;
  step = step < -REACH ? zero - REACH : step;
  T moved = s.x * ((12.0 + step * (6.0 + step)) / (12.0 - step * (6.0 - step)));
  Mask exact = a.inflow == a.outflow, settled = (size <= STEP) | ((size <= CLOSE) & (gap <= AGREE));
  Mask beyond = (a.inflow > a.outflow) == rising;
  s.high = beyond ? s.x : s.high;
  s.low = beyond ? s.low : s.x;
  Mask narrow = s.high - s.low <= NARROW * s.x;
  root = exact ? s.x : settled ? moved : s.x;
  Mask accepted = (s.low < moved) & (moved < s.high) & (size <= SHRINK * s.before);
  s.before = accepted ? size_of(step) : zero + INFINITE;
  s.value = accepted ? value : none;
  s.inverse = inverse;
  s.step = step;
  s.x = accepted ? moved : s.low > zero ? 0.5 * (s.low + s.high) : 0.125 * s.high;
  return exact | settled | narrow;
}

static inline double above(double x) { return x > LEAST ? (1.0 - x) / x : HIGHEST; }
static inline double below(double y) { return greater(y - 1.0, LOWEST); }

// ---------------------------------------------------------------- one scenario

static double bracketed(const double *row, long periods, double x, double low, double high, bool rising,
                        Sums<double> a) {
  Search<double> s = from(x, low, high);
  double root;
  for (int k = 0; k < ROUNDS; k++) {
    if (advance(s, a, rising, root)) return root;
    a = discounted(row, periods, 0.0, s.x);
  }
  return NOT_APPLICABLE;
}

static double one_root(const double *row, long periods, const Sums<double> &a) {
  return bracketed(row, periods, 1.0, 0.0, 1.0, a.inflow > a.outflow, a);
}

struct Signs { int changes; double last; bool clear; int bound; };

// Counts the changes of sign of a sequence, given one term after the other.
struct Turns {
  int changes = 0;
  double side = 0.0;
  void see(double x) {
    double now = x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : side;
    changes += now * side < 0.0;
    side = now;
  }
};

static Signs signs(const double *row, long periods) {
  Turns flow, total, twice;
  double inflow = 0.0, outflow = 0.0, sum = 0.0;
  for (long t = 0; t < periods; t++) {
    double c = row[t];
    flow.see(c);
    inflow += c > 0.0 ? c : 0.0;
    outflow -= c < 0.0 ? c : 0.0;
    total.see(inflow - outflow);
    sum += inflow - outflow;
    twice.see(sum);
  }
  if (!(size_of(inflow - outflow) > CLEAR * (inflow + outflow))) return {flow.changes, flow.side, false, flow.changes};
  twice.see(total.side);
  int bound = total.changes < flow.changes ? total.changes : flow.changes;
  return {flow.changes, flow.side, true, twice.changes < bound ? twice.changes : bound};
}

static int side_of(const Sums<double> &a, int level) {
  if (a.inflow > 0.0 && a.outflow > 0.0) {
    double time = a.inflows / a.inflow + a.outflows / a.outflow;
    if (size_of(a.inflow - a.outflow) <= 0.5 * EPS * (16.0 + level + time) * (a.inflow + a.outflow)) return 0;
  }
  return (a.inflow > a.outflow) - (a.inflow < a.outflow);
}

// The middle of a change of sign, counted from 0.
static double middle_of(const double *row, long periods, int change) {
  long last = -1;
  int seen = 0;
  for (long t = 0; t < periods; t++) {
    if (row[t] == 0.0) continue;
    if (last >= 0 && (row[t] > 0.0) != (row[last] > 0.0) && seen++ == change) return 0.5 * (double)(last + t);
    last = t;
  }
  return 0.0;
}

static void differentiate(double *row, long periods, double middle) {
  double top = 0.0;
  for (long t = 0; t < periods; t++) {
    row[t] *= (double)t - middle;
    top = greater(size_of(row[t]), top);
  }
  if (top > LARGE)
    for (long t = 0; t < periods; t++) row[t] *= SMALL;
}

static long between(const double *row, long periods, int level, const double *cuts, long count, double *found) {
  Sums<double> a = discounted(row, periods, 0.0, 1.0);
  int side = side_of(a, level), first = 0;
  double right = 1.0;
  long number = 0;
  for (long t = 0; t < periods && !first; t++) first = (row[t] > 0.0) - (row[t] < 0.0);
  for (long k = 0; k <= count; k++) {
    double left = k < count ? cuts[k] : 0.0;
    int near = left > 0.0 ? side_of(discounted(row, periods, 0.0, left), level) : first;
    if (near * side < 0) {
      double x = right == 1.0 ? 1.0 : 0.5 * (left + right);
      found[number++] =
          bracketed(row, periods, x, left, right, side > 0, right == 1.0 ? a : discounted(row, periods, 0.0, x));
    } else if (near == 0 && side != 0) {
      found[number++] = left;
    }
    side = near;
    right = left;
  }
  return number;
}

// All roots in (0, 1), the largest first; returns how many. Rows between the first and the last derivative are
// recomputed when needed, to keep only a few.
static long side_roots(const double *row, long periods, Signs seen, double *found) {
  if (seen.bound == 0) return 0;
  double middles[periods], work[periods], cuts[periods];
  int level = 0;
  memcpy(work, row, sizeof(double) * (size_t)periods);
  while (seen.bound > 1) {
    middles[level] = middle_of(work, periods, seen.changes / 2);
    differentiate(work, periods, middles[level++]);
    seen = signs(work, periods);
  }
  long number = 0;
  for (;; level--) {
    memcpy(cuts, found, sizeof(double) * (size_t)number);
    number = between(work, periods, level, cuts, number, found);
    if (level == 0) return number;
    memcpy(work, row, sizeof(double) * (size_t)periods);
    for (int k = 0; k < level - 1; k++) differentiate(work, periods, middles[k]);
  }
}

// The rate of one scenario; `row` is overwritten.
static double searched(double *row, long periods, double dust) {
  double top = 0.0, scale = 1.0;
  for (long t = 0; t < periods; t++) {
    if (row[t] - row[t] != 0.0) return NOT_APPLICABLE;
    top = greater(size_of(row[t]), top);
  }
  if (top == 0.0) return NOT_APPLICABLE;
  double limit = dust * top;
  while (top * scale > LARGE) scale *= SMALL;
  while (top * scale < SMALL) scale *= LARGE;
  for (long t = 0; t < periods; t++) row[t] = row[t] > limit || row[t] < -limit ? row[t] * scale : 0.0;
  while (row[periods - 1] == 0.0) periods--;
  double back[periods], gains[periods], losses[periods];
  for (long t = 0; t < periods; t++) back[periods - 1 - t] = row[t];
  Signs seen = signs(row, periods);
  if (seen.changes == 0) return NOT_APPLICABLE;
  Sums<double> total = discounted(row, periods, 0.0, 1.0);
  if (seen.changes == 1) {
    if ((total.inflow >= total.outflow) == (seen.last > 0.0)) return above(one_root(row, periods, total));
    return below(one_root(back, periods, discounted(back, periods, 0.0, 1.0)));
  }
  long gain = side_roots(row, periods, seen, gains);
  if (gain && seen.clear) return above(gains[0]);
  long loss = side_roots(back, periods, signs(back, periods), losses);
  if (!seen.clear) {
    for (long k = loss - 1; k >= 0; k--)
      if (below(losses[k]) >= -ZERO) return below(losses[k]);
    if (side_of(total, 0) == 0) return 0.0;
  }
  return gain ? above(gains[0]) : loss ? below(losses[0]) : NOT_APPLICABLE;
}


// ---------------------------------------------------------------- a block

// The rate of return per period (a fraction) of each lane's flows, not a number where there is none. Flows no larger
// than `dust` times the lane's largest are taken as none.
static V irr(const V *flows, long periods, double dust = DUST) {
  V top = {}, none = {};
  for (long t = 0; t < periods; t++) top = greater(greater(flows[t], -flows[t]), top);
  V limit = dust * top, floor = -limit;
  Sums<V> a = {};
  I positive = {}, negative = {}, again = {};
  for (long t = 0; t < periods; t++) {
    V c = flows[t], in = c > limit ? c : none, out = c >= floor ? none : c;  // as well where it is not a number
    a.inflow += in;
    a.outflow -= out;
    a.inflows += in * (double)t;
    a.outflows -= out * (double)t;
    I less = a.inflow < a.outflow;
    positive |= a.inflow > a.outflow;
    negative |= less;
    again |= less & positive;
  }
  V total = a.inflow - a.outflow;
  I usual = (top >= SMALL) & (top <= LARGE) & (total > CLEAR * (a.inflow + a.outflow)) & negative & ~again;
  V rate = none + NOT_APPLICABLE;
  if (any(usual)) {
    Search<V> s = from(none + 1.0, none, none + 1.0);
    I ended = ~usual, rising = none == none;
    for (int k = 0; k < ROUNDS; k++) {
      V root;
      I now = advance(s, a, rising, root) & ~ended;
      rate = now ? (root > LEAST ? (1.0 - root) / root : none + HIGHEST) : rate;
      ended |= now;
      if (!any(~ended)) break;
      a = discounted(flows, periods, limit, s.x);
    }
  }
  if (any(~usual)) {
    double row[periods];
    for (int lane = 0; lane < W; lane++) {
      if (usual[lane]) continue;
      for (long t = 0; t < periods; t++) row[t] = flows[t][lane];
      rate[lane] = searched(row, periods, dust);
    }
  }
  return rate;
}

}  // namespace rates

using rates::irr;
