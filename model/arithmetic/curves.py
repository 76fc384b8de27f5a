"""Piecewise-linear curves as segments, equal in every engine.

A curve of n knots has n + 1 segments, the first and last constant. The index of x is the number of knots at or below
it; the value is slope x (x - start) + value at the start.
"""

from __future__ import annotations

from collections.abc import Sequence

Segments = tuple[list[float], list[float], list[float], list[float]]


def segments(x: Sequence[float], y: Sequence[float]) -> Segments:
    """The axis, and by segment: start, value at the start, slope.

    Args:
        x: rising; equal neighbours are a step.
        y: the curve's values at the knots.
    """
    slopes = [0.0]
    for k in range(len(x) - 1):
        width = x[k + 1] - x[k]
        slopes.append((y[k + 1] - y[k]) / width if width > 0.0 else 0.0)
    return list(x), [x[0], *x], [y[0], *y], [*slopes, 0.0]
