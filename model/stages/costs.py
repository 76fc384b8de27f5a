"""Operating costs and working capital."""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import Line, convert, prev
from .production import Production
from .revenue import Revenue
from .timeline import NOMINAL, REAL, Timeline


class Costs(NamedTuple):
    operating_costs_real: Line
    operating_costs: Line
    working_capital: Line
    working_capital_increase: Line


def costs(model: Declaration, time: Timeline, mine: Production, sales: Revenue) -> Costs:
    """Declare site costs by activity and working capital."""
    model.stage = "costs"
    x, line = model.input, model.line
    factor = line(
        "cost_factor",
        "1",
        "Factor on mining and processing",
        (1 + x("costs.energy_share") * (x("factors.energy") - 1)) * x("factors.opex"),
        "Operating-cost factor, with the energy factor on the share that is fuel and power.",
    )
    mining = line(
        "mining_cost_real",
        REAL,
        "Mining",
        mine.material_moved * x("costs.mining") * factor,
        "Ore and waste moved x unit cost.",
    )
    processing = line(
        "processing_cost_real",
        REAL,
        "Processing",
        mine.ore_milled * x("costs.processing") * factor,
        "Ore milled x unit cost.",
    )
    standing_start = line(
        "standing_start",
        "years",
        "General costs start",
        time.planned_start - convert(x("costs.standing_lead_months"), "years"),
        "Planned first production less the lead; a delay does not move it.",
    )
    general = line(
        "general_cost_real",
        REAL,
        "General and administrative",
        (
            x("costs.general") * time.overlap(standing_start, mine.milling_end)
            + x("costs.general_phase_2")
            * x("production.phase_2.included")
            * time.overlap(mine.phase_2_start, mine.milling_end)
        )
        * x("factors.opex"),
        "Standing cost of the site, from shortly before planned production to the end.",
    )
    site = line(
        "site_costs_real", REAL, "Site costs", mining + processing + general, "Mining, processing and general cost."
    )
    fee = line(
        "operator_fee_real",
        REAL,
        "Operator fee",
        site * x("joint_venture.operator_fee"),
        "Fee of the operating shareholder, outside its share of distributions.",
    )
    real = line(
        "operating_costs_real", REAL, "Operating costs, real", site + fee, "All costs of the site in real money."
    )
    nominal = line(
        "operating_costs",
        NOMINAL,
        "Operating costs",
        real * time.cpi_index,
        "Real operating costs at the consumer-price index.",
    )
    receivables = line(
        "receivables",
        NOMINAL,
        "Receivables",
        sales.nsr / time.period_years * x("working_capital.receivable_days"),
        "Days of the period's NSR.",
        kind="balance",
    )
    inventories = line(
        "inventories",
        NOMINAL,
        "Inventories",
        nominal / time.period_years * x("working_capital.inventory_days"),
        "Days of the period's operating costs.",
        kind="balance",
    )
    payables = line(
        "payables",
        NOMINAL,
        "Payables",
        nominal / time.period_years * x("working_capital.payable_days"),
        "Days of the period's operating costs.",
        kind="balance",
    )
    working_capital = line(
        "working_capital",
        NOMINAL,
        "Working capital",
        receivables + inventories - payables,
        "Receivables and inventories less payables.",
        kind="balance",
    )
    increase = line(
        "working_capital_increase",
        NOMINAL,
        "Increase of working capital",
        working_capital - prev(working_capital),
        "Cash tied up in the period.",
    )
    return Costs(real, nominal, working_capital, increase)
