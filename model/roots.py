"""Every rate of return of one row of cash flows, as plain loops that Python runs and the kernel compiles.

The text of this file is written into every generated kernel (see `model/graph/kernel.py`), so that a rate is found by
the same steps everywhere. Rates are held as u = log(1 + r), see `model/rates.py`.
"""

import math

import numpy as np
from numpy.typing import NDArray

STEP = 1e-10  # a Newton step this small in log(1 + r) is the last one; it leaves an error near 1e-17
SHRINK = 0.75  # a Newton step longer than this share of the one before gives way to bisection
ROUNDS = 200
EPS = 2.0**-52
NARROW = 4.0 * EPS  # a bracket this narrow, relative to u, holds nothing more to find
DUST = 1e-13  # a model's flow this small beside the largest is what rounding left of none
ZERO = 1e-12  # a root this little below zero counts as zero
LOWEST, HIGHEST = -1.0 + 2.0**-53, 1.7976931348623157e308


def rate_of(u: float) -> float:
    """log(1 + r) -> r, kept a finite number above -1."""
    return HIGHEST if u > 709.0 else max(math.expm1(u), LOWEST)


def chosen_rate(flows: NDArray[np.float64]) -> float:
    """The smallest rate that is not negative, else the one nearest to zero; nan where there is none."""
    best = np.nan
    for u in log_roots(flows):
        if not best >= -ZERO:
            best = rate_of(u)
    return best


def log_roots(flows: NDArray[np.float64]) -> NDArray[np.float64]:
    """All real u with NPV zero, ascending; the flows are finite.

    d/du [exp(u m) f(u)] has one sign change fewer than f when m lies within one of the changes, and its roots
    separate those of f (Rolle); repeating this down to no sign change isolates every root.
    """
    at = np.flatnonzero(flows)
    n, changes = at.size, 0
    for k in range(1, n):
        changes += 1 if (flows[at[k]] > 0.0) != (flows[at[k - 1]] > 0.0) else 0
    t, sign, size = np.empty(n), np.empty((changes + 1, n)), np.empty((changes + 1, n))
    for k in range(n):
        t[k] = at[k] - at[0]
        sign[0, k] = 1.0 if flows[at[k]] > 0.0 else -1.0
        size[0, k] = math.log(abs(flows[at[k]]))
    for level in range(changes):
        middle, seen, top = 0.0, 0, size[level, 0]
        for k in range(n - 1):
            if sign[level, k] != sign[level, k + 1]:
                if seen == (changes - level) // 2:
                    middle = 0.5 * (t[k] + t[k + 1])
                seen += 1
            top = max(top, size[level, k + 1])
        for k in range(n):
            size[level, k] -= top
            sign[level + 1, k] = sign[level, k] if t[k] > middle else -sign[level, k]
            size[level + 1, k] = size[level, k] + math.log(abs(t[k] - middle))
    roots = np.empty(0)
    for back in range(changes):
        level = changes - 1 - back
        roots = _roots_between(roots, t, sign[level], size[level])
    return roots


def _roots_between(
    cuts: NDArray[np.float64], t: NDArray[np.float64], sign: NDArray[np.float64], size: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Roots of sum sign * exp(size - u t), at most one of them between neighbouring cuts."""
    # Fujiwara's bound on the size of polynomial roots, from either end, with a little room
    n, count = t.size, cuts.size
    high = low = -np.inf
    for k in range(1, n):
        high = max(high, (size[k] - size[0]) / t[k])
        low = max(low, (size[k - 1] - size[n - 1]) / (t[n - 1] - t[k - 1]))
    high, low = high + 0.7, -low - 0.7
    if count:
        low, high = min(low, cuts[0] - 1.0), max(high, cuts[count - 1] + 1.0)
    roots, found = np.empty(2 * count + 1), 0
    left, before = low, sign[n - 1]
    for k in range(count + 1):
        right, side = high, sign[0]
        if k < count:
            right = cuts[k]
            value, _, noise = _log_ratio(right, t, sign, size)
            side = 0.0 if abs(value) <= noise else (1.0 if value > 0.0 else -1.0)  # 0: a double root at the cut
        if before * side < 0.0:
            roots[found] = _root(left, right, before, t, sign, size)
            found += 1
        if side == 0.0:
            roots[found] = right
            found += 1
        left, before = right, side
    return roots[:found]


def _root(
    low: float, high: float, falling: float,
    t: NDArray[np.float64], sign: NDArray[np.float64], size: NDArray[np.float64],
) -> float:  # fmt: skip
    """The one root between two bounds: Newton's method, with bisection where a step leaves the bracket or is not
    much shorter than the one before."""
    u, before = 0.5 * (low + high), high - low
    for _ in range(ROUNDS):
        value, slope, _ = _log_ratio(u, t, sign, size)
        step = value / slope if slope != 0.0 else (np.inf if value != 0.0 else 0.0)
        if abs(step) <= STEP:  # asked before the bracket shrinks onto the root
            return u - step
        if falling * value > 0.0:
            low = u
        else:
            high = u
        if high - low <= NARROW * max(1.0, abs(u)):
            return u
        inside = low < u - step and u - step < high and abs(step) <= SHRINK * before
        following = u - step if inside else 0.5 * (low + high)
        before, u = abs(following - u), following
    return u


def _log_ratio(
    u: float, t: NDArray[np.float64], sign: NDArray[np.float64], size: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Logarithm of inflows over outflows, both discounted; its slope; what rounding can have done to it."""
    top_in = top_out = -np.inf
    for k in range(t.size):
        power = size[k] - u * t[k]
        if sign[k] > 0.0:
            top_in = max(top_in, power)
        else:
            top_out = max(top_out, power)
    total_in = total_out = time_in = time_out = sizes_in = sizes_out = 0.0
    for k in range(t.size):
        power = size[k] - u * t[k]
        if sign[k] > 0.0:
            weight = math.exp(power - top_in)
            total_in += weight
            time_in += weight * t[k]
            sizes_in += weight * abs(size[k])
        else:
            weight = math.exp(power - top_out)
            total_out += weight
            time_out += weight * t[k]
            sizes_out += weight * abs(size[k])
    value = top_in + math.log(total_in) - top_out - math.log(total_out)
    noise = 8.0 + (sizes_in + abs(u) * time_in) / total_in + (sizes_out + abs(u) * time_out) / total_out
    return value, time_out / total_out - time_in / total_in, 2.0 * EPS * noise
