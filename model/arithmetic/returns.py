"""Rates of return of one row of cash flows, in plain floats.

This module describes the method; rates.py implements it for NumPy columns, model/kernel/header/rates.hpp for blocks of
scenarios in C++, model/outputs/page/irr.js for the page. All four use + - * / and comparisons alone, in the same
order, and so give the same bits.

Which root is *the* rate: the smallest that is not negative (one within 1e-12 below zero counts as zero), else the one
nearest to zero. The rule needs no reference rate, so it does not depend on the length of a period.

Sides. With x = 1 / (1 + r), rates above zero are the roots of f(x) = sum c_t x^t in (0, 1). Rates below zero are those
of the same flows read backwards, with y = 1 + r in place of x. So no power ever overflows.

How many roots a side has: no more than the running total of its flows changes sign, nor than the running total of that
does (Descartes' rule of signs on f / (1 - x) and f / (1 - x)^2), an even number fewer. None or one is therefore known
in one pass over the flows. A total that rounding may have made (`CLEAR`) decides nothing.

One root: Newton's method from x = 1 on log(inflows / outflows), both discounted, as a function of log x: nearly a
straight line. The logarithm may be any smooth function that is zero at 1, and is a quotient of polynomials; the step d
multiplies x by a quotient close to exp(d). From the second step on, the cubic through the last two points and slopes
(inverse Hermite interpolation) takes over while it agrees roughly with Newton. A step that leaves the bracket, or is
not much shorter than the one before, gives way to bisection. The search ends when d is below `STEP`, or when d is
below `NEAR` and the cubic and Newton's step, of which the first is far more exact, differ by less than `AGREE`.

Several roots: x^(m + 1) d/dx [x^-m f] = sum (t - m) c_t x^t has one change of sign fewer when m lies within one, and
its roots separate those of f (Rolle). Repeating this until a side has one root at most isolates every root; on the way
back each is found between its neighbours. A separating root at which f is zero within rounding is a double root.
"""

from __future__ import annotations

from typing import NamedTuple

from .newton import EPS, NAN, Flows, Sums, bracketed, discounted, one_root

DUST = 1e-13  # smaller flows, relative to the largest, are rounding errors of zero
CLEAR = 1e-8  # the sign of a smaller total, relative to its terms, is uncertain
ZERO = 1e-12  # a root this little below zero counts as zero
SMALL, LARGE = 2.0**-200, 2.0**200  # the largest flow, and the largest coefficient, are kept between these
LEAST = 2.0**-1022  # discount factors below this have no rate in double precision
LOWEST, HIGHEST = -1.0 + 2.0**-53, 1.7976931348623157e308


def rate_of_return(flows: Flows, dust: float = DUST) -> float:
    """The rate of return per period (a fraction), nan where there is none.

    Flows no larger than `dust` times the largest count as 0: late in time they would produce rates near -1.
    """
    top = max(map(abs, flows), default=0.0)
    if not SMALL <= top <= LARGE:
        return searched(flows, dust)
    limit = dust * top
    floor = -limit
    inflow = outflow = inflows = outflows = 0.0
    positive = negative = again = False  # whether the running total was, and negative after positive
    time = 0.0
    for c in flows:
        if c > limit:
            inflow += c
            inflows += c * time
        elif not c >= floor:  # as well where it is not a number
            outflow -= c
            outflows -= c * time
        time += 1.0
        if inflow > outflow:
            positive = True
        elif inflow < outflow:
            negative = True
            again = again or positive
    clear = abs(inflow - outflow) > CLEAR * (inflow + outflow)
    if clear and inflow > outflow and negative and not again:
        return above(one_root(flows, limit, Sums(inflow, outflow, inflows, outflows)))
    return searched(flows, dust)


def searched(flows: Flows, dust: float) -> float:
    """The rate of return of any flows; see `rate_of_return`."""
    row = scaled(flows, dust)
    back = row[::-1]
    seen = signs(row)
    if seen.changes < 2:
        return single(row, back, seen.last) if seen.changes else NAN
    gains = side_roots(row, seen)
    if gains and seen.clear:
        return above(gains[0])
    losses = side_roots(back, signs(back))
    if not seen.clear:
        for y in reversed(losses):
            if below(y) >= -ZERO:
                return below(y)
        if side_of(discounted(row, 0.0, 1.0), 0) == 0:
            return 0.0
    if gains:
        return above(gains[0])
    return below(losses[0]) if losses else NAN


def roots(flows: Flows) -> list[float]:
    """All rates, ascending; none where a flow is not finite.

    Roots too close for double precision to tell apart (about 1e-7) count as one.
    """
    row = scaled(flows, 0.0)
    back = row[::-1]
    seen = signs(row)
    if seen.changes < 2:
        return [single(row, back, seen.last)] if seen.changes else []
    losses = [below(y) for y in side_roots(back, signs(back))]
    gains = [above(x) for x in side_roots(row, seen)]
    zero = not seen.clear and side_of(discounted(row, 0.0, 1.0), 0) == 0
    return losses[::-1] + [0.0] * zero + gains


