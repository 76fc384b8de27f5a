"""The JavaScript interpreter: from the graph to functions that a page runs, one for each group of the order.

Every function takes the state `S` (periods `T`, inputs `x`, elements `e`, curves `c`, and the lines calculated so
far, a number or a Float64Array each) and adds the lines of its group. The length of the axis is not fixed: the page
finds the end of closure first, as `structure` does, and then calculates.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from .expr import REDUCTIONS, Expr, Line
from .order import Group, references
from .sheet import Sheet

# One row an operation, as in the NumPy interpreter: {0}, {1}, {2} are the operands of one period.
TEMPLATES = {
    "add": "({0} + {1})",
    "sub": "({0} - {1})",
    "mul": "({0} * {1})",
    "div": "({0} / {1})",
    "neg": "(-{0})",
    "min": "Math.min({0}, {1})",
    "max": "Math.max({0}, {1})",
    "lt": "({0} < {1} ? 1 : 0)",
    "le": "({0} <= {1} ? 1 : 0)",
    "gt": "({0} > {1} ? 1 : 0)",
    "ge": "({0} >= {1} ? 1 : 0)",
    "and": "({0} !== 0 && {1} !== 0 ? 1 : 0)",
    "or": "({0} !== 0 || {1} !== 0 ? 1 : 0)",
    "where": "({0} !== 0 ? {1} : {2})",
    "per": "per({0}, {1}, {data})",
    "compound": "Math.pow(1 + {0}, {1})",
    "pow": "Math.pow({0}, {1})",
    "floor": "Math.floor({0})",
    "interp": "interp({0}, c[{data}])",
}


Place = tuple[str, int]  # of one figure in a list, or in shares by year


@dataclass
class _Body:
    """The text of one function as it grows: what it reads of the state, and reductions taken out of its loop."""

    texts: Mapping[str, str]
    places: Mapping[Place, int]
    reads: dict[str, None] = field(default_factory=dict)
    reductions: list[str] = field(default_factory=list)

    def write(self, e: Expr) -> str:
        """A formula as JavaScript for the period `t`."""
        if isinstance(e, Line):
            self.reads[f"{_name(e.name)} = S.{e.name}"] = None
            return f"{_name(e.name)}[t]" if e.series else _name(e.name)
        if e.op == "const":
            return _number(e.data)
        if e.op == "input":
            name = "_" + e.data.replace(".", "_")
            self.reads[f"{name} = S.x[{json.dumps(e.data)}]"] = None
            return f"{name}[t]" if e.series else name
        if e.op == "element":
            self.reads["e = S.e"] = None
            return f"e[{self.places[e.data]}]"
        if e.op == "select":
            path, names = e.data
            return self.write(e.args[names.index(self.texts[path])])
        if e.op in ("prev", "next"):
            target, edge = map(self.write, e.args)
            inside, step = ("t > 0", "t - 1") if e.op == "prev" else ("t < T - 1", "t + 1")
            return f"({inside} ? {target.removesuffix('[t]')}[{step}] : {edge})"
        if e.op in REDUCTIONS:
            inner = self.write(e.args[0])
            self.reductions.append(f"const r{len(self.reductions)} = {e.op}(T, t => {inner});")
            return f"r{len(self.reductions) - 1}"
        data = json.dumps(e.data) if isinstance(e.data, str) else "" if e.data is None else _number(e.data)
        if e.op == "interp":
            self.reads["c = S.c"] = None
        return TEMPLATES[e.op].format(*map(self.write, e.args), data=data)

    def opening(self, own: Collection[str] = ()) -> str:
        """What the function takes from the state, but for the lines that are its own, and its reductions."""
        names = ", ".join(["T = S.T", *(r for r in self.reads if r not in own)])
        return " ".join([f"const {names};", *self.reductions])


def _name(line: str) -> str:
    """A line's variable; no line's name can meet a word of the language or a helper."""
    return "$" + line


def _number(value: float) -> str:
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "(-Infinity)"
    return repr(value) if value >= 0 else f"({value!r})"


def function(sheet: Sheet, group: Group, texts: Mapping[str, str], places: Mapping[Place, int]) -> str:
    """The function that adds the lines of one group to the state `S`."""
    body = _Body(texts, places)
    lines = [sheet.lines[name] for name in group.lines]
    formulas = [body.write(line.formula) for line in lines]
    if lines[0].series:
        rows = [f"const {_name(x.name)} = S.{x.name} = new Float64Array(T);" for x in lines]
        backward = group.direction == "backward"
        steps = "let t = T - 1; t >= 0; t--" if backward else "let t = 0; t < T; t++"
        result = [f"{_name(x.name)}[t] = {f};" for x, f in zip(lines, formulas, strict=True)]
        result = [*rows, f"for ({steps}) {{", *result, "}"]
    else:
        result = [f"S.{lines[0].name} = {formulas[0]};"]
    own = {f"{_name(x.name)} = S.{x.name}" for x in lines if x.series}
    return "\n".join(["S => {", body.opening(own), *result, "}"])


def source(sheet: Sheet, groups: list[Group], texts: Mapping[str, str], alone: Collection[str]) -> str:
    """The whole model as one JavaScript object.

    Args:
        alone: lines that can be calculated without the rest.

    `groups` are the functions in order, `parts` the places of those that each of some lines needs, `curves` give
    the knots of each curve, and `ratios` the formula of a ratio, to be read with a state of years.
    """
    places = {key: place for place, key in enumerate(sheet.elements)}
    functions = [function(sheet, group, texts, places) for group in groups]
    parts = {line: [place for place, group in enumerate(groups) if _needed(sheet, line) & set(group.lines)]
             for line in alone}  # fmt: skip
    curves, ratios = [], []
    for name, curve in sheet.curves.items():
        body = _Body(texts, places)
        axes = ", ".join("[" + ", ".join(map(body.write, axis)) + "]" for axis in curve)
        curves.append(f"{json.dumps(name)}: S => {{ {body.opening()} return [{axes}]; }}")
    for line in sheet.lines.values():
        if line.series and line.kind == "ratio":
            body = _Body(texts, places)
            text = body.write(line.formula)
            ratios.append(f"{json.dumps(line.name)}: (S, t) => {{ {body.opening()} return {text}; }}")
    whole = {"groups": f"[{_listed(functions)}]", "parts": json.dumps(parts),
             "curves": f"{{{_listed(curves)}}}", "ratios": f"{{{_listed(ratios)}}}"}  # fmt: skip
    return "{" + ",\n".join(f"{key}: {value}" for key, value in whole.items()) + "}"


def _listed(items: list[str]) -> str:
    return "\n" + ",\n".join(items) + "\n"


def _needed(sheet: Sheet, name: str) -> set[str]:
    """The lines on which a line depends, itself included."""
    found, waiting = {name}, [name]
    while waiting:
        targets = {target for target, _ in references(sheet.lines[waiting.pop()].formula)}
        waiting += targets - found
        found |= targets
    return found
