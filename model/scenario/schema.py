"""The assumptions of a scenario: every key, its unit, its definition and its bounds; `coherence` has what holds
between keys.

No number of the model stands here, only what a valid number looks like, and defaults that leave something out: a fee of
0, a factor of 1. Values, with their sources, are in `scenarios/base.yaml`; every other scenario is a difference on it.
"""

from __future__ import annotations

from .mine_keys import (
    CapexKeys,
    CostsKeys,
    Jobs,
    MinePlan,
    Offtake,
    Prices,
    ProductionKeys,
    RampUp,
    TimelineKeys,
    UsImportsKeys,
    WorkingCapital,
)
from .money_keys import Discounting, Financing, FiscalKeys, Inflation, JointVentureKeys
from .sections import Section, factor, quantity, text
from .uncertain_keys import Uncertainty
from .values import Number


class Factors(Section):
    copper_price: Number = factor("the copper price")
    gold_price: Number = factor("the gold price")
    capex: Number = factor("Phase 1 and Phase 2 capital")
    opex: Number = factor("operating costs")
    energy: Number = factor("fuel and power cost")
    sustaining: Number = factor("sustaining capital")
    throughput: Number = factor("milling capacity")
    copper_grade: Number = factor("copper in the ore")
    gold_grade: Number = factor("gold in the ore")
    copper_recovery: Number = factor("copper recovery, never above 1")
    gold_recovery: Number = factor("gold recovery, never above 1")
    interest_rate: Number = factor("interest rates")
    ramp_up_time: Number = quantity("1", "Multiplier on the time that the ramp-ups take", 1, gt=0, le=10)


class ScenarioModel(Section):
    """A whole scenario."""

    name: str = text("Short name, used in tables and by --against")
    title: str = text("One line for people")
    description: str = text("What the case is, what it is not, and where it comes from")
    timeline: TimelineKeys
    production: ProductionKeys
    mine_plan: MinePlan
    ramp_up: RampUp
    prices: Prices
    offtake: Offtake
    costs: CostsKeys
    capex: CapexKeys
    us_imports: UsImportsKeys
    jobs: Jobs
    working_capital: WorkingCapital
    inflation: Inflation
    fiscal: FiscalKeys
    financing: Financing
    joint_venture: JointVentureKeys
    discounting: Discounting
    factors: Factors = Factors()
    uncertainty: Uncertainty
