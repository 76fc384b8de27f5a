"""Elementary functions of a reduced argument, for floats and for arrays alike.

Double-double numbers are a number and a small error term. Products of numbers of 26 bits are exact, which replaces the
fused multiplication that not every processor has.
"""

from __future__ import annotations

from .polynomials import Value, exp_series, log_series, mills_ratio, power_series

LOG2_E = 1.4426950408889634
LN2_HIGH = 0.6931471805598903  # 42 bits behind the point: whole numbers up to 2^11 times it are exact
LN2_LOW = 5.497923018708371e-14
LN1_5_HIGH = 0.4054651081080465  # 42 bits behind the point
LN1_5_LOW = 1.1790280407716567e-13
SQRT_HALF = 0.7071067811865476
NEAR_1_LOWEST = 0.8660254037844386  # root of 3/4
NEAR_1_HIGHEST = 1.224744871391589  # root of 3/2
TWO_THIRDS = 0.6666666666666666
TWO_THIRDS_HIGH = 0.6666666716337204  # 26 bits
TWO_THIRDS_LOW = -4.967053731282552e-09
ROUND = 6755399441055744.0  # 1.5 * 2^52: added and taken off, it rounds to a whole number
SPLIT = 134217729.0  # 2^27 + 1
TWO_52 = 4503599627370496.0
LARGE = 73786976294838206464.0  # 2^66: a power so high is 0, 1 or infinite


def leading(x: Value) -> Value:
    """The first 26 bits of a number, rounded (Veltkamp)."""
    y = x * SPLIT
    return y - (y - x)


def exp_reduced(high: Value, low: Value) -> Value:
    """exp(high - low) for |high| up to half of log 2, low small beside it."""
    u = 1.0 + high
    return u + ((high - (u - 1.0)) + (exp_series(high - low) - low))


def expm1_reduced(high: Value, low: Value, scale: Value) -> Value:
    """scale exp(high - low) - 1 for |high| up to half of log 2, low small beside it, scale a power of 2."""
    u = 1.0 + high
    a = scale * u
    b = scale * ((high - (u - 1.0)) + (exp_series(high - low) - low))
    d = a - 1.0
    back = d - a
    return d + (((a - (d - back)) - (1.0 + back)) + b)


def log_reduced(f: Value, high: Value, low: Value) -> Value:
    """log(1 + f) + high + low, 1 + f between the roots of 1/2 and 2, low small."""
    s = f / (2.0 + f)
    h = 0.5 * f * f
    return high - ((h - (s * (h + log_series(s * s)) + low)) - f)


def log_in_two(m: Value, c: Value, whole: Value, part: Value) -> tuple[Value, Value]:
    """log(m / c) + whole + part as a number of 26 bits and an error term, together within 2^-65 of it.

    Args:
        m, c: m / c between the roots of 2/3 and 3/2, c of few bits;
        whole, part: 42 bits behind the point, and less than they hold.
    """
    f = m - c
    d = m + c
    d_high = leading(d)
    d_low = m - (d_high - c)
    s = f / d
    s_high = leading(s)
    s_low = ((f - s_high * d_high) - s_high * d_low) / d
    z_high = s_high * s_high  # log(m / c) = 2/3 s w with w = 3 + z + series, z = s^2
    z_low = s_low * (s_high + s)
    series = power_series(z_high + z_low)
    w = (3.0 + z_high) + (z_low + series)
    w_high = leading(w)
    w_low = (series - ((w_high - 3.0) - z_high)) + z_low
    p_high = s_high * w_high
    p_low = s_low * w + s_high * w_low
    q_high = leading(p_high + p_low)
    q_low = p_low - (q_high - p_high)
    t_high = TWO_THIRDS_HIGH * q_high
    t_low = (TWO_THIRDS_LOW * q_high + TWO_THIRDS * q_low) + part
    high = leading((t_high + t_low) + whole)
    return high, t_low - ((high - whole) - t_high)


def product_in_two(y: Value, high: Value, low: Value) -> tuple[Value, Value]:
    """y (high + low) as a number and an error term, where high has 26 bits."""
    y_high = leading(y)
    p_high = y_high * high
    p_low = (y - y_high) * high + y * low
    p = p_high + p_low
    return p, p_low - (p - p_high)


def density_in_two(z: Value) -> tuple[Value, Value]:
    """-z^2 / 2 as a number and an error term."""
    z_high = leading(z)
    return -0.5 * z_high * z_high, -0.5 * ((z - z_high) * (z + z_high))


def tail_reduced(high: Value, low: Value, z: Value) -> Value:
    """exp(high - low) times the normal tail beyond z times exp(z^2/2), z not negative."""
    return exp_reduced(high, low) * mills_ratio(z)
