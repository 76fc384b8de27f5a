"""Evaluation of single formulas of one scenario, without generated code."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..arithmetic.curves import segments
from .declaration import Declaration
from .expr import Expr, Line
from .operations import OPERATIONS, REDUCTIONS

Value: TypeAlias = float | list[float]


@dataclass
class Evaluator:
    """Values of formulas, from `values` (lines by name, inputs by path) and `elements` (by path and place)."""

    declaration: Declaration
    texts: Mapping[str, str]
    values: Mapping[str, Value]
    elements: Mapping[tuple[str, int], float]
    periods: int
    curves: dict[str, Any] = field(default_factory=dict, init=False)

    def figure(self, e: Expr) -> float:
        """Value of a figure."""
        value = self.value(e)
        assert not isinstance(value, list)
        return value

    def row(self, e: Expr) -> list[float]:
        """Values by period."""
        value = self.value(e)
        return value if isinstance(value, list) else [value] * self.periods

    def value(self, e: Expr) -> Value:
        """Value of a formula: a float, or a list by period."""
        if isinstance(e, Line) or e.op == "input":
            return self.values[e.data]
        if e.op == "const":
            return float(e.data)
        if e.op == "element":
            return self.elements[e.data]
        if e.op == "select":
            path, names = e.data
            return self.value(e.args[names.index(self.texts[path])])
        if e.op == "prev":
            return [self.figure(e.args[1]), *self.row(e.args[0])[:-1]]
        if e.op == "next":
            return [*self.row(e.args[0])[1:], self.figure(e.args[1])]
        if e.op == "interp":
            return each(lambda x: looked_up(self.curve(e.data), x), self.value(e.args[0]))
        function = OPERATIONS[e.op].value
        if e.op in REDUCTIONS:
            return function(self.row(e.args[0]))
        if e.op == "per":
            return each(lambda a, b: function(a, b, e.data), *map(self.value, e.args))
        return each(function, *map(self.value, e.args))

    def curve(self, name: str) -> Any:
        """Segments of a curve; see `segments`."""
        if name not in self.curves:
            self.curves[name] = segments(
                *([self.figure(knot) for knot in axis] for axis in self.declaration.curves[name])
            )
        return self.curves[name]


def each(function: Any, *values: Value) -> Value:
    """A function applied to figures, or period by period."""
    rows = [v for v in values if isinstance(v, list)]
    if not rows:
        return float(function(*values))
    by_period = (v if isinstance(v, list) else [v] * len(rows[0]) for v in values)
    return [float(x) for x in map(function, *by_period)]  # a comparison is 1.0 or 0.0, which have a negative


def looked_up(curve: Any, x: float) -> float:
    """Value at x of a curve's segments."""
    axis, starts, values, slopes = curve
    k = bisect_right(axis, x)
    return float(slopes[k] * (x - starts[k]) + values[k])
