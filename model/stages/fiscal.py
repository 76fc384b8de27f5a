"""Royalty, levies and income tax under the regime in force; unlevered cash flow of the project."""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import Expr, Line, clamp, compound, constant, interpolate, maximum, minimum, prev, where
from .capex import Capex
from .costs import Costs
from .production import Production
from .revenue import Revenue
from .timeline import NOMINAL, REAL, Timeline

END_OF_TIME = 2400  # months: the last advance royalty of the list applies this long


class Fiscal(NamedTuple):
    levy_base: Line
    levies: Line
    royalty_paid: Line
    federal_levies: Line
    community: Line
    advance_credit: Line
    royalty_due: Line
    taxable_before_interest: Line
    cash_flow_before_income_tax: Line
    unlevered_tax: Line
    withholding_interest: Line
    withholding_dividends: Line
    pre_tax_cash_flow: Line
    pre_tax_real: Line
    after_tax_nominal: Line
    after_tax_real: Line


def regime_term(model: Declaration, key: str, written: str, label: str) -> Line:
    """One term of the regime in force."""
    options = {name: model.input(f"fiscal.regimes.{name}.{key}") for name in model.entries("fiscal.regimes")}
    return model.line(
        f"regime_{key}", written, label, model.choose("fiscal.regime", **options), "Term of the fiscal regime in force."
    )


def income_tax(model: Declaration, time: Timeline, prefix: str, label: str, profit: Expr, turnover: Expr) -> Line:
    """Income tax on a profit with losses carried forward, after the holiday, at least the minimum tax.

    Declared twice: on an unlevered basis for the project, and after interest for the company.
    """
    line, lines = model.line, model.lines
    closing = model.forward(f"{prefix}_losses_closing", NOMINAL)
    opening = line(
        f"{prefix}_losses_opening",
        NOMINAL,
        f"{label}: tax losses, opening",
        prev(closing),
        "Losses carried forward.",
        kind="opening",
    )
    result = line(
        f"{prefix}_profit", NOMINAL, f"{label}: profit for tax", profit, "Taxable result before losses brought forward."
    )
    used = line(
        f"{prefix}_losses_used",
        NOMINAL,
        f"{label}: tax losses used",
        minimum(opening, maximum(result, 0)),
        "Losses set against the period's profit.",
    )
    line(
        f"{prefix}_losses_closing",
        NOMINAL,
        f"{label}: tax losses, closing",
        opening - used + maximum(-result, 0),
        "Opening less used plus the period's loss.",
        kind="balance",
    )
    taxed = lines["taxed_share"]
    return line(
        f"{prefix}_income_tax",
        NOMINAL,
        f"{label}: income tax",
        taxed
        * maximum(lines["regime_income_tax"] * (maximum(result, 0) - used), lines["regime_minimum_tax"] * turnover),
        "Rate on profit after losses, or the minimum tax, for the share of the period after the holiday.",
    )


