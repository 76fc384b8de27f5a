"""What the kernel calls for a block of scenarios at once: plain loops over its lanes.

The text of this file is written into every generated kernel, so that a kernel is one file and its cached machine
code follows every change made here. The rule for rates of return and the method are those of `model/rates.py`: flows
whose sign changes once, or whose running total does, have one root that counts, found by Newton's method inside a
bracket; so have those of which the running total of the running total does (Descartes' rule on the flows over 1 - x,
and again). Of what has several sign changes and no such root, every root is looked for.
"""

import math

import numpy as np

from ..roots import DUST, NARROW, ROUNDS, STEP, chosen_rate, rate_of

LANES = 32
CLEAR = 1e-8  # a total this small beside what it sums has no certain sign


def power(base, exponent, memo):  # type: ignore[no-untyped-def]
    """base ** exponent, looked up in `memo` (base, exponent, power) where it is that of the scenario before.

    An exponent is mostly a length of time, the same in all scenarios but where one of them starts or ends.
    """
    if base != memo[0] or exponent != memo[1]:
        memo[0], memo[1], memo[2] = base, exponent, base**exponent
    return memo[2]


def irr_block(w, at, periods, flows, g, s, to):  # type: ignore[no-untyped-def]
    """Rates of `LANES` scenarios whose flows stand at w[t, at + lane].

    Args:
        flows: scratch of (periods, LANES) numbers; g: of 14 * LANES.
        s, to: where the rates go, s[to + lane].
    """
    n = LANES
    for k in range(14):
        for i in range(n):
            g[k * n + i] = 0.0
    for t in range(periods):
        row = w[t, at : at + n]
        for i in range(n):
            g[i] = abs(row[i]) if abs(row[i]) > g[i] else g[i]
    for i in range(n):
        g[7 * n + i] = g[i] * DUST
        g[i] = 0.0
    # 0 sign so far, 1 changes, 2 first sign; 3 running total, 4 its sign, 5 its changes, 6 its first sign
    # 7 greatest dust, 8 inflow, 9 outflow, 10 first flow, 11 total of the running total, 12 its sign, 13 its changes
    for t in range(periods):
        row, kept = w[t, at : at + n], flows[t]
        for i in range(n):
            c = 0.0 if abs(row[i]) <= g[7 * n + i] else row[i]
            kept[i] = c
            sign = 1.0 if c > 0.0 else (-1.0 if c < 0.0 else g[i])
            g[n + i] += 1.0 if sign * g[i] < 0.0 else 0.0
            g[2 * n + i] = sign if g[i] == 0.0 else g[2 * n + i]
            g[10 * n + i] = abs(c) if g[i] == 0.0 else g[10 * n + i]
            g[i] = sign
            total = g[3 * n + i] + c
            side = 1.0 if total > 0.0 else (-1.0 if total < 0.0 else g[4 * n + i])
            g[5 * n + i] += 1.0 if side * g[4 * n + i] < 0.0 else 0.0
            g[6 * n + i] = side if g[4 * n + i] == 0.0 else g[6 * n + i]
            g[4 * n + i] = side
            g[3 * n + i] = total
            twice = g[11 * n + i] + total
            slope = 1.0 if twice > 0.0 else (-1.0 if twice < 0.0 else g[12 * n + i])
            g[13 * n + i] += 1.0 if slope * g[12 * n + i] < 0.0 else 0.0
            g[12 * n + i] = slope
            g[11 * n + i] = twice
            g[8 * n + i] += c if c > 0.0 else 0.0
            g[9 * n + i] -= c if c < 0.0 else 0.0
    left = 0
    for i in range(n):
        total = g[3 * n + i]
        kind = 0.0
        if abs(total) < np.inf and g[n + i] > 0.0:  # a flow that is no finite number makes the total none
            clear = abs(total) > CLEAR * (g[8 * n + i] + g[9 * n + i])
            # after the last period the running total stays, and its total goes its way
            twice = g[13 * n + i] + (1.0 if g[12 * n + i] * total < 0.0 else 0.0)
            if g[n + i] == 1.0:
                kind = -g[2 * n + i]
            elif clear and g[5 * n + i] == 1.0:
                kind = -g[6 * n + i]
            elif clear and twice == 1.0:
                kind = 1.0 if total > 0.0 else -1.0
            else:
                kind = np.nan
        s[to + i] = np.nan
        rise = g[8 * n + i] if kind > 0.0 else g[9 * n + i]
        fall = g[9 * n + i] if kind > 0.0 else g[8 * n + i]
        first = g[10 * n + i]
        g[11 * n + i] = kind
        if kind * kind > 0.0:
            left += 1
            start = math.log(rise / fall)
            g[8 * n + i] = 0.0 if start > 0.0 else start - 1e-3
            g[9 * n + i] = (math.log(rise / first) if start > 0.0 else 0.0) + 1e-3
            g[10 * n + i] = g[9 * n + i] - g[8 * n + i]
        g[7 * n + i] = 0.0
    # 7 the rate as log(1 + r), 8 and 9 its bracket, 10 the step before, 11 the kind: 0 when settled, nan
    # when it takes more than one bracket
    for _ in range(ROUNDS):
        if left == 0:
            break
        for i in range(n):
            g[i] = math.exp(-g[7 * n + i])
            for k in range(1, 5):
                g[k * n + i] = 0.0
        for back in range(periods):
            row = flows[periods - 1 - back]
            for i in range(n):
                x = g[i]
                c = row[i] * g[11 * n + i]
                g[2 * n + i] = g[2 * n + i] * x + g[n + i]
                g[n + i] = g[n + i] * x + (c if c > 0.0 else 0.0)
                g[4 * n + i] = g[4 * n + i] * x + g[3 * n + i]
                g[3 * n + i] = g[3 * n + i] * x - (c if c < 0.0 else 0.0)
        for i in range(n):
            if not g[11 * n + i] * g[11 * n + i] > 0.0:
                continue
            u, low, high = g[7 * n + i], g[8 * n + i], g[9 * n + i]
            value = math.log(g[n + i] / g[3 * n + i])
            slope = g[i] * (g[4 * n + i] / g[3 * n + i] - g[2 * n + i] / g[n + i])
            step = 0.0 if value == 0.0 else value / slope
            settled = abs(step) <= STEP
            if not settled:
                low = u if value > 0.0 else low
                high = u if value < 0.0 else high
            narrow = high - low <= NARROW * max(1.0, abs(u))
            if settled or narrow or math.isnan(value):
                s[to + i] = rate_of(u - step if settled else u)
                g[11 * n + i] = np.nan if math.isnan(value) else 0.0
                left -= 1
                continue
            inside = u - step > low and u - step < high and abs(step) <= 0.5 * g[10 * n + i]
            following = u - step if inside else 0.5 * (low + high)
            g[10 * n + i] = abs(following - u)
            g[7 * n + i], g[8 * n + i], g[9 * n + i] = following, low, high
    for i in range(n):
        if math.isnan(g[11 * n + i]):
            s[to + i] = chosen_rate(flows[:, i].copy())
