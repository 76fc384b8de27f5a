// Random draws of W scenarios: the same bits as studies/sampling.py, from the tables of studies/draw_tables.py. A block
// begins at a multiple of W, so that its scenarios are stratified together.
#pragma once
#include "arithmetic.hpp"
#include "block.hpp"

enum { RANDOM, LATIN_HYPERCUBE, SOBOL };
enum { UNIFORM, TRIANGULAR, NORMAL, LOGNORMAL, PERT };  // the first two are functions of the probability

// A triangular matrix without its zeros: row k has places starts[k] up to starts[k + 1] of the other two.
struct Rows {
  const int64_t *starts, *columns;
  const double *coefficients;
};

struct Draws {
  uint64_t scenarios;  // of the run
  int64_t inputs, metals, years, sampling;
  // by input
  const uint64_t *points;      // keys of the streams: points; permutations of strata, or shifts of nets
  const uint64_t *strata;
  const uint64_t *directions;  // of Sobol nets, BLOCK_BITS each
  const int64_t *kinds, *mixed, *scored;  // scored: whether the independent normal score is needed
  const double *parameters;    // PARAMETERS each: five of the distribution, offset and scale
  const int64_t *betas;        // place of the first knot of a PERT distribution
  const double *knots;
  Rows mixing;
  // by metal, and by metal and year
  const double *volatility, *kept;
  Rows shock_mixing;
  const uint64_t *shocks;      // keys of the streams
  const double *decks, *half_variances;
  double edge, edge_score;     // no draw lies further out
};

static const int PARAMETERS = 7, BLOCK_BITS = 11, ROUNDS = 2;
static const uint64_t BLOCK = 1 << BLOCK_BITS;
static const uint64_t GOLDEN = 0x9e3779b97f4a7c15, ONE = 0x3ff0000000000000;
static const double KNOTS_A_SCORE = 128, SPAN = 6.25;

