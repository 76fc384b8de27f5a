"""Derive the coefficients of model/arithmetic/polynomials.py, and measure the errors of model/arithmetic/functions.py.

    python -m docs.arithmetic            # coefficients, then the greatest error of each function
    python -m docs.arithmetic 100000     # the same over so many points in each range

Every polynomial and every quotient of two is a minimax one: the exchange algorithm of Remez, in 50 digits, on a grid of
some hundreds of points.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ldexp, log
from typing import Any

import mpmath as mp

from model.arithmetic import functions as arithmetic
from model.arithmetic import polynomials
from model.arithmetic.polynomials import CENTER, MILLS_PLACE, MILLS_SHIFT, TAIL_START

mp.mp.dps = 50
Number = Any  # of mpmath, which has no types
HALF = mp.mpf(1) / 2
MARGIN = 1 + mp.mpf(2) ** -20  # intervals reach a little further than rounded arguments do


@dataclass(frozen=True)
class Target:
    """What a polynomial, or a quotient of two, approximates: values at points, and the weight of an error at each."""

    points: Sequence[Number]
    values: Sequence[Number]
    weights: Sequence[Number]


def nodes(low: Number, high: Number, count: int = 500) -> list[Number]:
    """Points of an interval, denser towards its ends, which are left out."""
    return [low + (high - low) * (1 - mp.cos(mp.pi * (2 * k + 1) / (2 * count))) / 2 for k in range(count)]


def horner(coefficients: Sequence[Number], x: Number) -> Number:
    """The polynomial's value; the lowest power comes first."""
    return mp.polyval(list(reversed(coefficients)), x)


def minimax(target: Target, top: int, bottom: int = 0) -> tuple[list[Number], list[Number]]:
    """Coefficients of the polynomial of degree `top` over the one of degree `bottom`, whose first coefficient is 1, of
    which the greatest weighted error is least."""
    points, values, weights = target.points, target.values, target.weights
    count = top + bottom + 1
    chosen = [round((len(points) - 1) * (k + 0.5) / (count + 1)) for k in range(count + 1)]
    p: list[Number] = []
    q = [mp.mpf(1)] + [mp.mpf(0)] * bottom
    for _ in range(20):
        for _ in range(12 if bottom else 1):  # the error times the denominator is not linear: that of the last round
            rows = [
                [points[j] ** k for k in range(top + 1)]
                + [-values[j] * points[j] ** k for k in range(1, bottom + 1)]
                + [(-1) ** i * horner(q, points[j]) / weights[j]]
                for i, j in enumerate(chosen)
            ]
            solution = list(mp.lu_solve(mp.matrix(rows), mp.matrix([values[j] for j in chosen])))
            before, q = q, [mp.mpf(1), *solution[top + 1 : count]]
            p, level = solution[: top + 1], abs(solution[count])
            if all(abs(a - b) <= abs(a) * 1e-8 for a, b in zip(q, before, strict=True)):
                break
        errors = [w * (horner(p, x) / horner(q, x) - y) for x, y, w in zip(points, values, weights, strict=True)]
        chosen = _extremes(errors, count + 1)
        if max(map(abs, errors)) < 1.01 * level:
            return p, q
    raise ArithmeticError("the exchange does not converge")


def _extremes(errors: Sequence[Number], count: int) -> list[int]:
    """Places of `count` errors of alternating sign, the greatest between two changes of sign."""
    places: list[int] = []
    for k, error in enumerate(errors):
        if not places or (error > 0) != (errors[places[-1]] > 0):
            places.append(k)
        elif abs(error) > abs(errors[places[-1]]):
            places[-1] = k
    while len(places) > count:
        places.pop(0 if abs(errors[places[0]]) < abs(errors[places[-1]]) else -1)
    if len(places) < count:
        raise ArithmeticError("too few changes of sign")
    return places


def exp_target() -> Target:
    """exp(r) = 1 + r + r^2/2 + r^3 p(r) for |r| up to half of log 2."""
    points = nodes(-mp.log(2) / 2 * MARGIN, mp.log(2) / 2 * MARGIN)
    values = [(mp.exp(r) - 1 - r - r * r / 2) / r**3 for r in points]
    return Target(points, values, [abs(r**3) / mp.exp(r) for r in points])


def log_target() -> Target:
    """log(1 + f) = 2 s + s z p(z) with s = f / (2 + f), z = s^2, and 1 + f between the roots of 1/2 and 2."""
    points = nodes(0, (mp.sqrt(2) - 1) ** 4 * MARGIN)
    values = [(2 * mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 2) / z for z in points]
    return Target(points, values, points)


