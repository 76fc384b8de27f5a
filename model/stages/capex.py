"""Capital: growth by phase and category, contingency, sustaining, closure with its provision and fund."""

from __future__ import annotations

from typing import NamedTuple

from ..graph.expr import DeclarationError, Expr, Line, add_up, constant, maximum, prev
from ..graph.sheet import Sheet
from .costs import NOMINAL
from .production import Production, planned_to_date
from .revenue import REAL
from .timeline import Timeline

ONE = constant(1, "nominal/real")


class Capex(NamedTuple):
    phase_1: Line
    phase_1_us_sourced: Line
    phase_2: Line
    growth: Line
    sustaining_real: Line
    sustaining: Line
    closure_spending_real: Line
    closure_spending: Line
    closure_expense: Line
    closure_provision: Line


def phasing_curve(sheet: Sheet, name: str, path: str) -> str:
    """Cumulative share of a total against calendar time, even within each year."""
    given = sheet.years(path)
    if given is None:
        raise DeclarationError(f"'{path}' gives no shares by year")
    years = given.years
    xs: list[Expr] = [constant(years[0], "years")]
    ys: list[Expr] = [constant(0, "1")]
    for year in range(years[0], years[-1] + 1):
        xs.append(constant(year + 1, "years"))
        ys.append(ys[-1] + sheet.element(path, year) if year in years else ys[-1] + 0)
    return sheet.curve(name, xs, ys)


def growth(sheet: Sheet, time: Timeline, number: int, included: Expr | float, shift: Expr) -> Line:
    """Capital of one phase with contingency, real and nominal."""
    x, line = sheet.input, sheet.line
    at = f"capex.phase_{number}"
    curve = phasing_curve(sheet, f"phase_{number}_schedule", f"{at}.schedule")
    share = line(f"phase_{number}_share_spent", "1", f"Phase {number}, share spent",
                 sheet.cumulative(curve, time.period_end - shift)
                 - sheet.cumulative(curve, time.period_start - shift),
                 "Share of the phase's capital that falls in the period, by its shifted schedule.")
    cost = line(f"phase_{number}_capex_real", REAL, f"Phase {number} capital, real",
                x(f"{at}.total") * x("factors.capex") * included * share,
                "Total x factor x share spent, before contingency.")
    contingency = line(f"phase_{number}_contingency_real", REAL, f"Phase {number} contingency, real",
                       cost * x(f"{at}.contingency"), "Contingency spent, share of the capital.")
    line(f"phase_{number}_escalation", NOMINAL, f"Phase {number} escalation",
         (cost + contingency) * (time.capex_index - ONE),
         "What capital-cost inflation since the base date adds.")
    return line(f"phase_{number}_capex", NOMINAL, f"Phase {number} capital", (cost + contingency) * time.capex_index,
                "Capital with contingency at the capital-cost index.")


def capex(sheet: Sheet, time: Timeline, mine: Production) -> Capex:
    """Declare all capital spending and the closure provision."""
    sheet.stage = "capex"
    x, line = sheet.input, sheet.line
    phase_1 = growth(sheet, time, 1, 1.0, time.schedule_shift)
    phase_2 = growth(sheet, time, 2, x("production.phase_2.included"), time.schedule_shift + time.delay)
    us_sourced = []
    for name in sheet.entries("capex.phase_1.categories"):
        at = f"capex.phase_1.categories.{name}"
        label = sheet.label(at)
        category = line(f"capex_{name}", NOMINAL, f"Phase 1: {label}", phase_1 * x(f"{at}.share"),
                        "The category's share of Phase 1 capital with contingency.")
        us_sourced.append(category * x(f"{at}.us_share"))
    from_us = line("phase_1_us_sourced", NOMINAL, "Phase 1 capital bought from the United States", add_up(us_sourced),
                   "Each category at its US-sourced share, before the ceilings on imports.")
    growth_capex = line("growth_capex", NOMINAL, "Growth capital", phase_1 + phase_2, "Phase 1 and Phase 2.")
    advance = planned_to_date(sheet, "sustaining_share", "1", "Sustaining capital, share planned to date",
                              "mine_plan.sustaining_share", mine.cumulative_ore)
    sustaining_real = line("sustaining_capex_real", REAL, "Sustaining capital, real",
                           x("capex.sustaining.total") * x("factors.sustaining") * (advance - prev(advance)),
                           "Life-of-mine sustaining capital, spent as the pit advances.")
    sustaining = line("sustaining_capex", NOMINAL, "Sustaining capital", sustaining_real * time.capex_index,
                      "Real sustaining capital at the capital-cost index.")
    line("capital_expenditure", NOMINAL, "Capital expenditure", growth_capex + sustaining,
         "Growth and sustaining capital.")
    start = mine.production_end - x("capex.closure.lead_years")
    closure_end = line("closure_end", "years", "End of closure", start + x("capex.closure.years"),
                       "Last day of closure spending.")
    closure_real = line("closure_spending_real", REAL, "Closure spending, real",
                        x("capex.closure.total") * time.overlap(start, closure_end) / x("capex.closure.years"),
                        "Closure cost, even over the closure years around the end of production.")
    closure = line("closure_spending", NOMINAL, "Closure spending", closure_real * time.cpi_index,
                   "Real closure spending at the consumer-price index.")
    spent = sheet.forward("closure_spent_real", REAL)
    line("closure_spent_real", REAL, "Closure spent to date, real", prev(spent) + closure_real,
         "All closure spending to the end of the period.", kind="balance")
    provision = line("closure_provision", NOMINAL, "Closure provision",
                     maximum(x("capex.closure.total") * mine.mined_share - spent, 0) * time.cpi_index,
                     "Share of the closure cost earned by ore milled, less what is spent, in money of the period; "
                     "held in a fund of the same amount.", kind="balance")
    expense = line("closure_expense", NOMINAL, "Closure provision charge", provision - prev(provision) + closure,
                   "Increase of the provision and spending on closure: what the fund receives.")
    return Capex(phase_1, from_us, phase_2, growth_capex, sustaining_real, sustaining, closure_real, closure, expense,
                 provision)
