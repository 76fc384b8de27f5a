"""The balance sheet, nominal. No balancing item."""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import Line, prev
from .capex import Capex
from .costs import Costs
from .depreciation import Depreciation
from .fiscal import Fiscal
from .joint_venture import JointVenture
from .timeline import NOMINAL
from .waterfall import Waterfall


class BalanceSheet(NamedTuple):
    assets: Line
    liabilities: Line
    liabilities_and_equity: Line


def balance_sheet(
    model: Declaration,
    cost: Costs,
    capital: Capex,
    fiscal: Fiscal,
    depreciation: Depreciation,
    flow: Waterfall,
    venture: JointVenture,
) -> BalanceSheet:
    """Declare both sides of the balance sheet."""
    model.stage = "balance_sheet"
    line = model.line
    fund = model.forward("closure_fund", NOMINAL)
    line(
        "closure_fund",
        NOMINAL,
        "Closure fund",
        prev(fund) + capital.closure_expense - capital.closure_spending,
        "What the company pays in for closure, less what closure costs.",
        kind="balance",
    )
    assets = line(
        "assets",
        NOMINAL,
        "Assets",
        depreciation.fixed_assets
        + depreciation.capitalised_financing
        + cost.working_capital
        + fiscal.advance_credit
        + fund
        + flow.reserve_balance
        + flow.cash,
        "Fixed assets, capitalised financing cost, working capital, advance royalty, closure fund, reserve and cash.",
        kind="balance",
    )
    paid_in = model.forward("paid_in_capital", NOMINAL)
    line(
        "paid_in_capital",
        NOMINAL,
        "Paid-in capital",
        prev(paid_in) + flow.calls - venture.capital_returned,
        "Cash calls less capital returned, shareholder loans at cost included.",
        kind="balance",
    )
    liabilities = line(
        "liabilities",
        NOMINAL,
        "Liabilities",
        flow.debt + flow.arrears + capital.closure_provision,
        "Debt, arrears of interest and the closure provision.",
        kind="balance",
    )
    equity = line(
        "equity",
        NOMINAL,
        "Equity",
        paid_in + venture.retained_earnings,
        "Paid-in capital and retained earnings.",
        kind="balance",
    )
    both_sides = line(
        "liabilities_and_equity",
        NOMINAL,
        "Liabilities and equity",
        liabilities + equity,
        "Must equal assets.",
        kind="balance",
    )
    return BalanceSheet(assets, liabilities, both_sides)