def single(row: Flows, back: Flows, last: float) -> float:
    """The rate of flows that change sign once and end with `last`; `back` are the same backwards."""
    total = discounted(row, 0.0, 1.0)
    if (total.inflow >= total.outflow) == (last > 0.0):
        return above(one_root(row, 0.0, total))
    return below(one_root(back, 0.0, discounted(back, 0.0, 1.0)))


def above(x: float) -> float:
    """The rate of a discount factor in (0, 1]."""
    return (1.0 - x) / x if x > LEAST else HIGHEST


def below(y: float) -> float:
    """The rate of a growth factor in (0, 1]."""
    rate = y - 1.0
    return rate if rate > LOWEST else LOWEST


class Signs(NamedTuple):
    """How often the flows change sign, the sign of the last (0 where all are none), whether their total is more than
    rounding, and a bound on the number of roots in (0, 1), from which it differs by an even number."""

    changes: int
    last: float
    clear: bool
    bound: int


def scaled(flows: Flows, dust: float) -> list[float]:
    """The flows up to the last that is not dust, times a power of two that keeps sums finite; empty where one is not
    finite."""
    top = max(map(abs, flows), default=0.0)
    if top == 0.0 or any(c - c != 0.0 for c in flows):
        return []
    limit, scale = dust * top, 1.0
    while top * scale > LARGE:
        scale *= SMALL
    while top * scale < SMALL:
        scale *= LARGE
    row = [c * scale if c > limit or c < -limit else 0.0 for c in flows]
    while row[-1] == 0.0:  # else the flows read backwards, and their rate's last bits, would depend on them
        row.pop()
    return row


def signs(row: Flows) -> Signs:
    """Number of roots by the signs of the flows, of their running total and of its running total."""
    changes = turns = bends = 0
    last = side = slope = 0.0
    inflow = outflow = twice = 0.0
    for c in row:
        if c > 0.0:
            inflow += c
            if last < 0.0:
                changes += 1
            last = 1.0
        elif c < 0.0:
            outflow -= c
            if last > 0.0:
                changes += 1
            last = -1.0
        total = inflow - outflow
        if total > 0.0:
            if side < 0.0:
                turns += 1
            side = 1.0
        elif total < 0.0:
            if side > 0.0:
                turns += 1
            side = -1.0
        twice += total
        if twice > 0.0:
            if slope < 0.0:
                bends += 1
            slope = 1.0
        elif twice < 0.0:
            if slope > 0.0:
                bends += 1
            slope = -1.0
    if not abs(inflow - outflow) > CLEAR * (inflow + outflow):
        return Signs(changes, last, False, changes)
    if slope * side < 0.0:  # beyond the last period the total is constant, and its running total linear
        bends += 1
    return Signs(changes, last, True, min(changes, turns, bends))


def is_zero(at: Sums, level: int) -> bool:
    """Whether inflows and outflows are equal within rounding.

    Each term carries a rounding for each factor: as many as periods have passed, and as it was multiplied before.
    """
    time = at.inflows / at.inflow + at.outflows / at.outflow
    return abs(at.inflow - at.outflow) <= 0.5 * EPS * (16.0 + level + time) * (at.inflow + at.outflow)


def side_roots(row: Flows, seen: Signs) -> list[float]:
    """All roots in (0, 1), the largest first."""
    if seen.bound == 0:
        return []
    levels = [row]
    while seen.bound > 1:
        levels.append(differentiated(levels[-1], seen.changes // 2))
        seen = signs(levels[-1])
    found: list[float] = []
    for level in reversed(range(len(levels))):
        found = between(levels[level], level, found)
    return found


def differentiated(row: Flows, change: int) -> list[float]:
    """(t - m) c_t, with m halfway within a change of sign, counted from 0; times a power of two that keeps it small."""
    last, seen, middle = -1, 0, 0.0
    for t, c in enumerate(row):
        if c == 0.0:
            continue
        if last >= 0 and (c > 0.0) != (row[last] > 0.0):
            if seen == change:
                middle = 0.5 * (last + t)
                break
            seen += 1
        last = t
    product = [c * (t - middle) for t, c in enumerate(row)]
    top = max(map(abs, product))
    return [c * SMALL for c in product] if top > LARGE else product


def between(row: Flows, level: int, cuts: list[float]) -> list[float]:
    """The roots in (0, 1), the largest first, of which at most one lies between neighbouring cuts.

    A cut at which nothing is left but rounding is a double root.
    """
    at = discounted(row, 0.0, 1.0)
    side, right = side_of(at, level), 1.0
    first = next(1 if c > 0.0 else -1 for c in row if c != 0.0)
    found = []
    for left in [*cuts, 0.0]:
        near = side_of(discounted(row, 0.0, left), level) if left > 0.0 else first
        if near * side < 0:
            if right == 1.0:
                found.append(bracketed(row, 0.0, 1.0, left, 1.0, side > 0, at))
            else:
                x = 0.5 * (left + right)
                found.append(bracketed(row, 0.0, x, left, right, side > 0, discounted(row, 0.0, x)))
        elif near == 0 and side != 0:
            found.append(left)
        side, right = near, left
    return found


def side_of(at: Sums, level: int) -> int:
    """Sign of inflows less outflows, 0 within rounding."""
    if at.inflow > 0.0 and at.outflow > 0.0 and is_zero(at, level):
        return 0
    return (at.inflow > at.outflow) - (at.inflow < at.outflow)
