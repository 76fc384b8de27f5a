"""When the model ends: in the year after mine, closure and loans have ended, for the last receivables to come in."""

from __future__ import annotations

from ..graph.expr import Expr, constant, floor, maximum
from ..graph.sheet import Sheet
from .capex import Capex
from .production import Production
from .timeline import Timeline

YEAR = constant(1, "years")
NEAR = constant(1e-9, "years")  # what ends on 1 January ends the year before


def life(sheet: Sheet, time: Timeline, mine: Production, capital: Capex) -> None:
    """Declare the end of the time axis."""
    sheet.stage = "timeline"
    x, line = sheet.input, sheet.line
    loans = sheet.lines["loan_maturity"]

    def last_period_end(date: Expr) -> Expr:
        return YEAR - floor(NEAR - date)

    ends = line("life_end", "years", "End of mine, closure and loans",
                maximum(maximum(mine.milling_end, capital.closure_ends), loans),
                "The latest of the three, as far as the period knows.", kind="balance")
    line("model_ended", "1", "The model has ended", time.period_end >= last_period_end(ends),
         "1 from the end of the calendar year after mine, closure and loans have ended.", kind="flag")
    closure = maximum(time.licence_end - x("capex.closure.lead_years"), time.first_instant)
    latest = maximum(time.licence_end, closure + x("capex.closure.years"))
    line("longest_life", "years", "Latest end of the model", last_period_end(maximum(latest, loans)),
         "When the licence, closure after it and the loans have ended, whatever the mine does.")
