"""Metrics: returns, costs, debt, government take. The line's name is the metric's name."""

from __future__ import annotations

from ..formulas.declaration import Declaration
from ..formulas.expr import (
    NAN,
    Expr,
    Line,
    add_up,
    average,
    both,
    compound,
    constant,
    floor,
    highest,
    irr,
    lowest,
    maximum,
    minimum,
    per,
    power,
    prev,
    total,
    where,
)
from .capex import Capex
from .costs import Costs
from .debt import Debt
from .fiscal import Fiscal
from .funding import Funding
from .joint_venture import JointVenture
from .production import Production
from .ratios import Ratios
from .revenue import Revenue
from .timeline import NEAR, NOMINAL, REAL, Timeline
from .us_imports import UsImports
from .waterfall import Waterfall

YEAR = constant(1, "years")


def annual_irr(time: Timeline, flow: Expr) -> Expr:
    """Rate a year: (1 + rate a period) ** periods a year - 1."""
    return power(1 + irr(flow), YEAR / time.period_years) - 1


def discount_factor(model: Declaration, time: Timeline, name: str, label: str, rate: str) -> Line:
    """Discount factor to the base date, by the discounting convention."""
    h = time.period_years
    offset = model.choose("discounting.convention", start=h * 0, mid=h / 2, end=h)
    years = time.period_start + offset - model.input("discounting.base_date")
    return model.line(
        name,
        "1",
        label,
        1 / compound(model.input(rate), years),
        "(1 + rate) to the power of the years since the base date, inverted.",
        kind="average",
    )


