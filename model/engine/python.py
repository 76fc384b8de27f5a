"""One scenario: the model as a Python function of plain floats, generated from its lines."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, ClassVar

from ..graph.expr import Expr, Line, walk
from ..graph.sheet import Curve
from .arithmetic import power
from .curves import segments
from .returns import rate_of_return
from .schedule import Node, Pass, Schedule, chosen, chosen_curves, key_of
from .writer import Writer

Value = float | list[float]
Function = Callable[..., dict[str, Value]]


class PythonWriter(Writer):
    """Statements of Python."""

    OPERATIONS: ClassVar[Mapping[str, str]] = {
        "add": "({0} + {1})",
        "sub": "({0} - {1})",
        "mul": "({0} * {1})",
        "over_constant": "({0} / {1})",
        "div": "({0} / {1} if {1} else over_zero({0}, {1}))",
        "neg": "(-{0})",
        "min": "({0} if {0} < {1} else {1})",
        "max": "({0} if {0} > {1} else {1})",
        "per": "({0} / {1} if {1} else {data})",
        "compound": "power(1.0 + {0}, {1})",
        "pow": "power({0}, {1})",
        "floor": "floor({0})",
        "where": "({1} if {0} else {2})",
    }
    COMPARISONS: ClassVar[Mapping[str, str]] = {
        "lt": "{0} < {1}",
        "le": "{0} <= {1}",
        "gt": "{0} > {1}",
        "ge": "{0} >= {1}",
        "and": "({0} and {1})",
        "or": "({0} or {1})",
        "nonzero": "{0}",
    }
    START: ClassVar[Mapping[str, str]] = {"total": "0.0", "highest": "-inf", "lowest": "inf", "average": "0.0"}
    TAKE: ClassVar[Mapping[str, str]] = {
        "total": "{a} += {x}",
        "highest": "if {x} > {a}: {a} = {x}",
        "lowest": "if {x} < {a}: {a} = {x}",
        "average": "if {x} == {x}: {a} += {x}; {a}_count += 1.0",
    }

    def __init__(self, lines: Mapping[str, Line], plan: Schedule) -> None:
        super().__init__(lines, plan)
        self.inputs: dict[str, str] = {}
        self.elements: dict[tuple[str, int], str] = {}
        self.stored = {*(name for name, line in lines.items() if line.series), *plan.stored}
        self.used: dict[str, None] = {}  # curves
        self.axes: dict[str, str] = {}  # knots of an axis -> its name

    def axis(self, curve: str) -> str:
        """The name of a curve's axis, which several curves can share."""
        return self.axes.setdefault(", ".join(map(key_of, self.curves[curve].x)), f"axis_{len(self.axes)}")

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
            self.text.append(f"{place} = bisect({axis}, {at}); {place}_past = {at} - {axis}_starts[{place}]")
        place = self.found[axis, at]
        return f"(slopes_{curve}[{place}] * {place}_past + values_{curve}[{place}])"

    def store(self, name: str, value: str) -> None:
        if name in self.stored:
            self.text.append(f"r_{name}[t] = {value}")

    def accumulate(self, node: Node) -> None:
        e, name = self.plan.reductions[node.key], node.key
        (row,) = e.args
        if e.op == "irr":
            stored = isinstance(row, Line) and row.series  # a figure stands for itself in all periods
            if not stored:
                self.stored.add(name)
                self.text.append(f"r_{name}[t] = {self.value(row)}")
            self.after.append(f"{name} = irr(r_{row.data if stored else name})")
            return
        self.opening.append(f"{name} = {self.START[e.op]}")
        x = self.value(row)
        self.text.append(self.TAKE[e.op].format(a=name, x=x if e.op == "total" else self.named(x)))
        if e.op == "average":
            self.opening.append(f"{name}_count = 0.0")
            self.after.append(f"{name} = {name} / {name}_count if {name}_count else nan")
        elif e.op != "total":
            self.after.append(f"{name} = nan if {name} == {self.START[e.op]} else {name}")

    def source(self) -> str:
        """The source of `model(T, inputs, elements)`, which returns each line by name: a float, or a list by period."""
        body = self.text = []
        self.figures(self.plan.before)
        for each in self.plan.passes:
            opening, loop, after = self.loop(each)
            steps = "range(T - 1, -1, -1)" if each.backward else "range(T)"
            body += [*opening, *([f"for t in {steps}:", *indented(loop)] if loop else []), *after]
            self.text = body
            self.figures(each.figures)
        return self.function("T, inputs, elements", body)

    def function(self, arguments: str, body: list[str]) -> str:
        """A function that returns the declared lines after its statements."""
        knots = self.text = []
        for name in self.used:
            x, y = (", ".join(map(self.value, axis)) for axis in self.curves[name])
            axis = self.axis(name)
            knots.append(f"{axis}, {axis}_starts, values_{name}, slopes_{name} = segments([{x}], [{y}])")
        result = ", ".join(f"{n!r}: {'r_' if line.series else 'v_'}{n}" for n, line in self.declared.items())
        head = [
            *(f"{name} = inputs[{path!r}]" for path, name in self.inputs.items()),
            *(f"{name} = elements[{place!r}]" for place, name in self.elements.items()),
            *knots,
            *(f"r_{name} = [0.0] * T" for name in sorted(self.stored)),
        ]
        return "\n".join([f"def model({arguments}):", *indented([*head, *body, f"return {{{result}}}"]), ""])


def indented(lines: list[str]) -> list[str]:
    """Statements inside a block."""
    return [f"    {line}" for line in lines]


def ratios_source(lines: Mapping[str, Line], curves: Mapping[str, Curve], texts: Mapping[str, str]) -> str:
    """The source of `model(T, inputs, elements, lines)`, which returns every ratio from the other lines' figures."""
    ratios = [line for line in lines.values() if line.series and line.kind == "ratio"]
    formulas = {line.name: chosen(line.formula, texts) for line in ratios}
    plan = Schedule(formulas, chosen_curves(curves, texts), frozenset(lines), (), (), {}, {}, frozenset())
    writer = PythonWriter({line.name: line for line in ratios}, plan)
    group = Pass(False, tuple(Node(line.name, (line.name,), False, ()) for line in ratios), ())
    opening, loop, _ = writer.loop(group)
    used = {e.name: e for line in ratios for e in walk(formulas[line.name]) if isinstance(e, Line)}
    given = [f"{'r_' if e.series else 'v_'}{name} = lines[{name!r}]" for name, e in used.items() if e not in ratios]
    return writer.function("T, inputs, elements, lines", [*given, *opening, "for t in range(T):", *indented(loop)])


def source(lines: Mapping[str, Line], plan: Schedule) -> str:
    """The model as the source of a Python function.

    Args:
        lines: those that the function returns.
    """
    return PythonWriter(lines, plan).source()


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


def over_zero(a: float, b: float) -> float:
    """a / b where b is zero, as in IEEE arithmetic."""
    return math.copysign(math.inf, a) * math.copysign(1.0, b) if a == a and a != 0 else math.nan


def floor(x: float) -> float:
    """The greatest whole number not above x."""
    return x // 1.0 if x - x == 0.0 else x
