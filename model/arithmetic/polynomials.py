"""Minimax polynomials of the elementary functions, for floats and for arrays alike.

Derived by `python -m docs.arithmetic`, which prints the same numbers; those of `header/arithmetic.hpp` are the same,
in the same order of operations. Even and odd powers are separate: two short dependency chains are faster than one.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Value = TypeVar("Value", float, NDArray[np.float64])

MILLS_PLACE = 4.0  # t = (z - place) / (z + place) maps all z from 0 on to -1 .. 1
MILLS_SHIFT = 1.25  # z + shift is nearly the inverse of the ratio
CENTER = 0.0078125  # quantiles of probabilities between it and its complement are those of the middle
TAIL_START = 2.0


def exp_series(r: Value) -> Value:
    """exp(r) - 1 - r for |r| up to half of log 2."""
    z = r * r
    even = 2.511123430814475e-08 * z + 2.755723748918557e-06
    even = even * z + 0.00019841269893306523
    even = even * z + 0.008333333333318543
    even = even * z + 0.1666666666666668
    odd = 2.0838520992368525e-09 * z + 2.7557526011745133e-07
    odd = odd * z + 2.480158702576085e-05
    odd = odd * z + 0.0013888888889033162
    odd = odd * z + 0.04166666666666641
    return 0.5 * z + (z * r) * (even + r * odd)


def log_series(z: Value) -> Value:
    """log((1 + s) / (1 - s)) / s - 2 for z = s^2 up to 0.02944."""
    w = z * z
    even = 0.1479596547152555 * w + 0.1818356439171087
    even = even * w + 0.285714287423992
    even = even * w + 0.6666666666666734
    odd = 0.15314048917670486 * w + 0.22222198571919496
    odd = odd * w + 0.39999999999414637
    return z * (even + z * odd)


def power_series(z: Value) -> Value:
    """3/2 log((1 + s) / (1 - s)) / s - 3 - z for z = s^2 up to 0.0103, closer than `log_series`."""
    w = z * z
    even = 0.23066114076799316 * w + 0.3333333298449688
    even = even * w + 0.5999999999999946
    odd = 0.2069624122799199 * w + 0.2727281190894302
    odd = odd * w + 0.4285714285784805
    return w * (even + z * odd)


def mills_ratio(x: Value) -> Value:
    """exp(x^2/2) times the normal tail beyond x, for x from 0 to 38.6."""
    t = (x - MILLS_PLACE) / (x + MILLS_PLACE)
    z = t * t
    even = 1.1821055789983778e-08 * z - 9.926762009243431e-08
    even = even * z + 5.198933529615285e-07
    even = even * z - 2.4426398894277723e-06
    even = even * z + 1.2549167479403541e-05
    even = even * z - 8.069066104731349e-05
    even = even * z + 0.0006481009708211031
    even = even * z - 0.00487548806631008
    even = even * z - 0.024481636401786345
    even = even * z + 0.04509444855924647
    even = even * z + 0.4956558668353369
    odd = 3.779129614321536e-09 * z - 1.532679563042584e-08
    odd = odd * z - 1.147833426306297e-08
    odd = odd * z + 4.5462302428710403e-07
    odd = odd * z - 3.6384873796085924e-06
    odd = odd * z + 2.2407512542995534e-05
    odd = odd * z - 0.00010581887897080147
    odd = odd * z - 0.00012591964808900965
    odd = odd * z + 0.015813073610063316
    odd = odd * z + 0.010673512219087853
    odd = odd * z - 0.1393029077136394
    return (even + t * odd) / (x + MILLS_SHIFT)


def quantile_center(d: Value) -> Value:
    """Normal quantile over 1/2 - p, by d = (p - edge) (1 - edge - p)."""
    z = d * d
    even = 7438657242617.081 * z + 299826879160565.94
    even = even * z + 81778409219375.3
    even = even * z + 1295670551610.0427
    even = even * z + 2105792936.8601592
    even = even * z + 398930.07600254036
    even = even * z + 4.91186593775036
    odd = 124005310120096.44 * z + 237960802765353.8
    odd = odd * z + 13996673720644.215
    odd = odd * z + 68264435430.1984
    odd = odd * z + 38252112.70696051
    odd = odd * z + 2194.6385155344283
    even_below = 17066264959073.375 * z + 181205417787844.03
    even_below = even_below * z + 31302345578351.664
    even_below = even_below * z + 381818930125.846
    even_below = even_below * z + 523624619.6345214
    even_below = even_below * z + 88282.47194848665
    even_below = even_below * z + 1.0
    odd_below = 113706489804621.33 * z + 110262269312077.8
    odd_below = odd_below * z + 4629661224850.591
    odd_below = odd_below * z + 18324232374.64335
    odd_below = odd_below * z + 8927107.274231238
    odd_below = odd_below * z + 464.3138613110688
    return (even + d * odd) / (even_below + d * odd_below)


def quantile_tail(r: Value) -> Value:
    """Normal quantile by r = sqrt(-log p) - TAIL_START."""
    z = r * r
    even = 7.3818510781267365e-09 * z + 8.859165143584828e-05
    even = even * z + 0.03245674391419255
    even = even * z + 1.201394934956786
    even = even * z + 5.932495132303414
    even = even * z + 2.0898499829713537
    odd = 1.4607212415368185e-06 * z + 0.0023566314906799724
    odd = odd * z + 0.25471894720861005
    odd = odd * z + 3.461155058317233
    odd = odd * z + 5.501772096256273
    even_below = 1.0224535971931962e-06 * z + 0.0015481140122541282
    even_below = even_below * z + 0.1431030131110543
    even_below = even_below * z + 1.4293718876698198
    even_below = even_below * z + 1.0
    odd_below = 5.2197489226317906e-09 * z + 6.06181561736268e-05
    odd_below = odd_below * z + 0.01999753018800926
    odd_below = odd_below * z + 0.5941063171215231
    odd_below = odd_below * z + 1.8523517741986106
    return (even + r * odd) / (even_below + r * odd_below)
