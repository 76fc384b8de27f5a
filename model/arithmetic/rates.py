"""Internal rate of return and net present value of evenly spaced cash flows.

Rates are fractions per period (0.10 is 10 % a period); money may be in any unit. returns.py says which of several roots
is meant and how it is found; here are the public functions, and the same method for many columns at once. A figure has
the same bits on every processor.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import returns
from .newton import AGREE, ALIKE, CURVE, FAR, INFINITE, NAN, NARROW, NEAR, REACH, ROUNDS, SHRINK, STEEP, STEP
from .returns import CLEAR, DUST, HIGHEST, LARGE, LEAST, SMALL

Floats = NDArray[np.float64]

_FEW = 48  # fewer columns than this are sooner solved one by one
_CHUNK = 1024  # scenarios solved at a time: bounds the memory and stays in the cache


def npv(rate: float, cash_flows: ArrayLike, convention: str = "start") -> float:
    """Net present value of a 1-D sequence of cash flows, in the unit of the flows.

    `rate` is a fraction per period, above -1. `convention` says when in its period a flow falls:
    "start" (the first flow is not discounted, as in numpy_financial.npv), "mid" or "end".
    nan if the rate or a flow is not finite. ValueError if the flows are not 1-D, the rate is -1 or
    less, or the convention is unknown.
    """
    flows = _one_dimensional(cash_flows)
    if convention not in ("start", "mid", "end"):
        raise ValueError(f"convention must be one of start, mid, end, not {convention!r}")
    if rate <= -1.0:
        raise ValueError(f"rate must be above -1 (-100 % per period), not {rate}")
    if not math.isfinite(rate) or not all(map(math.isfinite, flows)):
        return NAN
    x = 1.0 / (1.0 + rate)
    factor = {"start": 1.0, "mid": math.sqrt(x), "end": x}[convention]
    value = 0.0
    for flow in flows:
        if flow != 0.0:  # none must not meet an infinite discount factor
            value += flow * factor
        factor *= x
    return value


def without_dust(flows: ArrayLike) -> Floats:
    """A model's flows by column, those of at most 1e-13 of the column's largest taken as none.

    They are rounding errors of zero differences; late in time they would produce rates near -1.
    """
    table = np.asarray(flows, dtype=np.float64)
    size = np.abs(table)
    return np.where(size <= DUST * np.max(size, axis=0, initial=0.0), 0.0, table)


def irr(cash_flows: ArrayLike) -> float:
    """Internal rate of return per period (a fraction) of a 1-D sequence of cash flows.

    With several roots: the smallest that is not negative, else the one nearest to zero. nan where
    there is none (`why_no_irr` gives the reason). ValueError if the flows are not 1-D.
    """
    return returns.rate_of_return(_one_dimensional(cash_flows), 0.0)


def irr_many(flows: ArrayLike) -> Floats:
    """`irr` of every column of `flows`, shape (T periods, S scenarios) -> shape (S,), to the same bits.

    Fast where the running total of the flows goes once from below to above zero (one rate above zero, by Norstrom), as
    for a mine with closure costs. Other columns go one by one. ValueError if not 2-D.
    """
    table = np.asarray(flows, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"flows must have shape (periods, scenarios), not {table.shape}")
    parts = [_irr_chunk(table[:, start : start + _CHUNK]) for start in range(0, table.shape[1], _CHUNK)]
    return np.concatenate(parts) if parts else np.empty(0)


def irr_roots(cash_flows: ArrayLike) -> list[float]:
    """All real IRRs above -1 of a 1-D sequence of cash flows: fractions per period, ascending.

    A multiple root is listed once; roots too close for double precision to tell apart (about 1e-7)
    count as one double root. A root that rounds to -1 is given as the next number above -1. Empty if
    there is none or a flow is not finite. ValueError if the flows are not 1-D.
    """
    return returns.roots(_one_dimensional(cash_flows))


def why_no_irr(cash_flows: ArrayLike) -> str | None:
    """Why `irr` of a 1-D sequence of cash flows is nan, in words; None if there is an IRR.

    ValueError if the flows are not 1-D.
    """
    flows = _one_dimensional(cash_flows)
    if not all(map(math.isfinite, flows)):
        return "a cash flow is not a finite number"
    if len(flows) < 2:
        return "fewer than two cash flows"
    if not any(flows):
        return "all cash flows are zero"
    if not any(flow < 0.0 for flow in flows):
        return "no outflow: no cash flow is negative"
    if not any(flow > 0.0 for flow in flows):
        return "no inflow: no cash flow is positive"
    if math.isnan(returns.rate_of_return(flows, 0.0)):
        return "no real root: the net present value has the same sign at every rate above -100 %"
    return None


def _one_dimensional(cash_flows: ArrayLike) -> list[float]:
    flows = np.asarray(cash_flows, dtype=np.float64)
    if flows.ndim != 1:
        raise ValueError(f"cash flows must be one-dimensional, not of shape {flows.shape}")
    values: list[float] = flows.tolist()
    return values


def _irr_chunk(c: Floats) -> Floats:
    """IRR per column; see `returns.rate_of_return`."""
    count = c.shape[1]
    if count < _FEW:
        return np.array([returns.rate_of_return(row, 0.0) for row in c.T.tolist()])
    size = np.abs(c).max(axis=0, initial=0.0)
    inflows, outflows = np.where(c > 0.0, c, 0.0), np.where(c >= 0.0, 0.0, -c)
    at = np.zeros((4, count))
    positive, negative, again = np.zeros((3, count), dtype=bool)
    with np.errstate(all="ignore"):
        for time, (up, down) in enumerate(zip(inflows, outflows, strict=True)):
            at[0] += up
            at[1] += down
            at[2] += up * time
            at[3] += down * time
            less = at[0] < at[1]
            positive |= at[0] > at[1]
            negative |= less
            less &= positive
            again |= less
        clear = np.abs(at[0] - at[1]) > CLEAR * (at[0] + at[1])
        usual = (size >= SMALL) & (size <= LARGE) & clear & (at[0] > at[1]) & negative & ~again
        rates = np.full(count, NAN)
        fast = np.flatnonzero(usual)
        if fast.size:
            x = _one_root(inflows[:, fast], outflows[:, fast], at[:, fast])
            rates[fast] = np.where(x > LEAST, (1.0 - x) / x, HIGHEST)
    for column in np.flatnonzero(~usual):
        rates[column] = returns.rate_of_return(c[:, column].tolist(), 0.0)
    return rates


def _discounted(inflows: Floats, outflows: Floats, x: Floats) -> Floats:
    """`returns.discounted` per column: inflows, outflows and both weighted by their time, as rows."""
    at = np.zeros((4, x.size))
    factor, term = np.ones(x.size), np.empty(x.size)
    for time, flows in enumerate(zip(inflows, outflows, strict=True)):
        for direction, flow in enumerate(flows):
            at[direction] += np.multiply(flow, factor, out=term)
            at[2 + direction] += np.multiply(term, time, out=term)
        factor *= x
    return at


def _one_root(inflows: Floats, outflows: Floats, at: Floats) -> Floats:
    """`returns.one_root` per column, the running total of which ends above zero."""
    found = np.full(at.shape[1], NAN)
    columns, done = np.arange(at.shape[1]), np.zeros(at.shape[1], dtype=bool)
    x, low, high = np.ones(columns.size), np.zeros(columns.size), np.ones(columns.size)
    before = np.full(columns.size, INFINITE)
    value0, inverse0, step0 = np.full((3, columns.size), NAN)
    for _ in range(ROUNDS):
        inflow, outflow, up, down = at
        q = inflow / outflow
        q = np.where(q < STEEP, q, STEEP)
        value = (((11.0 * q + 27.0) * q - 27.0) * q - 11.0) / (3.0 * (((q + 9.0) * q + 9.0) * q + 1.0))
        value = np.where((inflow > 0.0) & (outflow > 0.0), value, NAN)
        slope = up / inflow - down / outflow
        inverse = np.where(slope != 0.0, 1.0 / slope, NAN)
        newton = -(value * inverse)
        size, far = np.abs(newton), np.abs(value)
        rise = value - value0
        over = np.where(rise != 0.0, 1.0 / rise, NAN)
        secant = step0 * over
        bend = (inverse - secant) * over
        twist = (bend - (secant - inverse0) * over) * over
        cubic = newton + value * value * (bend - value0 * twist)
        gap = np.abs(cubic - newton)
        first = newton / (1.0 - CURVE * np.where(far < FAR, far, FAR))
        step = np.where(value0 == value0, np.where(gap <= ALIKE * size, cubic, newton), first)
        step = np.where(step > REACH, REACH, step)
        step = np.where(step < -REACH, -REACH, step)
        moved = x * ((12.0 + step * (6.0 + step)) / (12.0 - step * (6.0 - step)))
        settled = (size <= STEP) | ((size <= NEAR) & (gap <= AGREE))
        high, low = np.where(inflow > outflow, x, high), np.where(inflow > outflow, low, x)
        exact = inflow == outflow
        narrow = high - low <= NARROW * x
        ends = ~done & (exact | settled | narrow)
        found[columns[ends]] = np.where(exact | ~settled, x, moved)[ends]
        done |= ends
        accepted = (low < moved) & (moved < high) & (size <= SHRINK * before)
        before, value0 = np.where(accepted, np.abs(step), INFINITE), np.where(accepted, value, NAN)
        inverse0, step0 = inverse, step
        x = np.where(accepted, moved, np.where(low > 0.0, 0.5 * (low + high), 0.125 * high))
        if done.all():
            break
        if 2 * done.sum() > done.size:  # go on with the others alone
            keep = ~done
            columns, done, inflows, outflows = columns[keep], done[keep], inflows[:, keep], outflows[:, keep]
            x, low, high, before = x[keep], low[keep], high[keep], before[keep]
            value0, inverse0, step0 = value0[keep], inverse0[keep], step0[keep]
        at = _discounted(inflows, outflows, x)
    return found
