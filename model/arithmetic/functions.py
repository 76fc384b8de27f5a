"""Elementary functions whose bits are the same on every processor: for floats here, for arrays in `elementwise.py`,
for blocks of scenarios in `kernel/header/arithmetic.hpp`.

Only + - * / sqrt, comparisons and exact operations on exponents are used, in one fixed order, since the functions of
C's mathematics library and NumPy's own differ in their last bits between processors. Special cases are those of C.
No function raises an exception. Errors, in units in the last place, are measured by `python -m docs.arithmetic`.
"""

from __future__ import annotations

from math import copysign, frexp, inf, ldexp, nan, sqrt

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


def exp(x: float) -> float:
    """e to the power x; error below 0.7 units, 0.9 where the result has fewer bits than a normal number."""
    if -708.0 < x < 709.0:
        k = (x * LOG2_E + ROUND) - ROUND
        return ldexp(exp_reduced(x - k * LN2_HIGH, k * LN2_LOW), int(k))
    return _exp_far(x, 0.0)


def _exp_far(x: float, error: float) -> float:
    """exp(x + error) where it may be 0, below the normal numbers, infinite or not a number; rounded once."""
    if x != x:
        return x
    if x > 710.0:
        return inf
    if x < -746.0:
        return 0.0
    k = (x * LOG2_E + ROUND) - ROUND
    whole = int(k)
    y = exp_reduced(x - k * LN2_HIGH, k * LN2_LOW - error)
    return y * ldexp(1.0, whole // 2) * ldexp(1.0, whole - whole // 2)


def log(x: float) -> float:
    """Natural logarithm; error below 0.9 units."""
    if 0.0 < x < inf:
        m, k = frexp(x)
        if m < SQRT_HALF:
            m += m
            k -= 1
        f = m - 1.0
        return log_reduced(f, k * LN2_HIGH, k * LN2_LOW)
    if x == 0.0:
        return -inf
    return x if x > 0.0 or x != x else nan


def expm1(x: float) -> float:
    """exp(x) - 1, relatively exact near 0; error below 0.95 units."""
    if -37.5 < x < 56.0:
        if x == 0.0:
            return x  # with its sign
        k = (x * LOG2_E + ROUND) - ROUND
        return expm1_reduced(x - k * LN2_HIGH, k * LN2_LOW, ldexp(1.0, int(k)))
    return -1.0 if x < 0.0 else exp(x)


def log1p(x: float) -> float:
    """log(1 + x), relatively exact near 0; error below 0.9 units."""
    if -1.0 < x < inf:
        if x == 0.0:
            return x  # with its sign
        u = 1.0 + x
        m, k = frexp(u)
        if m < SQRT_HALF:
            m += m
            k -= 1
        if k == 0:
            return log_reduced(x, 0.0, 0.0)
        back = u - 1.0
        lost = (1.0 - (u - back)) + (x - back)
        return log_reduced(m - 1.0, k * LN2_HIGH, k * LN2_LOW + lost / u)
    if x == -1.0:
        return -inf
    return x if x > 0.0 or x != x else nan


def power(x: float, y: float) -> float:
    """x to the power y; error below 0.8 units, 0.9 where the result has fewer bits than a normal number."""
    if 0.0 < x < inf and -LARGE < y < LARGE:
        m, k = frexp(x)
        if m < NEAR_1_LOWEST:
            m += m
            k -= 1
        if m < NEAR_1_HIGHEST:
            high, low = log_in_two(m, 1.0, k * LN2_HIGH, k * LN2_LOW)
        else:
            high, low = log_in_two(m, 1.5, k * LN2_HIGH + LN1_5_HIGH, k * LN2_LOW + LN1_5_LOW)
        p, error = product_in_two(y, high, low)
        if -708.0 < p < 709.0:
            n = (p * LOG2_E + ROUND) - ROUND
            return ldexp(exp_reduced(p - n * LN2_HIGH, n * LN2_LOW - error), int(n))
        return _exp_far(p, error)
    return _power_special(x, y)


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


def normal_cdf(x: float) -> float:
    """Standard normal distribution function; relative error below 8e-16, far into the lower tail too."""
    z = abs(x)
    if z < 37.0:
        high, error = density_in_two(z)
        k = (high * LOG2_E + ROUND) - ROUND
        tail = ldexp(tail_reduced(high - k * LN2_HIGH, k * LN2_LOW - error, z), int(k))
    elif z < 39.0:
        high, error = density_in_two(z)
        k = (high * LOG2_E + ROUND) - ROUND
        tail = tail_reduced(high - k * LN2_HIGH, k * LN2_LOW - error, z)
        tail = tail * ldexp(1.0, int(k) // 2) * ldexp(1.0, int(k) - int(k) // 2)
    else:
        tail = 0.0 if z == z else z
    return 1.0 - tail if x > 0.0 else tail


def normal_quantile(p: float) -> float:
    """Standard normal quantile of a probability; relative error below 1e-15, at both ends too."""
    if 0.0 < p < 1.0:
        tail = p if p < 0.5 else 1.0 - p
        if tail < CENTER:
            x = quantile_tail(sqrt(-log(tail)) - TAIL_START)
        else:
            x = (0.5 - tail) * quantile_center((tail - CENTER) * ((1.0 - CENTER) - tail))
        return -x if p < 0.5 else x
    if p == 0.0:
        return -inf
    return inf if p == 1.0 else nan
