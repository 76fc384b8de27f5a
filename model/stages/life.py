"""End of the time axis: one year after mine, closure and loans, for the last receivables."""

from __future__ import annotations

from ..formulas.declaration import Declaration
from ..formulas.expr import Expr, constant, floor, maximum
from .capex import Capex
from .production import Production
from .timeline import NEAR, Timeline

YEAR = constant(1, "years")


def life(model: Declaration, time: Timeline, mine: Production, capital: Capex) -> None:
    """Declare the end of the time axis."""
    model.stage = "timeline"
    x, line = model.input, model.line
    loans = model.lines["loan_maturity"]

    def last_period_end(date: Expr) -> Expr:
        """End of the calendar year after a date's; 1 January counts to the year before."""
        return YEAR - floor(NEAR - date)

    ends = line(
        "life_end",
        "years",
        "End of mine, closure and loans",
        maximum(maximum(mine.milling_end, capital.closure_ends), loans),
        "The latest of the three; later than any other date as long as closure has not begun.",
        kind="balance",
    )
    line(
        "model_ended",
        "1",
        "The model has ended",
        time.period_end >= last_period_end(ends),
        "1 from the end of the calendar year after the one in which mine, closure and loans have ended.",
        kind="flag",
    )
    closure = maximum(time.licence_end - x("capex.closure.lead_years"), time.actual_start)
    latest = maximum(time.licence_end, closure + x("capex.closure.years"))
    line(
        "longest_life",
        "years",
        "Latest end of the model",
        last_period_end(maximum(latest, loans)),
        "End of the model if ore is milled until the licence ends: no mine lasts longer.",
    )
