"""Sheets with the time axis: the same columns and header on all of them, one formula a row."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter import Workbook

from .excel import BEFORE, NOW, prefix
from .page import FIGURE, FIRST, HEADER_ROW, LABEL, OPENING, TOTAL, UNIT, YEAR_ROW, SheetPage
from .plan import INPUTS, Plan
from .styles import RULE, Styles

TIMELINE, CHECKS = "Timeline", "Checks"
MASTER = f"={CHECKS}!$C$1"


def open_sheet(workbook: Workbook, styles: Styles, plan: Plan, name: str, title: str, subtitle: str) -> SheetPage:
    """A new sheet with its title, and the master check in C1."""
    sheet: SheetPage = workbook.add_worksheet(name)
    sheet.hide_gridlines(2)
    sheet.write_string(0, LABEL, title, styles.title)
    sheet.write_string(1, LABEL, subtitle, styles.subtitle)
    sheet.set_row(0, 24)
    sheet.merge_range(0, FIGURE, 0, OPENING, "", styles.check)
    if name != CHECKS:
        sheet.write_formula(0, FIGURE, MASTER, styles.check, master_text(plan))
    contains = {"type": "text", "criteria": "containing"}
    sheet.conditional_format(0, FIGURE, 0, OPENING, contains | {"value": "fail", "format": styles.bad})
    sheet.conditional_format(0, FIGURE, 0, OPENING, contains | {"value": "pass", "format": styles.good})
    sheet.set_footer("&L&F&C&A&R&P / &N")
    return sheet


def master_text(plan: Plan) -> str:
    """The text of the master check: how many checks fail, or that all pass."""
    failed = sum(not item["passed"] for item in plan.result.checks["items"].values())
    return f"{failed} checks fail" if failed else "All checks pass"


def open_page(
    workbook: Workbook,
    styles: Styles,
    plan: Plan,
    name: str,
    heads: Sequence[str] = ("Figure", "Total", "Opening"),
    years: bool = False,
) -> SheetPage:
    """A new sheet with the time axis, by period or, with `years`, by calendar year."""
    subtitle = f"{plan.scenario.title}. Money in US$ millions; real or nominal by the unit."
    sheet = open_sheet(workbook, styles, plan, name, name, subtitle)
    _columns(sheet, styles, plan, years)
    head, last = HEADER_ROW - 1, YEAR_ROW - 1
    for column, text in zip((LABEL, UNIT), ("Line item", "Unit"), strict=True):
        sheet.write_string(head, column, text, styles.header_left)
    for column, text in zip((FIGURE, TOTAL, OPENING), heads, strict=True):
        sheet.write_string(head, column, text, styles.header)
    sheet.write_string(last, LABEL, "Calendar year", styles.year_label)
    for column in (UNIT, FIGURE, TOTAL, OPENING):
        sheet.write_blank(last, column, None, styles.year_label)
    if years:
        _year_header(sheet, styles, plan)
    else:
        _period_header(sheet, styles, plan, name)
    sheet.freeze_panes(YEAR_ROW, FIRST)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.set_print_scale(55)
    sheet.repeat_rows(0, last)
    sheet.repeat_columns(LABEL, OPENING)
    return sheet


def _columns(sheet: SheetPage, styles: Styles, plan: Plan, years: bool) -> None:
    sheet.set_column(LABEL, LABEL, 60)
    sheet.set_column(UNIT, UNIT, 17, styles.unit)
    sheet.set_column(FIGURE, TOTAL, 12)
    sheet.set_column(OPENING, OPENING, 10)
    each = plan.model.period_months // 12 or 1
    own, count = plan.own_periods, plan.model.periods
    if years:
        periods_a_year = 12 // plan.model.period_months
        own, count = own // periods_a_year, count // periods_a_year
    sheet.set_column(FIRST, FIRST + own - 1, 9.5 * each)
    if count > own:  # the spare periods are collapsed
        sheet.set_column(FIRST + own, FIRST + count - 1, 9.5, None, {"level": 1, "hidden": True})
        sheet.set_column(FIRST + count, FIRST + count, 3, None, {"collapsed": True})


def _period_header(sheet: SheetPage, styles: Styles, plan: Plan, name: str) -> None:
    labels, years = plan.model.labels, [float(y) for y in plan.model.years]
    header, year = HEADER_ROW - 1, YEAR_ROW - 1
    if name != TIMELINE:
        sheet.band(header, FIRST, f"{TIMELINE}!{NOW}${HEADER_ROW}", labels, styles.header)
        sheet.band(year, FIRST, f"VALUE(LEFT({NOW}{HEADER_ROW},4))", years, styles.year)
        return
    at = prefix(TIMELINE, INPUTS) + str(plan.places.inputs["timeline.period_months"][1])
    start = f"{NOW}{plan.places.lines['period_start'][1]}"
    nth = f"1+ROUND(({start}-{NOW}{YEAR_ROW})*12/{at},0)"
    sheet.band(header, FIRST, f'{NOW}{YEAR_ROW}&IF({at}=12,"",IF({at}=6,"H","Q")&{nth})', labels, styles.header)
    sheet.band(year, FIRST, f"{NOW}{plan.places.lines['calendar_year'][1]}", years, styles.year)


def _year_header(sheet: SheetPage, styles: Styles, plan: Plan) -> None:
    first = f"{TIMELINE}!$F${YEAR_ROW}"
    years = [float(y) for y in plan.years]
    unseen = styles.of(num_format=";;;", bottom=1, bottom_color=RULE)
    sheet.write_formula(YEAR_ROW - 1, OPENING, f"={first}-1", unseen, years[0] - 1)
    sheet.band(YEAR_ROW - 1, FIRST, f"{BEFORE}{YEAR_ROW}+1", years, styles.year)
    sheet.band(HEADER_ROW - 1, FIRST, f'{NOW}{YEAR_ROW}&""', [str(y) for y in plan.years], styles.header)
