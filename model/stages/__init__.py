"""The stages of the model, each a file, in the order in which a dollar passes through them."""

from __future__ import annotations

from ..formulas.sheet import Sheet
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


def declare(sheet: Sheet, first_year: int) -> None:
    """Declare the whole model."""
    time = timeline(sheet, first_year)
    built = construction(sheet, time)
    mine = production(sheet, time, built)
    sales = revenue(sheet, time, mine)
    cost = costs(sheet, time, mine, sales)
    capital = capex(sheet, time, built, mine)
    us = us_imports(sheet, time, mine, cost, capital)
    money = fiscal(sheet, time, mine, sales, cost, capital)
    funds = funding(sheet, time, capital, us, money)
    worn = depreciation(sheet, mine, capital, funds)
    owed = debt(sheet, time, sales, money, funds, worn)
    flow = waterfall(sheet, time, capital, money, funds, owed)
    cover = ratios(sheet, time, mine, funds, owed, flow)
    life(sheet, time, mine, capital)
    earned = income(sheet, sales, cost, capital, money, worn, owed)
    venture = joint_venture(sheet, time, money, earned, flow)
    books = balance_sheet(sheet, cost, capital, money, worn, flow, venture)
    returns(sheet, time, capital, money, flow, venture)
    operations(sheet, time, mine, sales, cost, capital, money, venture)
    lending(sheet, time, us, funds, owed, flow, cover)
    checks(sheet, time, built, mine, us, money, funds, owed, flow, venture, books)
