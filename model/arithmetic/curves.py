"""Piecewise-linear curves, looked up the same way by every engine.

A curve of n knots has n + 1 segments: what lies before the first knot and after the last is flat. The segment of x is
the number of knots at or below it; there the value is slope x (x - start) + value at the start.
"""

from __future__ import annotations

from collections.abc import Sequence

Segments = tuple[list[float], list[float], list[float], list[float]]


def segments(x: Sequence[float], y: Sequence[float]) -> Segments:
    """The knots of the axis, and by segment its start, its value there and its slope.

    Args:
        x: rising; equal neighbours are a step.
        y: the curve's values at the knots.
    """
    slopes = [0.0]
    for k in range(len(x) - 1):
        width = x[k + 1] - x[k]
        slopes.append((y[k + 1] - y[k]) / width if width > 0.0 else 0.0)
    return list(x), [x[0], *x], [y[0], *y], [*slopes, 0.0]
