"""The NumPy interpreter: from the graph to a Python function over arrays (periods x scenarios), time-major.

The function is generated once for a structure and reads top to bottom like the model: a line of NumPy for each row,
and a `for t in range(T)` around the rows of a loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.arithmetic import power_array
from ..engine.curves import segments
from ..rates import irr_many, without_dust
from .expr import Expr, Line
from .order import Group, references
from .sheet import Sheet

Array = NDArray[np.float64]

# One row an operation: how it is written over arrays. {0}, {1}, {2} are the operands.
TEMPLATES = {
    "add": "({0} + {1})",
    "sub": "({0} - {1})",
    "mul": "({0} * {1})",
    "div": "divide({0}, {1})",  # of Python's own numbers too, by which 1 / 0 is an error
    "neg": "(-{0})",
    "min": "lesser({0}, {1})",
    "max": "greater({0}, {1})",
    "lt": "(({0} < {1}) * 1.0)",
    "le": "(({0} <= {1}) * 1.0)",
    "gt": "(({0} > {1}) * 1.0)",
    "ge": "(({0} >= {1}) * 1.0)",
    "and": "((({0} != 0) & ({1} != 0)) * 1.0)",
    "or": "((({0} != 0) | ({1} != 0)) * 1.0)",
    "where": "where({0}, {1}, {2})",
    "per": "per({0}, {1}, {data})",
    "compound": "power(1.0 + {0}, {1})",
    "pow": "power({0}, {1})",
    "floor": "floor({0})",
    "interp": "lookup({0}, *curves[{data!r}])",
    "total": "total(row({0}, T))",
    "highest": "highest(row({0}, T))",
    "lowest": "lowest(row({0}, T))",
    "average": "average(row({0}, T))",
    "irr": "irr(row({0}, T))",
}


def per(a: Array, b: Array, otherwise: float) -> Array:
    """a / b, `otherwise` where b is zero."""
    return np.where(np.equal(b, 0), otherwise, np.divide(a, b))


def lesser(a: Array, b: Array) -> Array:
    """The lesser of two; the second where they are equal or one is not a number, as in the other engines."""
    return np.where(np.less(a, b), a, b)


def greater(a: Array, b: Array) -> Array:
    """The greater of two; the second where they are equal or one is not a number."""
    return np.where(np.greater(a, b), a, b)


def lookup(x: Array, axis: Array, starts: Array, values: Array, slopes: Array) -> Array:
    """A piecewise-linear curve at x; see `segments`."""
    place = np.searchsorted(axis, x, side="right")
    found: Array = slopes[place] * (x - starts[place]) + values[place]
    return found


def total(a: Array) -> Array:
    """Sum over the periods, one after the other from 0, each column alone."""
    result: Array = np.add.accumulate(a, axis=0)[-1] + 0.0
    return result


def highest(a: Array) -> Array:
    """Greatest over the periods where it is applicable, nan where there is none."""
    found: Array = np.full(a.shape[1:], -np.inf)
    for row in a:
        found = greater(row, found)
    return np.where(found == -np.inf, np.nan, found)


def lowest(a: Array) -> Array:
    """Least over the periods where it is applicable, nan where there is none."""
    found: Array = np.full(a.shape[1:], np.inf)
    for row in a:
        found = lesser(row, found)
    return np.where(found == np.inf, np.nan, found)


def average(a: Array) -> Array:
    """Mean over the periods where it is applicable, nan where there is none."""
    applicable = ~np.isnan(a)
    count = np.add.accumulate(applicable * 1.0, axis=0)[-1]
    sums = np.add.accumulate(np.where(applicable, a, 0.0), axis=0)[-1] + 0.0
    return np.where(count > 0, sums / np.where(count > 0, count, 1.0), np.nan)


def row(value: Any, periods: int) -> Array:
    """A series as (periods, 1 or scenarios)."""
    a = np.asarray(value, dtype=np.float64)
    return a if a.ndim == 2 and a.shape[0] == periods else np.broadcast_to(a, (periods, a.shape[-1] if a.ndim else 1))


def with_edge(edge: Array, rest: Array) -> list[Array]:
    """A figure as a row of one period, and the other periods, for as many scenarios as either holds."""
    scenarios = np.broadcast_shapes(np.shape(edge), rest.shape[1:])
    return [np.broadcast_to(edge, (1, *scenarios)), np.broadcast_to(rest, (rest.shape[0], *scenarios))]


NAMESPACE: dict[str, Any] = {
    "nan": np.nan,
    "inf": np.inf,
    "lesser": lesser,
    "greater": greater,
    "power": power_array,
    "where": np.where,
    "floor": np.floor,
    "lookup": lookup,
    "empty": np.empty,
    "divide": np.divide,
    "row": row,
    "earlier": lambda a, first: np.concatenate(with_edge(first, a[:-1])),
    "later": lambda a, last: np.concatenate(with_edge(last, a[1:])[::-1]),
    "per": per,
    "total": total,
    "highest": highest,
    "lowest": lowest,
    "average": average,
    "irr": lambda flows: irr_many(without_dust(flows)),
}


def write(e: Expr, texts: Mapping[str, str]) -> str:
    """A formula as Python, over all periods at once.

    Args:
        texts: the scenario's texts by path, which decide every `select`.
    """
    if isinstance(e, Line):
        return e.name
    if e.op == "const":
        return repr(e.data)
    if e.op == "input":
        return input_name(e.data)
    if e.op == "element":
        return f"elements[{e.data!r}]"
    if e.op == "select":
        path, names = e.data
        return write(e.args[names.index(texts[path])], texts)
    if e.op in ("prev", "next"):
        target, edge = e.args
        return f"{'earlier' if e.op == 'prev' else 'later'}({target.data}, {write(edge, texts)})"
    return TEMPLATES[e.op].format(*(write(a, texts) for a in e.args), data=e.data)


class _Loop:
    """The formulas of rows that depend on each other, for the period `t`.

    What does not depend on these rows is calculated before the loop, for all periods at once.
    """

    def __init__(self, group: Group, texts: Mapping[str, str]) -> None:
        self.rows, self.first, self.texts = frozenset(group.lines), group.lines[0], texts
        self.before: dict[str, tuple[str, bool]] = {}  # formula -> its name, and whether it is a row

    def inside(self, e: Expr) -> bool:
        """Whether a formula depends on a row of the loop."""
        return e.data in self.rows if isinstance(e, Line) else any(map(self.inside, e.args))

    def write(self, e: Expr) -> str:
        """A formula in the present period."""
        if e.op == "select":
            path, names = e.data
            return self.write(e.args[names.index(self.texts[path])])
        if not self.inside(e):
            if e.args:
                new = f"{self.first}_before_{len(self.before)}", e.series
                name, by_period = self.before.setdefault(write(e, self.texts), new)
                return f"{name}[t]" if by_period else name
            return write(e, self.texts) + "[t]" * e.series
        if isinstance(e, Line):
            return f"{e.name}_"
        if e.op in ("prev", "next"):
            row, edge = e.args
            step, inside = ("t - 1", "t > 0") if e.op == "prev" else ("t + 1", "t < T - 1")
            return f"({row.data}[{step}] if {inside} else {self.write(edge)})"
        return TEMPLATES[e.op].format(*map(self.write, e.args), data=e.data)


def input_name(path: str) -> str:
    """The variable of an assumption in generated code."""
    return "_" + path.replace(".", "_")


def source(sheet: Sheet, groups: list[Group], texts: Mapping[str, str], wanted: Iterable[str]) -> str:
    """The model as the source of a Python function `model(T, N, inputs, elements)`.

    Args:
        wanted: lines that the function returns; the memory of all others is given back after their last use, so that
            the rows of many scenarios stay in the processor's cache.
    """
    lines = sheet.lines
    uses = ((k, name) for k, group in enumerate(groups) for name in group.lines)
    last = {used: k for k, name in uses for used, _ in references(lines[name].formula)}
    ending: dict[int, list[str]] = {}
    for name in sorted(lines.keys() - set(wanted)):
        ending.setdefault(last[name], []).append(name)
    out = ["def model(T, N, inputs, elements):"]
    out += [f"    {input_name(path)} = inputs[{path!r}]" for path in sorted(sheet.inputs)]
    out.append("    curves = {}")
    for name, curve in sheet.curves.items():
        x, y = (", ".join(write(knot, texts) for knot in axis) for axis in curve)
        out.append(f"    curves[{name!r}] = segments(knots([{x}]), knots([{y}]))")
    for k, group in enumerate(groups):
        over = ending.get(k, [])
        if group.direction == "whole":
            (name,) = group.lines
            text = write(lines[name].formula, texts)
            out.append(f"    {name} = row({text}, T)" if lines[name].series else f"    {name} = figure({text})")
            out += [f"    del {', '.join(over)}"] if over else []
            continue
        loop = _Loop(group, texts)
        body = [f"        {name}[t] = {name}_ = {loop.write(lines[name].formula)}" for name in group.lines]
        out += [f"    {name} = empty((T, N))" for name in sorted(group.lines)]
        out += [f"    {name} = {f'row({text}, T)' if row else text}" for text, (name, row) in loop.before.items()]
        steps = "range(T)" if group.direction == "forward" else "range(T - 1, -1, -1)"
        out += [f"    for t in {steps}:", *body]
        over += [name for name, _ in loop.before.values()]
        out += [f"    del {', '.join(over)}"] if over else []
    out.append("    return {" + ", ".join(f"{name!r}: {name}" for name in wanted) + "}")
    return "\n".join(out) + "\n"


def evaluated(
    sheet: Sheet,
    texts: Mapping[str, str],
    periods: int,
    formulas: Sequence[Expr],
    values: Mapping[str, float | list[float]],
    elements: Mapping[tuple[str, int], float],
) -> list[Array]:
    """Formulas of one scenario, each by itself.

    Args:
        values: the assumptions by path and the lines by name that they use: a float, or a list by period.
    """
    names: dict[str, Any] = dict(NAMESPACE, T=periods, elements=elements)
    for name, value in values.items():
        names[input_name(name) if name in sheet.inputs else name] = (
            np.array(value)[:, None] if isinstance(value, list) else np.array([value])
        )
    names["curves"] = {}
    for name, curve in sheet.curves.items():
        x, y = (knots([eval(write(k, texts), names) for k in axis]) for axis in curve)
        names["curves"][name] = segment_arrays(x, y)
    with np.errstate(all="ignore"):
        return [np.asarray(eval(write(e, texts), names), dtype=np.float64) for e in formulas]


def segment_arrays(x: list[float], y: list[float]) -> list[Array]:
    """`segments` as arrays."""
    return [np.array(table) for table in segments(x, y)]


def knots(values: list[Any]) -> list[float]:
    """The knots of a curve, which all scenarios of a run share."""
    table = [np.ravel(v) for v in values]
    if any((v != v[0]).any() for v in table):
        raise ValueError("what a curve is drawn from cannot differ between the scenarios of one run")
    return [float(v[0]) for v in table]


def figure(value: Any) -> Array:
    """A single figure as (1 or scenarios,)."""
    return np.atleast_1d(np.asarray(value, dtype=np.float64))


def compile_source(text: str) -> Callable[..., dict[str, Array]]:
    """The generated function."""
    namespace = dict(NAMESPACE, figure=figure, knots=knots, segments=segment_arrays)
    exec(compile(text, "<model>", "exec"), namespace)
    function: Callable[..., dict[str, Array]] = namespace["model"]
    return function
