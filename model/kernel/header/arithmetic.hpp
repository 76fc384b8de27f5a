// Elementary functions of a block of scenarios (T = V) or of one number (T = double), with the bits of
// model/arithmetic/functions.py and reductions.py, which describe each: the same operations in the same order.
#pragma once
#include "polynomials.hpp"

static const double LOG2_E = 1.4426950408889634;
static const double LN2_HIGH = 0.6931471805598903;  // 42 bits: whole numbers up to 2^11 times it are exact
static const double LN2_LOW = 5.497923018708371e-14;
static const double ROUND = 6755399441055744.0;  // 1.5 * 2^52: added and taken off, it rounds to a whole number
static const double SQRT_HALF = 0.7071067811865476;
static const double NEAR_1_LOWEST = 0.8660254037844386;  // root of 3/4
static const double NEAR_1_HIGHEST = 1.224744871391589;  // root of 3/2
static const double LN1_5_HIGH = 0.4054651081080465;
static const double LN1_5_LOW = 1.1790280407716567e-13;
static const double SPLIT = 134217729.0;  // 2^27 + 1: what it leaves of a number has 26 bits
static const double TWO_THIRDS = 0.6666666666666666;
static const double TWO_THIRDS_HIGH = 0.6666666716337204;  // 26 bits
static const double TWO_THIRDS_LOW = -4.967053731282552e-09;
static const double SMALLEST = 2.2250738585072014e-308;  // normal number
static const double TWO_52 = 4503599627370496.0;
static const double TWO_54 = 18014398509481984.0;
static const double LARGE = 73786976294838206464.0;  // 2^66: a power so high is 0, 1 or infinite

// Overloads for one number with the names of those for blocks.
static inline int64_t as_bits(double x) { return (int64_t)bits(x); }
static inline double as_numbers(int64_t x) { return bits_of((uint64_t)x); }
static inline double as_numbers(uint64_t x) { return bits_of(x); }
static inline V as_numbers(U x) { V y; memcpy(&y, &x, sizeof y); return y; }
static inline uint64_t as_words(double x) { return bits(x); }
static inline U as_words(V x) { U y; memcpy(&y, &x, sizeof y); return y; }
static inline bool any(bool mask) { return mask; }
template <class T> static inline T same(double x) { return x - T{}; }
template <class T> static inline T magnitude(T x) { return as_numbers(as_words(x) & 0x7fffffffffffffffu); }

// y 2^k for a whole k, by adding to the exponent; y and the result are normal.
template <class T> static inline T raised(T y, T k) { return as_numbers(as_words(y) + (as_words(k + ROUND) << 52)); }

// 2^k for a whole k from -1022 to 1023.
template <class T> static inline T power_of_two(T k) { return as_numbers(as_words(k + (ROUND + 1023.0)) << 52); }

// x = m 2^k for a normal, positive x and m from `lowest`, which lies between 1/2 and 1, to twice that.
template <class T> struct Parts { T m, k; };
template <class T> static inline Parts<T> parts_of(T x, double lowest) {
  auto moved = as_words(x) + (bits(1.0) - bits(lowest));
  T m = as_numbers((moved & 0x000fffffffffffffu) + bits(lowest));
  T k = as_numbers((moved >> 52) | bits(TWO_52)) - (TWO_52 + 1023.0);
  return {m, k};
}

template <class T> struct Two { T high, low; };
template <class T> static inline T leading(T x) { T y = x * SPLIT; return y - (y - x); }

template <class T> static inline T exp_reduced(T high, T low) {
  T u = 1.0 + high;
  return u + ((high - (u - 1.0)) + (exp_series(high - low) - low));
}

// exp(x + error), error small beside x.
template <class T> static inline T exponential(T x, T error) {
  T k = (x * LOG2_E + ROUND) - ROUND;
  T y = exp_reduced(x - k * LN2_HIGH, k * LN2_LOW - error);
  T value = raised(y, k);
  auto inside = (x > -708.0) & (x < 709.0);
  if (any(inside == 0)) {
    T half = (0.5 * k + ROUND) - ROUND;
    T far = y * power_of_two(half) * power_of_two(k - half);
    far = x > 710.0 ? same<T>(INFINITE) : far;
    far = x < -746.0 ? same<T>(0.0) : far;
    value = inside ? value : far;
  }
  return value;
}

