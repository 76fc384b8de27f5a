"""Data for the page's scripts: inputs, line items, formulas in words, sources."""

from __future__ import annotations

from typing import Any

from ...engine.structure import Model, element_value
from ...explain.words import Piece, write
from ...formulas.by_year import BY_YEAR, INPUT, Rule
from ...formulas.expr import Expr, Line
from ...results.registry import metric_lines, metrics, shown_in
from ...results.result import Result
from ...scenario.resolve import Leaf, Scenario, plain
from ...scenario.values import ByYear, bounds_in
from ...scenario.written import field_of
from .formats import format_of

# Shares that sum to 1: one of them cannot be changed alone.
SUMS = (
    ("capex.phase_1.categories.", ".share"),
    ("joint_venture.shareholders.", ".dividend_share"),
    ("joint_venture.shareholders.", ".funding_share"),
)


def model_data(result: Result) -> dict[str, Any]:
    """The inputs, lines and formats of a scenario as data for the page's scripts.

    `fixed` are inputs by year that one number cannot replace: an index starts from the first year's rate, which is
    part of the structure.
    """
    model, sheet = result.model, result.model.declaration
    units = [line.written_unit for line in sheet.lines.values()]
    units += [leaf.unit or "" for leaf in result.scenario.leaves.values()]
    values = {path: model.assumptions[path].value for path in sheet.inputs}
    return {
        "firstYear": model.first_year,
        "scalars": {path: float(value) for path, value in values.items() if not isinstance(value, ByYear)},
        "byYear": {
            path: {"years": value.years, "values": value.values, "interpolation": value.interpolation}
            for path, value in values.items()
            if isinstance(value, ByYear)
        },
        "fixed": [path for path in values if path.startswith("inflation.")],
        "elements": [element_value(model.assumptions[path].value, place) for path, place in sheet.elements],
        "elementNames": [f"{path}[{place}]" for path, place in sheet.elements],
        "metrics": metric_lines(),
        "shown": {name: metric.shown for name, metric in metrics().items() if metric.shown not in ("", "percent")},
        "figures": metric_formats(result),
        "bars": bars(),
        "formats": {unit: format_of(unit) for unit in dict.fromkeys(units)},
        "inputKind": INPUT,
        "byYearWords": {kind: f"{rule.words.capitalize()} its {periods_of(rule)}" for kind, rule in BY_YEAR.items()},
        "lines": {line.name: line_data(model, line) for line in sheet.lines.values()},
        "assumptions": {path: assumption_data(leaf) for path, leaf in result.scenario.leaves.items()},
        "sums": sums(result.scenario),
    }


def metric_formats(result: Result) -> list[tuple[str, str]]:
    """Line name and format of every metric."""
    lines = result.model.declaration.lines
    every = metrics().values()
    return [(m.line_of(), format_of(lines[m.line_of()].written_unit, m.shown)) for m in every]


def bars() -> list[tuple[str, str, int]]:
    """Name, label and colour of every metric that the chart of cases shows."""
    return [(m.name, m.column.lower(), colour) for m, colour in zip(shown_in("bars"), (1, 0, 2, 3), strict=False)]


def periods_of(rule: Rule) -> str:
    """The periods of a year that a rule takes, in words."""
    return {0: "periods", 1: "first period", -1: "last period"}[rule.periods.stop or rule.periods.start]


def line_data(model: Model, line: Line) -> list[Any]:
    """Label, unit, kind, stage, definition, 1 for a series, and the formula in words with its operands."""
    text, operands = template(model, line.formula)
    return [line.label, line.written_unit, line.kind, line.stage, line.definition, int(line.series), text, operands]


def template(model: Model, formula: Expr) -> tuple[str, list[list[Any]]]:
    """A formula in words with marks ⟦k⟧ for its operands.

    Operands are `l` a line, `i` an assumption, `e` one place of a list, `c` a curve, `p` and `n` a line one period
    earlier or later with the template of the first or last period; the third entry is 1 for a whole series.
    """
    operands: list[list[Any]] = []

    def leaf(e: Expr, row: bool) -> Piece:
        whole = int(row and e.series)
        if isinstance(e, Line):
            operand: list[Any] = ["l", e.name, whole]
        elif e.op == "element":
            operand = ["e", list(model.declaration.elements).index(e.data), 0]
        elif e.op == "interp":
            inside = write(e.args[0], leaf, model.texts, row)
            operands.append(["c", e.data, 0])
            return Piece(f"the curve ⟦{len(operands) - 1}⟧ at ({inside.words})", "", "")
        elif e.op == "input":
            operand = ["i", e.data, whole]
        else:
            operand = [e.op[0], e.args[0].data, whole, template(model, e.args[1])]
        if operand not in operands:
            operands.append(operand)
        return Piece(f"⟦{operands.index(operand)}⟧", "", "")

    return write(formula, leaf, model.texts).words, operands


def assumption_data(leaf: Leaf) -> list[Any]:
    """Value as written, unit, definition, source, note, file and line, and bounds where it is one number."""
    value = plain(leaf.value)
    numeric = isinstance(leaf.value, int | float | ByYear) and not isinstance(leaf.value, bool)
    low, high = bounds(leaf.path) if numeric else (None, None)
    place = f"{leaf.file}:{leaf.line}" if leaf.line else leaf.file
    return [value, leaf.unit or "", leaf.definition, leaf.source, leaf.note, place, low, high]


def bounds(path: str) -> tuple[list[Any], list[Any]]:
    """The least and greatest value of an assumption, each with whether the bound itself is allowed."""
    limits = bounds_in(field_of(path))
    low = [limits.ge, True] if limits.ge is not None else [limits.gt, False]
    high = [limits.le, True] if limits.le is not None else [limits.lt, False]
    return low, high


def sums(scenario: Scenario) -> list[list[str]]:
    """The groups of assumptions that must sum to 1."""
    return [[p for p in scenario.leaves if p.startswith(start) and p.endswith(end)] for start, end in SUMS]
