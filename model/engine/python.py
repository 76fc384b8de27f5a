"""Python code for one scenario, in plain floats, generated from the lines."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ..arithmetic.curves import segments
from ..arithmetic.functions import power
from ..arithmetic.returns import rate_of_return
from ..formulas.expr import Expr, Line
from ..formulas.operations import floor, over_zero
from .schedule import Schedule
from .writer import Writer

Value = float | list[float]
Function = Callable[..., dict[str, Value]]


class PythonWriter(Writer):
    """Writes Python."""

    LANGUAGE = "python"
    LAST = "if {}: return {{'periods': t + 1}}"

    def __init__(self, lines: Mapping[str, Line], plan: Schedule, varied: Sequence[str] | None = None) -> None:
        super().__init__(lines, plan, varied)
        self.inputs: dict[str, str] = {}
        self.elements: dict[tuple[str, int], str] = {}
        self.stored = {*(name for name, line in lines.items() if line.series), *plan.stored}
        self.used: dict[str, None] = {}  # curves
        self.end_flag = ""  # a flag line at which the function returns
        self.axes: dict[str, str] = {}  # knots of an axis -> its name

    def axis(self, curve: str) -> str:
        """Name of a curve's axis; curves with equal knots share one."""
        return self.axes.setdefault(self.axis_key(curve), f"axis_{len(self.axes)}")

    def assign(self, name: str, value: str) -> str:
        return f"{name} = {value}"

    reassign = assign

    def constant(self, value: float) -> str:
        return "nan" if value != value else repr(float(value)) if value >= 0 else f"({float(value)!r})"

    def leaf(self, e: Expr) -> str:
        if e.op == "element":
            return self.elements.setdefault(e.data, f"e{len(self.elements)}")
        name = self.inputs.setdefault(e.data, f"i{len(self.inputs)}")
        return f"{name}[t]" if e.series else name

    def element(self, row: str, place: str) -> str:
        return f"r_{row}[{place}]"

    def reference(self, line: Line) -> str:
        if not line.series or line.name in self.current:
            return super().reference(line)
        key = line.name, "t"
        if key not in self.computed:  # read once a period
            self.computed[key] = f"v_{line.name}"
            self.text.append(self.assign(f"v_{line.name}", self.element(line.name, "t")))
        return self.computed[key]

    def either(self, condition: str, then: str, otherwise: str) -> str:
        return f"({then} if {condition} else {otherwise})"

    def lookup(self, e: Expr) -> str:
        curve = e.data
        self.used[curve] = None
        axis = self.axis(curve)
        at = self.bound(self.operand(e.args[0]))
        if (axis, at) not in self.computed:
            place = self.computed[axis, at] = self.new("k")
            self.text.append(self.locate(place, axis, at))
        place = self.computed[axis, at]
        return f"(slopes_{curve}[{place}] * {place}_past + values_{curve}[{place}])"

    def locate(self, place: str, axis: str, at: str) -> str:
        """Statement that finds the segment of a curve and the distance from its start."""
        return f"{place} = bisect({axis}, {at}); {place}_past = {at} - {axis}_starts[{place}]"

    def store(self, name: str, value: str) -> None:
        if name == self.end_flag:
            self.text.append(self.LAST.format(value))
        if name in self.stored:
            self.text.append(self.reassign(f"r_{name}[t]", value))

    def keep(self, name: str) -> None:
        self.stored.add(name)

    def table(self, place: int, by_period: bool) -> str:
        return f"s{place}[t]" if by_period else f"g{place}"

    def finish(self, name: str, op: str) -> str:
        if op == "average":
            return f"{name} = {name} / {name}_count if {name}_count else nan"
        return f"{name} = nan if {name} == {self.start(op)} else {name}"

    def steps(self, backward: bool, statements: list[str]) -> list[str]:
        return [f"for t in {'range(T - 1, -1, -1)' if backward else 'range(T)'}:", *indented(statements)]

    def source(self, result: str = "") -> str:
        """Source of `model(T, inputs, elements)` -> lines by name: a float, or a list by period."""
        body = self.body()
        self.text = knots = []
        for name in self.used:
            x, y = (", ".join(map(self.value, axis)) for axis in self.curves[name])
            axis = self.axis(name)
            knots.append(self.segments(f"{axis}, {axis}_starts, values_{name}, slopes_{name}", x, y))
        head = [*self.read_inputs(), *knots, *(self.row(f"r_{name}") for name in sorted(self.stored))]
        result = result or ", ".join(f'"{n}": {"r_" if line.series else "v_"}{n}' for n, line in self.declared.items())
        return self.wrapped([*head, *body], result)

    def read_inputs(self) -> list[str]:
        """Statements that load inputs and list elements."""
        return [
            *(f"{name} = inputs[{path!r}]" for path, name in self.inputs.items()),
            *(f"{name} = elements[{place!r}]" for place, name in self.elements.items()),
        ]

    def segments(self, names: str, x: str, y: str) -> str:
        """Statement that computes a curve's segments from its knots."""
        return f"{names} = segments([{x}], [{y}])"

    def row(self, name: str) -> str:
        """Statement that allocates a row."""
        return f"{name} = [0.0] * T"

    def wrapped(self, statements: list[str], result: str) -> str:
        """Source of the function."""
        return "\n".join(["def model(T, inputs, elements):", *indented([*statements, f"return {{{result}}}"]), ""])


def indented(lines: list[str]) -> list[str]:
    """Statements indented by one block."""
    return [f"    {line}" for line in lines]


def function_of(lines: Mapping[str, Line], plan: Schedule, end_flag: str = "") -> Function:
    """`model(T, inputs, elements)` -> lines by name: a float, or a list by period.

    Args:
        end_flag: a flag line; the function then returns `periods`: those up to the first in which it is set, at most T.
    """
    writer = PythonWriter(lines, plan)
    writer.end_flag = end_flag
    return compiled(writer.source("'periods': T" if end_flag else ""))


def compiled(text: str) -> Function:
    """The function that a source defines."""
    namespace: dict[str, Any] = {
        "nan": math.nan,
        "inf": math.inf,
        "bisect": bisect_right,
        "floor": floor,
        "irr": rate_of_return,
        "over_zero": over_zero,
        "power": cached_power(),
        "segments": segments,
    }
    exec(compile(text, "<model>", "exec"), namespace)
    function: Function = namespace["model"]
    return function


def cached_power() -> Callable[[float, float], float]:
    """`power` with a cache: models raise few numbers to few powers."""
    remembered = lru_cache(maxsize=1024)(power)
    return lambda x, y: remembered(x, y) if x > 0.0 else power(x, y)  # a cache key cannot tell 0.0 from -0.0


def row_of(value: Value) -> list[float]:
    """A row's value."""
    assert isinstance(value, list)
    return value


def float_of(value: Value) -> float:
    """A figure's value."""
    assert not isinstance(value, list)
    return value