def power_target() -> Target:
    """log(c) = 2/3 s (3 + z + z^2 p(z)) with s = (c - 1) / (c + 1), z = s^2, and c between the roots of 2/3 and 3/2."""
    points = nodes(0, ((mp.sqrt(6) - 2) / (mp.sqrt(6) + 2)) ** 2 * MARGIN)
    values = [(3 * mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 3 - z) / z**2 for z in points]
    return Target(points, values, [z**2 for z in points])


def normal_cdf(x: Number) -> Number:
    """The standard normal distribution function, relatively exact in its lower tail."""
    return mp.erfc(-x / mp.sqrt(2)) / 2


def normal_quantile(p: Number) -> Number:
    """The standard normal quantile, relatively exact at both ends and in the middle."""
    lower = min(p, 1 - p)
    if lower > mp.mpf(2) ** -10:
        return mp.sqrt(2) * mp.erfinv(2 * p - 1)
    x = -mp.sqrt(-2 * mp.log(lower))
    for _ in range(60):
        value = normal_cdf(x)  # Newton on the logarithm, which is concave
        step = mp.log(value / lower) * value / mp.npdf(x)
        x -= step
        if abs(step) < abs(x) * mp.mpf(10) ** -40:
            break
    return x if p < HALF else -x


def mills_target() -> Target:
    """exp(z^2/2) (z + shift) times the normal tail beyond z, by t = (z - place) / (z + place), up to z = 38.6."""
    farthest = mp.mpf("38.6")
    points = nodes(-1, (farthest - MILLS_PLACE) / (farthest + MILLS_PLACE))
    z = [MILLS_PLACE * (1 + t) / (1 - t) for t in points]
    values = [mp.exp(x * x / 2) * (x + MILLS_SHIFT) * normal_cdf(-x) for x in z]
    return Target(points, values, [1 / y for y in values])


def center_target() -> Target:
    """Quantile over 1/2 - p by d = (p - edge) (1 - edge - p), which is 0 at the edge of the middle."""
    edge = mp.mpf(CENTER)
    x = nodes(0, -normal_quantile(edge))[::-1]
    p = [normal_cdf(-each) for each in x]
    values = [a / (HALF - b) for a, b in zip(x, p, strict=True)]
    return Target([(b - edge) * (1 - edge - b) for b in p], values, [1 / y for y in values])


def tail_target() -> Target:
    """Quantile by the root of -log p, counted from `TAIL_START`, down to the smallest number."""
    near, far = (1 - 8 / (-normal_quantile(mp.mpf(CENTER)) + 4)), (1 - 8 / (mp.mpf("38.6") + 4))
    x = [4 * (1 + t) / (1 - t) for t in nodes(near, far)]
    return Target([mp.sqrt(-mp.log(normal_cdf(-each))) - TAIL_START for each in x], x, [1 / each for each in x])


TARGETS: dict[str, tuple[Callable[[], Target], int, int]] = {  # target, degrees above and below
    "exp_series": (exp_target, 9, 0),
    "log_series": (log_target, 6, 0),
    "power_series": (power_target, 5, 0),
    "mills_ratio": (mills_target, 21, 0),
    "quantile_center": (center_target, 12, 12),
    "quantile_tail": (tail_target, 10, 9),
}


Points = Callable[[random.Random], tuple[float, ...]]


@dataclass(frozen=True)
class Measure:
    """A function, what it should give, and where it is measured; `bound` is what its docstring promises."""

    function: Callable[..., float]
    exact: Callable[..., Number]
    unit: str  # "last place" or "relative"
    bound: float
    points: Points


def _between(low: float, high: float) -> Points:
    return lambda r: (r.uniform(low, high),)


def _any_size(low: int, high: int, signs: tuple[float, ...] = (1.0,)) -> Points:
    """Numbers between two powers of 2, as many of each exponent."""
    return lambda r: (r.choice(signs) * ldexp(r.uniform(0.5, 1.0), r.randint(low, high)),)


def _any_power(r: random.Random) -> tuple[float, float]:
    """Bases of every size with exponents for which the result is a normal number."""
    x = ldexp(r.uniform(0.5, 1.0), r.randint(-1073, 1024))
    return x, r.uniform(-708.0, 709.0) / log(x)


def _far_power(r: random.Random) -> tuple[float, float]:
    """Bases near 1 with exponents for which the result is near the largest number."""
    x = r.uniform(1.0001, 1.75)
    return x, r.uniform(650.0, 709.0) / log(x)


def _lost_power(r: random.Random) -> tuple[float, float]:
    """Powers below the normal numbers."""
    x = r.uniform(0.01, 0.9)
    return x, r.uniform(-744.0, -708.5) / log(x)


