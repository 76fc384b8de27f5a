"""The sheets of assumptions that are lists or numbers by year: `Input tables`, `Inputs by year` and `Curves`."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook

from ...formulas.expr import Expr
from ...scenario.resolve import Leaf
from ...scenario.values import ByYear
from .axis import open_page, open_sheet
from .excel import AFTER, NOW, ExcelWriter, prefix
from .inputs import bounds_of, heading, validation
from .page import FIGURE, FIRST, FIRST_ROW, LABEL, LETTERS, OPENING, UNIT, YEAR_ROW, SheetPage
from .plan import BY_YEAR, CURVE_ROWS, CURVES, TABLES, Plan
from .styles import Styles, number_format, unsigned

BEFORE_ALL = -1e99  # x of a knot before all others, for a flat curve below its first


def write_tables(workbook: Workbook, styles: Styles, plan: Plan) -> None:
    """Write `Input tables`: assumptions that are lists, or numbers by year."""
    sheet = open_sheet(
        workbook,
        styles,
        plan,
        TABLES,
        "Input tables",
        "Lists by position and numbers by calendar year. Change the cells on yellow; how many there "
        "are is fixed at export.",
    )
    sheet.set_column(LABEL, LABEL, 58)
    sheet.set_column(UNIT, UNIT, 15)
    sheet.set_column(FIGURE, OPENING, 12)
    sheet.set_column(FIRST, FIRST + 60, 10)
    for row in plan.tables:
        at = row.number - 1
        if row.leaf is None:
            for column in range(OPENING + 1):
                sheet.write_blank(at, column, None, styles.section)
            sheet.write_string(at, LABEL, heading(plan, row.heading), styles.section)
        else:
            _table(workbook, sheet, styles, row.leaf, at, row.live)
    sheet.freeze_panes(4, FIRST)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.set_print_scale(55)


def _table(workbook: Workbook, sheet: SheetPage, styles: Styles, leaf: Leaf, at: int, live: bool) -> None:
    """Write years or positions in one row, numbers in the next, and slopes below where they are interpolated."""
    value = leaf.value
    by_year = isinstance(value, ByYear)
    keys, numbers = (value.years, value.values) if by_year else (range(1, len(value) + 1), value)
    bounds = bounds_of(leaf.path)
    look: Any = styles.input if live else styles.fixed
    sheet.write_string(at - 1, LABEL, leaf.path, styles.path)
    sheet.write_string(at, LABEL, leaf.definition, styles.label)
    sheet.write_string(at - 1, UNIT, "year" if by_year else "position", styles.unit)
    sheet.write_string(at, UNIT, leaf.unit or "", styles.unit)
    sheet.write_string(at + 1, LABEL, f"{leaf.source}{'. ' + leaf.note if leaf.note else ''}", styles.note)
    style = look(unsigned(number_format(leaf.unit or "1", "flow", numbers)))
    for column, (key, number) in enumerate(zip(keys, numbers, strict=True), FIRST):
        sheet.write_number(at - 1, column, key, styles.year)
        sheet.write_number(at, column, number, style)
    first, last = LETTERS[FIRST], LETTERS[FIRST + len(numbers) - 1]
    workbook.define_name(leaf.path, f"='{TABLES}'!${first}${at + 1}:${last}${at + 1}")
    if live and bounds is not None:
        sheet.data_validation(at, FIRST, at, FIRST + len(numbers) - 1, validation(bounds, f"{LETTERS[FIRST]}{at + 1}"))
    if by_year and value.interpolation == "linear":
        slopes = [
            *(
                (b - a) / (y - x)
                for (x, a), (y, b) in zip(
                    zip(keys, numbers, strict=True), list(zip(keys, numbers, strict=True))[1:], strict=False
                )
            ),
            0.0,
        ]
        sheet.write_string(at + 1, UNIT, "a year", styles.unit)
        x, y = at, at + 1
        formula = f"IF({AFTER}{x}>{NOW}{x},({AFTER}{y}-{NOW}{y})/({AFTER}{x}-{NOW}{x}),0)"
        sheet.band(at + 1, FIRST, formula, slopes, styles.number("0.0000"))


def write_by_year(workbook: Workbook, styles: Styles, plan: Plan) -> None:
    """Write `Inputs by year`: numbers by calendar year, spread over the periods."""
    spread = [row for row in plan.tables if row.leaf is not None and plan.places.inputs.get(row.leaf.path)]
    if not spread:
        return
    sheet = open_page(workbook, styles, plan, BY_YEAR)
    for row in spread:
        leaf = row.leaf
        assert leaf is not None
        value, at = leaf.value, int(plan.places.inputs[leaf.path][1]) - 1
        before = prefix(BY_YEAR, TABLES)
        first, last = LETTERS[FIRST], LETTERS[FIRST + len(value.years) - 1]
        years, numbers, slopes = (f"{before}${first}${r}:${last}${r}" for r in range(row.number - 1, row.number + 2))
        year = f"MAX({NOW}${YEAR_ROW},{before}${first}${row.number - 1})"
        formula = f"LOOKUP({year},{years},{numbers})"
        if value.interpolation == "linear":
            formula += f"+({year}-LOOKUP({year},{years}))*LOOKUP({year},{years},{slopes})"
        sheet.write_string(at, LABEL, leaf.path, styles.label)
        sheet.write_string(at, UNIT, leaf.unit or "", styles.unit)
        shown = number_format(leaf.unit or "1", "average", value.values)
        sheet.band(at, FIRST, formula, [float(value.at(y)) for y in plan.model.years], styles.number(shown))


def write_curves(workbook: Workbook, styles: Styles, plan: Plan) -> None:
    """Write `Curves`: knots as formulas, and slope and intercept from each knot to the next."""
    sheet = open_sheet(
        workbook,
        styles,
        plan,
        CURVES,
        "Curves",
        "Piecewise-linear curves, flat beyond their ends: the value at x is intercept + slope x in the "
        "segment that x falls in.",
    )
    sheet.set_column(LABEL, LABEL, 44)
    sheet.set_column(UNIT, UNIT, 15)
    sheet.set_column(OPENING, FIRST + 60, 11)
    writer = ExcelWriter(CURVES, plan.places)
    top = FIRST_ROW - 1
    for name, curve in plan.model.declaration.curves.items():
        sheet.write_string(top, LABEL, name.replace("_", " ").capitalize(), styles.section)
        knots = []
        for at, label, axis in ((top + 1, "x", curve.x), (top + 2, "y", curve.y)):
            sheet.write_string(at, LABEL, label, styles.of(indent=1))
            numbers = [plan.figure(knot) for knot in axis]
            known: dict[int, str] = {}
            for column, (knot, value) in enumerate(zip(axis, numbers, strict=True), FIRST):
                _knot(sheet, styles, writer, at, column, knot, value, known)
                known = {id(knot): f"{LETTERS[column]}{at + 1}"}
            knots.append(numbers)
        x, y = [BEFORE_ALL, *knots[0]], [knots[1][0], *knots[1]]
        sheet.write_number(top + 1, OPENING, BEFORE_ALL, styles.number('0.00;"before"'))
        sheet.band(top + 2, OPENING, f"{AFTER}{top + 3}", [y[0]], styles.number("#,##0.000"))
        slopes = [(d - c) / (b - a) if b > a else 0.0 for a, b, c, d in zip(x, x[1:], y, y[1:], strict=False)] + [0.0]
        xs, ys = top + 2, top + 3
        formula = f"IF({AFTER}{xs}>{NOW}{xs},({AFTER}{ys}-{NOW}{ys})/({AFTER}{xs}-{NOW}{xs}),0)"
        sheet.write_string(top + 3, LABEL, "slope", styles.of(indent=1))
        sheet.band(top + 3, OPENING, formula, slopes, styles.number("#,##0.0000"))
        sheet.write_string(top + 4, LABEL, "intercept", styles.of(indent=1))
        sheet.band(
            top + 4,
            OPENING,
            f"{NOW}{ys}-{NOW}{top + 4}*{NOW}{xs}",
            [b - m * a for a, b, m in zip(x, y, slopes, strict=True)],
            styles.number("#,##0.000"),
        )
        top += CURVE_ROWS
    sheet.freeze_panes(4, FIRST)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.set_print_scale(55)


def _knot(
    sheet: SheetPage,
    styles: Styles,
    writer: ExcelWriter,
    row: int,
    column: int,
    knot: Expr,
    value: float,
    known: dict[int, str],
) -> None:
    style = styles.number("#,##0.000")
    if knot.op == "const":
        sheet.write_number(row, column, value, style)
    else:
        sheet.band(row, column, writer.formula(knot, known), [value], style)