template <class T> static inline T exponential(T x) { return exponential(x, T{}); }

template <class T> static inline T log_reduced(T f, T high, T low) {
  T s = f / (2.0 + f);
  T h = 0.5 * f * f;
  return high - ((h - (s * (h + log_series(s * s)) + low)) - f);
}

template <class T> static inline T logarithm(T x) {
  Parts<T> x_ = parts_of(x, SQRT_HALF);
  T value = log_reduced(x_.m - 1.0, x_.k * LN2_HIGH, x_.k * LN2_LOW);
  auto inside = (x >= SMALLEST) & (x < INFINITE);
  if (any(inside == 0)) {
    Parts<T> far = parts_of(x * TWO_54, SQRT_HALF);
    far.k = far.k - 54.0;
    T other = log_reduced(far.m - 1.0, far.k * LN2_HIGH, far.k * LN2_LOW);
    other = x > 0.0 ? other : same<T>(NOT_APPLICABLE);
    other = x == 0.0 ? same<T>(-INFINITE) : other;
    other = x == INFINITE ? x : other;
    value = inside ? value : other;
  }
  return value;
}

template <class T> static inline T exponential_minus_1(T x) {
  T k = (x * LOG2_E + ROUND) - ROUND, high = x - k * LN2_HIGH, low = k * LN2_LOW, scale = power_of_two(k);
  T u = 1.0 + high;
  T a = scale * u, b = scale * ((high - (u - 1.0)) + (exp_series(high - low) - low));
  T d = a - 1.0, back = d - a;
  T value = d + (((a - (d - back)) - (1.0 + back)) + b);
  auto inside = (x > -37.5) & (x < 56.0);
  if (any(inside == 0)) value = inside ? value : x < 0.0 ? same<T>(-1.0) : exponential(x);
  return x == 0.0 ? x : value;
}

template <class T> static inline T logarithm_of_1_plus(T x) {
  T u = 1.0 + x;
  Parts<T> u_ = parts_of(u, SQRT_HALF);
  T back = u - 1.0, lost = (1.0 - (u - back)) + (x - back);
  auto near = u_.k == 0.0;
  T f = near ? x : u_.m - 1.0, low = near ? T{} : u_.k * LN2_LOW + lost / u;
  T value = log_reduced(f, u_.k * LN2_HIGH, low);
  auto inside = (x > -1.0) & (x < INFINITE);
  if (any(inside == 0)) {
    T far = x == -1.0 ? same<T>(-INFINITE) : same<T>(NOT_APPLICABLE);
    value = inside ? value : x == INFINITE ? x : far;
  }
  return x == 0.0 ? x : value;
}

template <class T> static inline Two<T> log_in_two(T m, T c, T whole, T part) {
  T f = m - c, d = m + c;
  T d_high = leading(d), d_low = m - (d_high - c);
  T s = f / d, s_high = leading(s);
  T s_low = ((f - s_high * d_high) - s_high * d_low) / d;
  T z_high = s_high * s_high, z_low = s_low * (s_high + s);
  T series = power_series(z_high + z_low);
  T w = (3.0 + z_high) + (z_low + series);
  T w_high = leading(w), w_low = (series - ((w_high - 3.0) - z_high)) + z_low;
  T p_high = s_high * w_high, p_low = s_low * w + s_high * w_low;
  T q_high = leading(p_high + p_low), q_low = p_low - (q_high - p_high);
  T t_high = TWO_THIRDS_HIGH * q_high;
  T t_low = (TWO_THIRDS_LOW * q_high + TWO_THIRDS * q_low) + part;
  T high = leading((t_high + t_low) + whole);
  return {high, t_low - ((high - whole) - t_high)};
}

