// Operations of model/formulas/operations.csv that take more than one instruction.
#pragma once
#include "arithmetic.hpp"
#include "block.hpp"

static inline V per(V a, V b, double otherwise) { return b != 0.0 ? a / b : all_of(otherwise); }

static inline V floor_of(V x) {
  const V whole = all_of(4503599627370496.0);  // 2^52: from here on every number is whole
  const I sign = as_bits(x) & INT64_MIN;
  V size = as_numbers(as_bits(x) & INT64_MAX);
  V near = (size + whole) - whole;
  near = as_numbers(as_bits(near) | sign);
  near = near > x ? near - 1.0 : near;
  return size < whole ? near : x;
}

// A power and its operands of the period before: powers seldom change from period to period.
struct Power { V x = {}, y = {}, value = all_of(1.0); };

static inline V power(V x, V y, Power &last) {
  if (any((as_bits(x) ^ as_bits(last.x)) | (as_bits(y) ^ as_bits(last.y)))) last = {x, y, power(x, y)};
  return last.value;
}

// Curves: see model/arithmetic/curves.py. A table holds the n knots, then by segment its start, its value and its slope.

template <int N>
static inline V short_curve(V x, const double *table) {
  const double *values = table + 2 * N + 1, *slopes = table + 3 * N + 2;
  V start = all_of(table[N]), value = all_of(values[0]), slope = all_of(slopes[0]);
#pragma GCC unroll 16
  for (int k = 0; k < N; k++) {
    const I past = x >= table[k];
    start = past ? all_of(table[k]) : start;
    value = past ? all_of(values[k + 1]) : value;
    slope = past ? all_of(slopes[k + 1]) : slope;
  }
  return slope * (x - start) + value;
}

static inline V look(const double *table, I place) {
  V found;
  for (int k = 0; k < W; k++) found[k] = table[place[k]];
  return found;
}

// The number of knots at or below x, searched from the result of the period before.
static inline I segment(V x, const double *knots, int64_t n, I place) {
  for (;;) {
    const I more = (place < n) & (look(knots, place < n ? place : place - 1) <= x);
    const I less = (place > 0) & (look(knots + n, place) > x);  // behind the knots: where each segment starts
    if (!any(more | less)) return place;
    place += less - more;
  }
}
