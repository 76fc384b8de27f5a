"""The functions of `functions.py` for arrays of any shape: the same operations in the same order, hence the same bits.

Of NumPy only + - * / sqrt, comparisons, frexp and bit operations are used; no warning is printed.
"""

from __future__ import annotations

from math import inf, nan

import numpy as np
from numpy.typing import NDArray

from .polynomials import CENTER, TAIL_START, quantile_center, quantile_tail
from .reductions import (
    LARGE,
    LN1_5_HIGH,
    LN1_5_LOW,
    LN2_HIGH,
    LN2_LOW,
    LOG2_E,
    NEAR_1_HIGHEST,
    NEAR_1_LOWEST,
    ROUND,
    SQRT_HALF,
    TWO_52,
    density_in_two,
    exp_reduced,
    expm1_reduced,
    log_in_two,
    log_reduced,
    product_in_two,
    tail_reduced,
)

Array = NDArray[np.float64]


@np.errstate(all="ignore")
def exp_array(x: Array) -> Array:
    """`exp` of each number."""
    return _exp_array(x, np.zeros_like(x))


def _exp_array(x: Array, error: Array) -> Array:
    """exp(x + error), error small beside x."""
    shifted = x * LOG2_E + ROUND
    k = shifted - ROUND
    y = exp_reduced(x - k * LN2_HIGH, k * LN2_LOW - error)
    half = (0.5 * k + ROUND) - ROUND
    value = y * _power_of_two(half) * _power_of_two(k - half)
    value = np.where(x > 710.0, inf, value)
    return np.where(x < -746.0, 0.0, value)


def _power_of_two(k: Array) -> Array:
    """2^k for whole k from -1022 to 1023."""
    shifted = np.asarray(k + (ROUND + 1023.0))
    return (shifted.view(np.int64) << 52).view(np.float64)


@np.errstate(all="ignore")
def log_array(x: Array) -> Array:
    """`log` of each number."""
    m, k = _parts(x, SQRT_HALF)
    value = log_reduced(m - 1.0, k * LN2_HIGH, k * LN2_LOW)
    value = np.where(x > 0.0, value, nan)
    value = np.where(x == 0.0, -inf, value)
    return np.where(x == inf, inf, value)


def _parts(x: Array, lowest: float) -> tuple[Array, Array]:
    """m and k of x = m 2^k, m from `lowest`, between 1/2 and 1, to twice that; x positive and finite."""
    m, exponent = np.frexp(x)
    below = m < lowest
    return np.where(below, m + m, m), np.where(below, exponent - 1.0, exponent)


@np.errstate(all="ignore")
def expm1_array(x: Array) -> Array:
    """`expm1` of each number."""
    inside = np.where(x < 56.0, np.where(x < -37.5, -37.5, x), 56.0)
    k = (inside * LOG2_E + ROUND) - ROUND
    value = expm1_reduced(inside - k * LN2_HIGH, k * LN2_LOW, _power_of_two(k))
    value = np.where(x > -37.5, np.where(x < 56.0, value, exp_array(x)), np.where(x != x, x, -1.0))
    return np.where(x == 0.0, x, value)


@np.errstate(all="ignore")
def log1p_array(x: Array) -> Array:
    """`log1p` of each number."""
    u = 1.0 + x
    m, k = _parts(u, SQRT_HALF)
    back = u - 1.0
    lost = (1.0 - (u - back)) + (x - back)
    near = k == 0.0
    value = log_reduced(np.where(near, x, m - 1.0), k * LN2_HIGH, np.where(near, 0.0, k * LN2_LOW + lost / u))
    value = np.where(x > -1.0, value, nan)
    value = np.where(x == -1.0, -inf, value)
    return np.where((x == inf) | (x == 0.0), x, value)


@np.errstate(all="ignore")
def power_array(x: Array, y: Array) -> Array:
    """`power` of each pair."""
    size = np.abs(x)
    m, k = _parts(size, NEAR_1_LOWEST)
    near_1 = m < NEAR_1_HIGHEST
    whole, part = k * LN2_HIGH, k * LN2_LOW
    whole, part = np.where(near_1, whole, whole + LN1_5_HIGH), np.where(near_1, part, part + LN1_5_LOW)
    high, low = log_in_two(m, np.where(near_1, 1.0, 1.5), whole, part)
    limited = np.where(y > LARGE, LARGE, np.where(y < -LARGE, -LARGE, y))
    value = _exp_array(*product_in_two(limited, high, low))
    value = np.where(size == 0.0, np.where(y > 0.0, 0.0, inf), value)
    value = np.where(size == inf, np.where(y > 0.0, inf, 0.0), value)
    size_of_y = np.abs(y)
    whole_y = _are_whole(size_of_y)
    value = np.where(np.signbit(x) & whole_y & ~_are_whole(0.5 * size_of_y), -value, value)
    value = np.where((x < 0.0) & (x > -inf) & ~whole_y, nan, value)
    value = np.where((x != x) | (y != y), nan, value)
    return np.where((y == 0.0) | (x == 1.0), 1.0, value)


def _are_whole(size: Array) -> NDArray[np.bool_]:
    whole: NDArray[np.bool_] = (size >= TWO_52) | ((size + TWO_52) - TWO_52 == size)
    return whole


@np.errstate(all="ignore")
def normal_cdf_array(x: Array) -> Array:
    """`normal_cdf` of each number."""
    z = np.abs(x)
    z = np.where(z > 39.0, 39.0, z)
    high, error = density_in_two(z)
    k = (high * LOG2_E + ROUND) - ROUND
    tail = tail_reduced(high - k * LN2_HIGH, k * LN2_LOW - error, z)
    half = (0.5 * k + ROUND) - ROUND
    tail = tail * _power_of_two(half) * _power_of_two(k - half)
    return np.where(x > 0.0, 1.0 - tail, tail)


@np.errstate(all="ignore")
def normal_quantile_array(p: Array) -> Array:
    """`normal_quantile` of each probability."""
    tail = np.where(p < 0.5, p, 1.0 - p)
    x = np.asarray((0.5 - tail) * quantile_center((tail - CENTER) * ((1.0 - CENTER) - tail)))
    far = tail < CENTER
    x[far] = quantile_tail(np.sqrt(-log_array(tail[far])) - TAIL_START)
    x = np.where(tail == 0.0, inf, np.where(tail > 0.0, x, nan))
    return np.where(p < 0.5, -x, x)
