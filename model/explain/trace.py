"""Lineage of a figure: its formula with values, and its inputs recursively, down to the assumptions."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..formulas.by_year import BY_YEAR, by_year, calculation
from ..formulas.declaration import Declaration
from ..formulas.expr import Expr, Line, walk
from ..formulas.operations import OPERATIONS
from ..formulas.order import references
from .calculated import FIGURE, ROW, At, Figures
from .words import Piece, plain, write


@dataclass
class Figure:
    """A node of the lineage. `calculation` is over `i1`, `i2`, … the values of `inputs` in order.

    `unfolded`: why a line has no inputs here (shown `elsewhere`, or `deeper` than the depth asked for). A curve's value
    is its knots, `{"x": [...], "y": [...]}`.
    """

    kind: Literal["line", "assumption", "curve"]
    name: str
    at: str
    label: str
    unit: str
    value: Any
    definition: str = ""
    stage: str = ""
    words: str = ""
    numbers: str = ""
    calculation: str = ""
    inputs: list[Figure] = field(default_factory=list)
    unfolded: Literal["", "elsewhere", "deeper"] = ""


@dataclass
class Formula:
    """A formula at one place: its texts, and its operands by key."""

    words: str
    numbers: str
    calculation: str
    operands: dict[tuple[str, At], Figure]


FUNCTIONS: dict[str, Callable[..., float]] = {
    {"and": "both", "or": "either"}.get(name, name): each.value for name, each in OPERATIONS.items()
}


def value_of(figures: Figures, line: Line, at: At) -> Any:
    """Value of a line at a place; see `by_year` for years."""
    if not line.series:
        return figures.figures[line.name]
    row = figures.rows[line.name]
    if at.kind == "row":
        return row
    if at.kind == "period":
        return row[at.place]
    if line.kind == "ratio":
        step = step_of(figures, line, at)
        values = {f"i{k}": node.value for k, node in enumerate(step.operands.values(), 1)}
        return float(eval(step.calculation, {"__builtins__": {}, "nan": math.nan, **FUNCTIONS}, values))
    periods = figures.periods_of(at.place)
    return by_year(line.kind, [row[t] for t in periods], len(periods))[0]


def step_of(figures: Figures, line: Line, at: At) -> Formula:
    """Formula of a line at a place."""
    operands: dict[tuple[str, At], Figure] = {}

    def use(key: tuple[str, At], node: Figure) -> str:
        operands.setdefault(key, node)
        return f"i{list(operands).index(key) + 1}"

    if at.kind == "year" and line.series and line.kind != "ratio":
        rule = BY_YEAR[line.kind]
        periods = figures.periods_of(at.place)[rule.periods]
        names = [use((line.name, At("period", t)), bare(figures, line, At("period", t))) for t in periods]
        words = f"{rule.words} {' and '.join(figures.labels[t] for t in periods)}"
        numbers = rule.joint.join(plain(figures.rows[line.name][t]) for t in periods)
        return Formula(words, numbers, calculation(line.kind, names), operands)

    def leaf(e: Expr, row: bool) -> Piece:
        here = ROW if row else at
        if isinstance(e, Line):
            return line_piece(e, here if e.series else FIGURE)
        if e.op in ("prev", "next"):
            return neighbour(e, here, row)
        if e.op == "interp":
            x = write(e.args[0], leaf, figures.texts, row)
            node = curve_node(figures, e.data)
            name = use((f"curve {e.data}", FIGURE), node)
            return Piece(
                f"the curve '{e.data}' at ({x.words})",
                f"the curve '{e.data}' at ({x.numbers})",
                f"interp({x.calculation}, {name})",
            )
        node = assumption_node(figures, e, here)
        return named(node.label, node.value, use((node.name, here if e.series else FIGURE), node))

    def line_piece(target: Line, where: At) -> Piece:
        node = bare(figures, target, where)
        label = target.label + (f" of {node.at}" if where.kind == "period" and where != at else "")
        return named(label, node.value, use((target.name, where), node))

    def neighbour(e: Expr, here: At, row: bool) -> Piece:
        target, edge = e.args
        assert isinstance(target, Line)
        step = 1 if e.op == "next" else -1
        if row:
            first = write(edge, leaf, figures.texts, row)
            name = use((target.name, ROW), bare(figures, target, ROW))
            when = "one period earlier" if step < 0 else "one period later"
            call = "earlier" if step < 0 else "later"
            return named(f"{target.label} {when}", [], f"{call}({name}, {first.calculation})")
        if here.kind == "year":
            periods = figures.periods_of(here.place)
            here = At("period", periods[0] if step < 0 else periods[-1])
        place = here.place + step
        if 0 <= place < len(figures.labels):
            return line_piece(target, At("period", place))
        return write(edge, leaf, figures.texts, row)

    piece = write(line.formula, leaf, figures.texts, row=at.kind == "row")
    return Formula(piece.words, piece.numbers, piece.calculation, operands)


def named(label: str, value: Any, name: str) -> Piece:
    """Piece of a named operand; a row has its label in place of a number."""
    number = plain(value) if isinstance(value, float | int) else label
    return Piece(label, number if not number.startswith("−") else f"({number})", name)


def bare(figures: Figures, line: Line, at: At) -> Figure:
    """Node of a line without inputs."""
    at = at if line.series else FIGURE
    place, value = figures.spell(at), value_of(figures, line, at)
    return Figure("line", line.name, place, line.label, line.written_unit, value, line.definition, line.stage)


def assumption_node(figures: Figures, e: Expr, at: At) -> Figure:
    """Node of an input or list element."""
    if e.op == "element":
        path, place = e.data
        name = f"{path}[{place}]"
        return Figure("assumption", name, "", name, figures.assumptions[path].unit, figures.elements[path, place])
    value = figures.inputs[e.data]
    if isinstance(value, list) and at.kind != "row":
        period = at.place if at.kind == "period" else figures.periods_of(at.place)[0]
        value = value[period]
    spelled = figures.spell(at) if e.series else ""
    return Figure("assumption", e.data, spelled, e.data, figures.assumptions[e.data].unit, value)


def curve_node(figures: Figures, name: str) -> Figure:
    """Node of a curve, with the assumptions of its knots."""

    def leaf(e: Expr, row: bool) -> Piece:
        node = assumption_node(figures, e, FIGURE)
        values["v"][node.name] = node.value
        path = e.data[0] if e.op == "element" else e.data
        listed = figures.assumptions[path].value
        given = list(getattr(listed, "values", listed)) if e.op == "element" else node.value
        whole = Figure("assumption", path, "", path, node.unit, given)
        sources.setdefault(path, whole)
        return named(node.label, node.value, f"v[{node.name!r}]")

    sources: dict[str, Figure] = {}
    values: dict[str, dict[str, Any]] = {"v": {}}
    axes = []
    for axis in figures.declaration.curves[name]:
        texts = [write(knot, leaf, figures.texts).calculation for knot in axis]
        axes.append([float(eval(text, {"__builtins__": {}, **FUNCTIONS}, values)) for text in texts])
    value = {"x": axes[0], "y": axes[1]}
    definition = f"Piecewise linear through {len(axes[0])} points, flat beyond its ends."
    return Figure("curve", f"curve {name}", "", f"curve '{name}'", "", value, definition, inputs=list(sources.values()))


def trace(figures: Figures, name: str, at: At, depth: int) -> Figure:
    """Lineage of a line, `depth` levels of lines down (breadth first: each node is unfolded once, nearest the root)."""
    lines = figures.declaration.lines
    place = at if lines[name].series else FIGURE
    root = bare(figures, lines[name], place)
    waiting = deque([(root, name, place, depth)])
    unfolded: set[tuple[str, At]] = set()
    while waiting:
        node, name, place, left = waiting.popleft()
        if (name, place) in unfolded or left == 0:
            node.unfolded = "deeper" if left == 0 else "elsewhere"
            continue
        unfolded.add((name, place))
        step = step_of(figures, lines[name], place)
        node.words, node.numbers, node.calculation = step.words, step.numbers, step.calculation
        for (operand, where), inner in step.operands.items():
            node.inputs.append(inner)
            if inner.kind == "line":
                waiting.append((inner, operand, where, left - 1))
    return root


def assumptions_behind(declaration: Declaration, names: Iterator[str] | Sequence[str]) -> set[str]:
    """Paths of all assumptions on which lines depend."""
    seen: set[str] = set()
    paths: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        formula = declaration.lines[name].formula
        waiting += [target for target, _ in references(formula)]
        paths |= _paths(declaration, formula)
    return paths


def _paths(declaration: Declaration, formula: Expr) -> set[str]:
    paths = set()
    for e in walk(formula):
        if e.op == "input":
            paths.add(e.data)
        elif e.op in ("element", "select"):
            paths.add(e.data[0])
        elif e.op == "interp":
            for axis in declaration.curves[e.data]:
                for knot in axis:
                    paths |= _paths(declaration, knot)
    return paths
