"""What the kernel calls for a block of scenarios at once: plain loops over its lanes.

The text of this file is written into every generated kernel, so that a kernel is one file and its cached machine
code follows every change made here. The rule for rates of return and the method are those of `model/rates.py`: flows
whose sign changes once, or whose running total does, have one root that counts, found by Newton's method inside a
bracket; so have those of which the running total of the running total does (Descartes' rule on the flows over 1 - x,
and again). Of what has several sign changes and no such root, every root is looked for.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ..roots import DUST, NARROW, ROUNDS, SHRINK, STEP, chosen_rate, rate_of

Floats = NDArray[np.float64]
LANES = 32
CLEAR = 1e-8  # a total this small beside what it sums has no certain sign


def power(base: float, exponent: float, memo: Floats) -> float:
    """base ** exponent, looked up in `memo` (base, exponent, power) where it is that of the scenario before.

    An exponent is mostly a length of time, the same in all scenarios but where one of them starts or ends.
    """
    if base != memo[0] or exponent != memo[1]:
        memo[0], memo[1], memo[2] = base, exponent, base**exponent
    return float(memo[2])


def at_rest(s: Floats, at: int, groups: int) -> int:
    """How many groups of rows, from the first, rest in every lane: sums of their sizes stand at s[at + lane], the
    next group's `LANES` further on."""
    for k in range(groups):
        for i in range(LANES):
            if s[at + k * LANES + i] != 0.0:
                return k
    return groups