def returns(
    model: Declaration, time: Timeline, capital: Capex, fiscal: Fiscal, flow: Waterfall, venture: JointVenture
) -> None:
    """Declare rates of return, present values and payback."""
    model.stage = "metrics"
    line = model.line
    real = discount_factor(model, time, "discount_factor", "Discount factor, real", "discounting.rate")
    equity = discount_factor(
        model, time, "equity_discount_factor", "Discount factor, shareholders", "discounting.equity_rate"
    )
    line(
        "project_irr",
        "1/year",
        "Project IRR, real, after tax",
        annual_irr(time, fiscal.after_tax_real) / YEAR,
        "Unlevered, after royalty, levies and unlevered income tax, in real money.",
    )
    line(
        "project_irr_pre_tax",
        "1/year",
        "Project IRR, real, before tax",
        annual_irr(time, fiscal.pre_tax_real) / YEAR,
        "Unlevered, before all that the governments take.",
    )
    line(
        "project_irr_nominal",
        "1/year",
        "Project IRR, nominal, after tax",
        annual_irr(time, fiscal.after_tax_nominal) / YEAR,
        "Unlevered, in nominal money.",
    )
    line(
        "project_npv",
        REAL,
        "Project NPV, after tax",
        total(fiscal.after_tax_real * real),
        "Real after-tax flows at the real discount rate.",
    )
    line(
        "project_npv_pre_tax",
        REAL,
        "Project NPV, before tax",
        total(fiscal.pre_tax_real * real),
        "Real pre-tax flows at the real discount rate.",
    )
    line(
        "equity_irr",
        "1/year",
        "Equity IRR, nominal",
        annual_irr(time, venture.flow) / YEAR,
        "Distributions less cash calls of all shareholders.",
    )
    flow_real = line(
        "equity_cash_flow_real",
        REAL,
        "Cash flow to shareholders, real",
        venture.flow / time.cpi_index,
        "In money of the base date.",
    )
    line(
        "equity_irr_real",
        "1/year",
        "Equity IRR, real",
        annual_irr(time, flow_real) / YEAR,
        "The same flows in real money.",
    )
    line(
        "equity_npv",
        NOMINAL,
        "Equity NPV",
        total(venture.flow * equity),
        "Nominal flows of all shareholders at their discount rate.",
    )
    to_date = model.forward("project_cash_to_date", REAL)
    opening = line(
        "project_cash_to_date_opening",
        REAL,
        "Project cash flow to date, opening",
        prev(to_date),
        "At the start of the period.",
        kind="opening",
    )
    line(
        "project_cash_to_date",
        REAL,
        "Project cash flow to date",
        opening + fiscal.after_tax_real,
        "Real, after tax.",
        kind="balance",
    )
    spent = model.forward("spent_flag", "1")
    line(
        "spent_flag",
        "1",
        "Money has been spent",
        maximum(prev(spent), capital.growth > 0),
        "1 from the first period with growth capital.",
        kind="flag",
    )
    back = model.forward("paid_back_flag", "1")
    line(
        "paid_back_flag",
        "1",
        "Paid back",
        maximum(prev(back), both(spent > 0, to_date >= 0)),
        "1 from the period in which cash flow to date reaches zero.",
        kind="flag",
    )
    waiting = line(
        "payback_time",
        "years",
        "Time until payback",
        time.period_years
        * spent
        * (1 - prev(back))
        * where(to_date >= 0, minimum(per(-opening, fiscal.after_tax_real, 1), 1), 1),
        "Part of the period before cash flow to date reaches zero.",
    )
    line(
        "payback_years",
        "years",
        "Payback",
        where(highest(back) > 0, total(waiting), NAN),
        "From first spend until real after-tax cash flow to date reaches zero.",
    )
    for holder in venture.holders:
        line(
            f"{holder.key}_irr",
            "1/year",
            f"{holder.label}: IRR, nominal",
            annual_irr(time, holder.flow) / YEAR,
            "Distributions less contributions.",
        )
        line(
            f"{holder.key}_npv",
            NOMINAL,
            f"{holder.label}: NPV",
            total(holder.flow * equity),
            "At the shareholders' discount rate.",
        )
        line(
            f"{holder.key}_moic",
            "x",
            f"{holder.label}: multiple of invested capital",
            per(total(holder.distributions), total(holder.contributions), NAN),
            "Distributions over contributions.",
        )
    for group, label in (("barrick", "Barrick"), ("pakistan", "Pakistani stakeholders")):
        members = [h for h in venture.holders if h.group == group]
        group_flow = model.lines[f"{group}_group_cash_flow"]
        contributed = line(
            f"{group}_group_contributions",
            NOMINAL,
            f"{label}: contributions",
            total(add_up((h.contributions for h in members), none=venture.flow * 0)),
            "Over the life of mine.",
        )
        received = line(
            f"{group}_group_distributions",
            NOMINAL,
            f"{label}: distributions",
            total(add_up((h.distributions for h in members), none=venture.flow * 0)),
            "Over the life of mine.",
        )
        line(
            f"{group}_group_irr",
            "1/year",
            f"{label}: IRR, nominal",
            annual_irr(time, group_flow) / YEAR,
            "Net cash flow of the group.",
        )
        line(
            f"{group}_group_npv",
            NOMINAL,
            f"{label}: NPV",
            total(group_flow * equity),
            "At the shareholders' discount rate.",
        )
        line(
            f"{group}_group_moic",
            "x",
            f"{label}: multiple of invested capital",
            per(received, contributed, NAN),
            "Distributions over contributions.",
        )


