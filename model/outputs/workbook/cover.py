"""The sheets `Cover`, a guide to the workbook, and `Lines`, the definition of every row."""

from __future__ import annotations

from xlsxwriter import Workbook

from .axis import open_sheet
from .page import HEADER_ROW, SheetPage
from .plan import Plan
from .styles import Styles

COVER, LINES = "Cover", "Lines"
ABOUT = {
    "Summary": "Headline figures, sources and uses, charts",
    "Compare": "Several cases side by side, and the bridge of the project IRR",
    "Inputs": "Every assumption that is a single value, with unit, limits, source and note",
    "Input tables": "Assumptions that are lists, or numbers by year",
    "Inputs by year": "Numbers by year, spread over the periods",
    "Curves": "Piecewise-linear curves that rows look up",
    "Statements": "Income statement, cash flow and balance sheet by year",
    "Annual": "Key rows by calendar year, with the covenants",
    "IRR search": "Where every rate of return starts its search",
    "Checks": "What must hold, with tolerances; the master check stands on every sheet",
    "Lines": "Definition of every row, and a link to it",
}


def write_cover(workbook: Workbook, sheet: SheetPage, styles: Styles, plan: Plan) -> None:
    """Write `Cover`: scenario, guide, colours and list of sheets."""
    s, model = plan.scenario, plan.model
    covers = model.declaration.lines["check_timeline_covers_life"].label
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 14)
    sheet.set_column(2, 2, 90)
    row = 3
    for label, text in (
        ("Scenario", s.title),
        ("Name", s.name),
        ("Description", s.description),
        ("Fingerprint of all inputs", s.sha256),
    ):
        sheet.write_string(row, 0, label, styles.of(bold=True, valign="top"))
        sheet.merge_range(row, 1, row, 2, text, styles.wrapped)
        sheet.set_row(row, 15 * max(1, -(-len(text) // 105)))
        row += 1
    row = _heading(sheet, styles, row + 1, "How to read it")
    for text in (
        "Every line item of the model is a row, and every row one formula across all periods, made from the same "
        "declaration that the program calculates with. Change a yellow cell and everything follows, rates of return "
        "included. Values shown before a recalculation are the program's own.",
        "Columns are the same on every sheet with a time axis: label, unit, figure (a single number), total over the "
        "periods, opening (what stands before the first period), then the periods. Rows in grey italics are workings. "
        "'From other sheets' brings in what a sheet uses from elsewhere.",
        f"The time axis runs from {model.labels[0]} to {model.labels[-1]}. The case itself ends in "
        f"{plan.result.model.labels[-1]}; the periods after it are folded away and make room for a delay, a slower "
        f"ramp-up, or a life without Phase 2. The check '{covers}' fails when a change needs more.",
        "Fixed at export, and grey where it is shown: length and number of periods, the first year, the names and "
        "number of lenders, shareholders, cost categories and fiscal regimes, how many entries a list has, each "
        "loan's rank, shape of repayment and tie to exports, to whom dividends and calls belong. Export again to "
        "change them.",
        "A figure that does not exist in a case is an empty cell: a cover ratio without debt service, a rate of return "
        "without a change of sign. Where a cash flow has several rates of return, the smallest that is not negative is "
        "found, else the one nearest to zero.",
    ):
        sheet.merge_range(row, 0, row, 2, text, styles.wrapped)
        sheet.set_row(row, 15 * -(-len(text) // 150))
        row += 1
    row = _heading(sheet, styles, row + 1, "Colours")
    for label, style, text in (
        ("1.25", styles.input("@", align="right"), "an input: change it"),
        ("1.25", styles.fixed("@", align="right"), "fixed at export, or not used in this case"),
        ("1.25", styles.of(align="right"), "a calculation"),
        ("1.25", styles.of(align="right", font_color="#2E6B34"), "a link to another sheet"),
        ("1.25", styles.of(align="right", font_color="#6B6B6B", italic=True), "a working: part of the row below it"),
        ("All checks pass", styles.good, "the master check, on every sheet"),
        ("2 checks fail", styles.bad, "the same, when something does not hold"),
    ):
        sheet.write_string(row, 0, label, style)
        sheet.merge_range(row, 1, row, 2, text, styles.label)
        row += 1
    row = _heading(sheet, styles, row + 1, "Sheets")
    for other in workbook.worksheets():
        if other.name != COVER:
            sheet.write_url(row, 0, f"internal:'{other.name}'!A1", styles.link, other.name)
            text = ABOUT.get(other.name, f"Stage of the model: {len(plan.rows.get(other.name, ()))} rows")
            sheet.merge_range(row, 1, row, 2, text, styles.label)
            row += 1
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)


def _heading(sheet: SheetPage, styles: Styles, row: int, text: str) -> int:
    for column in range(3):
        sheet.write_blank(row, column, None, styles.section)
    sheet.write_string(row, 0, text, styles.section)
    return row + 1


def write_lines(workbook: Workbook, styles: Styles, plan: Plan) -> None:
    """Write `Lines`: name, unit, definition and place of every line item."""
    sheet = open_sheet(workbook, styles, plan, LINES, "Line items", "What every row means; the name links to the row.")
    widths = {"Line": 40, "Unit": 18, "Label": 56, "Stage": 15, "Definition": 110}
    for column, (head, width) in enumerate(widths.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(HEADER_ROW - 1, column, head, styles.header_left)
    row = HEADER_ROW
    for line in plan.model.declaration.lines.values():
        if "__" in line.name:
            continue
        at, number = plan.places.lines[line.name]
        sheet.write_url(row, 0, f"internal:'{at}'!A{number}", styles.link, line.name)
        for column, text in enumerate((line.written_unit, line.label, at, line.definition), 1):
            sheet.write_string(row, column, text, styles.label)
        row += 1
    sheet.freeze_panes(HEADER_ROW, 1)
    sheet.autofilter(HEADER_ROW - 1, 0, row - 1, 4)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW - 1)
