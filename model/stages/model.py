"""The whole model: its stages in the order in which a dollar passes through them."""

from __future__ import annotations

from ..formulas.declaration import Declaration
from .balance_sheet import balance_sheet
from .capex import capex
from .checks import checks
from .construction import construction
from .costs import costs
from .debt import debt
from .depreciation import depreciation
from .fiscal import fiscal
from .funding import funding
from .income import income
from .joint_venture import joint_venture
from .life import life
from .metrics import lending, operations, returns
from .production import production
from .ratios import ratios
from .revenue import revenue
from .timeline import timeline
from .us_imports import us_imports
from .waterfall import waterfall


def declare(model: Declaration, first_year: int) -> None:
    """Declare the whole model."""
    time = timeline(model, first_year)
    building = construction(model, time)
    mine = production(model, time, building)
    sales = revenue(model, time, mine)
    cost = costs(model, time, mine, sales)
    capital = capex(model, time, building, mine)
    us = us_imports(model, time, mine, cost, capital)
    tax = fiscal(model, time, mine, sales, cost, capital)
    funds = funding(model, time, capital, us, tax)
    depreciated = depreciation(model, mine, capital, funds)
    loans = debt(model, time, sales, tax, funds, depreciated)
    flow = waterfall(model, time, capital, tax, funds, loans)
    cover = ratios(model, time, mine, funds, loans, flow)
    life(model, time, mine, capital)
    profit = income(model, sales, cost, capital, tax, depreciated, loans)
    venture = joint_venture(model, time, tax, profit, flow)
    balance = balance_sheet(model, cost, capital, tax, depreciated, flow, venture)
    returns(model, time, capital, tax, flow, venture)
    operations(model, time, mine, sales, cost, capital, tax, venture)
    lending(model, time, us, funds, loans, flow, cover)
    checks(model, time, building, mine, us, tax, funds, loans, flow, venture, balance)
