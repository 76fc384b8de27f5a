"""Elementary functions whose bits are the same on every processor, for floats, for arrays and, in
`header/arithmetic.hpp`, for blocks of scenarios.

Only + - * / sqrt, comparisons and exact operations on exponents are used, in one fixed order, since the functions of
C's mathematics library and NumPy's own differ in their last bits between processors. Special cases are those of C.
No function raises an exception or prints a warning. Errors measured by `python -m docs.arithmetic`.
"""

from __future__ import annotations

from math import copysign, frexp, inf, ldexp, nan

import numpy as np
from numpy.typing import NDArray

from .polynomials import Value, exp_series, log_series, power_series

Array = NDArray[np.float64]

LOG2_E = 1.4426950408889634
LN2_HIGH = 0.6931471805598903  # 42 bits: whole numbers up to 2^11 times it are exact
LN2_LOW = 5.497923018708371e-14
ROUND = 6755399441055744.0  # 1.5 * 2^52: added and taken off, it rounds to a whole number
SQRT_HALF = 0.7071067811865476
NEAR_1_LOWEST = 0.8660254037844386  # root of 3/4
NEAR_1_HIGHEST = 1.224744871391589  # root of 3/2
LN1_5_HIGH = 0.4054651081080465  # 42 bits behind the point
LN1_5_LOW = 1.1790280407716567e-13
SPLIT = 134217729.0  # 2^27 + 1: what it leaves of a number has 26 bits, and products of such are exact
TWO_THIRDS_HIGH = 0.6666666716337204  # 26 bits
TWO_THIRDS_LOW = -4.967053731282552e-09
TWO_52 = 4503599627370496.0
LARGE = 73786976294838206464.0  # 2^66: a power so high is 0, 1 or infinite


def exp(x: float) -> float:
    """e to the power x; error below 0.6 units in the last place."""
    if -708.0 < x < 709.0:
        k = (x * LOG2_E + ROUND) - ROUND
        return ldexp(_exp_reduced(x - k * LN2_HIGH, k * LN2_LOW), int(k))
    return _exp_far(x, 0.0)


def _exp_reduced(high: Value, low: Value) -> Value:
    """exp(high - low) for |high| up to half of log 2, low small beside it."""
    u = 1.0 + high
    return u + ((high - (u - 1.0)) + (exp_series(high - low) - low))


