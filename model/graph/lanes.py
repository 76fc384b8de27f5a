"""Internal rate of return of a block of scenarios at once, as plain loops that the kernel compiles.

The text of this file is written into every generated kernel, so that a kernel is one file and its cached
machine code follows every change made here. The rule and the method are those of `model/rates.py`: flows whose sign
changes once, or whose running total does, have one root that counts, found by Newton's method inside a bracket; so
have those of which the running total of the running total does (Descartes' rule on the flows over 1 - x, and again).
What has several sign changes and no such root is left to `model/rates.py` itself.
"""

import math

import numpy as np

LANES = 64
NO_ROOT, ONE_ROOT, ASK = 0.0, 1.0, 2.0  # what is known of a scenario's flows
STEP, ROUNDS, NARROW, CLEAR = 1e-10, 200, 4.0 * 2.220446049250313e-16, 1e-8


def irr_block(w, at, frame, periods, g, s, to, state):  # type: ignore[no-untyped-def]  # compiled: types are given there
    """Rates of `LANES` scenarios whose flows stand at w[at + t * frame + lane].

    Args:
        g: scratch of 15 * LANES numbers.
        s, to: where the rates go, s[to + lane].
        state: per lane, LANES = 64
NO_ROOT, ONE_ROOT (the rate is found) or ASK (left to rates.py).
    """
    n = LANES
    for i in range(n):
        for k in range(15):
            g[k * n + i] = 0.0
    # 0 sign so far, 1 changes, 2 first sign; 3 running total, 4 its sign, 5 its changes, 6 its first sign
    # 7 largest, 8 inflow, 9 outflow, 10 first flow, 11 not finite
    # 12 total of the running total, 13 its sign, 14 its changes
    for t in range(periods):
        o = at + t * frame
        for i in range(n):
            c = w[o + i]
            size = abs(c)
            sign = 1.0 if c > 0.0 else (-1.0 if c < 0.0 else g[i])
            g[n + i] += 1.0 if sign * g[i] < 0.0 else 0.0
            g[2 * n + i] = sign if g[i] == 0.0 else g[2 * n + i]
            g[10 * n + i] = size if g[i] == 0.0 else g[10 * n + i]
            g[i] = sign
            total = g[3 * n + i] + c
            side = 1.0 if total > 0.0 else (-1.0 if total < 0.0 else g[4 * n + i])
            g[5 * n + i] += 1.0 if side * g[4 * n + i] < 0.0 else 0.0
            g[6 * n + i] = side if g[4 * n + i] == 0.0 else g[6 * n + i]
            g[4 * n + i] = side
            g[3 * n + i] = total
            twice = g[12 * n + i] + total
            slope = 1.0 if twice > 0.0 else (-1.0 if twice < 0.0 else g[13 * n + i])
            g[14 * n + i] += 1.0 if slope * g[13 * n + i] < 0.0 else 0.0
            g[13 * n + i] = slope
            g[12 * n + i] = twice
            g[7 * n + i] = size if size > g[7 * n + i] else g[7 * n + i]
            g[8 * n + i] += c if c > 0.0 else 0.0
            g[9 * n + i] -= c if c < 0.0 else 0.0
            g[11 * n + i] += 0.0 if size < np.inf else 1.0
    left = 0
    for i in range(n):
        changes, runs = g[n + i], g[5 * n + i]
        kind = 0.0
        if g[11 * n + i] == 0.0 and changes > 0.0:
            state[i] = ASK
            clear = abs(g[3 * n + i]) > CLEAR * (g[8 * n + i] + g[9 * n + i])
            if changes == 1.0:
                kind = -g[2 * n + i]
            elif clear and runs == 1.0:
                kind = -g[6 * n + i]
            elif clear and g[14 * n + i] == 1.0 and g[13 * n + i] * g[3 * n + i] > 0.0:
                kind = g[13 * n + i]
        else:
            state[i] = NO_ROOT
        s[to + i] = np.nan
        rise = g[8 * n + i] if kind > 0.0 else g[9 * n + i]
        fall = g[9 * n + i] if kind > 0.0 else g[8 * n + i]
        first = g[10 * n + i]
        g[11 * n + i] = kind
        if kind != 0.0:
            left += 1
            start = math.log(rise / fall)
            g[8 * n + i] = 0.0 if start > 0.0 else start - 1e-3
            g[9 * n + i] = (math.log(rise / first) if start > 0.0 else 0.0) + 1e-3
            g[10 * n + i] = g[9 * n + i] - g[8 * n + i]
        g[7 * n + i] = 0.0
    # 7 the rate as log(1 + r), 8 and 9 its bracket, 10 the step before, 11 the kind (0 when settled)
    for _ in range(ROUNDS):
        if left == 0:
            break
        for i in range(n):
            g[i] = math.exp(-g[7 * n + i])
            for k in range(1, 5):
                g[k * n + i] = 0.0
        for back in range(periods):
            o = at + (periods - 1 - back) * frame
            for i in range(n):
                x = g[i]
                c = w[o + i] * g[11 * n + i]
                g[2 * n + i] = g[2 * n + i] * x + g[n + i]
                g[n + i] = g[n + i] * x + (c if c > 0.0 else 0.0)
                g[4 * n + i] = g[4 * n + i] * x + g[3 * n + i]
                g[3 * n + i] = g[3 * n + i] * x - (c if c < 0.0 else 0.0)
        for i in range(n):
            if g[11 * n + i] == 0.0:
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
            if settled or narrow:
                # the rate stays a finite number above -1
                rate = math.expm1(u - step if settled else u)
                s[to + i] = min(max(rate, -1.0 + 2.0**-53), 1.7976931348623157e308)
                state[i] = ONE_ROOT
            if settled or narrow or math.isnan(value):
                g[11 * n + i] = 0.0
                left -= 1
                continue
            inside = u - step > low and u - step < high and abs(step) <= 0.5 * g[10 * n + i]
            following = u - step if inside else 0.5 * (low + high)
            g[10 * n + i] = abs(following - u)
            g[7 * n + i], g[8 * n + i], g[9 * n + i] = following, low, high