def irr_block(w: Floats, at: int, periods: int, flows: Floats, g: Floats, s: Floats, to: int) -> None:
    """Rates of `LANES` scenarios whose flows stand at w[t, at + lane].

    Args:
        flows: scratch of an even number of rows, `periods` or one more, which is 0; g: of 10 * LANES.
        s, to: where the rates go, s[to + lane].
    """
    n = LANES
    for i in range(10 * n):
        g[i] = 0.0
    for t in range(periods):
        row = w[t, at : at + n]
        for i in range(n):
            g[i] = abs(row[i]) if abs(row[i]) > g[i] else g[i]
    for i in range(n):
        g[i] *= DUST
    # 0 greatest dust; 1 inflow, 2 weighted by time, 3 outflow, 4 weighted by time; 5 running total, 6 its sign,
    # 7 how often that changes, 8 first flow
    for t in range(periods):
        row, kept, time = w[t, at : at + n], flows[t], float(t)
        for i in range(n):
            c = 0.0 if abs(row[i]) <= g[i] else row[i]
            kept[i] = c
            up = c if c > 0.0 else 0.0
            down = up - c
            g[n + i] += up
            g[2 * n + i] += time * up
            g[3 * n + i] += down
            g[4 * n + i] += time * down
            total, before = g[5 * n + i] + c, g[6 * n + i]
            side = 1.0 if total > 0.0 else (-1.0 if total < 0.0 else before)
            g[7 * n + i] += 1.0 if side * before < 0.0 else 0.0
            g[8 * n + i] = total if before == 0.0 else g[8 * n + i]
            g[5 * n + i], g[6 * n + i] = total, side
    left = 0
    for i in range(n):
        inflow, outflow, total, first = g[n + i], g[3 * n + i], g[5 * n + i], abs(g[8 * n + i])
        kind = 0.0
        if inflow > 0.0 and outflow > 0.0 and abs(total) < np.inf:  # a flow that is no number makes the total none
            clear = abs(total) > CLEAR * (inflow + outflow)
            side = 1.0 if total > 0.0 else -1.0
            kind = side if clear and g[7 * n + i] == 1.0 else kind_of(flows, periods, i, side if clear else 0.0)
        s[to + i] = np.nan
        g[i], g[9 * n + i] = 1.0, kind
        if kind * kind > 0.0:
            left += 1
            start = kind * math.log(inflow / outflow)
            g[5 * n + i] = 0.0
            g[6 * n + i] = 0.0 if start > 0.0 else start - 1e-3
            g[7 * n + i] = (math.log((inflow if kind > 0.0 else outflow) / first) if start > 0.0 else 0.0) + 1e-3
            g[8 * n + i] = g[7 * n + i] - g[6 * n + i]
    # 0 discount factor; 1 to 4 the same sums, discounted; 5 the rate as log(1 + r), 6 and 7 its bracket, 8 the step
    # before, 9 the kind: 0 when settled, nan when it takes more than one bracket
    for number in range(ROUNDS):
        if left == 0:
            break
        if number > 0:  # before any step nothing is discounted
            discounted(flows, (periods + 1) // 2, g)
        for i in range(n):
            kind = g[9 * n + i]
            if not kind * kind > 0.0:
                continue
            u, low, high = g[5 * n + i], g[6 * n + i], g[7 * n + i]
            inflow, outflow = g[n + i], g[3 * n + i]
            value = kind * math.log(inflow / outflow)
            slope = kind * g[i] * (g[4 * n + i] / outflow - g[2 * n + i] / inflow)
            step = 0.0 if value == 0.0 else value / slope
            settled = abs(step) <= STEP
            if not settled:
                low = u if value > 0.0 else low
                high = u if value < 0.0 else high
            narrow = high - low <= NARROW * max(1.0, abs(u))
            if settled or narrow or math.isnan(value):
                s[to + i] = rate_of(u - step if settled else u)
                g[9 * n + i] = np.nan if math.isnan(value) else 0.0
                left -= 1
                continue
            inside = u - step > low and u - step < high and abs(step) <= SHRINK * g[8 * n + i]
            following = u - step if inside else 0.5 * (low + high)
            g[8 * n + i] = abs(following - u)
            g[5 * n + i], g[6 * n + i], g[7 * n + i] = following, low, high
    for i in range(n):
        if math.isnan(g[9 * n + i]):
            s[to + i] = chosen_rate(flows[:periods, i].copy())


def kind_of(flows: Floats, periods: int, i: int, side: float) -> float:
    """1 where one root counts and outflows come before inflows, -1 where after, nan where there may be several.

    Args:
        side: sign of the total, 0 where it is not certain.
    """
    sign = total = twice = slope = 0.0
    changes = turns = 0
    for t in range(periods):
        c = flows[t, i]
        if c != 0.0:
            changes += 1 if sign * c < 0.0 else 0
            sign = 1.0 if c > 0.0 else -1.0
        total += c
        twice += total
        if twice != 0.0:
            turns += 1 if slope * twice < 0.0 else 0
            slope = 1.0 if twice > 0.0 else -1.0
    if changes == 1:
        return sign
    # after the last period the running total stays, and its total goes its way
    turns += 1 if slope * side < 0.0 else 0
    return side if side != 0.0 and turns == 1 else np.nan


def discounted(flows: Floats, pairs: int, g: Floats) -> None:
    """Inflow and outflow and their derivatives by the discount factor, two periods at a time."""
    n = LANES
    for i in range(n):
        g[i] = math.exp(-g[5 * n + i])
    for i in range(n, 5 * n):
        g[i] = 0.0
    for back in range(pairs):
        row, later = flows[2 * (pairs - 1 - back)], flows[2 * (pairs - 1 - back) + 1]
        for i in range(n):
            x, c, d = g[i], later[i], row[i]
            up, over = c if c > 0.0 else 0.0, d if d > 0.0 else 0.0
            inflow, outflow = g[n + i] * x + up, g[3 * n + i] * x + (up - c)
            g[2 * n + i] = (g[2 * n + i] * x + g[n + i]) * x + inflow
            g[4 * n + i] = (g[4 * n + i] * x + g[3 * n + i]) * x + outflow
            g[n + i] = inflow * x + over
            g[3 * n + i] = outflow * x + (over - d)
