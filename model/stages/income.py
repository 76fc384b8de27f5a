"""The income statement, nominal."""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import Line
from .capex import Capex
from .costs import Costs
from .debt import Debt
from .depreciation import Depreciation
from .fiscal import Fiscal
from .revenue import Revenue
from .timeline import NOMINAL


class Income(NamedTuple):
    ebitda: Line
    net_income: Line


def income(
    model: Declaration,
    sales: Revenue,
    cost: Costs,
    capital: Capex,
    fiscal: Fiscal,
    depreciation: Depreciation,
    debt: Debt,
) -> Income:
    """Declare the income statement of the company."""
    model.stage = "income"
    line = model.line
    ebitda = line(
        "ebitda",
        NOMINAL,
        "EBITDA",
        sales.nsr
        - cost.operating_costs
        - fiscal.royalty_due
        - fiscal.federal_levies
        - fiscal.community
        - capital.closure_expense,
        "NSR less operating costs, royalty due, levies and the closure charge.",
    )
    charge = line(
        "depreciation",
        NOMINAL,
        "Depreciation",
        depreciation.capital + depreciation.financing_cost,
        "Fixed assets and capitalised financing cost, by units of production.",
    )
    ebit = line("ebit", NOMINAL, "EBIT", ebitda - charge, "EBITDA less depreciation.")
    before = line(
        "profit_before_tax", NOMINAL, "Profit before tax", ebit - debt.interest_expense, "EBIT less interest."
    )
    return Income(
        ebitda,
        line("net_income", NOMINAL, "Net income", before - debt.income_tax, "Profit before tax less income tax."),
    )