def fiscal(model: Declaration, time: Timeline, mine: Production, sales: Revenue, cost: Costs, capital: Capex) -> Fiscal:
    """Declare royalty, levies and unlevered cash flows."""
    model.stage = "fiscal"
    x, line = model.input, model.line
    applies = regime_term(model, "royalty_applies", "1", "Royalty applies")
    take = regime_term(model, "effective_take", "1", "All-in take")
    take_balochistan = regime_term(model, "effective_take_balochistan", "1", "All-in take, Balochistan's share")
    final_tax = regime_term(model, "final_tax", "1", "Final tax")
    surcharge = regime_term(model, "export_surcharge", "1", "Export-zone surcharge")
    community_rate = regime_term(model, "community", "1", "Community contribution")
    regime_term(model, "income_tax", "1", "Income tax")
    holiday = regime_term(model, "holiday_years", "years", "Income-tax holiday")
    regime_term(model, "minimum_tax", "1", "Minimum tax")
    depreciation_rate = regime_term(model, "tax_depreciation", "1/year", "Tax depreciation")
    withholding_dividends = regime_term(model, "withholding_dividends", "1", "Withholding on dividends")
    withholding_interest = regime_term(model, "withholding_interest", "1", "Tax on interest")

    base = line(
        "levy_base",
        NOMINAL,
        "Base of royalty and levies",
        maximum(sales.nsr, 0),
        "Net smelter return, never below nothing.",
    )
    due = line(
        "royalty_due",
        NOMINAL,
        "Royalty due",
        base * (x("fiscal.royalty_rate") * applies + take * take_balochistan),
        "Royalty of the period, before credit for advances.",
    )
    months = model.size("fiscal.advance_royalty.amounts")
    xs, ys = [constant(0, "years")], [constant(0, NOMINAL)]
    for k in range(months):
        year_end = k + 1 if k + 1 < months else END_OF_TIME / 12
        xs.append(constant(year_end, "years"))
        ys.append(ys[-1] + model.element("fiscal.advance_royalty.amounts", k) * (xs[-1] - xs[-2]))
    curve = model.curve("advance_royalty", xs, ys)
    first = x("fiscal.advance_royalty.start") + time.schedule_shift
    advanced = line(
        "advance_royalty_to_date",
        NOMINAL,
        "Advance royalty to date",
        applies
        * minimum(
            interpolate(curve, minimum(time.period_end, time.actual_start) - first, "years", NOMINAL),
            x("fiscal.advance_royalty.cap"),
        ),
        "Paid by the year until first production, up to the cap.",
        kind="balance",
    )
    advance = line(
        "advance_royalty",
        NOMINAL,
        "Advance royalty",
        advanced - prev(advanced),
        "Paid in the period, to be credited against royalty.",
    )
    credit = model.forward("advance_credit", NOMINAL)
    credited = line(
        "royalty_credited",
        NOMINAL,
        "Royalty credited",
        minimum(due, prev(credit) + advance),
        "Royalty met from earlier advances.",
    )
    line(
        "advance_credit",
        NOMINAL,
        "Advance royalty not yet credited",
        prev(credit) + advance - credited,
        "Advances left to set against royalty.",
        kind="balance",
    )
    paid = line(
        "royalty_paid",
        NOMINAL,
        "Royalty paid",
        due - credited + advance,
        "Royalty in cash, advances included; to Balochistan.",
    )
    federal = line(
        "federal_levies",
        NOMINAL,
        "Federal levies",
        base * (final_tax + surcharge + take * (1 - take_balochistan)),
        "Final tax and export-zone surcharge; to the Federation.",
    )
    community = line(
        "community_contribution",
        NOMINAL,
        "Community contribution",
        base * community_rate,
        "Spent for communities in Balochistan.",
    )
    levies = line(
        "royalty_and_levies", NOMINAL, "Royalty and levies", paid + federal + community, "All charges on production."
    )

    line(
        "taxed_share",
        "1",
        "Share of the period after the tax holiday",
        clamp((time.period_end - time.actual_start - holiday) / time.period_years, 0, 1),
        "1 once the holiday is over.",
        kind="average",
    )
    pool = model.forward("tax_pool", NOMINAL)
    additions = prev(pool) + capital.growth + capital.sustaining
    producing = time.overlap(time.actual_start, mine.milling_end)
    allowance = line(
        "tax_depreciation",
        NOMINAL,
        "Tax depreciation",
        where(mine.over > 0, additions, additions * (1 - compound(-depreciation_rate, producing))),
        "Declining balance while producing; the rest when production ends.",
    )
    line(
        "tax_pool",
        NOMINAL,
        "Undepreciated for tax",
        additions - allowance,
        "Capital not yet depreciated for tax.",
        kind="balance",
    )
    taxable = line(
        "profit_before_interest_for_tax",
        NOMINAL,
        "Profit before interest, for tax",
        sales.nsr - cost.operating_costs - due - federal - community - capital.closure_expense - allowance,
        "NSR less costs, royalty, levies, closure charge and tax depreciation.",
    )
    unlevered = income_tax(model, time, "unlevered", "Unlevered", taxable, base)

    before = line(
        "cash_flow_before_income_tax",
        NOMINAL,
        "Operating cash flow before income tax",
        sales.nsr
        - cost.operating_costs
        - levies
        - capital.sustaining
        - cost.working_capital_increase
        - capital.closure_expense,
        "NSR less costs, royalty, levies, sustaining capital, working capital and the closure fund.",
    )
    pre_tax = line(
        "project_cash_flow_pre_tax",
        NOMINAL,
        "Project cash flow before royalty and tax",
        sales.nsr
        - cost.operating_costs
        - capital.growth
        - capital.sustaining
        - capital.closure_spending
        - cost.working_capital_increase,
        "Unlevered, before all that the governments take.",
    )
    after_tax = line(
        "project_cash_flow",
        NOMINAL,
        "Project cash flow after tax",
        pre_tax - levies - unlevered,
        "Unlevered, after royalty, levies and unlevered income tax.",
    )
    pre_real = line(
        "project_cash_flow_pre_tax_real",
        REAL,
        "Project cash flow before royalty and tax, real",
        pre_tax / time.cpi_index,
        "In money of the base date.",
    )
    after_real = line(
        "project_cash_flow_real",
        REAL,
        "Project cash flow after tax, real",
        after_tax / time.cpi_index,
        "In money of the base date.",
    )
    return Fiscal(
        base,
        levies,
        paid,
        federal,
        community,
        model.lines["advance_credit"],
        due,
        taxable,
        before,
        unlevered,
        withholding_interest,
        withholding_dividends,
        pre_tax,
        pre_real,
        after_tax,
        after_real,
    )
