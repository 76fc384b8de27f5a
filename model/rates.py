"""Internal rate of return and net present value of evenly spaced cash flows.

Rates are fractions per period (0.10 is 10 % a period); money may be in any unit. Inside, a rate r is
held as u = log(1 + r), so that every r above -1 is a plain real number and nothing overflows.

Which root is *the* IRR: the smallest root that is not negative; if all are negative, the one nearest
to zero. The rule needs no reference rate, so it does not depend on the length of a period. A root
within 1e-12 below zero counts as zero.

How the roots are found: f(u) = sum c_t exp(-u t) has the zeros of F(u) = log(inflows) - log(outflows),
both discounted. F is close to linear, so Newton's method on it settles in a few steps; a bracket that
falls back on bisection makes it safe. One sign change (Descartes) means one root. With several, every
root is looked for: `log_roots` in `model/roots.py` says how.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .roots import DUST, NARROW, ROUNDS, SHRINK, STEP, chosen_rate, log_roots, rate_of

Floats = NDArray[np.float64]

_CHUNK = 1024  # scenarios solved at a time: bounds the memory and stays in the cache
_SHIFT = {"start": 0.0, "mid": 0.5, "end": 1.0}


def npv(rate: float, cash_flows: ArrayLike, convention: str = "start") -> float:
    """Net present value of a 1-D sequence of cash flows, in the unit of the flows.

    `rate` is a fraction per period, above -1. `convention` says when in its period a flow falls:
    "start" (the first flow is not discounted, as in numpy_financial.npv), "mid" or "end".
    nan if the rate or a flow is not finite. ValueError if the flows are not 1-D, the rate is -1 or
    less, or the convention is unknown.
    """
    flows = _one_dimensional(cash_flows)
    if convention not in _SHIFT:
        raise ValueError(f"convention must be one of {', '.join(_SHIFT)}, not {convention!r}")
    if rate <= -1.0:
        raise ValueError(f"rate must be above -1 (-100 % per period), not {rate}")
    if not np.isfinite(rate) or not np.isfinite(flows).all():
        return float("nan")
    periods = np.flatnonzero(flows)  # a zero flow must not meet an infinite discount factor
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.sum(flows[periods] * np.exp(-np.log1p(rate) * (periods + _SHIFT[convention]))))


def without_dust(flows: Floats) -> Floats:
    """A model's flows by column, those below 1e-13 of the column's largest taken as none.

    They are what rounding left of a difference that is zero; far out in time they would bring rates near -1.
    """
    size = np.abs(flows)
    return np.where(size <= DUST * np.max(size, axis=0, initial=0.0), 0.0, flows)


def irr(cash_flows: ArrayLike) -> float:
    """Internal rate of return per period (a fraction) of a 1-D sequence of cash flows.

    With several roots: the smallest that is not negative, else the one nearest to zero. nan where
    there is none (`why_no_irr` gives the reason). ValueError if the flows are not 1-D.
    """
    return float(irr_many(_one_dimensional(cash_flows)[:, None])[0])


def irr_many(flows: ArrayLike) -> Floats:
    """`irr` of every column of `flows`, shape (T periods, S scenarios) -> shape (S,).

    Fast where there is one sign change, or where the running total of the flows changes sign once
    (one root above zero, by Norstrom): a mine with closure costs, say. Other columns go one by one
    through the root finder of `irr_roots`. A column never influences another. ValueError if not 2-D.
    """
    table = np.asarray(flows, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"flows must have shape (periods, scenarios), not {table.shape}")
    rates = np.full(table.shape[1], np.nan)
    if table.shape[0] < 2:
        return rates
    for start in range(0, table.shape[1], _CHUNK):
        part = table[:, start : start + _CHUNK]
        scale = np.abs(part).max(axis=0)
        usable = np.flatnonzero(np.isfinite(scale) & (scale > 0.0))
        rates[start + usable] = _irr_chunk(part[:, usable] / scale[usable])
    return rates


def irr_roots(cash_flows: ArrayLike) -> list[float]:
    """All real IRRs above -1 of a 1-D sequence of cash flows: fractions per period, ascending.

    A multiple root is listed once; roots too close for double precision to tell apart (about 1e-7)
    count as one double root. A root that rounds to -1 is given as the next number above -1. Empty if
    there is none or a flow is not finite. ValueError if the flows are not 1-D.
    """
    flows = _one_dimensional(cash_flows)
    if not np.isfinite(flows).all():
        return []
    return [rate_of(u) for u in log_roots(flows)]


def why_no_irr(cash_flows: ArrayLike) -> str | None:
    """Why `irr` of a 1-D sequence of cash flows is nan, in words; None if there is an IRR.

    ValueError if the flows are not 1-D.
    """
    flows = _one_dimensional(cash_flows)
    if not np.isfinite(flows).all():
        return "a cash flow is not a finite number"
    if flows.size < 2:
        return "fewer than two cash flows"
    if not flows.any():
        return "all cash flows are zero"
    if not (flows < 0.0).any():
        return "no outflow: no cash flow is negative"
    if not (flows > 0.0).any():
        return "no inflow: no cash flow is positive"
    if np.isnan(irr(flows)):
        return "no real root: the net present value has the same sign at every rate above -100 %"
    return None


def _one_dimensional(cash_flows: ArrayLike) -> Floats:
    flows = np.asarray(cash_flows, dtype=np.float64)
    if flows.ndim != 1:
        raise ValueError(f"cash flows must be one-dimensional, not of shape {flows.shape}")
    return flows


def _irr_chunk(c: Floats) -> Floats:
    """IRR per column; the flows are scaled to a largest magnitude of 1."""
    kind = _single_change(c)
    others = np.flatnonzero(kind == 0)
    if others.size:
        total = c[:, others].cumsum(axis=0)
        clear = np.abs(total[-1]) > 1e-8 * np.abs(c[:, others]).sum(axis=0)
        kind[others] = np.where(clear, _single_change(total), 0)
    rates = np.full(kind.size, np.nan)
    fast = np.flatnonzero(kind)
    if fast.size:
        u = _solve_columns(c[:, fast] * kind[fast])
        rates[fast] = [rate_of(x) if x == x else x for x in u.tolist()]
    for column in np.flatnonzero(np.isnan(rates)):
        rates[column] = chosen_rate(c[:, column])
    return rates


def _single_change(c: Floats) -> NDArray[np.int64]:
    """Per column: 1 for one sign change from - to +, -1 for one from + to -, else 0."""
    plus, minus = c > 0.0, c < 0.0
    last = len(c) - 1
    rises = last - minus[::-1].argmax(axis=0) < plus.argmax(axis=0)
    falls = last - plus[::-1].argmax(axis=0) < minus.argmax(axis=0)
    both = plus.any(axis=0) & minus.any(axis=0)
    return np.where(both, rises.astype(np.int64) - falls, 0)


def _solve_columns(c: Floats) -> Floats:
    """log(1 + IRR) per column of outflow-first flows with a unique (or unique positive) root.

    nan where the discount factors leave the range of double precision.
    """
    count = c.shape[1]
    both = np.concatenate([np.maximum(c, 0.0), np.maximum(-c, 0.0)], axis=1)
    backwards: list[Any] = list(both[::-1])
    if count == 1:  # plain floats: the same arithmetic, without the cost of tiny arrays
        backwards = both[::-1].T.tolist()

    def log_ratio(u: Floats) -> tuple[Floats, Floats]:
        x = np.exp(-u)
        if count == 1:
            pairs = [_horner(rows, float(x[0])) for rows in backwards]
            value, slope = np.array(pairs).T
        else:
            value, slope = _horner(backwards, np.concatenate([x, x]))
        timing = slope / value  # times x: the average period of the discounted flows
        return np.log(value[:count] / value[count:]), x * (timing[count:] - timing[:count])

    inflow, outflow = both[:, :count].sum(axis=0), both[:, count:].sum(axis=0)
    first = np.abs(c[(c != 0.0).argmax(axis=0), np.arange(count)])
    undiscounted = np.log(inflow / outflow)
    low = np.where(undiscounted > 0.0, 0.0, undiscounted - 1e-3)  # F falls by at least 1 per unit of u
    high = np.where(undiscounted > 0.0, np.log(inflow / first), 0.0) + 1e-3
    with np.errstate(all="ignore"):
        return _newton(log_ratio, np.zeros(count), low, high)


def _horner(backwards: Sequence[Any], x: Any) -> tuple[Any, Any]:
    """Value and derivative at x of the polynomials whose coefficients come highest power first."""
    value, slope = 0.0 * x, 0.0 * x
    for row in backwards:
        slope *= x
        slope += value
        value *= x
        value += row
    return value, slope


def _newton(
    function: Callable[[Floats], tuple[Floats, Floats]], u: Floats, low: Floats, high: Floats
) -> Floats:
    """Roots of `function`, elementwise: positive at `low`, negative at `high`; nan if not found.

    Newton's method from `u`; a step that leaves the bracket or is not much shorter than the one before
    is replaced by bisection.
    """
    roots = np.full(u.shape, np.nan)
    done = np.zeros(u.shape, dtype=bool)
    before = high - low
    for _ in range(ROUNDS):
        value, slope = function(u)
        step = np.where(value == 0.0, 0.0, value / slope)
        settled = ~done & (np.abs(step) <= STEP)  # asked before the bracket shrinks onto the root
        roots[settled] = (u - step)[settled]
        low, high = np.where(value > 0.0, u, low), np.where(value < 0.0, u, high)
        narrow = ~done & ~settled & (high - low <= NARROW * np.maximum(1.0, np.abs(u)))
        roots[narrow] = u[narrow]
        done |= settled | narrow | np.isnan(value)
        if done.all():
            break
        newton, middle = u - step, 0.5 * (low + high)
        good = (newton > low) & (newton < high) & (np.abs(step) <= SHRINK * before)
        following = np.where(done, u, np.where(good, newton, middle))
        before, u = np.abs(following - u), following
    return roots
