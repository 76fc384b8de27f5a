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
    built = construction(model, time)
    mine = production(model, time, built)
    sales = revenue(model, time, mine)
    cost = costs(model, time, mine, sales)
    capital = capex(model, time, built, mine)
    us = us_imports(model, time, mine, cost, capital)
    money = fiscal(model, time, mine, sales, cost, capital)
    funds = funding(model, time, capital, us, money)
    worn = depreciation(model, mine, capital, funds)
    owed = debt(model, time, sales, money, funds, worn)
    flow = waterfall(model, time, capital, money, funds, owed)
    cover = ratios(model, time, mine, funds, owed, flow)
    life(model, time, mine, capital)
    earned = income(model, sales, cost, capital, money, worn, owed)
    venture = joint_venture(model, time, money, earned, flow)
    books = balance_sheet(model, cost, capital, money, worn, flow, venture)
    returns(model, time, capital, money, flow, venture)
    operations(model, time, mine, sales, cost, capital, money, venture)
    lending(model, time, us, funds, owed, flow, cover)
    checks(model, time, built, mine, us, money, funds, owed, flow, venture, books)
