"""The one root between two bounds of discounted cash flows, by the steps that returns.py describes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

STEP = 1e-10  # a Newton step in log x this small is the last
NEAR, AGREE = 1e-4, 1e-13  # or one below NEAR that agrees with the cubic to AGREE
SHRINK = 0.75  # a step longer than this share of the one before gives way to bisection
ALIKE = 0.75  # the cubic is taken where it differs from Newton's step by no more than this share
REACH = 2.0  # the longest step in log x
CURVE, FAR = 0.25, 1.6  # a step without a point before is divided by 1 - CURVE * min(|log ratio|, FAR)
STEEP = 1e9  # ratios above this are taken as this
ROUNDS = 500
EPS = 2.0**-52
NARROW = 4.0 * EPS  # a bracket this narrow, relative to x, holds nothing more to find
NAN, INFINITE = math.nan, math.inf

Flows = Sequence[float]


class Sums(NamedTuple):
    """Discounted inflows and outflows, and both weighted by their time: the latter over the former is the average
    time, in periods from the first. Periods without a flow after the last add nothing."""

    inflow: float
    outflow: float
    inflows: float
    outflows: float


def discounted(row: Flows, limit: float, x: float) -> Sums:
    """The sums at a discount factor; flows within `limit` are none."""
    floor = -limit
    inflow = outflow = inflows = outflows = 0.0
    factor, time = 1.0, 0.0
    for c in row:
        term = c * factor
        if c > limit:
            inflow += term
            inflows += term * time
        elif c < floor:
            outflow -= term
            outflows -= term * time
        factor *= x
        time += 1.0
    return Sums(inflow, outflow, inflows, outflows)


def one_root(row: Flows, limit: float, at: Sums) -> float:
    """The one root in (0, 1] of flows of which those within `limit` are none, given the sums at 1."""
    return bracketed(row, limit, 1.0, 0.0, 1.0, at.inflow > at.outflow, at)


def bracketed(row: Flows, limit: float, x: float, low: float, high: float, rising: bool, at: Sums) -> float:
    """The one root between two bounds, from a point between them at which the sums are given.

    Args:
        low: 0 where only a root's being positive is known.
        rising: whether inflows exceed outflows between the root and `high`.
    """
    inflow, outflow, inflows, outflows = at
    before = INFINITE
    value0 = inverse0 = step0 = NAN  # of the point before, where the step from it was not a bisection
    for _ in range(ROUNDS):
        if inflow == outflow:
            return x
        value = inverse = NAN
        if inflow > 0.0 and outflow > 0.0:
            q = inflow / outflow
            q = q if q < STEEP else STEEP
            value = (((11.0 * q + 27.0) * q - 27.0) * q - 11.0) / (3.0 * (((q + 9.0) * q + 9.0) * q + 1.0))
            slope = inflows / inflow - outflows / outflow
            inverse = 1.0 / slope if slope != 0.0 else NAN
        newton = -(value * inverse)
        size, gap = abs(newton), NAN
        if value0 == value0:
            rise = value - value0
            over = 1.0 / rise if rise != 0.0 else NAN
            secant = step0 * over
            bend = (inverse - secant) * over
            twist = (bend - (secant - inverse0) * over) * over
            cubic = newton + value * value * (bend - value0 * twist)
            gap = abs(cubic - newton)
            step = cubic if gap <= ALIKE * size else newton
        else:
            far = abs(value)
            step = newton / (1.0 - CURVE * (far if far < FAR else FAR))
        step = REACH if step > REACH else step
        step = -REACH if step < -REACH else step
        moved = x * ((12.0 + step * (6.0 + step)) / (12.0 - step * (6.0 - step)))
        if size <= STEP or (size <= NEAR and gap <= AGREE):
            return moved
        if (inflow > outflow) == rising:
            high = x
        else:
            low = x
        if high - low <= NARROW * x:
            return x
        if low < moved < high and size <= SHRINK * before:
            before, value0, inverse0, step0 = abs(step), value, inverse, step
        else:
            before, value0 = INFINITE, NAN
            moved = 0.5 * (low + high) if low > 0.0 else 0.125 * high
        x = moved
        inflow, outflow, inflows, outflows = discounted(row, limit, x)
    return NAN
