"""The keys of the mine: time, plan, production, prices, costs, capital, imports and jobs."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from .sections import USD_NOMINAL, USD_REAL, Section, flag, fraction, quantity, text, when
from .values import NamedSeries, Number, Phasing, Schedule, Series


class TimelineKeys(Section):
    period_months: Literal[3, 6, 12] = quantity("months", "Length of a model period")
    first_production: dt.date = when("Planned date of the first ore milled; construction moves with it")
    schedules_drawn_for: dt.date = when(
        "The first-production date for which the year-by-year construction schedules are drawn up; "
        "they shift by the difference to first_production"
    )
    delay_months: Number = quantity(
        "months", "Late start after the money is spent: standing costs and interest run on", ge=0, le=120
    )
    licence_years: Number = quantity(
        "years", "Licence limit on the life, from the actual first production", ge=5, le=99
    )


class Phase2(Section):
    included: bool = flag("Whether the expansion is built")
    capacity: Number = quantity("Mt/year", "Milling capacity that the expansion adds", ge=0, le=500)
    start: dt.date = when(
        "Start of the expansion, on the calendar of timeline.schedules_drawn_for; it moves with first "
        "production and with the delay"
    )


class Recovery(Section):
    copper: Number = fraction("Copper recovered to concentrate, share of copper in the ore milled")
    gold: Number = fraction("Gold recovered to concentrate, share of gold in the ore milled")


class Concentrate(Section):
    copper_grade: Number = quantity("1", "Copper grade of the concentrate, dry", gt=0.05, le=0.7)
    moisture: Number = quantity("1", "Moisture of the concentrate as shipped", ge=0, le=0.3)


class ProductionKeys(Section):
    capacity: Number = quantity("Mt/year", "Nameplate milling capacity of Phase 1", gt=0, le=500)
    phase_2: Phase2
    recovery: Recovery
    concentrate: Concentrate


class MinePlan(Section):
    """What the pit gives, as cumulative curves of ore milled: a delay moves metal in time and loses none."""

    cumulative_ore: Series = quantity("Mt", "Knots of the curves: cumulative ore milled", ge=0, le=100_000)
    contained_copper: Series = quantity("kt", "Cumulative copper contained in that ore", ge=0, le=1e6)
    contained_gold: Series = quantity("koz", "Cumulative gold contained in that ore", ge=0, le=1e7)
    material_moved: Series = quantity("Mt", "Cumulative ore and waste moved by then", ge=0, le=1e6)
    sustaining_share: Series = quantity("1", "Cumulative share of sustaining capital spent by then", ge=0, le=1)


class NamedCurve(Section):
    shares: Series = quantity("1", "Share of nameplate in each band of months; the last share holds", ge=0, le=1.5)


class RampUp(Section):
    curve: NamedSeries = quantity(
        "1",
        "Phase 1 ramp-up: shares of nameplate in each band of months, or a named curve; the last share holds",
        ge=0,
        le=1.5,
    )
    phase_2_curve: NamedSeries = quantity("1", "The same for the expansion", ge=0, le=1.5)
    band_months: Number = quantity("months", "Length of a band of the curves", gt=0, le=60)
    named_curves: dict[str, NamedCurve]


class Prices(Section):
    copper: Schedule = quantity("US$/lb real", "Copper price", ge=0, le=50)
    gold: Schedule = quantity("US$/oz real", "Gold price", ge=0, le=50_000)


class Offtake(Section):
    """Terms on which concentrate is sold."""

    payable_copper: Number = fraction("Copper paid for, at most this share of the copper in concentrate")
    copper_unit_deduction: Number = quantity("1", "Minimum deduction from the copper grade", ge=0, le=0.05)
    payable_gold: Number = fraction("Gold paid for, share of the gold in concentrate")
    treatment_charge: Schedule = quantity("US$/t real", "Treatment charge a dry tonne of concentrate", ge=-200, le=500)
    refining_charge_copper: Schedule = quantity("US$/lb real", "Refining charge on payable copper", ge=-1, le=2)
    refining_charge_gold: Schedule = quantity("US$/oz real", "Refining charge on payable gold", ge=0, le=100)
    freight: Schedule = quantity("US$/t real", "Rail, port and ocean freight per wet tonne", ge=0, le=1000)
    penalties: Schedule = quantity("US$/t real", "Penalties per dry tonne of concentrate", ge=0, le=500)


class CostsKeys(Section):
    mining: Schedule = quantity("US$/t real", "Mining cost per tonne of ore and waste moved", ge=0, le=100)
    processing: Schedule = quantity("US$/t real", "Processing cost per tonne of ore milled", ge=0, le=200)
    energy_share: Number = fraction("Share of mining and processing cost that is fuel and power")
    general: Number = quantity("US$m/year real", "General, administrative and community cost, Phase 1", ge=0, le=5000)
    general_phase_2: Number = quantity("US$m/year real", "What the expansion adds to it", ge=0, le=5000)
    standing_lead_months: Number = quantity(
        "months", "General cost starts this long before planned first production", ge=0, le=60
    )


class CapexCategory(Section):
    label: str = text("Name of the category in tables")
    share: Number = fraction("Share of Phase 1 capital")
    us_share: Number = fraction("Share of the category bought from the United States", 0)


class PhaseCapex(Section):
    total: Number = quantity(USD_REAL, "Capital cost of the phase", ge=0, le=100_000)
    contingency: Number = quantity("1", "Contingency spent on top, share of capital cost", ge=0, le=1)
    schedule: Phasing = quantity("1", "Share of the total spent in each calendar year", ge=0, le=1)


class Phase1Capex(PhaseCapex):
    categories: dict[str, CapexCategory]


class Sustaining(Section):
    total: Number = quantity(USD_REAL, "Sustaining capital over the life of mine", ge=0, le=100_000)


class Closure(Section):
    total: Number = quantity(USD_REAL, "Closure and rehabilitation cost", ge=0, le=20_000)
    lead_years: Number = quantity("years", "Closure spending starts this long before the last ore", ge=0, le=20)
    years: Number = quantity("years", "Length of closure spending", gt=0, le=30)


class CapexKeys(Section):
    phase_1: Phase1Capex
    phase_2: PhaseCapex
    sustaining: Sustaining
    closure: Closure


class UsImportsKeys(Section):
    announced_total: Number = quantity(USD_NOMINAL, "US equipment and services announced, the ceiling", ge=0, le=1e5)
    construction_total: Number = quantity(USD_NOMINAL, "Ceiling of contracts under the EXIM loan", ge=0, le=1e5)
    financed_share: Number = fraction("Share of an eligible invoice that EXIM finances; the rest is the cash payment")
    sustaining_us_share: Number = fraction("Share of sustaining capital bought from the United States")
    operating_us_share: Number = fraction("Share of operating costs (parts, services) bought from the United States")


class Jobs(Section):
    us_per_import: Number = quantity("jobs/US$m nominal", "US jobs supported per import", ge=0, le=1000)
    balochistan_construction_peak: Number = quantity("jobs", "Jobs in Balochistan at construction peak", ge=0, le=1e6)
    operations: Number = quantity("jobs", "Long-term jobs in Balochistan", ge=0, le=1e6)


class WorkingCapital(Section):
    receivable_days: Number = quantity("days", "Receivables, days of net smelter return", ge=0, le=365)
    inventory_days: Number = quantity("days", "Inventories, days of operating costs", ge=0, le=365)
    payable_days: Number = quantity("days", "Payables, days of operating costs", ge=0, le=365)
