"""Periods, key dates, and indices from real to nominal money."""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import Expr, Line, Term, clamp, compound, constant, floor, maximum, minimum, prev

NOMINAL, REAL = "US$m nominal", "US$m real"
NEAR = constant(1e-9, "years")  # dates closer than this are equal: months are not exact in binary


class Timeline(NamedTuple):
    first_instant: Expr
    period_years: Line
    period_start: Line
    period_end: Line
    schedule_shift: Line
    delay: Line
    planned_start: Line
    actual_start: Line
    licence_end: Line
    cpi_index: Line
    capex_index: Line
    metal_index: Line

    def overlap(self, start: Term, end: Term) -> Expr:
        """Years of the period between two dates."""
        return maximum(minimum(self.period_end, end) - maximum(self.period_start, start), 0)

    def share_before(self, date: Term) -> Expr:
        """Share of the period before a date: continuous in the date."""
        return clamp((date - self.period_start) / self.period_years, 0, 1)


def timeline(model: Declaration, first_year: int) -> Timeline:
    """Declare the time axis.

    Args:
        first_year: calendar year of the first period, fixed with the structure of the model.
    """
    model.stage = "timeline"
    x = model.input
    years = model.line(
        "period_years", "years", "Length of a period", x("timeline.period_months"), "Length of a model period in years."
    )
    end = model.forward("period_end", "years")
    first_instant = constant(first_year, "years")
    start = model.line(
        "period_start",
        "years",
        "Period starts",
        prev(end, first_instant),
        "First instant of the period, as a year with decimals.",
        kind="balance",
    )
    model.line(
        "period_end",
        "years",
        "Period ends",
        start + years,
        "Last instant of the period, as a year with decimals.",
        kind="balance",
    )
    model.line("calendar_year", "years", "Calendar year", floor(start), "Calendar year of the period.", kind="balance")
    planned = x("timeline.first_production")
    shift = model.line(
        "schedule_shift",
        "years",
        "Shift of the construction schedules",
        planned - x("timeline.schedules_drawn_for"),
        "Years by which construction, financial close and Phase 2 move with planned first production.",
    )
    delay = model.line(
        "delay",
        "years",
        "Delay after the money is spent",
        x("timeline.delay_months"),
        "Late start of production against the plan; construction spending does not move.",
    )
    planned_start = model.line(
        "planned_start", "years", "Planned first production", planned, "Planned date of the first ore milled."
    )
    actual = model.line(
        "actual_start",
        "years",
        "Actual first production",
        planned_start + delay,
        "Date of the first ore milled: plan plus delay.",
    )
    licence_end = model.line(
        "licence_end",
        "years",
        "End of the licence",
        actual + x("timeline.licence_years"),
        "No ore is milled after this date; what is left is reported.",
    )

    def index(name: str, rate: str, label: str) -> Line:
        growth = x(rate)
        close = model.forward(f"{name}_close", "nominal/real")
        first = constant(1, "nominal/real") * compound(
            rate_of(model, rate, first_year), first_instant - x("inflation.base_date")
        )
        opening = prev(close, first)
        model.line(
            f"{name}_close",
            "nominal/real",
            f"{label}, end of period",
            opening * compound(growth, years),
            "Nominal money for one unit of real money at the end of the period.",
            kind="balance",
        )
        return model.line(
            name,
            "nominal/real",
            f"{label}, mid-period",
            opening * compound(growth, years / 2),
            "Nominal money for one unit of real money at the middle of the period.",
            kind="average",
        )

    return Timeline(
        first_instant,
        years,
        start,
        model.lines["period_end"],
        shift,
        delay,
        planned_start,
        actual,
        licence_end,
        index("cpi_index", "inflation.cpi", "Consumer-price index"),
        index("capex_index", "inflation.capex", "Capital-cost index"),
        index("metal_index", "inflation.metal_prices", "Metal-price index"),
    )


def rate_of(model: Declaration, path: str, year: int) -> Expr:
    """The rate of one calendar year as a scalar."""
    schedule = model.years(path)
    if schedule is None:
        return model.input(path)
    before = max((y for y in schedule.years if y <= year), default=schedule.years[0])
    after = min((y for y in schedule.years if y > year), default=before)
    first = model.element(path, before)
    if schedule.interpolation != "linear" or before >= year or after == before:
        return first
    weight = float(year - before) / float(after - before)
    return first + (model.element(path, after) - first) * weight
