"""Minimax polynomials of the elementary functions, for floats and for arrays alike.

Derived by `python -m docs.arithmetic`, which prints the same numbers; those of `header/arithmetic.hpp` are the same,
in the same order of operations. Even and odd powers apart: two short chains are faster than a long one.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Value = TypeVar("Value", float, NDArray[np.float64])


def exp_series(r: Value) -> Value:
    """exp(r) - 1 - r for |r| up to half of log 2."""
    z = r * r
    even = 0.16666666666666433 + z * (
        0.008333333333499983 + z * (0.00019841269466290952 + z * (2.755764085695306e-06 + z * 2.4978363066200608e-08))
    )
    odd = 0.041666666666604 + z * (0.0013888888926777113 + z * (2.4801508708695562e-05 + z * 2.76251756942565e-07))
    return 0.5 * z + (z * r) * (even + r * odd)


def log_series(z: Value) -> Value:
    """log((1 + s) / (1 - s)) / s - 2 for z = s^2 up to 0.02944."""
    w = z * z
    even = 0.6666666666666734 + w * (0.28571428742028354 + w * (0.18183562805915537 + w * 0.14795553131239944))
    odd = 0.39999999999416647 + w * (0.22222198604806936 + w * 0.15314089021016852)
    return z * (even + z * odd)


def power_series(z: Value) -> Value:
    """3/2 log((1 + s) / (1 - s)) / s - 3 - z for z = s^2 up to 0.0103, closer than `log_series`."""
    w = z * z
    even = 0.5999999999999946 + w * (0.3333333298297713 + w * 0.2306609057601556)
    odd = 0.42857142857851893 + w * (0.27272812185533163 + w * 0.20696995753319647)
    return w * (even + z * odd)
