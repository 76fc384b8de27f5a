"""The sheets of the stages: a row for every line item, with the formula of its declaration."""

from __future__ import annotations

import numpy as np
from xlsxwriter import Workbook
from xlsxwriter.format import Format

from ...engine.python import float_of
from ...formulas.expr import Expr, Line
from ...stages.checks import TOLERANCE
from .axis import CHECKS, master_text, open_page
from .excel import ExcelWriter, prefix
from .page import FIGURE, FIRST, LABEL, LETTERS, OPENING, TOTAL, UNIT, SheetPage
from .plan import Plan
from .styles import LINK_INK, Styles, number_format

LONGEST_LINK = 66
CHECK_HEADS = ("Deviation", "Tolerance", "Passed")


def write_stage(workbook: Workbook, styles: Styles, plan: Plan, name: str) -> None:
    """Write the sheet of one stage."""
    sheet = open_page(workbook, styles, plan, name, CHECK_HEADS if name == CHECKS else ("Figure", "Total", "Opening"))
    writer = ExcelWriter(name, plan.places)
    sheet.outline_settings(symbols_below=False)
    for row in plan.rows[name]:
        if row.link is not None:
            write_link(sheet, styles, plan, row.link, row.number - 1)
            continue
        if row.line is None:
            sheet.write_string(row.number - 1, LABEL, row.heading, styles.section)
            for column in (UNIT, FIGURE, TOTAL, OPENING):
                sheet.write_blank(row.number - 1, column, None, styles.section)
            continue
        write_line(sheet, styles, plan, writer, row.line, row.number - 1, row.heading)
    if name == CHECKS:
        _verdicts(sheet, styles, plan)


def write_line(
    sheet: SheetPage, styles: Styles, plan: Plan, writer: ExcelWriter, line: Line, row: int, heading: str
) -> None:
    """Write one line: label, unit, figure or total, opening, and the periods."""
    working, inside = "__" in line.name, bool(heading)
    label = line.label.removeprefix(f"{heading}: ") if inside else line.label
    label = label[0].upper() + label[1:]
    if inside or working:
        sheet.set_row(row, None, None, {"level": 1})
    ink = {"font_color": styles.working_label.font_color} if working else {}
    sheet.write_string(row, LABEL, label, styles.working_label if working else styles.of(indent=int(inside)))
    sheet.write_string(row, UNIT, line.written_unit, styles.unit)
    values = plan.values[line.name]
    if line.stage == "checks" and not line.series:
        shown = "[=0]0;0.0E+00"
    else:
        shown = number_format(line.written_unit, line.kind, values if isinstance(values, list) else [values])
    style = styles.number(shown, **ink)
    formula = writer.line(line)
    if not line.series:
        sheet.band(row, FIGURE, formula, [float_of(values)], style)
        return
    series = plan.series(line.name)
    sheet.band(row, FIRST, formula, series, style)
    if line.kind in ("flow", "flag"):
        total = f"SUM({writer.places.first}{row + 1}:{writer.places.last}{row + 1})"
        summed = float(np.sum(series))
        look = number_format(line.written_unit, line.kind, [summed])
        sheet.band(row, TOTAL, total, [summed], styles.number(look, bold=not working, **ink))
    for neighbour, column in (("prev", OPENING), ("next", FIRST + len(series))):
        if (neighbour, line.name) in plan.edges:
            _edge(sheet, writer, plan, row, column, plan.edges[neighbour, line.name], style)


def write_link(sheet: SheetPage, styles: Styles, plan: Plan, e: Expr, row: int) -> None:
    """Write a row that links to a line or an input of another sheet."""
    sheet.set_row(row, None, None, {"level": 1})
    label, unit, kind = label_unit_kind(plan, e)
    label = label if len(label) <= LONGEST_LINK else label[: LONGEST_LINK - 1] + "…"
    sheet.write_string(row, LABEL, label, styles.of(indent=1, font_color=LINK_INK))
    sheet.write_string(row, UNIT, unit, styles.unit)
    writer = ExcelWriter("", plan.places)  # no sheet, so that every address names its own
    series = plan.series_of(e) if e.series else [plan.figure(e)]
    shown = number_format(unit, kind, series)
    style = styles.number(shown, font_color=LINK_INK)
    if e.op == "select":
        at, cell = plan.places.choices[e.data]
        sheet.band(row, FIGURE, prefix("", at) + cell, [1.0 + e.data[1].index(plan.model.texts[e.data[0]])], style)
        return
    formula = writer.formula(e)
    sheet.band(row, FIRST if e.series else FIGURE, formula, series, style)
    if isinstance(e, Line):
        for neighbour, column in (("prev", OPENING), ("next", FIRST + len(series))):
            if (neighbour, e.name) in plan.edges:
                value = plan.figure(plan.edges[neighbour, e.name])
                sheet.band(row, column, formula, [value], style)


def label_unit_kind(plan: Plan, e: Expr) -> tuple[str, str, str]:
    """Label, unit and kind of a line or an assumption."""
    if isinstance(e, Line):
        return e.label, e.written_unit, e.kind
    path = e.data if e.op == "input" else e.data[0]
    leaf = plan.scenario.leaves[path]
    owner = plan.scenario.leaves.get(f"{path.rpartition('.')[0]}.label")
    label = leaf.definition
    if owner is not None:
        label = f"{owner.value}: {label[0].lower()}{label[1:]}"
    if e.op == "select":
        return f"{label} (number of the option)", "1", "flag"
    unit = leaf.unit or ("years" if hasattr(leaf.value, "year") else "1")
    label += f", {e.data[1]}" if e.op == "element" else ""
    return label, unit, "flag" if isinstance(leaf.value, bool) else "average"


def _edge(sheet: SheetPage, writer: ExcelWriter, plan: Plan, row: int, column: int, e: Expr, style: Format) -> None:
    """Write the value before the first period or after the last."""
    if e.op == "const":
        sheet.write_number(row, column, e.data, style)
    else:
        sheet.band(row, column, writer.formula(e), [plan.figure(e)], style)


def _verdicts(sheet: SheetPage, styles: Styles, plan: Plan) -> None:
    """Write the tolerance and result of every check, and the master check that all sheets show."""
    rows = [r.number for r in plan.rows[CHECKS] if r.line is not None and not r.line.series and "__" not in r.line.name]
    for row in rows:
        line = next(r.line for r in plan.rows[CHECKS] if r.number == row)
        assert line is not None
        passed = float(float_of(plan.values[line.name]) <= TOLERANCE)
        sheet.write_number(row - 1, TOTAL, TOLERANCE, styles.number("0E+00"))
        sheet.band(row - 1, OPENING, f"IF(C{row}<=D{row},1,0)", [passed], styles.number('"yes";;"NO"', align="center"))
        sheet.conditional_format(
            row - 1, OPENING, row - 1, OPENING, {"type": "cell", "criteria": "==", "value": 0, "format": styles.bad}
        )
    first, last = min(rows), max(rows)
    cells = f"{LETTERS[OPENING]}{first}:{LETTERS[OPENING]}{last}"
    failed = f"{len(rows)}-COUNTIF({cells},1)"
    sheet.write_formula(
        0, FIGURE, f'=IF({failed}=0,"All checks pass",({failed})&" checks fail")', styles.check, master_text(plan)
    )
