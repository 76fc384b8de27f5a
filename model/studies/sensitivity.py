"""Sensitivity of a metric to one input at a time, and a two-way grid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..engine.arrays import Array
from ..engine.structure import structure
from ..scenario.resolve import Scenario
from .ranking import ranked, significant
from .vary import StudyError, check_bounds, metric_line, number_at, outcomes

MOST_CELLS = 10_000


class Bar(NamedTuple):
    """An input at its low and high, and the metric at each."""

    path: str
    low: float
    high: float
    low_value: float
    high_value: float

    @property
    def span(self) -> float:
        """Distance between the two values, each rounded first so that rounding alone is none; 0 where one is NaN."""
        span = abs(significant(self.high_value) - significant(self.low_value))
        return span if span == span else 0.0


class Tornado(NamedTuple):
    """A metric, its value in the scenario, and its bars, the widest first and equal ones by path."""

    metric: str
    unit: str
    base: float
    bars: tuple[Bar, ...]

    def document(self) -> dict[str, Any]:
        """As `sensitivity --json` prints it."""
        return {
            "schema": "rekodiq/sensitivity/1",
            "metric": self.metric,
            "unit": self.unit,
            "base": self.base,
            "bars": [bar._asdict() for bar in self.bars],
        }


class Grid(NamedTuple):
    """A metric over two inputs; `values[i][j]` is at y i and x j."""

    metric: str
    unit: str
    x: tuple[str, tuple[float, ...]]
    y: tuple[str, tuple[float, ...]]
    values: Array

    def document(self) -> dict[str, Any]:
        """As `grid --json` prints it."""
        return {
            "schema": "rekodiq/grid/1",
            "metric": self.metric,
            "unit": self.unit,
            "x": {"path": self.x[0], "values": list(self.x[1])},
            "y": {"path": self.y[0], "values": list(self.y[1])},
            "values": self.values.tolist(),
        }


def sensitivity(
    scenario: Scenario,
    metric: str = "project_irr",
    swing: float = 0.1,
    ranges: Sequence[tuple[str, float | None, float | None]] = (),
) -> Tornado:
    """One input at a time, low and high.

    Args:
        swing: share by which an input is lowered and raised where no range is given for it.
        ranges: inputs with low and high, None for the swing; all of `factors.*` when empty.
    """
    if not 0 < swing < 1:
        raise StudyError(f"a swing is a share between 0 and 1, not {swing:g}")
    chosen = list(ranges) or [(p, None, None) for p in scenario.leaves if p.startswith("factors.")]
    ends = []
    for path, low, high in chosen:
        base = number_at(scenario, path)
        ends.append((path, base * (1 - swing) if low is None else low, base * (1 + swing) if high is None else high))
        check_bounds(path, ends[-1][1:])
    count = 2 * len(ends) + 1
    smooth: dict[str, Array] = {}
    for k, (path, low, high) in enumerate(ends):
        values = smooth.setdefault(path, np.full(count, number_at(scenario, path)))
        values[2 * k : 2 * k + 2] = low, high
    by_year = {p for p in smooth if not isinstance(scenario.leaves[p].value, float)}
    found = np.empty(count)
    together = {p: v for p, v in smooth.items() if p not in by_year}
    found[:] = outcomes(scenario, [metric], together, count)[metric]
    for k, (path, low, high) in enumerate(ends):
        if path in by_year:  # one number in place of numbers by year is itself a change
            found[2 * k : 2 * k + 2] = outcomes(scenario, [metric], {path: [low, high]}, 2)[metric]
    bars = [Bar(*end, float(found[2 * k]), float(found[2 * k + 1])) for k, end in enumerate(ends)]
    return Tornado(metric, unit_of(scenario, metric), float(found[-1]), widest_first(bars))


def widest_first(bars: Iterable[Bar]) -> tuple[Bar, ...]:
    """Bars in the order of a tornado chart; equal to `widestFirst` in page.js."""
    return tuple(ranked(bars, lambda bar: bar.span, lambda bar: bar.path))


def grid(
    scenario: Scenario, x: tuple[str, Sequence[float]], y: tuple[str, Sequence[float]], metric: str = "project_irr"
) -> Grid:
    """A metric at every pair of values of two inputs."""
    (x_path, xs), (y_path, ys) = x, y
    if x_path == y_path:
        raise StudyError(f"--x and --y both vary {x_path}")
    if len(xs) * len(ys) > MOST_CELLS:
        raise StudyError(f"a grid of {len(xs)} x {len(ys)} cells is more than {MOST_CELLS}")
    changed = {x_path: np.tile(xs, len(ys)), y_path: np.repeat(ys, len(xs))}
    found = outcomes(scenario, [metric], changed, len(xs) * len(ys))[metric]
    return Grid(
        metric, unit_of(scenario, metric), (x_path, tuple(xs)), (y_path, tuple(ys)), found.reshape(len(ys), len(xs))
    )


def unit_of(scenario: Scenario, metric: str) -> str:
    """The unit of a metric."""
    declaration = structure(scenario).declaration
    return declaration.lines[metric_line(declaration, metric)].written_unit
