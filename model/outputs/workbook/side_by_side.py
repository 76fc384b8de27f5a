"""The sheet `Compare`: metrics by case, and the bridge of the project IRR from the reference to each case."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook

from ...results.registry import PARTIES, metrics
from ...results.result import Result
from ...studies.compare import Comparison
from .axis import open_sheet
from .charts import Chart, Series, excel_chart
from .excel import prefix
from .page import LETTERS, SheetPage
from .plan import Plan
from .styles import BAD_INK, DARK, Styles, number_format, unsigned

NAME = "Compare"
LABEL, UNIT, FIRST_CASE = 0, 1, 2


def write_compare(workbook: Workbook, styles: Styles, plan: Plan, comparison: Comparison) -> None:
    """Write `Compare`: metrics by case, differences from the reference, and a bridge for every other case."""
    cases = columns(comparison)
    sheet = open_sheet(
        workbook,
        styles,
        plan,
        NAME,
        "Comparison",
        f"The column '{cases[0].scenario.name}' is live; the others are values at export.",
    )
    sheet.set_column(LABEL, LABEL, 46)
    sheet.set_column(UNIT, UNIT, 15, styles.unit)
    sheet.set_column(FIRST_CASE, FIRST_CASE + 2 * len(cases) + 1, 15)
    row = _metrics(sheet, styles, plan, comparison, 3)
    sheet.set_h_pagebreaks([row + 2])
    for result in cases:
        steps = comparison.bridges.get(result.scenario.name, ())
        if steps:
            row = _bridge(workbook, sheet, styles, comparison, result.scenario.name, row + 2)
    sheet.freeze_panes(4, FIRST_CASE)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)


def columns(comparison: Comparison) -> list[Result]:
    """The results of all cases, and of the reference where it is not one of them."""
    known = {result.scenario.sha256 for result in comparison.results}
    outside = [] if comparison.reference.scenario.sha256 in known else [comparison.reference]
    return [*comparison.results, *outside]


def _metrics(sheet: SheetPage, styles: Styles, plan: Plan, comparison: Comparison, row: int) -> int:
    cases = columns(comparison)
    base = next(k for k, r in enumerate(cases) if r.scenario.sha256 == comparison.reference.scenario.sha256)
    others = [k for k in range(len(cases)) if k != base]
    first_difference = FIRST_CASE + len(cases) + 1
    sheet.set_row(row, 30)
    sheet.write_string(row, LABEL, "Metric", styles.header_left)
    sheet.write_string(row, UNIT, "Unit", styles.header_left)
    for k, result in enumerate(cases):
        sheet.write_string(row, FIRST_CASE + k, result.scenario.name, styles.header_wrapped)
    for column, k in enumerate(others, first_difference):
        words = f"{cases[k].scenario.name} less {cases[base].scenario.name}"
        sheet.write_string(row, column, words, styles.header_wrapped)
    lines = plan.model.declaration.lines
    wanted = [(metric.line_of(), metric.shown) for metric in metrics().values() if metric.shown != "date"]
    holders = cases[0].party("shareholders")
    wanted += [(metric.line_of(key), metric.shown) for metric in PARTIES["shareholders"].metrics for key in holders]
    for name, shown in wanted:
        line = lines[name]
        if line.series:
            continue
        row += 1
        at, number = plan.places.lines[name]
        values = [r.figure(name) if name in r.lines else float("nan") for r in cases]
        look = number_format(line.written_unit, "flow", values, shown)
        style = styles.number(look)
        sheet.write_string(row, LABEL, line.label, styles.label)
        sheet.write_string(row, UNIT, "" if line.written_unit == "1" else line.written_unit, styles.unit)
        sheet.band(row, FIRST_CASE, f"{prefix(NAME, at)}$C${number}", values[:1], style)
        for k, value in enumerate(values[1:], 1):
            if value == value:
                sheet.write_number(row, FIRST_CASE + k, value, style)
            else:
                sheet.write_string(row, FIRST_CASE + k, "", style)
        for column, k in enumerate(others, first_difference):
            mine, other = (f"${LETTERS[FIRST_CASE + c]}{row + 1}" for c in (k, base))
            sheet.band(
                row,
                column,
                f'IF(COUNT({mine},{other})<2,"",{mine}-{other})',
                [values[k] - values[base]],
                styles.number(difference(look)),
            )
    return row


def difference(look: str) -> str:
    """The same number format with a sign."""
    plain = unsigned(look)
    return f"+{plain};[Red]-{plain};{plain}"


def _bridge(workbook: Workbook, sheet: SheetPage, styles: Styles, comparison: Comparison, case: str, row: int) -> int:
    """Write the bridge to a case as a table of steps with a chart; returns the last row used, counted from 0."""
    start = comparison.reference
    steps = comparison.bridges[case]
    value = start.figure("project_irr")
    sheet.write_string(row, LABEL, f"Project IRR from {start.scenario.name} to {case}", styles.heading)
    heads = ("Effect", "Level", "Base of column", "Total", "Rise", "Fall")
    for column, text in enumerate(heads, FIRST_CASE):
        sheet.write_string(row, column, text, styles.header)
    table: list[tuple[str, float | None, float, bool]] = [(start.scenario.name, None, value, True)]
    for step in steps:
        value += step.effect
        table.append((step.label, step.effect, value, False))
    table.append((case, None, value, True))
    first = row + 2
    share = styles.number("0.00%")
    for label, effect, level, whole in table:
        row += 1
        before = level - (effect or 0.0)
        sheet.write_string(row, LABEL, label, styles.bold if whole else styles.of(indent=1))
        if effect is not None:
            sheet.write_number(row, FIRST_CASE, effect, styles.number("+0.00%;[Red]-0.00%;0.00%"))
        sheet.write_number(row, FIRST_CASE + 1, level, styles.number("0.00%", bold=whole))
        parts = (
            0.0 if whole else min(before, level),
            level if whole else 0.0,
            max(effect or 0.0, 0.0),
            max(-(effect or 0.0), 0.0),
        )
        for column, part in enumerate(parts, FIRST_CASE + 2):
            sheet.write_number(row, column, part, share)

    def cells(column: int) -> str:
        return f"={NAME}!${LETTERS[column]}${first}:${LETTERS[column]}${row + 1}"

    looks = {"Base": None, "Total": DARK, "Rise": "#5E7F4E", "Fall": BAD_INK}
    series = [
        Series(name, cells(LABEL), cells(FIRST_CASE + 2 + k), colour=colour)
        for k, (name, colour) in enumerate(looks.items())
    ]
    notes: dict[str, Any] = {"Base": {"fill": {"none": True}}}
    chart = excel_chart(
        workbook,
        Chart(f"Project IRR: {start.scenario.name} to {case}", series, "real, after tax", number="0%", notes=notes),
    )
    chart.set_legend({"none": True})
    where = {"object_position": 2, "y_offset": 4, "description": f"IRR bridge to {case}"}
    sheet.insert_chart(first - 2, FIRST_CASE + 7, chart, where)
    return max(row, first + 16)