def operations(
    model: Declaration,
    time: Timeline,
    mine: Production,
    sales: Revenue,
    cost: Costs,
    capital: Capex,
    fiscal: Fiscal,
    venture: JointVenture,
) -> None:
    """Declare life-of-mine totals, unit costs, government take and dates."""
    model.stage = "metrics"
    line = model.line
    pre = line(
        "lom_pre_tax_cash_flow",
        REAL,
        "Life-of-mine cash flow before tax",
        total(fiscal.pre_tax_real),
        "Unlevered, real, before royalty and tax.",
    )
    line(
        "lom_after_tax_cash_flow",
        REAL,
        "Life-of-mine cash flow after tax",
        total(fiscal.after_tax_real),
        "Unlevered, real, after royalty, levies and unlevered income tax.",
    )
    line("lom_nsr", REAL, "Life-of-mine net smelter return", total(sales.nsr_real), "Real.")
    line("lom_opex", REAL, "Life-of-mine operating costs", total(cost.operating_costs_real), "Real.")
    line("lom_copper_kt", "kt", "Life-of-mine copper recovered", total(mine.copper_recovered), "In concentrate.")
    line("lom_gold_koz", "koz", "Life-of-mine gold recovered", total(mine.gold_recovered), "In concentrate.")
    gold = line(
        "gold_credit_real",
        REAL,
        "Gold credit",
        sales.gross_gold_real - sales.refining_gold_real,
        "Gross gold value less gold refining.",
    )
    cash_cost = line(
        "c1_costs_real",
        REAL,
        "C1 cash cost, before division",
        cost.operating_costs_real + sales.selling_costs_real - sales.refining_gold_real - gold,
        "Operating and selling costs less the gold credit (by-product basis).",
    )
    real_levies = line(
        "levies_real", REAL, "Royalty and levies, real", fiscal.levies / time.cpi_index, "In money of the base date."
    )
    all_in = line(
        "aisc_costs_real",
        REAL,
        "All-in sustaining cost, before division",
        cash_cost + real_levies + capital.sustaining_real + capital.closure_spending_real,
        "C1 plus royalty, levies, sustaining capital and closure (World Gold Council's scope).",
    )
    per_pound = "US$/lb real"
    pounds = mine.payable_copper
    line(
        "c1_unit_cost",
        per_pound,
        "C1 cash cost",
        per(cash_cost, pounds, NAN),
        "Per pound of payable copper, by-product basis.",
        kind="ratio",
    )
    line(
        "aisc_unit_cost",
        per_pound,
        "All-in sustaining cost (AISC)",
        per(all_in, pounds, NAN),
        "Per pound of payable copper, by-product basis.",
        kind="ratio",
    )
    line(
        "c1_cost",
        per_pound,
        "C1 cash cost, life of mine",
        per(total(cash_cost), total(pounds), NAN),
        "By-product basis: operating and selling costs less gold credit, per pound of payable copper.",
    )
    line(
        "aisc",
        per_pound,
        "AISC, life of mine",
        per(total(all_in), total(pounds), NAN),
        "C1 plus royalty, levies, sustaining capital and closure, per pound of payable copper.",
    )
    copper_share = line(
        "copper_value_share",
        "1",
        "Copper's share of gross value",
        per(total(sales.gross_copper_real), total(sales.gross_copper_real + sales.gross_gold_real), 1),
        "Over the life of mine.",
    )
    line(
        "c1_cost_co_product",
        per_pound,
        "C1 cash cost, co-product basis",
        per(total(cash_cost + sales.gross_gold_real) * copper_share, total(pounds), NAN),
        "Costs before any credit, at copper's share of gross value, per pound of payable copper.",
    )
    line(
        "aisc_co_product",
        per_pound,
        "AISC, co-product basis",
        per(total(all_in + sales.gross_gold_real) * copper_share, total(pounds), NAN),
        "The same with royalty, levies, sustaining capital and closure.",
    )
    taken = line(
        "royalties_and_taxes_real",
        REAL,
        "Royalties and taxes, real",
        venture.taxes / time.cpi_index,
        "In money of the base date.",
    )
    line(
        "government_take",
        "1",
        "Government take",
        where(pre > 0, per(total(taken), pre, NAN), NAN),
        "Royalties and taxes over cash flow before them, real and undiscounted; dividends of public shareholders "
        "are not counted.",
    )
    line("mine_life_years", "years", "Mine life", total(mine.operating_years), "Time in which ore is milled.")
    line("first_production", "years", "First production", time.actual_start, "Date of the first ore milled.")
    line(
        "last_production_year",
        "years",
        "Last year of production",
        floor(model.lines["production_end"] - NEAR),
        "Calendar year of the last ore.",
    )
    line(
        "ore_left_behind",
        "Mt",
        "Ore left behind",
        model.lines["ore_reserve"] - total(mine.ore_milled),
        "Ore that the licence or the timeline leaves in the ground.",
    )


