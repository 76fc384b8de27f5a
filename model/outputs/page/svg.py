"""Charts as static SVG; colours come from the style sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from .formats import number

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 260, 52, 12, 12, 26
Row = tuple[str, int, str, Sequence[float]]  # label, colour, shape ('bar' or 'line'), values (nan: none)


def over_time(
    years: Sequence[int], rows: Sequence[Row], marks: Sequence[tuple[str, float]] = (), log: bool = False
) -> str:
    """Stacked bars and lines by calendar year, as SVG.

    Args:
        marks: label and value of horizontal lines.
        log: a logarithmic scale; only lines can be drawn on it.
    """
    low, high = _range(rows, marks, log)
    scale = math.log2 if log else float
    bottom, top = scale(low), scale(high)

    def y(value: float) -> float:
        share = (scale(min(max(value, low), high)) - bottom) / (top - bottom)
        return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)

    width = (WIDTH - LEFT - RIGHT) / len(years)
    parts = [_grid(value, y(value)) for value in _ticks(low, high, log)]
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100) if len(years) / s <= 12)
    parts += [
        f'<text x="{LEFT + (k + 0.5) * width:.1f}" y="{HEIGHT - 8}" class="tick" text-anchor="middle">{year}</text>'
        for k, year in enumerate(years)
        if year % step == 0
    ]
    above, below = [0.0] * len(years), [0.0] * len(years)
    for _, colour, shape, values in rows:
        if shape == "line":
            points = [(LEFT + (k + 0.5) * width, y(v)) for k, v in enumerate(values) if not math.isnan(v)]
            parts.append(f'<polyline class="l{colour}" points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in points)}"/>')
            continue
        for k, value in enumerate(values):
            if math.isnan(value) or abs(value) < 1e-9:
                continue
            stack = above if value > 0 else below
            edges = y(stack[k]), y(stack[k] + value)
            stack[k] += value
            parts.append(
                f'<rect class="c{colour}" x="{LEFT + (k + 0.1) * width:.1f}" y="{min(edges):.1f}" '
                f'width="{width * 0.8:.1f}" height="{abs(edges[0] - edges[1]):.1f}"/>'
            )
    for k, (label, level) in enumerate(marks):
        under = 13 if k else -4  # the second label is below its line, clear of the first
        parts.append(
            f'<line class="mark" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(level):.1f}" y2="{y(level):.1f}"/>'
            f'<text class="tick" x="{WIDTH - RIGHT}" y="{y(level) + under:.1f}" text-anchor="end">'
            f"{escape(label)} {number(level)}</text>"
        )
    return _svg(WIDTH, HEIGHT, parts)


def across(rows: Sequence[tuple[str, Sequence[tuple[float, float, int]], str]]) -> str:
    """Horizontal bars as SVG; a row is its label, segments (from, to, colour) and the text at its end."""
    ends = [end for _, segments, _ in rows for a, b, _ in segments for end in (a, b)] or [0.0]
    low, high = min(0.0, *ends), max(0.0, *ends)
    span = (high - low) or 1.0
    left, right, each = 236, 96, 24

    def x(value: float) -> float:
        return left + (value - low) / span * (WIDTH - left - right)

    parts = []
    for k, (label, segments, text) in enumerate(rows):
        middle = k * each + each / 2 + 4
        parts.append(f'<text x="{left - 8}" y="{middle + 4:.1f}" text-anchor="end" class="name">{escape(label)}</text>')
        parts += [
            f'<rect class="c{colour}" x="{min(x(a), x(b)):.1f}" y="{middle - 7:.1f}" '
            f'width="{abs(x(b) - x(a)):.1f}" height="14"/>'
            for a, b, colour in segments
        ]
        end = max((x(max(a, b)) for a, b, _ in segments), default=x(0))
        parts.append(f'<text x="{end + 6:.1f}" y="{middle + 4:.1f}" class="name">{escape(text)}</text>')
    height = len(rows) * each + 8
    parts.append(f'<line class="axis" x1="{x(0):.1f}" x2="{x(0):.1f}" y1="2" y2="{height - 2}"/>')
    return _svg(WIDTH, height, parts)


def _svg(width: float, height: float, parts: list[str]) -> str:
    return f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">{"".join(parts)}</svg>'


def _grid(value: float, y: float) -> str:
    kind = "axis" if value == 0 else "grid"
    return (
        f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="tick" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{number(value)}</text>'
    )


def _range(rows: Sequence[Row], marks: Sequence[tuple[str, float]], log: bool) -> tuple[float, float]:
    lines = [v for _, _, shape, values in rows if shape == "line" for v in values if not math.isnan(v)]
    bars = [values for _, _, shape, values in rows if shape == "bar"]
    stacks = list(zip(*bars, strict=True))
    levels = lines + [level for _, level in marks]
    if log:
        positive = [0.5, 1.0, *(v for v in levels if v > 0)]
        return 2.0 ** math.floor(math.log2(min(positive)) - 1e-9), 2.0 ** math.ceil(math.log2(max(positive)) + 1e-9)
    levels += [sum(v for v in stack if v > 0) for stack in stacks]
    levels += [sum(v for v in stack if v < 0) for stack in stacks]
    low, high = min(0.0, *levels), max(0.0, *levels)
    if high == low:
        return 0.0, 1.0
    step = _step(high - low)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def _step(span: float) -> float:
    raw = span / 5
    size = 10.0 ** math.floor(math.log10(raw))
    return next(m * size for m in (1, 2, 2.5, 5, 10) if m * size >= raw * 0.999)


def _ticks(low: float, high: float, log: bool) -> list[float]:
    if log:
        return [2.0**k for k in range(round(math.log2(low)), round(math.log2(high)) + 1)]
    step = _step(high - low)
    return [round(low / step + k) * step for k in range(round((high - low) / step) + 1)]