MEASURES: dict[str, Measure] = {
    "exp, near 0": Measure(arithmetic.exp, mp.exp, "last place", 0.7, _between(-1.1, 1.1)),
    "exp, normal": Measure(arithmetic.exp, mp.exp, "last place", 0.7, _between(-708.0, 709.7)),
    "exp, below normal": Measure(arithmetic.exp, mp.exp, "last place", 0.9, _between(-745.0, -708.4)),
    "log, near 1": Measure(arithmetic.log, mp.log, "last place", 0.9, _between(0.5, 2.0)),
    "log, at the root of 2": Measure(arithmetic.log, mp.log, "last place", 0.9, _between(1.38, 1.43)),
    "log, all": Measure(arithmetic.log, mp.log, "last place", 0.9, _any_size(-1073, 1024)),
    "expm1, near 0": Measure(arithmetic.expm1, mp.expm1, "last place", 0.95, _between(-0.7, 1.1)),
    "expm1, at half of log 2": Measure(arithmetic.expm1, mp.expm1, "last place", 0.95, _between(0.34, 0.46)),
    "expm1, small": Measure(arithmetic.expm1, mp.expm1, "last place", 0.95, _any_size(-1073, 0, (1.0, -1.0))),
    "expm1, all": Measure(arithmetic.expm1, mp.expm1, "last place", 0.95, _between(-38.0, 709.0)),
    "log1p, near 0": Measure(arithmetic.log1p, mp.log1p, "last place", 0.9, _between(-0.6, 1.1)),
    "log1p, small": Measure(arithmetic.log1p, mp.log1p, "last place", 0.9, _any_size(-1073, 0, (1.0, -1.0))),
    "log1p, all": Measure(arithmetic.log1p, mp.log1p, "last place", 0.9, _any_size(-2, 1024)),
    "power, usual": Measure(
        arithmetic.power, mp.power, "last place", 0.8, lambda r: (r.uniform(0.01, 3.0), r.uniform(-60.0, 60.0))
    ),
    "power, all": Measure(arithmetic.power, mp.power, "last place", 0.8, _any_power),
    "power, large": Measure(arithmetic.power, mp.power, "last place", 0.8, _far_power),
    "power, below normal": Measure(arithmetic.power, mp.power, "last place", 0.9, _lost_power),
    "normal_cdf, middle": Measure(arithmetic.normal_cdf, normal_cdf, "relative", 8e-16, _between(-5.0, 5.0)),
    "normal_cdf, lower tail": Measure(arithmetic.normal_cdf, normal_cdf, "relative", 8e-16, _between(-37.0, 0.0)),
    "normal_quantile, middle": Measure(
        arithmetic.normal_quantile, normal_quantile, "relative", 1e-15, _between(0.001, 0.999)
    ),
    "normal_quantile, lower tail": Measure(
        arithmetic.normal_quantile, normal_quantile, "relative", 1e-15, _any_size(-1000, -1)
    ),
    "normal_quantile, upper tail": Measure(
        arithmetic.normal_quantile, normal_quantile, "relative", 1e-15, lambda r: (1.0 - ldexp(1.0, -r.randint(1, 53)),)
    ),
    "normal_quantile, at the edge of the middle": Measure(
        arithmetic.normal_quantile, normal_quantile, "relative", 1e-15, _between(0.6 * CENTER, 1.6 * CENTER)
    ),
}


def error(got: float, exact: Number, unit: str) -> float:
    """Of one result, relative or in units in the last place of the exact one."""
    if exact == 0:
        return 0.0 if got == 0.0 else float("inf")
    size = mp.ldexp(1, max(mp.frexp(exact)[1] - 53, -1074)) if unit == "last place" else abs(exact)
    return float(abs(mp.mpf(got) - exact) / size)


def greatest_error(measure: Measure, count: int) -> tuple[float, tuple[float, ...]]:
    """The greatest error over `count` points, the same ones every time, and where it is."""
    draw = random.Random(13)
    found = (0.0, ())
    for _ in range(count):
        point = measure.points(draw)
        here = error(measure.function(*point), measure.exact(*map(mp.mpf, point)), measure.unit)
        found = max(found, (here, point))
    return found


def literals(name: str) -> set[float]:
    """Numbers in the code of a function of `polynomials.py`, without their signs."""
    code = getattr(polynomials, name).__code__
    return {abs(each) for each in code.co_consts if isinstance(each, float)}


def main() -> None:
    """Print coefficients, whether the code has them, and errors."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    for name, (target, top, bottom) in TARGETS.items():
        p, q = minimax(target(), top, bottom)
        derived = [float(each) for each in [*p, *q[1:]]]
        held = {abs(each) for each in derived} <= literals(name)
        print(f"{name}: degrees {top} and {bottom}, {'as in' if held else 'NOT IN'} the code")
        for each in derived:
            print(f"    {each!r}")
    print(f"\ngreatest error over {count:,} points each")
    for name, measure in MEASURES.items():
        worst, point = greatest_error(measure, count)
        print(f"    {name:44}{worst:10.3g} {measure.unit:10} (bound {measure.bound:g}) at {point}")


if __name__ == "__main__":
    main()