// The finaliser of SplitMix64, for one word or W of them.
template <class T> static inline T mixed_bits(T x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Places of a stream, from 0 on, as they enter the finaliser; and the word there.
template <class T> static inline T steps(T places) { return (places + 1) * GOLDEN; }
template <class T> static inline T word(uint64_t key, T step) { return mixed_bits(key + step); }

static inline U lanes_from(uint64_t first) {
  U places;
  for (int k = 0; k < W; k++) places[k] = first + k;
  return places;
}

// (m + 1/2) / 2^DIGITS of each word's first DIGITS binary digits m, exact.
template <int DIGITS = 52> static inline V uniforms(U words) {
  U m = (words >> (64 - DIGITS) << (52 - DIGITS)) | ONE;
  return as_numbers(m) - (1 - 0.5 / (1ull << DIGITS));
}

// Whole numbers below 2^52.
static inline V small_numbers(U whole) {
  return as_numbers(whole | bits(TWO_52)) - TWO_52;
}

// Where the permutation of `size` places that the word `chosen` stands for takes each place.
static inline U permuted(U places, uint64_t size, uint64_t chosen) {
  int width = 0;
  while (size > 1ull << width) width++;
  const uint64_t mask = (1ull << width) - 1;
  const int half = (width + 1) / 2;
  U found = places;
  I outside = I{} - 1;
  do {
    U moved = found;
    uint64_t added = chosen;
    for (int round = 0; round < ROUNDS; round++) {
      const uint64_t factors = mixed_bits(added);
      for (int shift = 0; shift < 64; shift += 16) {
        moved = ((moved ^ (added >> shift)) * (factors >> shift | 1)) & mask;
        moved ^= moved >> half;
      }
      added = mixed_bits(factors);
    }
    found = outside ? moved : found;
    outside = found >= size;
  } while (any(outside));
  return found;
}

// An input's coordinate of the points of the unit cube; `step` are the steps of the scenarios from `first` on.
static inline V point(const Draws &d, int64_t k, uint64_t first, U step) {
  if (d.sampling == RANDOM) return uniforms(word(d.points[k], step));
  const uint64_t block = first >> BLOCK_BITS, chosen = word(d.strata[k], steps(block));
  U places = lanes_from(first & (BLOCK - 1));
  if (d.sampling == SOBOL) {
    const U gray = places ^ (places >> 1);
    U digits = chosen - U{};
    for (int b = 0; b < BLOCK_BITS; b++) digits ^= -((gray >> b) & 1) & d.directions[k * BLOCK_BITS + b];
    return uniforms(digits);
  }
  const uint64_t left = d.scenarios - block * BLOCK, size = left < BLOCK ? left : BLOCK;
  places = places < size ? places : U{};  // lanes behind the run's end
  const V stratum = small_numbers(permuted(places, size, chosen));
  return (stratum + uniforms<51 - BLOCK_BITS>(word(d.points[k], step))) / all_of((double)size);
}

// Row k of a matrix times scores at a `stride`.
static inline V combined(const Rows &rows, int64_t k, const V *scores, int64_t stride) {
  int64_t at = rows.starts[k];
  V total = rows.coefficients[at] * scores[rows.columns[at] * stride];
  for (at++; at < rows.starts[k + 1]; at++) total = total + rows.coefficients[at] * scores[rows.columns[at] * stride];
  return total;
}

// The cubic through the two knots on either side of each score, by Gauss's forward formula.
static inline V between_knots(const double *knots, V score) {
  const V place = (score + SPAN) * KNOTS_A_SCORE, nearest = (place + TWO_52) - TWO_52;
  const V left_place = nearest > place ? nearest - 1 : nearest, t = place - left_place;
  V before, left, right, after;
  for (int j = 0; j < W; j++) {
    const double *at = knots + (int64_t)left_place[j];
    before[j] = at[-1], left[j] = at[0], right[j] = at[1], after[j] = at[2];
  }
  const V first = right - left;
  const V second = (first - (left - before)) * 0.5;
  const V third = ((after - right) - first - (first - (left - before))) / 6;
  return left + t * (first + (t - 1) * (second + (t + 1) * third));
}

static inline V quantile(const Draws &d, int64_t k, V u, V score) {
  const double *p = d.parameters + k * PARAMETERS;
  if (d.kinds[k] == UNIFORM) return p[0] + u * p[1];
  if (d.kinds[k] == TRIANGULAR)
    return u < all_of(p[2]) ? p[0] + square_root(u * p[3]) : p[1] - square_root((1 - u) * p[4]);
  if (d.kinds[k] == PERT) return p[0] + p[1] * between_knots(d.knots + d.betas[k], score);
  const V slopes = score * (score < V{} ? all_of(p[1]) : all_of(p[2]));
  return d.kinds[k] == NORMAL ? p[0] + slopes : p[0] * exponential(slopes);
}

static inline V clipped(V x, double low, double high) {
  x = x < all_of(low) ? all_of(low) : x;
  return x > all_of(high) ? all_of(high) : x;
}

// Values of the uncertain inputs in the scenarios from `first` on: inputs[input], and as much room again to work in.
static inline void draw_inputs(const Draws &d, uint64_t first, V *inputs) {
  const U step = steps(lanes_from(first));
  V *scores = inputs + d.inputs;
  for (int64_t k = 0; k < d.inputs; k++) {
    inputs[k] = clipped(point(d, k, first, step), d.edge, 1 - d.edge);
    scores[k] = d.scored[k] ? normal_quantile(inputs[k]) : V{};
  }
  for (int64_t k = 0; k < d.inputs; k++) {
    V u = inputs[k], score = scores[k];
    if (d.mixed[k]) {
      score = clipped(combined(d.mixing, k, scores, 1), -d.edge_score, d.edge_score);
      if (d.kinds[k] <= TRIANGULAR) u = normal_cdf(score);
    }
    const double *applying = d.parameters + k * PARAMETERS + 5;
    inputs[k] = applying[0] + applying[1] * quantile(d, k, u, score);
  }
}

// Prices in the scenarios from `first` on: prices[metal * years + year].
static inline void draw_prices(const Draws &d, uint64_t first, V *prices) {
  const U step = steps(lanes_from(first));
  for (int64_t at = 0; at < d.metals * d.years; at++) prices[at] = normal_quantile(uniforms(word(d.shocks[at], step)));
  for (int64_t m = d.metals - 1; m >= 0; m--)  // a metal's row takes in those before it alone
    for (int64_t t = 0; t < d.years; t++)
      prices[m * d.years + t] = d.volatility[m] * combined(d.shock_mixing, m, prices + t, d.years);
  for (int64_t m = 0; m < d.metals; m++) {
    V departure = V{};
    for (int64_t at = m * d.years; at < (m + 1) * d.years; at++) {
      departure = d.kept[m] * departure + prices[at];
      prices[at] = d.decks[at] * exponential(departure - d.half_variances[at]);
    }
  }
}
