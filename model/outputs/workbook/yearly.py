"""The sheets by calendar year, by formulas over the periods: `Annual` and `Statements`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from xlsxwriter import Workbook
from xlsxwriter.format import Format

from ...formulas.by_year import BY_YEAR
from ...formulas.expr import Line, walk
from ...results.years import annual
from .axis import TIMELINE, open_page
from .excel import NOW, ExcelWriter, Places, prefix
from .layout import ANNUAL, BALANCE, CASH, COVENANTS, INCOME
from .page import FIGURE, FIRST, FIRST_ROW, LABEL, LETTERS, OPENING, TOTAL, UNIT, YEAR_ROW, SheetPage
from .plan import Plan
from .styles import RULE, Styles, number_format

TOTAL_LOOK: dict[str, Any] = {"bold": True, "top": 1, "top_color": RULE}
ANNUAL_SHEET, STATEMENTS = "Annual", "Statements"


def write_annual(workbook: Workbook, styles: Styles, plan: Plan) -> dict[str, int]:
    """Write `Annual`: flows summed, balances at year end, ratios recalculated from yearly values.

    Returns:
        the row, counted from 1, of every line and of every covenant (by path).
    """
    sheet = open_page(workbook, styles, plan, ANNUAL_SHEET, ("", "Total", ""), years=True)
    sections, rows = layout(plan)
    writer = ExcelWriter(ANNUAL_SHEET, by_year(plan, ANNUAL_SHEET, rows))
    values = year_values(plan)
    for title, lines in sections.items():
        _section(sheet, styles, rows[lines[0].name] - 2, title)
        for line in lines:
            write_year_row(sheet, styles, plan, writer, line, rows[line.name] - 1, values[line.name])
    for label, path in COVENANTS:
        place, cell = plan.places.inputs[path]
        level = float(plan.scenario.leaves[path].value)
        sheet.write_string(rows[path] - 1, LABEL, label, styles.label)
        sheet.write_string(rows[path] - 1, UNIT, "x", styles.unit)
        sheet.band(rows[path] - 1, FIGURE, f"{prefix(ANNUAL_SHEET, place)}{cell}", [level], styles.number('0.00"x"'))
        sheet.band(rows[path] - 1, FIRST, f"$C{rows[path]}", [level] * len(plan.years), styles.number('0.00"x"'))
    return rows


def layout(plan: Plan) -> tuple[dict[str, list[Line]], dict[str, int]]:
    """The sections of `Annual`, and the row, counted from 1, of every line and (by path) of every covenant."""
    sections = with_operands({title: list(expanded(plan, names)) for title, names in ANNUAL.items()})
    rows: dict[str, int] = {}
    at = FIRST_ROW
    for title, lines in sections.items():
        names = [line.name for line in lines] + [path for _, path in COVENANTS if title == "Lenders"]
        rows.update({name: at + 1 + k for k, name in enumerate(names)})
        at += len(names) + 2
    return sections, rows


def expanded(plan: Plan, names: tuple[str, ...]) -> Iterator[Line]:
    """Lines by name, with those of every loan and shareholder; without names that are no series here."""
    sheet = plan.model.declaration
    groups = {"{loan}": "financing.tranches", "{holder}": "joint_venture.shareholders"}
    for name in names:
        wild = next((w for w in groups if w in name), None)
        for key in [""] if wild is None else sheet.entries(groups[wild]):
            line = sheet.lines.get(name.replace(wild or "{}", key))
            if line is not None and line.series:  # a constant price is a single number
                yield line


def with_operands(sections: dict[str, list[Line]]) -> dict[str, list[Line]]:
    """The same sections, with the operands of every ratio inserted before it."""
    present = {line.name for lines in sections.values() for line in lines}
    result: dict[str, list[Line]] = {}
    for title, lines in sections.items():
        result[title] = []
        for line in lines:
            for e in walk(line.formula) if line.kind == "ratio" else ():
                if isinstance(e, Line) and e.series and e.name not in present:
                    present.add(e.name)
                    result[title].append(e)
            result[title].append(line)
    return result


def by_year(plan: Plan, sheet: str, rows: dict[str, int]) -> Places:
    """Places for a sheet by year: its own rows replace the rows by period."""
    lines = plan.places.lines | {name: (sheet, row) for name, row in rows.items() if name in plan.places.lines}
    return replace(plan.places, lines=lines, links={})


def year_values(plan: Plan) -> dict[str, list[float]]:
    """Values of every series by calendar year, over the workbook's time axis."""
    return annual(plan.model, plan.values)