def lending(
    model: Declaration, time: Timeline, us: UsImports, funds: Funding, debt: Debt, flow: Waterfall, ratio: Ratios
) -> None:
    """Declare uses and sources, lenders' metrics, imports and jobs."""
    model.stage = "metrics"
    line, lines, x = model.line, model.lines, model.input
    h = time.period_years
    line("total_uses", NOMINAL, "Uses of funds to completion", total(funds.uses), "All uses of construction funding.")
    drawn = line("total_debt_drawn", NOMINAL, "Debt drawn", total(funds.debt_draw), "All tranches.")
    line(
        "total_equity_to_completion",
        NOMINAL,
        "Equity to completion",
        total(funds.equity + lines["senior_support"] + lines["subordinated_support"]),
        "Equity for construction and completion support.",
    )
    line("gearing", "1", "Gearing", per(drawn, total(funds.uses), 0), "Debt drawn over uses of funds.")
    line(
        "total_interest_during_construction",
        NOMINAL,
        "Interest during construction",
        total(lines["interest_during_construction"]),
        "Capitalised interest.",
    )
    line("peak_debt", NOMINAL, "Peak debt", highest(flow.debt), "Greatest balance of all tranches.")
    line("min_dscr", "x", "Least DSCR", lowest(ratio.dscr), "Over the periods with instalments.")
    line("avg_dscr", "x", "Average DSCR", average(ratio.dscr), "Mean over the periods with instalments.")
    line("min_llcr", "x", "Least LLCR", lowest(ratio.llcr), "Over the loan life.")
    line("min_plcr", "x", "Least PLCR", lowest(ratio.plcr), "While debt is outstanding.")
    line("min_reserve_tail", "1", "Reserve tail", lowest(ratio.reserve_tail), "Ore left at the last maturity.")
    line("lock_up_periods", "1", "Periods in lock-up", total(flow.lock_up), "Periods without distribution for cover.")
    line(
        "default_periods",
        "1",
        "Periods in default",
        total(ratio.default),
        "Periods of payment default or below the default level of cover.",
    )
    line(
        "payment_default_periods",
        "1",
        "Periods in payment default",
        total(flow.payment_default),
        "Periods in which debt service stays unpaid.",
    )
    line(
        "llcr_breach_periods",
        "1",
        "Periods below the LLCR covenant",
        total(ratio.llcr_breach),
        "Periods with LLCR below its minimum.",
    )
    line("total_us_imports", NOMINAL, "US equipment and services bought", total(us.imports), "Over the life of mine.")
    exim = line("exim_drawn", NOMINAL, "EXIM loan drawn", total(lines["exim_drawdown"]), "Loans tied to US exports.")
    line(
        "us_imports_exim_financed",
        NOMINAL,
        "US contracts under the EXIM loan",
        per(exim, x("us_imports.financed_share"), 0),
        "Value of the contracts whose financed share the loan pays.",
    )
    line(
        "us_jobs",
        "jobs",
        "Jobs supported in the United States",
        total(lines["us_jobs_supported"]),
        "Supported by all imports.",
    )
    line(
        "balochistan_jobs_peak",
        "jobs",
        "Jobs in Balochistan, construction peak",
        highest(lines["balochistan_construction_jobs"]),
        "Greatest number in any period.",
    )
    line(
        "operations_jobs",
        "jobs",
        "Jobs in Balochistan, operation",
        highest(lines["operations_jobs_period"]),
        "Greatest number in any period.",
    )
    for d in debt.tranches:
        key, label = d.terms.key, d.terms.label
        repaid = lines[f"{key}_principal_paid"] + lines[f"{key}_prepaid"]
        sums = {
            "loan_drawn": ("drawn", lines[f"{key}_drawdown"], "All draws."),
            "loan_interest": (
                "interest",
                (lines[f"{key}_idc"] + lines[f"{key}_interest_paid"]) / (1 + d.terms.gross_up),
                "During construction and after, net of tax gross-up.",
            ),
            "loan_fees": ("fees", lines[f"{key}_fees"], "Commitment and upfront fees."),
            "loan_premium": ("premium", lines[f"{key}_premium"], "Exposure premium."),
            "loan_repaid": ("repaid", repaid, "Instalments, arrears and prepayments."),
        }
        for name, (words, amount, definition) in sums.items():
            line(f"{key}_{name}", NOMINAL, f"{label}: {words}, total", total(amount), definition)
        line(
            f"{key}_wal",
            "years",
            f"{label}: weighted average life",
            per(total(lines[f"{key}_balance"] * h + lines[f"{key}_drawdown"] * h / 2), lines[f"{key}_loan_drawn"], NAN),
            "Average time a dollar is outstanding, draws at mid-period, repayments at its end.",
        )
        line(
            f"{key}_min_dscr",
            "x",
            f"{label}: least DSCR",
            where(lines[f"{key}_loan_drawn"] > 0, lowest(ratio.senior_dscr if d.terms.senior else ratio.dscr), NAN),
            "Senior cover for a senior loan, total cover for a subordinated one.",
        )
