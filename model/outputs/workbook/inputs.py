"""The sheet `Inputs`: every assumption that is a single value, with unit, limits, source and note."""

from __future__ import annotations

import datetime as dt
from typing import Any

from xlsxwriter import Workbook

from ...formulas.declaration import decimal_year
from ...scenario.resolve import Leaf
from ...scenario.values import Bounds
from ...scenario.written import field_of
from .axis import open_sheet
from .page import FIGURE, LABEL, TOTAL, UNIT, SheetPage
from .plan import INPUTS, InputRow, Plan
from .styles import MIDDLE, Styles

HEADS = ("Assumption", "Unit", "Value", "In formulas", "Valid", "Path", "Source", "Note")
WIDTHS = (64, 17, 14, 12, 28, 48, 72, 56)
VALID, PATH, SOURCE, NOTE = 4, 5, 6, 7


def write_inputs(workbook: Workbook, styles: Styles, plan: Plan) -> None:
    """Write `Inputs`: every assumption that is a single value, with unit, bounds, source and note."""
    sheet = open_sheet(
        workbook,
        styles,
        plan,
        INPUTS,
        "Inputs",
        "Change the cells on yellow; everything follows. Grey values are fixed at export, or not used in this case.",
    )
    for column, (head, width) in enumerate(zip(HEADS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(3, column, head, styles.header if column in (FIGURE, TOTAL) else styles.header_left)
    sheet.outline_settings(symbols_below=False)
    for row in plan.inputs:
        if row.leaf is None:
            for column in range(len(HEADS)):
                sheet.write_blank(row.number - 1, column, None, styles.section)
            sheet.write_string(row.number - 1, LABEL, heading(plan, row.heading), styles.section)
            continue
        texts = {LABEL: row.leaf.definition, SOURCE: row.leaf.source, NOTE: row.leaf.note or " "}
        lines = max(-(-len(text) * 7 // (WIDTHS[column] * 8)) for column, text in texts.items())
        sheet.set_row(row.number - 1, 13.5 * lines + 1.5, None, {"level": 1})
        _describe(sheet, styles, row.leaf, row.number - 1)
        _value(sheet, styles, plan, row)
        if row.options or isinstance(row.leaf.value, bool | float | int | dt.date):
            workbook.define_name(row.leaf.path, f"={INPUTS}!$C${row.number}")
    sheet.freeze_panes(4, UNIT)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)


def heading(plan: Plan, path: str) -> str:
    """The heading of a group of assumptions: its path in words, with its label where it has one."""
    words = [part.replace("_", " ") for part in path.split(".")] if path else ["scenario"]
    label = plan.scenario.leaves.get(f"{path}.label")
    if label is not None:
        words[-1] = str(label.value)
    words[0] = words[0].capitalize().replace("Us ", "US ")
    return " › ".join(words)


def _describe(sheet: SheetPage, styles: Styles, leaf: Leaf, row: int) -> None:
    sheet.write_string(row, LABEL, leaf.definition, styles.wrapped)
    sheet.write_string(row, UNIT, leaf.unit or "", styles.of(font_color=MIDDLE, valign="top"))
    sheet.write_string(row, PATH, leaf.path, styles.path)
    sheet.write_string(row, SOURCE, leaf.source, styles.wrapped)
    sheet.write_string(row, NOTE, leaf.note, styles.wrapped)


def _value(sheet: SheetPage, styles: Styles, plan: Plan, row: InputRow) -> None:
    """Write the cell of an assumption and, for a flag, date or option, the number that formulas use beside it."""
    leaf, at, cell = row.leaf, row.number - 1, f"C{row.number}"
    assert leaf is not None
    look: Any = styles.input if row.live else styles.fixed
    value = leaf.value
    if isinstance(value, bool):
        sheet.write_boolean(at, FIGURE, value, look("General", align="right"))
        _dropdown(sheet, at, ("TRUE", "FALSE"), row.live)
        sheet.write_string(at, VALID, "TRUE or FALSE", styles.note)
        sheet.band(at, TOTAL, f"IF({cell},1,0)", [float(value)], styles.number("0", valign="top"))
    elif isinstance(value, dt.date):
        sheet.write_datetime(at, FIGURE, dt.datetime(value.year, value.month, value.day), look("yyyy-mm-dd"))
        formula = f"YEAR({cell})+(MONTH({cell})-1+(DAY({cell})-1)/DAY(EOMONTH({cell},0)))/12"
        sheet.band(at, TOTAL, formula, [decimal_year(value)], styles.number("0.000", valign="top"))
        sheet.write_string(at, VALID, "a date", styles.note)
        if row.live:
            sheet.data_validation(
                at,
                FIGURE,
                at,
                FIGURE,
                {
                    "validate": "date",
                    "criteria": "between",
                    "minimum": dt.date(1950, 1, 1),
                    "maximum": dt.date(2200, 1, 1),
                },
            )
    elif isinstance(value, str):
        sheet.write_string(at, FIGURE, value, look("@", align="right"))
        for place, names in enumerate(row.options):
            listed = ",".join(f'"{name}"' for name in names)
            sheet.band(
                at,
                TOTAL if place == 0 else NOTE + place,
                f"MATCH({cell},{{{listed}}},0)",
                [names.index(value) + 1.0],
                styles.number("0", valign="top"),
            )
        if row.options:
            _dropdown(sheet, at, row.options[0], row.live)
            sheet.write_string(
                at, VALID, " or ".join(row.options[0]) if len(row.options[0]) < 4 else "from the list", styles.note
            )
    else:
        bounds = bounds_of(leaf.path)
        sheet.write_number(at, FIGURE, float(value), look(input_format(leaf, bounds)))
        sheet.write_string(at, VALID, str(bounds or ""), styles.note)
        if row.live and bounds is not None:
            sheet.data_validation(at, FIGURE, at, FIGURE, validation(bounds, cell))


def _dropdown(sheet: SheetPage, row: int, options: tuple[str, ...], live: bool) -> None:
    if live:
        sheet.data_validation(row, FIGURE, row, FIGURE, {"validate": "list", "source": list(options)})


def bounds_of(path: str) -> Bounds | None:
    """The bounds of the numbers at a path, from the schema."""
    return next((m for m in field_of(path).metadata if isinstance(m, Bounds) and str(m)), None)


def validation(bounds: Bounds, cell: str) -> dict[str, Any]:
    """Bounds as data validation of a cell (of the first cell of a range)."""
    limits = {">=": bounds.ge, ">": bounds.gt, "<=": bounds.le, "<": bounds.lt}
    rules = ",".join(f"{cell}{sign}{limit:.15g}" for sign, limit in limits.items() if limit is not None)
    return {
        "validate": "custom",
        "value": f"=AND(ISNUMBER({cell}),{rules})",
        "error_title": "Not a valid value",
        "error_message": f"Valid here: {bounds}",
    }


def input_format(leaf: Leaf, bounds: Bounds | None) -> str:
    """The number format of an input: shares and rates as percentages, factors and amounts as numbers."""
    share = leaf.unit == "1" and bounds is not None and bounds.le is not None and bounds.le <= 1
    if share or leaf.unit == "1/year":
        return "0.00%"
    if float(leaf.value) != round(leaf.value, 4):
        return "#,##0.00##"
    return "#,##0" if float(leaf.value) == int(leaf.value) and abs(leaf.value) >= 1000 else "General"
