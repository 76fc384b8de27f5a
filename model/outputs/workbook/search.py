"""The sheet `IRR search`: initial guesses for IRR(), so that it converges to the root that the engine chooses.

IRR() takes some twenty Newton steps and fails from a distant guess. The sheet calculates the present value of every
cash flow at a row of rates, from zero upwards, then from zero downwards. The first change of sign in that order
brackets the root that the engine chooses: the smallest that is not negative, else the one nearest to zero. Flows below
a dollar are set to zero in rows below the search, since rounding errors of zero flows long after closure would
dominate the present value at rates far below zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from xlsxwriter import Workbook

from ...engine.python import float_of
from .axis import TIMELINE, open_sheet
from .excel import AFTER, NOW, number, prefix
from .page import FIGURE, FIRST, FIRST_ROW, HEADER_ROW, LABEL, LETTERS, TOTAL, UNIT, SheetPage
from .plan import SEARCH, SEARCH_ROWS, Plan
from .styles import Styles

UPWARDS = (
    0.0,
    0.0025,
    0.005,
    0.01,
    0.015,
    0.02,
    0.03,
    0.04,
    0.05,
    0.06,
    0.08,
    0.1,
    0.125,
    0.15,
    0.2,
    0.25,
    0.3,
    0.4,
    0.5,
    0.75,
    1.0,
    1.5,
    2.5,
    5.0,
)
DOWNWARDS = (0.0, -0.0025, -0.005, -0.01, -0.015, -0.02, -0.03, -0.04, -0.05, -0.075, -0.1, -0.15, -0.2, -0.3, -0.4)
GAP = FIRST + len(UPWARDS)  # a blank column between the two
DOLLAR = 1e-6  # in US$ millions


def write_search(workbook: Workbook, styles: Styles, plan: Plan) -> None:
    """Write `IRR search`: for every cash flow with an IRR, the lower end of its bracket, a rate per period."""
    sheet = open_sheet(
        workbook,
        styles,
        plan,
        SEARCH,
        "IRR search",
        "Where IRR() starts: the lower end of the first bracket, from zero upwards, then downwards, in "
        "which the present value changes its sign.",
    )
    sheet.set_column(LABEL, LABEL, 52)
    sheet.set_column(UNIT, UNIT, 15, styles.unit)
    sheet.set_column(FIGURE, TOTAL, 12)
    sheet.set_column(FIRST, GAP + len(DOWNWARDS), 8)
    for column, text in ((LABEL, "Cash flow"), (UNIT, "Unit")):
        sheet.write_string(HEADER_ROW - 1, column, text, styles.header_left)
    for column, text in ((FIGURE, "Start"), (TOTAL, "At export")):
        sheet.write_string(HEADER_ROW - 1, column, text, styles.header)
    sheet.write_string(HEADER_ROW, LABEL, "Lower end of the bracket", styles.year_label)
    rate = styles.number("0.0%", bold=True, font_color="#FFFFFF", bg_color=styles.header.bg_color)
    for first, rates, lower in ((FIRST, UPWARDS, UPWARDS), (GAP + 1, DOWNWARDS, (*DOWNWARDS[1:], DOWNWARDS[-1]))):
        for column, (r, start) in enumerate(zip(rates, lower, strict=True), first):
            sheet.write_number(HEADER_ROW - 1, column, r, rate)
            sheet.write_number(HEADER_ROW, column, start, styles.number("0.0%", font_color=styles.year.font_color))
    last = LETTERS[GAP + len(DOWNWARDS)]
    rows = _write_flows(sheet, styles, plan)
    for k, name in enumerate(plan.places.guesses):
        row = FIRST_ROW + SEARCH_ROWS * k
        line = plan.model.declaration.lines[name]
        sheet.write_string(row - 1, LABEL, f"{line.label}: sign of its present value", styles.label)
        sheet.write_string(row, LABEL, "changes before the next rate", styles.working_label)
        sheet.write_string(row - 1, UNIT, "1", styles.unit)
        flows, cells = plan.series(name), f"${plan.places.first}${rows[name]}:${plan.places.last}${rows[name]}"
        lower_ends: list[float] = []
        for first, rates, lower in ((FIRST, UPWARDS, UPWARDS), (GAP + 1, DOWNWARDS, (*DOWNWARDS[1:], DOWNWARDS[-1]))):
            signs = signs_of_value(flows, rates)
            flips = [float(a * b <= 0) for a, b in pairwise(signs)]
            sheet.band(row - 1, first, f"SIGN(NPV({NOW}${HEADER_ROW},{cells}))", signs, styles.number("0"))
            sheet.band(row, first, f"IF({NOW}{row}*{AFTER}{row}<=0,1,0)", flips, styles.number("0;;\\-"))
            lower_ends += [start for start, flip in zip(lower, flips, strict=False) if flip]
        own = float_of(
            plan.values[
                next(
                    n
                    for n, i in plan.model.declaration.lines.items()
                    if i.formula.op == "irr" and i.formula.args[0].data == name
                )
            ]
        )
        known = own == own
        sheet.write(row - 1, TOTAL, own if known else "none", styles.number("0.00%", align="right"))
        starts, flags = (f"${LETTERS[FIRST]}${r}:${last}${r}" for r in (HEADER_ROW + 1, row + 1))
        sheet.band(
            row - 1,
            FIGURE,
            f"IFERROR(INDEX({starts},MATCH(1,{flags},0)),D{row})",
            [lower_ends[0] if lower_ends else own if known else "none"],
            styles.number("0.00%"),
        )
    sheet.freeze_panes(HEADER_ROW + 1, FIRST)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.set_print_scale(55)


def _write_flows(sheet: SheetPage, styles: Styles, plan: Plan) -> dict[str, int]:
    """Write every cash flow with values below a dollar set to zero; returns their rows by line, counted from 1."""
    head = FIRST_ROW + SEARCH_ROWS * len(plan.places.guesses) + 1
    sheet.write_string(head - 1, LABEL, "Cash flow of a dollar and more, by period", styles.header_left)
    sheet.write_string(head - 1, UNIT, "Unit", styles.header_left)
    sheet.band(head - 1, FIRST, f"{TIMELINE}!{NOW}${HEADER_ROW}", plan.model.labels, styles.header)
    rows: dict[str, int] = {}
    for row, name in enumerate(plan.places.guesses, head + 1):
        line, (at, row_there) = plan.model.declaration.lines[name], plan.places.lines[name]
        sheet.write_string(row - 1, LABEL, line.label, styles.label)
        sheet.write_string(row - 1, UNIT, line.written_unit, styles.unit)
        cell = f"{prefix(SEARCH, at)}{NOW}{row_there}"
        sheet.band(
            row - 1,
            FIRST,
            f"IF(ABS({cell})<{number(DOLLAR)},0,{cell})",
            zero_below_dollar(plan.series(name)),
            styles.number("#,##0.0"),
        )
        rows[name] = row
    return rows


def zero_below_dollar(flows: Sequence[float]) -> list[float]:
    """Flows in US$ millions, with those below a dollar set to zero."""
    return [0.0 if abs(flow) < DOLLAR else flow for flow in flows]


def signs_of_value(flows: Sequence[float], rates: Sequence[float]) -> list[float]:
    """The sign (-1, 0 or 1) of the present value of flows in US$ millions at each rate per period."""
    value, factors = np.zeros(len(rates)), 1.0 + np.array(rates)
    for flow in reversed(zero_below_dollar(flows)):
        value = (value + flow) / factors
    signs: list[float] = np.sign(value).tolist()
    return signs
