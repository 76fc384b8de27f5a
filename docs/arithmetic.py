"""Derive the coefficients of `model/engine/polynomials.py` and measure the error of `model/engine/arithmetic.py`.

    python -m docs.arithmetic            # coefficients, then the greatest error of each function
    python -m docs.arithmetic 200000     # the same over so many points for each range

Every polynomial is a minimax one: the exchange algorithm of Remez, in 50 digits. Coefficients are rounded to doubles
one after the other, the lowest power first, and the others fitted anew, so that its rounding is made good.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath as mp

mp.mp.dps = 50
Number = Any  # of mpmath, which has no types
Curve = Callable[[Number], Number]


def minimax(curve: Curve, size: Curve, low: Number, high: Number, powers: Sequence[int]) -> list[Number]:
    """Coefficients c for which the greatest |size(x) (sum of c[i] x**powers[i] - curve(x))| in (low, high) is least.

    Args:
        size: weight of an error at a point, not negative.
    """
    count = len(powers)
    low, high = mp.mpf(low), mp.mpf(high)
    grid = [low + (high - low) * (1 - mp.cos(mp.pi * (2 * k + 1) / (80 * count))) / 2 for k in range(40 * count)]
    wanted = [curve(x) for x in grid]
    weight = [size(x) for x in grid]
    chosen = [round(len(grid) * (k + 0.5) / (count + 1)) for k in range(count + 1)]
    solution: list[Number] = []
    for _ in range(30):
        rows = [[grid[j] ** p for p in powers] + [(-1) ** i / weight[j]] for i, j in enumerate(chosen)]
        solution = list(mp.lu_solve(mp.matrix(rows), mp.matrix([wanted[j] for j in chosen])))
        errors = [w * (_sum(solution, powers, x) - y) for x, y, w in zip(grid, wanted, weight, strict=True)]
        extremes = _extremes(errors, count + 1)
        if extremes == chosen:
            break
        chosen = extremes
    return solution[:count]


def _sum(coefficients: Sequence[Number], powers: Sequence[int], x: Number) -> Number:
    return mp.fsum(c * x**p for c, p in zip(coefficients, powers, strict=False))


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
    return places


def polynomial(curve: Curve, size: Curve, low: Number, high: Number, degree: int) -> list[float]:
    """Coefficients as doubles, the lowest power first."""
    if low < 0:  # where 0 lies inside, a sum without its first power is no longer free to take every sign
        return [float(c) for c in minimax(curve, size, low, high, range(degree + 1))]
    fixed: list[float] = []
    for power in range(degree + 1):
        known = tuple(fixed)

        def rest(x: Number, known: tuple[float, ...] = known) -> Number:
            return curve(x) - _sum(known, range(len(known)), x)

        fixed.append(float(minimax(rest, size, low, high, range(power, degree + 1))[0]))
    return fixed


# exp(r) = 1 + r + r^2/2 + r^3 p(r) for |r| up to half of log 2
def _exp(r: Number) -> Number:
    return (mp.exp(r) - 1 - r - r * r / 2) / r**3


def exp_coefficients() -> list[float]:
    """Of p."""
    half = mp.log(2) / 2 + mp.mpf(2) ** -20
    return polynomial(_exp, lambda r: abs(r**3) / mp.exp(r), -half, half, 8)


# log(1 + f) = 2 s + s z p(z) with s = f / (2 + f), z = s^2 and 1 + f between the roots of 1/2 and 2
WIDEST = (mp.sqrt(2) - 1) ** 4 * (1 + mp.mpf(2) ** -20)  # z


def _log(z: Number) -> Number:
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) / s - 2) / z


def log_coefficients() -> list[float]:
    """Of p."""
    return polynomial(_log, lambda z: z, 0, WIDEST, 6)


# the same as 2/3 s (3 + z + z^2 p(z)), for powers, (1 + s) / (1 - s) between the roots of 2/3 and 3/2
NEAREST = ((mp.sqrt(6) - 2) / (mp.sqrt(6) + 2)) ** 2 * (1 + mp.mpf(2) ** -20)  # z


def _log_of_power(z: Number) -> Number:
    s = mp.sqrt(z)
    return (3 * mp.atanh(s) / s - 3 - z) / z**2


def power_coefficients() -> list[float]:
    """Of p."""
    return polynomial(_log_of_power, lambda z: z**2, 0, NEAREST, 5)


COEFFICIENTS: dict[str, Callable[[], list[float]]] = {
    "exp": exp_coefficients,
    "log": log_coefficients,
    "power": power_coefficients,
}


def main() -> None:
    """Print the coefficients."""
    for name, derived in COEFFICIENTS.items():
        print(name)
        for each in derived():
            print(f"    {each!r}")


if __name__ == "__main__":
    main()
