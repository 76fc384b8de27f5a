"""Imports from the United States, jobs, royalties and taxes, as docs/methodology.md has them."""

from __future__ import annotations

from .inputs import Inputs, banded, clamp
from .timeline import Lines, increases, overlap, periods_of

TERMS = (
    "royalty_applies",
    "effective_take",
    "effective_take_balochistan",
    "final_tax",
    "export_surcharge",
    "community",
    "income_tax",
    "holiday_years",
    "minimum_tax",
    "tax_depreciation",
    "withholding_dividends",
    "withholding_interest",
)


def state(x: Inputs, o: Lines) -> None:
    """Add what the governments see of the mine, and the project's own cash flows."""
    _us_imports(x, o)
    for term in TERMS:
        o[f"regime_{term}"] = x(f"fiscal.regimes.{x('fiscal.regime')}.{term}")
    _royalty(x, o)
    _tax_depreciation(o)
    _cash_flows(o)


def income_tax(o: Lines, t: int, profit: float, losses: float) -> tuple[float, float, float]:
    """Losses used, losses carried forward and the tax on a period's profit."""
    used = min(losses, max(profit, 0))
    tax = max(o["regime_income_tax"] * (max(profit, 0) - used), o["regime_minimum_tax"] * o["levy_base"][t])
    return used, losses - used + max(-profit, 0), o["taxed_share"][t] * tax


def _us_imports(x: Inputs, o: Lines) -> None:
    T, h = periods_of(o), o["period_years"]
    sustaining, operating = x("us_imports.sustaining_us_share"), x("us_imports.operating_us_share")
    construction = operations = 0.0
    for name in (
        "us_sourced_construction_to_date",
        "us_eligible_to_date",
        "us_sourced_operations_to_date",
        "us_imports_to_date",
    ):
        o[name] = []
    for t in T:
        construction += o["phase_1_us_sourced"][t]
        operations += sustaining * o["sustaining_capex"][t] + operating * o["operating_costs"][t]
        eligible = min(construction, x("us_imports.construction_total"))
        o["us_sourced_construction_to_date"].append(construction)
        o["us_eligible_to_date"].append(eligible)
        o["us_sourced_operations_to_date"].append(operations)
        o["us_imports_to_date"].append(min(eligible + operations, x("us_imports.announced_total")))
    o["us_imports_construction"] = increases(o["us_eligible_to_date"])
    o["us_imports"] = increases(o["us_imports_to_date"])
    o["us_imports_operations"] = [o["us_imports"][t] - o["us_imports_construction"][t] for t in T]
    o["us_cash_payment"] = [(1 - x("us_imports.financed_share")) * bill for bill in o["us_imports_construction"]]
    o["us_jobs_supported"] = [bill * x("jobs.us_per_import") for bill in o["us_imports"]]
    busiest = max(o["phase_1_capex"])
    peak = x("jobs.balochistan_construction_peak")
    o["construction_rate"] = [capital / h for capital in o["phase_1_capex"]]
    o["balochistan_construction_jobs"] = [peak * spent / busiest if busiest else 0.0 for spent in o["phase_1_capex"]]
    o["operations_jobs_period"] = [x("jobs.operations") * years / h for years in o["operating_years"]]
    o["balochistan_jobs"] = [o["balochistan_construction_jobs"][t] + o["operations_jobs_period"][t] for t in T]


def _royalty(x: Inputs, o: Lines) -> None:
    T = periods_of(o)
    local = o["regime_effective_take"] * o["regime_effective_take_balochistan"]
    federal = o["regime_final_tax"] + o["regime_export_surcharge"] + o["regime_effective_take"] - local
    royalty = x("fiscal.royalty_rate") * o["regime_royalty_applies"] + local
    o["levy_base"] = [max(value, 0) for value in o["net_smelter_return"]]
    o["royalty_due"] = [royalty * base for base in o["levy_base"]]
    o["federal_levies"] = [federal * base for base in o["levy_base"]]
    o["community_contribution"] = [o["regime_community"] * base for base in o["levy_base"]]
    begin = x("fiscal.advance_royalty.start") + o["schedule_shift"]
    amounts, cap = x("fiscal.advance_royalty.amounts"), x("fiscal.advance_royalty.cap")
    o["advance_royalty_to_date"] = [
        o["regime_royalty_applies"] * min(banded(min(end, o["actual_start"]) - begin, amounts, 1), cap)
        for end in o["period_end"]
    ]
    o["advance_royalty"] = increases(o["advance_royalty_to_date"])
    o["royalty_credited"], o["advance_credit"], credit = [], [], 0.0
    for t in T:
        credited = min(o["royalty_due"][t], credit + o["advance_royalty"][t])
        credit += o["advance_royalty"][t] - credited
        o["royalty_credited"].append(credited)
        o["advance_credit"].append(credit)
    o["royalty_paid"] = [o["royalty_due"][t] - o["royalty_credited"][t] + o["advance_royalty"][t] for t in T]
    levies = [o["federal_levies"][t] + o["community_contribution"][t] for t in T]
    o["royalty_and_levies"] = [o["royalty_paid"][t] + levies[t] for t in T]


def _tax_depreciation(o: Lines) -> None:
    pool, o["tax_pool"], o["tax_depreciation"] = 0.0, [], []
    for t in periods_of(o):
        pool += o["capital_expenditure"][t]
        years = overlap(o, t, o["actual_start"], o["milling_end"][t])
        charge = pool if o["milling_over"][t] else pool * (1 - (1 - o["regime_tax_depreciation"]) ** years)
        pool -= charge
        o["tax_depreciation"].append(charge)
        o["tax_pool"].append(pool)


def _cash_flows(o: Lines) -> None:
    T, h = periods_of(o), o["period_years"]
    holiday_end = o["actual_start"] + o["regime_holiday_years"]
    o["taxed_share"] = [clamp((end - holiday_end) / h, 0, 1) for end in o["period_end"]]
    o["profit_before_interest_for_tax"] = [
        o["net_smelter_return"][t]
        - o["operating_costs"][t]
        - o["royalty_due"][t]
        - o["federal_levies"][t]
        - o["community_contribution"][t]
        - o["closure_expense"][t]
        - o["tax_depreciation"][t]
        for t in T
    ]
    o["unlevered_profit"] = o["profit_before_interest_for_tax"]
    for name in ("losses_opening", "losses_used", "losses_closing", "income_tax"):
        o[f"unlevered_{name}"] = []
    losses = 0.0
    for t in T:
        o["unlevered_losses_opening"].append(losses)
        used, losses, tax = income_tax(o, t, o["unlevered_profit"][t], losses)
        o["unlevered_losses_used"].append(used)
        o["unlevered_losses_closing"].append(losses)
        o["unlevered_income_tax"].append(tax)
    before_levies = [
        o["net_smelter_return"][t]
        - o["operating_costs"][t]
        - o["sustaining_capex"][t]
        - o["working_capital_increase"][t]
        for t in T
    ]
    o["cash_flow_before_income_tax"] = [
        before_levies[t] - o["royalty_and_levies"][t] - o["closure_expense"][t] for t in T
    ]
    o["project_cash_flow_pre_tax"] = [before_levies[t] - o["growth_capex"][t] - o["closure_spending"][t] for t in T]
    o["project_cash_flow"] = [
        o["project_cash_flow_pre_tax"][t] - o["royalty_and_levies"][t] - o["unlevered_income_tax"][t] for t in T
    ]
    for name in ("project_cash_flow_pre_tax", "project_cash_flow"):
        o[f"{name}_real"] = [o[name][t] / o["cpi_index"][t] for t in T]
