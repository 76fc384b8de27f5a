"""Timeline: dates, periods, what every other part asks of a period, and indices, as docs/methodology.md has them."""

from __future__ import annotations

import math
from typing import Any

from .inputs import Inputs, clamp

NEAR = 1e-9  # years: closer dates are the same
Lines = dict[str, Any]  # a list for each row of periods, a number for each figure


def timeline(x: Inputs) -> Lines:
    """Dates that need no periods."""
    shift = x("timeline.first_production") - x("timeline.schedules_drawn_for")
    delay = x("timeline.delay_months") / 12
    planned = x("timeline.first_production")
    return {
        "period_years": x("timeline.period_months") / 12,
        "schedule_shift": shift,
        "delay": delay,
        "planned_start": planned,
        "actual_start": planned + delay,
        "licence_end": planned + delay + x("timeline.licence_years"),
        "phase_2_start": x("production.phase_2.start") + shift + delay,
        "standing_start": planned - x("costs.standing_lead_months") / 12,
        "financial_close": x("financing.financial_close") + shift,
        "funding_end": planned + delay + x("financing.funding_months") / 12,
        "completion": planned + delay + x("financing.completion_months") / 12,
    }


def first_year(x: Inputs, o: Lines) -> int:
    """Calendar year of the first spending."""
    dates = [x("financing.financial_close"), x("fiscal.advance_royalty.start")]
    phases = ["phase_1"] + ["phase_2"] * bool(x("production.phase_2.included"))
    for phase in phases:
        schedule = x(f"capex.{phase}.schedule")
        dates.append(min(year for year, share in zip(schedule.years, schedule.values, strict=True) if share > 0))
    return math.floor(min(dates) + o["schedule_shift"] + 1e-9)


def overlap(o: Lines, t: int, begin: float, end: float) -> float:
    """Years of a period inside two dates."""
    return max(min(o["period_end"][t], end) - max(o["period_start"][t], begin), 0.0)


def share_before(o: Lines, t: int, date: float) -> float:
    """Share of a period that lies before a date."""
    return clamp((date - o["period_start"][t]) / o["period_years"], 0, 1)


def periods_of(o: Lines) -> range:
    return range(len(o["period_start"]))


def increases(row: list[float]) -> list[float]:
    """What a balance gains in each period."""
    return [value - (row[t - 1] if t else 0.0) for t, value in enumerate(row)]


def indices(x: Inputs, o: Lines) -> None:
    h = o["period_years"]
    for name, path in (("cpi", "cpi"), ("capex", "capex"), ("metal", "metal_prices")):
        rates = [x.in_year(f"inflation.{path}", year) for year in o["calendar_year"]]
        close = (1 + rates[0]) ** (o["period_start"][0] - x("inflation.base_date"))
        o[f"{name}_index"], o[f"{name}_index_close"] = [], []
        for rate in rates:
            o[f"{name}_index"].append(close * (1 + rate) ** (h / 2))
            close *= (1 + rate) ** h
            o[f"{name}_index_close"].append(close)
