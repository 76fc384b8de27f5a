"""One scenario: the model as a Python function of plain floats, generated from its lines."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from ..arithmetic.curves import segments
from ..arithmetic.functions import power
from ..arithmetic.returns import rate_of_return
from ..formulas.expr import Expr, Line
from ..formulas.operations import floor, over_zero
from .schedule import Node, Schedule, key_of
from .writer import Writer

Value = float | list[float]
Function = Callable[..., dict[str, Value]]


class PythonWriter(Writer):
    """Statements of Python."""

    LANGUAGE = "python"
    LAST = "if {}: return {{'periods': t + 1}}"
    START: ClassVar[Mapping[str, str]] = {"total": "0.0", "highest": "-inf", "lowest": "inf", "average": "0.0"}
    TAKE: ClassVar[Mapping[str, str]] = {
        "total": "{a} += {x}",
        "highest": "if {x} > {a}: {a} = {x}",
        "lowest": "if {x} < {a}: {a} = {x}",
        "average": "if {x} == {x}: {a} += {x}; {a}_count += 1.0",
    }

    def __init__(self, lines: Mapping[str, Line], plan: Schedule, varied: Sequence[str] | None = None) -> None:
        super().__init__(lines, plan, varied)
        self.inputs: dict[str, str] = {}
        self.elements: dict[tuple[str, int], str] = {}
        self.stored = {*(name for name, line in lines.items() if line.series), *plan.stored}
        self.used: dict[str, None] = {}  # curves
        self.last = ""  # a flag at which the function returns
        self.axes: dict[str, str] = {}  # knots of an axis -> its name

    def axis(self, curve: str) -> str:
        """The name of a curve's axis, which several curves can share."""
        return self.axes.setdefault(", ".join(map(key_of, self.curves[curve].x)), f"axis_{len(self.axes)}")

    def assign(self, name: str, value: str) -> str:
        return f"{name} = {value}"

    def reassign(self, name: str, value: str) -> str:
        return f"{name} = {value}"

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
        if not line.series or line.name in self.here:
            return super().reference(line)
        key = line.name, "t"
        if key not in self.found:  # read once a period
            self.found[key] = f"v_{line.name}"
            self.text.append(self.assign(f"v_{line.name}", self.element(line.name, "t")))
        return self.found[key]

    def either(self, condition: str, then: str, otherwise: str) -> str:
        return f"({then} if {condition} else {otherwise})"

    def lookup(self, e: Expr) -> str:
        curve = e.data
        self.used[curve] = None
        axis = self.axis(curve)
        at = self.named(self.operand(e.args[0]))
        if (axis, at) not in self.found:
            place = self.found[axis, at] = self.new("k")
            self.text.append(self.located(place, axis, at))
        place = self.found[axis, at]
        return f"(slopes_{curve}[{place}] * {place}_past + values_{curve}[{place}])"

    def located(self, place: str, axis: str, at: str) -> str:
        """The statement that finds the segment of a curve, and how far its argument lies into it."""
        return f"{place} = bisect({axis}, {at}); {place}_past = {at} - {axis}_starts[{place}]"

    def store(self, name: str, value: str) -> None:
        if name == self.last:
            self.text.append(self.LAST.format(value))
        if name in self.stored:
            self.text.append(self.reassign(f"r_{name}[t]", value))

    def accumulate(self, node: Node) -> None:
        e, name = self.plan.reductions[node.key], node.key
        (row,) = e.args
        if e.op == "irr":
            stored = isinstance(row, Line) and row.series  # a figure stands for itself in all periods
            if not stored:
                self.stored.add(name)
                self.text.append(self.reassign(f"r_{name}[t]", self.value(row)))
            self.after.append(self.assign(name, f"irr(r_{row.data if stored else name})"))
            return
        self.opening.append(self.assign(name, self.START[e.op]))
        x = self.value(row)
        self.text.append(self.TAKE[e.op].format(a=name, x=x if e.op == "total" else self.named(x)))
        if e.op == "average":
            self.opening.append(self.assign(f"{name}_count", "0.0"))
        if e.op != "total":
            self.after.append(self.finish(name, e.op))

    def finish(self, name: str, op: str) -> str:
        """The statement after the loop that says what a reduction over no period is."""
        if op == "average":
            return f"{name} = {name} / {name}_count if {name}_count else nan"
        return f"{name} = nan if {name} == {self.START[op]} else {name}"

    def steps(self, backward: bool, statements: list[str]) -> list[str]:
        return [f"for t in {'range(T - 1, -1, -1)' if backward else 'range(T)'}:", *indented(statements)]

    def source(self, result: str = "") -> str:
        """The source of `model(T, inputs, elements)`, which returns the lines by name: a float, or a list by period."""
        body = self.body()
        self.text = knots = []
        for name in self.used:
            x, y = (", ".join(map(self.value, axis)) for axis in self.curves[name])
            axis = self.axis(name)
            knots.append(self.segments(f"{axis}, {axis}_starts, values_{name}, slopes_{name}", x, y))
        head = [*self.given(), *knots, *(self.row(f"r_{name}") for name in sorted(self.stored))]
        result = result or ", ".join(f'"{n}": {"r_" if line.series else "v_"}{n}' for n, line in self.declared.items())
        return self.wrapped([*head, *body], result)

    def given(self) -> list[str]:
        """Statements that take inputs and figures of lists."""
        return [
            *(f"{name} = inputs[{path!r}]" for path, name in self.inputs.items()),
            *(f"{name} = elements[{place!r}]" for place, name in self.elements.items()),
        ]

    def segments(self, names: str, x: str, y: str) -> str:
        """The statement that makes a curve's segments of its knots."""
        return f"{names} = segments([{x}], [{y}])"

    def row(self, name: str) -> str:
        """The statement that makes an empty row."""
        return f"{name} = [0.0] * T"

    def wrapped(self, statements: list[str], result: str) -> str:
        """A function of statements that returns lines by name."""
        return "\n".join(["def model(T, inputs, elements):", *indented([*statements, f"return {{{result}}}"]), ""])


def indented(lines: list[str]) -> list[str]:
    """Statements inside a block."""
    return [f"    {line}" for line in lines]


def function_of(lines: Mapping[str, Line], plan: Schedule, ended: str = "") -> Function:
    """The function `model(T, inputs, elements)` of some lines, by name: a float, or a list by period.

    Args:
        ended: a flag; the function then returns the number of periods up to the first in which it is set, or T, as
            `periods`.
    """
    writer = PythonWriter(lines, plan)
    writer.last = ended
    return compiled(writer.source("'periods': T" if ended else ""))


def compiled(text: str) -> Function:
    """The function of a source."""
    namespace: dict[str, Any] = {
        "nan": math.nan,
        "inf": math.inf,
        "bisect": bisect_right,
        "floor": floor,
        "irr": rate_of_return,
        "over_zero": over_zero,
        "power": remembered_power(),
        "segments": segments,
    }
    exec(compile(text, "<model>", "exec"), namespace)
    function: Function = namespace["model"]
    return function


def remembered_power() -> Callable[[float, float], float]:
    """`power`, which remembers what it found: models raise few numbers to few powers."""
    known = lru_cache(maxsize=1024)(power)
    return lambda x, y: known(x, y) if x > 0.0 else power(x, y)  # a memory cannot tell 0.0 from -0.0


def row_of(value: Value) -> list[float]:
    """A row's value."""
    assert isinstance(value, list)
    return value


def float_of(value: Value) -> float:
    """A figure's value."""
    assert not isinstance(value, list)
    return value
