"""The sheet `Summary`: headline figures, sources and uses, charts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from xlsxwriter import Workbook

from ...engine.python import float_of
from ...results.registry import Metric, sections
from .charts import Chart, place_charts
from .excel import prefix
from .layout import SOURCES, USES
from .page import SheetPage
from .plan import Plan
from .styles import DARK, PALE, Styles, number_format
from .yearly import expanded

NAME = "Summary"
LABEL, VALUE, UNIT, SECOND = 0, 1, 2, 3
CHARTS_AT = 5


def write_summary(
    workbook: Workbook, sheet: SheetPage, styles: Styles, plan: Plan, annual_rows: dict[str, int]
) -> None:
    """Write `Summary`: formulas on the left and charts on the right."""
    sheet.set_column(LABEL, LABEL, 46)
    sheet.set_column(VALUE, VALUE, 14)
    sheet.set_column(UNIT, SECOND, 14)
    sheet.set_column(4, 4, 3)
    row = 3
    for title, metrics in sections().items():
        for column in range(LABEL, SECOND + 1):
            sheet.write_blank(row, column, None, styles.section)
        sheet.write_string(row, LABEL, title, styles.section)
        for metric in metrics:
            row += 1
            _headline(workbook, sheet, styles, plan, metric, row)
        row += 2
    table = _sources_and_uses(sheet, styles, plan, row)
    place_charts(workbook, sheet, plan, annual_rows, [Chart.sources_and_uses(NAME, *table)], CHARTS_AT)
    sheet.freeze_panes(3, 0)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 1)


def _headline(workbook: Workbook, sheet: SheetPage, styles: Styles, plan: Plan, metric: Metric, row: int) -> None:
    """Write one metric: a formula that refers to its line; a date from its decimal year."""
    line = plan.model.declaration.lines[metric.line_of()]
    at, number = plan.places.lines[line.name]
    cell = f"{prefix(NAME, at)}$C${number}"
    value = float_of(plan.values[line.name])
    sheet.write_string(row, LABEL, line.label, styles.of(indent=1))
    if metric.shown == "date":
        months = f"ROUND({cell}*12,3)"
        month = f"DATE(INT({months}/12),MOD(INT({months}),12)+1,1)"
        day = f"ROUND(({months}-INT({months}))*DAY(EOMONTH({month},0)),0)"
        shown = excel_date(plan.result.headline(metric))
        sheet.band(row, VALUE, f"{month}+{day}", [shown], styles.number("d mmm yyyy", align="right"))
        workbook.define_name(f"metrics.{metric.name}", f"={NAME}!$B${row + 1}")
        return
    look = number_format(line.written_unit, "flow", [value], metric.shown)
    sheet.band(row, VALUE, cell, [value], styles.number(look, bold=True, align="right"))
    unit = "" if line.written_unit in ("1", "x") or metric.shown else line.written_unit
    sheet.write_string(row, UNIT, unit, styles.of(font_color=styles.unit.font_color, indent=1))


def excel_date(iso: str) -> float:
    """An ISO date as Excel's serial number of days."""
    return float((dt.date.fromisoformat(iso) - dt.date(1899, 12, 30)).days)


def _sources_and_uses(sheet: SheetPage, styles: Styles, plan: Plan, row: int) -> tuple[int, int, int]:
    """Write uses and sources of construction funding in US$m nominal; returns header, first and last row, from 1."""
    heads = ("Funding to the end of construction", "Uses", "Sources", "US$m nominal")
    right = styles.of(bold=True, font_color=DARK, bg_color=PALE, align="right")
    for column, text in enumerate(heads):
        sheet.write_string(row, column, text, styles.section if column in (0, 3) else right)
    first = row + 1
    look = styles.number(number_format("US$m nominal"))
    totals: dict[int, float] = {}
    for column, names in ((VALUE, USES), (UNIT, SOURCES)):
        for line in expanded(plan, names):
            row += 1
            at, number = plan.places.lines[line.name]
            amount = sum(plan.series(line.name))
            label = line.label.replace(": drawdown", "")
            sheet.write_string(row, LABEL, label, styles.of(indent=1))
            sheet.band(row, column, f"{prefix(NAME, at)}$D${number}", [amount], look)
            totals[column] = totals.get(column, 0.0) + amount
    last = row
    bold: dict[str, Any] = {"bold": True, "top": 1}
    sheet.write_string(row + 1, LABEL, "Total", styles.of(**bold))
    for column, letter in ((VALUE, "B"), (UNIT, "C")):
        sheet.band(
            row + 1,
            column,
            f"SUM({letter}{first + 1}:{letter}{last + 1})",
            [totals[column]],
            styles.number(number_format("US$m nominal"), **bold),
        )
    return first, first + 1, last + 1