template <class T> static inline Two<T> product_in_two(T y, T high, T low) {
  T y_high = leading(y);
  T p_high = y_high * high, p_low = (y - y_high) * high + y * low, p = p_high + p_low;
  return {p, p_low - (p - p_high)};
}

template <class T> static inline auto is_whole(T size) {
  return (size >= TWO_52) | ((size + TWO_52) - TWO_52 == size);
}

template <class T> static inline T power(T x, T y) {
  T size = magnitude(x), limited = greater(same<T>(-LARGE), lesser(same<T>(LARGE), y));
  auto tiny = size < SMALLEST;
  Parts<T> x_ = parts_of(tiny ? size * TWO_54 : size, NEAR_1_LOWEST);
  T k = tiny ? x_.k - 54.0 : x_.k;
  auto near_1 = x_.m < NEAR_1_HIGHEST;
  T whole = k * LN2_HIGH, part = k * LN2_LOW;
  Two<T> logarithm = log_in_two(x_.m, near_1 ? same<T>(1.0) : same<T>(1.5), near_1 ? whole : whole + LN1_5_HIGH,
                                near_1 ? part : part + LN1_5_LOW);
  Two<T> product = product_in_two(limited, logarithm.high, logarithm.low);
  T value = exponential(product.high, product.low);
  auto inside = (x > 0.0) & (x < INFINITE) & (y == y);
  if (any(inside == 0)) {
    T raised_y = magnitude(y), far = value;
    auto whole_y = is_whole(raised_y);
    auto odd = whole_y & (is_whole(0.5 * raised_y) == 0);
    far = size == 0.0 ? (y > 0.0 ? same<T>(0.0) : same<T>(INFINITE)) : far;
    far = size == INFINITE ? (y > 0.0 ? same<T>(INFINITE) : same<T>(0.0)) : far;
    far = as_numbers(as_words(far) | (as_words(x) & as_words(odd ? same<T>(-0.0) : same<T>(0.0))));
    far = ((x < 0.0) & (x > -INFINITE) & (whole_y == 0)) ? same<T>(NOT_APPLICABLE) : far;
    far = x != x ? x : far;
    far = y != y ? y : far;
    far = ((y == 0.0) | (x == 1.0)) ? same<T>(1.0) : far;
    value = inside ? value : far;
  }
  return value;
}

template <class T> static inline T normal_cdf(T x) {
  T z = magnitude(x), z_high = leading(z);
  T high = -0.5 * z_high * z_high, error = -0.5 * ((z - z_high) * (z + z_high));
  T k = (high * LOG2_E + ROUND) - ROUND;
  T y = exp_reduced(high - k * LN2_HIGH, k * LN2_LOW - error) * mills_ratio(z);
  T tail = raised(y, k);
  auto inside = z < 37.0;
  if (any(inside == 0)) {
    T half = (0.5 * k + ROUND) - ROUND;
    T far = y * power_of_two(half) * power_of_two(k - half);
    tail = inside ? tail : z > 39.0 ? same<T>(0.0) : far;
  }
  return x > 0.0 ? 1.0 - tail : tail;
}

template <class T> static inline T square_root(T x);
template <> inline double square_root(double x) { return __builtin_sqrt(x); }
template <> inline V square_root(V x) {
  V y;
  for (int k = 0; k < W; k++) y[k] = __builtin_sqrt(x[k]);
  return y;
}

template <class T> static inline T normal_quantile(T p) {
  auto lower = p < 0.5;
  T tail = lower ? p : 1.0 - p;
  T x = (0.5 - tail) * quantile_center((tail - CENTER) * ((1.0 - CENTER) - tail));
  auto far = tail < CENTER;
  if (any((tail >= CENTER) == 0)) {
    x = far ? quantile_tail(square_root(-logarithm(tail)) - TAIL_START) : x;
    x = tail == 0.0 ? same<T>(INFINITE) : tail > 0.0 ? x : same<T>(NOT_APPLICABLE);
  }
  return lower ? -x : x;
}
