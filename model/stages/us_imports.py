"""Imports of US equipment and services up to the announced total; jobs in the United States and Balochistan."""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import Line, highest, minimum, per, prev
from .capex import Capex
from .costs import Costs
from .production import Production
from .timeline import NOMINAL, Timeline


class UsImports(NamedTuple):
    eligible_to_date: Line
    imports: Line


def us_imports(model: Declaration, time: Timeline, mine: Production, cost: Costs, capital: Capex) -> UsImports:
    """Declare imports from the United States and jobs supported."""
    model.stage = "us_imports"
    x, line = model.input, model.line
    sourced = model.forward("us_sourced_construction_to_date", NOMINAL)
    line(
        "us_sourced_construction_to_date",
        NOMINAL,
        "US-sourced construction to date",
        prev(sourced) + capital.phase_1_us_sourced,
        "Phase 1 capital bought in the United States, before the ceiling.",
        kind="balance",
    )
    eligible = line(
        "us_eligible_to_date",
        NOMINAL,
        "Eligible US invoices to date",
        minimum(sourced, x("us_imports.construction_total")),
        "Construction imports under the loan, up to the ceiling of eligible contracts.",
        kind="balance",
    )
    construction = line(
        "us_imports_construction",
        NOMINAL,
        "US imports, construction",
        eligible - prev(eligible),
        "Invoices of the period under the loan.",
    )
    operating = model.forward("us_sourced_operations_to_date", NOMINAL)
    line(
        "us_sourced_operations_to_date",
        NOMINAL,
        "US-sourced operations to date",
        prev(operating)
        + capital.sustaining * x("us_imports.sustaining_us_share")
        + cost.operating_costs * x("us_imports.operating_us_share"),
        "Fleet, parts and services bought in the United States in operation, before the ceiling.",
        kind="balance",
    )
    to_date = line(
        "us_imports_to_date",
        NOMINAL,
        "US imports to date",
        minimum(eligible + operating, x("us_imports.announced_total")),
        "Construction and operation, up to the announced total.",
        kind="balance",
    )
    imports = line(
        "us_imports",
        NOMINAL,
        "US imports of equipment and services",
        to_date - prev(to_date),
        "What the mine buys from the United States in the period.",
    )
    line(
        "us_imports_operations",
        NOMINAL,
        "US imports, operation",
        imports - construction,
        "Imports after construction, outside the loan.",
    )
    line(
        "us_cash_payment",
        NOMINAL,
        "Cash payment on US imports",
        construction * (1 - x("us_imports.financed_share")),
        "The part of eligible invoices that the loan may not finance.",
    )
    line(
        "us_jobs_supported",
        "jobs",
        "Jobs supported in the United States",
        imports * x("jobs.us_per_import"),
        "Jobs supported by the period's imports; they add up to the announced figure.",
    )
    rate = line(
        "construction_rate",
        "US$m/year nominal",
        "Rate of construction spending",
        capital.phase_1 / time.period_years,
        "Phase 1 capital a year.",
        kind="average",
    )
    construction_jobs = line(
        "balochistan_construction_jobs",
        "jobs",
        "Construction jobs in Balochistan",
        x("jobs.balochistan_construction_peak") * per(rate, highest(rate), 0),
        "Peak employment in proportion to construction spending.",
        kind="average",
    )
    operations_jobs = line(
        "operations_jobs_period",
        "jobs",
        "Operations jobs in Balochistan",
        x("jobs.operations") * mine.operating_years / time.period_years,
        "Long-term employment while ore is milled.",
        kind="average",
    )
    line(
        "balochistan_jobs",
        "jobs",
        "Jobs in Balochistan",
        construction_jobs + operations_jobs,
        "Construction and operations.",
        kind="average",
    )
    return UsImports(eligible, imports)