def write_year_row(
    sheet: SheetPage,
    styles: Styles,
    plan: Plan,
    writer: ExcelWriter,
    line: Line,
    row: int,
    values: list[float],
    sign: str = "",
    label: str = "",
    indent: int = 0,
    **look: Any,
) -> None:
    """Write one line by calendar year, with its total where it is a flow."""
    style = styles.number(number_format(line.written_unit, line.kind, values), **look)
    sheet.write_string(row, LABEL, label or line.label, styles.of(indent=indent, **look))
    sheet.write_string(row, UNIT, line.written_unit, styles.unit)
    factor = -1.0 if sign == "-" else 1.0
    formula = year_formula(plan, writer, line)
    sheet.band(row, FIRST, ("-" if sign == "-" else "") + formula, [factor * v + 0.0 for v in values], style)
    if line.kind == "flow":
        _total(sheet, row, values, factor, style)


def _total(sheet: SheetPage, row: int, values: list[float], factor: float, style: Format) -> None:
    cells = f"{LETTERS[FIRST]}{row + 1}:{LETTERS[FIRST + len(values) - 1]}{row + 1}"
    sheet.band(row, TOTAL, f"SUM({cells})", [factor * float(np.sum(values))], style)


def year_formula(plan: Plan, writer: ExcelWriter, line: Line) -> str:
    """The formula of a line by calendar year: its periods aggregated; of a ratio, its own over yearly values."""
    if line.kind == "ratio":
        return writer.line(line)
    name, places = line.name, plan.places
    years = f"{TIMELINE}!${places.first}${YEAR_ROW}:${places.last}${YEAR_ROW}"
    cells, year = places.cells(writer.sheet, name), f"{NOW}${YEAR_ROW}"
    return BY_YEAR[line.kind].excel.format(years=years, year=year, cells=cells)


def _section(sheet: SheetPage, styles: Styles, row: int, title: str) -> None:
    sheet.write_string(row, LABEL, title, styles.section)
    for column in (UNIT, FIGURE, TOTAL, OPENING):
        sheet.write_blank(row, column, None, styles.section)


def write_statements(workbook: Workbook, styles: Styles, plan: Plan) -> None:
    """Write `Statements`: income, cash flow and balance sheet by year; each subtotal is checked against its line."""
    sheet = open_page(workbook, styles, plan, STATEMENTS, ("", "Total", ""), years=True)
    writer = ExcelWriter(STATEMENTS, by_year(plan, STATEMENTS, {}))
    row = FIRST_ROW - 1
    for title, entries in (("Income statement", INCOME), ("Cash flow statement", CASH), ("Balance sheet", BALANCE)):
        _section(sheet, styles, row, f"{title}, US$m nominal")
        row = _statement(sheet, styles, plan, writer, row + 1, entries) + 1


def _statement(
    sheet: SheetPage, styles: Styles, plan: Plan, writer: ExcelWriter, row: int, entries: tuple[tuple[str, str], ...]
) -> int:
    """Write one statement in US$m nominal; returns the next row. Totals are lines, sums are formulas here."""
    lines, values = plan.model.declaration.lines, year_values(plan)
    since, sums = row, list[tuple[int, list[float]]]()
    running = np.zeros(len(plan.years))
    for sign, name in entries:
        if sign in "+-":
            line = lines[name]
            label = f"less {line.label[0].lower()}{line.label[1:]}" if sign == "-" else line.label
            write_year_row(sheet, styles, plan, writer, line, row, values[name], sign, label, indent=1)
            running += np.array(values[name]) * (-1 if sign == "-" else 1)
        elif sign == "total":
            write_year_row(sheet, styles, plan, writer, lines[name], row, values[name], **TOTAL_LOOK)
        else:
            style = styles.number(number_format("US$m nominal"), **TOTAL_LOOK)
            if sign == "sum":
                formula, shown = f"SUM({NOW}{since + 1}:{NOW}{row})", running.tolist()
                sums.append((row + 1, shown))
            else:
                formula = "+".join(f"{NOW}{r}" for r, _ in sums)
                shown = np.sum([v for _, v in sums], axis=0).tolist()
            sheet.write_string(row, LABEL, name, styles.of(**TOTAL_LOOK))
            sheet.write_string(row, UNIT, "US$m nominal", styles.unit)
            sheet.band(row, FIRST, formula, shown, style)
            _total(sheet, row, shown, 1.0, style)
            since, running = row + 1, np.zeros(len(plan.years))
        row += 1
    return row
