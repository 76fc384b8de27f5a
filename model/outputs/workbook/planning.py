"""Plans a workbook: the sheet and row of every line, input and curve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from ...engine.structure import evaluate, structure
from ...formulas.expr import Expr, Line
from ...formulas.operations import REDUCTIONS
from ...formulas.order import order
from ...results.result import Result
from ...scenario.values import ByYear
from .excel import Places
from .page import FIRST, FIRST_ROW, LETTERS
from .plan import BY_YEAR, CURVE_ROWS, CURVES, INPUTS, SEARCH, SEARCH_ROWS, TABLES, InputRow, Plan, Row, formulas
from .styles import title_of
from .workings import with_workings

FIXED = frozenset({"timeline.period_months"})  # inputs of formulas that are fixed at export
OFTEN = 3  # least rows of a sheet that use a row of another sheet for it to get a link
LEAST_BLOCK = 3  # least adjacent lines with one prefix for a block with a heading
PHASE_2, SPARE_YEARS = "production.phase_2.included", 3


def planned(result: Result) -> Plan:
    """The plan of the workbook of a result's scenario.

    Raises:
        DeclarationError: when a formula cannot be written into a cell (a defect of the program).
    """
    model = structure(result.scenario, periods_with_room(result))
    sheet = with_workings(model.declaration)
    program = replace(model.program, declaration=sheet, groups=order(sheet.lines), functions={}, many={})
    model = replace(model, program=program)
    values = evaluate(model)
    places = Places(LETTERS[FIRST], LETTERS[FIRST + model.periods - 1])
    plan = Plan(result.scenario, result, model, values, places)
    _place_lines(plan)
    _place_inputs(plan)
    _place_curves(plan)
    return plan


def periods_with_room(result: Result) -> int:
    """Number of periods of the workbook: the most that the scenario has with or without Phase 2, and spare years."""
    scenario, path = result.scenario, PHASE_2
    leaf = scenario.leaves[path]
    other = replace(scenario, leaves={**scenario.leaves, path: replace(leaf, value=not leaf.value)})
    model = result.model
    return structure(other, model.periods).periods + SPARE_YEARS * 12 // model.period_months


def _place_lines(plan: Plan) -> None:
    for stage, members in groupby(
        sorted(plan.model.declaration.lines.values(), key=_stage_order(plan)), lambda i: i.stage
    ):
        at, number, lines = title_of(stage), FIRST_ROW, list(members)
        rows, links = plan.rows.setdefault(at, []), plan.places.links.setdefault(at, {})
        linked = list(links_of(lines))
        if linked:
            rows.append(Row(number, "From other sheets"))
            number += 1
        for key, e in linked:
            rows.append(Row(number, link=e))
            links[key] = number
            number += 1
        number += bool(linked)
        for prefix, block in groupby(lines, prefixes(plan)):
            together = list(block)
            prefix = prefix if len(together) >= LEAST_BLOCK else ""
            if prefix:
                number += bool(rows) and rows[-1].number + 1 == number  # a blank row before a block, and one after it
                rows.append(Row(number, prefix))
                number += 1
            for line in together:
                rows.append(Row(number, prefix, line))
                plan.places.lines[line.name] = (at, number)
                if line.formula.op == "irr":
                    row = FIRST_ROW + SEARCH_ROWS * len(plan.places.guesses)
                    plan.places.guesses[line.formula.args[0].data] = (SEARCH, f"$C${row}")
                number += 1
            number += bool(prefix)


def prefixes(plan: Plan) -> Callable[[Line], str]:
    """A function from a line to the part of its label before the colon, of a working to that of its line."""
    lines = plan.model.declaration.lines

    def prefix(line: Line) -> str:
        head, colon, _ = lines[line.name.partition("__")[0]].label.partition(": ")
        return head if colon else ""

    return prefix


def links_of(lines: list[Line]) -> Iterator[tuple[Hashable, Expr]]:
    """Links of a sheet by key: all single numbers of other sheets, and the rows that `OFTEN` lines or more use."""
    stage, expressions, uses = lines[0].stage, dict[Hashable, Expr](), Counter[Hashable]()
    for line in lines if lines[0].stage != "checks" else ():
        if line.series:
            used = {key: e for key, e in references(line.formula) if not isinstance(e, Line) or e.stage != stage}
            expressions.update({key: e for key, e in used.items() if key not in expressions})
            uses.update(used.keys())
    for key, e in sorted(expressions.items(), key=lambda pair: not pair[1].series):
        if not (isinstance(e, Line) and e.series) or uses[key] >= OFTEN:
            yield key, e


def references(e: Expr) -> Iterator[tuple[Hashable, Expr]]:
    """Lines and inputs that a formula refers to, by the key of a link, without those in a reduction."""
    if isinstance(e, Line):
        yield e.name, e
    elif e.op in ("input", "element", "select"):
        yield (e.op, e.data), e
    for a in () if e.op in REDUCTIONS else e.args[:1] if e.op in ("prev", "next") else e.args:
        yield from references(a)


def _stage_order(plan: Plan) -> Any:
    stages = list(dict.fromkeys(line.stage for line in plan.model.declaration.lines.values()))
    return lambda line: stages.index(line.stage)


def _place_inputs(plan: Plan) -> None:
    sheet, places = plan.model.declaration, plan.places
    selects: dict[str, dict[tuple[str, ...], None]] = {}
    for e in formulas(sheet):
        if e.op == "select":
            selects.setdefault(e.data[0], {})[e.data[1]] = None
    used = {path for path, _ in sheet.elements}
    row, table, by_year = FIRST_ROW - 1, FIRST_ROW - 2, FIRST_ROW
    heading = table_heading = ""
    for path, leaf in plan.scenario.leaves.items():
        if "." not in path:  # name, title and description are on the cover
            continue
        group = path.rpartition(".")[0]
        options = tuple(selects.get(path, {}))
        if isinstance(leaf.value, tuple | ByYear):
            if group != table_heading:
                plan.tables.append(InputRow(table, group, None, (), False))
                table_heading, table = group, table + 1
            plan.tables.append(InputRow(table + 1, "", leaf, (), path in used or path in sheet.inputs))
            keys = leaf.value.years if isinstance(leaf.value, ByYear) else range(len(leaf.value))
            for column, key in enumerate(keys, FIRST):
                places.elements[path, key] = (TABLES, f"${LETTERS[column]}${table + 1}")
            if path in sheet.inputs:
                places.inputs[path] = (BY_YEAR, by_year)
                by_year += 1
            table += 4 if isinstance(leaf.value, ByYear) and leaf.value.interpolation == "linear" else 3
            continue
        if group != heading:
            plan.inputs.append(InputRow(row, group, None, (), False))
            heading, row = group, row + 1
        live = (path in sheet.inputs or bool(options)) and path not in FIXED
        plan.inputs.append(InputRow(row, "", leaf, options, live))
        converted = isinstance(leaf.value, bool) or hasattr(leaf.value, "year")
        places.inputs[path] = (INPUTS, f"${'D' if converted else 'C'}${row}")
        for place, names in enumerate(options):
            places.choices[path, names] = (INPUTS, f"${'D' if place == 0 else LETTERS[7 + place]}${row}")
        row += 1


def _place_curves(plan: Plan) -> None:
    row = FIRST_ROW
    for name, curve in plan.model.declaration.curves.items():
        first, last = LETTERS[FIRST - 1], LETTERS[FIRST + len(curve.x) - 1]
        x, _, slope, intercept = (f"${first}${row + k}:${last}${row + k}" for k in range(1, 5))
        plan.places.curves[name] = (CURVES, x, intercept, slope)
        row += CURVE_ROWS