def _exp_far(x: float, rest: float) -> float:
    """exp(x + rest) where it may be 0, below the normal numbers, infinite or not a number; rounded once."""
    if x != x:
        return x
    if x > 710.0:
        return inf
    if x < -746.0:
        return 0.0
    k = (x * LOG2_E + ROUND) - ROUND
    whole = int(k)
    y = _exp_reduced(x - k * LN2_HIGH, k * LN2_LOW - rest)
    return y * ldexp(1.0, whole // 2) * ldexp(1.0, whole - whole // 2)


def log(x: float) -> float:
    """Natural logarithm; error below 1 unit in the last place."""
    if 0.0 < x < inf:
        m, k = frexp(x)
        if m < SQRT_HALF:
            m += m
            k -= 1
        f = m - 1.0
        return _log_reduced(f, k * LN2_HIGH, k * LN2_LOW)
    if x == 0.0:
        return -inf
    return x if x > 0.0 or x != x else nan


def _log_reduced(f: Value, high: Value, low: Value) -> Value:
    """log(1 + f) + high + low, 1 + f between the roots of 1/2 and 2, low small."""
    s = f / (2.0 + f)
    h = 0.5 * f * f
    return high - ((h - (s * (h + log_series(s * s)) + low)) - f)


def power(x: float, y: float) -> float:
    """x to the power y; error below 1 unit in the last place."""
    if 0.0 < x < inf and -LARGE < y < LARGE:
        m, k = frexp(x)
        if m < NEAR_1_LOWEST:
            m += m
            k -= 1
        if m < NEAR_1_HIGHEST:
            high, low = _log_in_two(m, 1.0, k * LN2_HIGH, k * LN2_LOW)
        else:
            high, low = _log_in_two(m, 1.5, k * LN2_HIGH + LN1_5_HIGH, k * LN2_LOW + LN1_5_LOW)
        p, rest = _product_in_two(y, high, low)
        if -708.0 < p < 709.0:
            n = (p * LOG2_E + ROUND) - ROUND
            return ldexp(_exp_reduced(p - n * LN2_HIGH, n * LN2_LOW - rest), int(n))
        return _exp_far(p, rest)
    return _power_special(x, y)


def _log_in_two(m: Value, c: Value, whole: Value, part: Value) -> tuple[Value, Value]:
    """log(m / c) + whole + part as a number of 26 bits and a rest, together within 2^-65 of it.

    Args:
        m, c: m / c between the roots of 2/3 and 3/2, c of few bits;
        whole, part: 42 bits behind the point, and less than they hold.
    """
    f = m - c
    d = m + c
    d_high = d * SPLIT
    d_high = d_high - (d_high - d)
    d_low = m - (d_high - c)
    s = f / d
    s_high = s * SPLIT
    s_high = s_high - (s_high - s)
    s_low = ((f - s_high * d_high) - s_high * d_low) / d
    # log(m / c) = 2/3 s w with w = 3 + z + series, z = s^2
    z_high = s_high * s_high
    z_low = s_low * (s_high + s)
    series = power_series(z_high + z_low)
    w = (3.0 + z_high) + (z_low + series)
    w_high = w * SPLIT
    w_high = w_high - (w_high - w)
    w_low = (series - ((w_high - 3.0) - z_high)) + z_low
    p_high = s_high * w_high
    p_low = s_low * w + s_high * w_low
    p = p_high + p_low
    q_high = p * SPLIT
    q_high = q_high - (q_high - p)
    q_low = p_low - (q_high - p_high)
    t_high = TWO_THIRDS_HIGH * q_high
    t_low = (TWO_THIRDS_LOW * q_high + 0.6666666666666666 * q_low) + part
    total = (t_high + t_low) + whole
    high = total * SPLIT
    high = high - (high - total)
    return high, t_low - ((high - whole) - t_high)


def _product_in_two(y: Value, high: Value, low: Value) -> tuple[Value, Value]:
    """y (high + low) as a number and a rest, where high has 26 bits."""
    y_high = y * SPLIT
    y_high = y_high - (y_high - y)
    p_high = y_high * high
    p_low = (y - y_high) * high + y * low
    p = p_high + p_low
    return p, p_low - (p - p_high)


def _is_whole(size: float) -> bool:
    return size >= TWO_52 or (size + TWO_52) - TWO_52 == size


def _power_special(x: float, y: float) -> float:
    """`power` for a base that is not positive and finite, or an exponent that is huge or not a number."""
    if y == 0.0 or x == 1.0:
        return 1.0
    if x != x or y != y:
        return nan
    size, size_of_y = abs(x), abs(y)
    whole_y = _is_whole(size_of_y)
    if size == 0.0 or size == inf:
        value = 0.0 if (size == 0.0) == (y > 0.0) else inf
    elif x < 0.0 and not whole_y:
        return nan
    else:
        below = LARGE * 0.5
        value = power(size, below if y > below else -below if y < -below else y)
    odd = whole_y and not _is_whole(0.5 * size_of_y)
    return -value if odd and copysign(1.0, x) < 0.0 else value


@np.errstate(all="ignore")
def exp_array(x: Array) -> Array:
    """`exp` of each number."""
    return _exp_array(x, np.zeros_like(x))


def _exp_array(x: Array, rest: Array) -> Array:
    """exp(x + rest), rest small beside x."""
    shifted = x * LOG2_E + ROUND
    k = shifted - ROUND
    y = _exp_reduced(x - k * LN2_HIGH, k * LN2_LOW - rest)
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
    value = _log_reduced(m - 1.0, k * LN2_HIGH, k * LN2_LOW)
    value = np.where(x > 0.0, value, nan)
    value = np.where(x == 0.0, -inf, value)
    return np.where(x == inf, inf, value)


def _parts(x: Array, lowest: float) -> tuple[Array, Array]:
    """m and k of x = m 2^k, m from `lowest`, between 1/2 and 1, to twice that; x positive and finite."""
    m, exponent = np.frexp(x)
    below = m < lowest
    return np.where(below, m + m, m), np.where(below, exponent - 1.0, exponent)


@np.errstate(all="ignore")
def power_array(x: Array, y: Array) -> Array:
    """`power` of each pair."""
    size = np.abs(x)
    m, k = _parts(size, NEAR_1_LOWEST)
    near_1 = m < NEAR_1_HIGHEST
    whole, part = k * LN2_HIGH, k * LN2_LOW
    whole, part = np.where(near_1, whole, whole + LN1_5_HIGH), np.where(near_1, part, part + LN1_5_LOW)
    high, low = _log_in_two(m, np.where(near_1, 1.0, 1.5), whole, part)
    limited = np.where(y > LARGE, LARGE, np.where(y < -LARGE, -LARGE, y))
    value = _exp_array(*_product_in_two(limited, high, low))
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
