"""Sustaining capital; closure, its provision and fund."""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import Line, lowest, maximum, minimum, prev, where
from .construction import Construction
from .production import NEVER, Production, planned_to_date
from .timeline import NEAR, NOMINAL, REAL, Timeline


class Capex(NamedTuple):
    phase_1: Line
    phase_1_us_sourced: Line
    phase_2: Line
    growth: Line
    sustaining_real: Line
    sustaining: Line
    closure_spending_real: Line
    closure_spending: Line
    closure_ends: Line
    closure_expense: Line
    closure_provision: Line


def capex(model: Declaration, time: Timeline, built: Construction, mine: Production) -> Capex:
    """Declare sustaining capital, closure and its provision."""
    model.stage = "capex"
    x, line = model.input, model.line
    advance = planned_to_date(
        model,
        "sustaining_share",
        "1",
        "Sustaining capital, share planned to date",
        "mine_plan.sustaining_share",
        mine.cumulative_ore,
    )
    sustaining_real = line(
        "sustaining_capex_real",
        REAL,
        "Sustaining capital, real",
        x("capex.sustaining.total") * x("factors.sustaining") * (advance - prev(advance)),
        "Life-of-mine sustaining capital, spent as the pit advances.",
    )
    sustaining = line(
        "sustaining_capex",
        NOMINAL,
        "Sustaining capital",
        sustaining_real * time.capex_index,
        "Real sustaining capital at the capital-cost index.",
    )
    line(
        "capital_expenditure",
        NOMINAL,
        "Capital expenditure",
        built.capital + sustaining,
        "Growth and sustaining capital.",
    )
    start = model.forward("closure_start", "years")
    due = line(
        "closure_due",
        "years",
        "Closure is due",
        mine.expected_end - x("capex.closure.lead_years"),
        "The lead before the expected end of milling.",
        kind="balance",
    )
    line(
        "closure_start",
        "years",
        "Closure begins",
        minimum(prev(start, NEVER), where(due <= time.period_end + NEAR, maximum(due, mine.began), NEVER)),
        "When closure is due, but not before the period that shows it, nor before first production; 9999 as long as "
        "that is not known.",
        kind="balance",
    )
    end = line(
        "closure_ends",
        "years",
        "Closure ends",
        start + x("capex.closure.years"),
        "Last day of closure spending; later than any other date as long as it is not known.",
        kind="balance",
    )
    line("closure_end", "years", "End of closure", lowest(end), "Last day of closure spending.")
    closure_real = line(
        "closure_spending_real",
        REAL,
        "Closure spending, real",
        x("capex.closure.total") * time.overlap(start, end) / x("capex.closure.years"),
        "Closure cost, even over the closure years.",
    )
    closure = line(
        "closure_spending",
        NOMINAL,
        "Closure spending",
        closure_real * time.cpi_index,
        "Real closure spending at the consumer-price index.",
    )
    spent = model.forward("closure_spent_real", REAL)
    line(
        "closure_spent_real",
        REAL,
        "Closure spent to date, real",
        prev(spent) + closure_real,
        "All closure spending to the end of the period.",
        kind="balance",
    )
    provision = line(
        "closure_provision",
        NOMINAL,
        "Closure provision",
        maximum(x("capex.closure.total") * where(mine.over > 0, 1, mine.mined_share) - spent, 0) * time.cpi_index,
        "Share of the closure cost earned by ore milled, all of it when milling has ended, less what is "
        "spent, in money of the period; held in a fund of the same amount.",
        kind="balance",
    )
    expense = line(
        "closure_expense",
        NOMINAL,
        "Closure provision charge",
        provision - prev(provision) + closure,
        "Increase of the provision and spending on closure: what the fund receives.",
    )
    return Capex(
        built.phase_1.capital,
        built.us_sourced,
        built.phase_2.capital,
        built.capital,
        sustaining_real,
        sustaining,
        closure_real,
        closure,
        end,
        expense,
        provision,
    )
