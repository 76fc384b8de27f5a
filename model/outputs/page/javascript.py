"""The model as JavaScript functions, generated from its lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from ...engine.python import PythonWriter
from ...engine.schedule import Schedule, schedule, specialise, specialise_curves
from ...formulas.by_year import BY_YEAR
from ...formulas.declaration import Declaration
from ...formulas.expr import Expr, Line
from ...formulas.operations import OPERATIONS
from ...formulas.order import Group


class JavaScriptWriter(PythonWriter):
    """JavaScript functions of T, the number of periods, inputs `x` by path, and elements of lists `e`.

    Args:
        places: the index in `e` of every element of a list.
        calculated: whether all lines are read from the state `S`, the function's fourth argument.
    """

    LANGUAGE = "javascript"
    LAST = "if ({}) return t + 1;"

    def __init__(
        self, lines: Mapping[str, Line], plan: Schedule, places: Mapping[tuple[str, int], int], calculated: bool = False
    ) -> None:
        super().__init__(lines, plan)
        self.places, self.calculated = places, calculated

    def assign(self, name: str, value: str) -> str:
        return f"let {name} = {value};"

    def reassign(self, name: str, value: str) -> str:
        return f"{name} = {value};"

    def constant(self, value: float) -> str:
        if value != value:
            return "NaN"
        text = repr(float(value)).replace("inf", "Infinity")
        return text if value >= 0 else f"({text})"

    def start(self, op: str) -> str:
        return super().start(op).replace("inf", "Infinity").replace("0.0", "0")

    def leaf(self, e: Expr) -> str:
        return f"e[{self.places[e.data]}]" if e.op == "element" else super().leaf(e)

    def element(self, row: str, place: str) -> str:
        return f"S.{row}[{place}]" if self.calculated else super().element(row, place)

    def reference(self, line: Line) -> str:
        if self.calculated:
            return f"S.{line.name}[t]" if line.series else f"S.{line.name}"
        return super().reference(line)

    def either(self, condition: str, then: str, otherwise: str) -> str:
        return f"({condition} ? {then} : {otherwise})"

    def locate(self, place: str, axis: str, at: str) -> str:
        return f"let {place} = segment({axis}, {at}), {place}_past = {at} - {axis}_starts[{place}];"

    def finish(self, name: str, op: str) -> str:
        if op == "average":
            return f"{name} = {name}_count ? {name} / {name}_count : NaN;"
        return f"if ({name} === {self.start(op)}) {name} = NaN;"

    def steps(self, backward: bool, statements: list[str]) -> list[str]:
        steps = "let t = T - 1; t >= 0; t--" if backward else "let t = 0; t < T; t++"
        return [f"for ({steps}) {{", *statements, "}"]

    def read_inputs(self) -> list[str]:
        return [f"const {name} = x[{json.dumps(path)}];" for path, name in self.inputs.items()]

    def segments(self, names: str, x: str, y: str) -> str:
        return f"var [{names}] = segments([{x}], [{y}]);"  # `var`, since curves on one axis declare it again

    def row(self, name: str) -> str:
        return f"const {name} = new Float64Array(T);"

    def wrapped(self, statements: list[str], result: str) -> str:
        returned = result if result == "T" else f"{{{result}}}"
        return "\n".join(["(T, x, e, S) => {", *statements, f"return {returned};", "}"])


def source(sheet: Declaration, groups: list[Group], texts: Mapping[str, str], figure: str, end_flag: str) -> str:
    """The model as one JavaScript object.

    Args:
        figure: a line that the function of its name returns by itself.
        end_flag: a flag; `life` returns the number of periods up to the first in which it is set, or T.

    Returns:
        functions: `whole` returns every line, `ratios` the ratios recalculated from yearly values; `by_year` has
        the functions that aggregate the other lines, by kind.
    """
    lines, places = sheet.lines, {key: place for place, key in enumerate(sheet.elements)}

    def plan(outputs: Sequence[str], earliest: str = "") -> Schedule:
        return schedule(lines, sheet.curves, groups, texts, outputs, earliest=earliest)

    life = JavaScriptWriter({}, plan([end_flag], end_flag), places)
    life.end_flag = end_flag
    functions = {
        "whole": JavaScriptWriter(lines, plan(list(lines)), places).source(),
        figure: JavaScriptWriter({figure: lines[figure]}, plan([figure]), places).source(),
        "life": life.source("T"),
        "ratios": _ratios(sheet, texts, places),
        "by_year": f"{{{', '.join(map(_of_year, BY_YEAR))}}}",
    }
    return "{" + ",\n".join(f"{name}: {text}" for name, text in functions.items()) + "}"


def _of_year(kind: str) -> str:
    """A function from the values of one year's periods to that of the year; see `by_year`."""
    rule = BY_YEAR[kind]
    ends = ", ".join(str(end) for end in (rule.periods.start, rule.periods.stop) if end is not None)
    text = OPERATIONS[rule.operation].javascript.format("a", "b")
    return f"{kind}: year => year.slice({ends}).reduce((a, b) => {text})" + " / year.length" * rule.mean


def _ratios(sheet: Declaration, texts: Mapping[str, str], places: Mapping[tuple[str, int], int]) -> str:
    ratios = {line.name: line for line in sheet.lines.values() if line.series and line.kind == "ratio"}
    formulas = {name: specialise(line.formula, texts) for name, line in ratios.items()}
    alone = Schedule(
        formulas, specialise_curves(sheet.curves, texts), frozenset(sheet.lines), (), (), {}, {}, frozenset()
    )
    writer = JavaScriptWriter(ratios, alone, places, calculated=True)
    writer.text = loop = []
    for name, formula in formulas.items():
        loop.append(writer.reassign(f"r_{name}[t]", writer.value(formula)))
    result = ", ".join(f"{name}: r_{name}" for name in ratios)
    rows = [writer.row(f"r_{name}") for name in ratios]
    return writer.wrapped([*writer.read_inputs(), *rows, *writer.steps(False, loop)], result)
