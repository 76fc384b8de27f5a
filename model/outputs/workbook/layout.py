"""What the sheets by year hold, and in which order: names of line items, as data."""

from __future__ import annotations

# Sections of `Annual`. {loan} and {holder} stand for every tranche and every shareholder of the scenario.
ANNUAL: dict[str, tuple[str, ...]] = {
    "Mine": (
        "ore_milled_mt",
        "material_moved_mt",
        "copper_contained_kt",
        "gold_contained_koz",
        "copper_head_grade",
        "gold_head_grade",
        "copper_recovered_kt",
        "gold_recovered_koz",
        "payable_copper_kt",
        "payable_gold_koz",
    ),
    "Project, nominal": (
        "copper_price",
        "gold_price",
        "net_smelter_return",
        "operating_costs",
        "royalties_and_taxes",
        "capital_expenditure",
        "closure_spending",
        "project_cash_flow_pre_tax",
        "project_cash_flow",
    ),
    "Project, real": (
        "net_smelter_return_real",
        "operating_costs_real",
        "project_cash_flow_pre_tax_real",
        "project_cash_flow_real",
        "c1_costs_real",
        "aisc_costs_real",
        "c1_unit_cost",
        "aisc_unit_cost",
    ),
    "Imports from the United States, and jobs": (
        "us_imports",
        "us_imports_construction",
        "us_imports_operations",
        "exim_drawdown",
        "us_jobs_supported",
        "balochistan_jobs",
    ),
    "Lenders": (
        "debt_drawdown",
        "{loan}_balance",
        "debt_outstanding",
        "dsra_balance",
        "cfads",
        "scheduled_service",
        "interest_paid",
        "principal_repaid",
        "dscr",
        "llcr",
        "plcr",
        "lock_up",
        "default",
    ),
    "Shareholders": (
        "equity_contributions",
        "distributions",
        "equity_cash_flow",
        "{holder}_contributions",
        "{holder}_distributions",
        "{holder}_cash_flow",
    ),
    "Governments": (
        "royalty_paid",
        "federation_taxes",
        "community_contribution",
        "federation_dividends",
        "balochistan_dividends",
        "federation_contributions",
        "balochistan_contributions",
        "federation_cash_flow",
        "balochistan_cash_flow",
    ),
}

# Covenants that `Annual` shows beside the ratios: label and path.
COVENANTS = (
    ("Lock-up level of DSCR", "financing.lock_up_dscr"),
    ("Default level of DSCR", "financing.default_dscr"),
    ("Minimum LLCR", "financing.minimum_llcr"),
)

# Statements: a name with its sign, or a subtotal over the rows since the last one; "=" adds the subtotals so far.
INCOME = (
    ("+", "net_smelter_return"),
    ("-", "operating_costs"),
    ("-", "royalty_due"),
    ("-", "federal_levies"),
    ("-", "community_contribution"),
    ("-", "closure_expense"),
    ("total", "ebitda"),
    ("-", "depreciation"),
    ("total", "ebit"),
    ("-", "interest_expense"),
    ("total", "profit_before_tax"),
    ("-", "company_income_tax"),
    ("total", "net_income"),
)
CASH = (
    ("+", "net_smelter_return"),
    ("-", "operating_costs"),
    ("-", "royalty_and_levies"),
    ("-", "company_income_tax"),
    ("-", "working_capital_increase"),
    ("-", "closure_expense"),
    ("sum", "Cash from operations"),
    ("-", "growth_capex"),
    ("-", "sustaining_capex"),
    ("sum", "Cash used in investment"),
    ("+", "debt_drawdown"),
    ("+", "equity_contributions"),
    ("-", "interest_during_construction"),
    ("-", "financing_fees"),
    ("-", "exposure_premiums"),
    ("-", "interest_paid"),
    ("-", "principal_repaid"),
    ("-", "distribution_paid"),
    ("sum", "Cash from financing"),
    ("all", "Change of cash and reserve"),
)
BALANCE = (
    ("+", "fixed_assets"),
    ("+", "capitalised_financing"),
    ("+", "working_capital"),
    ("+", "advance_credit"),
    ("+", "closure_fund"),
    ("+", "dsra_balance"),
    ("+", "cash_balance"),
    ("total", "assets"),
    ("+", "debt_outstanding"),
    ("+", "interest_arrears"),
    ("+", "closure_provision"),
    ("total", "liabilities"),
    ("+", "paid_in_capital"),
    ("+", "retained_earnings"),
    ("total", "equity"),
    ("total", "liabilities_and_equity"),
)

# Headline figures of `Summary`, by the contract's names.
HEADLINES: dict[str, tuple[str, ...]] = {
    "Returns": (
        "project_irr",
        "project_irr_pre_tax",
        "project_irr_nominal",
        "project_npv",
        "project_npv_pre_tax",
        "equity_irr",
        "equity_irr_real",
        "equity_npv",
        "payback_years",
    ),
    "Mine": (
        "first_production",
        "mine_life_years",
        "last_production_year",
        "lom_copper_kt",
        "lom_gold_koz",
        "lom_nsr",
        "lom_opex",
        "c1_cost",
        "aisc",
    ),
    "Funding": (
        "total_uses",
        "total_debt_drawn",
        "total_equity_to_completion",
        "gearing",
        "interest_during_construction",
        "peak_debt",
        "min_dscr",
        "avg_dscr",
        "min_llcr",
        "min_plcr",
        "lock_up_periods",
        "default_periods",
    ),
    "Governments, imports, jobs": (
        "government_take",
        "us_imports",
        "us_imports_exim_financed",
        "exim_drawn",
        "us_jobs",
        "balochistan_jobs_peak",
        "operations_jobs",
    ),
}

COUNTS = frozenset(
    {"last_production_year", "lock_up_periods", "default_periods", "payment_default_periods", "llcr_breach_periods"}
)

USES = (
    "phase_1_capex",
    "startup_funding",
    "interest_during_construction",
    "financing_fees",
    "exposure_premiums",
    "dsra_funded",
)
SOURCES = ("{loan}_drawdown", "equity_construction")
